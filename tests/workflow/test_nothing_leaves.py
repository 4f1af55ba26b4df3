"""Approved plans that must not be carried out: while only watching, and when they were changed."""

import sqlite3
from contextlib import closing
from dataclasses import replace

from bot.ports.messages import Mode, NoticeCode
from bot.store.documents import document_of
from bot.workflow.legs import Stopped, run_legs
from bot.workflow.recheck import WATCHING, begin
from core.codec import digest_of
from core.domain.decision import Plan
from core.domain.proposal import ProposalState
from core.domain.units import Quantity
from tests.workflow.office import Office


async def test_an_approved_plan_ends_with_nothing_sent(office: Office) -> None:
    """While watching, an approval is thanked for and taken back; the market is not even asked."""
    await office.check()
    office.desk = replace(office.desk, mode=Mode.WATCH)
    proposal = office.agree()
    office.market.is_down = True
    ended = await office.carry_out(proposal.proposal_id)
    assert (ended.state, ended.note) == (ProposalState.WITHDRAWN, WATCHING)
    (notice,) = office.notices(NoticeCode.WITHDRAWN)
    assert dict(notice.values)["why"] == WATCHING
    assert (office.sent(), office.orders()) == ([], [])


async def test_a_plan_that_was_begun_before_watching_sends_nothing_more(office: Office) -> None:
    """A plan under way when the mode was changed meets the last gate, which lets nothing out."""
    await office.check()
    begun = await begin(office.desk, office.agree())
    assert begun.state is ProposalState.EXECUTING
    office.desk = replace(office.desk, mode=Mode.WATCH)
    ended = await office.carry_out(begun.proposal_id)
    assert (ended.state, office.sent()) == (ProposalState.FAILED, [])
    (notice,) = office.notices(NoticeCode.LAST_GATE)
    assert dict(notice.values)["why"] == "watching only: nothing is ordered"


async def test_a_plan_that_was_changed_behind_its_approval_halts_the_bot(office: Office) -> None:
    """A plan in the database that is not the one that was shown is given up, and all is halted."""
    await office.check()
    begun = await begin(office.desk, office.agree())
    legs = begun.plan.trades
    larger = replace(legs[0], quantity=Quantity(legs[0].quantity * 2))
    changed = replace(begun, plan=replace(begun.plan, trades=(larger, *legs[1:])))
    assert digest_of(changed.plan) != changed.plan_digest
    assert await run_legs(office.desk, changed) is Stopped.ODD
    with closing(sqlite3.connect(office.folder / "evenkeel.db")) as connection:
        document = document_of(Plan, changed.plan)
        connection.execute("UPDATE proposal SET plan = ? WHERE state = 'EXECUTING'", [document])
        connection.commit()
    ended = await office.carry_out(begun.proposal_id)
    assert (ended.state, office.sent()) == (ProposalState.FAILED, [])
    halt = office.state().halt
    assert halt is not None
    assert halt.reason == f"plan {begun.proposal_id} makes no sense: {ended.note}"
    assert ended.note == "the plan is not the one that was shown"
    assert len(office.notices(NoticeCode.HALTED)) == 1
