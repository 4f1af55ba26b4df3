"""Markets with a mood: bars, readings and accounts from which decisions read regime and stress."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

from core.codec import bar_series, reading_series
from core.domain.market import BarSeries
from core.domain.readings import Reading, ReadingKind, ReadingSeries
from core.domain.snapshot import Snapshot
from core.domain.stress import Family
from core.domain.units import Asset
from core.domain.watching import StressRules
from tests.dsl import MORNING, Situation, portfolio

MIDNIGHT = MORNING.replace(hour=0, minute=0)
ONE_DAY = timedelta(days=1)
SWING = (0.012, -0.010, 0.006, -0.008, 0.011, -0.011)
"""A calm market's daily moves, over and over."""


def bars_of(asset: str, moves: Sequence[float], *, price: float, days: int = 460) -> BarSeries:
    """Return daily bars that end yesterday at ``price``: a calm swing, and then ``moves``."""
    calm = [SWING[day % len(SWING)] for day in range(days - 1 - len(moves))]
    closes = [1.0]
    for move in (*calm, *moves):
        closes.append(closes[-1] * (1.0 + move))
    scale = price / closes[-1]
    closes = [close * scale for close in closes]
    opens = [closes[0], *closes[:-1]]
    highs = [max(pair) * 1.004 for pair in zip(opens, closes, strict=True)]
    lows = [min(pair) * 0.996 for pair in zip(opens, closes, strict=True)]
    volumes = [1_000.0 + 10.0 * (day % 7) for day in range(days)]
    return bar_series(
        Asset(asset),
        "made",
        MIDNIGHT - ONE_DAY,
        opens=opens,
        highs=highs,
        lows=lows,
        closes=closes,
        volumes=volumes,
    )


def cut(bars: BarSeries, days: int) -> BarSeries:
    """Return the bars as they stood ``days`` days earlier."""
    keep = len(bars.closes) - days
    columns = {
        name: getattr(bars, name)[:keep] for name in ("opens", "highs", "lows", "closes", "volumes")
    }
    return bar_series(bars.asset, bars.source, bars.opened_at - days * ONE_DAY, **columns)


def fear(*values: int) -> ReadingSeries:
    """Return Fear & Greed of the last days, the newest about yesterday."""
    first = MIDNIGHT - len(values) * ONE_DAY
    stamps = [first + day * ONE_DAY for day in range(len(values))]
    rows = [Reading(at, Decimal(value), at) for at, value in zip(stamps, values, strict=True)]
    return reading_series(ReadingKind.FEAR_GREED, Asset(""), "made", rows, is_point_in_time=True)


def day_ago(price: str) -> ReadingSeries:
    """Return what BTC cost 24 hours before MORNING."""
    row = Reading(MORNING - ONE_DAY, Decimal(price), MORNING)
    return reading_series(ReadingKind.DAY_AGO, Asset("BTC"), "venue", [row], is_point_in_time=True)


def watched(moves: Sequence[float] = (), **rules: Any) -> Situation:  # noqa: ANN401  # the policy's
    """Return an account 12 points over its BTC target in a market that moved like this of late."""
    stress = StressRules(families=(Family.PRICE,))
    there = portfolio(
        "BTC 0.62 @ 100000 -> 50",
        "ETH 5.5 @ 4000 -> 30",
        cash="16000 -> 20",
        **({"stress": stress} | rules),
    )
    return with_bars(there, bars_of("BTC", moves, price=100_000.0))


def with_bars(situation: Situation, *bars: BarSeries) -> Situation:
    """Return the situation with these bars in its snapshot."""
    return replace(situation, snapshot=replace(situation.snapshot, bars=bars))


def on_day(situation: Situation, days_before: int) -> Snapshot:
    """Return the snapshot as it would have been some mornings earlier, prices left as they are."""
    shift, world = days_before * ONE_DAY, situation.snapshot
    return replace(
        world,
        as_of=world.as_of - shift,
        quotes=tuple(replace(q, observed_at=q.observed_at - shift) for q in world.quotes),
        books=tuple(replace(b, observed_at=b.observed_at - shift) for b in world.books),
        bars=tuple(cut(one, days_before) for one in world.bars),
    )
