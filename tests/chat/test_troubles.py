"""Whatever happens to the records or the program, who sends a command is answered."""

import asyncio
import logging
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from bot.chat.commands.registry import STANDARD, Registry
from bot.chat.front import Front
from bot.chat.gate import needs
from bot.chat.render.words import ENGLISH
from bot.chat.requests import Button, Command, Press, Role
from bot.chat.troubles import TROUBLES
from bot.chat.visit import Visit
from bot.ports.messages import Mode
from bot.ports.records import Store, Transaction
from core.domain import errors
from core.domain.errors import EvenkeelError, InputInvalid, StoreCorrupt
from core.domain.proposal import ProposalState
from tests.chat.damaging import GONE, KINDS, Record, acts, live_some_days
from tests.chat.stops_charts import one_day, some_days
from tests.chat.world import ANN, EVE, NOT_VALID, VERA, World, world
from tests.store import damage

DATABASE = "evenkeel.db"
LOOKING_BACK = ("/review", "/review 90", "/review all")


@pytest.fixture
async def made(tmp_path: Path) -> AsyncIterator[World]:
    """A world in which some days have passed, with a plan that waits."""
    async with world(tmp_path) as opened:
        await live_some_days(opened)
        yield opened


@pytest.fixture
async def quiet(tmp_path: Path) -> AsyncIterator[World]:
    """A world in which nothing has happened yet."""
    async with world(tmp_path) as opened:
        yield opened


@pytest.mark.parametrize("kind", KINDS)
async def test_every_command_is_answered_whatever_table_is_damaged(
    made: World, tmp_path: Path, kind: str
) -> None:
    """Table by table: each command and each press brings words, at once or written down."""
    record = Record(made, tmp_path / DATABASE)
    todo = [*acts(made)]
    assert len(record.tables) > 15
    silent = []
    for table in record.tables:
        with record.damaged(table, kind):
            silent += [(table, act) for act in todo if not await record.answers(act)]
    assert silent == []


async def test_what_is_put_right_works_again(made: World, tmp_path: Path) -> None:
    """The tests above damage what they say they damage: afterwards all is as before."""
    record = Record(made, tmp_path / DATABASE)
    with record.damaged("outbox", GONE):
        said = await made.front.handle(made.request(ANN, Command("status")))
        assert said.startswith("A stored record is damaged")
    (told,) = await made.send(ANN, "/status")
    assert told.startswith("PAPER · value $")


def failing(error: Exception) -> Registry:
    """Return handlers of which every one fails so."""

    async def fail(visit: Visit) -> str:
        raise error

    handler = needs(Role.VIEWER)(fail)
    lines = tuple((line, handler) for line, _ in STANDARD.commands)
    return Registry(lines, dict.fromkeys(Button, handler), handler, handler)


def _made(kind: type[EvenkeelError]) -> EvenkeelError:
    return kind("the ends do not meet")


KINDS_OF_ERRORS = sorted(
    (
        kind
        for kind in vars(errors).values()
        if isinstance(kind, type) and issubclass(kind, EvenkeelError)
    ),
    key=lambda kind: kind.__name__,
)
BUGS = [KeyError("BTC"), ZeroDivisionError(), TypeError("None"), OSError(5, "no"), AssertionError()]


@pytest.mark.parametrize(
    "error", [*map(_made, KINDS_OF_ERRORS), *BUGS], ids=lambda error: type(error).__name__
)
async def test_every_error_of_a_handler_is_told(quiet: World, error: Exception) -> None:
    """Each of our own errors, and a bug, brings one message that shows no trace of code."""
    quiet.front = Front(
        quiet.desk, quiet.people, start=quiet.started.append, registry=failing(error)
    )
    (told,) = await quiet.send(ANN, "/status")
    assert told
    assert "Error" not in told
    assert isinstance(error, TROUBLES)


async def test_a_bug_is_logged_and_a_feed_that_is_down_is_not(
    quiet: World, caplog: pytest.LogCaptureFixture
) -> None:
    """The log holds what somebody has to mend, with its trace."""
    for error in (errors.FeedUnavailable("no prices"), KeyError("BTC")):
        quiet.front = Front(
            quiet.desk, quiet.people, start=quiet.started.append, registry=failing(error)
        )
        with caplog.at_level(logging.ERROR):
            await quiet.send(ANN, "/status")
    assert caplog.text.count("could not be handled") == 1
    assert "KeyError" in caplog.text


async def test_a_press_hears_it_at_once(quiet: World) -> None:
    """A button is answered as ever, known person or stranger."""
    quiet.front = Front(
        quiet.desk, quiet.people, start=quiet.started.append, registry=failing(KeyError("BTC"))
    )
    press = Press(Button.DETAILS, "7f3k9q2m", "Zm9v")
    assert await quiet.front.handle(quiet.request(ANN, press)) == ENGLISH.say("tap.failed")
    with pytest.raises(KeyError):
        await Front(
            quiet.desk,
            quiet.people,
            start=quiet.started.append,
            registry=failing(KeyError("BTC")),
            excuses=False,
        ).handle(quiet.request(ANN, press))


