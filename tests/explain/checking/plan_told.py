"""One plan in finished words, a text about it that says all it must, and ways to change one line.

Other tests put one bad or one harmless line into the good text, so that whatever comes out is that
line's doing.
"""

import json
from collections.abc import Iterable

from bot.explain.checking.verdict import Line, Role
from bot.explain.told import Told, ToldFact
from core.facts import Polarity

FACTS = (
    ToldFact("asset_sol", "SOL", Polarity.NONE, "asset", "SOL", "", "SOL"),
    ToldFact("asset_eth", "ETH", Polarity.NONE, "asset", "ETH", "", "ETH"),
    ToldFact(
        "sell_sol", "SOL", Polarity.SELL, "trade", "12.5", "SOL", "sell 12.5 SOL (about $2,010)"
    ),
    ToldFact(
        "drift_sol", "SOL", Polarity.UP, "drift", "0.062", "weight", "6.2 points above target"
    ),
    ToldFact("band_sol", "SOL", Polarity.NONE, "band", "0.05", "weight", "a band of 5.0 points"),
    ToldFact(
        "cost", "proposal", Polarity.NONE, "cost", "8.10", "USD", "about $8.10 in fees and spread"
    ),
    ToldFact("wait", "proposal", Polarity.NONE, "wait", "3", "count", "3"),
    ToldFact("value", "portfolio", Polarity.NONE, "value", "32400", "USD", "$32,400"),
    ToldFact(
        "expiry", "proposal", Polarity.NONE, "time", "2026-03-01T20:00:00Z", "", "21:00 today"
    ),
)
REQUIRED = ("sell_sol", "drift_sol", "cost", "expiry")
TOLD = Told("propose", "en", FACTS, REQUIRED)

GOOD = (
    Line(Role.WHAT, "The plan is to {{sell_sol}}."),
    Line(Role.WHY, "{{asset_sol}} stands {{drift_sol}}."),
    Line(Role.COST, "It costs {{cost}}."),
    Line(Role.NEXT, "The card is open until {{expiry}}."),
)


def output_of(lines: Iterable[Line]) -> str:
    """Return lines as a model returns them."""
    return json.dumps({"lines": [{"role": line.role, "text": line.text} for line in lines]})


def with_line(text: str) -> str:
    """Return the good output with one more line."""
    return output_of((*GOOD, Line(Role.RISK, text)))
