"""The frozen inputs of one stretch of history, and what of them was known on each day.

Tomorrow is out of reach by construction: a snapshot is made from ``Course.known(i)``, which holds
values and nothing that leads back to the course. The fill price, the one glance ahead that a
simulation needs, is asked for by ``Course.fill_price`` once the decision of day ``i`` is made.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

import numpy as np

from core.domain.errors import InputInvalid
from core.domain.market import BarSeries
from core.domain.policy import Policy
from core.domain.readings import ReadingSeries
from core.domain.stress import Family
from core.domain.units import Asset, Price
from core.domain.watching import WARM_UP, WINDOW
from core.simulation.backtest.windows import BarWindows, ReadingWindows, day_ago_reading
from core.simulation.bar_table import (
    CLOSING_DELAY,
    DAY,
    MAX_DAYS,
    AssetBars,
    BarTable,
    daily,
    instant,
)
from core.simulation.matrix import GONE_AFTER, PriceMatrix, matrix_of, refuse_stale_start

A_DAY = timedelta(days=1)
NEEDED_DAYS = WINDOW + WARM_UP
_VENUE = "venue"

# Of a coin that is only compared or traded: 91 days for correlations and covariances, and the 61
# days that a cold start folds at once. The live bot shows 460; nothing reads beyond these.
_COMPARED_DAYS = 160


@dataclass(frozen=True, slots=True)
class Known:
    """All that was known of the market at one evaluation.

    Attributes:
        as_of: the evaluation: five minutes after the close.
        source: whose prices.
        closes: (coin, close of the day that has just ended) where the coin has that bar.
        ended: coins whose bars have ended, with the price the last of them were sold at.
        bars: closed days of every watched coin.
        readings: what feeds had published by then.
    """

    as_of: datetime
    source: str
    closes: tuple[tuple[Asset, Price], ...]
    ended: tuple[tuple[Asset, Price], ...]
    bars: tuple[BarSeries, ...]
    readings: tuple[ReadingSeries, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Course:
    """One stretch of daily history for one set of targets; make one with ``course_of``.

    Attributes:
        matrix: prices of the target coins, from the first evaluated day to the last.
        needs_history: whether it begins with the days that regime and pause are read from.
        regime_asset: the coin the market is read by.
        notes: what a reader should know, as finished sentences.
    """

    matrix: PriceMatrix
    needs_history: bool
    regime_asset: Asset
    notes: tuple[str, ...]
    _bars: tuple[BarWindows, ...]
    _readings: tuple[ReadingWindows, ...]

    def __len__(self) -> int:
        return len(self.matrix)

    def day(self, bar: int) -> date:
        """Return the UTC day of a bar."""
        return instant(int(self.matrix.starts[bar])).date()

    def asked_on(self, bar: int) -> date:
        """Return the UTC date of the evaluation of a bar, just after its end."""
        return self.day(bar) + A_DAY

    @property
    def starts_at(self) -> datetime:
        """Open time of the first evaluated day."""
        return instant(int(self.matrix.starts[0]))

    @property
    def ends_at(self) -> datetime:
        """End of the last evaluated day."""
        return instant(int(self.matrix.starts[-1]) + DAY)

    def known(self, bar: int) -> Known:
        """Return all that was known five minutes after the close of a bar."""
        opened = int(self.matrix.starts[bar])
        as_of = instant(opened + DAY + CLOSING_DELAY)
        most = {self.regime_asset: MAX_DAYS}
        series = (row.until(opened, most.get(row.asset, _COMPARED_DAYS)) for row in self._bars)
        return Known(
            as_of,
            self.matrix.source,
            tuple(self._closes(opened)),
            tuple(self.ended(bar)),
            tuple(one for one in series if one is not None),
            (*(one.at(as_of) for one in self._readings), *self._day_ago(opened, as_of)),
        )

    def bars_until(self, day: int, most: int) -> tuple[BarSeries, ...]:
        """Return the newest ``most`` days of every watched coin up to one, by its open time."""
        series = (row.until(day, most) for row in self._bars)
        return tuple(one for one in series if one is not None)

    def ended(self, bar: int) -> Iterable[tuple[Asset, Price]]:
        """Yield (coin, price of its sale) for each coin that ended before a bar.

        Source: METHODS 6.1: delisting at the last price minus 50 %.
        """
        for row, last in enumerate(self.matrix.delisted_after):
            if 0 <= last < bar:
                price = Decimal(repr(float(self.matrix.closes[row, last]))) / 2
                yield self.matrix.assets[row], Price(price)

    def fill_price(self, bar: int, asset: Asset) -> Price | None:
        """Return at what a decision on the close of a bar fills: the open of the bar after it.

        None where the coin has no next bar.
        """
        price = float(self.matrix.fills[self.matrix.assets.index(asset), bar])
        return None if np.isnan(price) else Price(Decimal(repr(price)))

    def mark(self, bar: int, asset: Asset) -> Price:
        """Return the last known close of a coin at a bar, to value it with."""
        return Price(Decimal(repr(float(self.matrix.closes[self.matrix.assets.index(asset), bar]))))

    def _closes(self, opened: int) -> Iterable[tuple[Asset, Price]]:
        quoted = {*self.matrix.assets, self.regime_asset}
        for windows in self._bars:
            close = windows.close_of(opened) if windows.asset in quoted else None
            if close is not None:
                yield windows.asset, Price(Decimal(repr(close)))

    def _day_ago(self, opened: int, as_of: datetime) -> Iterable[ReadingSeries]:
        for windows in self._bars:
            close = windows.close_of(opened - DAY) if windows.asset == self.regime_asset else None
            if close is not None:
                yield day_ago_reading(windows.asset, _VENUE, as_of, close)


def needs_history(policy: Policy) -> bool:
    """Tell whether a policy reads regime or pause, and so needs days before its first decision."""
    watches = bool(set(policy.stress.families) & {Family.PRICE, Family.CORRELATION})
    return policy.regime.is_directional or policy.tilt.is_on or watches


def first_possible_day(table: BarTable, policy: Policy) -> datetime:
    """Return the first day a backtest of this policy may begin on.

    Every target has a bar of that very day, and where the policy reads the market the coin it is
    read by has 400 days and the 60 that warm up.

    Raises:
        InputInvalid: there is no such day, or a coin is missing.
    """
    rows = [_needed(table, asset).starts // DAY for asset in policy.risk_assets]
    earliest = max(int(row[0]) for row in rows)
    if needs_history(policy):
        own = _needed(table, policy.regime.asset).starts // DAY
        earliest = max(earliest, int(own[0]) + NEEDED_DAYS - 1)
        have = int(own[-1] - own[0]) + 1
        if have < NEEDED_DAYS:
            raise InputInvalid(
                f"{table.source} has {have} days of {policy.regime.asset}; the first decision "
                f"needs {NEEDED_DAYS}: {WINDOW} to look back on and {WARM_UP} to warm up; add "
                "earlier days",
                code="SHORT_HISTORY",
            )
    common = rows[0]
    for row in rows[1:]:
        common = np.intersect1d(common, row)
    possible = common[common >= earliest]
    if not len(possible):
        raise InputInvalid(
            f"{table.source} has no day from {instant(earliest * DAY):%Y-%m-%d} on with a bar of "
            f"each of {', '.join(policy.risk_assets)}; name fewer coins, or give more history"
        )
    return instant(int(possible[0]) * DAY)


def course_of(
    table: BarTable,
    policy: Policy,
    *,
    start: datetime | None = None,
    end: datetime | None = None,
    readings: Iterable[ReadingSeries] = (),
) -> Course:
    """Freeze the inputs of a backtest.

    Args:
        table: bars of one source; intervals below a day are joined to UTC days.
        policy: whose targets and watched coins are needed.
        start: open time of the first evaluated day, which every coin of the targets has; None =
            ``first_possible_day``.
        end: evaluated days open before it; None = as long as the coins last that have not ended.
        readings: what other feeds said; visible from their own ``known_at``.

    Raises:
        InputInvalid: a coin is missing, listed late or without a bar of the first day, the window
            is too short, or the span holds no day.
    """
    start, end = _span(table, policy, start, end)
    days = in_days(table)
    matrix = matrix_of(days, policy.risk_assets, start, end)
    refuse_stale_start(matrix)
    until = int(matrix.starts[-1])
    watched = {*policy.watched_assets, policy.regime.asset}
    bars = [
        BarWindows(one, table.source, until=until) for one in days.series if one.asset in watched
    ]
    return Course(
        matrix,
        needs_history(policy),
        policy.regime.asset,
        (*table.notes, *_notes(days, policy, matrix)),
        tuple(bars),
        tuple(ReadingWindows(series) for series in readings),
    )


def _span(
    table: BarTable, policy: Policy, start: datetime | None, end: datetime | None
) -> tuple[datetime, datetime]:
    """Return the first day and the end that are asked for, if they can be had."""
    first = first_possible_day(table, policy)
    start = first if start is None else _midnight(start, "the first day")
    if start < first:
        raise InputInvalid(
            f"a backtest of these targets on {table.source} may begin on {first:%Y-%m-%d}, not on "
            f"{start:%Y-%m-%d}: by then every coin is listed"
            + (f" and {NEEDED_DAYS} days lie behind" if needs_history(policy) else ""),
            code="SHORT_HISTORY",
        )
    last = _last_end(table, policy)
    end = last if end is None else min(_midnight(end, "the day after the last"), last)
    if start >= end:
        raise InputInvalid(
            f"the span from {start:%Y-%m-%d} to {end:%Y-%m-%d} holds no day; "
            f"{table.source} can be used from {first:%Y-%m-%d} to {last - A_DAY:%Y-%m-%d}"
        )
    return start, end


def _needed(table: BarTable, asset: Asset) -> AssetBars:
    bars = table.bars_of(asset)
    if bars is None:
        raise InputInvalid(
            f"{table.source} has no bars of {asset}, only of {', '.join(table.assets)}; add them, "
            "or change the targets or the coin the market is read by"
        )
    return bars


def _midnight(at: datetime, what: str) -> datetime:
    if at != datetime.combine(at.astimezone(UTC).date(), time(), tzinfo=UTC):
        raise InputInvalid(f"{what} is {at}; give the start of a UTC day")
    return at


def _last_end(table: BarTable, policy: Policy) -> datetime:
    """Return the end of the last whole day of all coins that have not ended."""
    rows = [_needed(table, asset) for asset in policy.risk_assets]
    if needs_history(policy):
        rows.append(_needed(table, policy.regime.asset))
    ends = [instant(int(row.starts[-1])) + table.interval for row in rows]
    going_on = [end for end in ends if end + GONE_AFTER > table.ends_at] or [max(ends)]
    if needs_history(policy):
        going_on.append(ends[-1])
    return instant(int(min(going_on).timestamp()) // DAY * DAY)


def in_days(table: BarTable) -> BarTable:
    """Return the table in UTC days, gaps left as gaps."""
    if table.interval == A_DAY:
        return table
    return BarTable(table.source, A_DAY, tuple(map(_joined, table.series)), table.notes)


def _joined(bars: AssetBars) -> AssetBars:
    whole = daily(bars)
    kept = np.isin(whole.starts, np.unique(bars.starts // DAY) * DAY)
    columns = (whole.opens, whole.highs, whole.lows, whole.closes, whole.volumes)
    return AssetBars(bars.asset, whole.starts[kept], *(column[kept] for column in columns))


def _notes(days: BarTable, policy: Policy, matrix: PriceMatrix) -> Iterable[str]:
    for asset, last in zip(matrix.assets, matrix.delisted_after, strict=True):
        if last >= 0:
            day = instant(int(matrix.starts[last]))
            yield (
                f"{asset} has no bars after {day:%Y-%m-%d}: what is held of it then is sold at "
                "half of its last price, and it takes no more orders."
            )
    for row, asset in enumerate(matrix.assets):
        last = matrix.delisted_after[row]
        end = len(matrix) if last < 0 else last + 1
        lacking = int(np.count_nonzero(~matrix.has_bar[row, :end]))
        if lacking:
            yield f"{asset} lacks {lacking} of {end:,} days; on those nothing is decided."
    if policy.stress.watches(Family.CORRELATION):
        have = sorted(set(policy.stress.correlated) & set(days.assets))
        if len(have) < len(policy.stress.correlated):
            told = ", ".join(have) or "none"
            yield (
                f"The common movement is measured on {told}; the policy names "
                f"{len(policy.stress.correlated)} coins."
            )
