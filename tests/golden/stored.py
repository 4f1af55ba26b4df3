"""Decision -> a readable document, and the folder where such documents are kept."""

import json
from collections.abc import Iterable
from decimal import Decimal
from difflib import unified_diff
from pathlib import Path
from typing import Any

from core.codec import digest_of
from core.domain.decision import Decision, NoTrade, Plan
from core.domain.errors import PolicyInvalid
from core.domain.units import exact
from tests.core.worked import plan_of
from tests.dsl import codes_of
from tests.golden.case import Case
from tests.golden.cases import CASES

FOLDER = Path(__file__).resolve().parent
POINTS = Decimal("0.0001")
CENTS = Decimal("0.01")


@exact
def document_of(case: Case) -> dict[str, Any]:
    """Make the case's decision and return what a person can read of it, with its digest."""
    try:
        decision = case.decide()
    except PolicyInvalid as problem:
        return {"title": case.title, "refused": list(problem.problems)}
    outcome, plan = decision.outcome, plan_of(decision)
    return {
        "title": case.title,
        "verdict": decision.verdict.value,
        "gate": outcome.gate.value if isinstance(outcome, NoTrade) else None,
        "codes": codes_of(decision),
        "standings": _standings(decision),
        "withheld" if isinstance(outcome, NoTrade) else "trades": _trades(plan),
        "after": None if plan is None else _after(plan),
        "decision_id": decision.decision_id,
        "digest": digest_of(decision),
    }


def text_of_case(case: Case) -> str:
    """Return the document of a case as it is stored."""
    return json.dumps(document_of(case), indent=2, ensure_ascii=False) + "\n"


def path_of(case: Case) -> Path:
    """Return where a case is stored."""
    return FOLDER / f"{case.name}.json"


def stored_text(case: Case) -> str:
    """Return what is stored for a case; an empty text when nothing is."""
    path = path_of(case)
    return path.read_text(encoding="utf-8") if path.is_file() else ""


def orphans() -> list[Path]:
    """Return stored files that belong to no case."""
    known = {path_of(case) for case in CASES}
    return sorted(path for path in FOLDER.glob("*.json") if path not in known)


def differences(case: Case) -> Iterable[str]:
    """Yield the lines in which a stored decision differs from today's engine."""
    before, now = stored_text(case).splitlines(), text_of_case(case).splitlines()
    return unified_diff(before, now, f"{case.name} stored", "today", lineterm="", n=2)


def _standings(decision: Decision) -> dict[str, str]:
    return {
        row.asset: (
            f"{_percent(row.weight)} of {_percent(row.target)}, "
            f"band {_percent(row.low)} to {_percent(row.high)}, drift {row.drift:.4f}"
        )
        for row in decision.standings
    }


def _percent(weight: Decimal) -> str:
    return f"{(weight * 100).quantize(CENTS)} %"


def _trades(plan: Plan | None) -> list[str]:
    return [
        f"{row.side.value} {row.quantity.normalize():f} {row.asset} at {row.mid.normalize():f}, "
        f"worst {row.worst_price.normalize():f}, fee {row.fee:.4f}, slippage {row.slippage:.4f}"
        for row in (() if plan is None else plan.trades)
    ]


def _after(plan: Plan) -> dict[str, str]:
    weights = {asset: _percent(weight) for asset, weight in plan.weights_after}
    figures = {
        "cash": f"{plan.cash_after:.4f}",
        "value": f"{plan.value_after:.4f}",
        "cost": f"{plan.cost:.4f}",
        "turnover": f"{plan.turnover:.6f}",
        "benefit": f"{plan.benefit:.6f}",
        "cost_rate": f"{plan.cost_rate:.6f}",
    }
    return weights | figures
