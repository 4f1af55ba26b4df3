"""Weights -> orders that the cash pays for: the exact wealth equation and METHODS 1.6, over arrays.

Numba compiles this file where it is installed. ``mark`` collects how close any comparison came to
its threshold; it serves the comparison with the reference and decides nothing.
"""

import numpy as np

from core.simulation.bar_table import Floats
from core.simulation.kernel.layout import FEE, HAIRCUT, MIN_TRADE_QUOTE, MIN_TRADE_SHARE, RESERVE
from core.simulation.kernel.state import CASH, VALUE, Desk, Way

_SAME = 1e-12
"""Amounts that differ by a smaller share are one amount, rounded twice."""


def mark(near: Floats, left: float, right: float, scale: float) -> None:
    """Remember how close two compared numbers were."""
    if abs(left - right) < near[0] * scale:
        near[0] = abs(left - right) / scale


def smallest_trade(rules: Floats, value: float) -> float:
    """Return the smallest trade worth sending, quote currency. Source: METHODS 1.6."""
    return float(max(rules[MIN_TRADE_QUOTE], rules[MIN_TRADE_SHARE] * value))


def wealth_after(desk: Desk, way: Way, legs: int) -> float:
    """Solve ``V' + sum_a k_a * |f_a V' - v_a| = V`` for V' over the first legs of the desk.

    Source: METHODS 1.5.
    """
    goal, order, kinks = desk.goal, desk.order, desk.width
    values, rates, value = way.values, way.rates, way.money[VALUE]
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
            total += trade * (rates[1, other] if trade > 0.0 else -rates[0, other])
        if total >= value:
            upper = kink
    slope = 1.0
    constant = 0.0
    for leg in range(legs):
        asset = order[leg]
        rate = rates[1, asset] if upper > kinks[leg] else -rates[0, asset]
        slope += rate * goal[asset]
        constant += rate * values[asset]
    return float((value + constant) / slope)


def settle_costs(desk: Desk, way: Way) -> None:
    """Write the trades that are paid for out of the portfolio, largest first.

    Legs whose side the costs would flip are dropped. ``desk.after`` becomes the wealth after costs.

    Source: METHODS 1.5 and 9a.
    """
    goal, order, trades = desk.goal, desk.order, desk.trades
    values, weights = way.values, way.weights
    legs = 0
    for asset in range(len(values)):
        if goal[asset] != weights[asset]:
            order[legs] = asset
            legs += 1
    while True:
        after = wealth_after(desk, way, legs)
        kept = 0
        for leg in range(legs):
            asset = order[leg]
            trades[asset] = goal[asset] * after - values[asset]
            mark(way.near, trades[asset], 0.0, way.money[VALUE])
            if trades[asset] * (goal[asset] - weights[asset]) >= 0.0:
                order[kept] = asset
                kept += 1
        if kept == legs:
            break
        legs = kept
    desk.after[0], desk.legs[0] = after, legs
    sort_trades(desk)


def sort_trades(desk: Desk) -> None:
    """Bring the largest trades to the front; those of one size keep their order."""
    order, trades = desk.order, desk.trades
    for leg in range(1, desk.legs[0]):
        asset = order[leg]
        size = abs(trades[asset])
        place = leg
        while place > 0 and size > abs(trades[order[place - 1]]) * (1.0 + _SAME):
            order[place] = order[place - 1]
            place -= 1
        order[place] = asset


def size_orders(desk: Desk, way: Way, rules: Floats, shrink: float) -> int:
    """Turn signed trades into signed quantities that the cash pays for; return how many.

    Source: METHODS 1.6 and 9a.
    """
    least, cash = smallest_trade(rules, way.money[VALUE]), way.money[CASH]
    sales, wanted_sales, proceeds = size_sales(desk, way, rules, shrink, least)
    kept = rules[RESERVE]
    if sales < wanted_sales:
        # Money that a sale was to bring is not spent: cash stays where the plan would have it.
        planned = desk.after[0]
        for asset in range(len(way.coins)):
            planned -= way.coins[asset] * way.prices[asset]
        for leg in range(desk.legs[0]):
            planned -= desk.trades[desk.order[leg]] * shrink
        kept = max(kept, min(cash, planned))
    budget = cash + proceeds * (1.0 - rules[HAIRCUT]) - kept
    return sales + size_buys(desk, way, rules[FEE], shrink, least, budget)


def size_sales(
    desk: Desk, way: Way, rules: Floats, shrink: float, least: float
) -> tuple[int, int, float]:
    """Write the quantities to sell; return how many, how many were wanted, and the proceeds."""
    trades, prices, coins = desk.trades, way.prices, way.coins
    count, wanted, proceeds = 0, 0, 0.0
    keep = 1.0 - rules[FEE]
    for asset in range(len(coins)):
        desk.wanted[asset] = 0.0
    for leg in range(desk.legs[0]):
        asset = desk.order[leg]
        if trades[asset] >= 0.0:
            continue
        wanted += 1
        quantity = -trades[asset] * shrink / prices[asset]
        if quantity >= coins[asset] * (1.0 - _SAME):
            quantity = coins[asset]
        amount = quantity * prices[asset]
        mark(way.near, amount, least, way.money[VALUE])
        if amount < least or quantity == 0.0:
            continue
        desk.wanted[asset] = -quantity
        proceeds += amount * (1.0 - way.spreads[asset]) * keep
        count += 1
    return count, wanted, float(proceeds)


def size_buys(desk: Desk, way: Way, fee: float, shrink: float, least: float, budget: float) -> int:
    """Write the quantities to buy, largest trades first, as far as the budget goes; how many."""
    trades, prices = desk.trades, way.prices
    count = 0
    for leg in range(desk.legs[0]):
        asset = desk.order[leg]
        if trades[asset] <= 0.0:
            continue
        price = prices[asset] * (1.0 + way.spreads[asset]) * (1.0 + fee)
        quantity = trades[asset] * shrink / prices[asset]
        if quantity * price > budget:
            quantity = max(budget, 0.0) / price
        amount = quantity * prices[asset]
        mark(way.near, amount, least, way.money[VALUE])
        if amount < least or quantity == 0.0:
            continue
        desk.wanted[asset] = quantity
        budget -= quantity * price
        count += 1
    return count
