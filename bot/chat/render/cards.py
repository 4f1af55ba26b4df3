"""Proposals -> the card a person decides on, its second step, and the card with its outcome."""

from collections.abc import Sequence

from bot.chat.render.figures import amount_text, exact
from bot.chat.render.legs import fills_table, plan_table
from bot.chat.render.pages import Block, head, paragraph, table, text
from bot.chat.render.reader import Reader
from bot.chat.render.weights import after_column, weights_table
from bot.chat.render.words import Words
from bot.ports.messages import Card, CardUpdate, SecondCard, Untouched
from core.domain.decision import Plan, PlannedTrade, Standing
from core.domain.market import Side
from core.domain.proposal import Proposal, ProposalState
from core.domain.units import Asset, Money, notional


def card_blocks(card: Card, reader: Reader) -> list[Block]:
    """Return a proposal put before a person."""
    proposal, words = card.proposal, reader.words
    moved = [text(words.say("card.moved"))] if card.moved else []
    return [
        *moved,
        head(f"{_top(card, words)} · {_until(proposal, reader)}", headline(proposal.plan, words)),
        *_body(card, words),
    ]


def second_card_blocks(card: SecondCard, reader: Reader) -> list[Block]:
    """Return the second step of a larger plan; it names the largest leg.

    Once it is decided, the outcome stands in place of the rest.
    """
    proposal, words = card.proposal, reader.words
    top, question = _top(card, words), _question(card, words)
    if proposal.state is not ProposalState.PROPOSED:
        return [head(top, question), text(reader.outcome(proposal))]
    heading, trades = head(f"{top} · {_until(proposal, reader)}", question), proposal.plan.trades
    if len(trades) == 1:
        return [heading, text(words.say("second.only"))]
    largest = words.say("second.largest", count=str(len(trades)))
    return [heading, text(largest), table(plan_table(trades, card.quote, words))]


def card_update_blocks(update: CardUpdate, reader: Reader) -> list[Block]:
    """Return the card as it was, with what came of it in place of the buttons."""
    card, words = update.card, reader.words
    return [
        head(_top(card, words), headline(card.proposal.plan, words)),
        *_body(card, words),
        *card_news(update, reader),
    ]


def card_news(update: CardUpdate, reader: Reader) -> list[Block]:
    """Return what came of a card: who, when, why, and what was traded."""
    if update.proposal.state is ProposalState.PROPOSED:
        return [text(reader.words.say("card.newer_below"))]
    lines = text(reader.outcome(update.proposal))
    if not update.fills:
        return [lines]
    return [lines, table(fills_table(update.fills, update.card.quote, reader.words))]


def headline(plan: Plan, words: Words) -> str:
    """Return a plan in a few words: "Trim BTC, add ETH"."""
    after = dict(plan.weights_after)
    sells = [trade.asset for trade in plan.trades if trade.side is Side.SELL]
    buys = [trade.asset for trade in plan.trades if trade.side is Side.BUY]
    listed = words.wording.listed_short
    if plan.first_funding or not sells:
        return words.say("headline.buy", buys=listed(buys))
    leaves = all(not after.get(asset) for asset in sells)
    key = "headline.sell" if leaves else "headline.trim"
    if not buys:
        return words.say(key, sells=listed(sells))
    return words.say(f"{key}.add", sells=listed(sells), buys=listed(buys))


def plan_blocks(
    plan: Plan, standings: Sequence[Standing], *notes: str, quote: Asset, words: Words
) -> list[Block]:
    """Return the contract: weights before and after, every leg with its bound, the cost."""
    last = after_column(plan.trades, plan.weights_after, words)
    weights = weights_table(standings, quote, last=last, words=words)
    rows = (*weights, "", *plan_table(plan.trades, quote, words))
    cost = words.say("card.cost", cost=words.wording.about(plan.cost, quote))
    return [table(rows), text(cost, *notes)]


def _top(card: Card | SecondCard, words: Words) -> str:
    return f"{words.say(f'mode.{card.mode}')} · {card.proposal.proposal_id}"


def _until(proposal: Proposal, reader: Reader) -> str:
    return reader.words.say("card.until", until=reader.until(proposal.expires_at))


def _body(card: Card, words: Words) -> list[Block]:
    plan, quote = card.proposal.plan, card.quote
    untouched = _untouched(card.untouched, quote, words)
    contract = plan_blocks(plan, card.standings, untouched, quote=quote, words=words)
    return [*contract, paragraph(card.explanation.lines)]


def _untouched(rows: Sequence[Untouched], quote: Asset, words: Words) -> str:
    parts = [
        words.say(
            f"untouched.{row.kind}",
            amount=amount_text(row.amount, row.asset, quote=quote, words=words),
        )
        for row in rows
    ]
    if not parts:
        return words.say("card.untouched.none")
    return words.say("card.untouched", untouched=", ".join(parts))


def _question(card: SecondCard, words: Words) -> str:
    largest = max(card.proposal.plan.trades, key=_worth)
    return words.say(
        f"second.ask.{largest.side}",
        quantity=exact(largest.quantity, words),
        asset=largest.asset,
        amount=words.wording.about(_worth(largest), card.quote),
    )


def _worth(trade: PlannedTrade) -> Money:
    return notional(trade.quantity, trade.mid)
