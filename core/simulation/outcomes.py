"""A plan and the prices of later days -> what it came to against the same plan left alone.

Positive means that carrying it out was the better of the two, whatever was done.
Source: METHODS 6.6.
"""

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from core.domain.decision import Plan
from core.domain.proposal import Fill, Proposal, ProposalState
from core.domain.scorecard import (
    OUTCOME_DAYS,
    Answered,
    Outcome,
    ScoredPause,
    ScoredProposal,
    ScoredTrade,
)
from core.domain.shortfall import Shortfall
from core.domain.units import ZERO, Asset, Money, Quantity
from core.simulation.books import BookDay

A_DAY = timedelta(days=1)

SLACK = timedelta(hours=1)
"""The daily run is never on the second: one that comes a moment early must not cost a day."""

MOST_LATE = 7
"""A mark this many days late, or as late again as it is old, would tell something else."""

_ANSWERS = {
    ProposalState.DRAFT: Answered.OPEN,
    ProposalState.PROPOSED: Answered.OPEN,
    ProposalState.REJECTED: Answered.REJECTED,
    ProposalState.EXPIRED: Answered.EXPIRED,
    ProposalState.SUPERSEDED: Answered.SUPERSEDED,
    ProposalState.WITHDRAWN: Answered.WITHDRAWN,
}
_TAPPED = frozenset({Answered.APPROVED, Answered.REJECTED})


@dataclass(frozen=True, slots=True)
class Dealt:
    """A proposal and what was traded on it.

    Attributes:
        proposal: as it stands.
        legs: what each leg of its execution cost; none where nothing was sent, or by a version that
            did not measure.
        fills: what the venue booked.
        quote: the currency of its amounts.
    """

    proposal: Proposal
    legs: Sequence[Shortfall]
    fills: Sequence[Fill]
    quote: Asset


@dataclass(frozen=True, slots=True)
class HeldBack:
    """A plan that a pause held back or withdrew, with the marks it had when they were due."""

    withheld_at: datetime
    plan: Plan
    marked: Mapping[int, Money]


@dataclass(frozen=True, slots=True)
class PauseSpan:
    """A stress pause from its begin to its end; ``ended_at`` is None while it lasts."""

    began_at: datetime
    ended_at: datetime | None


@dataclass(frozen=True, slots=True)
class Traded:
    """One leg as it happened, or as the plan has it.

    Attributes:
        trade: what was traded.
        received: coins that arrived or left.
        cash: signed change of quote currency, costs included; None where a fee has no price.
        cost: fees and slippage; None where a fee has no price.
    """

    trade: ScoredTrade
    received: Quantity
    cash: Money | None
    cost: Money | None


class PriceDays:
    """The prices of the marked days, to be asked for the first mark at or after an instant."""

    def __init__(self, days: Sequence[BookDay], *, since: datetime | None = None) -> None:
        """Hold the days, oldest first; what began before ``since`` has no price in them."""
        self._days = days
        self._at = [day.marked_at for day in days]
        self._since = since

    def after(self, began_at: datetime, days: int) -> Mapping[Asset, Decimal] | None:
        """Return the prices so many days after an instant; None without a mark near that day."""
        if self._since is not None and began_at < self._since - SLACK:
            return None
        place = bisect_left(self._at, began_at + days * A_DAY - SLACK)
        if place == len(self._at):
            return None
        late = self._at[place] - began_at - days * A_DAY
        return dict(self._days[place].prices) if late < min(days, MOST_LATE) * A_DAY else None


def score_proposal(dealt: Dealt, prices: PriceDays, until: datetime) -> ScoredProposal:
    """Return what a person did with a proposal, and what it came to.

    What was traded is held against not having traded it; a plan that was not carried out is held
    as it stood on its card. Both count from the instant it was put before a person.
    """
    proposal, plan = dealt.proposal, dealt.proposal.plan
    answered = _ANSWERS.get(proposal.state, Answered.APPROVED)
    done = _legs_of(dealt)
    legs = done or planned(plan)
    after = None
    if answered in _TAPPED and proposal.decided_at is not None:
        after = proposal.decided_at - proposal.created_at
    return ScoredProposal(
        proposal_id=proposal.proposal_id,
        created_at=proposal.created_at,
        answered=answered,
        answered_after=after,
        is_auto=proposal.decided_by == "auto",
        trades=tuple(leg.trade for leg in legs),
        is_traded=bool(done),
        value=plan.value,
        predicted_cost=plan.cost,
        realised_cost=_sum(leg.cost for leg in done) if done else None,
        outcomes=outcomes(legs, prices, began_at=proposal.created_at, until=until),
    )


