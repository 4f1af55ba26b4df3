"""Stored decisions, proposals and books -> pictures as values, from the first day on."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from math import exp, isfinite

from bot.ports.pictures import (
    Allocation,
    AllocationRow,
    BookValues,
    DayLine,
    DayMark,
    Drawdowns,
    DriftHistory,
    MarketRibbon,
)
from bot.ports.records import Transaction
from core.domain.decision import Decision, Standing
from core.domain.policy import Policy
from core.domain.proposal import Proposal, ProposalState
from core.domain.regime import Regime
from core.domain.scorecard import BookName
from core.domain.stress import Stress
from core.domain.units import Asset
from core.simulation.books import BookDay
from core.simulation.scorecard import log_growth, marked_in

A_DAY = timedelta(days=1)
MOST_DECISIONS = 20_000
MOST_WITHHELD = 1_000

_KINDS = {
    ProposalState.DONE: "executed",
    ProposalState.PARTIAL: "executed",
    ProposalState.REJECTED: "rejected",
    ProposalState.EXPIRED: "expired",
}


def allocation(standings: Iterable[Standing], quote: Asset) -> Allocation:
    """Return weights against targets in the order of a card: by symbol, cash last."""
    ordered = sorted(standings, key=lambda row: (row.asset == quote, row.asset))
    rows = (
        AllocationRow(
            row.asset, float(row.weight), float(row.target), float(row.low), float(row.high)
        )
        for row in ordered
    )
    return Allocation(tuple(rows))


def drift_history(
    tx: Transaction, policy: Policy, *, now: datetime, days: int
) -> DriftHistory | None:
    """Return every asset's distance from its target, day by day; None before the first look.

    Args:
        tx: the record.
        policy: which assets there are now.
        now: the present.
        days: how many UTC days, today included.
    """
    looks = {day: row for day, row in _looks(tx, now, days).items() if row.standings}
    if not looks:
        return None
    covered = _calendar(min(looks), now.date())
    drifts = {day: {s.asset: float(s.drift) for s in row.standings} for day, row in looks.items()}
    lines = (
        DayLine(asset, tuple(drifts.get(day, {}).get(asset) for day in covered))
        for asset, _ in sorted(policy.targets, key=lambda pair: (pair[0] == policy.quote, pair[0]))
    )
    return DriftHistory(covered, tuple(lines), happened(tx, covered))


def market_ribbon(
    tx: Transaction, policy: Policy, *, now: datetime, days: int
) -> MarketRibbon | None:
    """Return the watched coin's closes with what was decided from them; None before the first look.

    A decision of one day rests on the bar that closed before it, so it stands over that day's bar.
    """
    asset, looks = policy.regime.asset, _looks(tx, now, days)
    closes = _closes(tx, asset)
    if not (looks and closes):
        return None
    covered = _calendar(min(looks) - A_DAY, now.date() - A_DAY)
    regimes, phases = [], []
    phase = Stress.NORMAL
    for day in covered:
        look = looks.get(day + A_DAY)
        if look is not None:
            phase = look.next_state.stress.phase
        label = Regime.UNKNOWN if look is None else look.next_state.regime.published
        regimes.append(label.value)
        phases.append(phase.value)
    prices = tuple(closes.get(day) for day in covered)
    return MarketRibbon(asset, policy.quote, covered, prices, tuple(regimes), tuple(phases))


def book_values(tx: Transaction, *, now: datetime, days: int) -> BookValues | None:
    """Return what every book grew to since the first of these days; None before the first mark.

    Source: METHODS 6.6.
    """
    first = now.date() - (days - 1) * A_DAY
    marked = marked_in(tx.books.days(since=first), first)
    if not marked:
        return None
    covered = tuple(row.day for row in marked)
    lines = (DayLine(book.value, _grown(marked, book)) for book in BookName)
    return BookValues(covered, tuple(lines), happened(tx, covered))


def drawdowns(values: BookValues) -> Drawdowns:
    """Return how far each book stands below its own highest value so far."""
    return Drawdowns(values.days, tuple(_below_peak(line) for line in values.lines))


def happened(tx: Transaction, days: Sequence[date]) -> tuple[DayMark, ...]:
    """Return what became of proposals on these UTC days, and which plans a pause held back."""
    # One that was made on the evening before may have ended on the first of these days.
    since = datetime.combine(days[0] - A_DAY, time(), tzinfo=UTC)
    proposals = tx.proposals.since(since)
    withheld = tx.withheld.latest(MOST_WITHHELD)
    marks = [
        *(DayMark(_ended_at(row).date(), _KINDS[row.state]) for row in proposals if _is_told(row)),
        *(DayMark(row.withheld_at.date(), "withheld") for row in withheld),
    ]
    known = frozenset(days)
    return tuple(sorted((m for m in marks if m.day in known), key=lambda m: (m.day, m.kind)))


def _looks(tx: Transaction, now: datetime, days: int) -> Mapping[date, Decision]:
    """Return the newest decision of every UTC day that has one."""
    since = now.replace(hour=0, minute=0, second=0, microsecond=0) - (days - 1) * A_DAY
    newest_first = tx.decisions.latest(MOST_DECISIONS, since=since)
    return {row.decided_at.date(): row for row in reversed(newest_first)}


def _calendar(first: date, last: date) -> tuple[date, ...]:
    return tuple(first + number * A_DAY for number in range((last - first).days + 1))


def _closes(tx: Transaction, asset: Asset) -> Mapping[date, float]:
    """Return the closes that the newest decision rested on, by day."""
    newest = next(iter(tx.decisions.latest(1)), None)
    stored = None if newest is None else tx.decisions.get(newest.decision_id)
    bars = () if stored is None else stored.snapshot.bars
    row = next((row for row in bars if row.asset == asset), None)
    if row is None:
        return {}
    first = row.opened_at.date() - (len(row.closes) - 1) * A_DAY
    days = (first + number * A_DAY for number in range(len(row.closes)))
    return {day: close for day, close in zip(days, row.closes, strict=True) if isfinite(close)}


def _grown(days: Sequence[BookDay], book: BookName) -> tuple[float, ...]:
    """Return the growth of a book since the first day, which is 1."""
    return (1.0, *(exp(grown) for grown in log_growth(days, book).cumsum().tolist()))


def _is_told(proposal: Proposal) -> bool:
    return proposal.state in _KINDS


def _ended_at(proposal: Proposal) -> datetime:
    """Return when a proposal was decided, or when its time was over."""
    return proposal.decided_at or proposal.expires_at


def _below_peak(line: DayLine) -> DayLine:
    depths: list[float | None] = []
    peak = 0.0
    for value in line.values:
        peak = max(peak, value or 0.0)
        depths.append(None if value is None or not peak else value / peak - 1)
    return DayLine(line.name, tuple(depths))
