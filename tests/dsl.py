"""Small builders, so that a test reads like the situation it is about.

    two = portfolio("BTC 0.28 @ 110000 -> 50", "ETH 2.6 @ 4200 -> 30, cold 1", cash="8000 -> 20")
    decision = decide(snapshot(two, day=1), two.policy, state)

A line is COIN AMOUNT @ PRICE -> PERCENT, then options such as ``, cold 0.1, spread 10, fee 0.26``.
Unless told otherwise: 0.40 % fee in quote currency, a spread of 6 bp, a book as deep as needed.
"""
# ruff: noqa: ANN401  # changes are handed to dataclasses.replace, whatever the field takes

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, TypeVar

from core.codec import bar_series
from core.domain.decision import Decision, GateResult
from core.domain.market import (
    BarSeries,
    Book,
    FeeMode,
    Level,
    MarketRules,
    MarketStatus,
    Quote,
)
from core.domain.policy import Policy
from core.domain.portfolio import Balance
from core.domain.snapshot import Occasion, Snapshot
from core.domain.state import EngineState
from core.domain.units import Asset, Money, Price, Quantity, Rate, Weight, exact
from core.domain.watching import StressRules
from core.engine import decide

_T = TypeVar("_T")

MORNING = datetime(2026, 3, 2, 0, 6, tzinfo=UTC)
"""A Monday, six minutes after the UTC close: day 0 of every story."""

UNWATCHED: dict[str, Any] = {"stress": StressRules(families=())}
"""Stories about drift have no history of bars; those about stress bring their own rules."""

DEPTH = Quantity(Decimal("1e12"))
"""Coins at the best level of a book that no order ever empties."""

_LINE = re.compile(
    r"(?P<asset>[A-Z0-9]+) (?P<amount>\S+) @ (?P<price>[^,\s]+)"
    r"(?: -> (?P<target>[^,\s]+))?(?P<rest>.*)"
)
_CASH = re.compile(r"(?P<amount>\S+) -> (?P<target>[^,\s]+)(?P<rest>.*)")
_DEFAULTS = {
    "cold": "0",
    "locked": "0",
    "staked": "0",
    "excluded": "0",
    "spread": "6",
    "fee": "0.4",
    "mode": "quote",
    "status": "online",
    "step": "0.00001",
    "tick": "0.00000001",
    "min": "5",
    "least": "0",
    "age": "0",
    "beside": "",
}
"""Every option of a line: coins kept elsewhere, locked, staked, excluded; spread in bp, fee in
percent; step, tick, smallest notional and quantity; age of the quote in seconds; prices of other
sources, divided by slashes."""


@dataclass(frozen=True, slots=True)
class Situation:
    """A person's rules and the account they are about, at day 0."""

    policy: Policy
    snapshot: Snapshot

    def ruled(self, **changes: Any) -> "Situation":
        """Return the same account under changed rules."""
        return replace(self, policy=replace(self.policy, **changes))


@exact
def portfolio(*lines: str, cash: str, quote: str = "USD", **rules: Any) -> Situation:
    """Return the account that the lines describe, with ``rules`` in its policy."""
    rows = [_row(_LINE, line) for line in lines]
    money = _row(_CASH, cash) | {"asset": quote}
    targeted = [row for row in (*rows, money) if row["target"] is not None]
    policy = Policy(
        quote=Asset(quote),
        targets=tuple((row["asset"], Weight(Decimal(row["target"]) / 100)) for row in targeted),
        cold=_amounts(targeted, "cold"),
        excluded=_amounts([*rows, money], "excluded"),
        **(UNWATCHED | rules),
    )
    listed = [row for row in rows if row["price"] != "none"]
    world = Snapshot(
        as_of=MORNING,
        occasion=Occasion.DAILY,
        quote=Asset(quote),
        balances=tuple(_balance(row) for row in (*rows, money)),
        quotes=tuple(_quote(row) for row in listed),
        rules=tuple(_rules(row) for row in listed if row["status"] != "unlisted"),
        books=tuple(_book(row) for row in listed),
    )
    return Situation(policy, world)


def snapshot(
    situation: Situation,
    *,
    day: int = 0,
    minutes: int = 0,
    occasion: Occasion = Occasion.DAILY,
    **changes: Any,
) -> Snapshot:
    """Return the situation's market as seen ``day`` days and ``minutes`` minutes after MORNING."""
    later, world = timedelta(days=day, minutes=minutes), situation.snapshot
    moved = replace(
        world,
        as_of=world.as_of + later,
        occasion=occasion,
        quotes=tuple(replace(row, observed_at=row.observed_at + later) for row in world.quotes),
        books=tuple(replace(row, observed_at=row.observed_at + later) for row in world.books),
    )
    return replace(moved, **changes)


def altered(value: _T, **fields: Any) -> _T:
    """Return a value of the domain with fields replaced that are named at run time."""
    made: Any = value
    result: _T = replace(made, **fields)
    return result


def decide_on(
    situation: Situation,
    state: EngineState | None = None,
    *,
    day: int = 0,
    occasion: Occasion = Occasion.DAILY,
    **changes: Any,
) -> Decision:
    """Decide once, with an empty memory unless one is given."""
    seen = snapshot(situation, day=day, occasion=occasion, **changes)
    return decide(seen, situation.policy, state or EngineState())


