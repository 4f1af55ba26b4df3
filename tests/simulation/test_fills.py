"""Books and fills."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.domain.market import Book, FeeMode, Level, MarketRules, Side
from core.domain.units import Asset, Money, Price, Quantity, Rate
from core.simulation.fills import (
    LEVELS,
    FeeToken,
    best_prices,
    build_book,
    fee_of,
    funds_needed,
    match,
)

NOW = datetime(2025, 1, 1, tzinfo=UTC)
USD = Asset("USD")


def _rules(fee_mode: FeeMode = FeeMode.QUOTE) -> MarketRules:
    return MarketRules(
        asset=Asset("BTC"),
        price_tick=Price(Decimal("0.1")),
        quantity_step=Quantity(Decimal("0.00001")),
        min_quantity=Quantity(Decimal("0.0001")),
        min_notional=Money(Decimal(1)),
        taker_fee=Rate(Decimal("0.004")),
        fee_mode=fee_mode,
    )


def _book(mid: str = "60000", half_spread: str = "0.0003", volume: str = "8000") -> Book:
    return build_book(
        Price(Decimal(mid)),
        _rules(),
        half_spread=Rate(Decimal(half_spread)),
        daily_volume=Quantity(Decimal(volume)),
        observed_at=NOW,
    )


def _levels(*rows: tuple[str, str]) -> tuple[Level, ...]:
    return tuple(Level(Price(Decimal(price)), Quantity(Decimal(size))) for price, size in rows)


def _thin() -> Book:
    bids = _levels(("99", "1"), ("98", "2"))
    return Book(Asset("BTC"), bids, _levels(("101", "1"), ("102", "2")), NOW)


def _match(side: Side, quantity: str, limit: str) -> list[tuple[str, str]]:
    trades = match(
        _thin(),
        side,
        quantity=Quantity(Decimal(quantity)),
        limit_price=Price(Decimal(limit)),
        step=Quantity(Decimal("0.1")),
    )
    return [(str(price), str(size)) for price, size in trades]


def _walk(book: Book, quantity: Decimal) -> float:
    """Return how far the average price lies behind the best ask."""
    trades = match(
        book,
        Side.BUY,
        quantity=Quantity(quantity),
        limit_price=Price(Decimal(10**9)),
        step=Quantity(Decimal("0.00001")),
    )
    paid = sum((price * size for price, size in trades), Decimal(0))
    filled = sum((size for _, size in trades), Decimal(0))
    return float(paid / filled - book.asks[0].price)


def test_the_book_stands_around_the_middle() -> None:
    """Twenty levels a side begin one half-spread from the middle and grow with distance."""
    book = _book()
    assert (book.bids[0].price, book.asks[0].price) == (Decimal("59982.0"), Decimal("60018.0"))
    assert len(book.bids) == len(book.asks) == LEVELS
    sizes = [level.size for level in book.asks]
    assert sizes == sorted(sizes)
    assert sizes[0] == 1
    assert abs(sum(sizes, Decimal(0)) - 400) < Decimal("0.001")


def test_the_walk_grows_with_the_root_of_the_size() -> None:
    """Four times the size pays about twice the walk, once the order is larger than a level."""
    book = _book()
    assert _walk(book, Decimal("0.5")) == 0
    assert _walk(book, Decimal(320)) / _walk(book, Decimal(80)) == pytest.approx(2, rel=0.15)


def test_stress_thins_the_book() -> None:
    """A wider spread holds less within the same distance of the middle."""

    def within(book: Book, distance: Decimal) -> Decimal:
        furthest = 60000 + distance
        return sum((lv.size for lv in book.asks if lv.price <= furthest), start=Decimal(0))

    thin, usual = _book(half_spread="0.0009"), _book()
    assert within(thin, Decimal(120)) < Decimal("0.25") * within(usual, Decimal(120))


@given(
    mid=st.decimals("0.0001", "1000000", places=4),
    spread=st.decimals("0", "0.01", places=4),
    volume=st.decimals("0", "1000000000", places=3),
)
def test_every_book_can_be_traded(mid: Decimal, spread: Decimal, volume: Decimal) -> None:
    """Whatever the market, prices are whole positive ticks in order and sizes are whole steps."""
    rules = _rules()
    book = _book(str(mid), str(spread), str(volume))
    bids, asks = [lv.price for lv in book.bids], [lv.price for lv in book.asks]
    assert bids == sorted(set(bids), reverse=True)
    assert asks == sorted(set(asks))
    assert all(price > 0 and not price % rules.price_tick for price in bids + asks)
    assert not any(lv.size % rules.quantity_step for lv in book.bids + book.asks)
    assert (bids[0], asks[0]) == best_prices(Price(mid), Rate(spread), rules.price_tick)


def test_an_order_takes_the_best_prices_first() -> None:
    """A buy walks up the asks, a sale walks down the bids."""
    assert _match(Side.BUY, "2.5", "102") == [("101", "1.0"), ("102", "1.5")]
    assert _match(Side.SELL, "2.5", "98") == [("99", "1.0"), ("98", "1.5")]


def test_nothing_beyond_the_limit_is_taken() -> None:
    """An order fills in part, or not at all, rather than trade beyond its limit."""
    assert _match(Side.BUY, "2.5", "101.9") == [("101", "1.0")]
    assert _match(Side.BUY, "2.5", "100.9") == []
    assert _match(Side.SELL, "2.5", "99.1") == []


def test_a_book_that_is_too_thin_fills_in_part() -> None:
    """What the book does not hold stays unfilled."""
    assert _match(Side.BUY, "7", "200") == [("101", "1.0"), ("102", "2.0")]


@given(
    quantity=st.decimals("0.1", "10", places=1),
    limit=st.decimals("95", "105", places=1),
    side=st.sampled_from(Side),
)
def test_fills_never_exceed_the_order(quantity: Decimal, limit: Decimal, side: Side) -> None:
    """Fills are whole steps, within the order and within the limit."""
    trades = _match(side, str(quantity), str(limit))
    assert sum(Decimal(size) for _, size in trades) <= quantity
    assert all(not Decimal(size) % Decimal("0.1") for _, size in trades)
    for price, _ in trades:
        assert Decimal(price) <= limit if side is Side.BUY else Decimal(price) >= limit


@pytest.mark.parametrize(
    ("mode", "side", "asset", "amount", "value"),
    [
        (FeeMode.QUOTE, Side.BUY, "USD", "0.4", "0.4"),
        (FeeMode.QUOTE, Side.SELL, "USD", "0.4", "0.4"),
        (FeeMode.BASE, Side.BUY, "BTC", "0.004", "0.4"),
        (FeeMode.BASE, Side.SELL, "USD", "0.4", "0.4"),
        (FeeMode.TOKEN, Side.BUY, "BNB", "0.0008", "0.4"),
        (FeeMode.TOKEN, Side.SELL, "BNB", "0.0008", "0.4"),
    ],
)
def test_fees_by_mode(mode: FeeMode, side: Side, asset: str, amount: str, value: str) -> None:
    """The fee is the rate on the trade, in the coin that the mode says."""
    token = FeeToken(Asset("BNB"), Price(Decimal(500)), Quantity(Decimal(1)))
    fee = fee_of(
        side,
        Quantity(Decimal(1)),
        Price(Decimal(100)),
        rules=_rules(mode),
        quote=USD,
        token=token,
    )
    assert (fee.asset, fee.amount, fee.value) == (asset, Decimal(amount), Decimal(value))


@pytest.mark.parametrize(("side", "asset"), [(Side.BUY, "BTC"), (Side.SELL, "USD")])
def test_an_empty_token_purse_pays_from_the_trade(side: Side, asset: str) -> None:
    """Without enough of the token, the fee comes out of what the trade brings in."""
    token = FeeToken(Asset("BNB"), Price(Decimal(500)), Quantity(Decimal("0.0007")))
    quantity, price = Quantity(Decimal(1)), Price(Decimal(100))
    fee = fee_of(side, quantity, price, rules=_rules(FeeMode.TOKEN), quote=USD, token=token)
    assert fee.asset == asset
    assert fee.value == Decimal("0.4")


def test_a_buy_sets_aside_its_limit_and_its_fee() -> None:
    """Money is set aside at the limit; the fee counts only where it is taken in quote."""
    quantity, limit = Quantity(Decimal(2)), Price(Decimal(100))
    assert funds_needed(_rules(), quantity, limit) == Decimal("200.8")
    assert funds_needed(_rules(FeeMode.BASE), quantity, limit) == 200
