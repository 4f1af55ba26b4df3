"""What the checks make of a model's output."""

from dataclasses import dataclass
from enum import StrEnum

from bot.explain.checking.codes import Code


class Role(StrEnum):
    """What a line is there for."""

    WHAT = "what"
    WHY = "why"
    COST = "cost"
    RISK = "risk"
    NEXT = "next"


@dataclass(frozen=True, slots=True)
class Line:
    """One line of prose; its placeholders are not filled yet."""

    role: Role
    text: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What may be shown of an output, and why not.

    Attributes:
        codes: the broken rules, in the order of ``Code``; empty means that the text may be shown.
            ``GROUNDED`` stands here only when nothing at all is left.
        lines: what may be shown, ungrounded sentences left out; empty when anything is broken.
        dropped: the sentences left out.
        emptied: the roles of lines of which nothing is left; the template's line stands in.
    """

    codes: tuple[Code, ...]
    lines: tuple[Line, ...] = ()
    dropped: tuple[str, ...] = ()
    emptied: tuple[Role, ...] = ()

    @property
    def accepted(self) -> bool:
        """Tell whether something of the output may be shown."""
        return not self.codes
