"""Tables on a phone: 34 characters, exact where a person agrees to them."""

from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.chat.render.columns import WIDTH, aligned, first_that_fits, fits, shortened, spread
from bot.chat.render.figures import exact, percent, short_percent, signed_points, whole_percent
from bot.chat.render.legs import fills_table, plan_table
from bot.chat.render.weights import after_column, room_column, weights_table
from bot.chat.render.words import ENGLISH
from core.domain.decision import Band, PlannedTrade, Standing
from core.domain.market import Side
from core.domain.units import Asset, Money, Price, Quantity, Weight
from tests.store.samples import PLAN, STANDINGS, USD, fill, orders

SYMBOLS = st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", min_size=1, max_size=12).map(Asset)
SHARES = st.decimals("0", "1", places=6).map(Weight)
PRICES = st.builds(
    lambda digits, exponent: Price(Decimal(digits).scaleb(exponent)),
    st.integers(1, 999_999),
    st.integers(-14, 6),
)
QUANTITIES = st.builds(
    lambda digits, exponent: Quantity(Decimal(digits).scaleb(exponent)),
    st.integers(1, 10**12),
    st.integers(-12, 3),
)
QUOTES = st.sampled_from([Asset("USD"), Asset("EUR"), Asset("USDT"), Asset("BTC")])


@st.composite
def standings(draw: st.DrawFn, symbol: st.SearchStrategy[Asset] = SYMBOLS) -> list[Standing]:
    """Draw a portfolio of one to thirty assets."""
    names = draw(st.lists(symbol, min_size=1, max_size=30, unique=True))
    rows = []
    for name in names:
        weight, target = draw(SHARES), draw(SHARES)
        band = Band(draw(SHARES), Weight(draw(SHARES) * target))
        drift = draw(st.decimals("-3", "3", places=4))
        rows.append(Standing(name, Money(Decimal(1)), weight, target, band, drift))
    return rows


def trade(asset: Asset, side: Side, quantity: Quantity, price: Price) -> PlannedTrade:
    """Return a leg whose cash, fee and slippage do not matter."""
    zero = Money(Decimal(0))
    return PlannedTrade(1, asset, side, quantity, price, price, zero, zero, zero, quantity)


TRADES = st.lists(
    st.builds(trade, SYMBOLS, st.sampled_from(Side), QUANTITIES, PRICES), min_size=1, max_size=8
)


@given(standings(), st.data())
def test_weights_fit_a_phone(rows: list[Standing], data: st.DataObject) -> None:
    """However many assets, long names and odd bands: no line is longer than 34 characters."""
    quote = rows[-1].asset
    after = [(row.asset, data.draw(SHARES)) for row in rows]
    trades = [trade(rows[0].asset, Side.BUY, Quantity(Decimal(1)), Price(Decimal(1)))]
    for last in (room_column(rows, ENGLISH), after_column(trades, after, ENGLISH)):
        lines = weights_table(rows, quote, last=last, words=ENGLISH)
        assert fits(lines)
        assert len(lines) == len(rows) + 1


@given(TRADES, QUOTES)
def test_legs_fit_a_phone(trades: list[PlannedTrade], quote: Asset) -> None:
    """Tiny and huge prices and amounts: no line is longer than 34 characters."""
    assert fits(plan_table(trades, quote, ENGLISH))


@given(TRADES, QUOTES)
def test_legs_are_exact(trades: list[PlannedTrade], quote: Asset) -> None:
    """Every digit of what is agreed to can be read: amount, symbol and worst price."""
    shown = "".join("".join(plan_table(trades, quote, ENGLISH)).split())
    for leg in trades:
        for part in (
            leg.side.value,
            exact(leg.quantity, ENGLISH),
            leg.asset,
            exact(leg.worst_price, ENGLISH),
        ):
            assert part in shown


