"""What a backtest leaves behind: the run, what was asked, and the books of every day."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from core.domain.decision import Gate, Plan
from core.domain.market import Side
from core.domain.units import Asset, Money, Price, Quantity
from core.simulation.bar_table import Floats
from core.simulation.matrix import Flags
from core.simulation.runs import SimulatedRun


@dataclass(frozen=True, slots=True)
class CashFlow:
    """Quote currency that comes in (positive) or goes out, from outside.

    Attributes:
        day: the UTC day at whose very start it is there, right after the close of the day before
            and before the decision on that close.
        amount: signed, quote currency.
    """

    day: date
    amount: Money


class Fate(StrEnum):
    """What became of a proposal."""

    EXECUTED = "executed"
    REJECTED = "rejected"
    EXPIRED = "expired"
    OPEN = "open"


@dataclass(frozen=True, slots=True)
class BookedTrade:
    """One simulated fill.

    Attributes:
        day: the UTC day at whose open it filled.
        asset, side: what was traded.
        quantity: coins.
        price: what one coin really brought or cost, spread and walk included, the fee not.
        middle: the price before spread and walk.
        cash: signed change of cash, the fee included.
        fee: quote currency.
        slippage: cost of spread and walk, quote currency.
        predicted: fee and slippage that the plan had said, for this quantity.
        gain: proceeds less average cost; 0 for a buy.
    """

    day: date
    asset: Asset
    side: Side
    quantity: Quantity
    price: Price
    middle: Price
    cash: Money
    fee: Money
    slippage: Money
    predicted: Money
    gain: Money


@dataclass(frozen=True, slots=True)
class Delisting:
    """A coin whose bars ended: what was held of it was sold at half of the last close.

    Source: METHODS 6.1: delisting at the last price minus 50 %.
    """

    day: date
    asset: Asset
    quantity: Quantity
    price: Price
    gain: Money


@dataclass(frozen=True, slots=True)
class AskedProposal:
    """One question to the person, and what became of it.

    Attributes:
        bar: index of the close it was decided on.
        asked_on: UTC date on the card.
        decided_at: the decision's instant.
        decision_id: the decision.
        proposal_id: the card's name.
        plan: what was proposed.
        fate: what became of it.
        filled_on: the UTC day at whose open it filled; None when it did not.
        trades: the fills, in order.
    """

    bar: int
    asked_on: date
    decided_at: datetime
    decision_id: str
    proposal_id: str
    plan: Plan
    fate: Fate
    filled_on: date | None = None
    trades: tuple[BookedTrade, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class GivenSeries:
    """What the market told on each close: all that a kernel takes as given.

    Attributes:
        targets: in force, tilts included, cash last; bars x (assets + 1).
        regimes: the published label; one a bar.
        phases: NORMAL, PAUSED or GUARDED; one a bar.
        is_evaluated: whether the data could be believed, so that a decision was made; bars.
    """

    targets: Floats
    regimes: tuple[str, ...]
    phases: tuple[str, ...]
    is_evaluated: Flags


@dataclass(frozen=True, slots=True, eq=False)
class Backtest:
    """One policy lived through one course.

    Attributes:
        run: the record that metrics and studies read.
        series: what the kernel takes as given.
        proposals: every question to the person, in order of time.
        failed_gates: the gate that said no on each close; None where a person was asked.
        decision_ids: one a bar.
        cash: quote currency at each close; bars.
        coins: coins at each close, in the order of ``run.assets``; bars.
        trades: all fills, in order of time.
        delistings: coins whose bars ended while they were held, in order of time.
        policy_digest: which policy it was.
        engine_version: which engine decided.
    """

    run: SimulatedRun
    series: GivenSeries
    proposals: tuple[AskedProposal, ...]
    failed_gates: tuple[Gate | None, ...]
    decision_ids: tuple[str, ...]
    cash: tuple[Money, ...]
    coins: tuple[tuple[Quantity, ...], ...]
    trades: tuple[BookedTrade, ...]
    delistings: tuple[Delisting, ...]
    policy_digest: str
    engine_version: str
