"""Which part of an axis of values is shown, how it is stretched, and its labels."""

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from matplotlib.axes import Axes

from bot.charts.drawing.figures import Figures, least_places
from bot.charts.drawing.ticks import Tick, linear_ticks, log_ticks, step_of

_PAD = 0.05
_SYMLOG_FROM = 5.0
_LINEAR_TO = 2.0
_LOG_FROM = 4.0
_MOST_PLACES = 6
_MOST_DIGITS = 12


@dataclass(frozen=True, slots=True)
class Scale:
    """An axis: its ends, its labels in the order in which they may be dropped last.

    Attributes:
        low, high: the ends.
        ticks: what is labelled, the most important first.
        kind: ``linear``, ``log`` or ``symlog``, matplotlib's names.
    """

    low: float
    high: float
    ticks: list[Tick] = field(default_factory=list)
    kind: str = "linear"

    def apply(self, axes: Axes) -> None:
        """Stretch the vertical axis of ``axes``."""
        if self.kind == "symlog":
            axes.set_yscale("symlog", linthresh=_LINEAR_TO, linscale=1.2)
        else:
            axes.set_yscale(self.kind)
        axes.set_ylim(self.low, self.high)


def known(values: Iterable[float | None]) -> list[float]:
    """Return the finite ones of ``values``."""
    return [value for value in values if value is not None and math.isfinite(value)]


def above_zero(values: Iterable[float | None]) -> tuple[float | None, ...]:
    """Return ``values`` with None for what a log axis cannot show."""
    return tuple(value if value is not None and 0 < value < math.inf else None for value in values)


def padded(low: float, high: float) -> tuple[float, float]:
    """Return the ends with some air, and at least a little apart."""
    if high - low <= abs(high) * 1e-9:
        air = abs(high) * _PAD or 0.01
        return low - air, high + air
    air = (high - low) * _PAD
    return low - air, high + air


def percent_scale(
    low: float, high: float, figures: Figures, *, top: float | None = None, signed: bool = False
) -> Scale:
    """Return a linear axis of fractions, labelled in percent.

    Args:
        low: the smallest value.
        high: the largest value.
        figures: writes the labels.
        top: the upper end where it is fixed, e.g. 0 for drawdowns.
        signed: with a plus for what is above zero.
    """
    bottom, upper = padded(low, high)
    upper = upper if top is None else top
    return linear(bottom, upper, lambda value, step: _percent(figures, value, step, signed))


def linear(low: float, high: float, write: Callable[[float, float], str]) -> Scale:
    """Return a linear axis; ``write`` gets the value of a label and the step between labels."""
    values = linear_ticks(low, high)
    step = step_of(values)
    return Scale(low, high, [Tick(value, (write(value, step),)) for value in values])


def log(low: float, high: float, write: Callable[[float, int], str]) -> Scale:
    """Return a log axis over what lies between ``low`` and ``high``, both above zero.

    ``write`` gets the value of a label and how many significant digits tell it in full.
    """
    air = max((high / low) ** _PAD, 1.01)
    bottom, top = low / air, min(high * air, 1e300)
    values = log_ticks(bottom, top)
    digits = max((_digits_of(value) for value in values), default=1)
    return Scale(bottom, top, [Tick(value, (write(value, digits),)) for value in values], "log")


def _digits_of(value: float) -> int:
    """Return how many significant digits write ``value`` in full, at most 12."""
    mantissa = f"{value:.{_MOST_DIGITS - 1}e}".split("e")[0]
    return len(mantissa.rstrip("0").replace(".", ""))


def growth_scale(values: list[float], figures: Figures) -> Scale:
    """Return the axis of growth from 1.0: percent of change, or multiples on a log axis.

    The log axis is for what has grown or shrunk so much that small lines would lie flat.
    """
    low, high = min([*values, 1.0]), max([*values, 1.0])
    if low > 0 and high / low >= _LOG_FROM:
        return log(low, high, figures.times)
    bottom, top = padded(low, high)
    change = linear(
        bottom - 1, top - 1, lambda value, step: _percent(figures, value, step, signed=True)
    )
    return Scale(bottom, top, [Tick(tick.value + 1, tick.texts) for tick in change.ticks])


def drift_scale(values: list[float], figures: Figures) -> Scale:
    """Return the axis of drift in band units: linear, beyond +-2 in powers where it goes far."""
    low, high = min([*values, -2.2]), max([*values, 2.2])
    near = [0.0, 1.0, -1.0, 2.0, -2.0]
    if max(high, -low) <= _SYMLOG_FROM:
        extra = [float(value) for value in range(-5, 6) if low <= value <= high]
        ticks = near + [value for value in extra if value not in near]
        low, high, kind = low - 0.1, high + 0.1, "linear"
    else:
        far = log_ticks(_SYMLOG_FROM, max(high, -low, 10.0), 3)
        ticks = near + [
            sign * value for value in far for sign in (1, -1) if low <= sign * value <= high
        ]
        low, high, kind = low * 1.15, high * 1.15, "symlog"
    return Scale(low, high, [_band_tick(value, figures) for value in ticks], kind)


def _band_tick(value: float, figures: Figures) -> Tick:
    return Tick(value, (figures.number(value, 0, signed=True),))


def _percent(figures: Figures, value: float, step: float, signed: bool) -> str:  # noqa: FBT001
    places = min(least_places(step * 100), _MOST_PLACES)
    return figures.percent(value, places, signed=signed)


def unit_axis(low: float, high: float, figures: Figures, unit: str) -> Scale:
    """Return a linear axis from ``low`` to ``high``, labelled as ``unit`` is written."""
    factor = 100 if unit in {"percent", "points"} else 1

    def write(value: float, step: float) -> str:
        places = min(least_places(step * factor), _MOST_PLACES)
        return figures.unit(value, unit, places=places)

    return linear(low, high, write)
