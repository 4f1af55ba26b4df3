"""The rules by which the market is watched: regime, stress pause and tilts, with their defaults."""

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from core.domain.regime import Regime
from core.domain.stress import Family
from core.domain.units import ONE, ZERO, Asset, Rate, Weight

BTC, ETH = Asset("BTC"), Asset("ETH")

WINDOW = 400
"""Closed daily bars that every indicator reads. Source: METHODS 0.2."""

WARM_UP = 60
"""Bars that are folded before a label is published. Source: METHODS 0.2."""


@dataclass(frozen=True, slots=True)
class RegimeRules:
    """How the market's state is told, and what it does to the bands (METHODS 2).

    Attributes:
        is_directional: whether bands follow the regime; False is the ``plain`` rule, all factors 1.
        asset: the coin whose bars are read.
        sma, slope_lag, slope_norm: days, days, and the deviation that makes z_slope of unit size.
        er: days of the efficiency ratio.
        adx: days of Wilder's filters.
        vp_days, vp_bins, value_area, vp_max_gaps: the volume profile, and how many of its bars may
            lack volume.
        half_life: of the volatility, days.
        weights: of slope, er, adx and vp in the score.
        enter, leave: scores at which a trend begins and ends.
        confirm, dwell: bars that must agree, and least bars in a state.
        shock_sigma, rank_on, ratio_on, rank_off, ratio_off, off_bars, min_bars: turbulence.
        max_missing: missing days in a row that are carried forward.
        onchain_weight: the most that on-chain votes may add to the score; 0 = off.
        multipliers: (state, factor above, factor below) for risk assets; cash has them reversed.
    """

    is_directional: bool = True
    asset: Asset = BTC
    sma: int = 50
    slope_lag: int = 10
    slope_norm: Decimal = Decimal("1.3667")
    er: int = 30
    adx: int = 14
    vp_days: int = 60
    vp_bins: int = 24
    value_area: Decimal = Decimal("0.70")
    vp_max_gaps: int = 6
    half_life: int = 30
    weights: tuple[Decimal, Decimal, Decimal, Decimal] = (
        Decimal("0.35"),
        Decimal("0.30"),
        Decimal("0.15"),
        Decimal("0.20"),
    )
    enter: Decimal = Decimal("0.60")
    leave: Decimal = Decimal("0.30")
    confirm: int = 3
    dwell: int = 7
    shock_sigma: Decimal = Decimal("4.5")
    rank_on: Decimal = Decimal("0.97")
    ratio_on: Decimal = Decimal("1.3")
    rank_off: Decimal = Decimal("0.85")
    ratio_off: Decimal = Decimal("1.1")
    off_bars: int = 3
    min_bars: int = 5
    max_missing: int = 2
    onchain_weight: Decimal = ZERO
    multipliers: tuple[tuple[Regime, Decimal, Decimal], ...] = (
        (Regime.UP, Decimal("2.0"), Decimal("1.0")),
        (Regime.DOWN, Decimal("1.0"), Decimal("2.0")),
        (Regime.RANGING, Decimal("0.8"), Decimal("0.8")),
        (Regime.TURBULENT, Decimal("1.5"), Decimal("1.5")),
        (Regime.UNKNOWN, ONE, ONE),
    )


CORRELATED: tuple[Asset, ...] = tuple(
    Asset(name) for name in ("ADA", "BCH", "BNB", "BTC", "DOGE", "ETH", "LINK", "LTC", "SOL", "XRP")
)
"""The coins whose common movement is watched. Source: METHODS 9a."""


