"""Desired weights -> the portfolio value that is left after the trades are paid for, exactly."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from core.domain.errors import InvariantBroken
from core.domain.market import FeeMode
from core.domain.units import ONE, ZERO, Money, Rate, Weight


@dataclass(frozen=True, slots=True)
class TradedLeg:
    """One traded asset in the wealth equation.

    Attributes:
        value: its value before the trade, quote currency.
        weight: its desired weight after costs.
        sell_rate, buy_rate: cost per traded value on either side.
    """

    value: Money
    weight: Weight
    sell_rate: Rate
    buy_rate: Rate


def sell_rate(fee: Rate, slip: Rate, mode: FeeMode) -> Rate:
    """Return what a sale costs per value sold. Source: METHODS 9a."""
    return slip if mode is FeeMode.TOKEN else Rate(ONE - (ONE - slip) * (ONE - fee))


def buy_rate(fee: Rate, slip: Rate, mode: FeeMode) -> Rate:
    """Return what a buy costs per value bought. Source: METHODS 9a."""
    if mode is FeeMode.TOKEN:
        return slip
    if mode is FeeMode.BASE:
        return Rate((ONE + slip) / (ONE - fee) - ONE)
    return Rate((ONE + slip) * (ONE + fee) - ONE)


def wealth_after(value: Money, legs: Iterable[TradedLeg]) -> Money:
    """Solve ``V' + sum_a k_a * |f_a V' - v_a| = V`` for V'.

    The left side rises and is linear between the kinks ``v_a / f_a``: find the segment that holds
    V,
    solve one equation. Untraded assets contribute nothing here.

    Args:
        value: V, portfolio value before.
        legs: the traded assets.

    Raises:
        InvariantBroken: costs so high that the left side does not rise.

    Source: METHODS 1.5.
    """
    legs = tuple(legs)
    kinks = sorted({leg.value / leg.weight for leg in legs if leg.weight > ZERO})
    # In the segment that ends at the first kink which already costs V or more lies the answer.
    upper = next((kink for kink in kinks if _left_side(kink, legs) >= value), None)
    slope, constant = ONE, ZERO
    for leg in legs:
        is_buy = upper is None or upper > leg.value / leg.weight if leg.weight > ZERO else False
        rate = leg.buy_rate if is_buy else -leg.sell_rate
        slope += rate * leg.weight
        constant += rate * leg.value
    if slope <= ZERO:
        raise InvariantBroken(f"the wealth equation has slope {slope}: costs cannot be this high")
    return Money((value + constant) / slope)


def _left_side(candidate: Decimal, legs: tuple[TradedLeg, ...]) -> Decimal:
    total = candidate
    for leg in legs:
        trade = leg.weight * candidate - leg.value
        total += trade * leg.buy_rate if trade > ZERO else -trade * leg.sell_rate
    return total
