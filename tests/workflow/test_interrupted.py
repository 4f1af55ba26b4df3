"""Plans that are interrupted: a cancelled task, a pause before a restart, a venue that lags."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from bot.ports.messages import NoticeCode
from bot.workflow.controls import pause, resume, unhalt
from bot.workflow.execute import carry_out
from bot.workflow.orders import CONFIRMED_FOR
from bot.workflow.reconcile import recover
from core.domain.errors import OrderOutcomeUnknown
from core.domain.portfolio import Balance
from core.domain.proposal import Order, OrderReport, OrderState, ProposalState
from core.domain.units import Money, Quantity
from tests.emulators.flaky_venue import FillPartly, Fine, LoseRequest
from tests.workflow.conftest import Opener
from tests.workflow.office import ETH, USD, Office, policy

UNKNOWN, FILLED, CANCELLED = OrderState.UNKNOWN, OrderState.FILLED, OrderState.CANCELLED


class Killed(BaseException):
    """Stands for the end of the process."""


async def killed_before(office: Office, where: str) -> None:
    """Approve the open plan, and let the program end the first time it comes to ``where``."""
    proposal = office.agree()

    def end(name: str) -> None:
        if name == where:
            raise Killed

    office.watched.around = end
    with pytest.raises(Killed):
        await office.carry_out(proposal.proposal_id)
    office.watched.around = None


# ---------------------------------------------------------------------------------- cancellation


@pytest.mark.parametrize("tells", ["as a cancellation", "as an unknown outcome"])
async def test_a_cancelled_task_writes_its_order_down_as_unknown(
    office: Office, monkeypatch: pytest.MonkeyPatch, tells: str
) -> None:
    """A task that is cancelled with an order under way ends, and a later look books the order."""
    await office.check()
    proposal = office.agree()
    place, on_its_way = office.venue.place, asyncio.Event()

    async def hang(order: Order) -> OrderReport:
        report = await place(order)
        on_its_way.set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            if tells == "as a cancellation":
                raise
            raise OrderOutcomeUnknown("nobody waited", venue_id=report.venue_id) from None
        return report

    monkeypatch.setattr(office.venue, "place", hang)
    task = asyncio.create_task(carry_out(office.desk, proposal.proposal_id))
    await on_its_way.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert [order.state for order in office.orders()] == [UNKNOWN, OrderState.NEW]
    assert not office.desk.executing.locked()
    monkeypatch.undo()
    await office.restart()
    assert office.orders()[0].state is FILLED
    assert office.proposal().state is ProposalState.DONE
    assert await office.problems() == []


# ---------------------------------------------------------------------------------------- pauses


async def test_a_pause_before_a_restart_leaves_what_was_not_sent(office: Office) -> None:
    """Orders that were written down and not sent do not leave under a pause begun since."""
    await office.check()
    await killed_before(office, "before place")
    office.clock.step(minutes=2)
    pause(office.desk, "owner")
    await office.restart()
    assert office.sent() == []
    assert office.proposal().state is ProposalState.FAILED
    (told,) = office.notices(NoticeCode.LAST_GATE)
    assert "paused" in dict(told.values)["why"]
    assert len(office.reports()) == 1
    assert await office.problems() == []


async def test_a_pause_before_a_restart_leaves_the_buys_of_a_sale(office: Office) -> None:
    """A sale that was made is booked and reported; under a pause begun since, no buy follows."""
    await office.check()
    await killed_before(office, "after place")
    pause(office.desk, "owner")
    office.clock.step(seconds=5)
    await office.restart()
    assert [row.side for row in office.sent()] == ["SELL"]
    assert [order.state for order in office.orders()] == [FILLED, CANCELLED]
    assert office.proposal().state is ProposalState.PARTIAL
    assert await office.problems() == []


async def test_a_pause_that_ended_before_a_restart_stops_nothing(office: Office) -> None:
    """A plan that was approved goes on after a restart when trading was resumed meanwhile."""
    await office.check()
    await killed_before(office, "after place")
    pause(office.desk, "owner")
    resume(office.desk, "owner")
    office.clock.step(seconds=5)
    await office.restart()
    assert office.proposal().state is ProposalState.DONE


# ---------------------------------------------------------------------------------- late answers


async def test_an_order_the_venue_confirmed_is_not_absent_soon(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An order whose taking was confirmed stays unknown while no list shows it, for an hour."""
    await office.check()
    place = office.venue.place

    async def confirm_only(order: Order) -> OrderReport:
        report = await place(order)
        raise OrderOutcomeUnknown("what came of it?", venue_id=report.venue_id)

    monkeypatch.setattr(office.venue, "place", confirm_only)
    monkeypatch.setattr(office.watched, "flows", _no_flows)
    office.venue.hide_orders(99)
    proposal = await office.approve_all()
    assert (proposal.state, office.orders()[0].state) == (ProposalState.EXECUTING, UNKNOWN)
    office.clock.step(minutes=30)
    await recover(office.desk)
    assert office.orders()[0].state is UNKNOWN
    monkeypatch.undo()
    office.venue.hide_orders(0)
    await recover(office.desk)
    assert office.orders()[0].state is FILLED
    assert await office.problems() == []


