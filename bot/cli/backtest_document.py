"""A finished backtest -> a JSON document, and a CSV file of its days."""

import csv
import os
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from io import StringIO
from pathlib import Path

from bot.research.backtests import SEED, Told
from bot.research.trials import BEFORE_ALL
from core.domain.errors import InputInvalid
from core.domain.units import text_of
from core.simulation.backtest import AskedProposal

Document = dict[str, object]


def document_of(told: Told) -> Document:
    """Return what the page says, and every question; amounts as text, statistics as numbers."""
    prepared, found = told.prepared, told.difference
    asked, policy = prepared.asked, prepared.policy
    return {
        "source": prepared.course.matrix.source,
        "first": prepared.window.first.isoformat(),
        "last": prepared.window.last.isoformat(),
        "sample": told.sample.value,
        "trials": {"before_all": BEFORE_ALL, "is_logged": False},
        "inputs": [
            {"what": what, "name": name, "sha256": digest} for what, name, digest in prepared.inputs
        ],
        "config_hash": told.config_hash,
        "code": told.code,
        "quote": policy.quote,
        "targets": {asset: text_of(weight) for asset, weight in policy.targets},
        "value": text_of(asked.value),
        "approvals": prepared.approvals.name,
        "costs": {
            "fee": text_of(asked.costs.fee),
            "half_spread": text_of(asked.costs.half_spread),
            "half_spreads": {asset: text_of(rate) for asset, rate in asked.costs.half_spreads},
            "impact": asked.costs.impact,
        },
        "tax": {"flat_rate": text_of(asked.tax_rate), "basis": "average cost", "is_paid": False},
        "notes": list(told.notes),
        "metrics": [asdict(one) for one in told.metrics],
        "less_fixed_bands": None if found is None else {**asdict(found), "seed": SEED},
        "proposals": [_proposal(row) for row in told.backtest.proposals],
        "delistings": [
            {
                "day": row.day.isoformat(),
                "asset": row.asset,
                "quantity": text_of(row.quantity),
                "price": text_of(row.price),
            }
            for row in told.backtest.delistings
        ],
    }


def _proposal(row: AskedProposal) -> Document:
    return {
        "asked_on": row.asked_on.isoformat(),
        "decision": row.decision_id,
        "proposal": row.proposal_id,
        "fate": row.fate.value,
        "filled_on": None if row.filled_on is None else row.filled_on.isoformat(),
        "turnover": text_of(row.plan.turnover),
        "trades": [
            {
                "side": trade.side.value,
                "asset": trade.asset,
                "quantity": text_of(trade.quantity),
                "mid": text_of(trade.mid),
            }
            for trade in row.plan.trades
        ],
        "fills": [
            {
                "side": fill.side.value,
                "asset": fill.asset,
                "quantity": text_of(fill.quantity),
                "price": text_of(fill.price),
                "fee": text_of(fill.fee),
            }
            for fill in row.trades
        ],
    }


def check_out(path: Path, inputs: Iterable[Path | None]) -> None:
    """Refuse a place where the days cannot be written, before anything is computed.

    Args:
        path: the file of days.
        inputs: the files that are read; none of them may be written over.

    Raises:
        InputInvalid: it does not end in .csv, is a folder or one of the inputs, or cannot be made.
    """
    if path.suffix.lower() != ".csv":
        raise InputInvalid(f"{path} does not end in .csv; name the file of days with that ending")
    is_folder = os.path.isdir(path)  # noqa: PTH112  # False, no error, for a name that is too long
    if is_folder or not path.parent.is_dir():
        what = "is a folder" if is_folder else f"cannot be made: {path.parent} is no folder"
        raise InputInvalid(f"{path} {what}; name a file in a folder that exists")
    if path.resolve() in [one.resolve() for one in inputs if one is not None]:
        raise InputInvalid(f"{path} is one of the files that are read; name another for the days")
    beside = _beside(path)
    try:
        beside.touch()
        beside.unlink()
    except OSError as error:
        raise InputInvalid(f"{path} cannot be written: {error.strerror}") from None


def write_days(told: Told, path: Path) -> None:
    """Write one line per day; a file that was there is replaced as a whole or not at all.

    Raises:
        InputInvalid: the file cannot be written.
    """
    text = StringIO()
    csv.writer(text, lineterminator="\n").writerows(_days(told))
    beside = _beside(path)
    try:
        beside.write_text(text.getvalue(), encoding="utf-8")
        beside.replace(path)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise InputInvalid(f"{path} cannot be written: {error.strerror}") from None


def _beside(path: Path) -> Path:
    """Return where the days are written before they take the place of what was there."""
    return path.with_name(path.name + ".part")


def _days(told: Told) -> Iterator[list[object]]:
    test, course = told.backtest, told.prepared.course
    run = test.run
    names = (*run.assets, run.quote)
    yield [
        "day", "value", "flow", "cash", *(f"coins_{asset}" for asset in run.assets),
        *(f"weight_{name}" for name in names), *(f"target_{name}" for name in names),
        "inside", "regime", "phase", "failed_gate", "asked", "orders", "turnover", "cost",
        "planned_cost", "tax_estimate", "decision",
    ]  # fmt: skip
    for bar in range(len(run)):
        gate = test.failed_gates[bar]
        yield [
            course.day(bar).isoformat(),
            repr(float(run.values[bar])),
            repr(float(run.flows[bar])),
            text_of(test.cash[bar]),
            *(text_of(amount) for amount in test.coins[bar]),
            *map(repr, run.weights[bar].tolist()),
            *map(repr, run.targets[bar].tolist()),
            int(run.is_inside[bar]),
            run.regimes[bar],
            run.phases[bar],
            "" if gate is None else gate.value,
            int(run.is_proposed[bar]),
            int(run.orders[bar]),
            repr(float(run.turnover[bar])),
            repr(float(run.costs[bar])),
            repr(float(run.predicted_costs[bar])),
            repr(float(run.taxes[bar])),
            test.decision_ids[bar],
        ]
