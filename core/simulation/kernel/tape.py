"""Prices and given series -> the tape of a walk: checked, and cut where anything changes."""

from functools import lru_cache

import numpy as np

from core.domain.errors import InputInvalid
from core.simulation.bar_table import DAY, Floats, instant
from core.simulation.kernel.blocks import no_blocks
from core.simulation.kernel.layout import Indexes, Tape
from core.simulation.kernel.series import (
    REGIMES,
    DailyCloses,
    KernelSeries,
    check_series,
    daily_closes,
)
from core.simulation.matrix import Flags, PriceMatrix

_UNKNOWN = len(REGIMES) - 1


@lru_cache(maxsize=1)
def tape_of(matrix: PriceMatrix, series: KernelSeries) -> Tape:
    """Return the tape; the newest one is kept, since many policies are run over one market.

    Raises:
        InputInvalid: prices that are none, bars that do not follow each other, or series that do
            not fit.
    """
    problems = [*_calendar_problems(matrix), *_price_problems(matrix)]
    if problems:
        raise InputInvalid(*problems, code="KERNEL_PRICES")
    check_series(matrix, series)
    bars = len(matrix)
    ended = np.array([bars if last < 0 else last for last in matrix.delisted_after], np.int64)
    evaluated = _evaluated(matrix, series, ended)
    starts = _starts(matrix, series, ended, evaluated)
    first = starts[:-1]
    daily = series.daily if series.daily is not None else daily_closes(matrix)
    returns, known_from = _returns(daily)
    day_bars = _day_bars(matrix)
    return Tape(
        closes=np.ascontiguousarray(matrix.closes),
        fills=np.ascontiguousarray(matrix.fills),
        opened=np.ascontiguousarray(matrix.starts),
        interval=int(matrix.interval.total_seconds()),
        starts=starts,
        evaluated=evaluated[first],
        paused=_at(series.paused, first, missing=False),
        guarded=_at(series.guarded, first, missing=False),
        regime=_codes(series, first),
        targets=_targets(series, first),
        flow=_flow(series, first),
        approved=np.zeros(0, np.bool_) if series.approved is None else series.approved.copy(),
        ended=ended,
        first_day=daily.first_day + 1,
        log_returns=returns,
        sums=_before(returns),
        squares=_before(returns**2),
        known_from=known_from,
        day_bars=day_bars,
        day_closes=np.ascontiguousarray(matrix.closes[:, day_bars]),
        blocks=no_blocks(len(matrix.assets)),
    )


def _calendar_problems(matrix: PriceMatrix) -> list[str]:
    step = matrix.interval.total_seconds()
    if not len(matrix) or not matrix.assets:
        return ["the matrix holds no bar or no coin; give at least one of both"]
    if not (0 < step <= DAY and DAY % step == 0):
        return [f"the bars are {matrix.interval} long; a length that divides a day is needed"]
    if int(matrix.starts[-1] - matrix.starts[0]) != step * (len(matrix) - 1):
        first, last = instant(int(matrix.starts[0])), instant(int(matrix.starts[-1]))
        told = f"{matrix.source} has {len(matrix)} bars of {matrix.interval} from {first} to {last}"
        return [f"{told}; bars that follow each other without a hole are needed"]
    return []


def _price_problems(matrix: PriceMatrix) -> list[str]:
    problems = []
    for row, asset in enumerate(matrix.assets):
        closes, fills = matrix.closes[row], matrix.fills[row]
        # A comparison with NaN is false, so it fails as well.
        if not (closes.min() > 0.0 and closes.max() < np.inf):
            bad = int(np.flatnonzero(~((closes > 0.0) & (closes < np.inf)))[0])
            problems.append(_bad_price(matrix, asset, "close", bad, float(closes[bad])))
        if matrix.fills is not matrix.closes and ((fills <= 0.0) | (fills == np.inf)).any():
            bad = int(np.flatnonzero((fills <= 0.0) | (fills == np.inf))[0])
            problems.append(_bad_price(matrix, asset, "fill price", bad, float(fills[bad])))
    return problems


