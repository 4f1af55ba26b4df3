"""One day of a small portfolio, by hand: 62 % BTC, 22 % ETH, 16 % USD, and a plan to mend it."""

import math
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from hashlib import sha256

from bot.ports.feeds import FeedReading
from core.codec import bar_series, digest_of, reading_series
from core.domain.decision import (
    Band,
    Decision,
    Gate,
    GateResult,
    NoTrade,
    Plan,
    PlannedTrade,
    Propose,
    Reason,
    ReasonCode,
    Standing,
)
from core.domain.market import BarSeries, Book, Level, MarketRules, Quote, Side
from core.domain.policy import Policy, ProfileName
from core.domain.portfolio import Balance, Flow, FlowKind
from core.domain.proposal import Fill, Order, OrderState, Proposal, ProposalState
from core.domain.readings import FeedTrouble, Reading, ReadingKind, ReadingSeries, Trouble
from core.domain.snapshot import Occasion, Snapshot
from core.domain.state import EngineState, Halt, ManualPause, Streak, StressOverride, Turnover
from core.domain.units import Asset, Money, Price, Quantity, Rate, Weight
from tests.store.sample_market import REGIME, STRESS, TILT

AT = datetime(2026, 3, 2, 0, 5, tzinfo=UTC)
MIDNIGHT = AT.replace(minute=0)
BTC, ETH, USD = Asset("BTC"), Asset("ETH"), Asset("USD")
LONG = Decimal("123456789012.345678901234567891")
"""Thirty digits: a double keeps sixteen of them."""


def d(text: str) -> Decimal:
    """Return the amount that ``text`` says."""
    return Decimal(text)


def hours(count: float) -> timedelta:
    """Return this many hours."""
    return timedelta(hours=count)


def hashed(secret: str) -> str:
    """Return the SHA-256 of a text, in hex."""
    return sha256(secret.encode()).hexdigest()


def bars(asset: Asset, *, days: int = 30, missing: bool = False) -> BarSeries:
    """Return bars that no short decimal equals; ``missing`` leaves one volume out."""
    closes = [100.0 + math.sin(day / 3) * 7.123456789 for day in range(days)]
    volumes = [1000.0 / (day + 3) for day in range(days)]
    if missing:
        volumes[4] = math.nan
    return bar_series(
        asset,
        "kraken",
        MIDNIGHT - hours(24),
        opens=closes,
        highs=[close * 1.01 for close in closes],
        lows=[close * 0.99 for close in closes],
        closes=closes,
        volumes=volumes,
    )


FEAR = "alternative.me"


def fear(value: str, *, days_ago: int = 0, is_append_only: bool = True) -> FeedReading:
    """Return one day's Fear & Greed as a feed tells it."""
    about = MIDNIGHT - timedelta(days=days_ago)
    return FeedReading(ReadingKind.FEAR_GREED, Asset(""), FEAR, about, d(value), is_append_only)


def readings(*, days: int = 30, is_point_in_time: bool = True) -> ReadingSeries:
    """Return a Fear & Greed series that ends today."""
    rows = (
        Reading(MIDNIGHT - timedelta(days=days - 1 - day), d(str(20 + day)), AT)
        for day in range(days)
    )
    return reading_series(
        ReadingKind.FEAR_GREED, Asset(""), FEAR, rows, is_point_in_time=is_point_in_time
    )


POLICY = Policy(
    quote=USD,
    targets=((BTC, Weight(d("0.5"))), (ETH, Weight(d("0.3"))), (USD, Weight(d("0.2")))),
    reserve=Money(d("250")),
    cold=((BTC, Quantity(d("0.05"))),),
)

STATE = EngineState(
    streaks=(Streak(BTC, Side.SELL, 1, AT.date() - timedelta(days=1)),),
    proposed_on=(AT.date() - timedelta(days=40),),
    executed_at=AT - timedelta(days=40),
    turnovers=(Turnover(AT - timedelta(days=40), Weight(d("0.071")), Weight(d("0.004"))),),
    new_money=Money(LONG),
    halt=Halt(AT, "a drill"),
    pause=ManualPause(AT, "ada"),
    override=StressOverride(AT + hours(24), "ada", "it looks calm to me"),
    regime=REGIME,
    stress=STRESS,
    tilt=TILT,
)

SNAPSHOT = Snapshot(
    as_of=AT,
    occasion=Occasion.DAILY,
    quote=USD,
    balances=(
        Balance(BTC, Quantity(d("0.25")), Quantity(d("0.01"))),
        Balance(ETH, Quantity(d("2.1")), staked=Quantity(d("0.5"))),
        Balance(USD, Quantity(LONG)),
    ),
    quotes=(
        Quote(BTC, Price(d("109990.1")), Price(d("110009.9")), AT, "kraken", (Price(d("110001")),)),
        Quote(ETH, Price(d("4199")), Price(d("4200.5")), AT, "kraken"),
    ),
    rules=(
        MarketRules(
            BTC,
            Price(d("0.1")),
            Quantity(d("0.00001")),
            Quantity(d("0.00005")),
            Money(d("5")),
            Rate(d("0.004")),
        ),
        MarketRules(
            ETH, Price(d("0.01")), Quantity(d("0.0001")), Quantity(d("0.001")), Money(d("5")), None
        ),
    ),
    books=(
        Book(
            BTC,
            bids=(Level(Price(d("109990.1")), Quantity(d("0.75"))),),
            asks=(Level(Price(d("110009.9")), Quantity(d("0.33"))),),
            observed_at=AT,
        ),
    ),
    bars=(bars(BTC), bars(ETH, days=29)),
    readings=(readings(),),
    troubles=(FeedTrouble(ReadingKind.NET_INFLOW, ETH, "glassnode", Trouble.OFF),),
    clock_skew=timedelta(milliseconds=120),
    warnings=("UNKNOWN_CODE:XYZ",),
)


