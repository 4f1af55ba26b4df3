"""One card's facts, a text about them that holds, and the narrator that is asked for it."""

from __future__ import annotations

import json
from datetime import timedelta
from zoneinfo import ZoneInfo

from bot.explain.model.asking import Model
from bot.explain.narrator import ModelNarrator
from bot.explain.prompts import narrator_question
from bot.explain.template import TemplateNarrator
from bot.explain.writing import Patience, Prompt
from bot.ports.narrator import NarrationLog
from core.domain.units import Asset
from core.facts import FactTable, decision_facts
from tests.dsl import MORNING, Situation, decide_daily
from tests.explain.samples import worked
from tests.explain.still_clock import StillClock
from tests.llm.fakes import ListLog

ZONE = ZoneInfo("Europe/Berlin")
WHAT = ("what", "The plan is to {{sell_btc}}, and then {{buy_eth}}, with {{kept_share}}.")
WHY = (
    "why",
    (
        "{{asset_btc}} stands {{drift_btc}}. It may drift by {{room_btc}}. "
        "That leaves it with {{after_btc}}, {{landing_btc}}."
    ),
)
COST = ("cost", "Trading costs {{cost}}.")
NEXT = ("next", "The card is open until {{expiry}}. You decide.")
FINISHED = (
    (
        "The plan is to sell 0.03195 BTC (about $3,514), and then buy 0.62 ETH (about $2,604), "
        "with 25.3 % of the proceeds kept in cash."
    ),
    (
        "BTC stands 12.0 points above target. It may drift by 10.0 points. "
        "That leaves it with 55.0 % of the portfolio, half-way between its target and its edge."
    ),
    "Trading costs about $26 in fees and spread.",
    "The card is open until today 13:06. You decide.",
)


def written(*lines: tuple[str, str]) -> str:
    """Return lines as a model writes them."""
    return json.dumps({"lines": [{"role": role, "text": text} for role, text in lines]})


GOOD = written(WHAT, WHY, COST, NEXT)
BAD = written(WHAT, WHY, COST, ("next", "Tap Approve now: you should buy 100 BTC."))


def card(situation: Situation | None = None) -> FactTable:
    """Return the facts of the worked example's card, or of another's."""
    decision = decide_daily(situation or worked(), 2)
    expires_at = MORNING + timedelta(hours=12)
    return decision_facts(decision, quote=Asset("USD"), expires_at=expires_at)


def template() -> TemplateNarrator:
    """Return the narrator that needs no model."""
    return TemplateNarrator(clock=StillClock(MORNING + timedelta(minutes=2)), zone=ZONE)


def narrating(
    model: Model,
    log: NarrationLog | None = None,
    *,
    prompt: Prompt = narrator_question,
    patience: Patience | None = None,
) -> ModelNarrator:
    """Return a narrator with a model."""
    log = ListLog() if log is None else log
    return ModelNarrator(model, template(), prompt=prompt, log=log, patience=patience)