def _bad_price(matrix: PriceMatrix, asset: str, what: str, bar: int, price: float) -> str:
    at = instant(int(matrix.starts[bar]))
    return (
        f"the {what} of {asset} in {matrix.source} is {price} at {at:%Y-%m-%d %H:%M}; prices are "
        "numbers above 0: mend the bar, or leave it out so that it counts as missing"
    )


def _evaluated(matrix: PriceMatrix, series: KernelSeries, ended: Indexes) -> Flags:
    """Return on which bars a decision is made: every coin that goes on has its bar."""
    bars = len(matrix)
    evaluated = np.ones(bars, np.bool_) if series.believable is None else series.believable.copy()
    for has_bar, last in zip(matrix.has_bar, ended, strict=True):
        evaluated[: last + 1] &= has_bar[: last + 1]
    return evaluated


def _starts(matrix: PriceMatrix, series: KernelSeries, ended: Indexes, evaluated: Flags) -> Indexes:
    """Return the first bars of the stretches in which nothing given changes, and the end."""
    bars = len(matrix)
    changes = np.zeros(bars, np.bool_)
    changes[0] = True
    for column in (evaluated, series.paused, series.guarded, series.regime):
        if column is not None:
            changes[1:] |= column[1:] != column[:-1]
    if series.targets is not None:
        changes[1:] |= (series.targets[1:] != series.targets[:-1]).any(axis=1)
    if series.flows is not None:
        after_close = np.flatnonzero(series.flows[1:])
        changes[after_close] = True
        changes[after_close + 1] = True
    changes[ended[ended + 1 < bars] + 1] = True
    return np.append(np.flatnonzero(changes), bars).astype(np.int64)


def _at(column: Flags | None, first: Indexes, *, missing: bool) -> Flags:
    return np.full(len(first), missing) if column is None else column[first]


def _codes(series: KernelSeries, first: Indexes) -> Indexes:
    if series.regime is None:
        return np.full(len(first), _UNKNOWN, dtype=np.int64)
    return series.regime[first].astype(np.int64)


def _targets(series: KernelSeries, first: Indexes) -> Floats:
    return np.zeros((0, 1)) if series.targets is None else series.targets[first].astype(np.float64)


def _flow(series: KernelSeries, first: Indexes) -> Floats:
    flow = np.zeros(len(first))
    if series.flows is not None:
        has_next = first + 1 < len(series.flows)
        flow[has_next] = series.flows[first[has_next] + 1]
    return flow


def _returns(daily: DailyCloses) -> tuple[Floats, Indexes]:
    """Return daily log returns, and each coin's first one."""
    closes = daily.closes
    known = np.isfinite(closes)
    days = closes.shape[1]
    if days < 2:  # noqa: PLR2004  # a return needs two closes
        return np.zeros((len(closes), 1)), np.full(len(closes), 1, np.int64)
    since = np.where(known.any(axis=1), known.argmax(axis=1), days)
    with np.errstate(invalid="ignore"):
        returns = np.diff(np.log(closes), axis=1)
    return np.ascontiguousarray(np.nan_to_num(returns)), since.astype(np.int64)


def _before(numbers: Floats) -> Floats:
    """Return the sum of what stands before each place and, last, of all; rows apart."""
    sums = np.zeros((len(numbers), numbers.shape[1] + 1))
    np.cumsum(numbers, axis=1, out=sums[:, 1:])
    return sums


def _day_bars(matrix: PriceMatrix) -> Indexes:
    """Return the last bar of each UTC day, by the bars' open times, and of all."""
    step = int(matrix.interval.total_seconds())
    first, last = int(matrix.starts[0]), int(matrix.starts[-1])
    ends = np.arange(first // DAY + 1, last // DAY + 1) * DAY
    return np.append((ends - 1 - first) // step, len(matrix) - 1).astype(np.int64)