def _trade(leg: int, asset: Asset, side: Side, quantity: str, mid: str) -> PlannedTrade:
    amount, price = d(quantity), d(mid)
    return PlannedTrade(
        leg=leg,
        asset=asset,
        side=side,
        quantity=Quantity(amount),
        mid=Price(price),
        worst_price=Price(price * (1 + side.sign * d("0.01"))),
        cash=Money(-side.sign * amount * price),
        fee=Money(amount * price * d("0.004")),
        slippage=Money(amount * price * d("0.0003")),
        received=Quantity(amount),
    )


PLAN = Plan(
    trades=(
        _trade(1, BTC, Side.SELL, "0.03195", "110000"),
        _trade(2, ETH, Side.BUY, "0.62", "4199.75"),
    ),
    value=Money(d("50123.456")),
    value_after=Money(d("50096.123456789012345678901234")),
    cash_after=Money(d("8911.5")),
    weights_after=((BTC, Weight(d("0.55"))), (ETH, Weight(d("0.272"))), (USD, Weight(d("0.178")))),
    cost=Money(d("27.33")),
    turnover=Weight(d("0.0702")),
    benefit=Rate(d("0.0019")),
    cost_rate=Rate(d("0.0006")),
    first_funding=False,
    hard=False,
)

STANDINGS = tuple(
    Standing(
        asset,
        Money(d(weight) * 50_000),
        Weight(d(weight)),
        Weight(d(target)),
        Band(Weight(d("0.1")), Weight(d("0.08"))),
        (d(weight) - d(target)) / d("0.1"),
    )
    for asset, weight, target in ((BTC, "0.62", "0.5"), (ETH, "0.22", "0.3"), (USD, "0.16", "0.2"))
)

_GATES = (
    GateResult(Gate.DATA, True, (Reason(ReasonCode.DATA_VALID),)),
    GateResult(
        Gate.BREACH,
        True,
        (
            Reason(
                ReasonCode.BREACH,
                BTC,
                (
                    ("drift", d("1.2")),
                    ("days", 2),
                    ("since", AT - hours(24)),
                    ("side", "above – the upper edge"),
                ),
            ),
        ),
    ),
)


def decision(
    number: int = 1,
    *,
    trades: bool = True,
    at: datetime | None = None,
    snapshot: Snapshot = SNAPSHOT,
) -> Decision:
    """Return the decision with this number; equal numbers give equal decisions."""
    outcome = Propose(PLAN) if trades else NoTrade(Gate.BENEFIT, PLAN)
    return Decision(
        decision_id=hashed(f"decision {number}"),
        snapshot_digest=digest_of(snapshot),
        policy_digest=digest_of(POLICY),
        state_digest=digest_of(STATE),
        engine_version="1",
        decided_at=at or AT + hours(number - 1),
        outcome=outcome,
        gates=_GATES,
        standings=STANDINGS,
        value=Money(d("50123.456")),
        profile=ProfileName.STANDARD,
        next_state=STATE,
    )


NONCE = "Zm9vYmFyYmF6cXV4MTIzNDU"


def proposal(name: str = "7f3k9q2m", *, number: int = 1, at: datetime = AT) -> Proposal:
    """Return a draft made from the decision with this number."""
    return Proposal(
        proposal_id=name,
        decision_id=decision(number).decision_id,
        state=ProposalState.DRAFT,
        plan=PLAN,
        plan_digest=digest_of(PLAN),
        tier=1,
        created_at=at,
        expires_at=at + hours(12),
    )


def orders(name: str = "7f3k9q2m", *, attempt: int = 1) -> tuple[Order, ...]:
    """Return the plan's legs on their way."""
    return tuple(
        Order(
            client_id=hashed(f"{name} {trade.leg} {attempt}")[:32],
            proposal_id=name,
            leg=trade.leg,
            attempt=attempt,
            asset=trade.asset,
            side=trade.side,
            quantity=trade.quantity,
            limit_price=trade.worst_price,
            state=OrderState.NEW,
            intent_at=AT + hours(1),
        )
        for trade in PLAN.trades
    )


def fill(order: Order, number: int = 1, *, quantity: str = "0.01", at: datetime = AT) -> Fill:
    """Return one trade of ``order``."""
    return Fill(
        fill_id=f"{order.client_id}-{number}",
        client_id=order.client_id,
        asset=order.asset,
        side=order.side,
        quantity=Quantity(d(quantity)),
        price=Price(d("110000.123456789012345678")),
        fee=Money(d("4.400004938271560493827")),
        fee_asset=USD,
        executed_at=at,
    )


def flow(number: int = 1, *, kind: FlowKind = FlowKind.DEPOSIT, at: datetime = AT) -> Flow:
    """Return one change of the USD balance."""
    return Flow(f"L{number}", USD, kind, LONG, Money(LONG), at, "ref")
