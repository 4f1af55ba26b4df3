"""Which kinds of evidence for a stress pause a run has, from the feeds that are on."""

from collections.abc import Iterator

from bot.settings.policy_file import PolicyFile
from core.domain.stress import Family

PEGGED = frozenset({"USDT", "DAI"})
"""Quote coins with a price in their own currency on two of the venues, which the peg needs."""

PEG_VENUES = ("kraken", "coinbase")
"""Where those prices are; Binance has no dollars to compare with."""


def evidence_of(file: PolicyFile, *, has_flow_key: bool) -> Iterator[Family]:
    """Yield the families that a run on a real market can hear of, beside price and correlation."""
    if file.feeds.fear_greed.enabled:
        yield Family.SENTIMENT
    if has_flow_key or file.feeds.coin_metrics.enabled:
        yield Family.FLOWS
    if file.quote in PEGGED:
        yield Family.QUOTE
    yield Family.VENUE
