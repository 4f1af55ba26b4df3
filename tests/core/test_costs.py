"""What a leg costs and when a market is too thin (METHODS 5.1; C1, C2)."""

from dataclasses import replace
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.codec import digest_of
from core.domain.decision import Reason, ReasonCode
from core.domain.market import Level, Side
from core.domain.policy import CostRules
from core.domain.units import ZERO, Asset, Price, Quantity, Rate
from core.planning.costs import impact_of, leg_slip, walk_of
from tests.dsl import (
    Situation,
    altered,
    book,
    codes_of,
    decide_on,
    history,
    orders_of,
    portfolio,
    snapshot,
)
from tests.strategies import decimals

BTC = Asset("BTC")
MID = Price(Decimal(100))
RULES = CostRules()


def market(line: str = "BTC 1 @ 100 -> 50, spread 20", **parts: Any) -> Situation:  # noqa: ANN401
    """Return one coin and its market, with parts of the snapshot replaced."""
    one = portfolio(line, cash="100 -> 50")
    return replace(one, snapshot=snapshot(one, **parts))


def slip(situation: Situation, side: Side, quantity: str) -> tuple[Rate, Reason | None]:
    """Return the slip of one leg of the first coin."""
    asset = situation.snapshot.quotes[0].asset
    return leg_slip(
        situation.snapshot, asset, side=side, quantity=Quantity(Decimal(quantity)), rules=RULES
    )


@pytest.mark.parametrize(
    ("asks", "quantity", "expected"),
    [
        ([], "1", None),
        (["0.5 @ 100.1", "0.4 @ 100.2"], "1", None),
        (["1 @ 100.1"], "1", "0.001"),
        (["5 @ 100.1"], "0.00001", "0.001"),
        (["1 @ 100.1", "1 @ 100.3"], "2", "0.002"),
        (["1 @ 100.1", "3 @ 100.2", "9 @ 101"], "4", "0.00175"),
        (["1 @ 99.9", "1 @ 100.1"], "1", "0.001"),
    ],
    ids=["empty", "thin", "one level", "a crumb of one level", "two", "three", "crossed"],
)
def test_c1_walk_is_the_distance_of_the_average_price(
    asks: list[str], quantity: str, expected: str | None
) -> None:
    """On books made by hand the walk is |VWAP - mid| / mid, and None where the book ends."""
    found = walk_of(book("BTC", asks=asks).asks, mid=MID, quantity=Quantity(Decimal(quantity)))
    assert found == (None if expected is None else Decimal(expected))


def test_c1_a_leg_costs_half_the_spread_and_the_walk_beyond_it() -> None:
    """Half-spread 10 bp and a VWAP 17.5 bp from the middle make a slip of 17.5 bp."""
    asks = ["1 @ 100.1", "3 @ 100.2"]
    deep = market(books=(book("BTC", bids=["9 @ 99.9"], asks=asks),))
    assert slip(deep, Side.BUY, "4") == (Decimal("0.00175"), None)
    assert slip(deep, Side.SELL, "4") == (Decimal("0.001"), None)


def test_c1_a_sale_walks_the_bids_and_a_buy_the_asks() -> None:
    """Each side of the book serves its own orders."""
    lopsided = market(books=(book("BTC", bids=["1 @ 99.9"], asks=["9 @ 100.1"]),))
    assert slip(lopsided, Side.BUY, "2")[1] is None
    refused = slip(lopsided, Side.SELL, "2")[1]
    assert refused is not None
    assert refused.code is ReasonCode.ILLIQUID


@pytest.mark.parametrize(
    ("price", "is_refused"), [("100.6", False), ("100.60001", True), ("99", True)]
)
def test_c1_a_walk_beyond_50_bp_is_refused(price: str, is_refused: bool) -> None:
    """Exactly 50 bp beyond the half-spread is allowed; a crossed book far away is not."""
    there = market(books=(book("BTC", asks=[f"9 @ {price}"]),))
    assert (slip(there, Side.BUY, "1")[1] is not None) is is_refused


