"""What a walk carries from bar to bar, in arrays with names: compiled code takes no objects.

Numba compiles this file where it is installed. Nothing here makes room: every array is a part of
one that is there when the walk begins, see ``room``.
"""

from typing import NamedTuple

import numpy as np

from core.simulation.bar_table import Floats
from core.simulation.kernel.layout import FEE, SCALARS, Indexes, Log, Pages, Room
from core.simulation.matrix import Flags

NEVER = -1
_LONG_AGO = -(10**9)

# Places in ``Way.money``: cash held and the portfolio's worth, money that arrived since the last
# execution, the worth, one-way turnover and cost of the plan in the making (quote currency; the
# turnover a share), the worth behind the plan that waits, and when the last one was executed.
CASH, VALUE, NEW_MONEY, ONE_WAY, COST, PLAN_VALUE, EXECUTED_AT, MONEY = range(8)

# Places in ``Way.at``: the segment and its end; the size profile, and whether the bands are those
# of segment and size; whether this is the first funding, whether a breach is hard, for how many
# days the longest one has stood; the UTC days of the last evaluation and the last question; the
# bar in whose open the plan fills, its place in the log, whether it was a first funding; how many
# days are marked, executions and questions written down, and the first of them that still counts.
(
    SEGMENT, SEGMENT_END, SIZE, IS_BANDED, IS_FIRST, IS_HARD, LONGEST, TODAY, ASKED_DAY,
    DUE, PLAN_AT, PLAN_IS_FIRST, DAYS_MARKED, TURNS, FIRST_TURN, QUESTIONS, FIRST_QUESTION, PLACES,
) = range(18)  # fmt: skip

# Places in ``Way.totals``; the last one is 0, or 1 + the bar on which too much was withdrawn.
HELD, SIZED, ASKED, EXECUTED, ORDERS, TURNOVER, COSTS, OVERDRAWN, TOTALS = range(9)

# Places in ``Way.filled``: orders, one-way amount before costs, costs, the plan's costs for them.
FILLED_ORDERS, FILLED_AMOUNT, FILLED_COSTS, FORESEEN_COSTS, FILLED = range(5)


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
    room: Room, rules: Floats, coins: Floats, day_values: Floats, totals: Floats, near: Floats
) -> Way:
    """Return a way before its first bar; ``coins``, ``day_values``, ``totals``, ``near`` change."""
    count, lines = len(coins), room.lines
    set_places(room.places)
    room.money[EXECUTED_AT] = -np.inf
    set_rates(room.rates, rules)
    for asset in range(count + 1):
        lines[0, asset] = rules[SCALARS + asset]
        room.flags[0, asset] = True
    return Way(
        at=room.places,
        money=room.money,
        coins=coins,
        spreads=rules[SCALARS + 4 * (count + 1) + 10 :],
        rates=room.rates,
        targets=lines[0],
        prices=lines[1, :count],
        values=lines[2, :count],
        weights=lines[3],
        upper=lines[4],
        lower=lines[5],
        usable=room.flags[0],
        region=room.wholes[0],
        sides=room.wholes[1],
        days=room.wholes[2],
        highs=lines[6, :count],
        lows=lines[7, :count],
        span=room.span,
        room=room.search,
        planned_at=lines[8, :count],
        filled=room.filled,
        turned_at=room.turns[0],
        turned=room.turns[1],
        asked_on=room.questions,
        day_values=day_values,
        totals=totals,
        near=near,
    )


def set_places(at: Indexes) -> None:
    """Write the whole numbers of a way before its first bar."""
    at[SEGMENT], at[DUE] = NEVER, NEVER
    at[TODAY], at[ASKED_DAY] = _LONG_AGO, _LONG_AGO


def set_rates(rates: Floats, rules: Floats) -> None:
    """Write what a sale and a buy of each coin cost, of the amount at mid; 2 x assets."""
    count = rates.shape[1]
    spreads = rules[SCALARS + 4 * (count + 1) + 10 :]
    for asset in range(count):
        rates[0, asset] = 1.0 - (1.0 - spreads[asset]) * (1.0 - rules[FEE])
        rates[1, asset] = (1.0 + spreads[asset]) * (1.0 + rules[FEE]) - 1.0


def new_desk(room: Room) -> Desk:
    """Return room for plans, with a covariance of so many days as there is room for."""
    lines, count = room.lines, room.rates.shape[1]
    return Desk(
        goal=lines[9],
        planned=lines[10],
        moved=room.flags[1],
        raised=room.flags[2],
        position=lines[11],
        width=lines[12],
        sorted=room.wholes[3],
        trades=lines[13, :count],
        order=room.wholes[4, :count],
        legs=room.wholes[5, :1],
        after=lines[14, :1],
        wanted=lines[15, :count],
        before=lines[16, :count],
        settled=lines[17, :count],
        mixed=room.mixed,
    )


def log_of(pages: Pages) -> Log:
    """Return the log that is written on these pages."""
    wholes, reals = pages.wholes, pages.reals
    return Log(
        held_from=wholes[0],
        coins=pages.coins,
        cash=reals[0],
        sized_from=wholes[1],
        size=wholes[2],
        asked=wholes[3],
        filled=wholes[4],
        orders=wholes[5],
        planned=reals[1],
        predicted=reals[2],
        turnover=reals[3],
        cost=reals[4],
    )
