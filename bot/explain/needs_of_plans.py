"""What a complete text about a waiting plan needs, as its card's template tells it.

Source: METHODS 7.4 COVERAGE.
"""

from collections.abc import Iterator
from decimal import Decimal

from bot.explain.needs import Need, first_money, market_groups, trigger_ids
from bot.explain.proposals import is_exit, left_out, names_of
from core.domain.decision import ReasonCode
from core.facts import Fact, FactTable, Polarity, figure_id

C = ReasonCode

WORTH_A_WORD = Decimal("0.05")
"""Of the proceeds: what stays in cash below this share has no word in the template either."""

# What tells that an asset is left out, or why less of it is traded.
_LEFT_OUT = {
    C.COLD_LIMITED: ("hot",),
    C.ILLIQUID: ("what",),
    C.MARKET_HALTED: ("status",),
    C.CASH_LIMITED: ("wanted", "affordable"),
    C.BELOW_MIN: ("amount",),
}


def plan_need(table: FactTable) -> Need:
    """Return what set a plan off, every trade, what it leaves out, the cost and the expiry."""
    special = [*_special(table)]
    out = () if special else left_out(table)
    if any(code not in _LEFT_OUT for code, _ in out):
        return Need()  # no fact tells that something cannot be traded here
    trades = table.of_kind("trade")
    must = [*first_money(table)]
    if not table.subjects_of(C.FIRST_FUNDING):
        must += trigger_ids(table)
    must += (fact.fact_id for fact in trades)
    orders = table.find("orders")
    if orders is not None and int(str(orders.value)) > len(trades):
        must.append("orders")
    must += special
    for code, subject in out:
        must += (figure_id(code, subject, kind) for kind in _LEFT_OUT[code])
    must += ["cost", *(["worth"] if table.subjects_of(C.RISK_LIMIT) else []), "expiry"]
    return Need(tuple(must), tuple(_extras(table)))


def _special(table: FactTable) -> Iterator[str]:
    """Yield the new money that is placed, or else what the market's stress does to the plan."""
    if table.find("new_money_amount") is not None:
        yield "new_money_amount"
    elif table.find("stress") is not None:
        yield from ("stress", "overridden_until")


def _extras(table: FactTable) -> Iterator[tuple[str, ...]]:
    """Yield where the plan leads, how far out that was, and what the market had to do with it."""
    drifts = table.of_kind("drift")
    if table.subjects_of(C.FIRST_FUNDING):
        quote = table.find("quote")
        yield () if quote is None else (f"after_{quote.value}".lower(),)
    elif len(drifts) == 1:
        yield from _landing(table, drifts[0])
    else:
        yield ("outside_after",)
    if len(drifts) == 1 and table.subjects_of(C.HARD_BREACH):
        yield (f"stretch_{drifts[0].subject}".lower(),)
    yield from market_groups(table)
    for code, kind in ((C.WALK_RAISED, "factor"), (C.PROFILE_BY_SIZE, "profile")):
        yield from ((figure_id(code, subject, kind),) for subject in table.subjects_of(code)[:1])


def _landing(table: FactTable, drift: Fact) -> Iterator[tuple[str, ...]]:
    """Yield where the plan leaves the one asset that set it off, and what cash keeps or pays."""
    asset = drift.subject.lower()
    if not (is_exit(table, drift.subject) and drift.polarity is Polarity.UP):
        yield (f"after_{asset}", f"landing_{asset}")
    traded = {fact.subject: fact.polarity for fact in table.of_kind("trade")}
    quote, kept = table.find("quote"), table.find("kept_share")
    cash = "" if quote is None else str(quote.value).lower()
    if traded.get(drift.subject) is Polarity.SELL:
        is_much = kept is not None and Decimal(str(kept.value)) >= WORTH_A_WORD
        yield ("kept_share",) if is_much else ()
    elif traded.get(drift.subject) is Polarity.BUY and not names_of(table, Polarity.SELL):
        yield (f"cash_change_{cash}",)