@pytest.mark.parametrize(
    ("line", "is_refused"),
    [
        ("BTC 1 @ 100 -> 50, spread 30", False),
        ("BTC 1 @ 100 -> 50, spread 30.01", True),
        ("ETH 1 @ 100 -> 50, spread 30.01", True),
        ("SOL 1 @ 100 -> 50, spread 30.01", False),
        ("SOL 1 @ 100 -> 50, spread 100", False),
        ("SOL 1 @ 100 -> 50, spread 100.01", True),
    ],
)
def test_c1_a_spread_beyond_its_bound_is_refused(line: str, is_refused: bool) -> None:
    """30 bp for BTC and ETH, 100 bp for the others, the bound itself still being fine."""
    assert (slip(market(line), Side.BUY, "0.1")[1] is not None) is is_refused


def test_c1_more_than_a_hundredth_of_a_days_volume_is_refused() -> None:
    """1 % of the average daily value is allowed, a step more is not."""
    active = market(bars=(history("BTC", 100.0, value=10_000.0),))
    assert slip(active, Side.BUY, "1")[1] is None
    assert slip(active, Side.BUY, "1.00001")[1] is not None


def test_c1_without_a_book_the_square_root_law_speaks() -> None:
    """Walk = daily volatility times the square root of the share of a day's volume."""
    bars = history("BTC", 100.0, value=1_000_000.0)
    found, refused = slip(market(bars=(bars,), books=()), Side.BUY, "1")
    assert refused is None
    # sqrt(100 / 1,000,000) = 0.01 of a volatility between 2 and 4 % a day.
    assert Decimal("0.0012") < found < Decimal("0.0014")
    impact = impact_of(Price(Decimal(100)), bars, RULES)  # type: ignore[arg-type]
    assert impact is not None
    assert found == impact + Decimal("0.001")


def test_c1_the_engine_trades_on_history_where_no_book_is_known() -> None:
    """Half the spread and 1.3 bp of impact: V' = 99,911, so 75,000 less 55 % of it are sold."""
    far = portfolio("BTC 0.75 @ 100000 -> 50", cash="25000 -> 50")
    bars = history("BTC", 100_000.0, value=1e9)
    decision = decide_on(far, books=(), bars=(bars,))
    assert orders_of(decision) == ["SELL 0.20049 BTC"]


@pytest.mark.parametrize(
    "spoilt",
    [{"volumes": (0.0,) * 120}, {"closes": (0.0, *(100.0,) * 20)}, {"closes": (100.0,) * 5}],
)
def test_c1_a_history_without_volume_or_with_holes_measures_nothing(
    spoilt: dict[str, tuple[float, ...]],
) -> None:
    """No trade in thirty days, a close of 0, five days only: no impact can be told."""
    bars = altered(history("BTC", 100.0), digest=str(spoilt), **spoilt)
    if len(bars.closes) != len(bars.volumes):
        bars = altered(bars, volumes=(1.0,) * len(bars.closes))
    refused = slip(market(bars=(bars,), books=()), Side.BUY, "0.1")[1]
    assert refused is not None
    assert refused.code is ReasonCode.ILLIQUID


def test_c1_without_book_and_history_nothing_is_traded() -> None:
    """A market nobody can measure is too thin."""
    refused = slip(market(books=()), Side.BUY, "0.1")[1]
    assert refused is not None
    assert refused.code is ReasonCode.ILLIQUID


@pytest.mark.parametrize("level", ["NaN @ 100", "-1 @ 100", "9 @ NaN", "9 @ 0", "9 @ Infinity"])
def test_c1_a_nonsense_level_makes_the_book_unusable(level: str) -> None:
    """A book with a level that cannot be is no depth at all, and no crash."""
    broken = market(books=(book("BTC", asks=["5 @ 100.1", level]),))
    refused = slip(broken, Side.BUY, "1")[1]
    assert refused is not None
    assert refused.code is ReasonCode.ILLIQUID


