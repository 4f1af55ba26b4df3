"""Proposals -> the card a person decides on, its second step, and the card with its outcome."""

from collections.abc import Sequence

from bot.chat.render.figures import amount_text, exact
from bot.chat.render.legs import fills_table, plan_table
from bot.chat.render.pages import Block, head, paragraph, table, text
from bot.chat.render.reader import Reader
from bot.chat.render.weights import after_column, weights_table
from bot.explain.wording import en
from bot.ports.messages import Card, CardUpdate, SecondCard, Untouched
from core.domain.decision import Plan, PlannedTrade, Standing
from core.domain.market import Side
from core.domain.proposal import ProposalState
from core.domain.units import Asset, Money, notional

MOVED = "Prices moved; please look again."
NEWER_BELOW = "A newer card with fresh buttons is further below."


def card_blocks(card: Card, reader: Reader) -> list[Block]:
    """Return a proposal put before a person."""
    proposal = card.proposal
    until = f"until {reader.until(proposal.expires_at)}"
    moved = [text(MOVED)] if card.moved else []
    return [
        *moved,
        head(f"{card.mode} · {proposal.proposal_id} · {until}", headline(proposal.plan)),
        *_body(card),
    ]


def second_card_blocks(card: SecondCard, reader: Reader) -> list[Block]:
    """Return the second step of a larger plan; it names the largest leg.

    Once it is decided, the outcome stands in place of the rest.
    """
    proposal = card.proposal
    top, trades = f"{card.mode} · {proposal.proposal_id}", proposal.plan.trades
    if proposal.state is not ProposalState.PROPOSED:
        return [head(top, _question(card)), text(reader.outcome(proposal))]
    blocks = [head(f"{top} · until {reader.until(proposal.expires_at)}", _question(card))]
    if len(trades) == 1:
        return [*blocks, text("It is the only order of this plan.")]
    count = f"It is the largest of {len(trades)} orders. Confirm accepts the whole plan:"
    return [*blocks, text(count), table(plan_table(trades, card.quote))]


def card_update_blocks(update: CardUpdate, reader: Reader) -> list[Block]:
    """Return the card as it was, with what came of it in place of the buttons."""
    card = update.card
    top = f"{card.mode} · {card.proposal.proposal_id}"
    return [
        head(top, headline(card.proposal.plan)),
        *_body(card),
        *card_news(update, reader),
    ]


def card_news(update: CardUpdate, reader: Reader) -> list[Block]:
    """Return what came of a card: who, when, why, and what was traded."""
    if update.proposal.state is ProposalState.PROPOSED:
        return [text(NEWER_BELOW)]
    lines = text(reader.outcome(update.proposal))
    if not update.fills:
        return [lines]
    return [lines, table(fills_table(update.fills, update.card.quote))]


def headline(plan: Plan) -> str:
    """Return a plan in a few words: "Trim BTC, add ETH"."""
    after = dict(plan.weights_after)
    sells = [trade.asset for trade in plan.trades if trade.side is Side.SELL]
    buys = [trade.asset for trade in plan.trades if trade.side is Side.BUY]
    if plan.first_funding or not sells:
        return f"Buy {en.listed_short(buys)}"
    leaves = all(not after.get(asset) for asset in sells)
    words = f"{'Sell' if leaves else 'Trim'} {en.listed_short(sells)}"
    return f"{words}, add {en.listed_short(buys)}" if buys else words


def plan_blocks(
    plan: Plan, standings: Sequence[Standing], quote: Asset, *notes: str
) -> list[Block]:
    """Return the contract: weights before and after, every leg with its bound, the cost."""
    last = after_column(plan.trades, plan.weights_after)
    rows = (*weights_table(standings, quote, last), "", *plan_table(plan.trades, quote))
    cost = f"Cost {en.about(plan.cost, quote)} · no tax rules set"
    return [table(rows), text(cost, *notes)]


def _body(card: Card) -> list[Block]:
    untouched = _untouched(card.untouched, card.quote)
    contract = plan_blocks(card.proposal.plan, card.standings, card.quote, untouched)
    return [*contract, paragraph(card.explanation.lines)]


def _untouched(rows: Sequence[Untouched], quote: Asset) -> str:
    parts = [f"{amount_text(row.amount, row.asset, quote)} {row.kind}" for row in rows]
    return f"Untouched: {', '.join(parts) or 'nothing cold'}"


def _question(card: SecondCard) -> str:
    largest = max(card.proposal.plan.trades, key=_worth)
    amount = en.about(_worth(largest), card.quote)
    return f"{largest.side} {exact(largest.quantity)} {largest.asset} for {amount}?"


def _worth(trade: PlannedTrade) -> Money:
    return notional(trade.quantity, trade.mid)
