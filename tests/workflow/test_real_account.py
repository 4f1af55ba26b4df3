"""An account with a past: its first day is an opening, and what nobody knows stops everything."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from bot.feeds.assemble import VenueSnapshots
from bot.ports.exchange import AccountReader
from bot.ports.messages import Card, MessageType, Mode, Notice, NoticeCode
from bot.ports.records import Store
from bot.store.sqlite import open_store
from bot.workflow.account_trouble import ACCOUNT_PROBLEM
from bot.workflow.approve import TapResult
from bot.workflow.check import safely_check
from bot.workflow.desk import Desk
from bot.workflow.flows import sync_flows, unexplained
from bot.workflow.reconcile import check_books, recover
from core.domain.errors import AccountProblem, FeedUnavailable
from core.domain.portfolio import Balance, Flow, FlowKind
from core.domain.proposal import OrderState
from core.domain.snapshot import Occasion
from core.domain.units import Asset, Quantity
from tests.emulators.flaky_venue import LoseRequest
from tests.workflow.office import ETH, USD, Office, policy

STRANGE = "Kraken reports a balance 'XYZ.Q', whose ending is not known. Wait for an update."


@dataclass
class Moody:
    """An account in front of another: it may refuse, and things may happen while it is read.

    Attributes:
        problem: raised in place of balances.
        between: one of these comes at each look at the flows, as long as there are any.
        more: it tells of these as well, every time.
        silent_from: it tells of no flow from then on.
        missing: it leaves this asset out of its balances.
    """

    account: AccountReader
    problem: AccountProblem | None = None
    between: list[Flow] = field(default_factory=list)
    more: list[Flow] = field(default_factory=list)
    silent_from: datetime | None = None
    missing: str = ""

    async def balances(self) -> tuple[Balance, ...]:
        """Return the balances, or refuse."""
        if self.problem is not None:
            raise self.problem
        return tuple(r for r in await self.account.balances() if r.asset != self.missing)

    async def flows(self, since: datetime | None) -> tuple[Flow, ...]:
        """Return the flows, one more at every look while there are any."""
        told = (*await self.account.flows(since), *self.more)
        if self.silent_from is not None:
            told = tuple(flow for flow in told if flow.occurred_at < self.silent_from)
        return (*told, self.between.pop()) if self.between else told


@pytest.fixture
def live(office: Office, tmp_path: Path) -> Iterator[Desk]:
    """Give a bot that meets an account with a past for the first time."""
    with open_store(tmp_path / "live" / "evenkeel.db") as store:
        account = Moody(office.watched)
        snapshots = VenueSnapshots(office.market, account, clock=office.clock, policy=office.policy)
        yield replace(
            office.desk, store=store, account=account, snapshots=snapshots, mode=Mode.LIVE
        )


def flows_of(store: Store) -> list[tuple[str, str, Decimal]]:
    """Return what is recorded, in short."""
    with store.reading() as tx:
        return [(flow.kind.value, flow.asset, flow.amount) for flow in tx.flows.all()]


def notices_of(desk: Desk, code: NoticeCode) -> list[tuple[MessageType, dict[str, str]]]:
    """Return every notice of a kind that waits to be sent."""
    found = []
    with desk.store.transaction() as tx:
        for chat in tx.outbox.chats():
            while (row := tx.outbox.next(chat)) is not None:
                tx.outbox.sent(row.outbox_id, [str(row.outbox_id)], at=desk.clock.now())
                if isinstance(row.message, Notice) and row.message.code is code:
                    found.append((row.type, dict(row.message.values)))
    return found


def amount(text: str) -> Quantity:
    """Return an amount."""
    return Quantity(Decimal(text))


async def test_the_past_of_an_account_is_no_new_money(office: Office, live: Desk) -> None:
    """Deposits of the years before are neither told nor new money; the balances are the opening."""
    await office.paper.deposit(USD, amount("2500"))
    office.clock.step(days=1)
    await sync_flows(live)
    held = {row.asset: row.free for row in await office.paper.balances()}
    assert flows_of(live.store) == [("opening", asset, held[asset]) for asset in sorted(held)]
    with live.store.reading() as tx:
        assert tx.memory.state().new_money is None
    assert notices_of(live, NoticeCode.FLOW) == []
    assert await unexplained(live) == ()


async def test_what_comes_after_the_first_day_counts(office: Office, live: Desk) -> None:
    """A deposit after the opening is told and is new money, and the books go on adding up."""
    await sync_flows(live)
    office.clock.step(hours=2)
    await office.paper.deposit(USD, amount("1000"))
    await sync_flows(live)
    await sync_flows(live)
    ((_, told),) = notices_of(live, NoticeCode.FLOW)
    assert (told["kind_of_flow"], told["amount"]) == ("deposit", "1000")
    with live.store.reading() as tx:
        assert tx.memory.state().new_money == 1000
    assert await unexplained(live) == ()


async def test_an_opening_waits_for_a_quiet_moment(office: Office, live: Desk) -> None:
    """An account that changes while it is read for the first time is read again, not half."""
    now = office.clock.now()
    account = live.account
    assert isinstance(account, Moody)
    late = [Flow(f"late-{n}", USD, FlowKind.DEPOSIT, Decimal(5), None, now, "") for n in range(4)]
    account.between = [*late]
    with pytest.raises(FeedUnavailable, match="keeps changing"):
        await sync_flows(live)
    assert flows_of(live.store) == []
    account.between = late[:1]
    await sync_flows(live)
    assert {kind for kind, _, _ in flows_of(live.store)} == {"opening"}


async def test_a_trade_by_hand_is_told_and_is_no_new_money(office: Office, live: Desk) -> None:
    """A trade that was not ours is counted and told once; it is neither a deposit nor a loss."""
    await sync_flows(live)
    office.clock.step(hours=2)
    now = office.clock.now()
    by_hand = [
        Flow("T1:ETH", ETH, FlowKind.TRADE, Decimal("0.5"), None, now, ""),
        Flow("T1:USD", USD, FlowKind.TRADE, Decimal(-2100), None, now, ""),
    ]
    account = live.account
    assert isinstance(account, Moody)
    for flow in by_hand:
        account.more.append(flow)
        await sync_flows(live)
    ((_, told),) = notices_of(live, NoticeCode.FLOW)
    assert told == {"kind_of_flow": "bought", "asset": "ETH", "amount": "0.5"}
    with live.store.reading() as tx:
        assert tx.memory.state().new_money is None


async def test_an_unknown_code_stops_trading_and_says_what_to_do(
    office: Office, live: Desk
) -> None:
    """A balance nobody knows makes no decision at all; it is an alarm once a day, until it ends."""
    await sync_flows(live)
    account = live.account
    assert isinstance(account, Moody)
    account.problem = AccountProblem(STRANGE)
    for _ in range(2):
        assert await safely_check(live, Occasion.DAILY) is None
        await check_books(live)
    ((kind, told),) = notices_of(live, NoticeCode.ACCOUNT_PROBLEM)
    assert (kind, told["why"]) == (MessageType.ALARM, STRANGE)
    with live.store.reading() as tx:
        assert tx.memory.get(ACCOUNT_PROBLEM) == STRANGE
        assert tx.decisions.latest(1) == []
    account.problem = None
    office.clock.step(minutes=15)
    assert await safely_check(live, Occasion.DAILY) is not None
    with live.store.reading() as tx:
        assert tx.memory.get(ACCOUNT_PROBLEM) == ""


async def test_an_order_that_counted_as_absent_and_traded_halts(
    office: Office, open_late: "Late"
) -> None:
    """A trade under the id of an order that was settled as absent halts, and is an alarm."""
    order = open_late
    flow = Flow(
        "T9", Asset(order.asset), FlowKind.TRADE, Decimal("0.1"), None, office.clock.now(), order.id
    )
    office.desk = replace(office.desk, account=Moody(office.watched, between=[flow]))
    await sync_flows(office.desk)
    assert office.state().halt is not None
    assert [n.subject for n in office.notices(NoticeCode.LATE_ORDER)] == [order.proposal]


@dataclass(frozen=True)
class Late:
    """An order that nobody found."""

    id: str
    asset: str
    proposal: str


@pytest.fixture
async def open_late(office: Office) -> Late:
    """Give an order that was lost on its way and settled as absent."""
    await office.check()
    office.venue.expect(LoseRequest())
    proposal = await office.approve_all()
    with office.store.reading() as tx:
        order = tx.orders.of(proposal.proposal_id)[0]
    assert order.state == "ABSENT"
    return Late(order.client_id, order.asset, proposal.proposal_id)


async def test_a_card_of_another_mode_is_taken_back(office: Office) -> None:
    """A card shown on paper cannot be approved once the bot trades for real."""
    await office.check()
    card = office.letter(Card)
    office.desk = replace(office.desk, mode=Mode.WATCH)
    await recover(office.desk)
    assert office.live() is None
    assert office.proposal().note == "the mode changed"
    assert office.approve(card) is TapResult.ENDED


async def test_while_watching_what_a_venue_does_not_tell_is_taken_as_it_is(
    office: Office, live: Desk
) -> None:
    """Not every venue tells of every change: while watching, a difference is told once, calmly."""
    watch = replace(live, mode=Mode.WATCH)
    await sync_flows(watch)
    account = watch.account
    assert isinstance(account, Moody)
    office.clock.step(hours=1)
    account.silent_from = office.clock.now()
    await office.paper.reward(ETH, amount("0.5"))
    for _ in range(2):
        office.clock.step(hours=1)
        await check_books(watch)
    ((kind, told),) = notices_of(watch, NoticeCode.BOOKS_ADOPTED)
    assert (kind, told["asset"], told["amount"]) == (MessageType.NOTICE, "ETH", "0.5")
    assert await unexplained(watch) == ()


async def test_a_key_of_another_account_stops_everything(office: Office, live: Desk) -> None:
    """A ledger that knows nothing of what was read before is another's: nothing is decided."""
    await sync_flows(live)
    office.clock.step(hours=2)
    await office.paper.deposit(USD, amount("1000"))
    await sync_flows(live)
    office.clock.step(hours=1)
    account = live.account
    assert isinstance(account, Moody)
    account.silent_from = datetime.min.replace(tzinfo=UTC)
    assert await safely_check(live, Occasion.DAILY) is None
    ((_, told),) = notices_of(live, NoticeCode.ACCOUNT_PROBLEM)
    assert "another account" in told["why"]


