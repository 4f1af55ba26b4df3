"""Four books beside the account: what approving everything, nothing, or plain bands came to.

A pure fold, one step for each daily evaluation. The choices behind it:

- All four books begin with the account, at the first evaluation. A mark is taken before anything is
  traded on its day; what a trade costs shows in the next mark.
- ``always`` and ``plain`` are decided for by ``decide()`` on the snapshot the account saw, with
  their own balances and their own memory of what was asked and carried out. A proposal is carried
  out at once, at the snapshot's quotes and with the cost of its plan.
- ``plain`` follows the same bands and targets without regime, tilt and stress pause.
- A person's halt, pause and override, trades made by hand, and what is done between two daily
  evaluations act on ``actual`` only.
- The market is one: a fall within the day that the account's memory knows of pauses ``always`` too.
- What is locked or staked on the account is as much out of reach in every book that owns as much.
- A day without an evaluation is no step. Confirmation begins anew after it, as live.
- Deposits, withdrawals, rewards, corrections of the opening, and the fees of these hit all books
  alike, in coins. A book that lacks a coin which left gives up the same value: of quote currency
  first, then of every other coin in proportion.
- Coins a person traded by hand for one that does not count are a withdrawal: what it went for has
  left. When the rules change what counts, that is a flow too, and no growth.
- A fee in a third token stays outside, as it does in the account's own value.

Source: METHODS 6.6.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal

from core.domain.decision import Decision, Plan, Propose
from core.domain.policy import Policy
from core.domain.portfolio import Balance, Flow, FlowKind
from core.domain.scorecard import BookName
from core.domain.snapshot import Snapshot
from core.domain.state import EngineState, Turnover
from core.domain.stress import StressState
from core.domain.tilt import TiltState
from core.domain.units import ZERO, Asset, Money, Quantity, Weight, exact
from core.engine import decide
from core.simulation.book_values import (
    Amounts,
    counted,
    counting_of,
    flows_for_all,
    prices_of,
    with_flows,
    without_flows,
)

SHADOWS = (BookName.ALWAYS, BookName.NEVER, BookName.PLAIN)


@dataclass(frozen=True, slots=True)
class ShadowBook:
    """A portfolio that exists on paper only.

    Attributes:
        name: which; never ``actual``.
        balances: (asset, amount), by symbol, none below zero.
        state: its own memory of what was asked and carried out.
        costs: fees and slippage since the beginning, quote currency.
    """

    name: BookName
    balances: Amounts
    state: EngineState = field(default_factory=EngineState)
    costs: Money = Money(ZERO)


@dataclass(frozen=True, slots=True)
class BookMark:
    """One book on one day.

    Attributes:
        book: which.
        value: what counted in it at the day's prices, flows in, before anything was traded on that
            day; quote currency.
        flow: the part of ``value`` that came in (positive) or went out since the mark before.
        cost: what the trades of that day were charged; 0 for the account, whose costs are measured.
        balances: (asset, amount) after the trades of that day.
    """

    book: BookName
    value: Money
    flow: Money
    cost: Money
    balances: Amounts


@dataclass(frozen=True, slots=True)
class BookDay:
    """All books on one day.

    Attributes:
        day: the UTC day, one row each.
        marked_at: the instant of the decision.
        decision_id: the daily decision whose snapshot the books saw.
        quote: the currency of every amount.
        is_first: the books begin here, all four with the account.
        prices: (asset, middle price), quote currency per coin.
        flows_to: the journal's entry up to which flows are in the books.
        marks: one for each book.
    """

    day: date
    marked_at: datetime
    decision_id: str
    quote: Asset
    is_first: bool
    prices: tuple[tuple[Asset, Decimal], ...]
    flows_to: int
    marks: tuple[BookMark, ...]


@dataclass(frozen=True, slots=True)
class Before:
    """Where the books stood at the mark before: its policy and its prices."""

    policy: Policy
    prices: tuple[tuple[Asset, Decimal], ...]


@dataclass(frozen=True, slots=True)
class Step:
    """The books after one evaluation, and how they were marked in it."""

    books: tuple[ShadowBook, ...]
    marks: tuple[BookMark, ...]


def plain_policy(policy: Policy) -> Policy:
    """Return the same bands and targets without regime, tilt and stress pause."""
    return replace(
        policy,
        regime=replace(policy.regime, is_directional=False),
        stress=replace(policy.stress, families=()),
        tilt=replace(policy.tilt, is_on=False),
    )


@exact
def begin_books(snapshot: Snapshot, policy: Policy, account: EngineState) -> Step:
    """Return the books at their first evaluation: all four hold what the account holds.

    Args:
        snapshot: the daily evaluation's.
        policy: the person's rules.
        account: the memory the evaluation began with. ``always`` and ``plain`` begin with it, but
            for what a person switched on, and for a proposal that waits.
    """
    held = _totals(snapshot)
    value = counted(held, policy, prices_of(snapshot))
    books = tuple(ShadowBook(name, held, _fresh(name, account)) for name in SHADOWS)
    return _traded(books, snapshot, policy, account, at=((value, Money(ZERO)),) * 4)


@exact
def step_books(
    books: Sequence[ShadowBook],
    snapshot: Snapshot,
    policy: Policy,
    *,
    account: EngineState,
    flows: Sequence[Flow],
    before: Before,
) -> Step:
    """Return the books after one more daily evaluation.

    Args:
        books: as the step before left them.
        snapshot: the daily evaluation's, whose data were valid.
        policy: the person's rules now.
        account: the memory the account's evaluation began with.
        flows: every change of the account's balances since the step before, trades included.
        before: policy and prices of the step before.
    """
    prices = prices_of(snapshot)
    known = {**dict(before.prices), **prices}
    came = flows_for_all(flows, counting_of(policy, prices), policy.quote)
    held = _totals(snapshot)
    rows = [(without_flows(held, came), held)]
    rows += [
        (book.balances, with_flows(book.balances, came, known, policy.quote)) for book in books
    ]
    at = []
    for was, now in rows:
        value = counted(now, policy, prices)
        at.append((value, Money(value - counted(was, before.policy, known))))
    moved = tuple(
        replace(book, balances=now, state=_with_new_money(book.state, flows, policy.quote))
        for book, (_, now) in zip(books, rows[1:], strict=True)
    )
    return _traded(moved, snapshot, policy, account, at=tuple(at))


def _totals(snapshot: Snapshot) -> Amounts:
    return tuple(
        (row.asset, Quantity(row.free + row.locked + row.staked)) for row in snapshot.balances
    )


def _fresh(name: BookName, account: EngineState) -> EngineState:
    """Return a memory to begin with: the account's, without what a person switched on."""
    if name is BookName.NEVER:
        return EngineState()
    begun = replace(account, open_proposal="", halt=None, pause=None, override=None)
    if name is BookName.PLAIN:
        return replace(begun, stress=StressState(), tilt=TiltState())
    return begun


