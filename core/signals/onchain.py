"""On-chain readings -> the little that they may add to the trend score.

Off by default: the usual series are restated later, so history would know the future. Only a
series that is point in time has a vote, and only what it first said counts.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

from core.domain.readings import Reading, ReadingKind, ReadingSeries
from core.domain.units import ONE, ZERO, exact
from core.domain.watching import RegimeRules
from core.signals.votes import robust_z

# Source: METHODS 2.3, 3.2, 3.4.
_WINDOW, _MONTH = timedelta(days=180), timedelta(days=30)
_LEAST_VALUES = 90  # half a window; of fewer values no spread is told
_STALE_AFTER = timedelta(hours=36)
_FULL_Z = Decimal(3)
_MIDDLE = Decimal("0.5")
_SIX_DIGITS = Decimal("0.000001")


@exact
def nudge_of(day: date, readings: Iterable[ReadingSeries], rules: RegimeRules) -> Decimal:
    """Return what on-chain votes add to the score of one day; 0 when they are off or silent.

    The newest value that is about ``day``, or about a time at most 36 hours before, votes. Of
    several sources of one kind the first by name speaks.

    Args:
        day: the UTC day of the bar.
        readings: what was known when the day was decided on; other kinds and coins are passed over.
        rules: ``onchain_weight`` is the most that the votes may add, 0 = off; ``asset`` the coin.

    Source: METHODS 2.3.
    """
    if rules.onchain_weight == ZERO:
        return ZERO
    usable = (row for row in readings if row.is_point_in_time and row.asset == rules.asset)
    first = {row.kind: row for row in sorted(usable, key=lambda row: row.source, reverse=True)}
    start = datetime.combine(day, time(), UTC)
    votes = [
        vote
        for kind, vote_of in _VOTES.items()
        if kind in first and (vote := vote_of(_until(first[kind], start), start)) is not None
    ]
    if not votes:
        return ZERO
    mean = sum(votes, ZERO) / len(votes)
    return (rules.onchain_weight * mean).quantize(_SIX_DIGITS) + ZERO


def _until(series: ReadingSeries, start: datetime) -> Sequence[Reading]:
    """Return the readings about the day or before it, back to a month before the window."""
    end = bisect_right(series.readings, start, key=lambda row: row.about)
    oldest = start - _STALE_AFTER - _WINDOW - _MONTH
    begin = bisect_right(series.readings, oldest, hi=end, key=lambda row: row.about)
    return series.readings[begin:end]


def _inflow_vote(rows: Sequence[Reading], start: datetime) -> Decimal | None:
    """Coins that leave exchanges speak for a rise."""
    z = _newest_z({row.about: row.value for row in rows}, start)
    return None if z is None else _clip(-z / _FULL_Z)


def _accumulation_vote(rows: Sequence[Reading], start: datetime) -> Decimal | None:
    if not rows or start - rows[-1].about > _STALE_AFTER:
        return None
    return _clip((rows[-1].value - _MIDDLE) * 2)


def _mvrv_vote(rows: Sequence[Reading], start: datetime) -> Decimal | None:
    """A market value that outgrows what was paid speaks for a rise."""
    values = {row.about: row.value for row in rows}
    changes = {
        about: value - values[about - _MONTH]
        for about, value in values.items()
        if about - _MONTH in values
    }
    z = _newest_z(changes, start)
    return None if z is None else _clip(z / _FULL_Z)


def _newest_z(values: dict[datetime, Decimal], start: datetime) -> Decimal | None:
    """Return the newest value's distance from the median in robust deviations; None if untold."""
    newest = max(values, default=None)
    if newest is None or start - newest > _STALE_AFTER:
        return None
    window = [value for about, value in values.items() if about > newest - _WINDOW]
    if len(window) < _LEAST_VALUES:
        return None
    return robust_z(values[newest], window)


def _clip(value: Decimal) -> Decimal:
    return min(max(value, -ONE), ONE)


_Vote = Callable[[Sequence[Reading], datetime], Decimal | None]

_VOTES: dict[ReadingKind, _Vote] = {
    ReadingKind.NET_INFLOW: _inflow_vote,
    ReadingKind.ACCUMULATION: _accumulation_vote,
    ReadingKind.MVRV: _mvrv_vote,
}
