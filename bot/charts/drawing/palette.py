"""The colours of both themes, safe for colour-blind eyes, and the styles that tell lines apart.

Source of the hues: Okabe & Ito (2008), darkened for the light ground so that every line keeps a
contrast of 3 to it. No two things are told apart by colour alone.
"""

from dataclasses import dataclass
from typing import Final

from bot.charts.look import Theme

type_dash = tuple[float, tuple[float, ...]]


@dataclass(frozen=True, slots=True)
class Fill:
    """How an area is filled: its colour, matplotlib's pattern on it, and the pattern's colour."""

    colour: str
    hatch: str = ""
    pattern: str = "#14181D"


@dataclass(frozen=True, slots=True)
class Palette:
    """All colours of one theme.

    Attributes:
        ground: behind everything.
        ink, muted: text, and text of less weight; both with a contrast of 4.5 or more.
        grid: lines that may be overlooked.
        wash: an area that means "all is well", behind lines.
        series: lines in the order they are given out; what else needs a hue takes one of them.
        heat: the ends of a heat map, low to high.
    """

    ground: str
    ink: str
    muted: str
    grid: str
    wash: str
    series: tuple[str, ...]
    heat: tuple[str, ...]
    regimes: dict[str, Fill]
    phases: dict[str, Fill]

    @property
    def calm(self) -> str:
        """Inside a band."""
        return self.series[0]

    @property
    def alarm(self) -> str:
        """Outside a band."""
        return self.series[1]

    @property
    def marks(self) -> dict[str, str]:
        """What became of a plan."""
        return {
            "executed": self.series[2],
            "rejected": self.alarm,
            "expired": self.muted,
            "withheld": self.series[4],
        }


_LIGHT = Palette(
    ground="#FFFFFF",
    ink="#1B1F23",
    muted="#57606A",
    grid="#DADFE4",
    wash="#EAF1F6",
    series=("#0072B2", "#C44E00", "#00855F", "#1B1F23", "#A0377D", "#8A6A00", "#2A8FCB"),
    heat=("#F3F6FA", "#9CC4DF", "#3D87BD", "#0B3F73"),
    regimes={
        "up": Fill("#56B4E9"),
        "down": Fill("#D55E00", "\\\\"),
        "ranging": Fill("#C9CFD6"),
        "turbulent": Fill("#8E3A78", "xx", "#FFFFFF"),
        "unknown": Fill("#FFFFFF", ".."),
    },
    phases={
        "NORMAL": Fill("#E6EAEE"),
        "PAUSED": Fill("#E69F00", "//"),
        "GUARDED": Fill("#F6E3B4", ".."),
    },
)

_DARK = Palette(
    ground="#14181D",
    ink="#F1F4F7",
    muted="#AEB7C0",
    grid="#333B44",
    wash="#1E2833",
    series=("#56B4E9", "#FF8A3D", "#2EC492", "#F1F4F7", "#E08BC0", "#E8D44D", "#8FA6FF"),
    heat=("#1B2530", "#235A86", "#4FA0D0", "#D6ECFA"),
    regimes={
        "up": Fill("#56B4E9"),
        "down": Fill("#D55E00", "\\\\"),
        "ranging": Fill("#5B6570"),
        "turbulent": Fill("#D27FB5", "xx"),
        "unknown": Fill("#14181D", "..", "#AEB7C0"),
    },
    phases={
        "NORMAL": Fill("#2A323B"),
        "PAUSED": Fill("#E69F00", "//"),
        "GUARDED": Fill("#6B5A2A", "..", "#F1F4F7"),
    },
)

PALETTES: Final = {Theme.LIGHT: _LIGHT, Theme.DARK: _DARK}

SOLID: Final[type_dash] = (0, ())
DASHES: Final[tuple[type_dash, ...]] = (
    SOLID,
    (0, (5, 1.6)),
    (0, (1.2, 1.2)),
    (0, (6, 1.5, 1.2, 1.5)),
    (0, (3, 1.2)),
)
LINE_MARKERS: Final = ("o", "s", "^", "D", "v", "P", "X", "<", ">", "p", "h", "*")
DECISION_MARKERS: Final = {"executed": "o", "rejected": "X", "expired": "s", "withheld": "v"}


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours ``#RRGGBB``, 1 to 21.

    Source: WCAG 2.2, relative luminance and contrast ratio.
    """
    dark, bright = sorted((_luminance(one), _luminance(other)))
    return (bright + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    red, green, blue = (_linear(int(colour[at : at + 2], 16) / 255) for at in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(channel: float) -> float:
    if channel <= 0.04045:  # noqa: PLR2004 - the foot of sRGB's curve
        return channel / 12.92
    return float(((channel + 0.055) / 1.055) ** 2.4)