@st.composite
def sides_of_a_book(draw: st.DrawFn) -> tuple[tuple[Level, ...], Side]:
    """Draw levels that get worse and worse from the middle."""
    side = draw(st.sampled_from(list(Side)))
    gaps = sorted(draw(st.lists(st.integers(0, 300), min_size=1, max_size=6)))
    sizes = draw(st.lists(decimals("0.001", "50", 3), min_size=len(gaps), max_size=len(gaps)))
    away = [MID * (1 + side.sign * gap / 10_000) for gap in gaps]
    rows = zip(away, sizes, strict=True)
    return tuple(Level(Price(price), Quantity(size)) for price, size in rows), side


@given(sides_of_a_book(), st.lists(decimals("0.0001", "60", 4), min_size=2, max_size=5))
def test_c2_cost_is_never_negative_and_rises_with_size(
    drawn: tuple[tuple[Level, ...], Side], sizes: list[Decimal]
) -> None:
    """A larger order never walks less far, and a book that fills it fills every smaller one."""
    levels, _ = drawn
    found = [walk_of(levels, mid=MID, quantity=Quantity(size)) for size in sorted(set(sizes))]
    known = [rate for rate in found if rate is not None]
    assert found[: len(known)] == known
    assert all(rate >= ZERO for rate in known)
    # A weighted mean is rounded in its 34th digit.
    assert all(later - earlier > Decimal("-1e-30") for earlier, later in pairwise(known))


@given(st.lists(decimals("0.01", "99999"), min_size=2, max_size=5))
def test_c2_impact_without_a_book_rises_with_size(sizes: list[Decimal]) -> None:
    """The square-root law is positive and rises, too."""
    bars = history("BTC", 100.0, value=1e7)
    found = [impact_of(size, bars, RULES) for size in sorted(sizes)]  # type: ignore[arg-type]
    assert all(rate is not None and rate >= ZERO for rate in found)
    assert found == sorted(rate for rate in found if rate is not None)


def test_a_thin_market_is_left_out_and_the_rest_is_planned_again() -> None:
    """ETH is the natural taker; with its book gone the money goes to the next in line."""
    three = ["BTC 0.605 @ 100000 -> 50", "ETH 4.25 @ 4000 -> 25", "SOL 96 @ 150 -> 15"]
    base = portfolio(*three, cash="8100 -> 10")
    base = base.ruled(bands=replace(base.policy.bands, confirm=1))
    assert [order.split()[2] for order in orders_of(decide_on(base))] == ["BTC", "ETH"]
    books = tuple(row for row in base.snapshot.books if row.asset != "ETH")
    decision = decide_on(base, books=(*books, book("ETH", asks=["0.1 @ 4001"])))
    assert "ILLIQUID:ETH" in codes_of(decision)
    assert [order.split()[2] for order in orders_of(decision)] == ["BTC", "SOL"]


def test_a_leg_that_costs_push_over_the_minimum_is_checked_too() -> None:
    """No order enters a market with a spread of 300 bp by a side door."""
    situation = portfolio(
        "BTC 0.631868 @ 100000 -> 50, spread 2",
        "ADA 27730.14 @ 1 -> 25, spread 300, step 0.01",
        cash="9083.06 -> 25",
    )
    situation = situation.ruled(bands=replace(situation.policy.bands, confirm=1))
    ada = situation.snapshot.books[0]
    thin = book("BTC", bids=["0.0001 @ 99990", "50 @ 99520"], asks=["50 @ 100010"])
    decision = decide_on(situation, books=(ada, thin))
    assert orders_of(decision)
    assert all("ADA" not in order for order in orders_of(decision))
    assert "ILLIQUID:ADA" in codes_of(decision)


def raised(situation: Situation, factor: str) -> Situation:
    """Return the situation where the first coin's trades cost more than expected."""
    asset = situation.snapshot.quotes[0].asset
    return replace(
        situation,
        snapshot=replace(situation.snapshot, walk_ratios=((asset, Decimal(factor)),)),
    )


