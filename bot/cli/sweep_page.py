"""The words of ``evenkeel sweep``: what it will need, and what came of it."""

import math
from collections.abc import Iterator, Sequence
from pathlib import Path
from textwrap import wrap
from typing import Any

from bot.research.sweep.counting import Counted
from bot.research.sweep.given import Given
from bot.research.sweep.memory import MEGABYTE, Plan
from bot.research.sweep.pools import PoolKind
from bot.research.sweep.preparing import Prepared
from bot.research.sweep.standing import DRAWDOWN, GROWTH, Neighbours, Place, Standing
from bot.research.trials import BEFORE_ALL
from core.simulation.bar_table import instant
from core.simulation.statistics import DeflatedSharpe, Overfit
from core.simulation.statistics.intervals import LOG_POINT

_SAMPLE = "in sample"
_WIDTH = 100


def plan_lines(plan: Plan, prepared: Prepared) -> Iterator[str]:
    """Yield what a sweep is about to do, and what it needs."""
    grid = prepared.given.grid
    yield (
        f"{plan.policies:,} {_plural('policy', plan.policies)}, {plan.coins} "
        f"{_plural('coin', plan.coins)}, {plan.bars:,} bars from {_span(prepared.given)}; about "
        f"{plan.needed / MEGABYTE:,.0f} MB, budget {plan.budget / MEGABYTE:,.0f} MB; chunks of "
        f"{plan.chunk:,}"
    )
    if grid.seed is not None and plan.policies < grid.combinations:
        yield (
            f"A random sample of {grid.combinations:,} combinations, seed {grid.seed}; the same "
            "seed draws the same."
        )
    yield f"Every plan is approved. The work is done by {_who(plan)}."
    yield from prepared.notes


def standing_lines(standing: Standing, prepared: Prepared, counted: Counted) -> Iterator[str]:
    """Yield what a sweep says, and what it does not."""
    yield ""
    yield (
        f"{standing.policies:,} {_plural('policy', standing.policies)}, all {_SAMPLE}: the same "
        f"bars chose them and judge them ({_span(prepared.given)}, {standing.years:.1f} years)."
    )
    yield ""
    yield from _table(standing)
    yield ""
    neighbours = _neighbour_lines(standing.neighbours, standing)
    for line in (*neighbours, *_luck_lines(standing, counted), prepared.seal.told):
        yield from wrap(line, _WIDTH)


def document_of(
    standing: Standing, prepared: Prepared, counted: Counted, *, out: Path
) -> dict[str, Any]:
    """Return what a sweep says as a document for ``--json``."""
    near, deflated, overfit = standing.neighbours, standing.deflated, standing.overfit
    return {
        "out": str(out),
        "sample": _SAMPLE,
        "policies": standing.policies,
        "trials": {
            "before_all": BEFORE_ALL,
            "of_this_sweep": counted.own,
            "with_this_sweep": standing.trials,
            "log": str(counted.log.path),
        },
        "sealed": prepared.seal.document(counted.openings),
        "years": standing.years,
        "places": [
            {
                "place": place.name,
                "row": place.row if place.row >= 0 else None,
                "settings": dict(place.settings),
                "figures": place.figures,
            }
            for place in standing.places
        ],
        "neighbours": None
        if near is None
        else {
            "count": near.count,
            "better": near.better,
            "least": near.least,
            "median": near.middle,
            "most": near.most,
            "default": near.default,
            "is_peak": near.is_peak,
        },
        "deflated_sharpe": None if deflated is None else deflated.probability,
        "overfit_probability": None if overfit is None else overfit.probability,
        "notes": list(prepared.notes),
        "inputs": prepared.identity,
    }