def decide_daily(situation: Situation, days: int, state: EngineState | None = None) -> Decision:
    """Evaluate on ``days`` days in a row, carrying the memory; return the last decision."""
    memory, decision = state or EngineState(), None
    for day in range(days):
        decision = decide_on(situation, memory, day=day)
        memory = decision.next_state
    assert decision is not None
    return decision


def book(asset: str, *, bids: Iterable[str] = (), asks: Iterable[str] = ()) -> Book:
    """Return a book from levels such as ``"0.5 @ 110010"``, best first."""
    return Book(Asset(asset), _levels(bids), _levels(asks), MORNING)


def history(
    asset: str,
    price: float,
    *,
    days: int = 120,
    daily: float = 0.03,
    value: float = 1e9,
    shift: int = 0,
) -> BarSeries:
    """Return daily bars that end yesterday at ``price`` and swing by about ``daily`` a day.

    Only additions and multiplications make them, so every machine gets the same doubles.

    Args:
        asset: the coin.
        price: its last close.
        days: how many bars.
        daily: the size of a usual day's move, as a rate.
        value: a day's traded value, in quote currency.
        shift: another beginning of the swing: coins with the same one move together.
    """
    swing = (1.0, -1.0, 0.5, -0.5, 1.5, -1.5, -0.25, 0.25)
    closes = [price]
    for day in range(days - 1):
        closes.append(closes[-1] * (1.0 + daily * swing[(day * (1 + shift) + shift) % len(swing)]))
    closes.reverse()
    return bar_series(
        Asset(asset),
        "made",
        MORNING.replace(hour=0, minute=0) - timedelta(days=1),
        opens=closes,
        highs=closes,
        lows=closes,
        closes=closes,
        volumes=[value / close for close in closes],
    )


def codes_of(reasons: Decision | GateResult) -> list[str]:
    """Return ``CODE`` or ``CODE:SUBJECT`` of every reason, in order."""
    return [
        f"{row.code.value}:{row.subject}" if row.subject else row.code.value
        for row in reasons.reasons
    ]


def orders_of(decision: Decision) -> list[str]:
    """Return ``SIDE QUANTITY ASSET`` of every trade proposed; none without a proposal."""
    plan = getattr(decision.outcome, "plan", None)
    trades = () if plan is None else plan.trades
    return [f"{row.side.value} {row.quantity.normalize():f} {row.asset}" for row in trades]


def withheld_of(decision: Decision) -> list[str]:
    """Return the trades of the plan that was held back, in the same form."""
    plan = getattr(decision.outcome, "withheld", None)
    trades = () if plan is None else plan.trades
    return [f"{row.side.value} {row.quantity.normalize():f} {row.asset}" for row in trades]


def _row(form: re.Pattern[str], line: str) -> dict[str, Any]:
    found = form.fullmatch(line)
    assert found is not None, f"cannot read the line {line!r}"
    words = found.groupdict()
    options = dict(part.split() for part in words.pop("rest").split(",") if part.strip())
    unknown = set(options) - set(_DEFAULTS)
    assert not unknown, f"unknown options {unknown} in {line!r}"
    return {**_DEFAULTS, **words, **options}


def _amounts(rows: Iterable[Mapping[str, str]], name: str) -> tuple[tuple[Asset, Quantity], ...]:
    pairs = ((Asset(row["asset"]), Quantity(Decimal(row[name]))) for row in rows)
    return tuple((asset, amount) for asset, amount in pairs if amount)


def _balance(row: Mapping[str, str]) -> Balance:
    free, locked, staked = (Quantity(Decimal(row[key])) for key in ("amount", "locked", "staked"))
    return Balance(Asset(row["asset"]), free, locked, staked)


def _quote(row: Mapping[str, str]) -> Quote:
    half = Decimal(row["spread"]) / 20_000
    price = Decimal(row["price"])
    return Quote(
        Asset(row["asset"]),
        bid=Price(price * (1 - half)),
        ask=Price(price * (1 + half)),
        observed_at=MORNING - timedelta(seconds=int(row["age"])),
        source="made",
        references=tuple(Price(Decimal(word)) for word in row["beside"].split("/") if word),
    )


def _rules(row: Mapping[str, str]) -> MarketRules:
    return MarketRules(
        Asset(row["asset"]),
        price_tick=Price(Decimal(row["tick"])),
        quantity_step=Quantity(Decimal(row["step"])),
        min_quantity=Quantity(Decimal(row["least"])),
        min_notional=Money(Decimal(row["min"])),
        taker_fee=None if row["fee"] == "unknown" else Rate(Decimal(row["fee"]) / 100),
        fee_mode=FeeMode(row["mode"]),
        status=MarketStatus(row["status"]),
    )


def _book(row: Mapping[str, str]) -> Book:
    quote = _quote(row)
    bids, asks = (Level(quote.bid, DEPTH),), (Level(quote.ask, DEPTH),)
    return Book(quote.asset, bids, asks, MORNING)


def _levels(texts: Iterable[str]) -> tuple[Level, ...]:
    pairs = (text.split(" @ ") for text in texts)
    return tuple(Level(Price(Decimal(price)), Quantity(Decimal(size))) for size, price in pairs)