@pytest.mark.parametrize("symbol", ["BTC", "SHIBAINU"])
def test_the_usual_card_keeps_names_and_edges(symbol: str) -> None:
    """Symbols of up to eight letters are written out."""
    name = Asset(symbol)
    rows = [
        Standing(
            name,
            Money(Decimal(1)),
            Weight(Decimal("0.62")),
            Weight(Decimal("0.333")),
            Band(Weight(Decimal("0.1")), Weight(Decimal("0.1"))),
            Decimal("2.87"),
        )
    ]
    lines = weights_table(rows, USD, last=room_column(rows, ENGLISH), words=ENGLISH)
    assert lines[1].startswith(symbol)
    assert "…" not in lines[1]


def test_the_table_of_the_design() -> None:
    """The card's table looks as the design draws it."""
    lines = weights_table(
        STANDINGS, USD, last=after_column(PLAN.trades, PLAN.weights_after, ENGLISH), words=ENGLISH
    )
    assert lines == (
        "      now goal band  after",
        "BTC  62.0   50 42–60  55.0 ▼",
        "ETH  22.0   30 22–40  27.2 ▲",
        "USD  16.0   20 12–30  17.8",
    )


def test_the_asset_nearest_to_its_edge_is_marked() -> None:
    """Room is counted in points to the nearer edge, beyond it negative; one asset is marked."""
    lines = weights_table(STANDINGS, USD, last=room_column(STANDINGS, ENGLISH), words=ENGLISH)
    assert lines[1:] == (
        "BTC  62.0   50 42–60 −2.0 ◂",
        "ETH  22.0   30 22–40  0.0",
        "USD  16.0   20 12–30  4.0",
    )


def test_fills_are_added_up_per_leg() -> None:
    """Several fills of one order are one row with their average price."""
    order = orders()[0]
    fills = [fill(order, number) for number in range(1, 4)]
    assert fills_table(fills, USD, ENGLISH) == ("SOLD 0.03 BTC at 110,000  $3,300",)


def test_cash_comes_last() -> None:
    """The quote currency stands below the coins, whatever its name."""
    lines = weights_table(
        STANDINGS, Asset("BTC"), last=room_column(STANDINGS, ENGLISH), words=ENGLISH
    )
    assert lines[-1].startswith("BTC")


@given(SHARES)
def test_percentages_are_rounded_half_up(share: Weight) -> None:
    """What a table shows lies within half a unit of its last digit."""
    tenth = (share * 100).quantize(Decimal("0.1"), rounding=ROUND_HALF_UP)
    assert Decimal(percent(share, ENGLISH)) == tenth
    assert Decimal(short_percent(share, ENGLISH)) == tenth
    assert abs(Decimal(whole_percent(share)) - share * 100) <= Decimal("0.5")
    assert signed_points(Weight(-share), ENGLISH) == (
        f"−{percent(share, ENGLISH)}" if tenth else "0.0"
    )


@given(st.decimals("0", "1e12", allow_nan=False, allow_infinity=False))
def test_exact_loses_no_digit(number: Decimal) -> None:
    """Grouping thousands is all that happens to a figure."""
    assert Decimal(exact(number, ENGLISH).replace(",", "")) == number


def test_a_line_that_never_fits_is_broken() -> None:
    """Nothing is cut off, and nothing is wider than a phone."""
    lines = first_that_fits([("x" * 80,)])
    assert fits(lines)
    assert "".join(line.strip() for line in lines) == "x" * 80


def test_names_are_shortened_in_their_middle() -> None:
    """A long name keeps both ends."""
    assert shortened("WRAPPEDBTC12", 8) == "WRAP…C12"
    assert shortened("BTC", 8) == "BTC"


def test_columns_line_up() -> None:
    """Cells stand left or right of their column as told."""
    assert aligned([("a", "1"), ("bcd", "22")], "<>", (" ",)) == ("a    1", "bcd 22")
    assert len(spread("left", "right")) == WIDTH