async def test_an_answer_that_lacks_a_row_is_no_sale(office: Office, live: Desk) -> None:
    """Balances that the books do not explain are not believed: nothing is planned on them."""
    await sync_flows(live)
    account = live.account
    assert isinstance(account, Moody)
    account.missing = "ETH"
    assert await safely_check(live, Occasion.DAILY) is None
    ((_, told),) = notices_of(live, NoticeCode.DATA_UNSAFE)
    assert told["what"].startswith("the account shows 0 ETH where the books expect ")
    account.missing = ""
    assert await safely_check(live, Occasion.DAILY) is not None


async def test_what_happens_around_the_opening_is_counted_once(office: Office, live: Desk) -> None:
    """A venue's clock may be behind ours: a deposit after the opening counts all the same."""
    await sync_flows(live)
    behind = office.clock.now() - timedelta(seconds=34)
    account = live.account
    assert isinstance(account, Moody)
    account.more.append(Flow("D1", USD, FlowKind.DEPOSIT, Decimal(1000), None, behind))
    await sync_flows(live)
    with live.store.reading() as tx:
        assert tx.memory.state().new_money == 1000


async def test_what_an_old_policy_had_written_down_is_not_sent(office: Office) -> None:
    """Orders of a plan under way that were not sent yet are left out once the rules changed."""
    await office.check()
    office.watched.after = _power_cut
    with pytest.raises(RuntimeError):
        await office.approve_all()
    office.watched.after = None
    unsent = [row for row in office.orders() if row.state is OrderState.NEW]
    assert unsent
    await office.restart(policy(reserve=amount("100")))
    assert len(office.sent()) == 1
    assert [row.state for row in office.orders()] == [OrderState.FILLED, OrderState.CANCELLED]


def _power_cut() -> None:
    raise RuntimeError("the power is cut")
