"""A finished study -> the JSON that lies beside the report: every figure, with its sample.

The form is ``evenkeel.study/1``. Figures are numbers in the units that their names say; a figure
that does not exist is null. Equal studies give equal bytes: the file has no time of its own.
"""

import json
import math
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import Enum
from typing import Any

from bot.research.study.claims import Claim, Evidence, Fact
from bot.research.study.findings import Measured
from bot.research.study.placebos import PlaceboResult
from bot.research.study.plateaus import CAPS, DELTAS, FEES, PlateauResult
from bot.research.study.portfolios import Portfolio
from bot.research.study.study import Provenance, Studied, Study
from bot.research.trials import BEFORE_ALL
from bot.research.windows import SEEN_FROM, SEEN_TO, Window
from core.domain.units import text_of

FORM = "evenkeel.study/1"

_DIGITS = 12


def document_of(study: Study) -> dict[str, Any]:
    """Return the study as a document of plain values."""
    return {
        "form": FORM,
        "title": title_of(study),
        "provenance": _provenance(study),
        "portfolios": [_portfolio(one) for one in study.portfolios],
        "claims": [_claim(claim) for claim in study.claims],
        "left_out": list(study.left_out),
        "notes": list(study.history.notes),
    }


def json_of(study: Study) -> str:
    """Return the document as text, the same on every run of an equal study."""
    return json.dumps(document_of(study), indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def title_of(study: Study) -> str:
    """Return the title, which says where only survivors were looked at. Source: METHODS 6.1."""
    told = {one.portfolio.universe for one in study.portfolios}
    if len(told) == 1:
        return f"Evenkeel study: {told.pop()}"
    rest = [one.portfolio for one in study.portfolios]
    groups = ((name, [one.key for one in rest if one.universe == name]) for name in sorted(told))
    return "Evenkeel study: " + ", ".join(f"{', '.join(keys)} {name}" for name, keys in groups)


def plain(value: object) -> Any:  # noqa: ANN401  # a tree of plain values
    """Return a value as what JSON knows; floats keep twelve significant digits."""
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): plain(one) for key, one in value.items()}
    if isinstance(value, tuple | list):
        return [plain(one) for one in value]
    return _scalar(value)


def _scalar(value: object) -> Any:  # noqa: ANN401  # what JSON knows
    match value:
        case Enum():
            return value.value
        case float():
            return float(f"{value:.{_DIGITS}g}") if math.isfinite(value) else None
        case Decimal():
            return text_of(value)
        case date():
            return value.isoformat()
        case timedelta():
            return value.total_seconds()
    return value


def _provenance(study: Study) -> dict[str, Any]:
    it: Provenance = study.provenance
    return {
        "version": it.version,
        "engine": it.engine,
        "data": it.data,
        "config": it.config,
        "files": [plain(file) for file in study.history.files],
        "trials": {"before_all": BEFORE_ALL, "with_this_study": it.trials},
        "seed": it.draws.seed,
        "draws": {"bootstrap": it.draws.bootstrap, "placebos": it.draws.placebos},
        "sealed": it.seal.document(it.openings),
        "seen_while_rules_were_chosen": {"from": str(SEEN_FROM), "to": str(SEEN_TO)},
        "is_quick_look": it.is_fast,
    }


def _portfolio(one: Studied) -> dict[str, Any]:
    own: Portfolio = one.portfolio
    return {
        "key": own.key,
        "name": own.name,
        "targets": {str(asset): text_of(share) for asset, share in own.policy.targets},
        "profile": own.policy.bands.profile.value,
        "venue": own.venue.name,
        "quote": own.venue.quote,
        "value": text_of(own.value),
        "universe": own.universe,
        "window": _window(own.window),
        "samples": [_sample(found) for found in one.measured],
        "placebos": [_placebo(result, own.window) for result in one.placebos],
        "plateau": _plateau(one.plateau, own.window),
        "kernel_gap": plain(one.kernel_gap),
    }


def _window(window: Window) -> dict[str, Any]:
    return {
        "first": window.first.isoformat(),
        "last": window.last.isoformat(),
        "days": window.days,
        "years": plain(window.years),
        "sample": window.sample.value,
    }


def _sample(found: Measured) -> dict[str, Any]:
    return {
        "sample": found.sample.value,
        "window": _window(found.window),
        "metrics": plain(found.metrics),
        "to_fixed_bands": plain(found.to_fixed),
        "to_drift": plain(found.to_drift),
        "parts_to_plain": plain(found.parts),
        "lateness_to_full": plain(found.lateness),
        "deflated_sharpe": plain(found.sharpes),
    }


def _placebo(result: PlaceboResult, window: Window) -> dict[str, Any]:
    return {"sample": window.sample.value, "unit": "log points in all", **plain(result)}


def _plateau(result: PlateauResult, window: Window) -> dict[str, Any]:
    return {
        "sample": window.sample.value,
        "unit": "log points in all",
        "widths": [text_of(cap) for cap in CAPS],
        "destinations": [text_of(delta) for delta in DELTAS],
        "fees_percent": [text_of(fee) for fee in FEES],
        "is_flat": result.is_flat,
        "is_peak": result.is_peak,
        **plain(result),
    }


def _claim(claim: Claim) -> dict[str, Any]:
    return {
        "key": claim.key,
        "claim": claim.says,
        "measured": claim.measured,
        "verdict": claim.verdict.value,
        "told": claim.told,
        "evidence": [_evidence(row) for row in claim.evidence],
        "beside": [_evidence(row) for row in claim.beside],
        "facts": [_fact(row) for row in claim.facts],
    }


def _evidence(row: Evidence) -> dict[str, Any]:
    return {
        "portfolio": row.portfolio,
        "sample": row.sample.value,
        "window": _window(row.window),
        "what": row.what,
        "unit": row.unit,
        **plain(row.bounds),
        "claimed": None if row.claimed is None else plain(row.claimed),
        "verdict": None if row.claimed is None else row.verdict.value,
    }


def _fact(row: Fact) -> dict[str, Any]:
    return {
        "portfolio": row.portfolio,
        "sample": row.window.sample.value,
        "window": _window(row.window),
        "what": row.what,
        "figure": row.figure,
    }
