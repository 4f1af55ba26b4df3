"""The audit trail: append-only, each entry sealed together with the one before."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class JournalEntry:
    """One line of the audit trail; ``hash`` seals ``payload`` (canonical JSON) and ``prev``."""

    seq: int
    at: datetime
    kind: str
    actor: str
    payload: str
    prev: str
    hash: str


@dataclass(frozen=True, slots=True)
class Followed:
    """How far the journal's chain was followed.

    Attributes:
        seq, head: number and hash of the last entry that holds.
        problem: what is wrong with the next one, in words, or an empty text.
    """

    seq: int
    head: str
    problem: str = ""


class Journal(Protocol):
    """The append-only, hash-chained audit trail."""

    def append(
        self, kind: str, actor: str, payload: Mapping[str, object], *, at: datetime
    ) -> JournalEntry:
        """Add one entry; secrets and nonces never enter ``payload``."""
        ...

    def head(self) -> tuple[int, str]:
        """Return the newest entry's number and hash; (0, 64 zeros) when there is none."""
        ...

    def entries(
        self,
        *,
        kinds: Collection[str] = (),
        after: int = 0,
        limit: int | None = None,
        since: datetime | None = None,
    ) -> Sequence[JournalEntry]:
        """Return entries, oldest first.

        Args:
            kinds: of these kinds; none = all kinds.
            after: only those with a higher number.
            limit: how many at most.
            since: only those of this instant or later.
        """
        ...

    def follow(self, seq: int, head: str, *, limit: int) -> Followed:
        """Follow the chain from an entry that holds, over at most ``limit`` entries.

        Args:
            seq: that entry's number, 0 for the beginning.
            head: its hash, 64 zeros for the beginning.
            limit: how many entries to look at.
        """
        ...
