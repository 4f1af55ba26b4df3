"""Random markets, policies and people: what the kernel and the reference are compared on."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import numpy as np

from core.domain.policy import (
    BandMode,
    BandRules,
    BenefitRules,
    CadenceRules,
    OrderRules,
    Policy,
    Profile,
    ProfileName,
)
from core.domain.units import Asset, Money, Rate, Weight
from core.domain.watching import RegimeRules, StressRules, TiltRules
from core.simulation.backtest import (
    ALWAYS,
    FINEST_STEP,
    NEVER,
    Approvals,
    CashFlow,
    TradingCosts,
    delayed,
    random_approvals,
)
from core.simulation.backtest.course import NEEDED_DAYS
from core.simulation.bar_table import DAY, AssetBars, BarTable, Floats

BTC, USD = Asset("BTC"), Asset("USD")
COINS = tuple(Asset(name) for name in ("ADA", "DOGE", "ETH", "LINK", "LTC", "SOL", "XRP"))
FIRST_DAY = 17_000
"""16 July 2016; the date of a random market means nothing."""


@dataclass(frozen=True, slots=True)
class World:
    """One market, one policy, one person."""

    number: int
    table: BarTable
    policy: Policy
    costs: TradingCosts
    approvals: Approvals
    flows: tuple[CashFlow, ...]
    value: Money
    start: datetime | None
    end: datetime | None = None


def world_of(number: int, *, days: int = 200) -> World:
    """Return a random world; equal numbers give equal worlds."""
    rng = np.random.default_rng([number, 6])
    watches = number % 2 == 0
    before = NEEDED_DAYS - 1 if watches else int(rng.integers(0, 120))
    coins = (BTC, *sorted(rng.choice(COINS, int(rng.integers(1, 6)), replace=False).tolist()))
    table = _table(coins, before, days, rng)
    start = datetime.fromtimestamp((FIRST_DAY + before) * DAY, UTC)
    policy = _policy(coins, watches, rng)
    return World(
        number,
        table,
        policy,
        costs=TradingCosts(
            Rate(_pick(rng, "0", "0.001", "0.004", "0.01")),
            Rate(_pick(rng, "0", "0.0005", "0.0014")),
            ((BTC, Rate(Decimal("0.0003"))),),
            quantity_step=FINEST_STEP,
        ),
        approvals=_person(rng, start.date(), days),
        flows=_flows(rng, start.date(), days),
        value=Money(_pick(rng, "60", "3000", "5200", "9900", "11200", "50000", "1000000")),
        start=start,
    )


def _pick(rng: np.random.Generator, *texts: str) -> Decimal:
    return Decimal(texts[int(rng.integers(len(texts)))])


def _table(coins: tuple[Asset, ...], before: int, days: int, rng: np.random.Generator) -> BarTable:
    """Return daily bars with crashes, gaps, late listings and now and then a coin that ends."""
    count = before + days
    market = rng.standard_t(3, count) * 0.02
    for crash in rng.integers(before, count, 2):
        market[crash] -= rng.uniform(0.15, 0.35)
    ends = rng.random() < 0.15
    rows = []
    for place, coin in enumerate(coins):
        own = rng.standard_t(3, count) * rng.uniform(0.01, 0.04)
        closes = 10 ** rng.uniform(-1, 4) * np.exp(np.cumsum(market * rng.uniform(0.5, 1.5) + own))
        kept = np.ones(count, np.bool_)
        if rng.random() < 0.3:
            kept[rng.integers(before + 1, count - 1, 3)] = False
        if coin != BTC:
            kept[: int(rng.integers(0, before + 1)) if rng.random() < 0.3 else 0] = False
            if ends and place == len(coins) - 1:
                kept[before + days // 2 :] = False
        kept[before] = True
        rows.append(_bars(coin, closes, kept, rng))
    return BarTable("random", timedelta(days=1), tuple(sorted(rows, key=lambda row: row.asset)))


def _bars(
    coin: Asset,
    closes: Floats,
    kept: np.ndarray,
    rng: np.random.Generator,
) -> AssetBars:
    closes = np.round(closes, 8)
    opens = np.concatenate([closes[:1], closes[:-1]]) * np.exp(rng.normal(0, 0.004, len(closes)))
    opens = np.round(opens, 8)
    starts = (FIRST_DAY + np.arange(len(closes), dtype=np.int64)) * DAY
    return AssetBars(
        coin,
        starts[kept],
        opens=opens[kept],
        highs=(np.maximum(opens, closes) * 1.01)[kept],
        lows=(np.minimum(opens, closes) * 0.99)[kept],
        closes=closes[kept],
        volumes=np.full(int(kept.sum()), 1e12),
    )


def _targets(coins: tuple[Asset, ...], rng: np.random.Generator) -> Mapping[Asset, Weight]:
    points = rng.integers(3, 40, len(coins))
    cash = 0 if rng.random() < 0.2 else int(rng.integers(2, 40))
    if len(coins) > 2 and rng.random() < 0.15:
        points[-1] = 0
    whole = int(points.sum()) + cash
    weights = {
        coin: Weight(Decimal(int(point) * 1000 // whole) / 1000)
        for coin, point in zip(coins, points, strict=True)
    }
    rest = 1 - sum(weights.values())
    if cash == 0:
        weights[BTC] = Weight(weights[BTC] + rest)
        rest = Decimal(0)
    return {**weights, USD: Weight(Decimal(rest))}


def _policy(coins: tuple[Asset, ...], watches: bool, rng: np.random.Generator) -> Policy:
    policy = Policy(
        USD,
        tuple(_targets(coins, rng).items()),
        reserve=Money(_pick(rng, "0", "0", "100")),
        bands=BandRules(
            profile=tuple(ProfileName)[int(rng.integers(4))],
            custom=_custom(rng),
            mode=tuple(BandMode)[int(rng.integers(3))],
            delta=Weight(_pick(rng, "0", "0.5", "0.5", "0.7", "1")),
            confirm=int(rng.integers(1, 4)),
            hard=_pick(rng, "1.5", "2", "3"),
            adapt_to_size=bool(rng.random() < 0.7),
        ),
        cadence=CadenceRules(
            after_execution=timedelta(days=int(rng.integers(0, 8))),
            max_turnover=Weight(_pick(rng, "0.10", "0.30", "0.30", "1")),
        ),
        orders=OrderRules(min_trade_quote=Money(_pick(rng, "1", "25", "25", "100"))),
        benefit=BenefitRules(
            cost_mult=_pick(rng, "0", "1.5", "1.5", "20"), min_cov_days=int(_pick(rng, "20", "60"))
        ),
    )
    if watches:
        return policy
    return replace(
        policy,
        regime=RegimeRules(is_directional=False),
        stress=StressRules(families=()),
        tilt=TiltRules(is_on=False),
    )


def _custom(rng: np.random.Generator) -> Profile | None:
    if rng.random() < 0.4:
        return None
    return Profile(
        Weight(_pick(rng, "0.03", "0.05", "0.08")),
        Weight(_pick(rng, "0.10", "0.20", "0.30")),
        Weight(_pick(rng, "0.01", "0.02", "0.03")),
    )


def _person(rng: np.random.Generator, start: date, days: int) -> Approvals:
    kind = int(rng.integers(6))
    if kind == 0:
        return NEVER
    if kind == 1:
        return delayed(int(rng.integers(1, 8)))
    if kind == 2:
        dates = [start + timedelta(days=day) for day in range(days + 2)]
        return random_approvals(0.7, rng, dates)
    return ALWAYS


def _flows(rng: np.random.Generator, start: date, days: int) -> tuple[CashFlow, ...]:
    if rng.random() < 0.5:
        return ()
    chosen = sorted(set(rng.integers(1, days - 1, 4).tolist()))
    amounts = (Money(Decimal(int(rng.integers(50, 3000)))) for _ in chosen)
    return tuple(
        CashFlow(start + timedelta(days=day), amount)
        for day, amount in zip(chosen, amounts, strict=True)
    )
