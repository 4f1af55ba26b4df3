"""Readings and indicators -> the votes of price, sentiment, flows, venue (METHODS 3.2, 9a)."""

from bisect import bisect_right
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from statistics import median

from core.domain.readings import Reading, ReadingSeries
from core.domain.regime import Indicators
from core.domain.stress import Family, Shock, Silence, Vote
from core.domain.units import ONE, ZERO, exact
from core.domain.watching import StressRules

MICRO = Decimal("0.000001")
"""Every figure is rounded to this before it meets a threshold. Source: METHODS 0.2."""

_A_DAY = timedelta(days=1)
_NORMAL_MAD = Decimal("1.4826")  # makes the MAD of a normal variable its standard deviation
_MOST_Z = Decimal(999)
_MOST_CHANGE = Decimal(999)
_DELAYED, _HALTED = 1, 3


def price_vote(indicators: Indicators | None, rules: StressRules) -> Vote:
    """Return the vote of one closed day's fall; what it measured is the 3-day return.

    Source: METHODS 3.2, first row.
    """
    if indicators is None or indicators.is_missing:
        return Vote(Family.PRICE, None, Silence.MISSING)
    return Vote(Family.PRICE, _price_points(indicators, rules), measured=indicators.r3)


@exact
def shock_of(mid: Decimal, day_ago: Decimal, day: date, rules: StressRules) -> Shock | None:
    """Return the fall within the day that counts as three points at once, or None.

    Args:
        mid: the coin's price now, quote currency.
        day_ago: its price 24 hours ago, above zero.
        day: the UTC day of the newest closed bar.
        rules: ``intraday`` is the simple return from which on it counts.

    Source: METHODS 3.3, 9a.
    """
    change = min(mid / day_ago - ONE, _MOST_CHANGE).quantize(MICRO)
    return Shock(day, change) if change <= rules.intraday else None


def sentiment_vote(day: date, series: ReadingSeries | None, rules: StressRules) -> Vote:
    """Return the vote of the index on the evaluation of ``day``, just after that day has ended.

    That is the value stamped ``day``: a younger one is not used, and one that is older than
    ``stale_after`` at the evaluation is no vote. Source: METHODS 3.2, 9a.
    """
    newest = _newest(series, _start_of(day))
    if newest is None:
        return Vote(Family.SENTIMENT, None, Silence.MISSING)
    # The evaluation comes a little after midnight, so a value of exactly that age is too old.
    if _start_of(day) + _A_DAY - newest.about >= rules.stale_after:
        return Vote(Family.SENTIMENT, None, Silence.LATE)
    points = sum(newest.value <= limit for limit in rules.fear)
    return Vote(Family.SENTIMENT, points, measured=newest.value)


@exact
def flow_vote(day: date, series: ReadingSeries | None, rules: StressRules) -> Vote:
    """Return the vote of coins that flow onto exchanges; what it measured is the robust z.

    A day's flow is known only after that day, so its age runs from the day's end.
    Source: METHODS 3.2, 3.4.
    """
    newest = _newest(series, _start_of(day))
    if series is None or newest is None:
        return Vote(Family.FLOWS, None, Silence.MISSING)
    if not series.is_point_in_time:
        return Vote(Family.FLOWS, None, Silence.NOT_POINT_IN_TIME)
    if _start_of(day) - newest.about >= rules.stale_after:
        return Vote(Family.FLOWS, None, Silence.LATE)
    sums = _flow_sums(series, newest.about, rules)
    known = [total for total in sums if total is not None]
    # Half a window tells a spread: one day that a source lacks must not silence it for half a year.
    if sums[-1] is None or 2 * len(known) < rules.flow_window:
        return Vote(Family.FLOWS, None, Silence.MISSING)
    z = robust_z(sums[-1], known)
    return Vote(Family.FLOWS, sum(z >= limit for limit in rules.flow_z), measured=z)


def venue_vote(
    evaluated: date | datetime, series: ReadingSeries | None, rules: StressRules
) -> Vote:
    """Return the vote of the venue's own state, or of a person's distrust of it.

    Args:
        evaluated: the instant of the look; a bare day stands for its end.
        series: readings of kind VENUE; None when the venue did not tell.
        rules: ``venue_risk`` outweighs whatever the venue says. A halt counts in full once it has
            lasted ``venue_halted_after``: maintenance that was announced is no stress.
    """
    if rules.venue_risk:
        return Vote(Family.VENUE, _HALTED)
    now = evaluated if isinstance(evaluated, datetime) else _start_of(evaluated) + _A_DAY
    newest = _newest(series, now)
    if newest is None:
        return Vote(Family.VENUE, None, Silence.MISSING)
    if now - newest.about > rules.stale_after:
        return Vote(Family.VENUE, None, Silence.LATE)
    points = next((step for step in (_HALTED, _DELAYED) if newest.value >= step), 0)
    if points == _HALTED and now - _halted_since(series, newest) < rules.venue_halted_after:
        points = _DELAYED
    return Vote(Family.VENUE, points, measured=newest.value)


def _halted_since(series: ReadingSeries | None, newest: Reading) -> datetime:
    """Return since when the venue has said nothing else but that it is halted."""
    since = newest.about
    for row in reversed(() if series is None else series.readings):
        if row.about > newest.about:
            continue
        if row.value < _HALTED:
            break
        since = row.about
    return since


def robust_z(value: Decimal, values: Sequence[Decimal]) -> Decimal:
    """Return how unusual ``value`` is among ``values``, quantised; at most 999 either way.

    Source: METHODS 3.2: (value - median) / (1.4826 * MAD), and 0/0 = 0.
    """
    middle = median(values)
    distance = value - middle
    spread = _NORMAL_MAD * median(abs(other - middle) for other in values)
    if not distance:
        return ZERO
    if not spread:
        return _MOST_Z.copy_sign(distance)
    return min(max(distance / spread, -_MOST_Z), _MOST_Z).quantize(MICRO)


def _price_points(seen: Indicators, rules: StressRules) -> int:
    z1, r3 = rules.price_3
    if (seen.z1 <= z1 and seen.r3 <= r3) or seen.r3 <= rules.price_3_alone:
        return 3
    z1, r3 = rules.price_2
    z3, slow = rules.price_2_slow
    if seen.z1 <= z1 or seen.r3 <= r3 or (seen.z3 <= z3 and seen.r3 <= slow):
        return 2
    z1, r3 = rules.price_1
    return int(seen.z1 <= z1 or seen.r3 <= r3)


def _flow_sums(series: ReadingSeries, newest: datetime, rules: StressRules) -> list[Decimal | None]:
    """Return the sums over ``flow_days`` that end on each day of the window, oldest first.

    None where a day lacks its value.
    """
    days = rules.flow_days
    by_day = {row.about: row.value for row in series.readings}
    reach = rules.flow_window + days - 1
    values = [by_day.get(newest - timedelta(days=back)) for back in reversed(range(reach))]
    return [_sum(values[first : first + days]) for first in range(rules.flow_window)]


def _sum(values: Sequence[Decimal | None]) -> Decimal | None:
    known = [value for value in values if value is not None]
    return sum(known, ZERO) if len(known) == len(values) else None


def _newest(series: ReadingSeries | None, moment: datetime) -> Reading | None:
    """Return the newest reading that is about ``moment`` or a time before it."""
    if series is None:
        return None
    end = bisect_right(series.readings, moment, key=lambda row: row.about)
    return series.readings[end - 1] if end else None


def _start_of(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)
