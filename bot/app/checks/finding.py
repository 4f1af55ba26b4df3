"""What a check found: in order, worth a look, or wrong, with the mend."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """How grave it is: only FAIL keeps the bot from doing what the policy asks of it."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True, slots=True)
class Finding:
    """One line.

    Attributes:
        check: what was looked at, one word.
        level: how grave it is.
        said: what was found; no secret is in it.
        mend: what to do about it; empty where nothing is to be done or ``said`` says it.
    """

    check: str
    level: Level
    said: str
    mend: str = ""


@dataclass(frozen=True, slots=True)
class Check:
    """One look at one thing.

    Attributes:
        name: what is looked at, one word; several checks may share it.
        subject: what is asked, for a sentence about its silence.
        look: looks, and returns what it found.
        if_silent: how grave it is when no answer comes in time.
    """

    name: str
    subject: str
    look: Callable[[], Awaitable[Sequence[Finding]]]
    if_silent: Level = Level.FAIL


def fine(check: str, said: str) -> Finding:
    """Return a finding that all is in order."""
    return Finding(check, Level.OK, said)


def listed(names: Sequence[str]) -> str:
    """Return names as a sentence lists them; ``none`` without any."""
    *others, last = names or ("none",)
    return f"{', '.join(others)} and {last}" if others else last
