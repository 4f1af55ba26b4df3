"""Closed daily bars -> the features of each day, each from exactly its last 400 bars.

Each row of numbers is one day's window, and every step works along rows only. So one day (live)
and ten years (backtest) run the same code and give the same bits.
"""

from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal
from functools import lru_cache
from math import isnan, pi, sqrt
from typing import NamedTuple

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from core.domain.market import BarSeries
from core.domain.regime import Indicators
from core.domain.units import quantised
from core.domain.watching import WINDOW, RegimeRules
from core.signals.prepared import FEATURES
from core.signals.profile import distances_from_value
from core.signals.wilder import directional_index

Floats = NDArray[np.float64]

# Source: METHODS 2.2, the ten-day deviation among a year of them.
_SHORT, _YEAR = 10, 365
# Source: METHODS 9a: below this the year has no movement to compare with.
_STILL = 1e-9
_THREE_DAYS = 3

_LIMIT = 999.0  # a feature beyond this says no more than this one does
_ROWS = 256  # days worked on at once: their windows stay within the processor's cache
_RANK_DIGITS = 12


class _Columns(NamedTuple):
    opens: Floats
    highs: Floats
    lows: Floats
    closes: Floats
    volumes: Floats


def indicators(bars: BarSeries, count: int, rules: RegimeRules) -> tuple[Indicators, ...]:
    """Return the features of the newest ``count`` days, oldest first.

    A value that is infinite or huge, such as a move after a year of still prices, is +-999. A day
    without volume, all of whose prices are the previous close, ``is_missing``.

    Raises:
        ValueError: fewer than ``count`` + 399 bars, or a close that is no price, with its day.

    Source: METHODS 0.2, 2.2, 9a.
    """
    known = FEATURES.get((bars.digest, rules)) if count == 1 else None
    if known is not None:
        return (known,)
    needed = WINDOW - 1 + count
    if count < 1 or len(bars.closes) < needed:
        raise ValueError(
            f"{bars.asset}: features of {count} days need {max(needed, WINDOW)} closed bars of "
            f"{bars.source}, got {len(bars.closes)}; ask for at least 1 day, and load more bars"
        )
    newest = bars.opened_at.date()
    cut = _Columns(
        *(
            np.array(column[-needed:])
            for column in (bars.opens, bars.highs, bars.lows, bars.closes, bars.volumes)
        )
    )
    _refuse_bad_closes(bars, cut.closes)
    features: list[Indicators] = []
    for start in range(0, count, _ROWS):
        end = min(start + _ROWS, count)
        block = _Columns(*(column[start : end + WINDOW - 1] for column in cut))
        features += _features(block, newest - timedelta(days=count - 1 - start), rules)
    return tuple(features)


def _refuse_bad_closes(bars: BarSeries, closes: Floats) -> None:
    is_bad = ~(np.isfinite(closes) & (closes > 0))
    if not is_bad.any():
        return
    first = int(is_bad.argmax())
    day = bars.opened_at.date() - timedelta(days=len(closes) - 1 - first)
    raise ValueError(
        f"{bars.asset}: the close of {day} from {bars.source} is {closes[first]}, not a price "
        "above 0; load that day again, or fill it with the previous close and no volume"
    )


def _features(block: _Columns, first_day: date, rules: RegimeRules) -> Iterable[Indicators]:
    """Return the features of all days of a block, the first of which is ``first_day``."""
    rows = len(block.closes) - WINDOW + 1
    squares = _windows(np.diff(np.log(block.closes)) ** 2, WINDOW - 1, rows)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        adx, signed = _wilder(block, rows, rules)
        columns = [
            *_trend(block, squares, rules),
            adx,
            signed,
            _profile(block, rows, rules),
            *_spread(block, rows),
            *_shocks(block, squares, rules),
        ]
    lists = [np.clip(column, -_LIMIT, _LIMIT).tolist() for column in columns]
    for offset, (is_gap, *values) in enumerate(zip(_gaps(block, rows), *lists, strict=True)):
        z_slope, z_er, adx_value, di, vp, rank, ratio, z1, r3, z3 = values
        yield Indicators(
            day=first_day + timedelta(days=offset),
            z_slope=_decimal(z_slope),
            z_er=_decimal(z_er),
            adx=None if isnan(adx_value) else _decimal(adx_value),
            direction=None if isnan(di) else _sign(quantised(di)),
            vp=None if isnan(vp) else _decimal(vp),
            rank=_decimal(rank),
            ratio=_decimal(ratio),
            z1=_decimal(z1),
            r3=_decimal(r3),
            z3=_decimal(z3),
            is_missing=is_gap,
        )


