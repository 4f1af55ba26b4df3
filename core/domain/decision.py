"""What the engine concluded, with every reason, in order."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from core.domain.market import Side
from core.domain.policy import ProfileName
from core.domain.state import EngineState
from core.domain.units import ZERO, Asset, Money, Price, Quantity, Rate, Weight


class Gate(StrEnum):
    """The ten gates, in the order they are asked (METHODS 0.1)."""

    DATA = "data"
    HALT = "halt"
    PAUSE = "pause"
    TARGETS = "targets"
    BANDS = "bands"
    BREACH = "breach"
    PLAN = "plan"
    ORDERS = "orders"
    BENEFIT = "benefit"
    LIMITS = "limits"


class ReasonCode(StrEnum):
    """Every reason that can stand in a decision."""

    DATA_VALID = "DATA_VALID"
    DATA_UNSAFE = "DATA_UNSAFE"
    PRICE_MISSING = "PRICE_MISSING"
    PRICE_STALE = "PRICE_STALE"
    PRICE_ABSURD = "PRICE_ABSURD"
    BOOK_ABSURD = "BOOK_ABSURD"
    BOOK_FROZEN = "BOOK_FROZEN"
    SOURCES_DISAGREE = "SOURCES_DISAGREE"
    BALANCE_ABSURD = "BALANCE_ABSURD"
    CLOCK_SKEW = "CLOCK_SKEW"
    NO_VALUE = "NO_VALUE"
    SHORT_HISTORY = "SHORT_HISTORY"
    BARS_LATE = "BARS_LATE"
    UNMANAGED = "UNMANAGED"
    NOT_HALTED = "NOT_HALTED"
    HALTED = "HALTED"
    NOT_PAUSED = "NOT_PAUSED"
    PAUSED_BY_HAND = "PAUSED_BY_HAND"
    PAUSED_STRESS = "PAUSED_STRESS"
    OVERRIDDEN = "OVERRIDDEN"
    GUARDED = "GUARDED"
    COOLING_DOWN = "COOLING_DOWN"
    STRESS_VOTE = "STRESS_VOTE"
    INTRADAY_SHOCK = "INTRADAY_SHOCK"
    PRICE_UNKNOWN = "PRICE_UNKNOWN"
    SENTIMENT_UNKNOWN = "SENTIMENT_UNKNOWN"
    CORRELATION_UNKNOWN = "CORRELATION_UNKNOWN"
    FLOWS_UNKNOWN = "FLOWS_UNKNOWN"
    QUOTE_UNKNOWN = "QUOTE_UNKNOWN"
    VENUE_UNKNOWN = "VENUE_UNKNOWN"
    FEED_TROUBLE = "FEED_TROUBLE"
    TARGETS_BASE = "TARGETS_BASE"
    TARGETS_TILTED = "TARGETS_TILTED"
    TILT = "TILT"
    TILT_FROZEN = "TILT_FROZEN"
    FUNDING_UNKNOWN = "FUNDING_UNKNOWN"
    BANDS_SET = "BANDS_SET"
    REGIME = "REGIME"
    REGIME_PLAIN = "REGIME_PLAIN"
    WARMUP = "WARMUP"
    MISSING_DAY = "MISSING_DAY"
    NO_VOLUME = "NO_VOLUME"
    NO_RANGE = "NO_RANGE"
    PROFILE_BY_SIZE = "PROFILE_BY_SIZE"
    SIZE_REMINDER = "SIZE_REMINDER"
    BREACH = "BREACH"
    HARD_BREACH = "HARD_BREACH"
    FIRST_FUNDING = "FIRST_FUNDING"
    NO_BREACH = "NO_BREACH"
    AWAIT_CONFIRMATION = "AWAIT_CONFIRMATION"
    MARGIN = "MARGIN"
    PLANNED = "PLANNED"
    NEW_MONEY = "NEW_MONEY"
    NOT_TRADABLE = "NOT_TRADABLE"
    MARKET_HALTED = "MARKET_HALTED"
    ILLIQUID = "ILLIQUID"
    WALK_RAISED = "WALK_RAISED"
    COLD_LIMITED = "COLD_LIMITED"
    CASH_LIMITED = "CASH_LIMITED"
    ORDERS_SIZED = "ORDERS_SIZED"
    BELOW_MIN = "BELOW_MIN"
    FEE_TOKEN_SHORT = "FEE_TOKEN_SHORT"
    NOTHING_TO_DO = "NOTHING_TO_DO"
    BENEFIT_ENOUGH = "BENEFIT_ENOUGH"
    RISK_LIMIT = "RISK_LIMIT"
    COST_GT_BENEFIT = "COST_GT_BENEFIT"
    WITHIN_LIMITS = "WITHIN_LIMITS"
    PROPOSAL_OPEN = "PROPOSAL_OPEN"
    ONE_A_DAY = "ONE_A_DAY"
    AFTER_EXECUTION = "AFTER_EXECUTION"
    TURNOVER_LIMIT = "TURNOVER_LIMIT"
    YEARLY_LIMIT = "YEARLY_LIMIT"
    OFF_PEG = "OFF_PEG"


ReasonValue = Decimal | datetime | str | int


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason: a code, what it is about, and its figures.

    Attributes:
        code: the reason.
        subject: an asset's symbol, or an empty text for the whole portfolio.
        values: (name, value), the figures a sentence may use.
    """

    code: ReasonCode
    subject: str = ""
    values: tuple[tuple[str, ReasonValue], ...] = ()


