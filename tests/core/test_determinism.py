"""Equal inputs, equal decisions, on any machine and in any process (INV-1; METHODS 0.2)."""

import os
import subprocess
import sys
from dataclasses import fields, replace
from datetime import timedelta
from decimal import ROUND_UP, Context, Decimal, localcontext
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.codec import digest_of
from core.domain.market import Level
from core.domain.policy import BandRules
from core.domain.snapshot import Occasion, Snapshot
from core.domain.state import EngineState
from core.domain.units import Money, Price, Quantity
from core.engine import decide
from tests.dsl import MORNING, altered, decide_on, history, orders_of, portfolio
from tests.strategies import FEWER, World, policies, states, worlds

ROOT = Path(__file__).resolve().parents[2]
ONCE = BandRules(confirm=1)
TWO = portfolio("BTC 0.62 @ 100000 -> 50", "ETH 2 @ 4000 -> 30", cash="30000 -> 20", bands=ONCE)

PROGRAM = """
from core.codec import digest_of
from core.domain.policy import BandRules
from tests.dsl import decide_on, history, portfolio
lines = ["BTC 0.62 @ 100000 -> 40", "ETH 2 @ 4000 -> 30", "SOL 7 @ 150 -> 10, cold 3"]
four = portfolio(*lines, cash="30000 -> 20", bands=BandRules(confirm=1))
bars = (history("BTC", 1e5), history("ETH", 4e3, shift=1), history("SOL", 150.0, shift=2))
decision = decide_on(four, bars=bars)
print(decision.decision_id, digest_of(decision))
"""


@FEWER
@given(worlds())
def test_inv1_the_same_question_has_one_answer(world: World) -> None:
    """Deciding twice, on equal but separate values, is one decision with one digest."""
    situation, state = world.situation, world.state
    first = decide(situation.snapshot, situation.policy, state)
    again = decide(replace(situation.snapshot), replace(situation.policy), replace(state))
    assert first == again
    assert digest_of(first) == digest_of(again)


def test_inv1_the_digest_is_the_same_in_every_process() -> None:
    """Three processes with three hash seeds print one decision id and one digest."""
    printed = set()
    for seed in ("0", "1", "4242"):
        environment = {**os.environ, "PYTHONHASHSEED": seed}
        done = subprocess.run(
            [sys.executable, "-c", PROGRAM],
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
            check=True,
        )
        printed.add(done.stdout)
    assert len(printed) == 1
    assert len(printed.pop().split()) == 2


@FEWER
@given(worlds(), st.integers(4, 60))
def test_inv1_the_callers_decimal_context_does_not_matter(world: World, digits: int) -> None:
    """Six digits rounded up around the call change nothing inside it."""
    situation, state = world.situation, world.state
    expected = decide(situation.snapshot, situation.policy, state)
    with localcontext(Context(prec=digits, rounding=ROUND_UP)):
        found = decide(situation.snapshot, situation.policy, state)
    assert found == expected
    assert found.decision_id == expected.decision_id


@FEWER
@given(worlds())
def test_inv1_trailing_zeros_do_not_matter(world: World) -> None:
    """1.10 and 1.1 are one amount: equal orders and equal digests."""
    situation, state = world.situation, world.state
    padded = replace(
        situation.snapshot,
        balances=tuple(
            replace(row, free=Quantity(row.free + Decimal("0.000000000000")))
            for row in situation.snapshot.balances
        ),
    )
    assert digest_of(padded) == digest_of(situation.snapshot)
    one = decide(situation.snapshot, situation.policy, state)
    assert decide(padded, situation.policy, state).decision_id == one.decision_id


@pytest.mark.parametrize(
    "change",
    [
        {"as_of": MORNING + timedelta(microseconds=1)},
        {"occasion": Occasion.ASKED},
        {"clock_skew": timedelta(microseconds=1)},
        {"warnings": ("X",)},
        {"bars": (history("BTC", 100_000.0),)},
        {"books": ()},
        {"fee_token_value": Money(Decimal(1))},
    ],
    ids=lambda change: next(iter(change)),
)
def test_every_part_of_the_snapshot_is_in_the_id(change: dict[str, object]) -> None:
    """A difference anywhere in what was known is another decision."""
    before, after = TWO.snapshot, altered(TWO.snapshot, **change)
    assert digest_of(before) != digest_of(after)
    ids = {decide(seen, TWO.policy, EngineState()).decision_id for seen in (before, after)}
    assert len(ids) == 2


@FEWER
@given(policies(), policies())
def test_different_policies_have_different_digests(one: object, other: object) -> None:
    """And equal ones have equal digests."""
    assert (one == other) is (digest_of(one) == digest_of(other))


@FEWER
@given(states(), states())
def test_different_memories_have_different_digests(one: EngineState, other: EngineState) -> None:
    """And equal ones have equal digests."""
    assert (one == other) is (digest_of(one) == digest_of(other))


def test_the_id_is_that_of_the_memory_before() -> None:
    """Not of the one after: the same inputs again must find the same id."""
    decision = decide_on(TWO)
    assert decision.state_digest == digest_of(EngineState())
    assert decision.next_state != EngineState()


def test_bars_with_one_digest_are_one_series() -> None:
    """Two copies of a history are equal, another last bit is another history."""
    one, same = history("BTC", 100.0), history("BTC", 100.0)
    assert one == same
    assert hash(one) == hash(same)
    assert history("BTC", 100.0000000000001) != one


def test_nothing_of_a_snapshot_can_be_changed() -> None:
    """Frozen values: what was decided on stays what it was."""
    with pytest.raises(AttributeError):
        TWO.snapshot.quote = "EUR"  # type: ignore[misc,assignment]
    assert all(not isinstance(getattr(TWO.snapshot, row.name), list) for row in fields(Snapshot))


def test_the_books_depth_beyond_need_does_not_change_the_orders() -> None:
    """Another digest, the same orders: ids follow inputs, orders follow what matters."""
    far = Level(Price(Decimal(1)), Quantity(Decimal(9)))
    deeper = tuple(replace(row, bids=(*row.bids, far)) for row in TWO.snapshot.books)
    plain, deep = decide_on(TWO), decide_on(TWO, books=deeper)
    assert plain.decision_id != deep.decision_id
    assert orders_of(plain) == orders_of(deep)
