"""The newest months of a data set, kept shut until a release opens them once.

A study and a sweep read nothing behind the seal unless somebody says why, and that is logged first
(``trials``). Source: METHODS 6.2.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from bot.research.windows import Window
from core.domain.errors import InputInvalid

SEALED_MONTHS = 12
"""How many months are kept shut. Source: METHODS 6.2."""

_A_DAY = timedelta(days=1)
_LONGEST = 200


@dataclass(frozen=True, slots=True)
class Seal:
    """The newest months of a data set, and whether they are open now.

    Attributes:
        first: the first sealed day.
        last: the last day of the data.
        reason: why they were opened; empty while they are shut.
    """

    first: date
    last: date
    reason: str = ""

    @property
    def is_open(self) -> bool:
        """Whether the sealed days are read."""
        return bool(self.reason)

    @property
    def last_day_read(self) -> date:
        """The newest day that may be read."""
        return self.last if self.is_open else self.first - _A_DAY

    @property
    def told(self) -> str:
        """What became of the sealed months, as a finished sentence."""
        what = "were opened" if self.is_open else "stayed sealed"
        return f"The last twelve months, {self.first} to {self.last}, {what}."

    def document(self, openings: int) -> dict[str, str | bool | int]:
        """Return the same for a JSON document.

        Args:
            openings: how many different openings this release has made.
        """
        return {
            "from": self.first.isoformat(),
            "to": self.last.isoformat(),
            "is_open": self.is_open,
            "reason": self.reason,
            "openings_of_this_release": openings,
        }

    def more_days(self, last: date | None) -> str:
        """Tell whoever has too few days how to get more, as the end of a sentence.

        Args:
            last: the last day that was asked for, None where nobody named one.
        """
        if last is not None:
            return "name a later day with --to, or take more history"
        if self.is_open:
            return "take more history"
        return (
            f"the days from {self.first} on are sealed, so take more history, or open them with "
            '--unseal "why"'
        )


def seal_of(ends_at: datetime, reason: str | None = None) -> Seal:
    """Return the seal on the last twelve months of data that end at ``ends_at``.

    Raises:
        InputInvalid: they are to be opened without a reason, or one that cannot be printed.
    """
    if reason is not None and not reason.strip():
        raise InputInvalid("--unseal needs a reason, since every opening is logged; write one")
    if reason is not None and (not reason.isprintable() or len(reason) > _LONGEST):
        raise InputInvalid(
            f"--unseal is {reason[:_LONGEST]!a}; the reason is kept and printed, so write one "
            f"line of plain text, {_LONGEST} letters at most"
        )
    last = (ends_at - timedelta(seconds=1)).date()
    after = last + _A_DAY
    try:
        first = after.replace(year=after.year - SEALED_MONTHS // 12)
    except ValueError:  # the data end on a 28 February of a leap year
        first = after.replace(year=after.year - SEALED_MONTHS // 12, day=28)
    return Seal(first, last, (reason or "").strip())


def asked_window(first: date | None, last: date | None, seal: Seal) -> Window:
    """Return the days that ``--from`` and ``--to`` ask for, as far as they may be read.

    Args:
        first: the first day, None for as early as can be.
        last: the last day, None for the last that may be read.
        seal: of the data.

    Raises:
        InputInvalid: the days are the wrong way round, or they are sealed.
    """
    begin, end = first or date.min, last or seal.last_day_read
    if begin > end:
        given = f"--from {begin} and --to {end}" if last else f"--from {begin}"
        raise InputInvalid(
            f"{given} {'leave' if last else 'leaves'} no day to look at; days up to "
            f"{seal.last_day_read} may be read"
        )
    if end >= seal.first and not seal.is_open:
        raise InputInvalid(
            f"--to is {end}, and the days from {seal.first} on are sealed; end at "
            f'{seal.last_day_read}, or open them with --unseal "why"'
        )
    return Window(begin, min(end, seal.last))
