"""Decision -> its fact table: what set it off, what it would trade at what cost, or why not."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from core.domain.decision import (
    Decision,
    Gate,
    NoTrade,
    Plan,
    PlannedTrade,
    Propose,
    Reason,
    ReasonCode,
    Standing,
)
from core.domain.market import Side
from core.domain.units import ONE, ZERO, Asset, exact, notional
from core.facts.market import kept_by_regime, signal_rows, stress_rows
from core.facts.reasons import BACKGROUND, about, figures_of
from core.facts.standings import closest, is_outside, margin_rows, place_of, trigger_rows
from core.facts.table import FactTable, Polarity, Row, Unit, row, table_of

MOST_TRIGGERS = 3
MOST_TRADES = 8

C = ReasonCode

# These speak through rows of their own: standing, margin and cost rows.
_OWN_ROWS = frozenset({C.BREACH, C.HARD_BREACH, C.MARGIN, C.ORDERS_SIZED, C.BENEFIT_ENOUGH})
_MINOR = BACKGROUND | {C.TARGETS_BASE, C.BANDS_SET, C.GUARDED}


@exact
def decision_facts(
    decision: Decision, *, quote: Asset, expires_at: datetime | None = None
) -> FactTable:
    """Return the facts of a decision of either verdict.

    Args:
        decision: the decision.
        quote: the currency its money is in.
        expires_at: when the card stops being valid, for a proposal.

    Returns:
        A table of topic ``propose`` or ``no_trade``; the rows depend on the decision alone.

    Raises:
        InvariantBroken: a reason states a value without a unit.

    Source: METHODS 7.2.
    """
    codes = codes_of(decision)
    outcome = decision.outcome
    if isinstance(outcome, Propose):
        rows = [*head_rows(decision, quote), *_propose_rows(decision, outcome.plan, quote)]
        if expires_at is not None:
            rows.append(row("time", "proposal", expires_at, Unit.INSTANT, rank=0, fact_id="expiry"))
        return table_of("propose", rows, codes)
    rows = [*head_rows(decision, quote), *no_trade_rows(decision, outcome, quote)]
    return table_of("no_trade", rows, codes)


def codes_of(decision: Decision) -> tuple[tuple[str, str], ...]:
    """Return (reason code, what it is about) of every reason, in the order of the gates."""
    return tuple((reason.code.value, about(reason)) for reason in decision.reasons)


def head_rows(decision: Decision, quote: Asset) -> Iterator[Row]:
    """Yield the currency, the portfolio's value, and what the market's stress does."""
    yield row("quote", "portfolio", quote, Unit.NAME, rank=0)
    if decision.value is not None:
        yield row("value", "portfolio", decision.value, Unit.MONEY, rank=0)
    yield from stress_rows(decision)


def no_trade_rows(decision: Decision, outcome: NoTrade, quote: Asset) -> Iterator[Row]:
    """Yield why nothing happens, and how far everything is from happening."""
    yield row("gate", "portfolio", outcome.gate.value, Unit.KEY, rank=0)
    yield from _figures(decision, _reasons_of(decision, outcome.gate))
    triggers = _triggers(decision)
    yield row("outside", "portfolio", len(triggers), Unit.COUNT)
    yield from _trigger_rows(decision, triggers, outcome.withheld)
    hinges = triggers
    if not triggers and (near := closest(decision.standings)) is not None:
        yield from margin_rows(near)
        hinges = (*kept_by_regime(decision, quote), near)
    yield from signal_rows(decision, hinges, quote)
    if outcome.withheld is not None:
        yield row("cost", "proposal", outcome.withheld.cost, Unit.MONEY)


def _reasons_of(decision: Decision, gate: Gate) -> Iterator[Reason]:
    """Yield the reasons of one gate; orders fail for what the planner left out, too."""
    gates = {Gate.PLAN, Gate.ORDERS} if gate is Gate.ORDERS else {gate}
    return (r for result in decision.gates if result.gate in gates for r in result.reasons)


def _figures(decision: Decision, reasons: Iterator[Reason]) -> Iterator[Row]:
    for reason in reasons:
        if reason.code not in _OWN_ROWS:
            rank = 3 if reason.code in _MINOR else 1
            yield from (Row(rank, fact) for fact in figures_of(reason, value=decision.value))


def _propose_rows(decision: Decision, plan: Plan, quote: Asset) -> Iterator[Row]:
    standings = {standing.asset: standing for standing in decision.standings}
    triggers = () if plan.first_funding else _triggers(decision)
    yield row("outside", "portfolio", len(triggers), Unit.COUNT)
    yield from _trigger_rows(decision, triggers, plan)
    largest = sorted(plan.trades, key=lambda t: (-notional(t.quantity, t.mid), t.leg))
    shown = {trade.leg for trade in largest[:MOST_TRADES]}
    for trade in plan.trades:
        if trade.leg in shown:
            yield from _trade_rows(trade, plan, standings)
    yield from _money_rows(decision, plan, standings[quote])
    yield from _after_rows(plan, decision.standings)
    if not plan.first_funding:
        yield from signal_rows(decision, triggers, quote)
    notes = (g for g in decision.gates if g.gate not in (Gate.DATA, Gate.LIMITS))
    yield from _figures(decision, (reason for gate in notes for reason in gate.reasons))


def _triggers(decision: Decision) -> tuple[Standing, ...]:
    """Return the breached assets, the furthest out first."""
    codes = (C.BREACH, C.HARD_BREACH)
    names = {reason.subject for reason in decision.reasons if reason.code in codes}
    found = [standing for standing in decision.standings if standing.asset in names]
    return tuple(sorted(found, key=lambda s: (-abs(s.drift), s.asset)))


def _trigger_rows(
    decision: Decision, triggers: Sequence[Standing], plan: Plan | None
) -> Iterator[Row]:
    hard = {reason.subject for reason in decision.reasons if reason.code is C.HARD_BREACH}
    for standing in triggers[:MOST_TRIGGERS]:
        yield from trigger_rows(standing, plan, is_hard=standing.asset in hard)


def _trade_rows(trade: PlannedTrade, plan: Plan, standings: dict[Asset, Standing]) -> Iterator[Row]:
    asset, way = trade.asset, Polarity(trade.side.value.lower())
    name = f"{way.value}_{asset}".lower()
    amount = notional(trade.quantity, trade.mid)
    standing = standings[asset]
    place = place_of(standing, tuple(standings.values()))
    yield row("asset", asset, asset, Unit.NAME)
    yield row("trade", asset, trade.quantity, Unit.QUANTITY, rank=0, polarity=way, fact_id=name)
    yield row("amount", asset, amount, Unit.MONEY, polarity=way)
    yield row("place", asset, place, Unit.KEY)
    yield row("after", asset, dict(plan.weights_after)[asset], Unit.WEIGHT, rank=3)


def _money_rows(decision: Decision, plan: Plan, cash: Standing) -> Iterator[Row]:
    change = plan.cash_after - cash.value
    way = Polarity.UP if change > ZERO else Polarity.DOWN
    worth = plan.benefit * plan.value
    sold = sum((t.cash for t in plan.trades if t.side is Side.SELL), ZERO)
    yield row("cost", "proposal", plan.cost, Unit.MONEY, rank=0)
    yield row("worth", "proposal", worth, Unit.MONEY)
    if plan.cost > ZERO:
        yield row("worth_per_cost", "proposal", worth / plan.cost, Unit.RATIO, rank=0)
    yield row("turnover", "proposal", plan.turnover, Unit.WEIGHT, rank=2)
    orders_rank = 1 if plan.first_funding else 2
    yield row("orders", "proposal", len(plan.trades), Unit.COUNT, rank=orders_rank)
    if sold > ZERO:
        kept = max(ZERO, min(ONE, change / sold))
        yield row("kept_share", "proposal", kept, Unit.WEIGHT)
    yield row("cash_change", cash.asset, abs(change), Unit.MONEY, polarity=way)
    yield row("after", cash.asset, dict(plan.weights_after)[cash.asset], Unit.WEIGHT)
    place = place_of(cash, decision.standings)
    yield row("place", cash.asset, place, Unit.KEY)


def _after_rows(plan: Plan, standings: Sequence[Standing]) -> Iterator[Row]:
    after = dict(plan.weights_after)
    outside = [
        s.asset
        for s in standings
        if is_outside(s) and not (s.low <= after[s.asset] <= s.high) and s.target
    ]
    yield row("outside_after", "portfolio", len(outside), Unit.COUNT, rank=0)