async def test_a_stranger_learns_nothing(quiet: World, tmp_path: Path) -> None:
    """Damaged records are nobody's business who is not known."""
    record = Record(quiet, tmp_path / DATABASE)
    for table in ("inbox", "allowance", "journal"):
        with record.damaged(table, GONE):
            for words in ("start", "status", "halt"):
                assert await quiet.front.handle(quiet.request(EVE, Command(words))) == ""
            press = Press(Button.APPROVE, "7f3k9q2m", "Zm9v")
            assert await quiet.front.handle(quiet.request(EVE, press)) == NOT_VALID
    assert not any(shown.chat_id == EVE for shown in quiet.deliver())


async def test_a_halt_that_failed_says_so(made: World, tmp_path: Path) -> None:
    """Nobody believes to be safe who is not: there are two ways left, and both are told."""
    with Record(made, tmp_path / DATABASE).damaged("memory", "text"):
        said = await made.front.handle(made.request(ANN, Command("halt")))
        said += "".join(row.words.plain for row in made.deliver() if row.chat_id == ANN)
    assert ENGLISH.say("trouble.halt") in said


@pytest.mark.parametrize("person", [ANN, VERA])
async def test_a_card_that_cannot_be_read_keeps_nobody_from_halting(
    made: World, tmp_path: Path, person: str
) -> None:
    """Whosever card it is: the halt holds, the plan is withdrawn, and it is told."""
    damage.run(
        tmp_path / DATABASE,
        "UPDATE outbox SET message = X'80FF' WHERE key LIKE 'card:%' AND chat_id = ?",
        [person],
    )
    assert "You halted trading" in (await made.send(ANN, "/halt"))[-1]
    assert made.live is None
    assert made.journal("halt.begun") == [ANN]


async def test_a_card_that_cannot_be_read_does_not_hide_the_plan(
    made: World, tmp_path: Path
) -> None:
    """Whoever asks for the card is told what waits, and how to answer it without one."""
    assert made.live is not None
    damage.run(
        tmp_path / DATABASE,
        "UPDATE outbox SET message = X'80FF' WHERE key LIKE 'card:%' AND chat_id = ?",
        [ANN],
    )
    (told,) = await made.send(ANN, "/approve")
    assert f"/reject {made.live.proposal_id} rejects" in told


@pytest.mark.parametrize("table", ["proposal", "fill", "trade_order", "outbox", "inbox"])
async def test_a_halt_holds_where_little_else_does(made: World, tmp_path: Path, table: str) -> None:
    """With a table gone trading is halted all the same, and nobody is told that it may not be."""
    with Record(made, tmp_path / DATABASE).damaged(table, GONE):
        said = await made.front.handle(made.request(ANN, Command("halt")))
        with made.desk.store.reading() as tx:
            assert tx.memory.state().halt is not None
        if table != "outbox":
            said += "".join(row.words.plain for row in made.deliver() if row.chat_id == ANN)
    assert ENGLISH.say("trouble.halt") not in said
    assert ENGLISH.say("trouble.halted") in said or "You halted trading" in said


async def test_an_approval_is_carried_out_though_its_answer_fails(tmp_path: Path) -> None:
    """What is approved has begun, and whoever hears of a failure is sent to look how it stands."""
    async with world(tmp_path) as made:
        made.desk = replace(made.desk, mode=Mode.WATCH)
        made.__post_init__()
        live = await made.propose()
        damage.run(
            tmp_path / DATABASE,
            "CREATE TRIGGER full BEFORE INSERT ON outbox WHEN NEW.key LIKE 'answer:%' "
            "BEGIN SELECT RAISE(ABORT, 'no room'); END",
        )
        (*_, told) = await made.send(ANN, f"/approve {live.proposal_id}")
        assert made.stored(live).state is ProposalState.APPROVED
        assert made.started == [live.proposal_id]
        assert ENGLISH.say("trouble.perhaps") in told


async def test_a_full_disk_is_named(quiet: World) -> None:
    """What can be mended outside is said, with what it is."""
    full = InputInvalid("evenkeel.db cannot be used: the disk is full; free some space")
    quiet.front = Front(
        quiet.desk, quiet.people, start=quiet.started.append, registry=failing(full)
    )
    (told,) = await quiet.send(ANN, "/status")
    assert "the disk is full; free some space. Please try again" in told


