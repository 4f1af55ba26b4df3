"""What a stored case is, and the accounts that several cases share."""
# ruff: noqa: ANN401  # rules are handed to the policy, whatever the field takes

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from core.domain.decision import Decision
from core.domain.policy import BandRules
from core.domain.state import EngineState
from tests.dsl import Situation, decide_on, portfolio

ONCE = BandRules(confirm=1)


@dataclass(frozen=True, slots=True)
class Case:
    """One stored decision.

    Attributes:
        name: its file, without the ending.
        title: what it shows, in one line.
        decide: makes the decision again.
    """

    name: str
    title: str
    decide: Callable[[], Decision]


def btc(coins: str, cash: str, *, bands: BandRules = ONCE, **rules: Any) -> Situation:
    """Return BTC at 100,000 and cash, half of each wanted."""
    return portfolio(f"BTC {coins} @ 100000 -> 50", cash=f"{cash} -> 50", bands=bands, **rules)


def with_memory(state: EngineState) -> Decision:
    """Decide with BTC at 62 %, its band being 40 to 60, and a memory."""
    return decide_on(btc("0.62", "38000"), state)
