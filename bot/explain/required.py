"""What a complete text about a table uses, by topic, and whether a short text can hold it.

A text of three to six lines tells the decision, not the table: of several reasons of a gate the
first ones in the order of the templates, at most four of their figures, and none by half.
Source: METHODS 7.4 COVERAGE.
"""

from collections.abc import Callable, Iterable, Iterator

from bot.explain.told import Told
from core.domain.decision import Gate, ReasonCode
from core.facts import FactTable, figure_id

C = ReasonCode

MOST_FIGURES = 4
"""Figures of the gate that failed."""

MOST_TRIGGERS = 2
"""Assets outside their bands that a text has to name; of more, the one furthest out."""

MOST_OF_AN_ANSWER = 6

LONGEST = 700
"""Characters of a text, finished or with its placeholders. Source: METHODS 7.3."""

PROSE_BETWEEN = 20
"""Characters of prose that go with each required fact: a coin's name, a verb, a comma."""

_BRACES = 4

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
    Gate.PAUSE: ((C.PAUSED_BY_HAND, ("since",)), (C.PAUSED_STRESS, ("until",))),
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

_OF_AN_ANSWER = (
    *("name", "state", "gate", "label", "trade", "filled", "unfilled"),
    *("looked", "value_before", "value_after", "difference", "moved"),
)


def required_ids(table: FactTable, told: frozenset[str]) -> tuple[str, ...]:
    """Return the ids a complete text uses, in reading order; only such as are told.

    Args:
        table: the fact table.
        told: the ids a text may use.
    """
    wanted = _BY_TOPIC.get(table.topic, _answer)(table)
    return tuple(name for name in dict.fromkeys(wanted) if name in told)


def fits(told: Told) -> bool:
    """Tell whether a text can hold all that it must; where it cannot, the template speaks."""
    facts = [fact for name in told.required if (fact := told.find(name)) is not None]
    finished = sum(len(fact.text) + PROSE_BETWEEN for fact in facts)
    written = sum(len(fact.fact_id) + _BRACES + PROSE_BETWEEN for fact in facts)
    return max(finished, written) <= LONGEST


def _propose(table: FactTable) -> Iterator[str]:
    """Yield every trade, what set it off, the cost and the expiry."""
    yield from _triggers(table)
    trades = table.of_kind("trade")
    yield from (fact.fact_id for fact in trades)
    orders = table.find("orders")
    if orders is not None and int(str(orders.value)) > len(trades):
        yield "orders"
    yield from ("cost", "expiry")


def _triggers(table: FactTable) -> Iterator[str]:
    """Yield the drift of the furthest one or two and the room of the first."""
    drifts = table.of_kind("drift")
    shown = drifts if len(drifts) <= MOST_TRIGGERS else drifts[:1]
    yield from (fact.fact_id for fact in shown)
    if drifts:
        yield f"room_{drifts[0].subject}".lower()
    if len(drifts) > MOST_TRIGGERS:
        yield "outside"


def _no_trade(table: FactTable) -> Iterator[str]:
    """Yield the gate that failed and its figures, and who is outside or nearest to an edge."""
    yield "gate"
    found = table.find("gate")
    gate = next((g for g in Gate if found is not None and g.value == found.value), None)
    if gate is Gate.PAUSE and table.subjects_of(C.PAUSED_STRESS):
        yield "stress_since"
    if gate is Gate.BENEFIT:
        yield "cost"
    if gate is not None:
        yield from _figures(table, _FIGURES.get(gate, ()))
    if gate is Gate.BREACH:
        yield from (fact.fact_id for fact in table.of_kind("drift")[:1])
        yield "closest"
        yield from (fact.fact_id for fact in table.of_kind("margin")[:1])


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


def _pause(table: FactTable) -> Iterator[str]:
    """Yield what is so now, which kinds of evidence speak, until when, and what it took back."""
    yield "stress"
    yield from (fact.fact_id for fact in table.of_kind("change"))
    yield from (fact.fact_id for fact in table.of_kind("family"))
    yield from (fact.fact_id for fact in table.of_kind("until"))
    yield "taken_back"


def _execution(table: FactTable) -> Iterator[str]:
    """Yield every fill, every quantity that was left and why, and the cost."""
    yield from (fact.fact_id for fact in table.of_kind("filled"))
    for fact in table.of_kind("unfilled"):
        yield fact.fact_id
        yield f"why_{fact.subject}".lower()
    yield "cost"


def _digest(table: FactTable) -> Iterator[str]:
    """Yield the value, what waits for a person or else which gate failed, and what moved."""
    yield "value"
    if table.find("open") is not None:
        yield from ("open", "expiry")
    else:
        yield "gate"
    yield from ("deposits", "withdrawals", "rewards")


def _answer(table: FactTable) -> Iterator[str]:
    """Yield the first facts that say what was done, or not, and what it cost."""
    names = [fact.fact_id for kind in _OF_AN_ANSWER for fact in table.of_kind(kind)]
    yield from names[:MOST_OF_AN_ANSWER]
    yield "cost"


_BY_TOPIC: dict[str, Callable[[FactTable], Iterator[str]]] = {
    "propose": _propose,
    "no_trade": _no_trade,
    "pause": _pause,
    "execution": _execution,
    "digest": _digest,
}
