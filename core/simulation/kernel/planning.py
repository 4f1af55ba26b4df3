"""Breaches -> orders: the planner of ``core.planning`` over plain arrays (METHODS 1.3 to 1.6).

Numba compiles this file where it is installed, so it keeps to loops over arrays. Assets stand by
symbol, cash last.
"""

from core.simulation.bar_table import Floats
from core.simulation.kernel.layout import DELTA, WHOLE
from core.simulation.kernel.sizing import settle_costs, size_orders
from core.simulation.kernel.state import IS_FIRST, Desk, Way

_NOISE = 1e-13
"""What 53 bits leave over when weights are summed: no money, and nobody is sold for it."""


def sum_of(numbers: Floats) -> float:
    """Return the sum from the first to the last: the same bits, compiled or not."""
    total = 0.0
    for number in numbers:
        total += number
    return float(total)


def draft_orders(desk: Desk, way: Way, rules: Floats, new_money: float, shrink: float) -> int:
    """Plan the trades that bring the breached assets back; return how many orders are left.

    Args:
        desk: becomes the plan.
        way: where it stands.
        rules: one policy's numbers.
        new_money: weight that arrived and may be placed.
        shrink: share of each trade that is ordered.

    Source: METHODS 1.3 to 1.6.
    """
    if rules[WHOLE] > 0.0:
        move_all(desk, way)
    else:
        keep_all(desk, way)
        if new_money > 0.0:
            place_money(desk, way, new_money)
        move_breached(desk, way, 0.0 if way.at[IS_FIRST] != 0 else rules[DELTA])
        close_gap(desk, way)
    settle_costs(desk, way)
    return size_orders(desk, way, rules, shrink)


def move_all(desk: Desk, way: Way) -> None:
    """Bring every coin that goes on to its target; what the others are off is cash."""
    goal, cash = desk.goal, len(way.coins)
    for asset in range(cash + 1):
        goal[asset] = way.targets[asset]
    for asset in range(cash):
        if not way.usable[asset]:
            goal[cash] += goal[asset] - way.weights[asset]
            goal[asset] = way.weights[asset]


def keep_all(desk: Desk, way: Way) -> None:
    """Begin a plan: everything stays where it is."""
    for asset in range(len(way.weights)):
        desk.goal[asset] = way.weights[asset]
        desk.moved[asset] = False


def place_money(desk: Desk, way: Way, new_money: float) -> None:
    """Place new money on the coins that are lowest in their bands. Source: METHODS 1.3 and 9a."""
    cash = len(way.coins)
    level = common_level(desk, way, way.weights, 1.0, new_money, cash)
    placed = 0.0
    for asset in range(cash):
        if desk.raised[asset]:
            desk.goal[asset] = way.targets[asset] + level * way.lower[asset]
            desk.moved[asset] = True
            placed += desk.goal[asset] - way.weights[asset]
    if placed != 0.0:
        desk.goal[cash] = way.weights[cash] - placed
        desk.moved[cash] = True


def move_breached(desk: Desk, way: Way, inside: float) -> None:
    """Move what is beyond its band to ``inside`` half-widths of its target; METHODS 1.3 and 9a."""
    goal, moved, targets, cash = desk.goal, desk.moved, way.targets, len(way.coins)
    for asset in range(cash + 1):
        if way.region[asset] == 0:
            continue
        if asset != cash and targets[asset] == 0.0:
            goal[asset] = 0.0
            moved[asset] = True
            continue
        distance = goal[asset] - targets[asset]
        half = way.upper[asset] if distance > 0.0 else way.lower[asset]
        if distance != 0.0 and abs(distance) >= half:
            sign = 1.0 if distance > 0.0 else -1.0
            goal[asset] = targets[asset] + sign * inside * half
            moved[asset] = True


def close_gap(desk: Desk, way: Way) -> None:
    """Close the gap that the moved assets leave with those that are most opposite.

    Source: METHODS 1.4 and 9a.
    """
    count = len(way.weights)
    goal, planned, cash = desk.goal, desk.planned, count - 1
    gap = 1.0 - sum_of(goal)
    if abs(gap) <= _NOISE:
        goal[cash] += gap
        return
    sign = 1.0 if gap > 0.0 else -1.0
    for asset in range(count):
        planned[asset] = goal[asset]
    level = common_level(desk, way, planned, sign, abs(gap), count)
    for asset in range(count):
        if desk.raised[asset]:
            is_over = goal[asset] > way.targets[asset]
            half = way.upper[asset] if is_over else way.lower[asset]
            goal[asset] = way.targets[asset] + sign * level * half
    rest = 1.0 - sum_of(goal)
    if rest >= -_NOISE:
        goal[cash] += rest
    else:
        cut_buys(desk, way, rest)


def cut_buys(desk: Desk, way: Way, rest: float) -> None:
    """Buy so much less that ``rest``, the weight that nobody could give, is not needed."""
    goal, planned, weights = desk.goal, desk.planned, way.weights
    bought = 0.0
    for asset in range(len(weights)):
        if desk.moved[asset] and planned[asset] > weights[asset]:
            bought += planned[asset] - weights[asset]
    if bought > 0.0:
        kept = max(0.0, 1.0 + rest / bought)
        for asset in range(len(weights)):
            if desk.moved[asset] and planned[asset] > weights[asset]:
                goal[asset] = weights[asset] + (planned[asset] - weights[asset]) * kept


def common_level(
    desk: Desk, way: Way, weights: Floats, sign: float, amount: float, count: int
) -> float:
    """Return the level that absorbs ``amount``, at most 0, and mark the assets raised to it.

    Only the first ``count`` assets take part. Source: METHODS 1.4 and 9a.
    """
    found = line_up(desk, way, weights, sign, count)
    order, position, width = desk.sorted, desk.position, desk.width
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


def line_up(desk: Desk, way: Way, weights: Floats, sign: float, count: int) -> int:
    """Sort the assets that would take by how far they are on the other side; return how many."""
    order, position = desk.sorted, desk.position
    found = 0
    for asset in range(count):
        desk.raised[asset] = False
        distance = weights[asset] - way.targets[asset]
        half = way.upper[asset] if distance > 0.0 else way.lower[asset]
        if not way.usable[asset] or (half == 0.0 and distance != 0.0):
            continue
        drift = sign * distance / half if distance != 0.0 else 0.0
        if drift >= 0.0:
            continue  # it would give, not take
        desk.width[asset] = half
        position[asset] = drift
        place = found
        while place > 0 and position[order[place - 1]] > drift:
            order[place] = order[place - 1]
            place -= 1
        order[place] = asset
        found += 1
    return found
