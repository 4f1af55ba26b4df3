"""The report of an execution: no lock and no outcome waits for its words."""

import asyncio
from dataclasses import replace
from datetime import UTC

from bot.explain.template import TemplateNarrator
from bot.ports.messages import Explanation
from bot.workflow.desk import Desk
from bot.workflow.execute import carry_out
from bot.workflow.reporting import owed, tell_owed
from core.domain.proposal import ProposalState
from core.facts import FactTable
from tests.workflow.office import Office


class Waiting(TemplateNarrator):
    """Writes when it is told to, as a slow model does."""

    def __init__(self, office: Office) -> None:
        """Be about to write."""
        super().__init__(clock=office.clock, zone=UTC)
        self.begun, self.go_on = asyncio.Event(), asyncio.Event()

    async def explain(self, table: FactTable) -> Explanation:
        """Wait for the word."""
        self.begun.set()
        await self.go_on.wait()
        return await super().explain(table)


def told(office: Office) -> int:
    """Return how many reports were ever written down."""
    return sum(key.startswith("report:") for key in office.outbox_keys())


async def under_way(office: Office) -> tuple[Desk, Waiting, "asyncio.Task[object]", str]:
    """Return an execution whose report is being put into words."""
    await office.check()
    proposal = office.agree()
    narrator = Waiting(office)
    desk = replace(office.desk, narrator=narrator)
    task = asyncio.get_running_loop().create_task(carry_out(desk, proposal.proposal_id))
    await narrator.begun.wait()
    return desk, narrator, task, proposal.proposal_id


async def test_nothing_waits_for_a_report(office: Office) -> None:
    """While it is being written the plan is done, the account is free, and a report is owed."""
    desk, narrator, task, pid = await under_way(office)
    with desk.store.reading() as tx:
        proposal, waiting = tx.proposals.get(pid), owed(tx)
    assert proposal is not None
    assert (proposal.state, waiting) == (ProposalState.DONE, [pid])
    assert not desk.executing.locked()
    assert told(office) == 0
    narrator.go_on.set()
    await task
    assert told(office) == 1


async def test_two_who_tell_it_tell_it_once(office: Office) -> None:
    """The hourly round that comes in between adds no second report."""
    desk, narrator, task, _ = await under_way(office)
    again = asyncio.get_running_loop().create_task(tell_owed(desk))
    await asyncio.sleep(0)
    narrator.go_on.set()
    await asyncio.gather(task, again)
    assert told(office) == 1


async def test_a_report_that_a_crash_cut_off_is_told_after_the_restart(office: Office) -> None:
    """What became of a plan is told once, by whoever starts next."""
    _, _, task, _ = await under_way(office)
    task.cancel()
    await asyncio.wait([task])
    assert told(office) == 0
    await office.restart()
    await office.restart()
    assert told(office) == 1
