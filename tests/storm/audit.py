"""The exchange's own books against what was approved, and against what the bot believes."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

from bot.store.sqlite import open_store
from bot.store.verify import verify_journal
from core.domain.decision import PlannedTrade
from core.domain.market import Side
from core.domain.proposal import Fill, Order, OrderState, Proposal, ProposalState
from core.domain.units import ZERO, exact
from core.lifecycle import PROPOSAL_ENDED
from tests.storm.office import CHAT, USD
from tests.storm.situations import Prepared
from tests.storm.venue import BookedOrder, Books

DOUBLED, LOST, OVERSPENT, RESERVE = "doubled", "lost", "overspent", "reserve touched"
WORST, RESTING, JOURNAL = "beyond the worst price", "resting", "journal broken"
STUCK, REPORTS, BOOKS, MOVED = "stuck", "report missing", "books differ", "coins sent away"
CRASH = "crash"
KINDS = (
    DOUBLED,
    LOST,
    OVERSPENT,
    RESERVE,
    WORST,
    RESTING,
    JOURNAL,
    STUCK,
    REPORTS,
    BOOKS,
    MOVED,
    CRASH,
)
"""Everything that must never be, by the word before the colon of a breach."""

_BEGUN = (ProposalState.DONE, ProposalState.PARTIAL, ProposalState.FAILED)
# The capital limit is measured at prices that move between the gate and the fill.
_MOVES = Decimal("1.02")


@dataclass
class Ending:
    """How a run ended.

    Attributes:
        state: of the proposal; "UNKNOWN" where an order is, honestly.
        halt: why trading is halted, or an empty text.
        accepted: how many orders the exchange accepted.
        partly: how many of them were filled in part.
        unseen: how many were taken, traded nothing, and count as absent.
        breaches: everything that is wrong, and more about it.
    """

    state: str
    halt: str
    accepted: int
    partly: int
    unseen: int
    orders: Counter[str]
    breaches: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class _Records:
    """What the bot left on file."""

    proposal: Proposal
    orders: Sequence[Order]
    fills: Sequence[Fill]
    unsettled: Sequence[Order]
    flows: dict[str, Decimal]
    halt: str
    reports: int
    journal: str


@dataclass(frozen=True)
class _Case:
    prepared: Prepared
    books: Books
    records: _Records

    def booked(self, trade: PlannedTrade) -> list[BookedOrder]:
        """Return what the exchange accepted for a leg."""
        side = "buy" if trade.side is Side.BUY else "sell"
        return [row for row in self.books.orders if (row.asset, row.side) == (trade.asset, side)]


def audit(database: Path, prepared: Prepared, books: Books) -> Ending:
    """Return how a run ended, and everything that is wrong with it."""
    records = _read(database, prepared.proposal.proposal_id)
    case = _Case(prepared, books, records)
    ending = Ending(
        state="UNKNOWN" if records.unsettled else records.proposal.state.value,
        halt=records.halt,
        accepted=len(books.orders),
        partly=sum(ZERO < row.filled < row.volume for row in books.orders),
        unseen=_unseen(case),
        orders=Counter(order.state.value for order in records.orders),
    )
    for check in _CHECKS:
        ending.breaches.update(dict.fromkeys(check(case), ""))
    return ending


def _read(database: Path, proposal_id: str) -> _Records:
    with open_store(database) as store:
        journal = verify_journal(store)
        with store.reading() as tx:
            proposal = tx.proposals.get(proposal_id)
            if proposal is None:
                raise ValueError(f"{proposal_id} is gone")
            flows: dict[str, Decimal] = {}
            for flow in tx.flows.all():
                flows[flow.asset] = flows.get(flow.asset, ZERO) + flow.amount
            halt = tx.memory.state().halt
            return _Records(
                proposal=proposal,
                orders=tx.orders.of(proposal_id),
                fills=tx.orders.fills_of(proposal_id),
                unsettled=tx.orders.unsettled(),
                flows=flows,
                halt="" if halt is None else halt.reason,
                reports=int(tx.outbox.latest(CHAT, f"report:{proposal_id}") is not None),
                journal=journal.problem,
            )


def _doubled(case: _Case) -> Iterator[str]:
    ids = Counter(row.client_id for row in case.books.orders)
    yield from (f"{DOUBLED}: {name} accepted {n} times" for name, n in ids.items() if n > 1)
    for trade in case.prepared.proposal.plan.trades:
        filled = sum((row.filled for row in case.booked(trade)), ZERO)
        if filled > trade.quantity:
            yield f"{DOUBLED}: {trade.side} {filled} {trade.asset}, approved {trade.quantity}"
    legs = {(t.asset, "buy" if t.side is Side.BUY else "sell") for t in _trades(case)}
    for row in case.books.orders:
        if (row.asset, row.side) not in legs:
            yield f"{DOUBLED}: {row.side} {row.asset} was never approved"


def _trades(case: _Case) -> Sequence[PlannedTrade]:
    return case.prepared.proposal.plan.trades


def _lost_orders(case: _Case) -> Iterator[str]:
    known = {order.client_id: order for order in case.records.orders}
    for row in case.books.orders:
        order = known.get(row.client_id)
        if order is None:
            yield f"{LOST}: {row.client_id} was never written down"
        elif order.state in (OrderState.SENDING, OrderState.UNKNOWN):
            if not case.records.halt:
                yield f"{LOST}: {row.client_id} is {order.state} and nothing is halted"
        elif order.state in (OrderState.NEW, OrderState.REJECTED) or _is_overlooked(row, order):
            yield f"{LOST}: the exchange took {row.client_id}, the bot says {order.state}"


def _lost_trades(case: _Case) -> Iterator[str]:
    mine = {f.fill_id: (f.quantity, f.price) for f in case.records.fills}
    open_ids = {order.client_id for order in case.records.unsettled}
    theirs = {
        trade.trade_id: (trade.volume, trade.price)
        for row in case.books.orders
        if row.client_id not in open_ids
        for trade in row.trades
    }
    for name in sorted(mine.keys() ^ theirs.keys()):
        yield f"{LOST}: trade {name} is {'unknown to the bot' if name in theirs else 'invented'}"
    for name in sorted(mine.keys() & theirs.keys()):
        if mine[name] != theirs[name]:
            yield f"{LOST}: trade {name} is booked as {mine[name]}, and was {theirs[name]}"


def _unseen(case: _Case) -> int:
    absent = {row.client_id for row in case.records.orders if row.state is OrderState.ABSENT}
    return sum(row.client_id in absent for row in case.books.orders)


def _is_overlooked(row: BookedOrder, order: Order) -> bool:
    """Tell whether the bot took an order for absent that it should have known of.

    One that nothing came of, and that no list shows in time, is nobody's loss; it is counted apart.
    """
    return order.state is OrderState.ABSENT and bool(row.trades or order.venue_id)


@exact
def _overspent(case: _Case) -> Iterator[str]:
    found = []
    fee = case.prepared.situation.policy.costs.default_taker
    for trade in _trades(case):
        if trade.side is Side.BUY:
            spent = sum((t.cost + t.fee for row in case.booked(trade) for t in row.trades), ZERO)
            most = trade.quantity * trade.worst_price * (1 + fee)
            if spent > most:
                found.append(f"{OVERSPENT}: {spent} for {trade.asset}, at most {most} approved")
    capital = case.prepared.situation.policy.trading_capital
    if capital is not None:
        for side in ("buy", "sell"):
            rows = [row for row in case.books.orders if row.side == side]
            moved = sum((t.cost for row in rows for t in row.trades), ZERO)
            if moved > capital * _MOVES:
                found.append(f"{OVERSPENT}: {side} of {moved}, capital {capital}")
    return iter(found)


def _reserve(case: _Case) -> Iterator[str]:
    lowest = case.books.lowest
    if lowest[USD] < case.prepared.floor:
        yield f"{RESERVE}: cash fell to {lowest[USD]}, {case.prepared.floor} must stay"
    for asset, amount in case.prepared.situation.policy.excluded:
        if asset != USD and lowest[asset] < amount:
            yield f"{RESERVE}: {asset} fell to {lowest[asset]}, {amount} is excluded"


def _prices(case: _Case) -> Iterator[str]:
    for trade in _trades(case):
        for row in case.booked(trade):
            for price in (row.limit, *(t.price for t in row.trades)):
                if (price - trade.worst_price) * trade.side.sign > ZERO:
                    yield f"{WORST}: {row.side} {row.asset} at {price}, bound {trade.worst_price}"


def _resting(case: _Case) -> Iterator[str]:
    for row in case.books.orders:
        if row.is_open or row.flags[0] != "IOC":
            yield f"{RESTING}: {row.client_id} rests on the book"


def _journal(case: _Case) -> Iterator[str]:
    if case.records.journal:
        yield f"{JOURNAL}: {case.records.journal}"


def _stuck(case: _Case) -> Iterator[str]:
    state, unsettled = case.records.proposal.state, case.records.unsettled
    if state not in PROPOSAL_ENDED and not unsettled:
        yield f"{STUCK}: the proposal is {state} and no order is open"
    if unsettled and not case.records.halt:
        yield f"{STUCK}: an order is {unsettled[0].state} and nothing is halted"
    open_ones = [order for order in case.records.orders if order.state is OrderState.NEW]
    if state in PROPOSAL_ENDED and open_ones:
        yield f"{STUCK}: the proposal is {state} and an order is still NEW"


def _reported(case: _Case) -> Iterator[str]:
    state = case.records.proposal.state
    if state in _BEGUN and not case.records.reports:
        yield f"{REPORTS}: the proposal is {state}"


def _agreeing(case: _Case) -> Iterator[str]:
    """Compare the bot's flows with the balances, once nothing is open any more."""
    if case.records.unsettled:
        return
    for asset in sorted(case.books.balances.keys() | case.records.flows.keys()):
        theirs, mine = (
            table.get(asset, ZERO) for table in (case.books.balances, case.records.flows)
        )
        if theirs != mine:
            yield f"{BOOKS}: {asset} is {theirs}, the bot's flows make {mine}"


def _moved(case: _Case) -> Iterator[str]:
    if case.books.moving_coins:
        yield f"{MOVED}: {case.books.moving_coins} requests"


_CHECKS: tuple[Callable[[_Case], Iterator[str]], ...] = (
    _doubled,
    _lost_orders,
    _lost_trades,
    _overspent,
    _reserve,
    _prices,
    _resting,
    _journal,
    _stuck,
    _reported,
    _agreeing,
    _moved,
)
