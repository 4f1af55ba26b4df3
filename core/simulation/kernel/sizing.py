"""Weights -> orders that the cash pays for: the exact wealth equation and METHODS 1.6, over arrays.

Numba compiles this file where it is installed. ``mark`` collects how close any comparison came to
its threshold; it serves the comparison with the reference and decides nothing.
"""

# Compiled functions take arrays in place of objects:
# ruff: noqa: PLR0913, PLR0917, C901

import numpy as np

from core.simulation.bar_table import Floats
from core.simulation.kernel.layout import (
    FEE,
    HAIRCUT,
    MIN_TRADE_QUOTE,
    MIN_TRADE_SHARE,
    RESERVE,
    Desk,
)

_SAME = 1e-12
"""Amounts that differ by a smaller share are one amount, rounded twice."""


def mark(near: Floats, left: float, right: float, scale: float) -> None:
    """Remember how close two compared numbers were."""
    if abs(left - right) < near[0] * scale:
        near[0] = abs(left - right) / scale


def smallest_trade(rules: Floats, value: float) -> float:
    """Return the smallest trade worth sending, quote currency. Source: METHODS 1.6."""
    return float(max(rules[MIN_TRADE_QUOTE], rules[MIN_TRADE_SHARE] * value))


def wealth_after(
    desk: Desk, legs: int, value: float, values: Floats, sell_rates: Floats, buy_rates: Floats
) -> float:
    """Solve ``V' + sum_a k_a * |f_a V' - v_a| = V`` for V' over the first legs of the desk.

    Source: METHODS 1.5.
    """
    goal, order, kinks = desk.goal, desk.order, desk.width
    upper = np.inf
    for leg in range(legs):
        asset = order[leg]
        kinks[leg] = values[asset] / goal[asset] if goal[asset] > 0.0 else np.inf
        kink = kinks[leg]
        if kink >= upper:
            continue
        total = kink
        for place in range(legs):
            other = order[place]
            trade = goal[other] * kink - values[other]
            total += trade * (buy_rates[other] if trade > 0.0 else -sell_rates[other])
        if total >= value:
            upper = kink
    slope = 1.0
    constant = 0.0
    for leg in range(legs):
        asset = order[leg]
        rate = buy_rates[asset] if upper > kinks[leg] else -sell_rates[asset]
        slope += rate * goal[asset]
        constant += rate * values[asset]
    return float((value + constant) / slope)


def settle_costs(
    desk: Desk, value: float, values: Floats, weights: Floats, sell_rates: Floats, buy_rates: Floats
) -> int:
    """Write the trades that are paid for out of the portfolio, largest first; return how many.

    Legs whose side the costs would flip are dropped. ``desk.after`` becomes the wealth after costs.

    Source: METHODS 1.5 and 9a.
    """
    goal, order, trades = desk.goal, desk.order, desk.trades
    legs = 0
    for asset in range(len(values)):
        if goal[asset] != weights[asset]:
            order[legs] = asset
            legs += 1
    while True:
        after = wealth_after(desk, legs, value, values, sell_rates, buy_rates)
        kept = 0
        for leg in range(legs):
            asset = order[leg]
            trades[asset] = goal[asset] * after - values[asset]
            mark(desk.near, trades[asset], 0.0, value)
            if trades[asset] * (goal[asset] - weights[asset]) >= 0.0:
                order[kept] = asset
                kept += 1
        if kept == legs:
            break
        legs = kept
    desk.after[0] = after
    for leg in range(1, legs):
        asset = order[leg]
        size = abs(trades[asset])
        place = leg
        while place > 0 and size > abs(trades[order[place - 1]]) * (1.0 + _SAME):
            order[place] = order[place - 1]
            place -= 1
        order[place] = asset
    return legs


def size_orders(
    desk: Desk,
    legs: int,
    rules: Floats,
    prices: Floats,
    coins: Floats,
    spreads: Floats,
    value: float,
    cash: float,
    shrink: float,
) -> int:
    """Turn signed trades into signed quantities that the cash pays for; return how many.

    Source: METHODS 1.6 and 9a.
    """
    trades, quantities, order = desk.trades, desk.wanted, desk.order
    least = smallest_trade(rules, value)
    keep = 1.0 - rules[FEE]
    is_short = False
    proceeds = 0.0
    count = 0
    for asset in range(len(quantities)):
        quantities[asset] = 0.0
    for leg in range(legs):
        asset = order[leg]
        if trades[asset] >= 0.0:
            continue
        quantity = -trades[asset] * shrink / prices[asset]
        if quantity >= coins[asset] * (1.0 - _SAME):
            quantity = coins[asset]
        amount = quantity * prices[asset]
        mark(desk.near, amount, least, value)
        if amount < least or quantity == 0.0:
            is_short = True
            continue
        quantities[asset] = -quantity
        proceeds += amount * (1.0 - spreads[asset]) * keep
        count += 1
    kept = rules[RESERVE]
    if is_short:
        planned = desk.after[0]
        for asset in range(len(coins)):
            planned -= coins[asset] * prices[asset]
        for leg in range(legs):
            planned -= trades[order[leg]] * shrink
        kept = max(kept, min(cash, planned))
    budget = cash + proceeds * (1.0 - rules[HAIRCUT]) - kept
    for leg in range(legs):
        asset = order[leg]
        if trades[asset] <= 0.0:
            continue
        price = prices[asset] * (1.0 + spreads[asset]) * (1.0 + rules[FEE])
        quantity = trades[asset] * shrink / prices[asset]
        if quantity * price > budget:
            quantity = max(budget, 0.0) / price
        amount = quantity * prices[asset]
        mark(desk.near, amount, least, value)
        if amount < least or quantity == 0.0:
            continue
        quantities[asset] = quantity
        budget -= quantity * price
        count += 1
    return count
