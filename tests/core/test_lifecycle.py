"""The lives of proposals and orders as tables (METHODS 8.1), and the ids that name them (8.5)."""

import uuid
from decimal import Decimal
from hashlib import sha256
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from core.domain.errors import IllegalTransition
from core.domain.ids import client_order_id, proposal_id
from core.domain.market import Side
from core.domain.proposal import Fill, OrderState, ProposalState
from core.domain.units import Asset, Money, Price, Quantity
from core.lifecycle import (
    ORDER_ENDED,
    ORDER_MOVES,
    ORDER_OPEN,
    PROPOSAL_ENDED,
    PROPOSAL_LIVE,
    PROPOSAL_MOVES,
    OrderEvent,
    ProposalEvent,
    next_order_state,
    next_proposal_state,
)
from tests.dsl import MORNING

# Source: METHODS 8.1, written out a second time, by the names of states alone.
PROPOSAL_PATHS = {
    "DRAFT": {"PROPOSED"},
    "PROPOSED": {"APPROVED", "REJECTED", "EXPIRED", "SUPERSEDED", "WITHDRAWN"},
    "APPROVED": {"RECHECKED", "SUPERSEDED", "WITHDRAWN"},
    "RECHECKED": {"EXECUTING", "SUPERSEDED", "WITHDRAWN"},
    "EXECUTING": {"DONE", "PARTIAL", "FAILED"},
}
ORDER_PATHS = {
    "NEW": {"SENDING", "CANCELLED"},
    "SENDING": {"ACKED", "REJECTED", "UNKNOWN"},
    "ACKED": {"FILLED", "PARTLY_FILLED", "CANCELLED"},
    "UNKNOWN": {"ACKED", "FILLED", "ABSENT"},
}


def test_the_proposal_table_is_that_of_the_methods() -> None:
    """Every state leads exactly where METHODS 8.1 says."""
    found: dict[str, set[str]] = {}
    for (state, _), after in PROPOSAL_MOVES.items():
        found.setdefault(state.value, set()).add(after.value)
    assert found == PROPOSAL_PATHS


def test_the_order_table_is_that_of_the_methods() -> None:
    """Every state leads exactly where METHODS 8.1 says; an order never sent may be cancelled."""
    found: dict[str, set[str]] = {}
    for (state, _), after in ORDER_MOVES.items():
        found.setdefault(state.value, set()).add(after.value)
    assert found == ORDER_PATHS


@pytest.mark.parametrize(("state", "event"), list(product(ProposalState, ProposalEvent)))
def test_every_pair_of_a_proposal_is_in_the_table_or_raises(
    state: ProposalState, event: ProposalEvent
) -> None:
    """What the table does not know is illegal, says both names, and changes nothing."""
    if (state, event) in PROPOSAL_MOVES:
        assert next_proposal_state(state, event) is PROPOSAL_MOVES[state, event]
        return
    size = len(PROPOSAL_MOVES)
    with pytest.raises(IllegalTransition, match=f"{state}.*{event}"):
        next_proposal_state(state, event)
    assert len(PROPOSAL_MOVES) == size


@pytest.mark.parametrize(("state", "event"), list(product(OrderState, OrderEvent)))
def test_every_pair_of_an_order_is_in_the_table_or_raises(
    state: OrderState, event: OrderEvent
) -> None:
    """What the table does not know is illegal, says both names, and changes nothing."""
    if (state, event) in ORDER_MOVES:
        assert next_order_state(state, event) is ORDER_MOVES[state, event]
        return
    with pytest.raises(IllegalTransition, match=f"{state}.*{event}"):
        next_order_state(state, event)


def test_terminal_states_are_those_without_a_way_out() -> None:
    """Ended means: no event leads anywhere; every other state has a way out."""
    assert {state for state, _ in PROPOSAL_MOVES} == set(ProposalState) - PROPOSAL_ENDED
    assert {state for state, _ in ORDER_MOVES} == set(OrderState) - ORDER_ENDED
    assert PROPOSAL_LIVE | PROPOSAL_ENDED | {ProposalState.DRAFT} == set(ProposalState)
    assert set(OrderState) == ORDER_OPEN | ORDER_ENDED


