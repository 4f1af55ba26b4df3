"""One day of two coins by hand, and the books stepped through it."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from core.codec import bar_series
from core.domain.market import Book, Level, MarketRules, Quote
from core.domain.policy import BandRules, Policy
from core.domain.portfolio import Balance, Flow, FlowKind
from core.domain.scorecard import BookName
from core.domain.snapshot import Occasion, Snapshot
from core.domain.state import EngineState
from core.domain.units import Asset, Money, Price, Quantity, Rate, Weight
from core.simulation.books import Before, ShadowBook, Step, begin_books, step_books
from tests.dsl import UNWATCHED

USD, BTC, ETH, XYZ = Asset("USD"), Asset("BTC"), Asset("ETH"), Asset("XYZ")
MORNING = datetime(2026, 3, 2, 0, 6, tzinfo=UTC)
DAY = timedelta(days=1)
DRIFTED = {BTC: "0.28182", ETH: "2.619", USD: "8000"}
"""METHODS' golden case 1: BTC stands 12 points above its target."""


def d(text: str) -> Decimal:
    """Return the amount that ``text`` says."""
    return Decimal(text)


def policy(**changes: Any) -> Policy:  # noqa: ANN401  # handed to the policy
    """Return targets of 50/30/20 that act on the first evaluation that sees a breach."""
    targets = tuple((a, Weight(d(w))) for a, w in ((BTC, "0.5"), (ETH, "0.3"), (USD, "0.2")))
    terms: dict[str, Any] = {"targets": targets, "bands": BandRules(confirm=1), **UNWATCHED}
    return Policy(quote=USD, **{**terms, **changes})


POLICY = policy()


def snapshot(
    held: dict[Asset, str] | None = None,
    *,
    day: int = 0,
    btc: str = "110000",
    eth: str = "4200",
    held_back: dict[Asset, tuple[str, str]] | None = None,
) -> Snapshot:
    """Return a day's world: half-spread 0.05 %, fee 0.4 %, no books and no bars."""
    as_of = MORNING + day * DAY
    kept = held_back or {}
    balances = []
    for asset, text in (held or DRIFTED).items():
        locked, staked = (Quantity(d(part)) for part in kept.get(asset, ("0", "0")))
        free = Quantity(d(text) - locked - staked)
        balances.append(Balance(asset, free, locked, staked))
    mids = {BTC: d(btc), ETH: d(eth)}
    return Snapshot(
        as_of=as_of,
        occasion=Occasion.DAILY,
        quote=USD,
        balances=tuple(balances),
        quotes=tuple(
            Quote(a, Price(p * d("0.9995")), Price(p * d("1.0005")), as_of, "venue")
            for a, p in mids.items()
        ),
        rules=tuple(
            MarketRules(
                asset=a,
                price_tick=Price(d("0.1")),
                quantity_step=Quantity(d("0.00001")),
                min_quantity=Quantity(d("0.0001")),
                min_notional=Money(d("5")),
                taker_fee=Rate(d("0.004")),
            )
            for a in mids
        ),
        books=tuple(_deep_books(mids, as_of)),
    )


def _deep_books(mids: Mapping[Asset, Decimal], at: datetime) -> Iterator[Book]:
    size = Quantity(d("1000000"))
    for asset, mid in mids.items():
        bid, ask = Price(mid * d("0.9995")), Price(mid * d("1.0005"))
        yield Book(asset, (Level(bid, size),), (Level(ask, size),), at)


def flow(kind: FlowKind, asset: Asset, amount: str, **changes: Any) -> Flow:  # noqa: ANN401  # handed to the flow
    """Return a change of a balance."""
    made = Flow(f"{kind}:{asset}:{amount}", asset, kind, d(amount), None, MORNING)
    return replace(made, **changes)


def begun(rules: Policy = POLICY, account: EngineState = EngineState()) -> Step:  # noqa: B008  # frozen
    """Return the books at their first evaluation."""
    return begin_books(snapshot(), rules, account)


def stepped(
    before: Step,
    world: Snapshot,
    *flows: Flow,
    rules: Policy = POLICY,
    was: Policy = POLICY,
    account: EngineState = EngineState(),  # noqa: B008  # frozen
) -> Step:
    """Return the books one day on, prices of the first day before it."""
    prices = ((BTC, d("110000")), (ETH, d("4200")))
    return step_books(
        before.books, world, rules, account=account, flows=flows, before=Before(was, prices)
    )


def book(step: Step, name: BookName) -> ShadowBook:
    """Return one of the books."""
    return next(row for row in step.books if row.name is name)


def held(step: Step, name: BookName) -> dict[Asset, Decimal]:
    """Return what a book holds."""
    return dict(book(step, name).balances)


def with_bars(world: Snapshot) -> Snapshot:
    """Return a world with 400 calm days behind it."""
    closes = [70000.0 + 100 * (n % 7) for n in range(400)]
    bars = bar_series(
        BTC,
        "venue",
        datetime.combine(MORNING.date() - DAY, time(), tzinfo=UTC),
        opens=closes,
        highs=closes,
        lows=closes,
        closes=closes,
        volumes=[1e6] * 400,
    )
    return replace(world, bars=(bars,))
