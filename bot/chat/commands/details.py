"""What stands behind a card: bounds, costs, ages of the data, and every gate."""

from collections.abc import Iterator

from bot.chat.commands.present import gates_of
from bot.chat.render.figures import exact
from bot.chat.render.pages import Block, text
from bot.chat.visit import Visit
from bot.ports.records import StoredDecision
from core.domain.proposal import Proposal
from core.domain.units import ZERO

ID_SHOWN = 10

VENUE = "venue"
"""Where prices without a name come from."""


def details_of(visit: Visit, proposal: Proposal, stored: StoredDecision) -> tuple[Block, ...]:
    """Return everything about a proposal that its card leaves out."""
    say = visit.words.say
    decision, plan = proposal.decision_id[:ID_SHOWN], proposal.plan_digest[:ID_SHOWN]
    return (
        text(say("details.limits"), *_limits(visit, proposal)),
        text(say("details.costs"), *_costs(visit, proposal)),
        text(say("details.data"), *_ages(visit, stored)),
        text(say("details.gates"), *gates_of(visit, stored.decision)),
        text(say("details.ids", decision=decision, plan=plan)),
    )


def _limits(visit: Visit, proposal: Proposal) -> Iterator[str]:
    words, quote = visit.words, visit.desk.policy.quote
    for trade in proposal.plan.trades:
        yield words.say(
            f"details.leg.{trade.side}",
            quantity=exact(trade.quantity, words),
            asset=trade.asset,
            worst=exact(trade.worst_price, words),
            mid=words.wording.price(trade.mid, quote),
        )
    yield words.say("details.until", until=visit.reader.when(proposal.expires_at))
    yield words.say("details.steps.one" if proposal.tier == 1 else "details.steps.two")


def _costs(visit: Visit, proposal: Proposal) -> Iterator[str]:
    plan, quote, words = proposal.plan, visit.desk.policy.quote, visit.words
    wording = words.wording
    fees = wording.about(sum((trade.fee for trade in plan.trades), ZERO), quote)
    slippage = wording.about(sum((trade.slippage for trade in plan.trades), ZERO), quote)
    yield words.say("details.fees", fees=fees, slippage=slippage)
    cost, share = wording.money(plan.cost, quote), wording.rate(plan.cost / plan.value)
    yield words.say("details.together", cost=cost, share=share)
    yield words.say("details.traded", turnover=wording.weight(plan.turnover))


def _ages(visit: Visit, stored: StoredDecision) -> Iterator[str]:
    snapshot, words = stored.snapshot, visit.words
    if snapshot.quotes:
        oldest = min(snapshot.quotes, key=lambda quote: quote.observed_at)
        gaps = {"age": words.wording.span(snapshot.as_of - oldest.observed_at)}
        gaps["asset"] = oldest.asset
        source = visit.reader.speech.source(oldest.source or VENUE)
        yield words.say("details.prices", source=source, **gaps)
    if snapshot.bars:
        newest = max(row.opened_at for row in snapshot.bars)
        yield words.say("details.bars", day=visit.reader.speech.day(newest))
    yield words.say("details.decided", when=visit.reader.when(stored.decision.decided_at))
