"""Where each number stands in the flat arrays that compiled code takes."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from core.simulation.bar_table import Floats, Seconds
from core.simulation.kernel.blocks import Blocks
from core.simulation.kernel.rules import KernelRules
from core.simulation.matrix import Flags

# Places of the scalars of one policy.
(
    FEE, DELTA, WHOLE, CONFIRM, HARD, SMALL_BELOW, TINY_BELOW, BACK, ONE_A_DAY, AFTER_EXECUTION,
    MAX_TURNOVER, TURNOVER_WINDOW, YEARLY, MIN_TRADE_QUOTE, MIN_TRADE_SHARE, HAIRCUT, RESERVE,
    TESTS_BENEFIT, WORTH, COST_MULT, BUFFER, COV_DAYS, MIN_COV_DAYS, KEEP, FALLBACK_VARIANCE,
    APPROVALS, DELAY, SCALARS,
) = range(28)  # fmt: skip

Indexes = NDArray[np.int64]

SEARCH_ROOM = 512
"""Bars that the compiled search looks at together."""


class Tape(NamedTuple):
    """The market and what is given, as compiled code reads it.

    Attributes:
        closes, fills: assets x bars.
        opened: open times of the bars, epoch seconds; bars.
        interval: the length of a bar, seconds.
        starts: first bars of the stretches in which nothing given changes, and the count of bars at
            the end; segments + 1.
        evaluated: whether a decision is made on these bars; segments.
        paused, guarded: see ``KernelSeries``; segments.
        regime: place of the label; segments.
        targets: in force; segments x (assets + 1), or 0 rows for the policy's own.
        flow: what arrives right after the close of the segment's first bar; segments.
        approved: bars, or empty for no answer but yes.
        ended: index of each coin's last bar, the count of bars for one that goes on; assets.
        first_day: UTC day of the first daily return's later close.
        log_returns: daily; assets x days.
        sums, squares: of the returns before each day, and of their squares; assets x (days + 1).
        known_from: first day with a return, as an index of days; assets.
        day_bars: the last bar of each UTC day, and of all; days.
        day_closes: closes on those bars; assets x days.
        blocks: bounds on the closes, or on nothing.
    """

    closes: Floats
    fills: Floats
    opened: Seconds
    interval: int
    starts: Indexes
    evaluated: Flags
    paused: Flags
    guarded: Flags
    regime: Indexes
    targets: Floats
    flow: Floats
    approved: Flags
    ended: Indexes
    first_day: int
    log_returns: Floats
    sums: Floats
    squares: Floats
    known_from: Indexes
    day_bars: Indexes
    day_closes: Floats
    blocks: Blocks


class Room(NamedTuple):
    """What a walk works in, since compiled code only borrows arrays and makes none.

    All but the last three are zeros when it begins.

    Attributes:
        lines: numbers of each asset, cash last; 18 x (assets + 1).
        wholes, flags: the same of whole numbers, and of yes and no; 6 and 3 x (assets + 1).
        places, money, filled, span: single numbers, see ``state``.
        rates: 2 x assets.
        mixed: for daily returns; as many days as the covariance counts.
        search: for the compiled search; 3 x SEARCH_ROOM, or an asset more.
        turns: for executions; 2 x as many as a run can have, where the policy limits them.
        questions: for days with a question; the same.
    """

    lines: Floats
    wholes: Indexes
    flags: Flags
    places: Indexes
    money: Floats
    filled: Floats
    span: Floats
    rates: Floats
    mixed: Floats
    search: Floats
    turns: Floats
    questions: Indexes


class Log(NamedTuple):
    """What a run writes down; arrays of no length write nothing.

    Attributes:
        held_from: the first bar of a stretch of constant holdings; changes.
        coins: held in it; changes x assets.
        cash: held in it; changes.
        sized_from, size: the first bar on which a size profile held, and which; changes of size.
        asked: bars with a proposal; proposals.
        filled: the bar in whose open it filled, -1 if it did not; proposals.
        orders: fills; proposals.
        planned, predicted: one-way turnover as a share and cost in quote currency, by the plan.
        turnover, cost: the same as they came out.
    """

    held_from: Indexes
    coins: Floats
    cash: Floats
    sized_from: Indexes
    size: Indexes
    asked: Indexes
    filled: Indexes
    orders: Indexes
    planned: Floats
    predicted: Floats
    turnover: Floats
    cost: Floats


class Pages(NamedTuple):
    """Where a log is written: its rows, see ``state.log_of``; of no length to write nothing.

    Attributes:
        wholes, reals: 6 and 5 rows, each with the same room.
        coins: room x assets.
    """

    wholes: Indexes
    reals: Floats
    coins: Floats


def empty_pages(assets: int, room: int) -> Pages:
    """Return pages with room for so many entries of each kind."""
    wholes = np.empty((6, room), np.int64)
    return Pages(wholes, np.empty((5, room)), np.empty((room, assets)))


def packed(rules: KernelRules) -> Floats:
    """Return a policy as one row of numbers.

    After the scalars: targets, half-widths by size, factors by regime, half-spreads.
    """
    row = np.empty(SCALARS)
    row[FEE], row[DELTA], row[WHOLE] = rules.fee, rules.delta, rules.whole
    row[CONFIRM], row[HARD] = rules.confirm, max(rules.hard, 0.0)
    row[SMALL_BELOW], row[TINY_BELOW] = rules.small_below, rules.tiny_below
    row[BACK], row[ONE_A_DAY] = rules.back, rules.one_a_day
    row[AFTER_EXECUTION], row[YEARLY] = rules.after_execution, rules.yearly
    row[MAX_TURNOVER], row[TURNOVER_WINDOW] = rules.max_turnover, rules.turnover_window
    row[MIN_TRADE_QUOTE], row[MIN_TRADE_SHARE] = rules.min_trade_quote, rules.min_trade_share
    row[HAIRCUT], row[RESERVE] = rules.haircut, rules.reserve
    row[TESTS_BENEFIT], row[WORTH] = rules.tests_benefit, rules.worth
    row[COST_MULT], row[BUFFER] = rules.cost_mult, rules.buffer
    row[COV_DAYS], row[MIN_COV_DAYS] = rules.cov_days, rules.min_cov_days
    row[KEEP], row[FALLBACK_VARIANCE] = rules.keep, rules.fallback_variance
    row[APPROVALS], row[DELAY] = rules.approvals, rules.delay
    arrays = (rules.targets, rules.half_widths, rules.factors, rules.half_spreads)
    return np.concatenate([row, *(array.ravel() for array in arrays)])
