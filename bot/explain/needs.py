"""What a complete text needs: the ids it must use, and what it adds where there is room.

It follows the templates: which drift, figures and reasons they tell. Source: METHODS 7.4 COVERAGE.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal

from core.domain.decision import Gate, ReasonCode
from core.domain.proposal import ProposalState
from core.facts import FactTable, figure_id

C = ReasonCode

MOST_FIGURES = 4
"""Figures of the gate that failed."""

MOST_TRIGGERS = 2
"""Assets outside their bands that a text has to name; of more, the one furthest out."""

FLOWS = ("deposits", "withdrawals", "rewards")
"""What came in and went out."""

# Of what trading was to cost: below that the template has no word for it either.
_WORTH_A_WORD = Decimal("0.25")

# Which figures of a gate's reasons say why it failed, the weightiest reason first.
_FIGURES: dict[Gate, tuple[tuple[ReasonCode, tuple[str, ...]], ...]] = {
    Gate.DATA: (
        (C.CLOCK_SKEW, ("seconds",)),
        (C.SHORT_HISTORY, ("have", "needed")),
        (C.BARS_LATE, ("day",)),
        (C.PRICE_ABSURD, ("bid", "ask")),
        (C.PRICE_STALE, ("observed_at",)),
        (C.BOOK_ABSURD, ("what",)),
        (C.SOURCES_DISAGREE, ("gap",)),
    ),
    Gate.HALT: ((C.HALTED, ("since",)),),
    Gate.PAUSE: ((C.PAUSED_BY_HAND, ("since",)),),
    Gate.BREACH: ((C.AWAIT_CONFIRMATION, ("days", "needed")), (C.MARKET_HALTED, ("status",))),
    Gate.BENEFIT: ((C.COST_GT_BENEFIT, ("benefit", "needed")),),
    Gate.LIMITS: (
        (C.PROPOSAL_OPEN, ("proposal",)),
        (C.AFTER_EXECUTION, ("until",)),
        (C.TURNOVER_LIMIT, ("used", "turnover", "limit")),
        (C.YEARLY_LIMIT, ("count", "limit")),
        (C.OFF_PEG, ("gap",)),
    ),
}
_ORDERS = (
    (C.PRICE_STALE, ("observed_at",)),
    (C.BOOK_FROZEN, ("since",)),
    (C.FEE_TOKEN_SHORT, ("fee", "amount")),
    (C.COLD_LIMITED, ("wanted", "hot")),
    (C.MARKET_HALTED, ("status",)),
    (C.ILLIQUID, ("measured",)),
    (C.BELOW_MIN, ("amount", "minimum")),
    (C.CASH_LIMITED, ("wanted", "affordable")),
)
_FIGURES |= {Gate.PLAN: _ORDERS, Gate.ORDERS: _ORDERS}

# These say by their drift, their edge or the pause why nothing happens; of the others a figure
# has to say it, else a text would name a check and no reason.
_SPEAK = frozenset({Gate.BREACH, Gate.PAUSE})
_WITHOUT_DRIFT = frozenset({Gate.DATA})


@dataclass(frozen=True, slots=True)
class Need:
    """What a text about one table needs.

    Attributes:
        must: ids it has to use, in reading order; without any the template speaks.
        extras: what else the template tells, the weightiest first: ids that belong together.
    """

    must: tuple[str, ...] = ()
    extras: tuple[tuple[str, ...], ...] = ()


def no_trade_need(table: FactTable) -> Need:
    """Return the gate that failed with its figures, and who is outside or nearest to an edge."""
    must = tuple(idle_ids(table))
    return Need(must, tuple(market_groups(table)) if must else ())


def idle_ids(table: FactTable) -> Iterator[str]:
    """Yield why nothing happens; nothing where no fact says it, as the template can."""
    found = table.find("gate")
    gate = next((g for g in Gate if found is not None and g.value == found.value), None)
    if gate is None or (gate in (Gate.BREACH, Gate.PLAN, Gate.ORDERS) and _is_stuck(table)):
        return
    figures = [*_figures(table, _FIGURES.get(gate, ()))]
    if not figures and gate not in _SPEAK:
        return
    # A pause under stress says so itself.
    if gate is not Gate.PAUSE or table.find("stress") is None:
        yield "gate"
    yield from first_money(table)
    if gate not in _WITHOUT_DRIFT:
        yield from trigger_ids(table, with_room=gate is Gate.BREACH)
    if gate is Gate.BENEFIT:
        yield "cost"
    yield from figures
    if gate is Gate.PAUSE:
        yield from stress_ids(table)
    yield from closest_ids(table)


def _is_stuck(table: FactTable) -> bool:
    """Tell whether something cannot be traded here, of which no figure tells."""
    return bool(table.subjects_of(C.NOT_TRADABLE))


def closest_ids(table: FactTable) -> Iterator[str]:
    """Yield the asset that is nearest to an edge: its share, and where that edge stands."""
    closest = table.find("closest")
    if closest is not None:
        asset = str(closest.value).lower()
        yield from ("closest", f"weight_{asset}", f"edge_{asset}")


def first_money(table: FactTable) -> Iterator[str]:
    """Yield the currency in which all the money still is, before the first purchase."""
    if table.subjects_of(C.FIRST_FUNDING):
        yield "quote"


def trigger_ids(table: FactTable, *, with_room: bool = True) -> Iterator[str]:
    """Yield the drift of the furthest one or two, and the room of the first."""
    drifts = table.of_kind("drift")
    shown = drifts if len(drifts) <= MOST_TRIGGERS else drifts[:1]
    yield from (fact.fact_id for fact in shown)
    if drifts and with_room:
        yield f"room_{drifts[0].subject}".lower()
    if len(drifts) > MOST_TRIGGERS:
        yield "outside"


def market_groups(table: FactTable) -> Iterator[tuple[str, ...]]:
    """Yield what the market did to an edge, and a shift to a target: ids that belong together."""
    for fact in table.of_kind("plain"):
        yield ("regime_label", f"edge_{fact.subject}".lower(), fact.fact_id)
    for fact in table.of_kind("tilt"):
        asset = fact.subject.lower()
        yield (fact.fact_id, f"target_{asset}", f"base_{asset}")


def stress_ids(table: FactTable) -> Iterator[str]:
    """Yield what the market's stress does, since when, until when, and which evidence speaks."""
    if table.find("stress") is None:
        return
    yield from ("stress", "stress_since", "paused_stress_until", "guarded_until")
    yield from evidence_ids(table)


