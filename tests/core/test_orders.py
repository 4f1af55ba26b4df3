"""From weights to orders the venue takes and the cash pays for (METHODS 1.6, 9a)."""

from decimal import Decimal

import pytest

from core.domain.market import FeeMode
from core.domain.policy import BandRules, OrderRules
from core.domain.portfolio import Cash, Holding, Portfolio
from core.domain.units import (
    ZERO,
    Asset,
    Money,
    Price,
    Quantity,
    Rate,
    Weight,
    ceil_tick,
    exact,
    floor_step,
    floor_tick,
    nearest_step,
)
from core.planning.orders import SizedOrders, minimum_trade, size_orders

USD = Asset("USD")
ONCE = BandRules(confirm=1)
size = exact(size_orders)


def coin(
    name: str, hot: str, price: str, *, step: str = "1", least: str = "0", fee: str = "0.01"
) -> Holding:
    """Return a holding with 1 % fee and no spread."""
    return Holding(
        asset=Asset(name),
        target=Weight(ZERO),
        hot=Quantity(Decimal(hot)),
        cold=Quantity(ZERO),
        price=Price(Decimal(price)),
        step=Quantity(Decimal(step)),
        min_quantity=Quantity(Decimal(least)),
        min_notional=Money(ZERO),
        fee=Rate(Decimal(fee)),
        slip=Rate(ZERO),
    )


def sized(  # the parts of a portfolio, each by name
    *coins: Holding,
    trades: dict[str, str],
    cash: str = "0",
    reserve: str = "0",
    planned: str = "0",
    mode: FeeMode = FeeMode.QUOTE,
) -> SizedOrders:
    """Size the wished trades."""
    money = Cash(USD, Weight(ZERO), Money(Decimal(cash)), Money(Decimal(reserve)))
    return size(
        Portfolio(coins, money, Money(Decimal(10**9))),
        {Asset(name): Money(Decimal(text)) for name, text in trades.items()},
        planned_cash=Money(Decimal(planned)),
        mode=mode,
        rules=OrderRules(),
    )


def texts(found: SizedOrders) -> list[str]:
    """Return the orders as SIDE QUANTITY ASSET."""
    return [f"{row.side.value} {row.quantity.normalize():f} {row.asset}" for row in found.orders]


def codes(found: SizedOrders) -> list[str]:
    """Return the reason codes with their subjects."""
    return [f"{row.code.value}:{row.subject}" for row in found.reasons]


@pytest.mark.parametrize(
    ("wished", "quantity"), [("1004.9", "100"), ("1005", "101"), ("1014.99", "101")]
)
def test_a_sale_rounds_to_the_nearest_step_half_up(wished: str, quantity: str) -> None:
    """100.49 steps are 100, 100.5 are 101."""
    found = sized(coin("SOL", "500", "10"), trades={"SOL": f"-{wished}"})
    assert texts(found) == [f"SELL {quantity} SOL"]


def test_a_sale_never_exceeds_what_is_hot() -> None:
    """Wanting 200 with 150.7 hot sells 150 and says so."""
    found = sized(coin("SOL", "150.7", "10"), trades={"SOL": "-2000"})
    assert texts(found) == ["SELL 150 SOL"]
    assert codes(found) == ["COLD_LIMITED:SOL"]


def test_selling_everything_hot_is_no_cold_limit() -> None:
    """Rounding 150.7 up to 151 is a lot size: 150 are sold and nothing is called cold."""
    found = sized(coin("SOL", "150.7", "10"), trades={"SOL": "-1507"})
    assert texts(found) == ["SELL 150 SOL"]
    assert codes(found) == []


def test_the_tolerance_of_rounding_never_sells_what_is_not_there() -> None:
    """99.9999999999999 coins are 99 whole ones."""
    found = sized(coin("SOL", "99.9999999999999", "10"), trades={"SOL": "-1000"})
    assert texts(found) == ["SELL 99 SOL"]


def test_a_buy_is_cut_down_to_its_step() -> None:
    """100.99 steps are 100."""
    found = sized(coin("SOL", "0", "10"), trades={"SOL": "1009.9"}, cash="5000")
    assert texts(found) == ["BUY 100 SOL"]


def test_a_buy_spends_no_more_than_there_is() -> None:
    """With 1,000 of cash and 1 % of fee, 99 coins at 10 are affordable."""
    found = sized(coin("SOL", "0", "10"), trades={"SOL": "2000"}, cash="1000")
    assert texts(found) == ["BUY 99 SOL"]
    assert codes(found) == ["CASH_LIMITED:SOL"]


def test_the_reserve_is_never_spent() -> None:
    """Of 1,000 with 500 in reserve only 500 are spent."""
    found = sized(coin("SOL", "0", "10"), trades={"SOL": "2000"}, cash="1000", reserve="500")
    assert texts(found) == ["BUY 49 SOL"]


def test_buys_count_on_all_but_a_thousandth_of_the_proceeds() -> None:
    """10,000 sold at 1 % brings 9,900, of which 9,890.1 buy 979 coins at 10.10."""
    found = sized(
        coin("BTC", "1", "10000"), coin("SOL", "0", "10"), trades={"BTC": "-10000", "SOL": "9900"}
    )
    assert texts(found) == ["SELL 1 BTC", "BUY 979 SOL"]