@dataclass(frozen=True, slots=True)
class StressRules:
    """When the market's stress holds proposals back (METHODS 3).

    Attributes:
        families: the kinds of evidence that are switched on; none at all switches the pause off.
        venue_risk: a person distrusts the venue: three points until it is taken back.
        venue_halted_after: how long a venue must be halted before that is three points, not one.
        enter_points: total at which a pause begins.
        min_days, calm_days, max_days, guarded_days, cooldown_days: see METHODS 3.3.
        calm_total: the most points a calm day may have.
        price_1, price_2, price_3: (z1, r3) at which the price has 1, 2 and 3 points; for 3 points
            both must hold.
        price_2_slow: (z3, r3) that together make 2 points.
        price_3_alone: r3 that makes 3 points by itself.
        intraday: simple return over 24 hours that counts as 3 points at once.
        fear: Fear & Greed at and below which it has 1 and 2 points.
        correlation, correlation_rise: least mean correlation of 10 days, and how far above that of
            90 days.
        correlated: the coins it is measured on.
        min_coins: fewer coins than this make it unknown.
        flow_asset, flow_z, flow_days, flow_window: net inflow of this coin, summed over days, in
            robust deviations of the window, for 1 and 2 points.
        peg: (distance from par, for how long) for 1, 2 and 3 points.
        stale_after: age at which a daily reading is no vote any more.
        tell_after: how many days two silent families are kept quiet about.
    """

    families: tuple[Family, ...] = (Family.PRICE, Family.CORRELATION)
    venue_risk: bool = False
    venue_halted_after: timedelta = timedelta(hours=6)
    enter_points: int = 3
    min_days: int = 3
    calm_days: int = 2
    calm_total: int = 1
    max_days: int = 14
    guarded_days: int = 7
    cooldown_days: int = 2
    price_1: tuple[Decimal, Decimal] = (Decimal(-3), Decimal("-0.10"))
    price_2: tuple[Decimal, Decimal] = (Decimal(-4), Decimal("-0.15"))
    price_2_slow: tuple[Decimal, Decimal] = (Decimal(-3), Decimal("-0.12"))
    price_3: tuple[Decimal, Decimal] = (Decimal(-4), Decimal("-0.10"))
    price_3_alone: Decimal = Decimal("-0.20")
    intraday: Decimal = Decimal("-0.15")
    fear: tuple[Decimal, Decimal] = (Decimal(25), Decimal(12))
    correlation: Decimal = Decimal("0.90")
    correlation_rise: Decimal = Decimal("0.12")
    correlated: tuple[Asset, ...] = CORRELATED
    min_coins: int = 3
    flow_asset: Asset = ETH
    flow_z: tuple[Decimal, Decimal] = (Decimal("2.5"), Decimal(4))
    flow_days: int = 7
    flow_window: int = 180
    peg: tuple[tuple[Rate, timedelta], ...] = (
        (Rate(Decimal("0.0050")), timedelta(minutes=60)),
        (Rate(Decimal("0.0100")), timedelta(minutes=30)),
        (Rate(Decimal("0.0150")), timedelta(minutes=15)),
    )
    stale_after: timedelta = timedelta(hours=36)
    tell_after: int = 3

    def watches(self, family: Family) -> bool:
        """Tell whether a family is switched on."""
        return family in self.families


@dataclass(frozen=True, slots=True)
class TiltRules:
    """How far and how fast targets may be shifted (METHODS 4).

    Attributes:
        is_on: the one switch; off leaves the person's targets exactly as they are.
        anchor: the coin that satellites are measured against.
        bear_to_anchor, bear_to_cash: what alts give to each while the market falls.
        bull_from_cash: what cash gives to alts while it rises.
        max_asset: most points an asset may be shifted.
        least, most: bounds as multiples of the base target.
        max_total: most weight that may be shifted in all.
        cash_floor: cash is not shifted below this when its target is at least as high.
        speed: most points an asset may move in a day.
        year_turnover: turnover caused by tilts in a year, above which nothing moves.
        funding_on: mean funding per 8 hours that is crowded by itself.
        funding_percentile, funding_min, funding_stretch: crowded together: its own percentile, a
            least rate, and price over the 50-day average.
        funding_off, funding_off_days, funding_max_days: when it is over.
        funding_days, funding_window, funding_sma: the mean, the year, the average, in days.
        cut, cut_max: what a crowded asset gives up: a share of its target, at most so many points.
    """

    is_on: bool = True
    anchor: Asset = BTC
    bear_to_anchor: Weight = Weight(Decimal("0.05"))
    bear_to_cash: Weight = Weight(Decimal("0.05"))
    bull_from_cash: Weight = Weight(Decimal("0.05"))
    max_asset: Weight = Weight(Decimal("0.10"))
    least: Decimal = Decimal("0.5")
    most: Decimal = Decimal("1.5")
    max_total: Weight = Weight(Decimal("0.15"))
    cash_floor: Weight = Weight(Decimal("0.05"))
    speed: Weight = Weight(Decimal("0.02"))
    year_turnover: Weight = Weight(Decimal("0.25"))
    funding_on: Rate = Rate(Decimal("0.0010"))
    funding_percentile: Decimal = Decimal("0.975")
    funding_min: Rate = Rate(Decimal("0.0005"))
    funding_stretch: Decimal = Decimal("1.25")
    funding_off: Rate = Rate(Decimal("0.0004"))
    funding_off_days: int = 2
    funding_max_days: int = 21
    funding_days: int = 3
    funding_window: int = 365
    funding_sma: int = 50
    cut: Weight = Weight(Decimal("0.20"))
    cut_max: Weight = Weight(Decimal("0.05"))