def score_pause(
    span: PauseSpan, held: Iterable[HeldBack], prices: PriceDays, until: datetime
) -> ScoredPause:
    """Return what a pause cost or saved by the first plan that it held back.

    A mark that was made when it was due stands; the rest follow from the marked days.
    """
    first = next((row for row in held if _is_within(span, row.withheld_at)), None)
    if first is None:
        return ScoredPause(span.began_at, span.ended_at, None, (), None, ())
    legs = planned(first.plan)
    later = outcomes(legs, prices, began_at=first.withheld_at, until=until)
    return ScoredPause(
        began_at=span.began_at,
        ended_at=span.ended_at,
        withheld_at=first.withheld_at,
        trades=tuple(leg.trade for leg in legs),
        value=first.plan.value,
        outcomes=tuple(
            Outcome(row.days, row.is_due, first.marked.get(row.days, row.amount)) for row in later
        ),
    )


def planned(plan: Plan) -> tuple[Traded, ...]:
    """Return the legs of a plan with the cash and the coins it expects to move."""
    return tuple(
        Traded(
            ScoredTrade(row.side, row.asset, row.quantity),
            row.received,
            row.cash,
            Money(row.fee + row.slippage),
        )
        for row in plan.trades
    )


def outcomes(
    legs: Sequence[Traded], prices: PriceDays, *, began_at: datetime, until: datetime
) -> tuple[Outcome, ...]:
    """Return what the legs came to at 7, 30 and 90 days, as of ``until``."""
    found = []
    for days in OUTCOME_DAYS:
        is_due = until >= began_at + days * A_DAY - SLACK
        then = prices.after(began_at, days) if is_due else None
        found.append(Outcome(days, is_due, None if then is None else _worth(legs, then)))
    return tuple(found)


def _worth(legs: Iterable[Traded], prices: Mapping[Asset, Decimal]) -> Money | None:
    """Return coins at the price then plus the cash moved; None without a price or a fee's."""
    total = ZERO
    for leg in legs:
        price = prices.get(leg.trade.asset)
        if price is None or leg.cash is None:
            return None
        total += leg.trade.side.sign * leg.received * price + leg.cash
    return Money(total)


def _legs_of(dealt: Dealt) -> tuple[Traded, ...]:
    if dealt.legs:
        return tuple(_measured(leg) for leg in dealt.legs if leg.filled)
    return tuple(_booked(fill, dealt) for fill in dealt.fills)


def _measured(leg: Shortfall) -> Traded:
    cash = None if leg.fees is None else Money(-leg.side.sign * leg.paid - leg.fees)
    trade = ScoredTrade(leg.side, leg.asset, leg.filled)
    return Traded(trade, leg.filled, cash, leg.realised)


def _booked(fill: Fill, dealt: Dealt) -> Traded:
    """Return a fill that nobody measured, against the middle price of its card."""
    fee = _fee_value(fill, dealt.quote)
    mids = {row.asset: row.mid for row in dealt.proposal.plan.trades}
    worse = fill.side.sign * fill.quantity * (fill.price - mids.get(fill.asset, fill.price))
    return Traded(
        ScoredTrade(fill.side, fill.asset, fill.quantity),
        fill.quantity,
        None if fee is None else Money(-fill.side.sign * fill.notional - fee),
        None if fee is None else Money(worse + fee),
    )


def _fee_value(fill: Fill, quote: Asset) -> Decimal | None:
    if fill.fee_asset == quote:
        return fill.fee
    return fill.fee * fill.price if fill.fee_asset == fill.asset else None


def _sum(costs: Iterable[Money | None]) -> Money | None:
    total = ZERO
    for cost in costs:
        if cost is None:
            return None
        total += cost
    return Money(total)


def _is_within(span: PauseSpan, at: datetime) -> bool:
    return span.began_at <= at and (span.ended_at is None or at < span.ended_at)
