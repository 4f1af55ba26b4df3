"""Tables that people will meet, for texts to be read beside their templates."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from bot.explain.template import TemplateNarrator
from core.domain.asked import Intent
from core.domain.portfolio import Flow, FlowKind
from core.domain.proposal import OrderState, ProposalState
from core.domain.stress import Stress
from core.domain.units import Asset, Money
from core.facts import (
    Evidence,
    FactTable,
    answer_facts,
    decision_facts,
    digest_facts,
    pause_facts,
)
from tests.dsl import MORNING, decide_daily, decide_on
from tests.explain.executions import executed_facts, fill_of, order_for, proposal_in
from tests.explain.market_samples import VOTES, under
from tests.explain.rarer import every
from tests.explain.samples import STATE, twelve, worked
from tests.explain.still_clock import StillClock

USD = Asset("USD")
BERLIN = ZoneInfo("Europe/Berlin")
LIFE = timedelta(hours=12)


@dataclass(frozen=True, slots=True)
class Shown:
    """One table, and what the template makes of it for a reader in Berlin."""

    name: str
    table: FactTable
    narrator: TemplateNarrator


def cards() -> list[Shown]:
    """Return them in the order of a life, each seen two minutes after its decision."""
    return [*_plans(), *_nothing(), *_later()]


def _shown(name: str, table: FactTable, *, days: int = 0) -> Shown:
    now = MORNING + timedelta(days=days, minutes=2)
    return Shown(name, table, TemplateNarrator(clock=StillClock(now), zone=BERLIN))


def _sampled(names: tuple[str, ...]) -> Iterator[Shown]:
    samples = {sample.name: sample for sample in every()}
    for name in names:
        decision = samples[name].decision
        expires_at = decision.decided_at + LIFE
        table = decision_facts(decision, quote=USD, expires_at=expires_at)
        yield _shown(name, table, days=(decision.decided_at - MORNING).days)


def _plans() -> Iterator[Shown]:
    names = (
        "one breach",
        "hard breach",
        "all cash, first funding",
        "new money",
        "small portfolio",
    )
    yield from _sampled(names)


def _nothing() -> Iterator[Shown]:
    yield from _sampled(("nothing", "awaiting confirmation", "cost above benefit"))


def _later() -> Iterator[Shown]:
    paused = replace(STATE, stress=under(Stress.PAUSED, *VOTES))
    waiting = replace(STATE, open_proposal="7f3k9q2m")
    yield _shown("a pause begins", pause_facts(decide_on(worked(), paused), waiting))

    partial = proposal_in(ProposalState.PARTIAL)
    sell = order_for(partial, 1, OrderState.FILLED)
    buy = order_for(partial, 2, OrderState.PARTLY_FILLED)
    fills = [
        fill_of(sell, "0.03195", "109950", fee="14.05"),
        fill_of(buy, "0.4000", "4203", fee="6.72"),
    ]
    yield _shown("carried out in part", executed_facts(partial, [sell, buy], fills))

    failed = proposal_in(ProposalState.FAILED)
    refused = order_for(failed, 1, OrderState.REJECTED)
    yield _shown("not filled", executed_facts(failed, [refused], []))

    withdrawn = proposal_in(ProposalState.WITHDRAWN, note="market stress")
    planned = decide_daily(worked(), 2)
    evidence = Evidence(
        decisions=(planned,),
        proposals=(replace(withdrawn, decision_id=planned.decision_id),),
        fates=((ProposalState.WITHDRAWN, 1),),
    )
    answer = answer_facts(Intent.WHY_TRADE, evidence, quote=USD)
    yield _shown("an answer about a withdrawn plan", answer, days=1)

    (calm,) = (sample.decision for sample in twelve() if sample.name == "nothing")
    deposit = Flow("f1", USD, FlowKind.DEPOSIT, Decimal(500), Money(Decimal(500)), MORNING)
    yield _shown("a quiet day", digest_facts([calm], [], [deposit], quote=USD))
