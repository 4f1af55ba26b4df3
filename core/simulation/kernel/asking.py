"""Whether a breach becomes a question: when it may be asked, whether it is worth it, and asking.

Numba compiles this file where it is installed.
"""

import numpy as np

from core.planning.bands import GUARDED_SHRINK
from core.simulation.bar_table import CLOSING_DELAY, DAY, Floats
from core.simulation.kernel.benefit import benefit_of
from core.simulation.kernel.layout import (
    AFTER_EXECUTION,
    APPROVALS,
    BUFFER,
    CONFIRM,
    COST_MULT,
    DELAY,
    MAX_TURNOVER,
    ONE_A_DAY,
    RESERVE,
    TESTS_BENEFIT,
    TURNOVER_WINDOW,
    YEARLY,
    Log,
    Tape,
)
from core.simulation.kernel.planning import draft_orders
from core.simulation.kernel.sizing import mark
from core.simulation.kernel.stand import TINY
from core.simulation.kernel.state import (
    ASKED,
    ASKED_DAY,
    CASH,
    COST,
    DUE,
    EXECUTED_AT,
    FIRST_QUESTION,
    FIRST_TURN,
    IS_FIRST,
    IS_HARD,
    LONGEST,
    NEVER,
    NEW_MONEY,
    ONE_WAY,
    PLAN_AT,
    PLAN_IS_FIRST,
    PLAN_VALUE,
    QUESTIONS,
    SEGMENT,
    SIZE,
    TODAY,
    TURNS,
    VALUE,
    Desk,
    Way,
)

_SHRINK = float(GUARDED_SHRINK)
_QUANTUM = 1e6
_YEAR = 365


def wait_or_ask(way: Way, desk: Desk, tape: Tape, rules: Floats, log: Log, bar: int) -> int:
    """Ask if there is a breach and this is the time; return the next bar that could ask.

    Until then only prices, what is given, or a plan that fills can change anything.
    """
    if way.at[LONGEST] == 0:
        return len(tape.opened)
    first = first_question(way, tape, rules, bar)
    if first > bar:
        return first
    if is_asking(way, desk, tape, rules, bar):
        ask(way, tape, rules, log, bar)
    return bar + 1


def first_question(way: Way, tape: Tape, rules: Floats, bar: int) -> int:
    """Return the first bar on which time allows a question, this one or a later one."""
    at, is_soft = way.at, way.at[IS_HARD] == 0
    if tape.paused[at[SEGMENT]]:
        return len(tape.opened)
    if is_soft and at[IS_FIRST] == 0 and at[LONGEST] < rules[CONFIRM]:
        return first_bar_closing(tape, (at[TODAY] + rules[CONFIRM] - at[LONGEST]) * DAY)
    first, closed = max(bar, at[DUE]), tape.opened[bar] + tape.interval
    until = way.money[EXECUTED_AT] + rules[AFTER_EXECUTION] - CLOSING_DELAY
    if is_soft and at[IS_FIRST] == 0 and closed < until:
        first = max(first, first_bar_closing(tape, until))
    is_used_up = rules[ONE_A_DAY] > 0.0 and at[ASKED_DAY] == at[TODAY]
    if is_used_up or (is_soft and at[SIZE] == TINY and asked_this_year(way, rules)):
        first = max(first, first_bar_closing(tape, (at[TODAY] + 1.0) * DAY))
    return int(first)


def first_bar_closing(tape: Tape, when: float) -> int:
    """Return the first bar whose close is not before an instant, epoch seconds."""
    since = when - tape.opened[0] - tape.interval
    if since <= 0.0:
        return 0
    return int(np.ceil(since / tape.interval))


def asked_this_year(way: Way, rules: Floats) -> bool:
    """Tell whether a tiny portfolio was asked about as often as a year allows."""
    if not rules[YEARLY] < np.inf:
        return False
    at = way.at
    first = at[FIRST_QUESTION]
    while first < at[QUESTIONS] and way.asked_on[first] <= at[TODAY] - _YEAR:
        first += 1
    at[FIRST_QUESTION] = first
    return bool(at[QUESTIONS] - first >= rules[YEARLY])


