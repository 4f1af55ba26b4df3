"""Files and options -> everything a sweep needs, checked before anything is computed."""

from array import array
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import reduce
from itertools import chain
from pathlib import Path
from typing import Final

import numpy as np

from bot.research.digests import bars_digest, readings_digest
from bot.research.seal import Seal
from bot.research.sweep.computing import rules_of
from bot.research.sweep.counting import rules_key, settings_of
from bot.research.sweep.given import (
    Given,
    MarketRules,
    closes_of,
    market_of,
    market_rules,
)
from bot.research.sweep.grid import Grid
from bot.research.sweep.grid_file import read_grid
from bot.research.sweep.identity import code_version
from bot.research.sweep.readable import AskedDays, Readable, read_up_to
from bot.research.trials import Keys
from bot.settings.policy_file import PolicyFile
from core.codec import digest, digest_of
from core.domain.errors import InputInvalid
from core.domain.policy import Policy
from core.domain.stress import Family
from core.domain.units import Asset, text_of
from core.simulation.backtest import first_possible_day
from core.simulation.backtest.course import needs_history
from core.simulation.bar_table import DAY, AssetBars, instant
from core.simulation.kernel import GRID_COLUMNS
from core.simulation.matrix import GONE_AFTER, PriceMatrix, matrix_of, refuse_stale_start
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
        days: first and last day, and whether the sealed ones are opened.
    """

    file: PolicyFile
    grid: Path
    bars: Path
    fear_greed: Path | None = None
    days: AskedDays = field(default_factory=AskedDays)


@dataclass(frozen=True, slots=True, eq=False)
class Prepared:
    """A sweep that can begin.

    Attributes:
        given: what all rows share.
        identity: what makes two sweeps the same; the names are told when they differ.
        settings: what will be tried, as the log of trials knows it.
        seal: on the newest months of the data.
        notes: what a reader should know, as finished sentences.
    """

    given: Given
    identity: dict[str, str]
    settings: Keys
    seal: Seal
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Needs:
    """What the policies of a grid ask of the data.

    Attributes:
        assets: all coins of all targets.
        watching: one policy for each way to watch the market and each set of coins.
        rules: what tells the rules of a row from those of others, each once; the policy file's too.
    """

    assets: tuple[Asset, ...]
    watching: tuple[Policy, ...]
    rules: Keys


def prepare(asked: Asked, on_checked: Callable[[int, int], None] = lambda _, __: None) -> Prepared:
    """Read everything, build every policy once, and work out what they share.

    Args:
        asked: files and span.
        on_checked: told how many of all policies were built.

    Raises:
        InputInvalid: with the file, the value and the mend.
    """
    costs = TradingCosts()
    families = () if asked.fear_greed is None else (Family.SENTIMENT,)
    grid = read_grid(asked.grid, asked.file, families)
    read = read_up_to(asked.bars, asked.fear_greed, asked.days)
    table = read.table
    needs = _needs(grid, costs, on_checked)
    matrix = matrix_of(table, needs.assets, *_span(asked, read, needs))
    refuse_stale_start(matrix)
    markets = {
        one: market_of(table, one, matrix, read.fear_greed) if reads else None
        for one, reads in _watched(needs.watching).items()
    }
    identity = _identity(asked, read, grid, matrix, costs)
    key = digest(sorted(identity.items()))
    given = Given(key, grid, matrix, closes_of(table, matrix), markets, costs)
    notes = (*table.notes, *_notes(matrix), *_tilt_notes(grid))
    return Prepared(given, identity, settings_of(needs.rules, identity), read.seal, notes)


def _needs(grid: Grid, costs: TradingCosts, on_checked: Callable[[int, int], None]) -> _Needs:
    """Build every policy once, so that an impossible one is told before anything is computed."""
    assets, watching, rules = set[Asset](), dict[object, Policy](), array("Q")
    default = grid.default()
    for count, built in enumerate(chain([default], grid.policies())):
        policy = built.policy
        rules.append(rules_key(built))
        kind = (market_rules(policy), needs_history(policy), policy.risk_assets)
        if kind not in watching:
            rules_of(built, costs)
            watching[kind] = policy
            assets.update(policy.risk_assets)
        if count % _TELL_EVERY == 0:
            on_checked(count, len(grid))
    every = np.unique(np.array(rules, dtype=np.uint64))
    return _Needs(tuple(sorted(assets)), tuple(watching.values()), every)


def _watched(policies: Iterable[Policy]) -> dict[MarketRules, bool]:
    """Return the ways to watch the market, and whether any policy really reads it that way."""
    found: dict[MarketRules, bool] = {}
    for policy in policies:
        rules = market_rules(policy)
        found[rules] = found.get(rules, False) or needs_history(policy)
    return found


def _span(asked: Asked, read: Readable, needs: _Needs) -> tuple[datetime, datetime]:
    """Return the one span that all policies can live through.

    Raises:
        InputInvalid: there is none, or not the one that was asked for.
    """
    table, first = read.table, _first_day(read, needs)
    rows = [bars for bars in table.series if bars.asset in needs.assets]
    listed = instant(-(-max(int(bars.starts[0]) for bars in rows) // DAY) * DAY)
    first = _shared_midnight(rows, max(first, listed))
    ends = [instant(int(bars.starts[-1])) + table.interval for bars in rows]
    end = min(end for end in ends if end + GONE_AFTER > table.ends_at or end == max(ends))
    start = first if asked.days.first is None else read.window.starts_at
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
            f"used from {first:%Y-%m-%d} to {end:%Y-%m-%d}"
        )
    return start, end


def _first_day(read: Readable, needs: _Needs) -> datetime:
    try:
        return max(first_possible_day(read.table, policy) for policy in needs.watching)
    except InputInvalid as error:
        reach = f"days up to {read.window.last} were looked at; {read.mend}"
        raise InputInvalid(*error.problems, reach, code=error.code) from None


def _shared_midnight(rows: Sequence[AssetBars], earliest: datetime) -> datetime:
    """Return the first UTC day from ``earliest`` on that every coin has a bar to begin with."""
    shared = reduce(np.intersect1d, (bars.starts for bars in rows))
    possible = shared[(shared >= earliest.timestamp()) & (shared % DAY == 0)]
    return instant(int(possible[0])) if len(possible) else earliest


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


def _identity(
    asked: Asked, read: Readable, grid: Grid, matrix: PriceMatrix, costs: TradingCosts
) -> dict[str, str]:
    first, last = instant(int(matrix.starts[0])), instant(int(matrix.starts[-1]))
    return {
        "policy": digest_of(grid.default().policy),
        "grid": grid.digest,
        "bars": bars_digest(read.table),
        "fear_greed": "none" if read.fear_greed is None else readings_digest(read.fear_greed),
        "span": f"{first:%Y-%m-%dT%H:%M} to {last:%Y-%m-%dT%H:%M}",
        "costs": digest_of(costs),
        "start_cash": text_of(asked.file.start_cash),
        "taker_fee": text_of(asked.file.costs.taker_fee),
        "columns": " ".join(GRID_COLUMNS),
        "code": code_version(),
    }