def test_without_cash_the_costs_fall_on_the_smallest_buy() -> None:
    """9,900 of proceeds buy all 600 SOL; ETH gets 379 of 390 for what is left."""
    found = sized(
        coin("BTC", "1", "10000"),
        coin("ETH", "0", "10"),
        coin("SOL", "0", "10"),
        trades={"BTC": "-10000", "ETH": "3900", "SOL": "6000"},
    )
    assert texts(found) == ["SELL 1 BTC", "BUY 600 SOL", "BUY 379 ETH"]
    assert codes(found) == ["CASH_LIMITED:ETH"]


def test_a_cut_sale_keeps_the_planned_cash() -> None:
    """Only 500 of 1,000 could be sold; the planned cash of 800 is not spent in its place."""
    found = sized(
        coin("BTC", "50", "10"),
        coin("SOL", "0", "10"),
        trades={"BTC": "-1000", "SOL": "990"},
        cash="800",
        planned="800",
    )
    assert texts(found) == ["SELL 50 BTC", "BUY 48 SOL"]
    assert codes(found) == ["COLD_LIMITED:BTC", "CASH_LIMITED:SOL"]


def test_a_dropped_sale_keeps_the_planned_cash_too() -> None:
    """A sale below the minimum leaves no money for the buy it was meant for."""
    found = sized(
        coin("BTC", "50", "10"),
        coin("SOL", "0", "10"),
        trades={"BTC": "-24", "SOL": "1000"},
        cash="1000",
        planned="700",
    )
    assert texts(found) == ["BUY 29 SOL"]
    assert codes(found) == ["BELOW_MIN:BTC", "CASH_LIMITED:SOL"]


@pytest.mark.parametrize(
    ("wished", "step", "least", "is_sent"),
    [
        ("25", "0.1", "0", True),
        ("24.9", "0.1", "0", False),
        ("29", "1", "0", False),
        ("30", "1", "3.5", False),
    ],
    ids=["25 exactly", "below 25", "below after rounding", "below the venue's quantity"],
)
def test_an_order_below_the_minimum_is_left_out(
    wished: str, step: str, least: str, is_sent: bool
) -> None:
    """The minimum is measured on the rounded quantity at the mid price."""
    row = coin("SOL", "0", "10", step=step, least=least)
    found = sized(row, trades={"SOL": wished}, cash="1000")
    assert bool(found.orders) is is_sent
    assert codes(found) == ([] if is_sent else ["BELOW_MIN:SOL"])


@pytest.mark.parametrize(
    ("value", "notional", "expected"),
    [("1000", "10", "25"), ("1000", "100", "110"), ("100000", "10", "250"), ("10000", "0", "25")],
)
def test_the_smallest_trade_is_the_largest_of_three(
    value: str, notional: str, expected: str
) -> None:
    """max(1.1 times the venue's minimum, 25, 0.25 % of V)."""
    found = minimum_trade(Money(Decimal(value)), Money(Decimal(notional)), OrderRules())
    assert found == Decimal(expected)


def test_orders_go_sells_first_by_value_then_buys_by_value_ties_by_symbol() -> None:
    """The sending order is fixed by side, wished value and symbol."""
    rows = [coin(name, "900", "10") for name in ("ADA", "BTC", "ETH", "SOL", "XRP")]
    trades = {"XRP": "-300", "ADA": "500", "SOL": "500", "BTC": "-300", "ETH": "900"}
    found = sized(*rows, trades=trades, cash="9000")
    expected = ["SELL 30 BTC", "SELL 30 XRP", "BUY 90 ETH", "BUY 50 ADA", "BUY 50 SOL"]
    assert texts(found) == expected


def test_a_fee_in_base_coins_is_ordered_on_top() -> None:
    """To receive 99 coins after 1 %, 100 are ordered and 99 arrive."""
    found = sized(coin("SOL", "0", "10"), trades={"SOL": "990"}, cash="5000", mode=FeeMode.BASE)
    row = found.orders[0]
    assert [row.quantity, row.received, row.cash, row.fee] == [100, 99, -1000, 10]


def test_a_sale_pays_its_fee_in_quote_even_in_base_mode() -> None:
    """Base-coin fees are for buys only."""
    found = sized(coin("SOL", "100", "10"), trades={"SOL": "-500"}, mode=FeeMode.BASE)
    row = found.orders[0]
    assert [row.cash, row.received] == [495, 50]


def test_a_fee_in_a_third_coin_leaves_the_cash_alone() -> None:
    """The whole notional moves, the fee is noted beside it."""
    found = sized(coin("SOL", "100", "10"), trades={"SOL": "-500"}, mode=FeeMode.TOKEN)
    row = found.orders[0]
    assert [row.cash, row.fee] == [500, 5]


def test_steps_and_ticks_round_their_own_way() -> None:
    """Down to a step with the tolerance of 1e-12, half up to a step, ticks to the safe side."""
    step, tick = Quantity(Decimal("0.1")), Price(Decimal("0.05"))
    floors = [
        exact(floor_step)(Quantity(Decimal(text)), step)
        for text in ("0.29999999999999", "0.2999", "0.3")
    ]
    assert floors == [Decimal("0.3"), Decimal("0.2"), Decimal("0.3")]
    assert exact(nearest_step)(Quantity(Decimal("0.25")), step) == Decimal("0.3")
    assert floor_tick(Price(Decimal("10.09")), tick) == Decimal("10.05")
    assert ceil_tick(Price(Decimal("10.01")), tick) == Decimal("10.05")
