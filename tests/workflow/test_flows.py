"""Money that comes and goes: classified, told once, placed before anything is sold."""

import asyncio
from datetime import timedelta
from decimal import Decimal

import pytest

from bot.ports.messages import Digest, MessageType, NoticeCode
from bot.workflow.digest import post_digest
from bot.workflow.flows import sync_flows
from bot.workflow.reconcile import check_books, recover
from core.domain.market import Side
from core.domain.portfolio import Balance, FlowKind
from core.domain.proposal import ProposalState
from core.domain.units import Asset, Quantity
from tests.workflow.conftest import Opener
from tests.workflow.office import BTC, ETH, USD, Office

BALANCED = {"BTC": "0.22727", "ETH": "3.5714", "USD": "10000"}


def amount(text: str) -> Quantity:
    """Return an amount."""
    return Quantity(Decimal(text))


async def test_the_opening_balance_is_no_news(office: Office) -> None:
    """What was there at the first start is the opening balance: no deposit, no message."""
    with office.store.reading() as tx:
        kinds = {flow.kind for flow in tx.flows.all()}
    assert kinds == {FlowKind.OPENING}
    assert office.notices(NoticeCode.FLOW) == []
    assert office.state().new_money is None


async def test_what_comes_and_goes_is_told_once(office: Office) -> None:
    """A deposit, a withdrawal and a reward are each told once, however often one looks."""
    await office.paper.deposit(USD, amount("1000"))
    await office.paper.withdraw(USD, amount("400"))
    await office.paper.reward(ETH, amount("0.01"))
    for _ in range(3):
        await office.check()
        await recover(office.desk)
        await office.restart()
    told = [dict(notice.values) for notice in office.notices(NoticeCode.FLOW)]
    assert [(row["kind_of_flow"], row["asset"], row["amount"]) for row in told] == [
        ("deposit", "USD", "1000"),
        ("withdrawal", "USD", "400"),
        ("reward", "ETH", "0.01"),
    ]
    assert office.state().new_money == 600


async def test_new_money_is_placed_before_anything_is_sold(open_office: Opener) -> None:
    """A deposit that unbalances the portfolio is invested; no coin is sold for it."""
    office = await open_office(holdings=BALANCED)
    await office.check()
    assert office.live() is None
    await office.paper.deposit(USD, amount("15000"))
    office.clock.step(days=1)
    await office.check()
    ended = await office.approve_all()
    assert ended.state is ProposalState.DONE
    assert {trade.side for trade in ended.plan.trades} == {Side.BUY}
    assert office.state().new_money is None
    assert await office.problems() == []


async def test_a_withdrawal_takes_new_money_away(office: Office) -> None:
    """Money that left again is not new money, and new money never falls below nothing."""
    await office.paper.deposit(USD, amount("1000"))
    await sync_flows(office.desk)
    await office.paper.withdraw(USD, amount("2500"))
    await sync_flows(office.desk)
    assert office.state().new_money is None


async def test_a_partial_execution_keeps_the_rest_of_the_new_money(open_office: Opener) -> None:
    """What a partial plan did not spend of a deposit is still new money tomorrow."""
    office = await open_office(holdings=BALANCED)
    await office.paper.deposit(USD, amount("15000"))
    await office.check()
    proposal = office.agree()

    def silence() -> None:
        office.market.is_down = True

    office.watched.after = silence
    ended = await office.carry_out(proposal.proposal_id)
    assert ended.state is ProposalState.PARTIAL
    spent = sum(fill.notional for fill in office.fills())
    assert office.state().new_money == 15_000 - spent


@pytest.mark.parametrize("hours", [1, 20])
async def test_flows_booked_behind_the_clock_are_found(office: Office, hours: int) -> None:
    """What a venue books late, or before a clock was set back, is not lost."""
    office.clock.step(days=2)
    await office.paper.deposit(USD, amount("10"))
    await sync_flows(office.desk)
    await office.paper.deposit(USD, amount("5"), at=office.clock.now() - timedelta(hours=hours))
    await sync_flows(office.desk)
    assert len(office.notices(NoticeCode.FLOW)) == 2
    assert await office.problems() == []


async def test_an_unexplained_balance_is_told_once_a_day(office: Office) -> None:
    """A balance no flow explains is an alarm once a day and asset, and stands in the digest."""
    office.falsify(USD, "8123")
    for _ in range(3):
        await check_books(office.desk)
    (alarm,) = office.notices(NoticeCode.UNEXPLAINED)
    assert dict(alarm.values) == {"asset": "USD", "amount": "123"}
    kinds = [letter.outgoing.type for letter in office.letters]
    assert kinds.count(MessageType.ALARM) == 1
    office.clock.step(days=1)
    await check_books(office.desk)
    assert len(office.notices(NoticeCode.UNEXPLAINED)) == 2
    await post_digest(office.desk)
    (digest,) = office.said(Digest)
    assert [(row.asset, row.unexplained) for row in digest.unexplained] == [(USD, Decimal(123))]


async def test_books_are_not_compared_during_an_execution(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A look at the books that meets an execution waits for its end and finds them in order."""
    await office.check()
    proposal = office.agree()
    read, looks = office.watched.balances, list[asyncio.Task[None]]()
    both_placed = asyncio.Event()

    async def read_slowly() -> tuple[Balance, ...]:
        if asyncio.current_task() in looks:
            await both_placed.wait()
        else:
            await asyncio.sleep(0.001)
        return await read()

    def look() -> None:
        if not looks:
            looks.append(asyncio.get_running_loop().create_task(check_books(office.desk)))
        elif len(office.sent()) == 1:
            both_placed.set()

    monkeypatch.setattr(office.watched, "balances", read_slowly)
    office.watched.before = look
    await office.carry_out(proposal.proposal_id)
    await asyncio.gather(*looks)
    assert len(office.sent()) == 2
    assert office.notices(NoticeCode.UNEXPLAINED) == []


async def test_trades_and_fees_are_no_news(office: Office) -> None:
    """The bot's own trades are explained by its flows and are told in the report alone."""
    await office.check()
    await office.approve_all()
    await check_books(office.desk)
    assert office.notices(NoticeCode.FLOW) == []
    assert office.notices(NoticeCode.UNEXPLAINED) == []
    with office.store.reading() as tx:
        kinds = {flow.kind for flow in tx.flows.all()}
    assert kinds == {FlowKind.OPENING, FlowKind.TRADE, FlowKind.FEE}


async def test_coins_nobody_asked_for_are_left_alone(office: Office) -> None:
    """A coin the policy does not name is told as a deposit and is never traded."""
    await office.paper.deposit(Asset("DOGE"), amount("1000"))
    await office.check()
    await office.approve_all()
    assert {row.asset for row in office.sent()} == {BTC, ETH}
    assert len(office.notices(NoticeCode.FLOW)) == 1
    assert await office.held(Asset("DOGE")) == 1000


async def test_a_deposit_during_an_execution_ends_the_plan_and_halts_nothing(
    office: Office,
) -> None:
    """Money that comes in between two legs is no mismatch: the rest waits for a plan of its own."""
    await office.check()

    async def pay() -> None:
        await office.paper.deposit(USD, amount("1000"))

    tasks: list[asyncio.Task[None]] = []
    office.watched.after = lambda: tasks.append(asyncio.create_task(pay()))
    ended = await office.approve_all()
    await asyncio.gather(*tasks)
    assert ended.state is ProposalState.PARTIAL
    assert office.state().halt is None
    assert office.state().new_money == 1000
    assert len(office.sent()) == 1
    assert await office.problems() == []
