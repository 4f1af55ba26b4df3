"""What a walk does now and then: fill a plan, count days, weigh a benefit, write things down.

Numba compiles this file where it is installed.
"""

# Compiled functions take arrays in place of objects:
# ruff: noqa: PLR0913, PLR0917, C901

import numpy as np

from core.simulation.bar_table import Floats
from core.simulation.kernel.benefit import benefit_of
from core.simulation.kernel.layout import BUFFER, COST_MULT, FEE, RESERVE, Desk, Indexes, Log, Tape
from core.simulation.kernel.sizing import mark

_QUANTUM = 1e6


def execute(
    desk: Desk,
    rules: Floats,
    fills: Floats,
    bar: int,
    spreads: Floats,
    planned_at: Floats,
    coins: Floats,
    cash: float,
    result: Floats,
) -> float:
    """Carry the plan on the desk out at the fills of a bar and return the cash after it.

    ``result`` becomes: orders, one-way amount before costs, costs, the plan's costs for the same.
    """
    wanted, order, legs = desk.wanted, desk.order, desk.legs[0]
    for place in range(4):
        result[place] = 0.0
    for leg in range(legs):
        # A needed coin without a next bar: nothing is carried out.
        if wanted[order[leg]] != 0.0 and not fills[order[leg], bar] > 0.0:
            return cash
    sold, bought = 0.0, 0.0
    fee = rules[FEE]
    for leg in range(legs):
        asset = order[leg]
        quantity = min(-wanted[asset], coins[asset])
        if quantity > 0.0:
            middle = quantity * fills[asset, bar]
            got = middle * (1.0 - spreads[asset]) * (1.0 - fee)
            cash += got
            coins[asset] -= quantity
            sold += middle
            result[0] += 1.0
            result[2] += middle - got
            result[3] += (middle - got) * planned_at[asset] / fills[asset, bar]
    for leg in range(legs):
        asset = order[leg]
        if wanted[asset] > 0.0:
            price = fills[asset, bar] * (1.0 + spreads[asset]) * (1.0 + fee)
            quantity = wanted[asset]
            if quantity * price > cash - rules[RESERVE]:
                quantity = max(cash - rules[RESERVE], 0.0) / price
            if quantity > 0.0:
                middle = quantity * fills[asset, bar]
                cash = max(cash - quantity * price, 0.0)
                coins[asset] += quantity
                bought += middle
                result[0] += 1.0
                result[2] += quantity * price - middle
                result[3] += (quantity * price - middle) * planned_at[asset] / fills[asset, bar]
    result[1] = max(sold, bought)
    return cash


def first_bar_closing(tape: Tape, at: float) -> int:
    """Return the first bar whose close is not before an instant, epoch seconds."""
    since = at - tape.opened[0] - tape.interval
    if since <= 0.0:
        return 0
    return int(np.ceil(since / tape.interval))


def mark_days(
    tape: Tape, coins: Floats, cash: float, first: int, until: int, day_values: Floats
) -> int:
    """Write what the portfolio is worth at each day's last bar before ``until``; return how far."""
    day = first
    while day < len(day_values) and tape.day_bars[day] < until:
        total = 0.0
        for asset in range(len(coins)):
            total += coins[asset] * tape.day_closes[asset, day]
        day_values[day] = total + cash
        day += 1
    return day


def longest_streak(region: Indexes, sides: Indexes, days: Indexes, gap: int) -> int:
    """Bring the streaks to today and return for how many days a present breach has stood.

    Args:
        region: where each asset stands today.
        sides: of each asset's streak; changed.
        days: of each asset's streak; changed.
        gap: days since the last evaluation.

    Source: METHODS 1.8 and 9a.
    """
    longest = 0
    for asset in range(len(region)):
        side = 0
        if region[asset] != 0:
            side = 1 if region[asset] > 0 else -1
        if side == 0:
            days[asset] = 0
        elif side != sides[asset] or gap > 1:
            days[asset] = 1
        else:
            days[asset] += gap
        sides[asset] = side
        longest = max(longest, days[asset])
    return longest


def is_worth_it(
    rules: Floats,
    tape: Tape,
    newest: int,
    value: float,
    cost: float,
    prices: Floats,
    coins: Floats,
    wanted: Floats,
    weights: Floats,
    targets: Floats,
    near: Floats,
) -> bool:
    """Tell whether less drift is worth the cost of a plan. Source: METHODS 5.4."""
    count = len(coins)
    before, after = np.empty(count), np.empty(count)
    traded = 0.0
    for asset in range(count):
        traded += abs(wanted[asset]) * prices[asset]
        held = (coins[asset] + wanted[asset]) * prices[asset]
        before[asset] = weights[asset] - targets[asset]
        after[asset] = held / (value - cost) - targets[asset]
    worth = benefit_of(
        rules,
        before,
        after,
        tape.log_returns,
        tape.sums,
        tape.squares,
        tape.known_from,
        newest,
    )
    raw = worth * _QUANTUM
    benefit = np.floor(raw + 0.5) / _QUANTUM
    needed = rules[COST_MULT] * (cost + rules[BUFFER] * traded) / value
    mark(near, benefit, needed, 1.0)
    if abs(benefit - needed) < 2.0 / _QUANTUM:
        mark(near, raw - np.floor(raw), 0.5, 1.0)
    return bool(benefit >= needed)


def write_holdings(log: Log, totals: Floats, bar: int, coins: Floats, cash: float) -> None:
    """Write down what is held from a bar on."""
    place = int(totals[0])
    if place < len(log.held_from):
        log.held_from[place] = bar
        for asset in range(len(coins)):
            log.coins[place, asset] = coins[asset]
        log.cash[place] = cash
    totals[0] += 1.0