def _table(standing: Standing) -> Iterator[str]:
    growth = "growth a year" if standing.is_yearly else "growth"
    rows = [("", growth, "drawdown", "proposals")]
    rows += [_row(place, standing) for place in standing.places]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    told = (
        "",
        *(
            ", ".join(f"{name} {value}" for name, value in place.settings)
            for place in standing.places
        ),
    )
    for (first, *figures), settings in zip(rows, told, strict=True):
        cells = [cell.rjust(width) for cell, width in zip(figures, widths[1:], strict=True)]
        yield "  ".join([first.ljust(widths[0]), *cells])
        yield from wrap(settings, _WIDTH, initial_indent="    ", subsequent_indent="    ")


def _row(place: Place, standing: Standing) -> tuple[str, str, str, str]:
    return (
        place.name,
        _growth(place.figures[GROWTH], standing),
        _percent(-abs(place.figures[DRAWDOWN])),
        f"{place.figures['proposals']:,.0f}",
    )


def _a_year(standing: Standing) -> str:
    return " a year" if standing.is_yearly else ""


def _growth(log_points: float, standing: Standing) -> str:
    years = standing.years if standing.is_yearly else 1.0
    return _percent(math.expm1(log_points * LOG_POINT / years))


def _neighbour_lines(near: Neighbours | None, standing: Standing) -> Iterator[str]:
    if near is None:
        yield (
            "No policy of this grid is one step away from the policy file, so whether that stands "
            "on a plateau cannot be told."
        )
        return
    low, middle, high, own = (
        _growth(value, standing) for value in (near.least, near.middle, near.most, near.default)
    )
    yield (
        f"Plateau: the policy file has a growth of {own}{_a_year(standing)}, its {near.count:,} "
        f"neighbours in the grid {low} to {high}, the middle one {middle} ({_SAMPLE})."
    )
    if near.is_peak:
        yield "It stands on a peak, above everything around it. Trust it less for that."
    else:
        yield f"It stands among them, not on a peak: {near.better:,} of them grew more."


def _luck_lines(standing: Standing, counted: Counted) -> Iterator[str]:
    others = f", {counted.others:,} others in {counted.log.path}" if counted.others else ""
    yield (
        f"The best of many is flattered by luck. There are {standing.trials:,} trials behind it: "
        f"{counted.own:,} of this sweep{others}, and {BEFORE_ALL} from while the rules were "
        "chosen. Look at the middle of the table and at the plateau before you look at the best "
        "row."
    )
    yield from _deflated_lines(standing.deflated)
    overfit: Overfit | None = standing.overfit
    if overfit is not None:
        yield (
            f"What was best in one half of the time was in the lower half of the other in "
            f"{_percent(overfit.probability)} of {overfit.splits:,} splits of {overfit.settings:,} "
            f"policies ({_SAMPLE})."
        )
    yield "Look closer at a policy with `evenkeel backtest`, which decides as the bot does."


def _deflated_lines(deflated: DeflatedSharpe | None) -> Iterator[str]:
    if deflated is None:
        yield "There is too little here to say how much of the best Sharpe ratio is luck."
        return
    yield (
        f"Deflated Sharpe ratio of the best: {deflated.probability:.2f} ({_SAMPLE}); nothing is "
        "claimed below 0.95."
    )
    if deflated.may_be_claimed:
        yield (
            "So it is not luck alone that such a portfolio was paid for its risk. That these "
            "settings are better than others does not follow."
        )


def _span(given: Given) -> str:
    starts: Sequence[int] = given.matrix.starts[[0, -1]].tolist()
    return f"{instant(starts[0]):%Y-%m-%d} to {instant(starts[1]):%Y-%m-%d}"


def _who(plan: Plan) -> str:
    workers = plan.pool.workers
    match plan.pool.kind:
        case PoolKind.DASK:
            return f"the Dask cluster at {plan.pool.address}"
        case PoolKind.PROCESSES:
            return f"{workers} process{'' if workers == 1 else 'es'}"
        case PoolKind.THREADS:
            return f"{workers} {_plural('thread', workers)}"


def _plural(word: str, count: int) -> str:
    if count == 1:
        return word
    return f"{word[:-1]}ies" if word.endswith("y") else f"{word}s"


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %".replace("-", "−")
