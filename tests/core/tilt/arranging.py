"""Targets, funding and days, written as a person would say them."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from core.codec import bar_series, reading_series
from core.domain.market import BarSeries
from core.domain.policy import Policy
from core.domain.readings import Reading, ReadingKind, ReadingSeries
from core.domain.regime import Regime
from core.domain.stress import Stress
from core.domain.tilt import Froth, TiltState
from core.domain.units import ZERO, Asset, Weight, exact, text_of
from core.domain.watching import RegimeRules, TiltRules
from core.signals.tilt import step_tilt

FIRST = date(2026, 3, 2)
"""Day 0 of every story."""

COINS = ("ADA", "BTC", "DOGE", "ETH", "LINK", "SOL", "XRP")
TRENDS = (Regime.UP, Regime.DOWN, Regime.RANGING, Regime.TURBULENT, Regime.UNKNOWN)


def day(number: int) -> date:
    """Return the UTC day so many days after day 0."""
    return FIRST + timedelta(days=number)


def targets(text: str, *, quote: str = "USD", **rules: Any) -> Policy:  # noqa: ANN401
    """Return a policy from a line such as ``"BTC 50, ETH 30, USD 20"``, in percent."""
    pairs = (part.split() for part in text.split(","))
    return Policy(
        quote=Asset(quote),
        targets=tuple((Asset(name), Weight(Decimal(percent) / 100)) for name, percent in pairs),
        tilt=TiltRules(**rules),
        regime=RegimeRules(asset=Asset("ETH") if quote == "BTC" else Asset("BTC")),
    )


def crowded(*assets: str, since: date = FIRST) -> tuple[Froth, ...]:
    """Return switches that are on."""
    return tuple(Froth(Asset(name), is_on=True, since=since) for name in assets)


def walk(
    policy: Policy,
    regimes: Iterable[Regime],
    state: TiltState | None = None,
    *,
    froths: Iterable[Froth] = (),
    first: int = 0,
) -> TiltState:
    """Step one calm day for each regime, with fresh inputs and the same switches."""
    state = state or TiltState()
    for number, regime in enumerate(regimes):
        state = step(policy, state, number + first, regime=regime, froths=froths)
    return state


def step(
    policy: Policy,
    state: TiltState,
    number: int,
    *,
    regime: Regime = Regime.RANGING,
    phase: Stress = Stress.NORMAL,
    froths: Iterable[Froth] = (),
    is_fresh: bool = True,
    spent: str = "0",
) -> TiltState:
    """Step one day, calm and fresh unless told otherwise."""
    return step_tilt(
        state,
        policy,
        day=day(number),
        regime=regime,
        phase=phase,
        froths=froths,
        is_fresh=is_fresh,
        spent=Weight(Decimal(spent)),
    )


def points(shifts: Iterable[tuple[Asset, Weight]]) -> str:
    """Return shifts in percentage points: ``"BTC +2, ETH -4, USD +2"``."""
    signed = ((asset, "+" if shift > 0 else "", text_of(shift * 100)) for asset, shift in shifts)
    return ", ".join(f"{asset} {sign}{number}" for asset, sign, number in signed)


def totals(state: TiltState, policy: Policy) -> dict[Asset, Weight]:
    """Return the sum of all shifts of each target asset."""
    return {asset: state.shift_of(asset) for asset, _ in policy.targets}


def funding(*percents: str, last: int = 0, asset: str = "SOL") -> ReadingSeries:
    """Return daily means in percent per 8 hours, the newest about day ``last``."""
    count = len(percents)
    rows = []
    for number, percent in enumerate(percents, start=last - count + 1):
        about = datetime.combine(day(number), datetime.min.time(), UTC)
        rows.append(Reading(about, Decimal(percent) / 100, about + timedelta(days=1)))
    return reading_series(ReadingKind.FUNDING, Asset(asset), "made", rows, is_point_in_time=True)


def closes(*prices: float, last: int = 0, asset: str = "SOL") -> BarSeries:
    """Return daily bars that are flat within the day, the newest of day ``last``."""
    opened_at = datetime.combine(day(last), datetime.min.time(), UTC)
    flat = dict.fromkeys(("opens", "highs", "lows", "closes", "volumes"), prices)
    return bar_series(Asset(asset), "made", opened_at, **flat)


@exact
def drawn_policy(random: Random) -> Policy:
    """Draw targets for 1 to 7 coins; some are 0, cash and BTC may be missing."""
    names = [*random.sample(COINS, random.randint(1, len(COINS))), "USD"]
    parts = [Decimal(random.choice((0, 1, 1, 5, 20, 70, random.randint(1, 999)))) for _ in names]
    parts[0] += not any(parts)
    weights = [part / sum(parts, ZERO) for part in parts]
    if random.random() < 0.7:  # the others are thirds and the like, which never end
        weights = [weight.quantize(Decimal("0.001")) for weight in weights]
        weights[weights.index(max(weights))] += 1 - sum(weights, ZERO)
    named = zip(
        (Asset(name) for name in names), (Weight(weight) for weight in weights), strict=True
    )
    return Policy(quote=Asset("USD"), targets=tuple(named))


def drawn_froths(random: Random) -> tuple[Froth, ...]:
    """Draw which coins are crowded; often none is."""
    names = random.sample(COINS, random.choice((0, 0, 1, 2, 7)))
    return crowded(*names)
