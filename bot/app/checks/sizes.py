"""How large the smallest trade of each target is, beside the smallest order of its market."""

from collections.abc import Sequence
from dataclasses import dataclass

from core.domain.market import MarketRules, Quote
from core.domain.policy import Policy, ProfileName
from core.domain.units import ONE, Asset, Money, Weight, exact, notional
from core.planning.bands import (
    NEUTRAL,
    band_around,
    base_half_width,
    size_profile,
    wider,
    widths_of,
)
from core.planning.orders import minimum_trade


@dataclass(frozen=True, slots=True)
class Size:
    """One target, in quote currency.

    Attributes:
        asset: the coin.
        goal: what the whole target is worth.
        trade: a trade from the nearer edge of its band, in a calm market.
        least: the smallest trade that is sent: the venue's minimums with a margin, the policy's.
    """

    asset: Asset
    goal: Money
    trade: Money
    least: Money


@exact
def sizes_of(
    policy: Policy, value: Money, rules: Sequence[MarketRules], quotes: Sequence[Quote]
) -> tuple[Size, ...]:
    """Return the sizes of every target above zero that has rules and a price.

    Args:
        policy: targets, bands and the policy's own smallest trade.
        value: of the whole portfolio.
        rules: of the markets.
        quotes: their prices.

    Source: METHODS 1.2 for the bands, 1.3 for where a trade ends, 1.6 for the smallest one.
    """
    bands, profile = policy.bands, policy.bands.profile
    if bands.adapt_to_size:
        profile = wider(profile, size_profile(value, ProfileName.STANDARD, bands))
    prices = {quote.asset: quote.mid for quote in quotes}
    found = []
    for market in rules:
        target = policy.target_of(market.asset)
        if not target or market.asset not in prices:
            continue
        base = base_half_width(target, widths_of(profile, bands), bands.mode)
        band = band_around(target, base, upper=NEUTRAL.risk_upper, lower=NEUTRAL.risk_lower)
        nearer = Weight(min(band.upper, band.lower) * (ONE - bands.delta))
        smallest = minimum_trade(value, market.min_notional, policy.orders)
        least = max(smallest, notional(market.min_quantity, prices[market.asset]))
        found.append(Size(market.asset, Money(target * value), Money(nearer * value), least))
    return tuple(found)
