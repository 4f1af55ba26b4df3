"""What halts the bot by itself, the HALT file, and what a halt takes back (METHODS 8.7)."""

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest

from bot.app import lift_halt
from bot.jobs import Rhythm, jobs_of
from bot.ports.messages import MessageType
from bot.workflow.approve import TapResult
from bot.workflow.controls import halt, unhalt
from bot.workflow.execute import carry_out
from bot.workflow.halts import HALT_FILE, cancel_open_orders, check_journal
from bot.workflow.reconcile import recover
from core.domain.errors import InputInvalid, OrderNotSent
from core.domain.proposal import OrderState, Proposal, ProposalState
from core.domain.units import Rate
from tests.emulators.flaky_venue import LoseAnswer, Refuse
from tests.store import damage
from tests.workflow.office import Office


def why(office: Office) -> str:
    """Return why the bot is halted, an empty text when it is not."""
    state = office.state().halt
    return "" if state is None else state.reason


def alarms(office: Office) -> int:
    """Return how many alarms told of a halt."""
    office.deliver()
    sent = [letter.outgoing for letter in office.letters]
    return sum(row.type is MessageType.ALARM and row.key.startswith("halt:") for row in sent)


def lift(office: Office) -> None:
    """Lift the halt at the machine."""
    assert unhalt(office.store, "owner", at=office.clock.now())


# ------------------------------------------------------------------------------ refused orders


async def refused_plan(office: Office) -> Proposal:
    """Return a plan of a new day whose only order the venue refused."""
    office.clock.step(days=1)
    await office.check()
    office.venue.expect(Refuse())
    return await office.approve_all()


async def test_three_refused_orders_in_a_row_halt(office: Office) -> None:
    """One refused order in each of three plans: the third one halts, and is told once."""
    for _ in range(2):
        assert (await refused_plan(office)).state is ProposalState.FAILED
        assert why(office) == ""
    assert (await refused_plan(office)).state is ProposalState.FAILED
    assert why(office) == "the venue refused 3 orders in a row"
    assert (len(office.sent()), len(office.venue.sent), alarms(office)) == (0, 3, 1)


async def test_an_order_that_never_left_was_refused_by_nobody(office: Office) -> None:
    """Three orders that could not even be sent halt nothing: the venue said no such thing."""
    for _ in range(3):
        office.clock.step(days=1)
        await office.check()
        office.venue.expect(Refuse(str(OrderNotSent("the rules cannot be read"))))
        assert (await office.approve_all()).state is ProposalState.FAILED
    assert why(office) == ""


async def test_an_order_that_was_taken_begins_the_count_anew(office: Office) -> None:
    """Two refused, one taken, two refused: nothing halts."""
    for _ in range(2):
        await refused_plan(office)
    office.clock.step(days=1)
    await office.check()
    await office.approve_all()
    office.clock.step(days=3)
    office.market.move("BTC", "150000")
    for _ in range(2):
        await refused_plan(office)
    assert why(office) == ""
    await refused_plan(office)
    assert why(office)


async def test_what_was_looked_at_counts_no_more(office: Office) -> None:
    """After the halt is lifted three more have to be refused."""
    for _ in range(3):
        await refused_plan(office)
    lift(office)
    for _ in range(2):
        await refused_plan(office)
        assert why(office) == ""
    await refused_plan(office)
    assert why(office)
    assert alarms(office) == 2


async def test_no_leg_leaves_after_the_third_refusal(office: Office) -> None:
    """The halt falls between two legs of one plan: the rest of the plan stays."""
    for _ in range(2):
        await refused_plan(office)
    office.clock.step(days=1)
    office.market.move("BTC", "70000")
    office.market.move("ETH", "2000")
    await office.check()
    assert len(office.proposal().plan.trades) == 2
    office.venue.expect(Refuse())
    await office.approve_all()
    assert why(office)
    assert (office.sent(), len(office.venue.sent)) == ([], 3)


# ---------------------------------------------------------------------------------------- costs


async def charged(office: Office, *fees: str) -> Proposal:
    """Return a carried-out plan whose legs were charged ``fees``, which no card had told."""
    rates = [Rate(Decimal(fee)) for fee in fees]

    def charge() -> None:
        office.market.taker_fee = rates[min(len(office.venue.sent), len(rates) - 1)]

    await office.check()
    office.watched.before = charge
    ended = await office.approve_all()
    office.watched.before, office.market.taker_fee = None, None
    return ended


async def test_two_legs_far_dearer_than_expected_halt(office: Office) -> None:
    """Both legs cost five times what the card said: the plan is reported, then all stands still."""
    ended = await charged(office, "0.02", "0.02")
    assert ended.state is ProposalState.DONE
    assert why(office) == "two trades cost more than three times what was expected"
    assert (len(office.reports()), alarms(office)) == (1, 1)