def evidence_ids(table: FactTable) -> Iterator[str]:
    """Yield which kinds of evidence of stress speak, and what would be traded without it."""
    for kind in ("change", "family", "held"):
        yield from (fact.fact_id for fact in table.of_kind(kind))


def pause_need(table: FactTable) -> Need:
    """Return what is so now and was before, what speaks, until when, and what it took back."""
    must = ["stress"]
    if table.find("taken_back") is None and table.find("was_since") is not None:
        must += ["was", "was_since"]
    must += evidence_ids(table)
    must += (fact.fact_id for fact in table.of_kind("until"))
    return Need((*must, "taken_back"))


def execution_need(table: FactTable) -> Need:
    """Return the outcome, every fill, what was left and why, the cost, and the delay if it tells.

    The template tells a delay from a quarter of the expected cost on.
    """
    must = ["state", *(fact.fact_id for fact in table.of_kind("filled"))]
    for fact in table.of_kind("unfilled"):
        must += [fact.fact_id, f"why_{fact.subject}".lower()]
    must += ["cost", "estimate"]
    delay, estimate = table.find("delay"), table.find("estimate")
    if delay is not None and estimate is not None:
        is_much = Decimal(str(delay.value)) > Decimal(str(estimate.value)) * _WORTH_A_WORD
        must += ["delay"] if is_much else []
    state = table.find("state")
    is_whole = state is not None and state.value == ProposalState.DONE
    averages = () if is_whole else table.of_kind("average")
    return Need(tuple(must), tuple((fact.fact_id,) for fact in averages))


def digest_need(table: FactTable) -> Need:
    """Return the value, what waits or why nothing happens, what ended, and money in and out."""
    if table.find("value") is None and table.find("gate") is None:
        return Need()
    must = ["value"]
    if table.find("open") is not None:
        must += [*trigger_ids(table), "open", "expiry"]
    elif table.find("gate") is not None:
        idle = [*idle_ids(table)]
        if not idle:
            return Need()
        must += idle
    must += [*stress_ids(table), *ended_ids(table), *FLOWS]
    return Need(tuple(must), tuple(market_groups(table)))


def ended_ids(table: FactTable) -> Iterator[str]:
    """Yield how many proposals ended in which way."""
    names = ("done", "partial", "failed", "rejected", "expired", "superseded", "withdrawn")
    yield from (name for name in names if table.find(name) is not None)


def _figures(
    table: FactTable, reasons: Iterable[tuple[ReasonCode, tuple[str, ...]]]
) -> Iterator[str]:
    """Yield figures reason by reason while there is room; no reason is told by half."""
    left = MOST_FIGURES
    for code, kinds in reasons:
        for subject in table.subjects_of(code):
            ids = [figure_id(code, subject, kind) for kind in kinds]
            there = [name for name in ids if table.find(name) is not None]
            if len(there) > left:
                return
            left -= len(there)
            yield from there
