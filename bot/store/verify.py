"""The journal seen from outside: is the chain whole, was every execution approved, and the export.

Decisions, what they were made from, plans, what feeds said and the four books stand beside the
journal, which holds the digests: all are compared.
The chain shows edits, removals and swaps inside the journal. It cannot show that its end was cut
off; that takes anchors, (seq, hash) pairs that were witnessed elsewhere, e.g. in daily digests.
Source: METHODS 8.8.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from bot.store.chain import RawRow, fault_of
from bot.store.documents import parsed
from bot.store.kinds import ORDER_INTENDED, PROPOSAL_APPROVED, PROPOSAL_EXECUTING
from bot.store.sqlite import SqliteStore
from core.codec import GENESIS, instant_text

_PAGE = 2_000
_APPROVED, _EXECUTING, _INTENDED = (
    kind.encode() for kind in (PROPOSAL_APPROVED, PROPOSAL_EXECUTING, ORDER_INTENDED)
)
_LINKED = frozenset({_APPROVED, _EXECUTING, _INTENDED})


@dataclass(frozen=True, slots=True)
class JournalVerdict:
    """What a check of the journal found.

    Attributes:
        ok: nothing is wrong.
        count: how many entries hold, from the first one on.
        head: the hash of the last of them; 64 zeros when there is none.
        bad_seq: the number of the first entry that does not hold, or None.
        problem: what is wrong with it, in a sentence, or an empty text.
    """

    ok: bool
    count: int
    head: str
    bad_seq: int | None = None
    problem: str = ""


def verify_journal(
    store: SqliteStore, anchors: Iterable[tuple[int, str]] = (), *, with_books: bool = True
) -> JournalVerdict:
    """Check every entry's number, link and hash, the anchors, and the approval of each execution.

    Then check that decisions, their inputs, plans, readings and books are those whose digests were
    witnessed.

    Args:
        store: the database; entries that are added meanwhile are checked too.
        anchors: (seq, hash) of entries witnessed outside; the beginning of a hash will do.
        with_books: compare the books too, on which nothing else rests.

    Raises:
        StoreCorrupt: the file itself is damaged.
    """
    chain = _Chain(anchors)
    for row in _raw_rows(store):
        if problem := chain.problem_of(row):
            return chain.verdict(problem)
    problem = chain.problem_of_end()
    return (
        chain.verdict(problem)
        if problem
        else _verdict_on_inputs(store, chain, with_books=with_books)
    )


def export_journal(store: SqliteStore) -> Iterator[str]:
    """Yield the journal as JSON lines, oldest first; ``payload`` is an object.

    ``core.codec.chain_hash`` of a line without its ``hash`` gives that hash.

    Raises:
        StoreCorrupt: an entry cannot be read.
    """
    after = 0
    while True:
        with store.reading() as reading:
            entries = reading.journal.entries(after=after, limit=_PAGE)
        if not entries:
            return
        for entry in entries:
            line = {
                "seq": entry.seq,
                "ts": instant_text(entry.at),
                "kind": entry.kind,
                "actor": entry.actor,
                "payload": parsed(entry.payload),
                "prev": entry.prev,
                "hash": entry.hash,
            }
            yield json.dumps(line, ensure_ascii=False, separators=(",", ":"))
        after = entries[-1].seq


def _verdict_on_inputs(store: SqliteStore, chain: "_Chain", *, with_books: bool) -> JournalVerdict:
    with store.reading() as reading:
        found = (
            reading.decisions.first_damage(),
            reading.proposals.first_damage(),
            reading.readings.first_damage(),
            reading.books.first_damage() if with_books else None,
        )
        seq, problem = min((one for one in found if one is not None), default=(0, ""))
        if not problem:
            return chain.verdict("")
        before = reading.journal.entries(after=seq - 2, limit=1) if seq > 1 else ()
    head = before[0].hash if before else GENESIS
    return JournalVerdict(
        ok=False, count=seq - 1, head=head, bad_seq=seq, problem=f"entry {seq}: {problem}"
    )


def _raw_rows(store: SqliteStore) -> Iterator[RawRow]:
    """Yield the rows page by page, so that no transaction outlives the reading of one page."""
    after = 0
    while True:
        with store.reading() as reading:
            rows = reading.journal.raw_rows(after=after, limit=_PAGE)
        if not rows:
            return
        yield from rows
        after = rows[-1][0]


class _Chain:
    """The part of the journal that holds so far."""

    def __init__(self, anchors: Iterable[tuple[int, str]]) -> None:
        self.count = 0
        self.head = GENESIS.encode()
        self._anchors: dict[int, set[bytes]] = {}
        for seq, witnessed in anchors:
            self._anchors.setdefault(seq, set()).add(witnessed.encode())
        self._approved: dict[str, str] = {}
        self._executed: set[str] = set()

    def problem_of(self, row: RawRow) -> str:
        """Take the next row in; return what speaks against it, or an empty text."""
        if fault := fault_of(row, seq=self.count, head=self.head):
            return fault
        seq, _, kind, _, payload, _, sealed = row
        # A digest shows the beginning of a hash; what it shows must agree.
        if not all(sealed.startswith(seen) for seen in self._anchors.get(seq, ())):
            return f"entry {seq} is not the one that was witnessed outside"
        if kind in _LINKED and (problem := self._link_problem(kind, json.loads(payload))):
            return f"entry {seq}: {problem}"
        self.count, self.head = seq, sealed
        return ""

    def problem_of_end(self) -> str:
        """Return what speaks against the journal ending here, or an empty text."""
        missing = sorted(seq for seq in self._anchors if seq > self.count)
        if missing:
            return f"the journal ends at {self.count}, but entry {missing[0]} was witnessed outside"
        if not all(GENESIS.encode().startswith(seen) for seen in self._anchors.get(0, ())):
            return "an anchor names entry 0, which does not exist"
        return ""

    def verdict(self, problem: str) -> JournalVerdict:
        """Return what was found."""
        bad_seq = self.count + 1 if problem else None
        return JournalVerdict(not problem, self.count, self.head.decode(), bad_seq, problem)

    def _link_problem(self, kind: bytes, payload: dict[str, str]) -> str:
        """Return what speaks against an approval, an execution or an order, or an empty text."""
        proposal = payload["proposal_id"]
        if kind == _APPROVED:
            self._approved[proposal] = payload["plan_digest"]
        elif kind == _INTENDED:
            if proposal not in self._executed:
                return f"an order of proposal {proposal}, which was not executed before it"
        elif self._approved.pop(proposal, None) != payload["plan_digest"]:
            return f"proposal {proposal} was executed without an approval of that plan before it"
        else:
            self._executed.add(proposal)
        return ""