class TestBooks:
    @pytest.mark.parametrize(
        ("sql", "what"),
        [
            ("UPDATE book_mark SET balances = '{' WHERE day = '2026-03-04'", "4 Mar 2026"),
            ("UPDATE book_mark SET value = 'much' WHERE day = '2026-03-04'", "4 Mar 2026"),
            ("UPDATE book_mark SET value = '1' WHERE day = '2026-03-04'", "4 Mar 2026"),
            ("UPDATE book_day SET prices = '[]' WHERE day = '2026-03-04'", "4 Mar 2026"),
            ("DELETE FROM book_mark WHERE day = '2026-03-04' AND book = 'plain'", "4 Mar 2026"),
            ("DELETE FROM book_day WHERE day = '2026-03-04'", "4 Mar 2026"),
            ("DELETE FROM book_day WHERE day = (SELECT max(day) FROM book_day)", "Mar 2026"),
            ("UPDATE shadow_book SET document = '{'", "as they stand"),
            ("DELETE FROM shadow_book WHERE name = 'never'", "as they stand"),
        ],
    )
    async def test_damage_is_told_in_one_calm_message(
        self, tmp_path: Path, sql: str, what: str
    ) -> None:
        """What is damaged, what is not, and what mends it; no figure is shown meanwhile."""
        async with world(tmp_path) as made:
            await one_day(made)
            await some_days(made, 4)
            damage.run(tmp_path / DATABASE, sql)
            pictures = () if "shadow" in sql else ("/chart books", "/chart drawdown")
            told = {(await made.send(ANN, each))[-1] for each in (*LOOKING_BACK, *pictures)}
        (said,) = told
        head, _, body = said.partition("\n\n")
        assert head == "The books beside the account are damaged"
        assert what in body
        assert "Your account, plans and approvals do not" in body
        assert "/review mend" in body
        assert "%" not in body

    async def test_the_rest_goes_on(self, made: World, tmp_path: Path) -> None:
        """With damaged books a plan is approved as ever."""
        damage.run(tmp_path / DATABASE, "UPDATE shadow_book SET document = '{'")
        damage.run(tmp_path / DATABASE, "DELETE FROM book_mark")
        assert await made.tap(ANN, Button.APPROVE) == ENGLISH.say("tap.SECOND_STEP")
        assert "damaged" not in (await made.send(ANN, "/status"))[-1]

    async def test_mending_makes_the_review_readable_again(
        self, made: World, tmp_path: Path
    ) -> None:
        """The same review as before, word for word."""
        made.later(minutes=11)
        before = await made.send(ANN, "/review all")
        damage.run(tmp_path / DATABASE, "DELETE FROM book_mark WHERE book = 'plain'")
        (told,) = await made.send(ANN, "/review mend")
        assert told.startswith("The books are made again")
        assert await made.send(ANN, "/review all") == before
        assert await made.send(ANN, "/review mend") == [ENGLISH.say("review.mend.whole")]

    async def test_only_an_approver_mends(self, made: World, tmp_path: Path) -> None:
        """A viewer may look, and hears who may do it."""
        damage.run(tmp_path / DATABASE, "DELETE FROM book_mark")
        assert await made.send(VERA, "/review mend") == [ENGLISH.say("refused.role")]
        (told,) = await made.send(VERA, "/review")
        assert told.startswith("The books beside the account are damaged")


@dataclass
class SlowAside:
    """A store whose long looks take until somebody lets them go on.

    Attributes:
        has_begun: set when one begins.
        goes_on: what it waits for.
    """

    store: Store
    has_begun: threading.Event = field(default_factory=threading.Event)
    goes_on: threading.Event = field(default_factory=threading.Event)

    def transaction(self) -> AbstractContextManager[Transaction]:
        """Begin one, as ever."""
        return self.store.transaction()

    def reading(self) -> AbstractContextManager[Transaction]:
        """Begin one, as ever."""
        return self.store.reading()

    @contextmanager
    def aside(self) -> Iterator[Transaction]:
        """Begin one that takes its time."""
        with self.store.aside() as tx:
            self.has_begun.set()
            self.goes_on.wait(30)
            yield tx


@pytest.mark.parametrize("command", ["/review all", "/chart books", "/chart drift"])
async def test_a_halt_does_not_wait_for_a_long_look_back(made: World, command: str) -> None:
    """While years are read and reckoned, the loop and the records are free."""
    slow = SlowAside(made.desk.store)
    made.desk = replace(made.desk, store=slow)
    made.__post_init__()
    name, *arguments = command[1:].split()
    looking = asyncio.create_task(
        made.front.handle(made.request(ANN, Command(name, tuple(arguments))))
    )
    await asyncio.to_thread(slow.has_begun.wait, 30)
    await made.front.handle(made.request(ANN, Command("halt")))
    with made.desk.store.reading() as tx:
        assert tx.memory.state().halt is not None
    assert not looking.done()
    slow.goes_on.set()
    await looking


async def test_a_card_that_never_came_into_a_chat_is_told_by_its_name(
    made: World, tmp_path: Path
) -> None:
    """An approver who joined later is told how to approve what waits."""
    assert made.live is not None
    damage.run(tmp_path / DATABASE, "DELETE FROM delivered")
    damage.run(tmp_path / DATABASE, "DELETE FROM outbox WHERE chat_id = ?", [ANN])
    (told,) = await made.send(ANN, "/approve")
    assert f"/approve {made.live.proposal_id} approves" in told


def test_every_error_we_raise_is_one_a_person_is_told_of() -> None:
    """What stands in the table of errors is caught where commands arrive."""
    assert StoreCorrupt in KINDS_OF_ERRORS
    assert all(issubclass(kind, TROUBLES) for kind in KINDS_OF_ERRORS)