async def test_one_dear_leg_halts_nothing(office: Office) -> None:
    """A single leg may have met a bad minute."""
    await charged(office, "0.02", "0.004")
    assert why(office) == ""


async def test_a_day_that_cost_more_than_a_hundredth_halts(office: Office) -> None:
    """The sale alone cost 703 of a portfolio of 50,000."""
    await charged(office, "0.2", "0.004")
    assert why(office) == "trading cost more than 1 % of the portfolio today"
    assert alarms(office) == 1


async def test_a_day_below_a_hundredth_does_not(office: Office) -> None:
    """422 of 50,000 are less than a hundredth."""
    await charged(office, "0.12", "0.004")
    assert why(office) == ""


# -------------------------------------------------------------------------------------- journal


def spoil(office: Office, sql: str) -> None:
    """Change the journal behind the bot's back, as somebody with the file could."""
    file = office.folder / "evenkeel.db"
    if damage.run(file, "SELECT 1 FROM sqlite_master WHERE name = ?", (damage.TRIGGERS[0],)):
        damage.disarm(file)
    damage.run(file, sql)


async def test_a_broken_journal_is_found_at_the_start(office: Office) -> None:
    """An entry of the past was edited: the next start halts, withdraws the card, tells it once."""
    await office.check()
    await recover(office.desk)
    spoil(office, "UPDATE journal SET actor = 'eve' WHERE seq = 2")
    await recover(office.desk)
    assert why(office) == ""  # what a run has followed once, it follows again at its next start
    await office.restart()
    assert why(office) == "the journal does not hold from entry 2 on"
    assert office.proposal().state is ProposalState.WITHDRAWN
    assert len(office.journal("journal.broken")) == 1
    await office.restart()
    assert (alarms(office), len(office.journal("journal.broken"))) == (1, 1)


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE journal SET payload = '{}' WHERE seq = (SELECT MAX(seq) FROM journal)",
        "DELETE FROM journal WHERE seq = (SELECT MAX(seq) FROM journal) - 1",
        "DELETE FROM journal WHERE seq >= (SELECT MIN(seq) FROM journal)",
    ],
    ids=["edited", "removed", "cut off"],
)
async def test_what_is_new_in_the_journal_is_checked_every_hour(office: Office, sql: str) -> None:
    """An entry since the last look was edited or removed, or what was there is gone."""
    await recover(office.desk)
    await office.check()
    spoil(office, sql)
    await recover(office.desk)
    assert why(office).startswith("the journal does not hold from entry ")
    assert alarms(office) == 1


async def test_a_lifted_halt_is_not_raised_again_for_the_same_fault(office: Office) -> None:
    """Who lifts it has seen it: the bot goes on, and a fault of another entry halts it again."""
    await office.check()
    spoil(office, "UPDATE journal SET actor = 'eve' WHERE seq = 3")
    await office.restart()
    lift(office)
    await office.restart()
    await recover(office.desk)
    assert why(office) == ""
    spoil(office, "UPDATE journal SET actor = 'eve' WHERE seq = 2")
    await office.restart()
    assert why(office) == "the journal does not hold from entry 2 on"


async def test_a_whole_journal_halts_nothing(office: Office) -> None:
    """A chain that holds is followed to its end, at the start and after."""
    await office.gather_experience()
    await office.restart()
    with office.store.reading() as tx:
        head = tx.journal.head()
    assert (office.desk.followed.seq, office.desk.followed.head) <= head
    check_journal(office.desk)
    assert (office.desk.followed.seq, office.desk.followed.head) == head
    assert why(office) == ""


# ------------------------------------------------------------------------------------ HALT file


async def minutely(office: Office) -> None:
    """Run what runs every minute."""
    job = next(job for job in jobs_of(office.desk, Rhythm()) if job.name == "expiry")
    await job.run()


async def test_a_halt_file_halts_at_the_next_look(office: Office) -> None:
    """Without network and without a chat: the file is there, and within a minute all stands."""
    await office.check()
    await minutely(office)
    assert why(office) == ""
    (office.folder / HALT_FILE).touch()
    office.market.is_down = office.watched.is_silent = True
    await minutely(office)
    await minutely(office)
    assert why(office) == "a file named HALT lies in the data folder"
    assert office.proposal().state is ProposalState.WITHDRAWN
    assert alarms(office) == 1
    assert [entry.actor for entry in office.journal("halt.begun")] == ["owner"]


