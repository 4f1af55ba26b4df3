"""One policy's way over the tape, from one bar that matters to the next (METHODS 1.8 and 6.1).

Numba compiles this file where it is installed; without it the same lines run as they are. Between
two trades holdings are constant, so most of the time goes into finding the next bar on which any
asset leaves its region: ``next_change`` is one search over prices, everything else happens rarely.

The order on a bar, as in the reference: what was approved fills at its open, a coin that has ended
is sold, the close is marked, money arrives, the decision is made.
"""

# Compiled functions take arrays in place of objects, and one loop keeps its state in one place:
# ruff: noqa: PLR0913, PLR0915, PLR0917, PLR0912, C901

import numpy as np

from core.planning.bands import GUARDED_SHRINK
from core.simulation.bar_table import CLOSING_DELAY, DAY, Floats
from core.simulation.kernel.acting import (
    execute,
    first_bar_closing,
    is_worth_it,
    longest_streak,
    mark_days,
    write_holdings,
)
from core.simulation.kernel.layout import (
    AFTER_EXECUTION,
    APPROVALS,
    CONFIRM,
    DELAY,
    FEE,
    MAX_TURNOVER,
    ONE_A_DAY,
    RESERVE,
    SCALARS,
    SEARCH_ROOM,
    TESTS_BENEFIT,
    TURNOVER_WINDOW,
    YEARLY,
    Log,
    Tape,
    new_desk,
)
from core.simulation.kernel.planning import draft_orders
from core.simulation.kernel.search import next_change
from core.simulation.kernel.sizing import mark
from core.simulation.kernel.stand import (
    STANDARD,
    TINY,
    find_breaches,
    set_bands,
    set_edges,
    size_of,
)

_SHRINK = float(GUARDED_SHRINK)
_HALF_OF_LAST = 0.5
_YEAR = 365
_NEVER = -1


