"""Breaches -> orders: the planner of ``core.planning`` over plain arrays (METHODS 1.3 to 1.6).

Numba compiles this file where it is installed, so it keeps to loops over arrays. Assets stand by
symbol, cash last.
"""

# Compiled functions take arrays in place of objects:
# ruff: noqa: PLR0913, PLR0917, C901

from core.simulation.bar_table import Floats
from core.simulation.kernel.layout import DELTA, WHOLE, Desk, Indexes
from core.simulation.kernel.sizing import settle_costs, size_orders
from core.simulation.matrix import Flags

_NOISE = 1e-13
"""What 53 bits leave over when weights are summed: no money, and nobody is sold for it."""


def sum_of(numbers: Floats) -> float:
    """Return the sum from the first to the last: the same bits, compiled or not."""
    total = 0.0
    for number in numbers:
        total += number
    return float(total)


def common_level(
    desk: Desk,
    weights: Floats,
    targets: Floats,
    upper: Floats,
    lower: Floats,
    usable: Flags,
    sign: float,
    amount: float,
    count: int,
) -> float:
    """Return the level that absorbs ``amount``, at most 0, and mark the assets raised to it.

    Only the first ``count`` assets take part. Source: METHODS 1.4 and 9a.
    """
    order, position, width = desk.sorted, desk.position, desk.width
    found = 0
    for asset in range(count):
        desk.raised[asset] = False
        distance = weights[asset] - targets[asset]
        half = upper[asset] if distance > 0.0 else lower[asset]
        if not usable[asset] or (half == 0.0 and distance != 0.0):
            continue
        drift = sign * distance / half if distance != 0.0 else 0.0
        if drift >= 0.0:
            continue  # it would give, not take
        width[asset] = half
        position[asset] = drift
        place = found
        while place > 0 and position[order[place - 1]] > drift:
            order[place] = order[place - 1]
            place -= 1
        order[place] = asset
        found += 1
    widths = 0.0
    weighted = 0.0
    for place in range(found):
        asset = order[place]
        desk.raised[asset] = True
        widths += width[asset]
        weighted += position[asset] * width[asset]
        level = (amount + weighted) / widths
        following = position[order[place + 1]] if place + 1 < found else 0.0
        if level <= following:
            return float(level)
    return 0.0


def move_breached(
    desk: Desk,
    rules: Floats,
    weights: Floats,
    targets: Floats,
    upper: Floats,
    lower: Floats,
    usable: Flags,
    region: Indexes,
    is_first: bool,  # noqa: FBT001
    new_money: float,
) -> None:
    """Write the new weights of what must move, after new money has been placed.

    Source: METHODS 1.3 and 9a.
    """
    cash = len(weights) - 1
    goal, moved = desk.goal, desk.moved
    for asset in range(cash + 1):
        goal[asset] = weights[asset]
        moved[asset] = False
    if new_money > 0.0:
        level = common_level(desk, weights, targets, upper, lower, usable, 1.0, new_money, cash)
        placed = 0.0
        for asset in range(cash):
            if desk.raised[asset]:
                goal[asset] = targets[asset] + level * lower[asset]
                moved[asset] = True
                placed += goal[asset] - weights[asset]
        if placed != 0.0:
            goal[cash] = weights[cash] - placed
            moved[cash] = True
    inside = 0.0 if is_first else rules[DELTA]
    for asset in range(cash + 1):
        if region[asset] == 0:
            continue
        if asset != cash and targets[asset] == 0.0:
            goal[asset] = 0.0
            moved[asset] = True
            continue
        distance = goal[asset] - targets[asset]
        half = upper[asset] if distance > 0.0 else lower[asset]
        if distance != 0.0 and abs(distance) >= half:
            sign = 1.0 if distance > 0.0 else -1.0
            goal[asset] = targets[asset] + sign * inside * half
            moved[asset] = True


def close_gap(
    desk: Desk,
    weights: Floats,
    targets: Floats,
    upper: Floats,
    lower: Floats,
    usable: Flags,
) -> None:
    """Close the gap that the moved assets leave with those that are most opposite.

    Source: METHODS 1.4 and 9a.
    """
    count = len(weights)
    cash = count - 1
    goal, planned, moved = desk.goal, desk.planned, desk.moved
    gap = 1.0 - sum_of(goal)
    if abs(gap) <= _NOISE:
        goal[cash] += gap
        return
    sign = 1.0 if gap > 0.0 else -1.0
    for asset in range(count):
        planned[asset] = goal[asset]
    level = common_level(desk, planned, targets, upper, lower, usable, sign, abs(gap), count)
    for asset in range(count):
        if desk.raised[asset]:
            half = upper[asset] if goal[asset] > targets[asset] else lower[asset]
            goal[asset] = targets[asset] + sign * level * half
    rest = 1.0 - sum_of(goal)
    if rest >= -_NOISE:
        goal[cash] += rest
        return
    bought = 0.0
    for asset in range(count):
        if moved[asset] and planned[asset] > weights[asset]:
            bought += planned[asset] - weights[asset]
    if bought > 0.0:
        kept = max(0.0, 1.0 + rest / bought)
        for asset in range(count):
            if moved[asset] and planned[asset] > weights[asset]:
                goal[asset] = weights[asset] + (planned[asset] - weights[asset]) * kept


def draft_orders(
    desk: Desk,
    rules: Floats,
    prices: Floats,
    coins: Floats,
    spreads: Floats,
    rates: Floats,
    value: float,
    cash: float,
    values: Floats,
    weights: Floats,
    targets: Floats,
    upper: Floats,
    lower: Floats,
    usable: Flags,
    region: Indexes,
    is_first: bool,  # noqa: FBT001
    new_money: float,
    shrink: float,
) -> int:
    """Plan the trades that bring the breached assets back; return how many orders are left.

    ``rates`` holds what a sale and a buy of each coin cost; 2 x assets. Source: METHODS 1.3 to 1.6.
    """
    count = len(coins)
    goal = desk.goal
    if rules[WHOLE] > 0.0:
        for asset in range(count + 1):
            goal[asset] = targets[asset]
        for asset in range(count):
            if not usable[asset]:
                goal[count] += goal[asset] - weights[asset]
                goal[asset] = weights[asset]
    else:
        move_breached(
            desk, rules, weights, targets, upper, lower, usable, region, is_first, new_money
        )
        close_gap(desk, weights, targets, upper, lower, usable)
    legs = settle_costs(desk, value, values, weights, rates[0], rates[1])
    desk.legs[0] = legs
    return size_orders(desk, legs, rules, prices, coins, spreads, value, cash, shrink)
