"""Which kinds of evidence for a stress pause a run has, from the feeds that are on."""

from collections.abc import Iterator

from bot.settings.policy_file import PolicyFile
from core.domain.stress import Family

STABLECOINS = frozenset({"USDT", "USDC", "DAI", "PYUSD", "USDG", "EURC"})
"""Quote coins that have a peg to lose."""


def evidence_of(file: PolicyFile, *, has_flow_key: bool) -> Iterator[Family]:
    """Yield the families that a run on a real market can hear of, beside price and correlation."""
    if file.feeds.fear_greed.enabled:
        yield Family.SENTIMENT
    if has_flow_key or file.feeds.coin_metrics.enabled:
        yield Family.FLOWS
    if file.quote in STABLECOINS:
        yield Family.QUOTE
    yield Family.VENUE
