"""No figure leaves records that do not verify: rows and journal are held against each other."""

import json
import zlib
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from pathlib import Path

import pytest

from bot.store.sqlite import SqliteStore, open_store
from bot.store.verify import verify_journal
from bot.workflow.halts import check_journal
from tests.chat.test_deciding import GENEROUS
from tests.chat.world import VERA, World, world
from tests.store import damage
from tests.store.test_verify import reseal

WHY_SOLD = "why did you sell BTC?"
WHY_NOT = "why was nothing traded since 2 March?"
COST = "what did trading cost this month?"
CHANGED = "what changed since 2 March?"


@pytest.fixture
async def traded(tmp_path: Path) -> AsyncIterator[World]:
    """A plan that was carried out, and three looks after it; the journal's guards are off."""
    async with world(tmp_path, approval=GENEROUS) as made:
        await made.trade_first()
        for _ in range(3):
            made.later(days=1)
            await made.look_daily()
        made.deliver()
        damage.disarm(path_of(made))
        yield made


def path_of(made: World) -> Path:
    """Return where the database is."""
    assert isinstance(made.desk.store, SqliteStore)
    return made.desk.store.path


def change(made: World, sql: str, *values: object) -> None:
    """Change the file behind the bot's back."""
    damage.run(path_of(made), sql, values)


async def ask(made: World, question: str) -> str:
    """Ask, and return the answer as plain text."""
    made.later(minutes=2)
    (words,) = await made.send(VERA, f"/ask {question}")
    return words


def assert_refused(words: str) -> None:
    """Check that an answer says so, and tells no figure."""
    assert words.startswith("No answer\n")
    assert "My records do not verify" in words
    assert "evenkeel journal verify" in words
    assert not any(letter.isdigit() for letter in words)


def rewrite_decision(made: World, old: str, new: str) -> None:
    """Change a text inside every stored decision."""
    rows = damage.run(path_of(made), "SELECT seq, decision FROM decision")
    for seq, packed in rows:
        text = zlib.decompress(packed).decode()
        assert old in text
        change(made, "UPDATE decision SET decision = ? WHERE seq = ?",
               zlib.compress(text.replace(old, new).encode()), seq)  # fmt: skip


@pytest.mark.parametrize("question", [WHY_SOLD, WHY_NOT, COST, CHANGED])
async def test_untouched_records_answer(traded: World, question: str) -> None:
    """Records that nobody touched verify, and the answer names them."""
    assert "Records: " in await ask(traded, question)


async def test_a_changed_decision_is_refused(traded: World) -> None:
    """A figure changed in stored decisions is not told, and the audit finds it as well."""
    rewrite_decision(traded, '"target":"0.5"', '"target":"0.6"')
    for question in (WHY_SOLD, WHY_NOT, CHANGED):
        assert_refused(await ask(traded, question))
    with open_store(path_of(traded), read_only=True) as store:
        verdict = verify_journal(store)
    assert "the stored decision is not the one" in verdict.problem


@pytest.mark.parametrize(
    "sql",
    [
        "DELETE FROM decision",
        "UPDATE decision SET decision = x'00'",
        "UPDATE decision SET decision_id = 'x' || substr(decision_id, 2)",
    ],
)
async def test_a_lost_decision_is_refused(traded: World, sql: str) -> None:
    """A decision that is gone or can no longer be read is no record without a word: it is told."""
    change(traded, "PRAGMA foreign_keys = OFF")
    change(traded, sql)
    assert_refused(await ask(traded, WHY_NOT))


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE proposal SET plan = replace(plan, 'BTC', 'ETH')",
        "UPDATE proposal SET plan_digest = 'x'",
        "UPDATE proposal SET state = 'REJECTED'",
        "UPDATE proposal SET decided_by = '666'",
        "UPDATE proposal SET decided_at = '2026-03-02T11:00:00Z'",
        "UPDATE proposal SET expires_at = '2026-03-02T11:00:00Z'",
        "UPDATE proposal SET created_at = '2026-03-03T11:00:00Z'",
        "DELETE FROM proposal",
    ],
)
async def test_a_changed_proposal_is_refused(traded: World, sql: str) -> None:
    """Whatever of a proposal is not as the journal has it, nothing is told of it."""
    change(traded, sql)
    assert_refused(await ask(traded, WHY_SOLD))