@dataclass(frozen=True, slots=True)
class GateResult:
    """One gate's verdict."""

    gate: Gate
    passed: bool
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class Band:
    """Half-widths of one asset's band, as weights."""

    upper: Weight
    lower: Weight


@dataclass(frozen=True, slots=True)
class Standing:
    """Where one asset stands.

    Attributes:
        asset: symbol, the quote currency included.
        value: everything of it that counts, quote currency.
        weight: its share of the portfolio.
        target: its target weight.
        band: its half-widths.
        drift: weight less target in units of the band on its side.
    """

    asset: Asset
    value: Money
    weight: Weight
    target: Weight
    band: Band
    drift: Decimal

    @property
    def low(self) -> Weight:
        """The lower edge of the band."""
        return Weight(self.target - self.band.lower)

    @property
    def high(self) -> Weight:
        """The upper edge of the band."""
        return Weight(self.target + self.band.upper)


@dataclass(frozen=True, slots=True)
class PlannedTrade:
    """One leg of a plan, in sending order.

    Attributes:
        leg: its number, from 1.
        asset, side, quantity: the order.
        mid: the mid price the plan was made at.
        worst_price: never sell below, never buy above.
        cash: signed change of cash that is expected.
        fee: expected fee, in quote currency.
        slippage: expected cost of spread and depth, in quote currency.
        received: what arrives: coins of a buy after a base-coin fee, else the quantity.
    """

    leg: int
    asset: Asset
    side: Side
    quantity: Quantity
    mid: Price
    worst_price: Price
    cash: Money
    fee: Money
    slippage: Money
    received: Quantity


@dataclass(frozen=True, slots=True)
class Plan:
    """A complete trade list and where it lands.

    Attributes:
        trades: sells first, in sending order.
        value: portfolio value before.
        value_after: portfolio value after costs.
        cash_after: quote currency after costs.
        weights_after: (asset, weight), by symbol.
        cost: fees and slippage, quote currency.
        turnover: the larger of buys and sells, as a share of value.
        benefit: what less drift is worth over the horizon, as a share of value.
        cost_rate: costs with the safety buffer, as a share of value.
        first_funding: the portfolio is bought for the first time.
        hard: at least one asset is far outside its band.
        tilt_turnover: the part of the turnover that the person's own targets would not have asked.
    """

    trades: tuple[PlannedTrade, ...]
    value: Money
    value_after: Money
    cash_after: Money
    weights_after: tuple[tuple[Asset, Weight], ...]
    cost: Money
    turnover: Weight
    benefit: Rate
    cost_rate: Rate
    first_funding: bool
    hard: bool
    tilt_turnover: Weight = Weight(ZERO)


class Verdict(StrEnum):
    """The outcome of a decision."""

    PROPOSE = "PROPOSE"
    NO_TRADE = "NO_TRADE"


@dataclass(frozen=True, slots=True)
class Propose:
    """Trade, if a person agrees."""

    plan: Plan


@dataclass(frozen=True, slots=True)
class NoTrade:
    """Do nothing.

    Attributes:
        gate: the first gate that failed.
        withheld: the plan that would have run, for the record, never for trading.
    """

    gate: Gate
    withheld: Plan | None


@dataclass(frozen=True, slots=True)
class Decision:
    """One decision and everything it rests on.

    Attributes:
        decision_id: SHA-256 over the digests of snapshot, policy, state and the engine's version.
        decided_at: the snapshot's instant.
        outcome: Propose with its plan, or NoTrade with the gate that failed.
        gates: every gate that was asked, in order.
        standings: every asset with its band; empty when the data were unsafe.
        value: portfolio value, None when the data were unsafe.
        profile: the band profile in force.
        next_state: the engine's memory after this decision.
    """

    decision_id: str
    snapshot_digest: str
    policy_digest: str
    state_digest: str
    engine_version: str
    decided_at: datetime
    outcome: Propose | NoTrade
    gates: tuple[GateResult, ...]
    standings: tuple[Standing, ...]
    value: Money | None
    profile: ProfileName
    next_state: EngineState

    @property
    def verdict(self) -> Verdict:
        """PROPOSE or NO_TRADE."""
        return Verdict.PROPOSE if isinstance(self.outcome, Propose) else Verdict.NO_TRADE

    @property
    def reasons(self) -> tuple[Reason, ...]:
        """All reasons of all gates, in order."""
        return tuple(reason for gate in self.gates for reason in gate.reasons)

    def has(self, code: ReasonCode) -> bool:
        """Tell whether ``code`` stands among the reasons."""
        return any(reason.code is code for reason in self.reasons)