def test_an_unknown_order_is_open() -> None:
    """It blocks until it is settled, and nothing sends it again."""
    assert OrderState.UNKNOWN in ORDER_OPEN
    assert (OrderState.UNKNOWN, OrderEvent.SEND) not in ORDER_MOVES


def test_no_order_leaves_without_an_approval() -> None:
    """Every way to EXECUTING leads through APPROVED and RECHECKED."""
    ways = {(before, after) for (before, _), after in PROPOSAL_MOVES.items()}
    into = {before for before, after in ways if after is ProposalState.EXECUTING}
    assert into == {ProposalState.RECHECKED}
    assert {before for before, after in ways if after is ProposalState.RECHECKED} == {
        ProposalState.APPROVED
    }


class AnyEvents(RuleBasedStateMachine):
    """Random events at one proposal and one order."""

    def __init__(self) -> None:
        """Begin at the beginning."""
        super().__init__()
        self.proposal, self.order = ProposalState.DRAFT, OrderState.NEW
        self.executions = self.sendings = 0

    @rule(event=st.sampled_from(list(ProposalEvent)))
    def move_proposal(self, event: ProposalEvent) -> None:
        """An event moves the proposal or raises; an ended one stays where it is."""
        before = self.proposal
        try:
            self.proposal = next_proposal_state(before, event)
        except IllegalTransition:
            return
        assert before not in PROPOSAL_ENDED
        self.executions += self.proposal is ProposalState.EXECUTING

    @rule(event=st.sampled_from(list(OrderEvent)))
    def move_order(self, event: OrderEvent) -> None:
        """An event moves the order or raises; an ended one stays where it is."""
        before = self.order
        try:
            self.order = next_order_state(before, event)
        except IllegalTransition:
            return
        assert before not in ORDER_ENDED
        self.sendings += self.order is OrderState.SENDING

    @invariant()
    def once(self) -> None:
        """Nothing is executed twice, nothing is sent twice."""
        assert self.executions <= 1
        assert self.sendings <= 1


TestAnyEvents = AnyEvents.TestCase
"""Whatever happens in whatever order: one execution, one sending, ended stays ended."""


@given(st.text(), st.integers(0, 3))
def test_a_proposal_id_is_eight_plain_characters(decision_id: str, reshows: int) -> None:
    """Crockford's letters in lower case: nothing that looks like something else."""
    found = proposal_id(decision_id, reshows)
    assert len(found) == 8
    assert set(found) <= set("0123456789abcdefghjkmnpqrstvwxyz")
    assert found == proposal_id(decision_id, reshows)
    assert found != proposal_id(decision_id, reshows + 1)


@given(st.text(), st.integers(1, 9), st.integers(1, 3))
def test_a_client_id_is_the_hash_in_uuid_form(proposal: str, leg: int, attempt: int) -> None:
    """The first 32 hex digits of sha256(proposal, leg, attempt), as 8-4-4-4-12."""
    found = client_order_id(proposal, leg, attempt)
    seed = f"{proposal}:{leg}:{attempt}".encode()
    assert found.replace("-", "") == sha256(seed).hexdigest()[:32]
    assert [len(part) for part in found.split("-")] == [8, 4, 4, 4, 12]
    assert str(uuid.UUID(found)) == found


def test_every_leg_and_every_attempt_has_its_own_client_id() -> None:
    """No two orders share a name."""
    ids = {client_order_id("7f3k9q2m", leg, attempt) for leg in range(1, 10) for attempt in (1, 2)}
    assert len(ids) == 18


def test_a_fill_is_worth_its_quantity_at_its_price() -> None:
    """Money is booked from trades: 0.5 at 100,000 are 50,000."""
    fill = Fill(
        fill_id="1",
        client_id=client_order_id("7f3k9q2m", 1, 1),
        asset=Asset("BTC"),
        side=Side.SELL,
        quantity=Quantity(Decimal("0.5")),
        price=Price(Decimal(100_000)),
        fee=Money(Decimal(200)),
        fee_asset=Asset("USD"),
        executed_at=MORNING,
    )
    assert fill.notional == 50_000
