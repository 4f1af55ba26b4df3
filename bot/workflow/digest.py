"""The daily summary, which doubles as a heartbeat and as the journal's outside witness."""

import logging
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

from bot.ports.messages import DataAge, Digest, MessageType, NoticeCode
from bot.ports.pictures import Allocation
from bot.ports.records import Transaction
from bot.workflow.account_trouble import UNREADABLE
from bot.workflow.books import tell_of_damage
from bot.workflow.charting import allocation
from bot.workflow.check import look
from bot.workflow.desk import Desk, notify, post
from bot.workflow.flows import TOLD, reconcile, sync_flows
from bot.workflow.review import MONTHLY_SPAN, compose_review
from core.domain.decision import Decision
from core.domain.errors import BooksCorrupt, EvenkeelError
from core.domain.portfolio import Balance
from core.domain.proposal import Proposal
from core.domain.snapshot import Snapshot
from core.domain.units import ZERO, Money, exact
from core.facts import digest_facts

log = logging.getLogger(__name__)

LAST_DIGEST = "digest:last_at"
FIRST_SPAN = timedelta(days=1)
MOST_DECISIONS = 200
MOST_PROPOSALS = 10_000

_CANNOT = (ArithmeticError, EvenkeelError, LookupError, TypeError, ValueError)
"""What may be wrong with a review; the digest is the heartbeat, and goes out without one."""


async def post_digest(desk: Desk) -> Digest:
    """Compose the digest since the last one, write it down for everybody, and remember it.

    The first one of a month carries a review. Source: METHODS 6.6, shown monthly.
    """
    digest = await _with_monthly_review(desk, await compose_digest(desk))
    with desk.store.transaction() as tx:
        payload = {"seq": digest.journal_seq, "head": digest.journal_head}
        tx.journal.append("digest.posted", "engine", payload, at=digest.at)
        tx.memory.put(LAST_DIGEST, digest.at.isoformat())
        key = f"digest:{digest.at.isoformat()}"
        post(tx, desk, MessageType.DIGEST, key=key, message=digest)
    return digest


async def _with_monthly_review(desk: Desk, digest: Digest) -> Digest:
    """Add the review where the digest before was of another local month, and books are marked."""
    zone = desk.audience.zone
    before, now = digest.since.astimezone(zone), digest.at.astimezone(zone)
    if (before.year, before.month) == (now.year, now.month):
        return digest
    try:
        review = await compose_review(desk, MONTHLY_SPAN)
    except BooksCorrupt as error:
        tell_of_damage(desk, error)
        return digest
    except _CANNOT as error:
        _tell_of(desk, error)
        return digest
    if review.picture is None:
        return digest
    return replace(digest, review=review, picture=review.picture if digest.picture else None)


def _tell_of(desk: Desk, error: Exception) -> None:
    """Leave a trace of a review that cannot be made, and tell people."""
    log.error("the monthly review cannot be made", exc_info=error)
    why, now = f"{type(error).__name__}: {error}", desk.clock.now()
    with desk.store.transaction() as tx:
        tx.journal.append("job.failed", "engine", {"job": "review", "why": why}, at=now)
        key, kind = f"internal:review:{now.date()}", MessageType.ALARM
        notify(tx, desk, NoticeCode.INTERNAL, key=key, kind=kind, job="review", why=why)


async def compose_digest(desk: Desk) -> Digest:
    """Return the digest as of now; nothing is stored."""
    current: Decision | None = None
    ages: tuple[DataAge, ...] = ()
    balances: Sequence[Balance] = ()
    try:
        async with desk.executing:  # an order on its way does not wait for a summary
            await sync_flows(desk)
            current = await look(desk)
            ages = _ages(await desk.snapshots.glance())
            balances = await desk.account.balances()
    except UNREADABLE as error:
        ages = (DataAge(f"unavailable: {error}", None),)
    now = desk.clock.now()
    with desk.store.reading() as tx:
        last = tx.memory.get(LAST_DIGEST)
        since = now - FIRST_SPAN if last is None else datetime.fromisoformat(last)
        decisions = [*reversed(tx.decisions.latest(MOST_DECISIONS, since=since))]
        decisions += [] if current is None else [current]
        recent = tx.proposals.since(since - desk.policy.approval.time_to_live)
        proposals = tuple(row for row in recent if (row.decided_at or row.expires_at) >= since)
        flows = tx.flows.all()
        told = tuple(f for f in flows if f.kind in TOLD and f.occurred_at >= since)
        seq, head = tx.journal.head()
        costs, state = _costs(tx), tx.memory.state()
    rows = reconcile(flows, balances) if balances else ()
    unexplained_rows = tuple(row for row in rows if row.unexplained)
    facts = digest_facts(decisions, proposals, told, quote=desk.policy.quote)
    return Digest(
        mode=desk.mode,
        quote=desk.policy.quote,
        since=since,
        at=now,
        decisions=tuple(decisions),
        proposals=proposals,
        flows=told,
        costs=costs,
        unexplained=unexplained_rows,
        ages=ages,
        state=state,
        journal_seq=seq,
        journal_head=head,
        explanation=await desk.narrator.explain(facts),
        picture=_picture(desk, decisions),
    )


def _picture(desk: Desk, decisions: Sequence[Decision]) -> Allocation | None:
    """Return the weights that the table shows; None without one, and where pictures are off."""
    standings = decisions[-1].standings if decisions else ()
    is_shown = desk.audience.pictures and bool(standings)
    return allocation(standings, desk.policy.quote) if is_shown else None


@exact
def _costs(tx: Transaction) -> Money:
    """Return fees and slippage paid since the beginning, as reports and answers measure them.

    A plan with a fee in a coin without a price is left out, as in answers. One that has not been
    measured yet counts by its fills against the middle prices of its card. Source: METHODS 5.2.
    """
    return Money(sum((_cost_of(tx, row) for row in tx.proposals.latest(MOST_PROPOSALS)), ZERO))


def _cost_of(tx: Transaction, proposal: Proposal) -> Decimal:
    legs = tx.shortfalls.of(proposal.proposal_id)
    if legs:
        paid = [leg.realised for leg in legs if leg.filled]
        known = [cost for cost in paid if cost is not None]
        return sum(known, ZERO) if len(known) == len(paid) else ZERO
    mids = {trade.asset: trade.mid for trade in proposal.plan.trades}
    total = ZERO
    for fill in tx.orders.fills_of(proposal.proposal_id):
        fee = fill.fee if fill.fee_asset != fill.asset else fill.fee * fill.price
        total += fee + fill.side.sign * fill.quantity * (fill.price - mids[fill.asset])
    return total


def _ages(snapshot: Snapshot) -> tuple[DataAge, ...]:
    return tuple(DataAge(f"price {row.asset}", row.observed_at) for row in snapshot.quotes)
