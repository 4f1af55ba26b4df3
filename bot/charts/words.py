"""Every word that stands on a picture, as one value; the defaults are English."""

from collections.abc import Mapping
from dataclasses import dataclass, field

_NAMES = {
    "actual": "Actual",
    "always": "Always approve",
    "never": "Never approve",
    "plain": "Plain bands",
}
_MARKS = {
    "executed": "executed",
    "rejected": "rejected",
    "expired": "expired",
    "withheld": "held back",
}
_REGIMES = {
    "up": "up",
    "down": "down",
    "ranging": "sideways",
    "turbulent": "turbulent",
    "unknown": "not known",
}
_PHASES = {"NORMAL": "no pause", "PAUSED": "paused", "GUARDED": "careful after a pause"}


@dataclass(frozen=True, slots=True)
class ChartWords:
    """The words on pictures, in one language.

    A code without a word of its own stands on the picture as it is.

    Attributes:
        allocation, drift, books, market, drawdowns: the titles; ``market`` has the gaps ``asset``
            and ``quote``.
        allocation_note, drift_note, books_note, market_note, drawdowns_note: the line under the
            title, or nothing.
        now, goal: heads of the two columns beside the bars.
        inside, outside, band, target: the legend of the bars.
        edge, hard_edge: the legend of the lines at 1 and 2 band widths.
        regime, phase: what the two ribbons are called.
        names: lines by their code: the four books.
        marks: decisions by their kind.
        regimes, phases: states by their code.
        nothing: said in place of a picture without a single figure.
        too_short: said in place of a picture of fewer than two days.
        without: names the lines that have no figure yet, gap ``names``.
        default, no_result: the marks of a grid of settings.
        covers, clear: the marks of intervals that hold zero, and that do not.
    """

    allocation: str = "Now against the goal"
    allocation_note: str = ""
    drift: str = "Distance from the goal"
    drift_note: str = "1 is the edge of an asset's band"
    books: str = "Growth of the four books"
    books_note: str = "Deposits and withdrawals taken out"
    market: str = "{asset} in {quote}"
    market_note: str = "Each step up the scale is the same percentage"
    drawdowns: str = "Below the highest value so far"
    drawdowns_note: str = ""
    now: str = "now"
    goal: str = "goal"
    inside: str = "inside its band"
    outside: str = "outside its band"
    band: str = "band"
    target: str = "goal"
    edge: str = "edge of the band"
    hard_edge: str = "twice the band"
    regime: str = "Market"
    phase: str = "Pause"
    names: Mapping[str, str] = field(default_factory=lambda: dict(_NAMES))
    marks: Mapping[str, str] = field(default_factory=lambda: dict(_MARKS))
    regimes: Mapping[str, str] = field(default_factory=lambda: dict(_REGIMES))
    phases: Mapping[str, str] = field(default_factory=lambda: dict(_PHASES))
    nothing: str = "There is nothing to draw yet."
    too_short: str = "A picture needs at least two days. The next check adds one."
    without: str = "No figures yet: {names}"
    default: str = "the default"
    no_result: str = "no result"
    covers: str = "interval holds zero"
    clear: str = "interval clear of zero"


ENGLISH = ChartWords()