def walk(
    tape: Tape,
    rules: Floats,
    coins: Floats,
    cash: float,
    log: Log,
    day_values: Floats,
    totals: Floats,
    near: Floats,
) -> None:
    """Walk one policy over the tape.

    Args:
        tape: market and given series.
        rules: the policy, packed.
        coins: at the first close; changed.
        cash: at the first close, quote currency.
        log: what is written down, as far as there is room.
        day_values: becomes the portfolio's worth at each day's last bar.
        totals: becomes: changes of holdings, changes of size, proposals, executions, orders,
            turnover, costs, and 0 or 1 + the bar on which more was withdrawn than there was.
        near: one number, the closest that a comparison came to its threshold.
    """
    bars = tape.closes.shape[1]
    count = len(coins)
    spreads = rules[SCALARS + 4 * (count + 1) + 10 :]
    rates = np.empty((2, count))
    for asset in range(count):
        rates[0, asset] = 1.0 - (1.0 - spreads[asset]) * (1.0 - rules[FEE])
        rates[1, asset] = (1.0 + spreads[asset]) * (1.0 + rules[FEE]) - 1.0
    prices, values = np.empty(count), np.empty(count)
    weights, upper, lower = np.empty(count + 1), np.empty(count + 1), np.empty(count + 1)
    highs, lows, span = np.empty(count), np.empty(count), np.empty(2)
    room_to_search = np.empty((3, SEARCH_ROOM))
    usable = np.ones(count + 1, np.bool_)
    region = np.zeros(count + 1, np.int64)
    sides, days = np.zeros(count + 1, np.int64), np.zeros(count + 1, np.int64)
    desk = new_desk(count, near)
    wanted = desk.wanted
    planned_at = np.zeros(count)
    result = np.zeros(4)
    room = 2 + (len(tape.day_bars) if rules[ONE_A_DAY] > 0.0 else bars)
    limited = rules[MAX_TURNOVER] < np.inf
    turned_at, turned = np.empty(room if limited else 0), np.empty(room if limited else 0)
    asked_on = np.empty(room if rules[YEARLY] < np.inf else 0, np.int64)
    turns, first_turn, questions, first_question = 0, 0, 0, 0

    totals[:] = 0.0
    targets = rules[SCALARS : SCALARS + count + 1].copy()
    size, is_banded, is_guarded = STANDARD, False, False
    segment, segment_end = _NEVER, 0
    day_marked = 0
    last_day, asked_day = -(10**9), -(10**9)
    due, plan_bar, plan_at, plan_value, plan_is_first = _NEVER, 0, 0, 0.0, False
    executed_at, new_money = -np.inf, 0.0
    bar = 0
    while bar < bars:
        is_new = bar >= segment_end
        if is_new:
            segment += 1
            segment_end = tape.starts[segment + 1]
            is_banded, is_guarded = False, tape.guarded[segment]
            if len(tape.targets) > 0:
                for asset in range(count + 1):
                    targets[asset] = tape.targets[segment, asset]
        if due == bar:
            day_marked = mark_days(tape, coins, cash, day_marked, bar, day_values)
            cash = execute(
                desk, rules, tape.fills, bar - 1, spreads, planned_at, coins, cash, result
            )
            due = _NEVER
            if result[0] > 0.0:
                share = result[1] / plan_value
                executed_at = float(tape.opened[bar])
                new_money = 0.0
                for asset in range(count + 1):
                    sides[asset] = 0
                if limited:
                    turned_at[turns] = executed_at
                    turned[turns] = 0.0 if plan_is_first else share
                    turns += 1
                totals[3] += 1.0
                totals[4] += result[0]
                totals[5] += share
                totals[6] += result[2]
                if plan_at < len(log.asked):
                    log.filled[plan_at] = bar
                    log.orders[plan_at] = int(result[0])
                    log.turnover[plan_at] = share
                    log.cost[plan_at] = result[2]
                    log.predicted[plan_at] = result[3]
                write_holdings(log, totals, bar, coins, cash)
        if is_new:
            for asset in range(count):
                if usable[asset] and tape.ended[asset] < bar:
                    usable[asset] = False
                    if coins[asset] > 0.0:
                        day_marked = mark_days(tape, coins, cash, day_marked, bar, day_values)
                        last = tape.closes[asset, tape.ended[asset]]
                        cash += coins[asset] * last * _HALF_OF_LAST
                        coins[asset] = 0.0
                        write_holdings(log, totals, bar, coins, cash)
            if tape.flow[segment] != 0.0:
                day_marked = mark_days(tape, coins, cash, day_marked, bar + 1, day_values)
                cash += tape.flow[segment]
                if cash < 0.0:
                    totals[7] = 1.0 + bar
                    return
                new_money = max(0.0, new_money + tape.flow[segment])
                write_holdings(log, totals, bar + 1, coins, cash)
        limit = segment_end
        if due > bar:
            limit = min(limit, due)
        if not tape.evaluated[segment]:
            bar = limit
            continue
        value = 0.0
        for asset in range(count):
            prices[asset] = tape.closes[asset, bar]
            values[asset] = coins[asset] * prices[asset]
            value += values[asset]
        value += cash
        if value <= 0.0:
            bar = limit
            continue
        for asset in range(count):
            weights[asset] = values[asset] / value
        weights[count] = cash / value
        fitting = size_of(rules, value, size, near)
        if fitting != size or not is_banded:
            if fitting != size:
                place = int(totals[1])
                if place < len(log.size):
                    log.sized_from[place] = bar
                    log.size[place] = fitting
                totals[1] += 1.0
            size, is_banded = fitting, True
            set_bands(rules, targets, size, tape.regime[segment], is_guarded, upper, lower)
        is_first = find_breaches(
            rules, value, values, weights, targets, upper, lower, usable, near, region
        )
        closed = tape.opened[bar] + tape.interval
        today = closed // DAY
        longest = longest_streak(region, sides, days, today - last_day)
        last_day = today
        is_hard = False
        for asset in range(count + 1):
            is_hard = is_hard or abs(region[asset]) > 1
        if longest > 0:
            # Wait for the first bar that could ask, as far as time alone tells.
            wait = bar + 1
            if tape.paused[segment]:
                wait = limit
            elif not (is_hard or is_first or longest >= rules[CONFIRM]):
                wait = first_bar_closing(tape, (today + rules[CONFIRM] - longest) * DAY)
            else:
                is_free = True
                if due > bar:
                    wait, is_free = due, False
                if rules[ONE_A_DAY] > 0.0 and asked_day == today:
                    wait, is_free = max(wait, first_bar_closing(tape, (today + 1.0) * DAY)), False
                until = executed_at + rules[AFTER_EXECUTION] - CLOSING_DELAY
                if closed < until and not is_hard and not is_first:
                    wait, is_free = max(wait, first_bar_closing(tape, until)), False
                if size == TINY and not is_hard and rules[YEARLY] < np.inf:
                    while first_question < questions and asked_on[first_question] <= today - _YEAR:
                        first_question += 1
                    if questions - first_question >= rules[YEARLY]:
                        wait, is_free = (
                            max(wait, first_bar_closing(tape, (today + 1.0) * DAY)),
                            False,
                        )
                is_asking = False
                if is_free:
                    arrived = max(0.0, min(new_money / value, weights[count] - targets[count]))
                    arrived = max(0.0, min(arrived, (cash - rules[RESERVE]) / value))
                    shrink = _SHRINK if is_guarded else 1.0
                    # A plan that waits for its day is not written over: it is not free then.
                    orders = draft_orders(
                        desk, rules, prices, coins, spreads, rates, value, cash, values, weights,
                        targets, upper, lower, usable, region, is_first, arrived, shrink,
                    )  # fmt: skip
                    is_asking = orders > 0
                if is_asking:
                    sold, bought, cost = 0.0, 0.0, 0.0
                    for asset in range(count):
                        amount = wanted[asset] * prices[asset]
                        if amount < 0.0:
                            sold -= amount
                            cost -= amount * rates[0, asset]
                        else:
                            bought += amount
                            cost += amount * rates[1, asset]
                    one_way = max(sold, bought) / value
                    if rules[TESTS_BENEFIT] > 0.0:
                        newest = min(today - 1 - tape.first_day, tape.log_returns.shape[1] - 1)
                        is_asking = is_worth_it(
                            rules, tape, newest, value, cost, prices, coins, wanted, weights,
                            targets, near,
                        ) or is_hard  # fmt: skip
                    if limited and not is_first:
                        since = closed + CLOSING_DELAY - rules[TURNOVER_WINDOW]
                        while first_turn < turns and turned_at[first_turn] <= since:
                            first_turn += 1
                        used = 0.0
                        for turn in range(first_turn, turns):
                            used += turned[turn]
                        mark(near, used + one_way, rules[MAX_TURNOVER], 1.0)
                        is_asking = is_asking and used + one_way <= rules[MAX_TURNOVER]
                if is_asking:
                    asked_day = today
                    if rules[YEARLY] < np.inf:
                        asked_on[questions] = today
                        questions += 1
                    plan_bar, plan_at, plan_value, plan_is_first = (
                        bar,
                        int(totals[2]),
                        value,
                        is_first,
                    )
                    totals[2] += 1.0
                    if plan_at < len(log.asked):
                        log.asked[plan_at] = bar
                        log.filled[plan_at] = _NEVER
                        log.orders[plan_at] = 0
                        log.planned[plan_at] = one_way
                        log.turnover[plan_at] = 0.0
                        log.cost[plan_at] = 0.0
                        log.predicted[plan_at] = 0.0
                    is_yes = rules[APPROVALS] == 0.0
                    if rules[APPROVALS] > 1.0 and len(tape.approved) > 0:
                        is_yes = tape.approved[bar]
                    if is_yes:
                        due = plan_bar + 1 + int(rules[DELAY])
                        for asset in range(count):
                            planned_at[asset] = prices[asset]
                        limit = min(limit, due)
            limit = min(limit, max(wait, bar + 1))
        after = bar + 1
        if limit > after and set_edges(
            rules, size, value, weights, targets, upper, lower, usable, region, coins, cash,
            highs, lows, span,
        ):  # fmt: skip
            after = next_change(
                tape.closes, coins, highs, lows, cash, span, room_to_search, after, limit
            )
            # The bars between were evaluated too: nothing changed on them but the date.
            passed = (tape.opened[after - 1] + tape.interval) // DAY - last_day
            if passed > 0:
                last_day += passed
                for asset in range(count + 1):
                    if sides[asset] != 0:
                        days[asset] += passed
        bar = after
    mark_days(tape, coins, cash, day_marked, bars, day_values)
