"""A coin and its price -> steps, ticks and minimums for markets that exist on paper only.

Ticks and minimums of known coins are Kraken's (dated January 2025). Quantity steps are coarser than
Kraken's eight decimals, so that a card stays readable; one step is worth less than a dollar or two.
"""

import math
from dataclasses import dataclass
from decimal import Decimal

from core.domain.market import FeeMode, MarketRules, MarketStatus
from core.domain.units import BPS, Asset, Money, Price, Quantity, Rate

# A tick of five significant digits is at most 1 bp of the price.
_TICK_DIGITS = 5
_STEP_WORTH = 0.10
_MIN_NOTIONAL = Money(Decimal("0.5"))
_OTHER_MIN_NOTIONAL = Money(Decimal(5))
_OTHER_HALF_SPREAD = Rate(8 * BPS)


@dataclass(frozen=True, slots=True)
class Listing:
    """What a venue prints about a coin."""

    price_tick: Price
    quantity_step: Quantity
    min_quantity: Quantity


def _listing(tick: str, step: str, least: str) -> Listing:
    return Listing(Price(Decimal(tick)), Quantity(Decimal(step)), Quantity(Decimal(least)))


LISTINGS: dict[str, Listing] = {
    "BTC": _listing("0.1", "0.00001", "0.00005"),
    "ETH": _listing("0.01", "0.0001", "0.001"),
    "SOL": _listing("0.01", "0.001", "0.02"),
    "ADA": _listing("0.000001", "0.1", "4"),
    "BCH": _listing("0.01", "0.0001", "0.01"),
    "DOGE": _listing("0.0000001", "0.1", "13"),
    "DOT": _listing("0.0001", "0.01", "0.6"),
    "LINK": _listing("0.00001", "0.01", "0.2"),
    "LTC": _listing("0.01", "0.001", "0.04"),
    "XRP": _listing("0.00001", "0.1", "2"),
}

# Half of the spread in calm hours. Deeper markets are narrower; figures on the careful side.
HALF_SPREADS: dict[str, Rate] = {"BTC": Rate(3 * BPS), "ETH": Rate(5 * BPS)}


def half_spread_of(asset: Asset) -> Rate:
    """Return half of the spread of ``asset`` in calm hours, as a fraction of the price."""
    return HALF_SPREADS.get(asset, _OTHER_HALF_SPREAD)


def rules_of(
    asset: Asset, first_price: float, *, taker_fee: Rate, fee_mode: FeeMode, status: MarketStatus
) -> MarketRules:
    """Return the market rules of ``asset``; they stay the same for the whole history.

    Args:
        asset: the coin.
        first_price: its oldest price; an old low price makes the tick finer than today's.
        taker_fee: rate of a marketable order.
        fee_mode: in which coin the fee is taken.
        status: whether the market takes orders.
    """
    known = LISTINGS.get(asset)
    tick = Price(_power_of_ten(first_price, below=1 - _TICK_DIGITS))
    if known is None:
        step = Quantity(_power_of_ten(_STEP_WORTH / first_price))
        known = Listing(tick, step, min_quantity=step)
        least = _OTHER_MIN_NOTIONAL
    else:
        least = _MIN_NOTIONAL
    return MarketRules(
        asset=asset,
        price_tick=min(known.price_tick, tick),
        quantity_step=known.quantity_step,
        min_quantity=known.min_quantity,
        min_notional=least,
        taker_fee=taker_fee,
        fee_mode=fee_mode,
        status=status,
    )


def _power_of_ten(number: float, *, below: int = 0) -> Decimal:
    """Return the largest power of ten up to ``number``, moved by ``below`` decimal places."""
    return Decimal(1).scaleb(math.floor(math.log10(number)) + below)