def test_experience_raises_the_walk_and_nothing_else() -> None:
    """Twice the walk of 7.5 bp on a half-spread of 10 bp: 25 bp; without a walk nothing changes."""
    deep = market(books=(book("BTC", bids=["9 @ 99.9"], asks=["1 @ 100.1", "3 @ 100.2"]),))
    assert slip(raised(deep, "2"), Side.BUY, "4") == (Decimal("0.0025"), None)
    assert slip(raised(deep, "2"), Side.SELL, "4") == (Decimal("0.001"), None)
    assert slip(raised(deep, "1"), Side.BUY, "4") == slip(deep, Side.BUY, "4")


def test_experience_raises_the_square_root_law_too() -> None:
    """Where no book is known, the estimate from history is multiplied."""
    bars = history("BTC", 100.0, value=1_000_000.0)
    plain = market(bars=(bars,), books=())
    half = Decimal("0.001")
    walk = slip(plain, Side.BUY, "1")[0] - half
    assert slip(raised(plain, "2.5"), Side.BUY, "1")[0] == half + walk * Decimal("2.5")


def test_a_raised_walk_beyond_50_bp_is_refused() -> None:
    """A walk of 30 bp is allowed, and refused where trades cost twice the estimate."""
    there = market(books=(book("BTC", asks=["9 @ 100.4"]),))
    assert slip(there, Side.BUY, "1")[1] is None
    refused = slip(raised(there, "2"), Side.BUY, "1")[1]
    assert refused is not None
    assert dict(refused.values)["measured"] == Decimal("0.006")


def test_a_raised_walk_is_said_of_the_markets_that_are_traded() -> None:
    """The decision names the coin and the factor, not a coin that stays out of the plan."""
    three = ["BTC 0.605 @ 100000 -> 50", "ETH 4.25 @ 4000 -> 25", "SOL 100 @ 150 -> 15"]
    base = portfolio(*three, cash="8100 -> 10")
    base = base.ruled(bands=replace(base.policy.bands, confirm=1))
    ratios = tuple((Asset(name), Decimal("1.7")) for name in ("SOL", "BTC"))
    decision = decide_on(base, walk_ratios=ratios)
    assert [order.split()[2] for order in orders_of(decision)] == ["BTC", "ETH"]
    said = [row for row in decision.reasons if row.code is ReasonCode.WALK_RAISED]
    assert said == [Reason(ReasonCode.WALK_RAISED, "BTC", (("factor", Decimal("1.7")),))]
    assert "WALK_RAISED:BTC" not in codes_of(decide_on(base))


def test_a_market_left_out_because_of_its_raised_walk_is_said_too() -> None:
    """Whoever reads that a market is too thin reads why the estimate is so high."""
    far = portfolio("BTC 0.62 @ 100000 -> 50", cash="38000 -> 50")
    far = far.ruled(bands=replace(far.policy.bands, confirm=1))
    thin = book("BTC", bids=["9 @ 99680"])
    decision = decide_on(far, books=(thin,), walk_ratios=((Asset("BTC"), Decimal(3)),))
    assert {"ILLIQUID:BTC", "WALK_RAISED:BTC"} <= set(codes_of(decision))


def test_what_was_learned_is_part_of_the_inputs() -> None:
    """Equal factors in any order give one decision, other factors another one."""
    two = portfolio("BTC 0.62 @ 100000 -> 50", "ETH 1 @ 4000 -> 10", cash="34000 -> 40")
    factors = ((Asset("BTC"), Decimal(2)), (Asset("ETH"), Decimal(3)))
    first = decide_on(two, walk_ratios=factors)
    assert digest_of(first) == digest_of(decide_on(two, walk_ratios=factors[::-1]))
    assert first.decision_id != decide_on(two, walk_ratios=factors[:1]).decision_id
    assert decide_on(two, walk_ratios=()).decision_id == decide_on(two).decision_id
