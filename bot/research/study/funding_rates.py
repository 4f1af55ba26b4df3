"""``funding.parquet`` -> a day's mean rate per 8 hours for each coin, known when the day is over.

One venue speaks for all coins: rates of different venues are never mixed. Over a whole UTC day the
payments add up to what was paid, so a third of their sum is the mean per 8 hours; a day whose
payments do not fill it is left out.
"""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import numpy as np

from bot.research.columns import MICROSECONDS, FileShape, read_columns
from core.codec import reading_series
from core.domain.readings import Reading, ReadingKind, ReadingSeries
from core.domain.units import Asset
from core.simulation.bar_table import DAY, Floats, Seconds

FUNDING = "funding.parquet"
PREFERRED_VENUE = "binance"

_SHAPE = FileShape("file of funding rates", "FUNDING_FILE", ("venue", "asset", "ts", "rate"))
_HIGHEST = 0.1
_EIGHT_HOURS_A_DAY = 3
_STEP = Decimal("1e-10")


def read_funding(path: Path) -> tuple[ReadingSeries, ...]:
    """Read and check the file; one series per coin, by symbol.

    Raises:
        InputInvalid: one sentence with the file, the row, the value and the mend.
    """
    file = read_columns(path, _SHAPE)
    if not len(file):
        raise _SHAPE.refusal(f"{path} holds no rates; remove it, or fetch it again")
    venues, venue_of = file.names("venue")
    assets, asset_of = file.names("asset")
    seconds = file.instants("ts")[0] // MICROSECONDS
    rates = file.numbers("rate")
    _check(path, rates)
    chosen = _venue(venues, venue_of)
    found = []
    for code in sorted(range(len(assets)), key=lambda n: assets[n]):
        rows = np.flatnonzero((venue_of == venues.index(chosen)) & (asset_of == code))
        days, means = daily_means(seconds[rows], rates[rows])
        if len(days):
            found.append(_series(Asset(assets[code]), chosen, days, means))
    return tuple(found)


def daily_means(seconds: Seconds, rates: Floats) -> tuple[Seconds, Floats]:
    """Return the days whose payments are complete, as epoch seconds, and their mean rates.

    The shortest gap before a payment of a day is that day's interval; the day is complete when its
    payments, that far apart, fill it. The very first payment has no gap and opens no day.

    Args:
        seconds: times of the payments, in any order.
        rates: what was paid for the interval before, as a fraction of the notional.

    Source: METHODS 4.3.
    """
    order = np.argsort(seconds, kind="stable")
    at, paid = seconds[order][1:], rates[order][1:]
    if not len(at):
        return at, paid
    gaps = np.diff(seconds[order])
    day = at // DAY
    first = np.flatnonzero(np.diff(day, prepend=day[0] - 1))
    counts = np.diff(np.append(first, len(day)))
    is_whole = np.minimum.reduceat(gaps, first) * counts == DAY
    sums = np.add.reduceat(paid, first)
    return day[first][is_whole] * DAY, sums[is_whole] / _EIGHT_HOURS_A_DAY


def _venue(venues: tuple[str, ...], venue_of: np.ndarray) -> str:
    if PREFERRED_VENUE in venues:
        return PREFERRED_VENUE
    counts = np.bincount(venue_of, minlength=len(venues))
    return min(venues, key=lambda name: (-int(counts[venues.index(name)]), name))


def _check(path: Path, rates: Floats) -> None:
    wrong = np.flatnonzero(~(np.abs(rates) <= _HIGHEST))
    if len(wrong):
        row = int(wrong[0])
        raise _SHAPE.refusal(
            f"{path}, row {row + 1} has the rate {rates[row]:.12g}; a fraction of the notional "
            f"from -{_HIGHEST} to {_HIGHEST} is expected; correct the row or remove it"
        )


def _series(asset: Asset, venue: str, days: Seconds, means: Floats) -> ReadingSeries:
    readings = []
    for day, mean in zip(days.tolist(), means.tolist(), strict=True):
        about = datetime.fromtimestamp(day, UTC)
        value = Decimal(repr(mean)).quantize(_STEP)
        readings.append(Reading(about, value, known_at=about + timedelta(seconds=DAY)))
    return reading_series(ReadingKind.FUNDING, asset, venue, readings, is_point_in_time=True)
