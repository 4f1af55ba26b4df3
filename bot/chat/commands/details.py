"""What stands behind a card: bounds, costs, ages of the data, and every gate."""

from collections.abc import Iterator

from bot.chat.commands.present import gates_of
from bot.chat.render.figures import exact
from bot.chat.render.pages import Block, text
from bot.chat.visit import Visit
from bot.explain.wording import en
from bot.ports.records import StoredDecision
from core.domain.market import Side
from core.domain.proposal import Proposal
from core.domain.units import ZERO

ID_SHOWN = 10


def details_of(visit: Visit, proposal: Proposal, stored: StoredDecision) -> tuple[Block, ...]:
    """Return everything about a proposal that its card leaves out."""
    return (
        text("Limits", *_limits(visit, proposal)),
        text("Costs", *_costs(visit, proposal)),
        text("Data", *_ages(visit, stored)),
        text("Gates", *gates_of(visit, stored.decision)),
        text(
            f"Decision {proposal.decision_id[:ID_SHOWN]} · plan {proposal.plan_digest[:ID_SHOWN]}"
        ),
    )


def _limits(visit: Visit, proposal: Proposal) -> Iterator[str]:
    quote = visit.desk.policy.quote
    for trade in proposal.plan.trades:
        bound = "not below" if trade.side is Side.SELL else "not above"
        yield (
            f"{trade.side} {exact(trade.quantity)} {trade.asset} {bound} "
            f"{exact(trade.worst_price)}, planned at {en.price(trade.mid, quote)}"
        )
    yield f"Open until {visit.reader.when(proposal.expires_at)}"
    yield f"Approval: {_steps(proposal)}"


def _steps(proposal: Proposal) -> str:
    return "one tap" if proposal.tier == 1 else "two steps"


def _costs(visit: Visit, proposal: Proposal) -> Iterator[str]:
    plan, quote = proposal.plan, visit.desk.policy.quote
    fees = en.about(sum((trade.fee for trade in plan.trades), ZERO), quote)
    slippage = en.about(sum((trade.slippage for trade in plan.trades), ZERO), quote)
    yield f"Fees {fees}, spread and depth {slippage}"
    share = en.rate(plan.cost / plan.value)
    yield f"Together {en.money(plan.cost, quote)}, {share} of the portfolio"
    yield f"Traded: {en.weight(plan.turnover)} of the portfolio"


def _ages(visit: Visit, stored: StoredDecision) -> Iterator[str]:
    snapshot = stored.snapshot
    if snapshot.quotes:
        oldest = min(snapshot.quotes, key=lambda quote: quote.observed_at)
        age = en.span(snapshot.as_of - oldest.observed_at)
        yield f"Prices from {oldest.source or 'the venue'}, {age} old at most ({oldest.asset})"
    if snapshot.bars:
        newest = max(row.opened_at for row in snapshot.bars)
        yield f"Daily bars up to {newest:%Y-%m-%d}"
    yield f"Decided {visit.reader.when(stored.decision.decided_at)}"