async def test_a_halt_file_keeps_an_approved_plan_from_beginning(office: Office) -> None:
    """The file appears between the tap and the first order: nothing is sent."""
    await office.check()
    proposal = office.agree()
    (office.folder / HALT_FILE).touch()
    ended = await office.carry_out(proposal.proposal_id)
    assert (ended.state, office.sent()) == (ProposalState.WITHDRAWN, [])


async def test_a_halt_file_stops_between_two_orders(office: Office) -> None:
    """The file appears while the sale is sent: the buy is not."""
    await office.check()
    office.watched.after = (office.folder / HALT_FILE).touch
    ended = await office.approve_all()
    assert ended.state is ProposalState.PARTIAL
    assert [row.side for row in office.sent()] == ["SELL"]
    assert await office.problems() == []


async def test_a_link_to_nowhere_is_a_halt_file_too(office: Office) -> None:
    """Whatever bears the name counts, and a start does not overlook it."""
    (office.folder / HALT_FILE).symlink_to("/nowhere")
    await office.restart()
    assert why(office)


@pytest.mark.parametrize("place", [lambda folder: folder, lambda folder: folder.parent])
async def test_unhalt_refuses_while_the_file_is_there(
    office: Office, place: Callable[[Path], Path]
) -> None:
    """Beside the database or in the folder of all runs: it has to go first."""
    halt(office.desk, "owner", why="stop")
    file = place(office.folder) / HALT_FILE
    file.touch()
    with pytest.raises(InputInvalid, match=f"{file} is there.*remove it first"):
        lift_halt(office.folder / "evenkeel.db")
    assert why(office) == "stop"
    file.unlink()
    assert lift_halt(office.folder / "evenkeel.db")
    assert why(office) == ""


# ---------------------------------------------------------------------------------- open orders


async def lost(office: Office) -> str:
    """Return the id of an order the venue took without anybody knowing."""
    await office.check()
    office.venue.expect(LoseAnswer())
    office.venue.go_down(3)
    await office.approve_all()
    return office.orders()[0].client_id


async def test_a_halt_cancels_what_may_still_be_open(office: Office) -> None:
    """An order of unknown outcome halts all; the venue is asked once to cancel it, on record."""
    name = await lost(office)
    assert why(office) == "the outcome of an order is unknown"
    assert office.watched.cancelled == [name]
    await minutely(office)
    assert office.watched.cancelled == [name]
    (entry,) = office.journal("order.cancel_asked")
    assert (name in entry.payload, '"outcome":"taken"' in entry.payload) == (True, True)
    assert office.orders()[0].state is OrderState.UNKNOWN
    await recover(office.desk)
    assert office.orders()[0].state is OrderState.FILLED
    assert await office.problems() == []


async def test_a_venue_that_does_not_answer_never_blocks_the_halt(office: Office) -> None:
    """The halt stands, the failure is recorded once, and the next minutes ask again."""
    office.watched.cannot_cancel = True
    name = await lost(office)
    await minutely(office)
    await minutely(office)
    assert why(office)
    assert office.watched.cancelled == [name] * 3
    assert len(office.journal("order.cancel_asked")) == 1
    office.watched.cannot_cancel = False
    await minutely(office)
    await minutely(office)
    assert office.watched.cancelled == [name] * 4
    assert len(office.journal("order.cancel_asked")) == 2


class Killed(BaseException):
    """Stands for the end of the process."""


async def test_an_order_on_its_way_is_not_cancelled_before_it_arrives(office: Office) -> None:
    """The venue cannot know yet what is being sent: its sender settles it, and nobody else."""
    await office.check()

    def die() -> None:
        halt(office.desk, "owner", why="stop")
        raise Killed

    office.watched.before = die
    with pytest.raises(Killed):
        await office.approve_all()
    assert office.orders()[0].state is OrderState.SENDING
    await minutely(office)
    assert office.watched.cancelled == []


async def test_without_a_halt_nothing_is_cancelled(office: Office) -> None:
    """Orders are left alone once the halt is lifted, and where nothing is open nothing is asked."""
    await lost(office)
    lift(office)
    office.watched.cancelled.clear()
    await cancel_open_orders(office.desk)
    assert office.watched.cancelled == []
    await recover(office.desk)
    halt(office.desk, "owner", why="stop")
    await minutely(office)
    assert office.watched.cancelled == []


async def test_a_halted_bot_refuses_the_tap(office: Office) -> None:
    """After a halt of its own the bot takes no approval, as after a person's."""
    await office.check()
    spoil(office, "UPDATE journal SET actor = 'eve' WHERE seq = 2")
    await office.restart()
    assert office.approve() is TapResult.ENDED
    assert await carry_out(office.desk, office.proposal().proposal_id) is not None
    assert office.sent() == []