def is_asking(way: Way, desk: Desk, tape: Tape, rules: Floats, bar: int) -> bool:
    """Draft a plan; tell whether it has orders, is worth its cost and within the limits."""
    value, segment = way.money[VALUE], way.at[SEGMENT]
    free = min(way.money[NEW_MONEY] / value, way.weights[-1] - way.targets[-1])
    free = max(0.0, min(max(0.0, free), (way.money[CASH] - rules[RESERVE]) / value))
    # A plan that waits for its day is not written over: no question is possible then.
    if draft_orders(desk, way, rules, free, _SHRINK if tape.guarded[segment] else 1.0) == 0:
        return False
    price_plan(way, desk)
    is_good = True
    if rules[TESTS_BENEFIT] > 0.0:
        is_good = is_worth_it(way, desk, tape, rules) or way.at[IS_HARD] != 0
    if rules[MAX_TURNOVER] < np.inf and way.at[IS_FIRST] == 0:
        since = tape.opened[bar] + tape.interval + CLOSING_DELAY - rules[TURNOVER_WINDOW]
        turned = turned_since(way, since) + way.money[ONE_WAY]
        mark(way.near, turned, rules[MAX_TURNOVER], 1.0)
        is_good = is_good and turned <= rules[MAX_TURNOVER]
    return is_good


def price_plan(way: Way, desk: Desk) -> None:
    """Write the one-way turnover of the plan, a share, and its cost, quote currency."""
    sold, bought, cost = 0.0, 0.0, 0.0
    for asset in range(len(desk.wanted)):
        amount = desk.wanted[asset] * way.prices[asset]
        if amount < 0.0:
            sold -= amount
            cost -= amount * way.rates[0, asset]
        else:
            bought += amount
            cost += amount * way.rates[1, asset]
    way.money[ONE_WAY] = max(sold, bought) / way.money[VALUE]
    way.money[COST] = cost


def is_worth_it(way: Way, desk: Desk, tape: Tape, rules: Floats) -> bool:
    """Tell whether less drift is worth the cost of a plan. Source: METHODS 5.4."""
    value, cost, count = way.money[VALUE], way.money[COST], len(way.coins)
    traded = 0.0
    for asset in range(count):
        traded += abs(desk.wanted[asset]) * way.prices[asset]
        held = (way.coins[asset] + desk.wanted[asset]) * way.prices[asset]
        desk.before[asset] = way.weights[asset] - way.targets[asset]
        desk.settled[asset] = held / (value - cost) - way.targets[asset]
    newest = min(way.at[TODAY] - 1 - tape.first_day, tape.log_returns.shape[1] - 1)
    raw = benefit_of(tape, rules, desk, newest) * _QUANTUM
    benefit = np.floor(raw + 0.5) / _QUANTUM
    needed = rules[COST_MULT] * (cost + rules[BUFFER] * traded) / value
    mark(way.near, benefit, needed, 1.0)
    if abs(benefit - needed) < 2.0 / _QUANTUM:
        mark(way.near, raw - np.floor(raw), 0.5, 1.0)
    return bool(benefit >= needed)


def turned_since(way: Way, since: float) -> float:
    """Return the one-way turnover executed after an instant, epoch seconds."""
    at, first = way.at, way.at[FIRST_TURN]
    while first < at[TURNS] and way.turned_at[first] <= since:
        first += 1
    at[FIRST_TURN] = first
    turned = 0.0
    for turn in range(first, at[TURNS]):
        turned += way.turned[turn]
    return float(turned)


def ask(way: Way, tape: Tape, rules: Floats, log: Log, bar: int) -> None:
    """Put the plan to the person, write it down, and let it wait for its bar if they approve."""
    at, place = way.at, int(way.totals[ASKED])
    at[ASKED_DAY] = at[TODAY]
    if rules[YEARLY] < np.inf:
        way.asked_on[at[QUESTIONS]] = at[TODAY]
        at[QUESTIONS] += 1
    at[PLAN_AT], at[PLAN_IS_FIRST] = place, at[IS_FIRST]
    way.money[PLAN_VALUE] = way.money[VALUE]
    way.totals[ASKED] += 1.0
    if place < len(log.asked):
        log.asked[place] = bar
        log.filled[place] = NEVER
        log.orders[place] = 0
        log.planned[place] = way.money[ONE_WAY]
        log.turnover[place] = 0.0
        log.cost[place] = 0.0
        log.predicted[place] = 0.0
    is_yes = rules[APPROVALS] == 0.0
    if rules[APPROVALS] > 1.0 and len(tape.approved) > 0:
        is_yes = tape.approved[bar]
    if is_yes:
        at[DUE] = bar + 1 + int(rules[DELAY])
        for asset in range(len(way.prices)):
            way.planned_at[asset] = way.prices[asset]
