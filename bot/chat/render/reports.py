"""Executions and days -> the report of an execution and the daily summary."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from decimal import Decimal

from bot.chat.render.cards import headline
from bot.chat.render.figures import amount_text, exact
from bot.chat.render.legs import fills_table
from bot.chat.render.pages import Block, head, paragraph, table, text
from bot.chat.render.reader import Reader
from bot.chat.render.shifted import shifted_lines
from bot.chat.render.weights import room_column, weights_table
from bot.explain.wording import en
from bot.ports.messages import DataAge, Digest, Reconciliation, Report
from core.domain.decision import Decision
from core.domain.market import Side
from core.domain.portfolio import Flow
from core.domain.proposal import Fill, Proposal
from core.domain.units import ZERO, Asset

HEAD_DIGITS = 12
MOST_ROWS = 10
LONGEST_DAY = timedelta(hours=36)


def report_blocks(report: Report, reader: Reader) -> list[Block]:
    """Return how an execution ended: what was traded at what price, the fees, and the words."""
    del reader
    state = en.VOCABULARY["state"][report.proposal.state]
    blocks = [head(f"{report.mode} · {report.proposal.proposal_id} · {state}", _done(report.fills))]
    if report.fills:
        blocks.append(table(fills_table(report.fills, report.quote)))
        blocks.append(text(_fees(report.fills, report.quote)))
    return [*blocks, paragraph(report.explanation.lines)]


def digest_blocks(digest: Digest, reader: Reader) -> list[Block]:
    """Return the daily summary: where things stand, what happened, and whether all is in order."""
    latest = digest.decisions[-1] if digest.decisions else None
    blocks = [head(f"{digest.mode} · since {reader.when(digest.since)}", _title(digest))]
    if latest is not None and latest.standings:
        rows = weights_table(latest.standings, digest.quote, room_column(latest.standings))
        blocks.append(table(rows))
    blocks.append(paragraph(_prose(digest, latest, reader)))
    blocks += [text(*lines) for lines in (_happened(digest), _in_order(digest, reader)) if lines]
    return blocks


def _title(digest: Digest) -> str:
    span = digest.at - digest.since
    return "Daily summary" if span <= LONGEST_DAY else f"Summary of {en.span(span)}"


def _prose(digest: Digest, latest: Decision | None, reader: Reader) -> Iterator[str]:
    yield from digest.explanation.lines
    if latest is not None:
        told = " ".join(digest.explanation.lines)
        yield from shifted_lines(latest, quote=digest.quote, reader=reader, told=told)


def history_line(proposal: Proposal, quote: Asset) -> str:
    """Return one proposal in a line: its id, what it would trade, what came of it."""
    state = en.VOCABULARY["state"][proposal.state]
    cost = en.about(proposal.plan.cost, quote)
    return f"{proposal.proposal_id}: {headline(proposal.plan)}, cost {cost} – {state}"


def unexplained_line(row: Reconciliation) -> str:
    """Return how far a balance is from what the books say."""
    way = "more" if row.unexplained > ZERO else "less"
    return f"{row.asset}: {exact(abs(row.unexplained))} {way} than the books say"


def _happened(digest: Digest) -> tuple[str, ...]:
    proposals = [history_line(proposal, digest.quote) for proposal in digest.proposals]
    flows = [_flow(flow, digest.quote) for flow in digest.flows]
    return (*_at_most(proposals), *_at_most(flows))


def _in_order(digest: Digest, reader: Reader) -> tuple[str, ...]:
    unexplained = [unexplained_line(row) for row in digest.unexplained]
    return (
        f"Costs so far: {en.money(digest.costs, digest.quote)}",
        *(_at_most(unexplained) or ("Every balance is explained.",)),
        *_ages(digest),
        *reader.standing_brief(digest.state),
        f"Journal: entry {digest.journal_seq}, {digest.journal_head[:HEAD_DIGITS]}",
    )


def _ages(digest: Digest) -> Iterator[str]:
    known = [(row.observed_at, row.name) for row in digest.ages if row.observed_at is not None]
    if known:
        oldest_at, name = min(known)
        span = en.span(digest.at - oldest_at)
        yield f"Oldest reading: {name}, {span} old"
    yield from (_missing(row) for row in digest.ages if row.observed_at is None)


def _missing(row: DataAge) -> str:
    return f"Missing: {row.name}"


def _flow(flow: Flow, quote: Asset) -> str:
    words = amount_text(abs(flow.amount), flow.asset, quote)
    return f"{flow.kind.value.capitalize()}: {'+' if flow.amount > ZERO else '−'}{words}"


def _at_most(lines: Sequence[str]) -> tuple[str, ...]:
    """Return the newest lines, and how many were left out."""
    left_out = len(lines) - MOST_ROWS
    return tuple(lines) if left_out <= 0 else (f"{left_out} earlier ones", *lines[left_out:])


def _done(fills: Sequence[Fill]) -> str:
    """Return what was traded in a few words: "Sold BTC, bought ETH"."""
    sold = dict.fromkeys(fill.asset for fill in fills if fill.side is Side.SELL)
    bought = dict.fromkeys(fill.asset for fill in fills if fill.side is Side.BUY)
    parts = [f"sold {en.listed_short([*sold])}"] if sold else []
    parts += [f"bought {en.listed_short([*bought])}"] if bought else []
    words = ", ".join(parts) or "nothing was traded"
    return words[0].upper() + words[1:]


def _fees(fills: Sequence[Fill], quote: Asset) -> str:
    """Return the fees by the coin they were taken in."""
    sums: dict[Asset, Decimal] = {}
    for fill in fills:
        sums[fill.fee_asset] = sums.get(fill.fee_asset, ZERO) + fill.fee
    parts = [amount_text(total, asset, quote) for asset, total in sums.items()]
    return f"Fees {en.listed(parts)}"