async def test_a_confirmed_order_that_vanished_counts_as_cancelled(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A confirmed order of which an hour later nothing is to be found did not trade."""
    await office.check()

    async def confirm_only(order: Order) -> OrderReport:
        raise OrderOutcomeUnknown(f"what came of {order.client_id}?", venue_id="O1")

    monkeypatch.setattr(office.venue, "place", confirm_only)
    await office.approve_all()
    office.clock.step(seconds=CONFIRMED_FOR.total_seconds() + 60)
    await recover(office.desk)
    assert office.orders()[0].state is CANCELLED
    assert office.proposal().state is ProposalState.FAILED
    assert await office.problems() == []


async def test_a_confirmed_order_that_vanished_and_traded_after_all_halts(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A trade of an order that counted as cancelled without one is told, and halts everything."""
    await office.check()
    place, sent = office.venue.place, []

    async def confirm_only(order: Order) -> OrderReport:
        sent.append(order)
        raise OrderOutcomeUnknown("what came of it?", venue_id="O1")

    monkeypatch.setattr(office.venue, "place", confirm_only)
    await office.approve_all()
    office.clock.step(seconds=CONFIRMED_FOR.total_seconds() + 60)
    await recover(office.desk)
    assert office.orders()[0].state is CANCELLED
    unhalt(office.store, "owner", at=office.clock.now())
    await place(replace(sent[0], deadline_at=office.clock.now() + timedelta(seconds=20)))
    await recover(office.desk)
    assert office.state().halt is not None
    assert len(office.notices(NoticeCode.LATE_ORDER)) == 1


async def test_balances_that_come_late_are_waited_for(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A venue that shows a trade in its balances some seconds late does not halt everything."""
    await office.check()
    proposal = office.agree()
    late = Late(office, timedelta(seconds=6))
    monkeypatch.setattr(office.watched, "balances", late.balances)
    office.watched.after = late.begin
    ended = await office.carry_out(proposal.proposal_id)
    assert ended.state is ProposalState.DONE
    assert office.state().halt is None


async def test_balances_that_come_late_do_not_touch_the_reserve(
    open_office: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Cash that fills have spent already is not spent again, though the venue still tells it."""
    office = await open_office(policy=policy(reserve=Money(Decimal(8900))))
    await office.check()
    office.venue.expect(Fine(), FillPartly(Quantity(Decimal("0.05"))))
    proposal = office.agree()
    office.market.move("BTC", "109450")
    late = Late(office, timedelta(hours=1))
    monkeypatch.setattr(office.watched, "balances", late.balances)

    def rise() -> None:
        if [row.asset for row in office.sent()].count(ETH) == 1:
            late.begin()
            office.market.move("ETH", "4228")

    office.watched.after = rise
    await office.carry_out(proposal.proposal_id)
    assert [row.asset for row in office.sent()].count(ETH) == 2
    assert await office.held(USD) >= 8900


class Late:
    """Balances that stay for a while as they were before an order."""

    def __init__(self, office: Office, span: timedelta) -> None:
        self._office = office
        self._span = span
        self._true = office.watched.balances
        self._seen: Sequence[Balance] = ()
        self._shown_until = office.clock.now()

    def begin(self) -> None:
        """Show for a while what was shown last."""
        self._shown_until = self._office.clock.now() + self._span

    async def balances(self) -> tuple[Balance, ...]:
        """Return the balances, perhaps old ones."""
        if self._office.clock.now() >= self._shown_until:
            self._seen = await self._true()
        return tuple(replace(row) for row in self._seen)


async def _no_flows(*_: object) -> tuple[()]:
    return ()


async def test_an_order_that_never_left_is_absent_without_the_hour(office: Office) -> None:
    """An order that nobody confirmed is settled after its validity, not an hour later."""
    await office.check()
    office.venue.expect(LoseRequest())
    before = office.clock.now()
    await office.approve_all()
    assert office.orders()[0].state is OrderState.ABSENT
    assert office.clock.now() - before < timedelta(minutes=5)
