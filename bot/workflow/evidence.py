"""Journal entries in a span of time -> what trading cost, how value moved, what people switched."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from bot.ports.journal import JournalEntry
from bot.workflow.proofs import Look, said
from core.domain.asked import Cause
from core.domain.decision import Decision, Reason, ReasonCode
from core.domain.portfolio import FlowKind
from core.domain.units import ZERO, Asset, Money, Weight, exact
from core.facts import Costs, Course

MEASURED = "shortfall.measured"
FLOWED = "flow.booked"
SWITCHES = ("pause.begun", "pause.ended", "halt.begun", "halt.lifted", "stress.overridden")

C = ReasonCode
_CAME_IN = frozenset({FlowKind.DEPOSIT.value, FlowKind.WITHDRAWAL.value, FlowKind.OPENING.value})


def by_day(looks: Iterable[Look], zone: ZoneInfo) -> dict[date, Look]:
    """Return the look that speaks for each local day: the daily one, else the last."""
    days: dict[date, Look] = {}
    for look in looks:
        day = look.at.astimezone(zone).date()
        if day not in days or look.is_daily or not days[day].is_daily:
            days[day] = look
    return days


def counted(looks: Iterable[Look]) -> tuple[tuple[Cause, int], ...]:
    """Return on how many days a look came to what, the most frequent first."""
    counts = Counter(look.cause for look in looks)
    order = {cause: place for place, cause in enumerate(Cause)}
    return tuple(sorted(counts.items(), key=lambda pair: (-pair[1], order[pair[0]])))


def measured_in(entries: Iterable[JournalEntry], asset: Asset | None) -> list[JournalEntry]:
    """Return the entries of legs of which something was traded, of one coin or of all."""
    legs = ((entry, said(entry)) for entry in entries if entry.kind == MEASURED)
    return [
        entry for entry, leg in legs if Decimal(leg["filled"]) and asset in (None, leg["asset"])
    ]


@exact
def costs_of(legs: Sequence[JournalEntry]) -> Costs:
    """Return what executions cost; one with a fee that has no price is counted and left out."""
    rows = [said(entry) for entry in legs]
    unpriced = {row["proposal_id"] for row in rows if row["fees"] is None}
    priced = [row for row in rows if row["proposal_id"] not in unpriced]
    return Costs(
        executions=len({row["proposal_id"] for row in rows}),
        fees=Money(sum((Decimal(row["fees"]) for row in priced), ZERO)),
        slippage=Money(sum((Decimal(row["execution"]) for row in priced), ZERO)),
        unpriced=len(unpriced),
    )


@exact
def course_of(before: Decision, after: Decision, flows: Iterable[JournalEntry]) -> Course:
    """Return value and weights at two decisions that saw a value, and the flows between them."""
    if before.value is None or after.value is None:
        raise ValueError("a decision on unsafe data has no value to compare")
    rows = [said(entry) for entry in flows]
    moved = [row for row in rows if row["kind"] in _CAME_IN]
    rewards = [row for row in rows if row["kind"] == FlowKind.REWARD.value]
    weights = {row.asset: row.weight for row in before.standings}
    return Course(
        began_at=before.decided_at,
        ended_at=after.decided_at,
        before=before.value,
        after=after.value,
        weights=tuple(
            (row.asset, weights.get(row.asset, Weight(ZERO)), row.weight) for row in after.standings
        ),
        deposits=_worth(row for row in moved if Decimal(row["amount"]) > ZERO),
        taken_out=_worth(row for row in moved if Decimal(row["amount"]) < ZERO),
        rewards=_worth(rewards),
        are_flows_priced=all(row["value"] is not None for row in (*moved, *rewards)),
    )


def flows_between(
    entries: Iterable[JournalEntry], began_at: datetime, ended_at: datetime
) -> list[JournalEntry]:
    """Return the entries of what came or went after one instant, until another."""
    flows = (entry for entry in entries if entry.kind == FLOWED)
    return [
        entry
        for entry in flows
        if began_at < datetime.fromisoformat(said(entry)["occurred_at"]) <= ended_at
    ]


def _worth(rows: Iterable[dict[str, str]]) -> Money:
    return Money(sum((abs(Decimal(r["value"])) for r in rows if r["value"] is not None), ZERO))


def switched(
    entries: Iterable[JournalEntry], *, now: datetime
) -> tuple[tuple[Reason, ...], frozenset[ReasonCode]]:
    """Return what people switched on by these entries, and what no longer holds."""
    last = {entry.kind.partition(".")[0]: entry for entry in entries}
    reasons: list[Reason] = []
    lifted: set[ReasonCode] = set()
    for name, code in (("halt", C.HALTED), ("pause", C.PAUSED_BY_HAND)):
        entry = last.get(name)
        if entry is not None:
            lifted.add(code)
            if entry.kind.endswith(".begun"):
                reasons.append(_begun(code, entry))
    override = last.get("stress")
    if override is not None and (until := datetime.fromisoformat(said(override)["until"])) > now:
        lifted.add(C.PAUSED_STRESS)
        values = (("until", until), ("by", override.actor))
        reasons.append(Reason(C.OVERRIDDEN, values=values))
    return tuple(reasons), frozenset(lifted)


def _begun(code: ReasonCode, entry: JournalEntry) -> Reason:
    if code is C.HALTED:
        why = str(said(entry).get("why", ""))
        return Reason(code, values=(("since", entry.at), ("why", why)))
    return Reason(code, values=(("since", entry.at), ("by", entry.actor)))
