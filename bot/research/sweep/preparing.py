"""Files and options -> everything a sweep needs, checked before anything is computed."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from pathlib import Path
from typing import Final

import numpy as np

from bot.research.bars import read_bars
from bot.research.readings import read_fear_greed
from bot.research.sweep.computing import compute_default, rules_of
from bot.research.sweep.given import (
    Given,
    MarketRules,
    closes_of,
    market_of,
    market_rules,
)
from bot.research.sweep.grid import Grid
from bot.research.sweep.grid_file import read_grid
from bot.research.sweep.identity import code_version, file_hash
from bot.settings.policy_file import PolicyFile
from core.codec import digest, digest_of
from core.domain.errors import InputInvalid
from core.domain.policy import Policy
from core.domain.stress import Family
from core.domain.units import Asset, text_of
from core.simulation.backtest import first_possible_day
from core.simulation.backtest.course import needs_history
from core.simulation.bar_table import DAY, BarTable, Floats, instant
from core.simulation.kernel import GRID_COLUMNS
from core.simulation.matrix import GONE_AFTER, PriceMatrix, matrix_of
from core.simulation.trading_costs import TradingCosts

_TELL_EVERY: Final = 1_000


@dataclass(frozen=True, slots=True)
class Asked:
    """What a person asked to be swept.

    Attributes:
        file: the policy that is varied.
        grid: the file of what varies.
        bars: the bar file.
        fear_greed: the file of the index; None = not known.
        start: open time of the first bar; None = as early as all policies can.
        end: bars open before it; None = the end of the bars.
    """

    file: PolicyFile
    grid: Path
    bars: Path
    fear_greed: Path | None = None
    start: datetime | None = None
    end: datetime | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Prepared:
    """A sweep that can begin.

    Attributes:
        given: what all rows share.
        default: the figures of the policy that everything is varied from.
        identity: what makes two sweeps the same; the names are told when they differ.
        notes: what a reader should know, as finished sentences.
    """

    given: Given
    default: Floats
    identity: dict[str, str]
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Needs:
    """What the policies of a grid ask of the data.

    Attributes:
        assets: all coins of all targets.
        watching: one policy for each way to watch the market and each set of coins.
    """

    assets: tuple[Asset, ...]
    watching: tuple[Policy, ...]


def prepare(asked: Asked, on_checked: Callable[[int, int], None] = lambda _, __: None) -> Prepared:
    """Read everything, build every policy once, and work out what they share.

    Args:
        asked: files and span.
        on_checked: told how many of all policies were built.

    Raises:
        InputInvalid: with the file, the value and the mend.
    """
    given, identity, notes = _inputs(asked, on_checked)
    return Prepared(given, compute_default(given), identity, notes)


def _inputs(
    asked: Asked, on_checked: Callable[[int, int], None]
) -> tuple[Given, dict[str, str], tuple[str, ...]]:
    """Return what policies share, what tells the sweep from others, and notes; no bars stay."""
    costs = TradingCosts()
    families = () if asked.fear_greed is None else (Family.SENTIMENT,)
    grid = read_grid(asked.grid, asked.file, families)
    table = _bars(asked.bars)
    needs = _needs(grid, costs, on_checked)
    matrix = matrix_of(table, needs.assets, *_span(asked, table, needs))
    index = None if asked.fear_greed is None else read_fear_greed(asked.fear_greed)
    markets = {
        one: market_of(table, one, matrix, index) if reads else None
        for one, reads in _watched(needs.watching).items()
    }
    identity = _identity(asked, grid, matrix, costs)
    key = digest(sorted(identity.items()))
    given = Given(key, grid, matrix, closes_of(table, matrix), markets, costs)
    return given, identity, (*table.notes, *_notes(matrix), *_tilt_notes(grid))


def _bars(path: Path) -> BarTable:
    """Read the bars, and give back at once what reading them took."""
    import pyarrow as pa  # noqa: PLC0415  # only files need it

    before = pa.default_memory_pool()
    pa.set_memory_pool(pa.system_memory_pool())
    try:
        return read_bars(path)
    finally:
        pa.default_memory_pool().release_unused()
        pa.set_memory_pool(before)


def _needs(grid: Grid, costs: TradingCosts, on_checked: Callable[[int, int], None]) -> _Needs:
    """Build every policy once, so that an impossible one is told before anything is computed."""
    assets, watching = set[Asset](), dict[object, Policy]()
    default = grid.default()
    for count, built in enumerate(chain([default], grid.policies())):
        policy = built.policy
        kind = (market_rules(policy), needs_history(policy), policy.risk_assets)
        if kind not in watching:
            rules_of(built, costs)
            watching[kind] = policy
            assets.update(policy.risk_assets)
        if count % _TELL_EVERY == 0:
            on_checked(count, len(grid))
    return _Needs(tuple(sorted(assets)), tuple(watching.values()))


def _watched(policies: Iterable[Policy]) -> dict[MarketRules, bool]:
    """Return the ways to watch the market, and whether any policy really reads it that way."""
    found: dict[MarketRules, bool] = {}
    for policy in policies:
        rules = market_rules(policy)
        found[rules] = found.get(rules, False) or needs_history(policy)
    return found


def _span(asked: Asked, table: BarTable, needs: _Needs) -> tuple[datetime, datetime]:
    """Return the one span that all policies can live through.

    Raises:
        InputInvalid: there is none, or not the one that was asked for.
    """
    first = max(first_possible_day(table, policy) for policy in needs.watching)
    rows = [bars for bars in table.series if bars.asset in needs.assets]
    listed = instant(-(-max(int(bars.starts[0]) for bars in rows) // DAY) * DAY)
    first = max(first, listed)
    ends = [instant(int(bars.starts[-1])) + table.interval for bars in rows]
    last = min(end for end in ends if end + GONE_AFTER > table.ends_at or end == max(ends))
    start, end = asked.start or first, min(asked.end or last, last)
    if start < first:
        raise InputInvalid(
            f"these policies can begin on {first:%Y-%m-%d} with {asked.bars}, not on "
            f"{start:%Y-%m-%d}: by then every coin is listed, and the days that regime and pause "
            "look back on are there; give a later --from",
            code="SHORT_HISTORY",
        )
    if start >= end:
        raise InputInvalid(
            f"the span from {start:%Y-%m-%d} to {end:%Y-%m-%d} holds no day; {asked.bars} can be "
            f"used from {first:%Y-%m-%d} to {last:%Y-%m-%d}"
        )
    return start, end


def _notes(matrix: PriceMatrix) -> Iterable[str]:
    for row, asset in enumerate(matrix.assets):
        last = matrix.delisted_after[row]
        if last >= 0:
            day = instant(int(matrix.starts[last]))
            yield (
                f"{asset} has no bars after {day:%Y-%m-%d}: what is held of it then is sold at "
                "half of its last price."
            )
        end = len(matrix) if last < 0 else last + 1
        lacking = end - int(np.count_nonzero(matrix.has_bar[row, :end]))
        if lacking:
            yield f"{asset} lacks {lacking:,} of {end:,} bars; on those nothing is decided."


def _tilt_notes(grid: Grid) -> Iterable[str]:
    tilted = any(axis.name == "tilt.enabled" for axis in grid.axes) or grid.base.tilt.enabled
    if tilted:
        yield (
            "Targets are tilted as the market asks; the yearly limit on what tilts may trade is "
            "left out here."
        )


def _identity(asked: Asked, grid: Grid, matrix: PriceMatrix, costs: TradingCosts) -> dict[str, str]:
    first, last = instant(int(matrix.starts[0])), instant(int(matrix.starts[-1]))
    return {
        "policy": digest_of(grid.default().policy),
        "grid": grid.digest,
        "bars": file_hash(asked.bars),
        "fear_greed": file_hash(asked.fear_greed),
        "span": f"{first:%Y-%m-%dT%H:%M} to {last:%Y-%m-%dT%H:%M}",
        "costs": digest_of(costs),
        "start_cash": text_of(asked.file.start_cash),
        "taker_fee": text_of(asked.file.costs.taker_fee),
        "columns": " ".join(GRID_COLUMNS),
        "code": code_version(),
    }