def _with_new_money(state: EngineState, flows: Iterable[Flow], quote: Asset) -> EngineState:
    """Remember quote currency that came, as the account's memory does: it is placed first."""
    kinds = (FlowKind.DEPOSIT, FlowKind.WITHDRAWAL)
    moved = sum((row.amount for row in flows if row.asset == quote and row.kind in kinds), ZERO)
    if not moved:
        return state
    total = max(ZERO, (state.new_money or ZERO) + moved)
    return replace(state, new_money=Money(total) if total else None)


def _traded(
    books: Sequence[ShadowBook],
    snapshot: Snapshot,
    policy: Policy,
    account: EngineState,
    *,
    at: Sequence[tuple[Money, Money]],
) -> Step:
    """Mark every book at (value, flow) and carry out what it is proposed."""
    (value, flow), *rest = at
    marks = [BookMark(BookName.ACTUAL, value, flow, Money(ZERO), _totals(snapshot))]
    after = []
    for book, (value, flow) in zip(books, rest, strict=True):
        traded = _evaluated(book, snapshot, policy, account)
        after.append(traded)
        cost = Money(traded.costs - book.costs)
        marks.append(BookMark(book.name, value, flow, cost, traded.balances))
    return Step(tuple(after), tuple(marks))


def _evaluated(
    book: ShadowBook, snapshot: Snapshot, policy: Policy, account: EngineState
) -> ShadowBook:
    if book.name is BookName.NEVER:
        return book
    rules = plain_policy(policy) if book.name is BookName.PLAIN else policy
    own = replace(snapshot, balances=_within_reach(book.balances, snapshot))
    decision = decide(own, rules, _informed(book, account))
    if decision.value is None:
        return book  # a book that holds nothing: no evaluation, as live
    return _carried_out(book, decision, policy.quote)


def _informed(book: ShadowBook, account: EngineState) -> EngineState:
    """Return the book's memory with the account's pause, where both have folded the same days."""
    own = book.state
    if book.name is BookName.PLAIN or own.stress.day != account.stress.day:
        return own
    return replace(own, stress=account.stress)


def _within_reach(balances: Amounts, snapshot: Snapshot) -> tuple[Balance, ...]:
    """Return balances of which as much is staked and locked as the account has, and no more."""
    rows = []
    for asset, amount in balances:
        account = snapshot.balance_of(asset)
        staked = min(amount, ZERO if account is None else account.staked)
        locked = min(amount - staked, ZERO if account is None else account.locked)
        free = amount - staked - locked
        rows.append(Balance(asset, Quantity(free), Quantity(locked), Quantity(staked)))
    return tuple(rows)


def _carried_out(book: ShadowBook, decision: Decision, quote: Asset) -> ShadowBook:
    if not isinstance(decision.outcome, Propose):
        return replace(book, state=decision.next_state)
    plan = decision.outcome.plan
    share = Weight(ZERO) if plan.first_funding else plan.turnover
    turned = Turnover(decision.decided_at, share, Weight(min(plan.tilt_turnover, share)))
    state = replace(decision.next_state, open_proposal="").after_execution(turned)
    return replace(
        book,
        balances=_after(book.balances, plan, quote),
        state=state,
        costs=Money(book.costs + plan.cost),
    )


def _after(balances: Amounts, plan: Plan, quote: Asset) -> Amounts:
    held: dict[Asset, Decimal] = dict(balances)
    for trade in plan.trades:
        held[trade.asset] = held.get(trade.asset, ZERO) + trade.side.sign * trade.received
        held[quote] = held.get(quote, ZERO) + trade.cash
    return tuple((asset, Quantity(amount)) for asset, amount in sorted(held.items()))
