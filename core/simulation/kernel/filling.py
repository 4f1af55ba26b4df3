"""What happens to the holdings: a plan fills, a coin ends, money comes or goes; and the record.

Numba compiles this file where it is installed.
"""

import numpy as np

from core.simulation.bar_table import Floats
from core.simulation.kernel.layout import FEE, MAX_TURNOVER, RESERVE, Log, Tape
from core.simulation.kernel.state import (
    CASH,
    COSTS,
    DAYS_MARKED,
    DUE,
    EXECUTED,
    EXECUTED_AT,
    FILLED_AMOUNT,
    FILLED_COSTS,
    FILLED_ORDERS,
    FORESEEN_COSTS,
    HELD,
    NEVER,
    NEW_MONEY,
    ORDERS,
    OVERDRAWN,
    PLAN_AT,
    PLAN_IS_FIRST,
    PLAN_VALUE,
    SEGMENT,
    TURNOVER,
    TURNS,
    Desk,
    Way,
)

_HALF_OF_LAST = 0.5


def fill_due(way: Way, desk: Desk, tape: Tape, rules: Floats, log: Log, bar: int) -> None:
    """Carry the plan that is due out at the open of a bar, and write down what came of it."""
    mark_days(way, tape, bar)
    way.at[DUE] = NEVER
    filled, totals = way.filled, way.totals
    filled[:] = 0.0
    if has_prices(desk, tape, bar - 1):
        sold = fill_sales(way, desk, tape, rules, bar - 1)
        bought = fill_buys(way, desk, tape, rules, bar - 1)
        filled[FILLED_AMOUNT] = max(sold, bought)
    if filled[FILLED_ORDERS] > 0.0:
        share = filled[FILLED_AMOUNT] / way.money[PLAN_VALUE]
        note_execution(way, rules, tape.opened[bar], share)
        totals[EXECUTED] += 1.0
        totals[ORDERS] += filled[FILLED_ORDERS]
        totals[TURNOVER] += share
        totals[COSTS] += filled[FILLED_COSTS]
        place = way.at[PLAN_AT]
        if place < len(log.asked):
            log.filled[place] = bar
            log.orders[place] = int(filled[FILLED_ORDERS])
            log.turnover[place] = share
            log.cost[place] = filled[FILLED_COSTS]
            log.predicted[place] = filled[FORESEEN_COSTS]
        write_holdings(way, log, bar)


def has_prices(desk: Desk, tape: Tape, bar: int) -> bool:
    """Tell whether every coin of the plan can be traded: if one has no next bar, none is."""
    for leg in range(desk.legs[0]):
        asset = desk.order[leg]
        if desk.wanted[asset] != 0.0 and not tape.fills[asset, bar] > 0.0:
            return False
    return True


def fill_sales(way: Way, desk: Desk, tape: Tape, rules: Floats, bar: int) -> float:
    """Sell what the plan sells, never more than there is; return the amount at mid."""
    sold, keep = 0.0, 1.0 - rules[FEE]
    for leg in range(desk.legs[0]):
        asset = desk.order[leg]
        quantity = min(-desk.wanted[asset], way.coins[asset])
        if quantity > 0.0:
            price = tape.fills[asset, bar]
            middle = quantity * price
            got = middle * (1.0 - way.spreads[asset]) * keep
            way.money[CASH] += got
            way.coins[asset] -= quantity
            sold += middle
            way.filled[FILLED_ORDERS] += 1.0
            way.filled[FILLED_COSTS] += middle - got
            way.filled[FORESEEN_COSTS] += (middle - got) * way.planned_at[asset] / price
    return sold


def fill_buys(way: Way, desk: Desk, tape: Tape, rules: Floats, bar: int) -> float:
    """Buy in the plan's order, each cut to what the cash pays for; return the amount at mid."""
    bought, more = 0.0, 1.0 + rules[FEE]
    for leg in range(desk.legs[0]):
        asset = desk.order[leg]
        quantity = desk.wanted[asset]
        if quantity > 0.0:
            cash = way.money[CASH]
            price = tape.fills[asset, bar]
            paid = price * (1.0 + way.spreads[asset]) * more
            if quantity * paid > cash - rules[RESERVE]:
                quantity = max(cash - rules[RESERVE], 0.0) / paid
            if quantity > 0.0:
                middle = quantity * price
                cost = quantity * paid - middle
                way.money[CASH] = max(cash - quantity * paid, 0.0)
                way.coins[asset] += quantity
                bought += middle
                way.filled[FILLED_ORDERS] += 1.0
                way.filled[FILLED_COSTS] += cost
                way.filled[FORESEEN_COSTS] += cost * way.planned_at[asset] / price
    return bought


def note_execution(way: Way, rules: Floats, opened: float, share: float) -> None:
    """Begin anew after an execution: streaks, new money, cadence and what may be turned over."""
    way.money[EXECUTED_AT] = opened
    way.money[NEW_MONEY] = 0.0
    for asset in range(len(way.sides)):
        way.sides[asset] = 0
    if rules[MAX_TURNOVER] < np.inf:
        turn = way.at[TURNS]
        way.turned_at[turn] = opened
        way.turned[turn] = 0.0 if way.at[PLAN_IS_FIRST] != 0 else share
        way.at[TURNS] += 1


def sell_ended(way: Way, tape: Tape, log: Log, bar: int) -> None:
    """Sell coins whose last bar is over at half their last close. Source: METHODS 6.1."""
    for asset in range(len(way.coins)):
        if way.usable[asset] and tape.ended[asset] < bar:
            way.usable[asset] = False
            if way.coins[asset] > 0.0:
                mark_days(way, tape, bar)
                last = tape.closes[asset, tape.ended[asset]]
                way.money[CASH] += way.coins[asset] * last * _HALF_OF_LAST
                way.coins[asset] = 0.0
                write_holdings(way, log, bar)


def take_in_money(way: Way, tape: Tape, log: Log, bar: int) -> bool:
    """Add what arrives right after the close of a bar; tell whether there was enough to leave."""
    flow = tape.flow[way.at[SEGMENT]]
    if flow == 0.0:
        return True
    mark_days(way, tape, bar + 1)
    way.money[CASH] += flow
    if way.money[CASH] < 0.0:
        way.totals[OVERDRAWN] = 1.0 + bar
        return False
    way.money[NEW_MONEY] = max(0.0, way.money[NEW_MONEY] + flow)
    write_holdings(way, log, bar + 1)
    return True


def mark_days(way: Way, tape: Tape, until: int) -> None:
    """Write what the portfolio is worth at each day's last bar before ``until``."""
    first, end = way.at[DAYS_MARKED], way.at[DAYS_MARKED]
    while end < len(way.day_values) and tape.day_bars[end] < until:
        way.day_values[end] = 0.0
        end += 1
    values = way.day_values[first:end]
    for asset in range(len(way.coins)):
        held, closes = way.coins[asset], tape.day_closes[asset, first:end]
        for day in range(len(values)):
            values[day] += held * closes[day]
    for day in range(len(values)):
        values[day] += way.money[CASH]
    way.at[DAYS_MARKED] = end


def write_holdings(way: Way, log: Log, bar: int) -> None:
    """Write down what is held from a bar on."""
    place = int(way.totals[HELD])
    if place < len(log.held_from):
        log.held_from[place] = bar
        for asset in range(len(way.coins)):
            log.coins[place, asset] = way.coins[asset]
        log.cash[place] = way.money[CASH]
    way.totals[HELD] += 1.0
