"""Funding of one perpetual -> whether its positions are crowded."""

import math
from bisect import bisect_right
from dataclasses import replace
from datetime import date, timedelta
from decimal import ROUND_CEILING, Decimal

from core.domain.market import BarSeries
from core.domain.readings import ReadingSeries
from core.domain.tilt import Froth
from core.domain.units import Rate, exact, quantised
from core.domain.watching import TiltRules

_DAY = timedelta(days=1)

# METHODS 0.2 asks for 6 decimals and 4.3 gives funding in percent: 8 decimals of a fraction.
_RATE_STEP = Decimal("1e-8")


@exact
def step_froth(
    froth: Froth,
    day: date,
    series: ReadingSeries | None,
    bars: BarSeries | None,
    rules: TiltRules,
) -> Froth:
    """Return the switch after one closed day.

    Missing funding is no tilt: without a value about ``day`` or the day before, or with a gap in
    the newest ``funding_days`` days, the rate is None and the switch is off. A switch that ran
    out of time stays spent until funding was below ``funding_off`` for one day.

    Args:
        froth: the switch before.
        day: the newest closed UTC day; what is about later days is not looked at.
        series: daily mean funding per 8 hours of the asset's perpetual, as a fraction.
        bars: the asset's closed daily bars; without that of ``day`` price has no say, and later
            ones are not looked at.
        rules: levels per 8 hours, windows in days.

    Source: METHODS 4.3.
    """
    means = _means(series, day, rules)
    if not means:
        return replace(froth, is_on=False, low_days=0, rate=None)
    low = _low_days(means, rules)
    stepped = replace(froth, low_days=low, rate=means[0], is_spent=froth.is_spent and not low)
    if not froth.is_on:
        if low or stepped.is_spent or not _is_crowded(means, day, bars, rules):
            return stepped
        return replace(stepped, is_on=True, since=day)
    if low >= rules.funding_off_days:
        return replace(stepped, is_on=False)
    if last_day_of(froth, rules) <= day:
        return replace(stepped, is_on=False, is_spent=not low)
    return stepped


def last_day_of(froth: Froth, rules: TiltRules) -> date:
    """Return the day by which a switch that is on goes off at the latest."""
    return (froth.since or date.min) + timedelta(days=rules.funding_max_days)


def _means(series: ReadingSeries | None, day: date, rules: TiltRules) -> tuple[Rate, ...]:
    """Return the means over ``funding_days`` in a row, newest first, back to the first gap."""
    count = rules.funding_days
    values = _unbroken(series, day, most=rules.funding_window + count - 1)
    return tuple(
        Rate((sum(values[end : end + count], Decimal(0)) / count).quantize(_RATE_STEP))
        for end in range(len(values) - count + 1)
    )


def _unbroken(series: ReadingSeries | None, day: date, *, most: int) -> list[Decimal]:
    """Return the newest values, newest first, as long as no day is missing between them."""
    rows = () if series is None else series.readings
    end = bisect_right(rows, day, key=lambda row: row.about.date())
    if not end or rows[end - 1].about.date() < day - _DAY:
        return []
    values: list[Decimal] = []
    expected = rows[end - 1].about.date()
    for row in reversed(rows[max(0, end - most) : end]):
        if row.about.date() != expected or not row.value.is_finite():
            break
        values.append(row.value)
        expected -= _DAY
    return values


def _low_days(means: tuple[Rate, ...], rules: TiltRules) -> int:
    """Count the newest days in a row below the off level, no further than it takes.

    Read off the series and not counted by calls, so that a late value counts once.
    """
    days = 0
    while days < min(len(means), rules.funding_off_days) and means[days] < rules.funding_off:
        days += 1
    return days


def _is_crowded(
    means: tuple[Rate, ...], day: date, bars: BarSeries | None, rules: TiltRules
) -> bool:
    rate = means[0]
    if rate >= rules.funding_on:
        return True
    if rate < rules.funding_min or len(means) < rules.funding_window:
        return False
    return rate >= _percentile(means, rules.funding_percentile) and _is_stretched(bars, day, rules)


def _percentile(means: tuple[Rate, ...], share: Decimal) -> Rate:
    """Return the least mean that at least ``share`` of them do not exceed, today's included."""
    rank = int((share * len(means)).to_integral_value(rounding=ROUND_CEILING))
    return sorted(means)[max(rank, 1) - 1]


def _is_stretched(bars: BarSeries | None, day: date, rules: TiltRules) -> bool:
    """Tell whether the close of ``day`` is far above its own average; unknown is no."""
    if bars is None:
        return False
    end = len(bars.closes) - (bars.opened_at.date() - day).days
    if not rules.funding_sma <= end <= len(bars.closes):
        return False
    closes = bars.closes[end - rules.funding_sma : end]
    if not all(math.isfinite(close) and close > 0 for close in closes):
        return False
    ratio = quantised(closes[-1] * len(closes) / math.fsum(closes))
    return Decimal(str(ratio)) > rules.funding_stretch
