"""The feeds of a run: what is asked, what is off for want of a key, and what a replay brings."""

from collections.abc import Iterator
from contextlib import AsyncExitStack

from bot.app.manners import manners_of
from bot.app.plan import RunPlan
from bot.feeds.assemble import NoReadings
from bot.ports.clock import Clock
from bot.ports.feeds import ReadingFeed, ReadingGatherer
from bot.settings import Settings
from bot.settings.evidence import PEG_VENUES
from bot.store.sqlite import SqliteStore
from core.domain.errors import InputInvalid
from core.domain.policy import Policy
from core.domain.readings import FeedTrouble, ReadingKind, Trouble
from core.domain.stress import Family
from core.domain.units import Asset

ALTERNATIVE = "alternative.me"


def open_readings(
    plan: RunPlan, store: SqliteStore, clock: Clock, *, stack: AsyncExitStack
) -> ReadingGatherer:
    """Return what asks the feeds of a run; a simulated market has none.

    Raises:
        InputInvalid: a file that was named cannot be used.
    """
    settings = plan.settings
    if settings.is_live_market:
        from bot.feeds.gather import StoredReadings

        feeds = tuple(live_feeds(settings, clock, stack))
        return StoredReadings(feeds, tuple(feeds_off(settings)), store=store, clock=clock)
    if plan.replay is None or plan.replay.fear_greed is None:
        return NoReadings()
    from bot.feeds.files import ListedReadings
    from bot.feeds.gather import StoredReadings
    from bot.research.reading_files import read_readings

    path = plan.replay.fear_greed
    listed = ListedReadings(read_readings(path), clock, ReadingKind.FEAR_GREED, source=path.stem)
    return StoredReadings((listed,), (), store=store, clock=clock)


def live_feeds(settings: Settings, clock: Clock, stack: AsyncExitStack) -> Iterator[ReadingFeed]:
    """Yield every feed that is on, each asked only when its next value may be out."""
    from bot.feeds import coin_metrics, fear_greed, glassnode, santiment
    from bot.feeds.held import hold
    from bot.feeds.http import JsonReader

    feeds, reader = settings.file.feeds, JsonReader(clock)
    stack.push_async_callback(reader.close)
    if feeds.fear_greed.enabled:
        one = fear_greed.FearGreedFeed(reader, clock, feeds.fear_greed.base_url)
        yield from hold([one], clock, fear_greed.SCHEDULE)
    if feeds.coin_metrics.enabled:
        url = feeds.coin_metrics.base_url
        free = coin_metrics.coin_metrics_feeds(reader, clock, base_url=url)
        yield from hold(free, clock, coin_metrics.SCHEDULE)
    if feeds.glassnode.enabled and settings.glassnode_key is not None:
        key, url = settings.glassnode_key.get_secret_value(), feeds.glassnode.base_url
        paid = glassnode.glassnode_feeds(reader, clock, base_url=url or glassnode.BASE_URL, key=key)
        yield from hold(paid, clock, glassnode.SCHEDULE)
    if feeds.santiment.enabled and settings.santiment_key is not None:
        key, url = settings.santiment_key.get_secret_value(), feeds.santiment.base_url
        more = santiment.santiment_feeds(reader, clock, base_url=url or santiment.BASE_URL, key=key)
        yield from hold(more, clock, santiment.SCHEDULE)
    yield from _venue_feeds(settings, clock, stack)


def _venue_feeds(settings: Settings, clock: Clock, stack: AsyncExitStack) -> Iterator[ReadingFeed]:
    """Yield what venues tell beside prices: funding, the quote coin's price, their own status.

    Raises:
        InputInvalid: the quote coin is to be watched, and is none that has a peg.
    """
    from bot.feeds import funding
    from bot.feeds.held import hold
    from bot.feeds.peg import PARS, PegFeed
    from bot.feeds.venue_status import VenueStatusFeed

    file, policy = settings.file, settings.policy
    addresses, manners = file.exchange.addresses, manners_of(settings)
    if file.feeds.funding.venue != "off" and policy.tilt.is_on:
        perpetuals = funding.FundingVenue(
            file.feeds.funding.venue,
            clock,
            base_url=file.feeds.funding.base_url,
            manners=manners,
        )
        stack.push_async_callback(perpetuals.close)
        yield from hold(perpetuals.feeds(policy.risk_assets), clock, funding.SCHEDULE)
    if policy.stress.watches(Family.QUOTE):
        if policy.quote not in PARS:
            raise InputInvalid(
                f'pause.families names "quote", but {policy.quote} has no peg to watch, unlike '
                f"{', '.join(PARS)}; take it out"
            )
        for venue in PEG_VENUES:
            url = addresses.get(venue)
            peg = PegFeed(policy.quote, venue, clock, base_url=url, manners=manners)
            stack.push_async_callback(peg.close)
            yield peg
    if policy.stress.watches(Family.VENUE):
        status = VenueStatusFeed(
            file.venue,
            (*policy.risk_assets, policy.quote),
            clock,
            base_url=addresses.get(file.venue),
            manners=manners,
        )
        stack.push_async_callback(status.close)
        yield status


def feeds_off(settings: Settings) -> Iterator[FeedTrouble]:
    """Yield every feed that is not asked, so that people are told."""
    feeds, flow = settings.file.feeds, settings.policy.stress.flow_asset
    if not feeds.fear_greed.enabled:
        yield _silent(ReadingKind.FEAR_GREED, Asset(""), ALTERNATIVE)
    if settings.glassnode_key is None or not feeds.glassnode.enabled:
        yield _silent(ReadingKind.NET_INFLOW, flow, "glassnode.com")
    if settings.santiment_key is None or not feeds.santiment.enabled:
        yield _silent(ReadingKind.NET_INFLOW, flow, "santiment.net")
    if not feeds.coin_metrics.enabled:
        yield _silent(ReadingKind.NET_INFLOW, flow, "coinmetrics.io")
    yield from _funding_off(settings.policy, is_off=feeds.funding.venue == "off")


def _funding_off(policy: Policy, *, is_off: bool) -> Iterator[FeedTrouble]:
    if is_off and policy.tilt.is_on:
        for asset in policy.risk_assets:
            yield _silent(ReadingKind.FUNDING, asset, "funding")


def _silent(kind: ReadingKind, asset: Asset, source: str) -> FeedTrouble:
    return FeedTrouble(kind, asset, source, Trouble.OFF)
