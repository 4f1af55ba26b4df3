"""Bars of one asset and an instant -> what a trader could see then, and nothing later.

Inside the bar that is on, the price is that bar's OPEN: known when the bar began. Where the bar is
missing, the last close is shown as of the end of the last bar, so that it grows stale by itself.
"""

from dataclasses import dataclass
from decimal import Decimal

import numpy as np

from core.domain.units import Price, Quantity, Rate
from core.simulation.bar_table import DAY, AssetBars, Floats

_USUAL_DAYS = 30
_WIDEST = 3.0


@dataclass(frozen=True, slots=True)
class Sight:
    """What stands on the tape.

    Attributes:
        bar: the number of the newest bar that has begun.
        mid: the middle price, quote currency per coin.
        half_spread: half of the spread as a fraction of ``mid``.
        daily_volume: coins on a usual day of the last thirty; None while nothing is known of it.
        seen_until: None inside a bar, which is seen now; else epoch seconds of the last bar's end.
    """

    bar: int
    mid: Price
    half_spread: Rate
    daily_volume: Quantity | None
    seen_until: int | None


class Tape:
    """One asset's bars with a bookmark: time mostly moves on by little."""

    def __init__(self, bars: AssetBars, *, interval: int, half_spread: Rate) -> None:
        """Lay the tape in.

        Args:
            bars: the history; it may go on beyond the present.
            interval: length of a bar, seconds.
            half_spread: half of the spread in calm hours.
        """
        self._bars = bars
        self._interval = interval
        self._calm_spread = half_spread
        day = max(DAY // interval, 1)
        self._usual = _mean_before(bars.volumes, day * _USUAL_DAYS) * day
        self._today = _mean_before(bars.volumes, day) * day
        self._sight: Sight | None = None

    def at(self, seconds: int) -> Sight | None:
        """Return what can be seen at an instant in epoch seconds; None before the first bar."""
        bar = self._bar_at(seconds)
        if bar < 0:
            return None
        end = int(self._bars.starts[bar]) + self._interval
        seen_until = None if seconds < end else end
        sight = self._sight
        if sight is None or sight.bar != bar or sight.seen_until != seen_until:
            sight = self._sight = self._look(bar, seen_until)
        return sight

    def price_at(self, seconds: int) -> float | None:
        """Return the open of the bar that was on at an instant; None where there was no bar."""
        bar = int(np.searchsorted(self._bars.starts, seconds, side="right")) - 1
        if bar < 0 or seconds >= int(self._bars.starts[bar]) + self._interval:
            return None
        return float(self._bars.opens[bar])

    def _bar_at(self, seconds: int) -> int:
        starts = self._bars.starts
        held = self._sight
        if held is not None and starts[held.bar] <= seconds:
            following = held.bar + 1
            if following == len(starts) or seconds < starts[following]:
                return held.bar
        return int(np.searchsorted(starts, seconds, side="right")) - 1

    def _look(self, bar: int, seen_until: int | None) -> Sight:
        column = self._bars.opens if seen_until is None else self._bars.closes
        usual, today = float(self._usual[bar]), float(self._today[bar])
        return Sight(
            bar=bar,
            mid=Price(Decimal(repr(float(column[bar])))),
            half_spread=Rate(self._calm_spread * _widening(usual, today)),
            daily_volume=Quantity(Decimal(f"{usual:.8f}")) if usual > 0 else None,
            seen_until=seen_until,
        )


def _widening(usual: float, today: float) -> Decimal:
    """Return how much wider than in calm the spread is: the root of the last day's volume.

    The root is taken of the last 24 hours' volume over a usual day's, between 1 and 3: a day with
    four times the usual volume doubles the spread. A simple assumption, not a measurement.
    """
    if not usual > 0 or not today > 0:
        return Decimal(1)
    return Decimal(f"{min(max((today / usual) ** 0.5, 1.0), _WIDEST):.2f}")


def _mean_before(volumes: Floats, window: int) -> Floats:
    """Return each bar's mean volume of up to ``window`` bars that closed before it began."""
    known = np.isfinite(volumes)
    sums = np.concatenate([[0.0], np.cumsum(np.where(known, volumes, 0.0))])
    counts = np.concatenate([[0], np.cumsum(known)])
    ends = np.arange(len(volumes))
    begins = np.maximum(ends - window, 0)
    count = counts[ends] - counts[begins]
    total = np.maximum(sums[ends] - sums[begins], 0.0)
    means: Floats = np.divide(total, count, out=np.zeros(len(volumes)), where=count > 0)
    return means
