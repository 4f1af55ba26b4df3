from collections.abc import Sequence
from decimal import Decimal

import pytest

from core.domain.proposal import Fill, Order, OrderState, Proposal, ProposalState
from core.domain.units import Asset, Price
from core.facts import FactTable, Polarity
from core.planning.shortfall import Prices
from tests.core.tables import check_shape, number_in, value_in
from tests.explain.executions import executed_facts, fill_of, order_for, proposal_in


def _executed(proposal: Proposal, orders: Sequence[Order], fills: Sequence[Fill]) -> FactTable:
    table = executed_facts(proposal, orders, fills)
    check_shape(table)
    return table


def test_a_whole_execution_states_average_prices_and_cost_against_the_card() -> None:
    """Two fills of one leg average by quantity; fees and worse prices make the cost."""
    proposal = proposal_in(ProposalState.DONE)
    sell, buy = (order_for(proposal, leg, OrderState.FILLED) for leg in (1, 2))
    fills = [
        fill_of(sell, "0.02", "110000", fee="8.80"),
        fill_of(sell, "0.01195", "109000", fee="5.21"),
        fill_of(buy, "0.62", "4210", fee="10.44"),
    ]
    table = _executed(proposal, [buy, sell], fills)
    assert value_in(table, "sold_btc") == Decimal("0.03195")
    assert value_in(table, "bought_eth") == Decimal("0.62")
    average = number_in(table, "average_btc")
    assert average * Decimal("0.03195") == pytest.approx(
        Decimal(2200) + Decimal("0.01195") * 109000, abs=Decimal("1e-20")
    )
    assert value_in(table, "fees") == Decimal("24.45")
    slippage = Decimal("0.01195") * 1000 + Decimal("0.62") * 10
    assert number_in(table, "cost") == Decimal("24.45") + slippage
    assert value_in(table, "estimate") == proposal.plan.cost
    assert not table.of_kind("unfilled")


@pytest.mark.parametrize(
    ("state", "why"),
    [
        (OrderState.PARTLY_FILLED, "limit"),
        (OrderState.CANCELLED, "limit"),
        (OrderState.REJECTED, "rejected"),
        (OrderState.ABSENT, "absent"),
        (OrderState.UNKNOWN, "unknown"),
        (OrderState.ACKED, "open"),
    ],
)
def test_what_stayed_unfilled_says_why(state: OrderState, why: str) -> None:
    """The last order that left decides what is said of the rest."""
    proposal = proposal_in(ProposalState.PARTIAL)
    orders = [order_for(proposal, 1, OrderState.FILLED), order_for(proposal, 2, state)]
    table = _executed(proposal, orders, [fill_of(orders[0], "0.03195", "110000", fee="14")])
    assert value_in(table, "why_eth") == why
    assert value_in(table, "unfilled_eth") == Decimal("0.62")


def test_a_leg_that_never_left_was_not_sent() -> None:
    """An intent that was withheld is told as not sent, whatever its state."""
    proposal = proposal_in(ProposalState.PARTIAL)
    unsent = order_for(proposal, 2, OrderState.NEW, sent=False)
    table = _executed(proposal, [unsent], [])
    assert value_in(table, "why_btc") == "not_sent"
    assert value_in(table, "why_eth") == "not_sent"
    assert table.find("cost") is None


def test_an_intent_written_anew_is_no_shortfall() -> None:
    """A buy made smaller to fit the real proceeds, and then filled, leaves nothing open."""
    proposal = proposal_in(ProposalState.DONE)
    first = order_for(proposal, 2, OrderState.CANCELLED, sent=False)
    second = order_for(proposal, 2, OrderState.FILLED, attempt=2, quantity="0.618")
    sell = order_for(proposal, 1, OrderState.FILLED)
    fills = [
        fill_of(sell, "0.03195", "110000", fee="14"),
        fill_of(second, "0.618", "4200", fee="10"),
    ]
    assert not _executed(proposal, [sell, first, second], fills).of_kind("unfilled")


def test_two_attempts_at_a_leg_add_up() -> None:
    """What the first attempt left and the second did not fill is what stays open."""
    proposal = proposal_in(ProposalState.PARTIAL)
    first = order_for(proposal, 2, OrderState.PARTLY_FILLED)
    second = order_for(proposal, 2, OrderState.PARTLY_FILLED, attempt=2, quantity="0.32")
    fills = [fill_of(first, "0.30", "4200", fee="5"), fill_of(second, "0.12", "4200", fee="2")]
    table = _executed(proposal, [first, second], fills)
    assert value_in(table, "unfilled_eth") == Decimal("0.20")
    expected = proposal.plan.trades[1]
    share = Decimal("0.42") / expected.quantity
    assert number_in(table, "estimate") == (expected.fee + expected.slippage) * share


def test_fees_in_other_coins_are_priced_or_the_cost_is_left_out() -> None:
    """A fee in the bought coin is worth its price; one in a third coin has none."""
    proposal = proposal_in(ProposalState.DONE)
    buy = order_for(proposal, 2, OrderState.FILLED)
    in_base = _executed(
        proposal, [buy], [fill_of(buy, "0.62", "4200", fee="0.001", fee_asset="ETH")]
    )
    assert number_in(in_base, "fees") == Decimal("4.2")
    in_token = _executed(
        proposal, [buy], [fill_of(buy, "0.62", "4200", fee="0.02", fee_asset="BNB")]
    )
    assert in_token.find("fees") is None
    assert in_token.find("cost") is None


def test_what_prices_did_while_a_person_thought_is_no_cost_of_trading() -> None:
    """A rise of 10 before a buy of 0.62 stands apart as 6.20 against the plan."""
    proposal = proposal_in(ProposalState.DONE)
    buy = order_for(proposal, 2, OrderState.FILLED)
    prices = {Asset("ETH"): Prices(Price(Decimal(4210)), Price(Decimal(4210)), is_end_fresh=True)}
    table = executed_facts(proposal, [buy], [fill_of(buy, "0.62", "4215", fee="10")], prices)
    assert number_in(table, "cost") == 10 + Decimal("3.1")
    delay = table.find("delay")
    assert delay is not None
    assert (delay.value, delay.polarity) == (Decimal("6.2"), Polarity.UP)
