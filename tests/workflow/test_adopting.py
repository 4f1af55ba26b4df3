"""Balances that the books will never explain: taken over only when the owner says so."""

from dataclasses import replace

import pytest

from bot.cli.records import unhalt as unhalt_command
from bot.ports.messages import NoticeCode
from bot.store.sqlite import open_store
from bot.workflow.adopting import ask_to_adopt
from bot.workflow.controls import halt
from bot.workflow.flows import unexplained
from bot.workflow.reconcile import recover
from core.domain.errors import InputInvalid
from core.domain.portfolio import Flow, FlowKind
from tests.workflow.office import BTC, ETH, Office


def openings(office: Office) -> list[Flow]:
    """Return the corrections of the opening."""
    with office.store.reading() as tx:
        return [flow for flow in tx.flows.all() if flow.flow_id.startswith("adopted:")]


async def test_a_difference_stays_until_somebody_adopts_it(office: Office) -> None:
    """Half an ETH too much and a little BTC too few are alarms, and stay so."""
    office.falsify(ETH, "3.119")
    office.falsify(BTC, "0.28")
    await recover(office.desk)
    assert len(office.notices(NoticeCode.UNEXPLAINED)) == 2
    assert openings(office) == []
    assert len(await unexplained(office.desk)) == 2


async def test_what_was_adopted_is_a_correction_of_the_opening(office: Office) -> None:
    """The differences become flows with ids of their own, witnessed as the owner's, and told."""
    office.falsify(ETH, "3.119")
    office.falsify(BTC, "0.28")
    ask_to_adopt(office.store, "owner", at=office.clock.now())
    await recover(office.desk)
    assert {(row.asset, str(row.amount), row.kind) for row in openings(office)} == {
        (ETH, "0.5", FlowKind.OPENING),
        (BTC, "-0.00182", FlowKind.OPENING),
    }
    assert await unexplained(office.desk) == ()
    told = [dict(row.values) for row in office.notices(NoticeCode.BOOKS_ADOPTED)]
    assert [(row["asset"], row["amount"], row["by"]) for row in told] == [
        ("BTC", "-0.00182", "owner"),
        ("ETH", "0.5", "owner"),
    ]
    assert office.notices(NoticeCode.UNEXPLAINED) == []
    (entry,) = office.journal("books.adopted")
    assert entry.actor == "owner"
    assert '"ETH":"0.5"' in entry.payload


async def test_one_question_has_one_answer(office: Office) -> None:
    """What turns up after the question was answered is not adopted, also when nothing was found."""
    ask_to_adopt(office.store, "owner", at=office.clock.now())
    await recover(office.desk)
    assert len(office.journal("books.adopted")) == 1
    assert openings(office) == []
    office.falsify(ETH, "3.119")
    await recover(office.desk)
    assert openings(office) == []
    assert len(office.notices(NoticeCode.UNEXPLAINED)) == 1


async def test_the_question_waits_for_a_venue_that_answers(office: Office) -> None:
    """While the account cannot be read nothing is adopted; the next check does it."""
    office.falsify(ETH, "3.119")
    ask_to_adopt(office.store, "owner", at=office.clock.now())
    office.watched.is_silent = True
    await recover(office.desk)
    assert openings(office) == []
    office.watched.is_silent = False
    await recover(office.desk)
    assert [row.asset for row in openings(office)] == [ETH]


async def test_the_command_asks_only_when_told_to(
    office: Office, capsys: pytest.CaptureFixture[str]
) -> None:
    """``unhalt`` alone leaves the difference; with the option the bot adopts it at its next check.

    Both work beside the running bot, without a key and without network.
    """
    office.falsify(ETH, "3.119")
    halt(office.desk, "owner", why="stop")
    unhalt_command(office.folder / "evenkeel.db")
    assert "The halt is lifted." in capsys.readouterr().out
    await recover(office.desk)
    assert openings(office) == []
    unhalt_command(office.folder / "evenkeel.db", adopts=True)
    said = capsys.readouterr().out
    assert "There was no halt." in said
    assert "takes over what the books do not explain" in said
    await recover(office.desk)
    assert [row.asset for row in openings(office)] == [ETH]


async def test_nothing_is_adopted_while_a_halt_file_is_there(office: Office) -> None:
    """The command refuses as a whole: the file has to go first."""
    office.falsify(ETH, "3.119")
    (office.folder / "HALT").touch()
    with pytest.raises(InputInvalid, match="remove it first"):
        unhalt_command(office.folder / "evenkeel.db", adopts=True)
    (office.folder / "HALT").unlink()
    await recover(office.desk)
    assert openings(office) == []


async def test_with_two_runs_the_halted_one_is_meant(
    office: Office, capsys: pytest.CaptureFixture[str]
) -> None:
    """A demonstration that ran last does not hide the halted account; two halts are a question."""
    runs = office.folder.parent / "runs"
    account, demo = runs / "kraken-account-1", runs / "simulated-7-1"
    for run in (account, demo):
        run.mkdir(parents=True)
    for run, is_halted in ((account, True), (demo, False)):
        with open_store(run / "evenkeel.db") as store:
            if is_halted:
                halt(replace(office.desk, store=store), "owner", why="stop")
    unhalt_command(runs)
    said = capsys.readouterr().out
    assert "The halt is lifted." in said
    assert str(account) in said
    for run in (account, demo):
        with open_store(run / "evenkeel.db") as store:
            halt(replace(office.desk, store=store), "owner", why="stop")
    with pytest.raises(InputInvalid, match="2 runs are halted"):
        unhalt_command(runs)
