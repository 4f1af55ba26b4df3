"""One feed of each source, pointed at a server, and what it should make of a good answer."""

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal

from bot.feeds import coin_metrics, glassnode, santiment
from bot.feeds.coin_metrics import coin_metrics_feeds
from bot.feeds.daily import DailyFeed
from bot.feeds.fear_greed import FearGreedFeed
from bot.feeds.glassnode import glassnode_feeds
from bot.feeds.http import JsonReader
from bot.feeds.santiment import santiment_feeds
from bot.ports.clock import Clock
from tests.feeds import wires
from tests.feeds.server import FeedServer

NAMES = tuple(wires.WIRES)

TRUTH: dict[str, Callable[[datetime], Decimal]] = {
    "fear_greed": wires.fear,
    "glassnode": wires.net,
    "santiment": wires.net,
    "coin_metrics": wires.net,
}


def feed_of(name: str, server: FeedServer, reader: JsonReader, clock: Clock) -> DailyFeed:
    """Return the feed of a source that tells net inflow, or the index."""
    if name == "fear_greed":
        return FearGreedFeed(reader, clock, server.url)
    if name == "glassnode":
        return glassnode_feeds(reader, clock, base_url=server.url, key=wires.KEY)[0]
    if name == "santiment":
        return santiment_feeds(reader, clock, base_url=server.url, key=wires.KEY)[0]
    return coin_metrics_feeds(reader, clock, base_url=f"{server.url}/v4")[0]


SOURCES = {
    "fear_greed": "alternative.me",
    "glassnode": glassnode.SOURCE,
    "santiment": santiment.SOURCE,
    "coin_metrics": coin_metrics.SOURCE,
}
