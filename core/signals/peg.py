"""Prices of the quote coin at several venues -> its vote (METHODS 3.2)."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import takewhile
from statistics import median

from core.domain.readings import Reading, ReadingSeries
from core.domain.stress import Family, Silence, Vote
from core.domain.units import ONE, exact
from core.domain.watching import StressRules
from core.signals.votes import MICRO

_FRESH = timedelta(minutes=10)  # two steps of five minutes: one price may be late or lacking
_LEAST_VENUES = 2

_Distances = Sequence[tuple[datetime, Decimal]]


@exact
def peg_vote(now: datetime, series: Sequence[ReadingSeries], rules: StressRules) -> Vote:
    """Return the vote of the quote coin's distance from par, which is what it measured.

    The price of a time is the median over the venues that have one for it, two at the least. A
    distance counts when every price over its whole span was at least so far off, on either side;
    a hole of more than 10 minutes ends the span, since nobody knows what was in it.

    Args:
        now: the instant of the look; later prices are not used.
        series: one per venue, of kind PEG, prices every 5 minutes.
        rules: ``peg`` has the distance and the span of 1, 2 and 3 points.

    Source: METHODS 3.2.
    """
    spoke = [venue for venue in series if venue.readings]
    if len(spoke) < _LEAST_VENUES:
        return Vote(Family.QUOTE, None, Silence.TOO_FEW if spoke else Silence.MISSING)
    longest = max(span for _, span in rules.peg)
    distances = _distances(spoke, since=now - longest - 2 * _FRESH, until=now)
    if not distances or now - distances[0][0] > _FRESH:
        return Vote(Family.QUOTE, None, Silence.LATE)
    points = max(
        (
            step
            for step, (least, span) in enumerate(rules.peg, start=1)
            if _is_off(distances, least, span)
        ),
        default=0,
    )
    return Vote(Family.QUOTE, points, measured=distances[0][1])


def _distances(
    series: Sequence[ReadingSeries], *, since: datetime, until: datetime
) -> list[tuple[datetime, Decimal]]:
    """Return (time, median price less par), newest first, where enough venues have a price."""
    prices: dict[datetime, list[Decimal]] = defaultdict(list)
    for venue in series:
        for row in _between(venue, since, until):
            prices[row.about].append(row.value)
    return [
        (about, (median(prices[about]) - ONE).quantize(MICRO))
        for about in sorted(prices, reverse=True)
        if len(prices[about]) >= _LEAST_VENUES
    ]


def _between(venue: ReadingSeries, since: datetime, until: datetime) -> Iterator[Reading]:
    recent = takewhile(lambda row: row.about >= since, reversed(venue.readings))
    return (row for row in recent if row.about <= until)


def _is_off(distances: _Distances, least: Decimal, span: timedelta) -> bool:
    """Tell whether the newest prices have been at least so far off for so long."""
    newest = last = distances[0][0]
    for about, distance in distances:
        if last - about > _FRESH or abs(distance) < least:
            return False
        if newest - about >= span:
            return True
        last = about
    return False
