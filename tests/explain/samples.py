"""Decisions as the engine makes them, for reading: the twelve common ones, and their parts."""
# ruff: noqa: ANN401  # changes are handed to dataclasses.replace, whatever the field takes

from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

from core.domain.decision import Decision
from core.domain.policy import BenefitRules
from core.domain.state import (
    EngineState,
    Halt,
    ManualPause,
)
from core.domain.units import Money
from tests.dsl import MORNING, Situation, decide_daily, decide_on, portfolio

STATE = EngineState()


@dataclass(frozen=True, slots=True)
class Sample:
    """A decision worth reading, by name."""

    name: str
    decision: Decision
    quote: str = "USD"


def worked(
    btc: str = "0.28182", eth: str = "2.6190", cash: str = "8000", **rules: Any
) -> Situation:
    """Return the worked example of METHODS 1.6, or a variation of it."""
    return portfolio(
        f"BTC {btc} @ 110000 -> 50",
        f"ETH {eth} @ 4200 -> 30, step 0.0001",
        cash=f"{cash} -> 20",
        **rules,
    )


def five(**amounts: str) -> Situation:
    """Return a portfolio of four coins and cash with other amounts where given."""
    held = {"btc": "0.20", "eth": "3", "sol": "40", "link": "160", "cash": "10000"} | amounts
    return portfolio(
        f"BTC {held['btc']} @ 100000 -> 40",
        f"ETH {held['eth']} @ 4000 -> 25",
        f"SOL {held['sol']} @ 150 -> 10",
        f"LINK {held['link']} @ 16 -> 5",
        cash=f"{held['cash']} -> 20",
    )


def far_out() -> Situation:
    """Return a portfolio with one coin twice as far out as it may drift, and the rest inside."""
    return five(btc="0.305", eth="1.98", sol="21.667", link="140", cash="6150")


def confirmed(situation: Situation, state: EngineState | None = None) -> Decision:
    """Return the decision of the second day in a row, when a breach is confirmed."""
    return decide_daily(situation, 2, state)


def twelve() -> list[Sample]:
    """Return the decisions most people will meet."""
    since = MORNING - timedelta(hours=5)
    thin_benefit = BenefitRules(fallback_volatility=Decimal("0.02"))
    return [
        Sample("all cash, first funding", decide_on(worked("0", "0", "50000"))),
        Sample("one breach", confirmed(worked())),
        Sample("hard breach", decide_on(far_out())),
        Sample("nothing", decide_on(worked("0.2273", "2.738", "13500"))),
        Sample("awaiting confirmation", decide_on(worked())),
        Sample("paused", decide_on(worked(), replace(STATE, pause=ManualPause(since, "Ana")))),
        Sample(
            "halted",
            decide_on(worked(), replace(STATE, halt=Halt(since, "looking into a strange fill."))),
        ),
        Sample(
            "stale price",
            decide_on(
                portfolio(
                    "BTC 0.28 @ 110000 -> 50",
                    "ETH 2.6 @ 4200 -> 30, age 97000",
                    cash="8000 -> 20",
                )
            ),
        ),
        Sample("cost above benefit", confirmed(worked(benefit=thin_benefit))),
        Sample(
            "too small",
            confirmed(
                portfolio("BTC 0.0007 @ 110000 -> 50", "ETH 0.004 @ 4200 -> 50", cash="0 -> 0")
            ),
        ),
        Sample(
            "cold limited",
            confirmed(
                portfolio(
                    "BTC 0.02 @ 110000 -> 50, cold 0.26182",
                    "ETH 2.6190 @ 4200 -> 30",
                    cash="8000 -> 20",
                )
            ),
        ),
        Sample(
            "new money",
            confirmed(
                worked("0.22", "2.4", "16000"), replace(STATE, new_money=Money(Decimal(11000)))
            ),
        ),
    ]
