"""What every store must do with the measured cost of executions."""

from dataclasses import fields, replace

import pytest

from bot.ports.records import Store
from core.domain.errors import StoreConflict
from core.domain.market import Side
from core.domain.shortfall import Shortfall
from core.domain.units import Money, Price, Quantity
from tests.store.arranging import PID, add_proposal, payloads, undone
from tests.store.samples import AT, BTC, ETH, LONG, d, hours


def leg(number: int = 1, *, proposal_id: str = PID, filled: str = "0.03") -> Shortfall:
    """Return a measured leg whose amounts no double can hold."""
    return Shortfall(
        proposal_id=proposal_id,
        leg=number,
        asset=BTC if number == 1 else ETH,
        side=Side.SELL if number == 1 else Side.BUY,
        ended_at=AT,
        wanted=Quantity(d("0.03195")),
        filled=Quantity(d(filled)),
        paid=Money(LONG),
        decided_price=Price(d("110000.123456789012345678901")),
        approved_price=Price(d("110001")),
        ended_price=Price(d("109999")),
        is_end_fresh=number == 1,
        delay=Money(d("-0.000000000000000000000001")),
        execution=Money(d("3.10")),
        fees=Money(d("8.44")) if number == 1 else None,
        unfilled=Money(d("0")),
        predicted=Money(d("10")),
    )


class ShortfallCards:
    """What trading cost, leg by leg."""

    def test_legs_come_back_exactly(self, store: Store) -> None:
        """S120: every amount comes back to its last digit, an unknown fee as unknown."""
        with store.transaction() as tx:
            add_proposal(tx)
            tx.shortfalls.add([leg(2), leg(1)])
        with store.reading() as tx:
            assert list(tx.shortfalls.of(PID)) == [leg(1), leg(2)]
            assert list(tx.shortfalls.of("nobody00")) == []

    def test_each_leg_is_witnessed(self, store: Store) -> None:
        """S121: the journal holds every figure of a leg, numbers as texts."""
        with store.transaction() as tx:
            add_proposal(tx)
            tx.shortfalls.add([leg(1), leg(2)])
            first, second = payloads(tx, "shortfall.measured")
        assert first.keys() == {field.name for field in fields(Shortfall)}
        assert (first["paid"], first["fees"], second["fees"]) == (str(LONG), "8.44", None)

    def test_a_leg_is_measured_once(self, store: Store) -> None:
        """S122: a second measure of the same leg is refused, and nothing of it stays."""
        with store.transaction() as tx:
            add_proposal(tx)
            tx.shortfalls.add([leg(1)])
        with undone(store) as tx, pytest.raises(StoreConflict):
            tx.shortfalls.add([replace(leg(1), predicted=Money(d("1")))])
        with store.reading() as tx:
            assert list(tx.shortfalls.of(PID)) == [leg(1)]
            assert len(payloads(tx, "shortfall.measured")) == 1

    def test_newest_traded_legs(self, store: Store) -> None:
        """S123: the newest come first, of one market or all; what never traded is left out."""
        third = replace(leg(1), leg=3, ended_at=AT - hours(1))
        unfilled = replace(leg(2, filled="0"), leg=4)
        with store.transaction() as tx:
            add_proposal(tx)
            tx.shortfalls.add([leg(1), leg(2)])
            number = tx.journal.head()[0]
            tx.shortfalls.add([third, unfilled])
        with store.reading() as tx:
            assert list(tx.shortfalls.latest(9)) == [third, leg(2), leg(1)]
            assert list(tx.shortfalls.latest(2)) == [third, leg(2)]
            assert list(tx.shortfalls.latest(9, asset=BTC)) == [third, leg(1)]
            assert list(tx.shortfalls.latest(9, after=number)) == [third]
