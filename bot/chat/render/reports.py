"""Executions and days -> the report of an execution and the daily summary."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from decimal import Decimal

from bot.chat.render.cards import headline
from bot.chat.render.figures import amount_text, exact
from bot.chat.render.legs import fills_table
from bot.chat.render.pages import Block, head, paragraph, table, text
from bot.chat.render.reader import Reader
from bot.chat.render.review import review_in_brief
from bot.chat.render.shifted import shifted_lines
from bot.chat.render.weights import room_column, weights_table
from bot.chat.render.words import Words
from bot.ports.messages import Digest, Reconciliation, Report
from core.domain.decision import Decision
from core.domain.market import Side
from core.domain.portfolio import Flow
from core.domain.proposal import Fill, Proposal
from core.domain.units import ZERO, Asset

HEAD_DIGITS = 12
MOST_ROWS = 10
LONGEST_DAY = timedelta(hours=36)

# How the digest names its inputs; their words are the language's.
PRICE_OF, UNAVAILABLE = "price ", "unavailable: "


def report_blocks(report: Report, reader: Reader) -> list[Block]:
    """Return how an execution ended: what was traded at what price, the fees, and the words."""
    words, fills = reader.words, report.fills
    mode, state = words.say(f"mode.{report.mode}"), words.word("state", report.proposal.state)
    blocks = [head(f"{mode} · {report.proposal.proposal_id} · {state}", _done(fills, words))]
    if fills:
        blocks.append(table(fills_table(fills, report.quote, words)))
        blocks.append(text(_fees(fills, report.quote, words)))
    return [*blocks, paragraph(report.explanation.lines)]


def digest_blocks(digest: Digest, reader: Reader) -> list[Block]:
    """Return the daily summary: where things stand, what happened, and whether all is in order."""
    words = reader.words
    latest = digest.decisions[-1] if digest.decisions else None
    since = words.say("digest.since", since=reader.when(digest.since))
    blocks = [head(f"{words.say(f'mode.{digest.mode}')} · {since}", _title(digest, words))]
    if latest is not None and latest.standings:
        last = room_column(latest.standings, words)
        blocks.append(table(weights_table(latest.standings, digest.quote, last=last, words=words)))
    blocks.append(paragraph(_prose(digest, latest, reader)))
    if digest.review is not None:
        blocks += review_in_brief(digest.review, reader)
    notes = (_happened(digest, words), _in_order(digest, reader))
    blocks += [text(*lines) for lines in notes if lines]
    return blocks


def _title(digest: Digest, words: Words) -> str:
    span = digest.at - digest.since
    if span <= LONGEST_DAY:
        return words.say("digest.title.day")
    return words.say("digest.title.span", span=words.wording.span(span))


def _prose(digest: Digest, latest: Decision | None, reader: Reader) -> Iterator[str]:
    yield from digest.explanation.lines
    if latest is not None:
        told = " ".join(digest.explanation.lines)
        yield from shifted_lines(latest, quote=digest.quote, reader=reader, told=told)


def history_line(proposal: Proposal, quote: Asset, words: Words) -> str:
    """Return one proposal in a line: its id, what it would trade, what came of it."""
    return words.say(
        "history.line",
        proposal=proposal.proposal_id,
        plan=headline(proposal.plan, words),
        cost=words.wording.about(proposal.plan.cost, quote),
        state=words.word("state", proposal.state),
    )


def unexplained_line(row: Reconciliation, words: Words) -> str:
    """Return how far a balance is from what the books say."""
    key = "digest.more" if row.unexplained > ZERO else "digest.less"
    return words.say(key, asset=row.asset, amount=exact(abs(row.unexplained), words))


def _happened(digest: Digest, words: Words) -> tuple[str, ...]:
    proposals = [history_line(proposal, digest.quote, words) for proposal in digest.proposals]
    flows = [_flow(flow, digest.quote, words) for flow in digest.flows]
    return (*_at_most(proposals, words), *_at_most(flows, words))


def _in_order(digest: Digest, reader: Reader) -> tuple[str, ...]:
    words = reader.words
    unexplained = [unexplained_line(row, words) for row in digest.unexplained]
    costs = words.wording.money(digest.costs, digest.quote)
    number, head = str(digest.journal_seq), digest.journal_head[:HEAD_DIGITS]
    return (
        words.say("digest.costs", costs=costs),
        *(_at_most(unexplained, words) or (words.say("digest.explained"),)),
        *_ages(digest, words),
        *reader.standing_brief(digest.state),
        words.say("digest.journal", number=number, head=head),
    )


def _ages(digest: Digest, words: Words) -> Iterator[str]:
    known = [(row.observed_at, row.name) for row in digest.ages if row.observed_at is not None]
    if known:
        oldest_at, name = min(known)
        age = words.wording.span(digest.at - oldest_at)
        yield words.say("digest.oldest", name=_input(name, words), age=age)
    for row in digest.ages:
        if row.observed_at is None:
            yield words.say("digest.missing", name=_input(row.name, words))


def _input(name: str, words: Words) -> str:
    """Return what an input is called; a name that the digest did not make up stays as it is."""
    if name.startswith(PRICE_OF):
        return words.say("input.price", asset=name.removeprefix(PRICE_OF))
    if name.startswith(UNAVAILABLE):
        return words.say("input.unavailable", why=name.removeprefix(UNAVAILABLE))
    return name


def _flow(flow: Flow, quote: Asset, words: Words) -> str:
    amount = amount_text(abs(flow.amount), flow.asset, quote=quote, words=words)
    return words.say(f"flow.{flow.kind}", amount=f"{'+' if flow.amount > ZERO else '−'}{amount}")


def _at_most(lines: Sequence[str], words: Words) -> tuple[str, ...]:
    """Return the newest lines, and how many were left out."""
    left_out = len(lines) - MOST_ROWS
    if left_out <= 0:
        return tuple(lines)
    return (words.say("digest.earlier", count=str(left_out)), *lines[left_out:])


def _done(fills: Sequence[Fill], words: Words) -> str:
    """Return what was traded in a few words: "Sold BTC, bought ETH"."""
    sold = dict.fromkeys(fill.asset for fill in fills if fill.side is Side.SELL)
    bought = dict.fromkeys(fill.asset for fill in fills if fill.side is Side.BUY)
    listed = words.wording.listed_short
    if sold and bought:
        return words.say("report.both", sold=listed([*sold]), bought=listed([*bought]))
    if sold:
        return words.say("report.sold", sold=listed([*sold]))
    if bought:
        return words.say("report.bought", bought=listed([*bought]))
    return words.say("report.nothing")


def _fees(fills: Sequence[Fill], quote: Asset, words: Words) -> str:
    """Return the fees by the coin they were taken in."""
    sums: dict[Asset, Decimal] = {}
    for fill in fills:
        sums[fill.fee_asset] = sums.get(fill.fee_asset, ZERO) + fill.fee
    parts = [amount_text(total, asset, quote=quote, words=words) for asset, total in sums.items()]
    return words.say("report.fees", fees=words.wording.listed(parts))
