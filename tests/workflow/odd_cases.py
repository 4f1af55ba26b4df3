"""Orders before the last gate in worlds that make no sense, each with the gate's words for it."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

from bot.ports.messages import Mode
from core.domain.decision import PlannedTrade
from core.domain.market import Side
from core.domain.proposal import OrderState
from core.domain.units import ZERO, Money, Price, Quantity, Rate
from tests.workflow.gate_cases import (
    LATER,
    Case,
    coins,
    fill,
    money,
    numbered,
    plan,
    purchase,
    quotes,
    sale,
    trade,
)
from tests.workflow.office import BTC, ETH, MORNING, policy


def tried(times: int) -> Case:
    """Return a sale that was sent so often already, and brought nothing."""
    case = sale().with_order(**numbered(1, times + 1))
    before = [
        replace(case.order, **numbered(1, n), state=OrderState.CANCELLED, deadline_at=MORNING)
        for n in range(1, times + 1)
    ]
    return case.with_now(orders=(*before, case.order))


def of(*legs: PlannedTrade) -> Case:
    """Return the sale as the first of these legs, in a plan of all of them."""
    return sale().with_plan(trades=legs)


SECOND = timedelta(seconds=1)
NAN: Any = Decimal("NaN")
FALLEN = Price(Decimal(90))
SALE, BUY = trade(1, BTC, Side.SELL, "2"), trade(2, ETH, Side.BUY, "20")
SOLD = fill(BTC, Side.SELL, "1")
ODD = [
    ("watching", sale().with_now(mode=Mode.WATCH), "watching only"),
    ("a machine's yes", sale().with_now(mode=Mode.LIVE).with_proposal(decided_by="auto"), "person"),
    (
        "a card without an end",
        sale().with_proposal(expires_at=MORNING + timedelta(days=9)),
        "too old",
    ),
    ("approved too late", sale().with_proposal(expires_at=MORNING - SECOND), "after its time"),
    (
        "a clock set back",
        sale().with_now(at=MORNING - timedelta(hours=25)),
        "the clock was set back",
    ),
    ("another id", sale().with_order(client_id="another"), "not the id"),
    ("not written down", sale().with_now(orders=()), "not the one that was written down"),
    ("a changed plan", sale().with_proposal(plan=plan(trade(1, BTC, Side.SELL, "3"))), "shown"),
    ("a third time", tried(2), "sent 2 times already"),
    ("too large", purchase().with_order(quantity=Quantity(Decimal("1E+400"))), "too large"),
    ("too fine", sale().with_order(quantity=Quantity(Decimal("1E-30"))), "too fine"),
    ("one asset twice", of(SALE, replace(BUY, asset=BTC)), "one asset twice"),
    ("one leg twice", of(SALE, replace(BUY, leg=1)), "one leg twice"),
    ("buys before it sells", of(replace(BUY, leg=2), SALE), "buys before it sells"),
    ("no number in another leg", of(SALE, replace(BUY, quantity=NAN)), "the plan names NaN"),
    ("no price in another leg", of(SALE, replace(BUY, worst_price=NAN)), "the plan names NaN"),
    ("an endless estimate", of(SALE, replace(BUY, fee=Money(Decimal("Infinity")))), "no number"),
    ("no estimate", sale().with_plan(value=NAN), "no number"),
    ("no quote", sale().with_now(quotes=()), "no one quote"),
    ("two quotes", sale().with_now(quotes=quotes() * 2), "no one quote"),
    ("an old quote", sale().with_quote(observed_at=LATER - 11 * SECOND), "too old"),
    ("a quote of tomorrow", sale().with_quote(observed_at=LATER + timedelta(hours=1)), "too old"),
    ("a crossed quote", sale().with_quote(bid=Price(Decimal("100.1"))), "crossed"),
    ("no bid", sale().with_quote(bid=Price(ZERO)), "the quote of BTC is 0"),
    ("a bid that is no number", sale().with_quote(bid=NAN), "the quote of BTC is NaN"),
    ("an endless ask", sale().with_quote(ask=Price(Decimal("Infinity"))), "the quote of BTC is"),
    ("a market far away", sale().with_quote(bid=FALLEN, ask=FALLEN), "further than 5 %"),
    ("a plan of other prices", of(replace(SALE, mid=Price(Decimal(110)))), "5 % from 110"),
    ("a plan of no prices", of(replace(SALE, mid=Price(Decimal(-1)))), "must be above 0"),
    ("a wide market", purchase().with_quote(bid=Price(Decimal(1))), "further than 5 %"),
    ("another source far away", sale().with_quote(references=(FALLEN,)), "further than 5 %"),
    ("a fee that is no number", sale().with_now(fee=NAN), "the fee of BTC"),
    ("a fee above all", purchase().with_now(fee=Rate(Decimal("0.5"))), "the fee of ETH"),
    ("less than nothing held", sale().with_now(balances=(coins(ETH, "-1"),)), "tells -1 ETH"),
    ("no number held", sale().with_now(balances=(coins(BTC, "NaN"),)), "tells NaN BTC"),
    ("held twice", sale().with_now(balances=(coins(BTC, "5"), coins(BTC, "5"))), "asset twice"),
    ("a strange trade", sale().with_now(fills=(fill(ETH, Side.SELL, "1"),)), "never approved"),
    ("a trade at a bad price", sale().with_now(fills=(fill(BTC, Side.SELL, "1", "98"),)), "beyond"),
    ("too much traded", sale().with_now(fills=(SOLD, SOLD, SOLD)), "more than the approved"),
    ("a trade backwards", sale().with_now(fills=(fill(BTC, Side.SELL, "-1"),)), "booked with -1"),
    ("a fee from nowhere", sale().with_now(fills=(replace(SOLD, fee=NAN),)), "the fee NaN"),
    ("a day without a number", sale().with_now(turnover_today=NAN), "portfolio today"),
    ("a plan that hides its size", of(replace(SALE, quantity=Quantity(Decimal(5)))), "portfolio"),
    ("a first purchase of a second", purchase().with_plan(first_funding=True), "coins already"),
    (
        "a capital that cannot be measured",
        sale(policy(trading_capital=Money(Decimal(900)))).with_now(
            quotes=quotes()[:1], balances=(coins(BTC, "3"), coins(ETH, "100"), money("500"))
        ),
        "no one quote of ETH",
    ),
]
