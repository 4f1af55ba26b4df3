"""Small made-up markets and policies for the backtest."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import numpy as np

from core.codec import reading_series
from core.domain.policy import BandRules, CadenceRules, OrderRules, Policy, Profile
from core.domain.readings import Reading, ReadingKind, ReadingSeries
from core.domain.stress import Family
from core.domain.units import ZERO, Asset, Money, Rate, Weight
from core.domain.watching import RegimeRules, StressRules, TiltRules
from core.simulation.backtest import FINEST_STEP, TradingCosts
from core.simulation.bar_table import AssetBars, BarTable
from core.simulation.walk import random_walk

FIRST = datetime(2014, 1, 1, tzinfo=UTC)
A_DAY = timedelta(days=1)
FREE_AND_FINE = TradingCosts(
    fee=Rate(ZERO), half_spread=Rate(ZERO), half_spreads=(), quantity_step=FINEST_STEP
)


def day(number: int) -> datetime:
    """Return the start of a day of the made-up calendar."""
    return FIRST + number * A_DAY


def market(
    days: int,
    coins: Sequence[str] = ("BTC", "ETH"),
    *,
    seed: int = 1,
    volatility: float = 0.04,
    without: Mapping[str, Sequence[int]] | None = None,
    ends: Mapping[str, int] | None = None,
) -> BarTable:
    """Return walks of several coins; each opens where it closed the day before.

    Args:
        days: how long.
        coins: their symbols.
        seed: of all walks.
        volatility: of a day.
        without: by coin, days that have no bar.
        ends: by coin, how many days it has.
    """
    rng = np.random.default_rng(seed)
    rows = []
    for coin in sorted(coins):
        walk = random_walk(days, volatility, rng)
        kept = np.ones(days, dtype=np.bool_)
        kept[list((without or {}).get(coin, ()))] = False
        kept[(ends or {}).get(coin, days) :] = False
        columns = (walk.opens, walk.highs, walk.lows, walk.closes, walk.volumes * 1_000)
        rows.append(AssetBars(Asset(coin), walk.starts[kept], *(one[kept] for one in columns)))
    return BarTable("made up", A_DAY, tuple(rows))


def plain(targets: Mapping[str, str], *, delta: str = "0.5", confirm: int = 2) -> Policy:
    """Return a policy that watches nothing, with standard bands whatever the size."""
    return Policy(
        quote=Asset("USD"),
        targets=tuple((Asset(name), Weight(Decimal(share))) for name, share in targets.items()),
        bands=BandRules(delta=Weight(Decimal(delta)), confirm=confirm, adapt_to_size=False),
        regime=RegimeRules(is_directional=False),
        stress=StressRules(families=()),
        tilt=TiltRules(is_on=False),
    )


def constant_mix(targets: Mapping[str, str]) -> Policy:
    """Return a policy that goes back to its targets on every close, whatever it costs."""
    nothing = Weight(Decimal("1e-12"))
    bands = BandRules(
        custom=Profile(cap=nothing, rel=nothing, floor=nothing),
        delta=Weight(ZERO),
        confirm=1,
        adapt_to_size=False,
    )
    return replace(
        plain(targets),
        bands=bands,
        cadence=CadenceRules(after_execution=timedelta(0), max_turnover=Weight(Decimal(10_000))),
        orders=OrderRules(
            min_trade_quote=Money(ZERO),
            min_trade_share=Weight(ZERO),
            proceeds_haircut=Rate(ZERO),
        ),
    )


def full(targets: Mapping[str, str], *families: Family) -> Policy:
    """Return a policy with regime, tilts and a pause."""
    kinds = families or (Family.PRICE, Family.CORRELATION)
    watched = StressRules(families=kinds)
    return replace(plain(targets), regime=RegimeRules(), stress=watched, tilt=TiltRules(is_on=True))


def index(days: int, *, late: timedelta = timedelta(0), seed: int = 3) -> ReadingSeries:
    """Return a Fear & Greed index, each day's value published ``late`` after the day's start."""
    values = np.random.default_rng(seed).integers(5, 95, size=days)
    rows = [
        Reading(day(n), Decimal(int(value)), known_at=day(n) + late)
        for n, value in enumerate(values)
    ]
    return reading_series(ReadingKind.FEAR_GREED, Asset(""), "index", rows, is_point_in_time=True)


HALVES = {"BTC": "0.5", "ETH": "0.5", "USD": "0"}
THREE = {"BTC": "0.5", "ETH": "0.3", "USD": "0.2"}
