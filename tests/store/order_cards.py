"""What every store must do with orders, fills and flows."""

import json
from dataclasses import replace

import pytest

from bot.ports.records import Store
from core.domain.errors import InvariantBroken, StoreConflict
from core.domain.portfolio import FlowKind
from core.domain.proposal import OrderState, ProposalState
from core.lifecycle import ORDER_MOVES, OrderEvent
from tests.store import samples
from tests.store.arranging import (
    PID,
    add_proposal,
    bring_order,
    bring_proposal,
    executing,
    payloads,
    undone,
)
from tests.store.samples import AT, hours


class OrderCards:
    """Orders and fills."""

    def test_orders_need_an_execution(self, store: Store) -> None:
        """S30: no order is written for a proposal that is not executing."""
        with store.transaction() as tx:
            add_proposal(tx)
            bring_proposal(tx, ProposalState.RECHECKED)
            with pytest.raises(StoreConflict, match="RECHECKED"):
                tx.orders.add(samples.orders(PID), at=AT)
            with pytest.raises(StoreConflict, match="not stored"):
                tx.orders.add(samples.orders("unknown0"), at=AT)
            assert tx.orders.of(PID) == []

    def test_orders_come_back_equal(self, store: Store) -> None:
        """S31: orders come back as equal values by leg and attempt, each one journalled."""
        with store.transaction() as tx:
            orders = executing(tx)
            again = samples.orders(PID, attempt=2)
            tx.orders.add(again[:1], at=AT)
            assert list(tx.orders.of(PID)) == [orders[0], again[0], orders[1]]
            intents = payloads(tx, "order.intended")
            assert [entry["client_id"] for entry in intents] == [
                order.client_id for order in (*orders, again[0])
            ]
            assert (intents[0]["side"], intents[0]["quantity"]) == ("SELL", "0.03195")

    def test_order_is_written_once(self, store: Store) -> None:
        """S32: neither a client id nor a leg's attempt can be written a second time."""
        with store.transaction() as tx:
            orders = executing(tx)
            with pytest.raises(StoreConflict):
                tx.orders.add(orders[:1], at=AT)
            with pytest.raises(StoreConflict):
                tx.orders.add([replace(orders[0], client_id="f" * 32)], at=AT)
            assert tx.orders.of(PID) == list(orders)

    @pytest.mark.parametrize("state", OrderState)
    def test_order_moves_as_the_life_cycle_says(self, store: Store, state: OrderState) -> None:
        """S33: from every state, legal events move and are journalled, others change nothing."""
        with store.transaction() as tx:
            client_id = executing(tx)[0].client_id
            bring_order(tx, client_id, state)
        for event in OrderEvent:
            with undone(store) as tx:
                head = tx.journal.head()
                if (state, event) not in ORDER_MOVES:
                    with pytest.raises(StoreConflict, match=f"is {state} and cannot {event}"):
                        tx.orders.move(client_id, event, at=AT)
                    assert tx.orders.of(PID)[0].state is state
                    assert tx.journal.head() == head
                    continue
                moved = tx.orders.move(
                    client_id, event, at=AT, venue_id="V1", deadline_at=AT + hours(1), note="n"
                )
                assert moved.state is ORDER_MOVES[state, event]
                assert (moved.venue_id, moved.deadline_at) == ("V1", AT + hours(1))
                assert moved == tx.orders.of(PID)[0]
                (entry,) = tx.journal.entries(after=head[0])
                assert json.loads(entry.payload)["client_id"] == client_id

    def test_order_keeps_what_a_move_does_not_name(self, store: Store) -> None:
        """S34: a move without a venue's id or a deadline keeps those that were known."""
        with store.transaction() as tx:
            client_id = executing(tx)[0].client_id
            tx.orders.move(client_id, OrderEvent.SEND, at=AT, deadline_at=AT + hours(1))
            tx.orders.move(client_id, OrderEvent.ACKNOWLEDGE, at=AT, venue_id="V1")
            moved = tx.orders.move(client_id, OrderEvent.FILL, at=AT)
            assert (moved.venue_id, moved.deadline_at) == ("V1", AT + hours(1))
            with pytest.raises(StoreConflict, match="FILLED and cannot send"):
                tx.orders.move(client_id, OrderEvent.SEND, at=AT)
            with pytest.raises(StoreConflict, match="no order"):
                tx.orders.move("unknown", OrderEvent.SEND, at=AT)

    @pytest.mark.parametrize("state", OrderState)
    def test_unsettled_orders(self, store: Store, state: OrderState) -> None:
        """S35: unsettled are the orders in SENDING, ACKED and UNKNOWN, and no others."""
        with store.transaction() as tx:
            client_id = executing(tx)[0].client_id
            bring_order(tx, client_id, state)
            unsettled = [order.client_id for order in tx.orders.unsettled()]
        waits = state in {OrderState.SENDING, OrderState.ACKED, OrderState.UNKNOWN}
        assert unsettled == ([client_id] if waits else [])

    def test_fills_are_booked_once(self, store: Store) -> None:
        """S36: a fill is stored and journalled once, however often the venue reports it."""
        with store.transaction() as tx:
            order = executing(tx)[0]
            one, two = samples.fill(order, 1), samples.fill(order, 2, at=AT - hours(1))
            assert list(tx.orders.add_fills([one], at=AT)) == [one]
            assert list(tx.orders.add_fills([one, two], at=AT)) == [two]
            assert list(tx.orders.add_fills([one, two], at=AT)) == []
            assert list(tx.orders.fills()) == [two, one]
            assert list(tx.orders.fills_of(PID)) == [two, one]
            assert list(tx.orders.fills_of("unknown0")) == []
            assert list(tx.orders.fills(since=AT)) == [one]
            assert len(payloads(tx, "fill.booked")) == 2

    def test_money_can_be_summed_from_the_journal(self, store: Store) -> None:
        """S37: a fill's journal entry holds the exact quantity, price, notional and fee."""
        with store.transaction() as tx:
            order = executing(tx)[0]
            tx.orders.add_fills([samples.fill(order)], at=AT)
            (entry,) = payloads(tx, "fill.booked")
        assert entry == {
            "fill_id": f"{order.client_id}-1",
            "client_id": order.client_id,
            "proposal_id": PID,
            "asset": "BTC",
            "side": "SELL",
            "quantity": "0.01",
            "price": "110000.123456789012345678",
            "notional": "1100.00123456789012345678",
            "fee": "4.400004938271560493827",
            "fee_asset": "USD",
            "executed_at": "2026-03-02T00:05:00Z",
        }

    def test_fill_of_an_unknown_order(self, store: Store) -> None:
        """S38: a fill that belongs to none of our orders is a bug, not a booking."""
        with pytest.raises(InvariantBroken, match="unknown order"), store.transaction() as tx:
            tx.orders.add_fills([samples.fill(samples.orders()[0])], at=AT)


class FlowCards:
    """Changes of balances."""

    def test_flows_are_booked_once(self, store: Store) -> None:
        """S40: a flow is stored exactly and journalled once, oldest first whatever came first."""
        late = samples.flow(1, kind=FlowKind.WITHDRAWAL, at=AT + hours(1))
        early = replace(samples.flow(2), value=None)
        with store.transaction() as tx:
            assert list(tx.flows.add([late, early, late], at=AT)) == [late, early]
            assert list(tx.flows.add([early], at=AT)) == []
            assert list(tx.flows.all()) == [early, late]
            assert list(tx.flows.all(since=AT + hours(1))) == [late]
            entries = payloads(tx, "flow.booked")
        assert [entry["amount"] for entry in entries] == [str(samples.LONG)] * 2
        assert [entry["value"] for entry in entries] == [str(samples.LONG), None]
