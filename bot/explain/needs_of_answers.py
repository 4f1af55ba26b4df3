"""What a complete answer from the records needs, by what was asked.

Source: METHODS 7.4 COVERAGE and 7.7.
"""

from collections.abc import Callable, Iterator

from bot.explain.needs import (
    FLOWS,
    Need,
    ended_ids,
    first_money,
    idle_ids,
    market_groups,
    stress_ids,
)
from core.domain.asked import Intent
from core.domain.decision import ReasonCode
from core.facts import FactTable, figure_id

C = ReasonCode

_PAUSING = ("days_halted", "days_paused", "days_stress")


def answer_need(table: FactTable) -> Need:
    """Return what an answer has to use; of no known kind, what became of a plan."""
    about = table.find("about")
    need = _NEEDS.get("" if about is None else str(about.value))
    return Need(tuple(_plan(table))) if need is None else need(table)


def _why_no_trade(table: FactTable) -> Need:
    if table.find("looked") is not None:
        days = (fact.fact_id for fact in table.facts if fact.kind.startswith("days_"))
        seen = (fact.fact_id for fact in table.of_kind("seen"))
        must = ["looked", *days, *seen, *_stood(table), *_fate(table)]
        return Need(tuple(must))
    told = [*idle_ids(table)]
    if not told and (table.find("gate") is not None or not [*_fate(table)]):
        return Need()
    stood = _stood(table) if not table.of_kind("drift") else ()
    return Need(("as_of", *stood, *told, *_fate(table)), tuple(market_groups(table)))


def _stood(table: FactTable) -> Iterator[str]:
    """Yield where the coin that was asked about stood, and how far from its edge."""
    for fact in table.of_kind("away"):
        asset = fact.subject.lower()
        yield from (f"weight_{asset}", fact.fact_id)
        is_inside = table.find(f"margin_{asset}") is not None
        yield f"margin_{asset}" if is_inside else f"room_{asset}"


def _why_trade(table: FactTable) -> Need:
    count = table.find("proposals")
    must = ["proposals"] if count is not None and int(str(count.value)) > 1 else []
    must += ["made", *first_money(table)]
    if not table.subjects_of(C.FIRST_FUNDING):
        for fact in table.of_kind("drift")[:1]:
            must += [fact.fact_id, f"room_{fact.subject}".lower()]
    must += _plan(table)
    return Need(tuple(must))


def _plan(table: FactTable) -> Iterator[str]:
    """Yield what a plan was to trade and at what cost, and what became of it."""
    yield from (fact.fact_id for fact in table.of_kind("trade"))
    yield "cost"
    yield from _fate(table)


def _fate(table: FactTable) -> Iterator[str]:
    """Yield what became of a plan, when, and why where its records say so."""
    if table.find("state") is None:
        return
    yield from ("name", "state", "at" if table.find("at") is not None else "expiry", "why")


def _why_paused(table: FactTable) -> Need:
    if table.find("looked") is not None and not any(table.find(name) for name in _PAUSING):
        return Need()
    held = [*stress_ids(table)]
    held += (figure_id(C.OVERRIDDEN, "", "until"),) if table.subjects_of(C.OVERRIDDEN) else ()
    held += (figure_id(C.HALTED, "", "since"),) if table.subjects_of(C.HALTED) else ()
    if table.find("looked") is None and not held:
        return Need()
    return Need(("looked", *_PAUSING, "as_of", *held))


def _why_regime(table: FactTable) -> Need:
    must = ["regime_label", "regime_since", "regime_above", "regime_below", "warmup_left"]
    for subject in table.subjects_of(C.TILT):
        must += (figure_id(C.TILT, subject, kind) for kind in ("name", "size", "since"))
    if not any(table.find(name) for name in must):
        return Need()
    return Need(("as_of", *must), (("regime_score",),))


def _cost(table: FactTable) -> Need:  # noqa: ARG001  # what is not told is not asked for
    return Need(("executions", "unpriced", "fees", "slippage", "cost"))


def _course(table: FactTable) -> Need:
    if table.find("difference") is None:
        return Need()  # that nobody can tell the rest is no fact
    must = ["began", "ended", "value_before", "value_after", *FLOWS, "difference"]
    must += ended_ids(table)
    moved = (fact.subject.lower() for fact in table.of_kind("weight_after"))
    return Need(
        tuple(must), tuple((f"weight_before_{name}", f"weight_after_{name}") for name in moved)
    )


_NEEDS: dict[str, Callable[[FactTable], Need]] = {
    Intent.WHY_NO_TRADE.value: _why_no_trade,
    Intent.WHY_TRADE.value: _why_trade,
    Intent.WHY_PAUSED.value: _why_paused,
    Intent.WHY_REGIME.value: _why_regime,
    Intent.COST.value: _cost,
    Intent.WHAT_CHANGED.value: _course,
    Intent.PERFORMANCE.value: _course,
}
