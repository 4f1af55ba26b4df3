"""Words take time, and the world does not stand still while they are written."""

import asyncio
from dataclasses import replace
from datetime import UTC, timedelta
from decimal import Decimal

from bot.explain.template import TemplateNarrator
from bot.ports.messages import Explanation
from bot.workflow.check import check
from bot.workflow.words import explain, find_words
from core.domain.decision import Propose
from core.domain.snapshot import Occasion
from core.domain.stress import Stress
from core.domain.units import Money
from core.facts import FactTable
from tests.workflow.office import Office


class Overtaken(TemplateNarrator):
    """While it writes for the first time, new money comes in."""

    def __init__(self, office: Office) -> None:
        """Have written nothing."""
        super().__init__(clock=office.clock, zone=UTC)
        self.office, self.patient, self.hurried = office, 0, 0

    async def explain(self, table: FactTable) -> Explanation:
        """Write slowly."""
        self.patient += 1
        with self.office.store.transaction() as tx:
            state = tx.memory.state()
            tx.memory.save(replace(state, new_money=Money(Decimal(10))))
        self.office.clock.advance_to(self.office.clock.now() + timedelta(seconds=16))
        return await super().explain(table)

    def plainly(self, table: FactTable) -> Explanation:
        """Write at once."""
        self.hurried += 1
        return super().plainly(table)


async def test_what_was_overtaken_is_decided_anew(office: Office) -> None:
    """The second try looks at the market again, and asks nobody for patience again."""
    narrator = Overtaken(office)
    began = office.clock.now()
    decision = await check(replace(office.desk, narrator=narrator), Occasion.DAILY)
    assert isinstance(decision.outcome, Propose)
    assert narrator.patient == 1
    assert decision.decided_at >= began + timedelta(seconds=16)
    assert office.proposal().expires_at > began + office.policy.approval.time_to_live


async def test_two_texts_take_no_longer_than_one(office: Office) -> None:
    """A card and a change of the pause are put into words side by side."""
    both = asyncio.Barrier(2)

    class Together(TemplateNarrator):
        async def explain(self, table: FactTable) -> Explanation:
            async with asyncio.timeout(30):
                await both.wait()
            return await super().explain(table)

    decision = await office.check()
    stress = replace(decision.next_state.stress, phase=Stress.GUARDED)
    was = replace(decision.next_state, stress=stress)
    desk = replace(office.desk, narrator=Together(clock=office.clock, zone=UTC))
    words = await find_words(desk, decision, was)
    assert words.card is not None
    assert words.pause is not None


async def test_a_plan_without_a_card_is_told_by_template(office: Office) -> None:
    """A model would say of any plan that it waits for an answer, so it is not asked."""
    narrator = Overtaken(office)
    decision = await office.check()
    assert isinstance(decision.outcome, Propose)
    await explain(replace(office.desk, narrator=narrator), decision)
    assert (narrator.patient, narrator.hurried) == (0, 1)