async def test_a_changed_plan_is_found_by_the_audit(traded: World) -> None:
    """A plan that was changed beside the journal is found where the answer sends people."""
    change(traded, "UPDATE proposal SET plan = replace(plan, 'BTC', 'ETH')")
    with open_store(path_of(traded), read_only=True) as store:
        verdict = verify_journal(store)
    assert not verdict.ok
    assert "the stored plan is not the one" in verdict.problem


async def test_a_note_comes_from_the_journal(traded: World) -> None:
    """A note written over beside the journal is not told."""
    change(traded, "UPDATE proposal SET note = 'approve everything'")
    assert "approve everything" not in await ask(traded, WHY_SOLD)


DAMAGES: dict[str, Callable[[str], str]] = {
    "shortfall.measured": lambda text: text.replace('"fees":"', '"fees":"1'),
    "decision.made": lambda text: text.replace('"verdict":"NO_TRADE"', '"verdict":"PROPOSE"'),
    "proposal.drafted": lambda text: text.replace('"tier":"', '"tier":"1'),
}


@pytest.mark.parametrize(("kind", "question"), [
    ("shortfall.measured", COST), ("decision.made", WHY_NOT), ("proposal.drafted", WHY_SOLD),
])  # fmt: skip
async def test_a_changed_entry_is_refused(traded: World, kind: str, question: str) -> None:
    """An entry that says something else than was sealed is not believed."""
    rows = damage.run(path_of(traded), "SELECT seq, payload FROM journal WHERE kind = ?", (kind,))
    for seq, payload in rows:
        changed = DAMAGES[kind](payload)
        change(traded, "UPDATE journal SET payload = ? WHERE seq = ?", changed, seq)
    assert_refused(await ask(traded, question))


async def test_a_removed_cost_is_refused(traded: World) -> None:
    """That there was no cost is proved, too: an entry taken out of the middle is missed."""
    change(traded, "DELETE FROM journal WHERE kind = 'shortfall.measured'")
    assert_refused(await ask(traded, COST))


async def test_a_cut_end_is_missed(traded: World) -> None:
    """Entries that this process saw hold are missed when the journal's end is cut off."""
    check_journal(traded.desk)
    change(traded, "DELETE FROM journal WHERE seq > ?", traded.desk.followed.seq - 2)
    assert_refused(await ask(traded, WHY_NOT))


async def test_a_rewritten_chain_is_refused(traded: World) -> None:
    """Who edits a figure and seals the whole journal anew is caught by what the process saw."""
    check_journal(traded.desk)
    change(traded, 'UPDATE journal SET payload = replace(payload, \'"fees":"\', \'"fees":"1\')')
    reseal(path_of(traded))
    assert_refused(await ask(traded, COST))


async def test_damage_before_the_records_used_changes_nothing(traded: World) -> None:
    """An answer rests on what it uses and on what came after; older damage is the audit's."""
    change(traded, "UPDATE journal SET actor = 'eve' WHERE seq = 1")
    assert "Records: " in await ask(traded, "why aren't you trading?")


async def test_a_decision_older_than_its_digest(traded: World) -> None:
    """A decision whose entry witnessed no digest yet is made again from its inputs."""
    rows = damage.run(
        path_of(traded), "SELECT seq, payload FROM journal WHERE kind = 'decision.made'"
    )
    for seq, payload in rows:
        older = {k: v for k, v in json.loads(payload).items() if k != "decision_digest"}
        text = json.dumps(older, sort_keys=True, separators=(",", ":"))
        change(traded, "UPDATE journal SET payload = ? WHERE seq = ?", text, seq)
    reseal(path_of(traded))
    assert "Records: " in await ask(traded, WHY_SOLD)
    rewrite_decision(traded, '"target":"0.5"', '"target":"0.6"')
    assert_refused(await ask(traded, WHY_SOLD))


async def test_entries_since_an_instant(traded: World) -> None:
    """The journal's entries of an instant and later are found, to the second."""
    with traded.desk.store.reading() as tx:
        everything = tx.journal.entries()
        middle = everything[len(everything) // 2].at
        found = tx.journal.entries(since=middle)
        assert [row for row in everything if row.at >= middle.replace(microsecond=0)] == found
        assert tx.journal.entries(since=traded.clock.now() + timedelta(days=1)) == []
