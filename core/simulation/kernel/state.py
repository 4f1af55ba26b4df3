"""What a walk carries from bar to bar, in arrays with names: compiled code takes no objects.

Numba compiles this file where it is installed.
"""

from typing import NamedTuple

import numpy as np

from core.simulation.bar_table import Floats
from core.simulation.kernel.layout import (
    FEE,
    MAX_TURNOVER,
    ONE_A_DAY,
    SCALARS,
    SEARCH_ROOM,
    YEARLY,
    Indexes,
    Tape,
)
from core.simulation.matrix import Flags

NEVER = -1
_LONG_AGO = -(10**9)

# Places in ``Way.money``: cash held and the portfolio's worth, money that arrived since the last
# execution, the worth, one-way turnover and cost of the plan in the making (quote currency; the
# turnover a share), the worth behind the plan that waits, and when the last one was executed.
CASH, VALUE, NEW_MONEY, ONE_WAY, COST, PLAN_VALUE, EXECUTED_AT, _MONEY = range(8)

# Places in ``Way.at``: the segment and its end; the size profile, and whether the bands are those
# of segment and size; whether this is the first funding, whether a breach is hard, for how many
# days the longest one has stood; the UTC days of the last evaluation and the last question; the
# bar in whose open the plan fills, its place in the log, whether it was a first funding; how many
# days are marked, executions and questions written down, and the first of them that still counts.
(
    SEGMENT, SEGMENT_END, SIZE, IS_BANDED, IS_FIRST, IS_HARD, LONGEST, TODAY, ASKED_DAY,
    DUE, PLAN_AT, PLAN_IS_FIRST, DAYS_MARKED, TURNS, FIRST_TURN, QUESTIONS, FIRST_QUESTION, _AT,
) = range(18)  # fmt: skip

# Places in ``Way.totals``; the last one is 0, or 1 + the bar on which too much was withdrawn.
HELD, SIZED, ASKED, EXECUTED, ORDERS, TURNOVER, COSTS, OVERDRAWN, TOTALS = range(9)

# Places in ``Way.filled``: orders, one-way amount before costs, costs, the plan's costs for them.
FILLED_ORDERS, FILLED_AMOUNT, FILLED_COSTS, FORESEEN_COSTS, _FILLED = range(5)


class Way(NamedTuple):
    """One policy's way over a tape; assets by symbol, cash last where it has a place.

    Attributes:
        at, money: single numbers, see their places above.
        coins: held; assets.
        spreads: half-spreads; assets.
        rates: what a sale and a buy cost, of the amount at mid; 2 x assets.
        targets: in force; assets + 1.
        prices, values: on this bar; assets.
        weights, upper, lower: on this bar, and the half-widths of the bands; assets + 1.
        usable: which coins go on; assets + 1.
        region: where each weight stands, see ``stand.find_breaches``; assets + 1.
        sides, days: of each asset's streak; assets + 1.
        highs, lows, span: the limits of the search, see ``stand.set_edges``.
        room: for the search to work in; 3 x SEARCH_ROOM.
        planned_at: prices of the plan that waits; assets.
        filled: what its fills came to, see the places above.
        turned_at, turned: when and how much was executed; room for all of a run, or none.
        asked_on: UTC days with a question; room for all of a run, or none.
        day_values: worth at each day's last bar; days.
        totals: sums over the run, see the places above.
        near: one number, see ``sizing.mark``.
    """

    at: Indexes
    money: Floats
    coins: Floats
    spreads: Floats
    rates: Floats
    targets: Floats
    prices: Floats
    values: Floats
    weights: Floats
    upper: Floats
    lower: Floats
    usable: Flags
    region: Indexes
    sides: Indexes
    days: Indexes
    highs: Floats
    lows: Floats
    span: Floats
    room: Floats
    planned_at: Floats
    filled: Floats
    turned_at: Floats
    turned: Floats
    asked_on: Indexes
    day_values: Floats
    totals: Floats
    near: Floats


