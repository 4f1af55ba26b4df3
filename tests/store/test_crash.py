"""A process that is killed leaves whole transactions behind, or nothing of them."""

from pathlib import Path

import pytest

from bot.store.sqlite import open_store
from bot.store.verify import verify_journal
from tests.store import damage
from tests.store.processes import child

IN_THE_MIDDLE = """
import sys
from bot.store.sqlite import open_store
from tests.store.arranging import executing
from tests.store.sample_messages import outgoing
from tests.store.samples import AT

store = open_store(sys.argv[1])
with store.transaction() as tx:
    tx.journal.append("before", "ada", {}, at=AT)
    tx.memory.put("before", "1")
with store.transaction() as tx:
    executing(tx)
    tx.outbox.add(outgoing("a"))
    tx.memory.put("after", "1")
    print("writing", flush=True)
    sys.stdin.read()
"""

WITHOUT_END = """
import sys
from bot.store.sqlite import open_store
from tests.store.samples import AT, flow

store = open_store(sys.argv[1])
number = 0
while True:
    number += 1
    with store.transaction() as tx:
        tx.memory.put("number", str(number))
        tx.flows.add([flow(number)], at=AT)
        print(number, flush=True)
        tx.journal.append("round", "ada", {"number": number}, at=AT)
"""


def test_killed_in_the_middle_of_a_transaction(path: Path) -> None:
    """Of a transaction that was under way at the kill nothing is left; the one before is whole."""
    with child(IN_THE_MIDDLE, path) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "writing\n"
        process.kill()
    with open_store(path) as store:
        with store.reading() as tx:
            assert [entry.kind for entry in tx.journal.entries()] == ["before"]
            assert (tx.memory.get("before"), tx.memory.get("after")) == ("1", None)
            assert (tx.decisions.ids(), tx.proposals.live()) == ([], None)
            assert tx.outbox.chats() == []
        assert verify_journal(store).ok


@pytest.mark.parametrize("rounds", [1, 7, 60])
def test_killed_while_writing(path: Path, rounds: int) -> None:
    """Wherever the kill strikes, all tables tell of the same last transaction."""
    with child(WITHOUT_END, path) as process:
        assert process.stdout is not None
        for _ in range(rounds):
            begun = int(process.stdout.readline())
        process.kill()
        begun = int((process.stdout.read().split() or [str(begun)])[-1])
    with open_store(path) as store:
        with store.reading() as tx:
            number = int(tx.memory.get("number") or 0)
            flows = len(tx.flows.all())
            entries = tx.journal.entries(kinds=["round"])
        assert verify_journal(store).ok
    assert number in {begun - 1, begun}
    assert (flows, len(entries)) == (number, number)
    assert damage.run(path, "PRAGMA integrity_check") == [("ok",)]
