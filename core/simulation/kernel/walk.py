"""One policy's way over the tape, from one bar that matters to the next (METHODS 1.8 and 6.1).

Numba compiles this file where it is installed; without it the same lines run as they are. Between
two trades holdings are constant, so most of the time goes into finding the next bar on which any
asset leaves its region: ``next_change`` is one search over prices, everything else happens rarely.

The order on a bar, as in the reference: what was approved fills at its open, a coin that has ended
is sold, the close is marked, money arrives, the decision is made.
"""

from core.simulation.bar_table import DAY, Floats
from core.simulation.kernel.asking import wait_or_ask
from core.simulation.kernel.blocks import BLOCK
from core.simulation.kernel.filling import fill_due, mark_days, sell_ended, take_in_money
from core.simulation.kernel.layout import Log, Room, Tape
from core.simulation.kernel.search import first_unsure, next_change
from core.simulation.kernel.stand import find_breaches, keep_streaks, set_bands, set_edges, size_of
from core.simulation.kernel.state import (
    CASH,
    DUE,
    IS_BANDED,
    SEGMENT,
    SEGMENT_END,
    SIZE,
    SIZED,
    TODAY,
    VALUE,
    Desk,
    Way,
    new_desk,
    new_way,
)


def walk(  # noqa: PLR0913, PLR0917  # compiled functions take arrays in place of objects
    tape: Tape,
    rules: Floats,
    coins: Floats,
    cash: float,
    room: Room,
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
        room: to work in, new for each walk.
        log: what is written down, as far as there is room.
        day_values: becomes the portfolio's worth at each day's last bar.
        totals: becomes sums over the run, see ``state``.
        near: one number, the closest that a comparison came to its threshold.
    """
    totals[:] = 0.0
    way = new_way(room, rules, coins, day_values, totals, near)
    way.money[CASH] = cash
    go(way, new_desk(room), tape, rules, log)


def go(way: Way, desk: Desk, tape: Tape, rules: Floats, log: Log) -> None:
    """Go from one bar that matters to the next, until the last one or an overdraft."""
    bar, bars = 0, tape.closes.shape[1]
    while bar < bars:
        if way.at[DUE] == bar:
            fill_due(way, desk, tape, rules, log, bar)
        if bar >= way.at[SEGMENT_END] and not begin_segment(way, tape, log, bar):
            return
        if see(way, tape, bar):
            take_stand(way, tape, rules, log, bar)
            wait = wait_or_ask(way, desk, tape, rules, log, bar)
            bar = jump(way, tape, rules, bar, min(wait, next_given(way, bar)))
        else:
            bar = next_given(way, bar)
    mark_days(way, tape, bars)


def begin_segment(way: Way, tape: Tape, log: Log, bar: int) -> bool:
    """Enter the next stretch of bars in which nothing given changes.

    Returns:
        Whether there was enough of what left the portfolio.
    """
    way.at[SEGMENT] += 1
    segment = way.at[SEGMENT]
    way.at[SEGMENT_END] = tape.starts[segment + 1]
    way.at[IS_BANDED] = 0
    if len(tape.targets) > 0:
        for asset in range(len(way.targets)):
            way.targets[asset] = tape.targets[segment, asset]
    sell_ended(way, tape, log, bar)
    return take_in_money(way, tape, log, bar)


def next_given(way: Way, bar: int) -> int:
    """Return the next bar on which something given changes or a plan fills."""
    if way.at[DUE] > bar:
        return int(min(way.at[SEGMENT_END], way.at[DUE]))
    return int(way.at[SEGMENT_END])


def see(way: Way, tape: Tape, bar: int) -> bool:
    """Look at the prices of a bar; tell whether a decision is made on it."""
    if not tape.evaluated[way.at[SEGMENT]]:
        return False
    coins, prices, values, weights = way.coins, way.prices, way.values, way.weights
    count = len(coins)
    value = 0.0
    for asset in range(count):
        prices[asset] = tape.closes[asset, bar]
        values[asset] = coins[asset] * prices[asset]
        value += values[asset]
    value += way.money[CASH]
    way.money[VALUE] = value
    if value <= 0.0:
        return False
    for asset in range(count):
        weights[asset] = values[asset] / value
    weights[count] = way.money[CASH] / value
    return True


def take_stand(way: Way, tape: Tape, rules: Floats, log: Log, bar: int) -> None:
    """See where the portfolio stands: its size, bands, breaches, and for how long they stood."""
    at, segment = way.at, way.at[SEGMENT]
    fitting = size_of(rules, way.money[VALUE], at[SIZE], way.near)
    if fitting != at[SIZE]:
        place = int(way.totals[SIZED])
        if place < len(log.size):
            log.sized_from[place] = bar
            log.size[place] = fitting
        way.totals[SIZED] += 1.0
        at[SIZE], at[IS_BANDED] = fitting, 0
    if at[IS_BANDED] == 0:
        at[IS_BANDED] = 1
        regime, is_guarded = tape.regime[segment], tape.guarded[segment]
        set_bands(rules, way.targets, fitting, regime, is_guarded, way.upper, way.lower)
    find_breaches(way, rules)
    today = (tape.opened[bar] + tape.interval) // DAY
    keep_streaks(way, today - at[TODAY])
    at[TODAY] = today


def jump(way: Way, tape: Tape, rules: Floats, bar: int, end: int) -> int:
    """Return the next bar on which something may change, ``end`` at the latest."""
    after = bar + 1
    if after >= end or not set_edges(way, rules):
        return after
    found = find_change(way, tape, after, end)
    # The bars between were evaluated too: nothing changed on them but the date.
    passed = (tape.opened[found - 1] + tape.interval) // DAY - way.at[TODAY]
    if passed > 0:
        way.at[TODAY] += passed
        for asset in range(len(way.days)):
            if way.sides[asset] != 0:
                way.days[asset] += passed
    return found


def find_change(way: Way, tape: Tape, start: int, end: int) -> int:
    """Return the first bar from ``start`` on that may leave the limits, ``end`` for none.

    Blocks whose bounds prove that they hold none are passed; the answer is the same without them.
    """
    has_blocks = len(tape.blocks.first) > 0
    while start < end:
        stop = end
        if has_blocks:
            block = first_unsure(tape.blocks, way, start // BLOCK, (end - 1) // BLOCK + 1)
            start, stop = max(start, block * BLOCK), min(end, (block + 1) * BLOCK)
        if start < stop:
            cash, room = way.money[CASH], way.room
            found = next_change(
                tape.closes, way.coins, way.highs, way.lows, cash, way.span, room, start, stop
            )
            if found < stop:
                return found
        start = stop
    return end