def _trend(block: _Columns, squares: Floats, rules: RegimeRules) -> tuple[Floats, Floats]:
    """Return z_slope and z_er."""
    logs, rows = np.log(block.closes), len(squares)
    lag, days = rules.slope_lag, rules.er
    change = _windows(logs[lag:] - logs[:-lag], rules.sma, rows).sum(axis=1) / rules.sma
    slope = _over(change, _volatility(squares, rules) * float(rules.slope_norm))
    path = np.abs(_windows(np.diff(logs), days, rows)).sum(axis=1)
    efficiency = _over((logs[days:] - logs[:-days])[-rows:], path)
    return slope, efficiency * sqrt(2 * days / pi)


def _spread(block: _Columns, rows: int) -> tuple[Floats, Floats]:
    """Return rank and ratio of the ten-day deviation."""
    returns = np.diff(np.log(block.closes))
    short = _windows(returns, _SHORT, rows + _YEAR - 1).std(axis=1, ddof=1)
    # Rounded, so that noise in the last bits cannot part what is equal.
    year = _windows(np.round(short, _RANK_DIGITS), _YEAR, rows)
    rank = (year <= year[:, -1:]).sum(axis=1) / _YEAR
    long = _windows(returns, _YEAR, rows).std(axis=1, ddof=1)
    return rank, np.where(long < _STILL, 0.0, short[-rows:] / long)


def _shocks(block: _Columns, squares: Floats, rules: RegimeRules) -> tuple[Floats, Floats, Floats]:
    """Return z1, r3 and z3; z1 and z3 in units of the volatility before the move."""
    logs, rows, days = np.log(block.closes), len(squares), _THREE_DAYS
    z1 = _over(np.diff(logs)[-rows:], _volatility(squares, rules, before=1))
    slow = (logs[days:] - logs[:-days])[-rows:]
    simple = block.closes[days:] / block.closes[:-days] - 1
    z3 = _over(slow, _volatility(squares, rules, before=days) * sqrt(days))
    return z1, simple[-rows:], z3


def _volatility(squares: Floats, rules: RegimeRules, *, before: int = 0) -> Floats:
    """Return each row's volatility of one day as it stood ``before`` days ago.

    Only the squared returns inside the row's own window enter, and their weights sum to 1.
    """
    length = squares.shape[1] - before
    weighted = squares[:, :length] * _decay(length, rules.half_life)
    return np.asarray(np.sqrt(weighted.sum(axis=1)))


@lru_cache(maxsize=32)
def _decay(length: int, half_life: int) -> Floats:
    """Return weights that halve every ``half_life`` days into the past and sum to 1."""
    weights = 0.5 ** (np.arange(length - 1, -1, -1) / half_life)
    return np.asarray(weights / weights.sum())


def _wilder(block: _Columns, rows: int, rules: RegimeRules) -> tuple[Floats, Floats]:
    highs, lows = (_windows(_prices(column), WINDOW, rows) for column in (block.highs, block.lows))
    return directional_index(highs, lows, rules.adx)


def _profile(block: _Columns, rows: int, rules: RegimeRules) -> Floats:
    """Return vp, NaN where too much volume is missing."""
    typical = (_prices(block.highs) + _prices(block.lows) + block.closes) / 3
    typical = np.where(np.isnan(typical), block.closes, typical)
    logs, newest = np.log(typical), np.log(block.closes[-rows:])
    distances = distances_from_value(
        _windows(logs, rules.vp_days, rows) - newest[:, None],
        _windows(block.volumes, rules.vp_days, rows),
        bins=rules.vp_bins,
        area=float(rules.value_area),
        max_gaps=rules.vp_max_gaps,
    )
    return np.array(distances)


def _prices(column: Floats) -> Floats:
    """Return highs or lows with NaN in place of what is no price."""
    return np.where(np.isfinite(column) & (column > 0), column, np.nan)


def _gaps(block: _Columns, rows: int) -> list[bool]:
    """Tell which days no bar came for: no volume, and the previous close in every price."""
    closed = block.closes[-rows - 1 : -1]
    prices = (block.opens, block.highs, block.lows, block.closes)
    is_gap = np.isnan(block.volumes[-rows:])
    for column in prices:
        is_gap &= column[-rows:] == closed
    return [bool(one) for one in is_gap]


def _windows(series: Floats, length: int, rows: int) -> Floats:
    """Return the newest ``rows`` windows of ``length`` values, laid out row by row.

    The layout matters: sums along a row then add in one order, however many rows there are.
    """
    return np.ascontiguousarray(sliding_window_view(series, length)[-rows:])


def _over(part: Floats, whole: Floats) -> Floats:
    """Return the quotient, with 0/0 = 0; the caller silences the division."""
    return np.where(part == 0, 0.0, part / whole)


def _decimal(value: float) -> Decimal:
    """Return a feature with 6 decimals. Source: METHODS 0.2."""
    return Decimal(str(quantised(value)))


def _sign(value: float) -> int:
    return (value > 0) - (value < 0)
