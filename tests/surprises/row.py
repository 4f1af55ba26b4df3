"""One surprise: where the reference tells it, what it is, and the tests that hold its guard."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Row:
    """One surprise.

    Attributes:
        section: of the reference.
        fact: what surprises.
        guard: what is done about it.
        tests: file below ``tests`` and name of each test that fails without the guard.
    """

    section: str
    fact: str
    guard: str
    tests: tuple[str, ...]
