"""The person's rules: targets, bands, limits. An impossible policy cannot be constructed."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from enum import StrEnum

from core.domain.errors import PolicyInvalid
from core.domain.stress import Family
from core.domain.units import BPS, ONE, ZERO, Asset, Money, Quantity, Rate, Weight, text_of
from core.domain.watching import RegimeRules, StressRules, TiltRules

TARGET_SUM_TOLERANCE = Decimal("1e-9")
SYMBOL = re.compile(r"[A-Z0-9]{1,12}")


class BandMode(StrEnum):
    """How a half-width follows from a target: see METHODS 1.2."""

    HYBRID = "hybrid"
    ABSOLUTE = "absolute"
    RELATIVE = "relative"


class ProfileName(StrEnum):
    """The four band profiles, narrowest first."""

    TIGHT = "tight"
    STANDARD = "standard"
    SMALL = "small"
    TINY = "tiny"


@dataclass(frozen=True, slots=True)
class Profile:
    """Band widths as weights: ``clamp(rel * target, floor, cap)``."""

    cap: Weight
    rel: Weight
    floor: Weight


def _profile(cap: str, rel: str, floor: str) -> Profile:
    return Profile(Weight(Decimal(cap)), Weight(Decimal(rel)), Weight(Decimal(floor)))


# Source: METHODS 1.2.
PROFILES: dict[ProfileName, Profile] = {
    ProfileName.TIGHT: _profile("0.05", "0.25", "0.02"),
    ProfileName.STANDARD: _profile("0.10", "0.40", "0.025"),
    ProfileName.SMALL: _profile("0.15", "0.60", "0.05"),
    ProfileName.TINY: _profile("0.20", "0.80", "0.075"),
}


@dataclass(frozen=True, slots=True)
class BandRules:
    """Trigger and destination (METHODS 1.2, 1.3, 1.8, 5.5).

    Attributes:
        profile: the profile chosen by the person.
        custom: widths in place of the profile's; None uses the profile.
        mode: hybrid, absolute or relative.
        delta: where inside the band a trade ends, 0 = target, 1 = edge.
        confirm: consecutive daily evaluations that must see the same breach.
        hard: drift in band units that needs no confirmation.
        small_below, tiny_below: portfolio values at which the wider profiles take over.
        hysteresis: how far above those values the way back lies.
        adapt_to_size: whether the wider profiles take over at all.
    """

    profile: ProfileName = ProfileName.STANDARD
    custom: Profile | None = None
    mode: BandMode = BandMode.HYBRID
    delta: Weight = Weight(Decimal("0.5"))
    confirm: int = 2
    hard: Decimal = Decimal(2)
    small_below: Money = Money(Decimal(10_000))
    tiny_below: Money = Money(Decimal(5_000))
    hysteresis: Rate = Rate(Decimal("0.10"))
    adapt_to_size: bool = True


@dataclass(frozen=True, slots=True)
class CadenceRules:
    """How often a person may be asked (METHODS 1.8, 5.5)."""

    after_execution: timedelta = timedelta(days=3)
    max_turnover: Weight = Weight(Decimal("0.30"))
    turnover_window: timedelta = timedelta(days=30)
    tiny_proposals_per_year: int = 4
    size_reminder_every: timedelta = timedelta(days=91)


@dataclass(frozen=True, slots=True)
class OrderRules:
    """How large and how bold an order may be (METHODS 1.6, 8.3)."""

    cap: Rate = Rate(25 * BPS)
    cap_spread_mult: Decimal = Decimal(3)
    worst_price: Rate = Rate(Decimal("0.01"))
    min_trade_quote: Money = Money(Decimal(25))
    min_trade_share: Weight = Weight(Decimal("0.0025"))
    min_notional_mult: Decimal = Decimal("1.1")
    proceeds_haircut: Rate = Rate(Decimal("0.001"))


@dataclass(frozen=True, slots=True)
class CostRules:
    """What trading costs, and when a market is too thin (METHODS 5.1)."""

    default_taker: Rate = Rate(Decimal("0.006"))
    buffer: Rate = Rate(2 * BPS)
    impact: Decimal = ONE
    max_walk: Rate = Rate(50 * BPS)
    max_adv: Weight = Weight(Decimal("0.01"))
    max_spread_major: Rate = Rate(30 * BPS)
    max_spread_other: Rate = Rate(100 * BPS)
    majors: tuple[Asset, ...] = (Asset("BTC"), Asset("ETH"))


@dataclass(frozen=True, slots=True)
class BenefitRules:
    """When a trade is worth its cost (METHODS 5.4)."""

    gamma: Decimal = Decimal(3)
    horizon_years: Decimal = Decimal("0.5")
    cov_days: int = 90
    min_cov_days: int = 60
    shrink: Decimal = Decimal("0.20")
    fallback_volatility: Decimal = Decimal("0.80")
    cost_mult: Decimal = Decimal("1.5")
    tax_weight: Decimal = Decimal("0.25")


@dataclass(frozen=True, slots=True)
class DataRules:
    """How old and how contradictory data may be (METHODS 1.9, 3.4)."""

    traded_quote_max_age: timedelta = timedelta(minutes=2)
    held_quote_max_age: timedelta = timedelta(hours=24)
    execution_quote_max_age: timedelta = timedelta(seconds=10)
    max_source_gap: Rate = Rate(Decimal("0.01"))
    max_clock_skew: timedelta = timedelta(seconds=5)
    max_jump: Decimal = Decimal(3)


@dataclass(frozen=True, slots=True)
class ApprovalRules:
    """What an approval needs and how long it holds (METHODS 8.3, 8.4)."""

    time_to_live: timedelta = timedelta(hours=12)
    quantity_tolerance: Rate = Rate(Decimal("0.05"))
    price_tolerance: Rate = Rate(Decimal("0.01"))
    cost_tolerance: Rate = Rate(Decimal("0.25"))
    cost_tolerance_floor: Rate = Rate(5 * BPS)
    max_reshows: int = 2
    tier1_share: Weight = Weight(Decimal("0.05"))
    tier1_amount: Money = Money(Decimal(1_000))
    tier2_share: Weight = Weight(Decimal("0.20"))
    tier2_amount: Money = Money(Decimal(10_000))
    second_step_after: timedelta = timedelta(seconds=3)
    day_max_share: Weight = Weight(Decimal("0.30"))
    day_max_executions: int = 3


@dataclass(frozen=True, slots=True)
class Policy:
    """Everything a person decided beforehand.

    Attributes:
        quote: the one quote currency, also a target.
        targets: (asset, weight), cash included, sorted by symbol, sum 1.
        reserve: quote currency that is never spent.
        cold: (asset, coins) kept elsewhere by the person: counted, never sold.
        excluded: (asset, amount) on the account that is neither counted nor touched.
        trading_capital: the most the bot may move at all, in quote currency; None = no limit.

    Raises:
        PolicyInvalid: with one sentence per mistake.
    """

    quote: Asset
    targets: tuple[tuple[Asset, Weight], ...]
    reserve: Money = Money(ZERO)
    cold: tuple[tuple[Asset, Quantity], ...] = ()
    excluded: tuple[tuple[Asset, Quantity], ...] = ()
    trading_capital: Money | None = None
    bands: BandRules = field(default_factory=BandRules)
    cadence: CadenceRules = field(default_factory=CadenceRules)
    orders: OrderRules = field(default_factory=OrderRules)
    costs: CostRules = field(default_factory=CostRules)
    benefit: BenefitRules = field(default_factory=BenefitRules)
    data: DataRules = field(default_factory=DataRules)
    approval: ApprovalRules = field(default_factory=ApprovalRules)
    regime: RegimeRules = field(default_factory=RegimeRules)
    stress: StressRules = field(default_factory=StressRules)
    tilt: TiltRules = field(default_factory=TiltRules)

    def __post_init__(self) -> None:
        """Refuse an impossible policy with all of its mistakes at once."""
        problems = tuple(_problems(self))
        if problems:
            raise PolicyInvalid(*problems)
        for name in ("targets", "cold", "excluded"):
            object.__setattr__(self, name, tuple(sorted(getattr(self, name))))

    @property
    def risk_assets(self) -> tuple[Asset, ...]:
        """All target assets but the quote currency, by symbol."""
        return tuple(asset for asset, _ in self.targets if asset != self.quote)

    @property
    def watched_assets(self) -> tuple[Asset, ...]:
        """The coins whose daily bars matter: the targets, and what the market is read by."""
        watched = {self.regime.asset, *self.risk_assets}
        if self.stress.watches(Family.CORRELATION):
            watched |= set(self.stress.correlated)
        return tuple(sorted(watched - {self.quote}))

    def target_of(self, asset: Asset) -> Weight:
        """Return the target weight of ``asset``, 0 for one without a target."""
        return dict(self.targets).get(asset, Weight(ZERO))


def _problems(policy: Policy) -> Iterator[str]:
    yield from _symbol_problems(policy)
    yield from _target_problems(policy)
    yield from _amount_problems(policy)
    yield from _limit_problems(policy)
    bands, profile = policy.bands, policy.bands.custom
    if not ZERO <= bands.delta <= ONE:
        yield f"bands.delta is {text_of(bands.delta)}; it must lie between 0 (target) and 1 (edge)"
    if bands.confirm < 1:
        yield f"bands.confirm is {bands.confirm}; at least 1 daily evaluation is needed"
    if profile is not None and not ZERO < profile.floor <= profile.cap <= ONE:
        yield (
            f"bands.custom has floor {text_of(profile.floor)} and cap {text_of(profile.cap)}; "
            "0 < floor <= cap <= 1 is needed"
        )
    if bands.tiny_below > bands.small_below:
        yield "bands.tiny_below is above bands.small_below; swap them"
    lifetime = policy.approval.time_to_live
    if not timedelta(minutes=15) <= lifetime <= timedelta(hours=24):
        yield f"approval.time_to_live is {lifetime}; it must lie between 15 minutes and 24 hours"


def _symbol_problems(policy: Policy) -> Iterator[str]:
    for name in ("targets", "cold", "excluded"):
        for asset, _ in getattr(policy, name):
            if not SYMBOL.fullmatch(asset):
                yield f"{name} names {asset!r}; a symbol is 1 to 12 capital letters or digits"
    for name in (policy.regime.asset, *policy.stress.correlated, policy.stress.flow_asset):
        if not SYMBOL.fullmatch(name):
            yield f"the market is watched by {name!r}; a symbol is 1 to 12 capitals or digits"
    if policy.regime.asset == policy.quote:
        yield f"regime.asset is the quote currency {policy.quote}; name a coin, for example BTC"
    if not SYMBOL.fullmatch(policy.quote):
        yield f"quote is {policy.quote!r}; a symbol is 1 to 12 capital letters or digits"


def _target_problems(policy: Policy) -> Iterator[str]:
    names = [asset for asset, _ in policy.targets]
    for asset in sorted({name for name in names if names.count(name) > 1}):
        yield f"targets name {asset} more than once; keep one line for it"
    for asset, weight in policy.targets:
        if not ZERO <= weight <= ONE:
            yield f"target of {asset} is {text_of(weight * 100)} %; it must lie between 0 and 100"
    if policy.quote not in names:
        yield (
            f"targets do not name the quote currency {policy.quote}; "
            f"add a line for it, for example {policy.quote} = 20"
        )
    if not any(name != policy.quote for name in names):
        yield "targets name no coin beside the quote currency; add at least one"
    total = sum((weight for _, weight in policy.targets), ZERO)
    if abs(total - ONE) > TARGET_SUM_TOLERANCE:
        yield (
            f"targets sum to {text_of(total * 100)} %; they must sum to 100, "
            f"so {'add' if total < ONE else 'take away'} {text_of(abs(ONE - total) * 100)}"
        )


def _amount_problems(policy: Policy) -> Iterator[str]:
    for name, pairs in (("cold", policy.cold), ("excluded", policy.excluded)):
        for asset, amount in pairs:
            if amount < ZERO:
                yield f"{name} amount of {asset} is {text_of(amount)}; it must not be negative"
    known = {asset for asset, _ in policy.targets}
    for asset, _ in policy.cold:
        if asset not in known:
            yield f"cold names {asset}, which has no target; add {asset} = 0 to the targets"


def _limit_problems(policy: Policy) -> Iterator[str]:
    if policy.reserve < ZERO:
        yield f"reserve is {text_of(policy.reserve)}; it must not be negative"
    if policy.trading_capital is not None and policy.trading_capital <= ZERO:
        yield (
            f"trading_capital is {text_of(policy.trading_capital)}; "
            "it must be above 0, or left out for no limit"
        )
