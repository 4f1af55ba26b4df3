"""Files of texts to be checked, made of cases as the format writes them."""

import json
from pathlib import Path
from typing import Any

FACTS = [
    ("asset_sol", "SOL", "none", "asset", "SOL", "", "SOL"),
    ("sell_sol", "SOL", "sell", "trade", "12.5", "SOL", "sell 12.5 SOL (about $2,010)"),
    ("drift_sol", "SOL", "up", "drift", "0.062", "weight", "6.2 points above target"),
    ("cost", "proposal", "none", "cost", "8.10", "USD", "about $8.10 in fees and spread"),
    ("expiry", "proposal", "none", "time", "2026-03-01T20:00:00Z", "", "21:00 today"),
]
KEYS = ("id", "subj", "pol", "kind", "value", "unit", "text")
REQUIRED = ["sell_sol", "drift_sol", "cost", "expiry"]
LINES = [
    ("what", "The plan is to {{sell_sol}}."),
    ("why", "{{asset_sol}} stands {{drift_sol}}."),
    ("cost", "It costs {{cost}}."),
    ("next", "The card is open until {{expiry}}."),
]
READ = [
    "The plan is to sell 12.5 SOL (about $2,010).",
    "SOL stands 6.2 points above target.",
    "It costs about $8.10 in fees and spread.",
    "The card is open until 21:00 today.",
]
CHATTER = "The weather was fine in the mountains."
"""A sentence that breaks no rule and says nothing of any fact."""


def rows() -> list[dict[str, str]]:
    """Return a fact table as the format writes it."""
    return [dict(zip(KEYS, fact, strict=True)) for fact in FACTS]


def output(*more: str) -> str:
    """Return a good output with further lines."""
    lines = [*LINES, *(("risk", text) for text in more)]
    return json.dumps({"lines": [{"role": role, "text": text} for role, text in lines]})


def case(case_id: str, *more: str, **changes: Any) -> dict[str, Any]:  # noqa: ANN401  # JSON
    """Return a case with a good output, further lines, and other keys where given."""
    members = {
        "id": case_id,
        "language": "en",
        "kind": "propose",
        "facts": rows(),
        "required": REQUIRED,
        "output": output(*more),
    }
    return members | changes


def written(path: Path, *cases: object) -> Path:
    """Write cases as a file, one a line; a text stands there as it is."""
    lines = (row if isinstance(row, str) else json.dumps(row) for row in cases)
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return path