class Desk(NamedTuple):
    """Room for one plan in the making, so that none is asked for again and again.

    Attributes:
        goal, planned: weights wanted, and before the gap is closed; assets + 1.
        moved, raised: which assets were moved by a breach or new money, which by the gap.
        position, width, sorted: of the water-fill.
        trades: signed, quote currency at mid, of the traded coins; assets.
        order: the traded coins by the size of their trades, as many as ``legs`` says.
        legs, after: one number each: how many coins are traded, the wealth after costs.
        wanted: the orders, signed coins; assets.
        before, settled: drift now and once the plan is filled; assets.
        mixed: daily returns of a drift, as many days as the covariance counts.
    """

    goal: Floats
    planned: Floats
    moved: Flags
    raised: Flags
    position: Floats
    width: Floats
    sorted: Indexes
    trades: Floats
    order: Indexes
    legs: Indexes
    after: Floats
    wanted: Floats
    before: Floats
    settled: Floats
    mixed: Floats


def new_way(
    tape: Tape, rules: Floats, coins: Floats, day_values: Floats, totals: Floats, near: Floats
) -> Way:
    """Return a way before its first bar; ``coins``, ``day_values``, ``totals``, ``near`` change."""
    count = len(coins)
    most = 2 + (len(tape.day_bars) if rules[ONE_A_DAY] > 0.0 else tape.closes.shape[1])
    turns = most if rules[MAX_TURNOVER] < np.inf else 0
    questions = most if rules[YEARLY] < np.inf else 0
    return Way(
        at=first_places(),
        money=first_money(),
        coins=coins,
        spreads=rules[SCALARS + 4 * (count + 1) + 10 :],
        rates=rates_of(rules, count),
        targets=rules[SCALARS : SCALARS + count + 1].copy(),
        prices=np.zeros(count),
        values=np.zeros(count),
        weights=np.zeros(count + 1),
        upper=np.zeros(count + 1),
        lower=np.zeros(count + 1),
        usable=np.ones(count + 1, np.bool_),
        region=np.zeros(count + 1, np.int64),
        sides=np.zeros(count + 1, np.int64),
        days=np.zeros(count + 1, np.int64),
        highs=np.zeros(count),
        lows=np.zeros(count),
        span=np.zeros(2),
        room=np.empty((3, max(SEARCH_ROOM, count + 1))),
        planned_at=np.zeros(count),
        filled=np.zeros(_FILLED),
        turned_at=np.empty(turns),
        turned=np.empty(turns),
        asked_on=np.empty(questions, np.int64),
        day_values=day_values,
        totals=totals,
        near=near,
    )


def first_places() -> Indexes:
    """Return the whole numbers of a way before its first bar."""
    at = np.zeros(_AT, np.int64)
    at[SEGMENT], at[DUE] = NEVER, NEVER
    at[TODAY], at[ASKED_DAY] = _LONG_AGO, _LONG_AGO
    return at


def first_money() -> Floats:
    """Return the amounts of a way before its first bar; the cash is yet to be put in."""
    money = np.zeros(_MONEY)
    money[EXECUTED_AT] = -np.inf
    return money


def rates_of(rules: Floats, count: int) -> Floats:
    """Return what a sale and a buy of each coin cost, of the amount at mid; 2 x assets."""
    rates = np.empty((2, count))
    spreads = rules[SCALARS + 4 * (count + 1) + 10 :]
    for asset in range(count):
        rates[0, asset] = 1.0 - (1.0 - spreads[asset]) * (1.0 - rules[FEE])
        rates[1, asset] = (1.0 + spreads[asset]) * (1.0 + rules[FEE]) - 1.0
    return rates


def new_desk(assets: int, days: int) -> Desk:
    """Return room for the plans of so many coins, with a covariance of so many days."""
    return Desk(
        goal=np.empty(assets + 1),
        planned=np.empty(assets + 1),
        moved=np.zeros(assets + 1, np.bool_),
        raised=np.zeros(assets + 1, np.bool_),
        position=np.empty(assets + 1),
        width=np.empty(assets + 1),
        sorted=np.zeros(assets + 1, np.int64),
        trades=np.zeros(assets),
        order=np.zeros(assets, np.int64),
        legs=np.zeros(1, np.int64),
        after=np.zeros(1),
        wanted=np.zeros(assets),
        before=np.zeros(assets),
        settled=np.zeros(assets),
        mixed=np.zeros(days),
    )
