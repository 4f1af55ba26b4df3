"""The settings a sweep can vary, and how a value of one becomes a cell of its column."""

from dataclasses import dataclass
from decimal import Decimal
from difflib import get_close_matches
from typing import Final

from pydantic import BaseModel

from bot.settings.policy_file import PolicyFile
from core.domain.errors import InputInvalid
from core.domain.units import text_of

TARGETS: Final = "targets"

SHARED: Final = (TARGETS, "regime.asset", "pause.families", "pause.correlated", "tilt.enabled")
"""What the given series (targets, regime, pause) follow from. In a grid these vary slowest, so that
neighbours share them."""

VARIED: Final = (
    *SHARED,
    "regime.bands",
    "profile",
    "start_cash",
    "reserve",
    "bands.mode",
    "bands.cap",
    "bands.relative",
    "bands.floor",
    "bands.delta",
    "bands.confirm_days",
    "bands.adapt_to_size",
    "limits.days_after_execution",
    "limits.max_turnover_30d",
    "limits.min_trade",
    "costs.taker_fee",
)
"""The settings that change what a policy does on past bars; slowest first."""

Cell = float | int | bool | str


@dataclass(frozen=True, slots=True)
class Axis:
    """One setting that varies.

    Attributes:
        name: the setting as in a policy file, with dots.
        values: what it is set to, as TOML has them; a tuple where the setting is a list, a dict
            for targets.
        names: of the variants of the targets; empty for any other setting.
        place: where it stands, for a message, e.g. ``grid.toml, line 3``.
    """

    name: str
    values: tuple[object, ...]
    names: tuple[str, ...] = ()
    place: str = ""

    def __len__(self) -> int:
        return len(self.values)

    @property
    def cells(self) -> tuple[Cell, ...]:
        """The values as cells of a column: numbers, yes and no, or texts."""
        if self.names:
            return self.names
        if all(isinstance(value, bool) for value in self.values):
            return tuple(bool(value) for value in self.values)
        if all(type(value) is int for value in self.values):
            return tuple(int(str(value)) for value in self.values)
        if all(type(value) in (int, Decimal) for value in self.values):
            return tuple(float(str(value)) for value in self.values)
        return tuple(plain(value) for value in self.values)

    @property
    def is_ordered(self) -> bool:
        """Whether the values are numbers, so that one lies between two others."""
        return all(type(cell) in (int, float) for cell in self.cells)

    def text(self, at: int) -> str:
        """Return one value as a person would write it."""
        return self.names[at] if self.names else plain(self.values[at])


def plain(value: object) -> str:
    """Return a TOML value as a short text."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return text_of(value)
    if isinstance(value, tuple | list):
        return ",".join(plain(item) for item in value) or "none"
    return str(value)


def check_name(name: str, place: str) -> None:
    """Refuse a name that is no setting, or one that changes nothing on past bars.

    Raises:
        InputInvalid: with the nearest name, or with all that can vary.
    """
    if name in VARIED:
        return
    if name in _settings(PolicyFile):
        raise InputInvalid(
            f"{place}: {name} changes nothing that can be seen on past bars; "
            f"a sweep can vary {', '.join(VARIED)}"
        )
    near = get_close_matches(name, VARIED, n=1)
    mend = f"did you mean {near[0]}?" if near else f"a sweep can vary {', '.join(VARIED)}"
    raise InputInvalid(f"{place}: {name} is not a setting; {mend}")


def _settings(section: type[BaseModel], prefix: str = "") -> set[str]:
    """Return the dotted names of all settings, those of tables and their members alike."""
    found = set()
    for name, info in section.model_fields.items():
        found.add(prefix + name)
        kind = info.annotation
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            found |= _settings(kind, f"{prefix}{name}.")
    return found
