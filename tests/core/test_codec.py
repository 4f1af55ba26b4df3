"""Values to canonical JSON and back (INV-11; METHODS 0.2, 8.8)."""

import json
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.ports.messages import Answer, Notice
from bot.ports.pictures import (
    Allocation,
    AllocationRow,
    BookValues,
    DayLine,
    DayMark,
    Drawdowns,
    DriftHistory,
    MarketRibbon,
    Picture,
)
from core.codec import (
    GENESIS,
    bar_series,
    canonical,
    chain_hash,
    decode,
    digest,
    digest_of,
    encode,
    instant_text,
)
from core.domain.decision import Decision, Plan
from core.domain.errors import StoreCorrupt
from core.domain.policy import Policy
from core.domain.proposal import Proposal, ProposalState
from core.domain.snapshot import Snapshot
from core.domain.state import EngineState
from core.domain.units import text_of
from tests.core.worked import by_engine, plan_of
from tests.dsl import MORNING, decide_on, history, portfolio, snapshot
from tests.strategies import FEWER, World, instants, policies, states, words, worlds

OVER = portfolio("BTC 0.75 @ 100000 -> 50", cash="25000 -> 50")


def there_and_back(hint: type, value: object, **bars: Any) -> None:  # noqa: ANN401
    """Assert that a value survives being stored as JSON text, with its digest."""
    text = json.dumps(encode(hint, value), sort_keys=True, ensure_ascii=False)
    again = decode(hint, json.loads(text), bars)
    assert again == value
    assert digest_of(again) == digest_of(value) == digest(encode(hint, value))


@FEWER
@given(worlds())
def test_a_snapshot_survives(world: World) -> None:
    """decode(encode(x)) = x."""
    there_and_back(Snapshot, world.situation.snapshot)


def test_a_snapshot_that_learned_nothing_reads_as_before() -> None:
    """A younger field has no place in a document while it is empty, so old digests stay.

    With something in it, it survives like any other.
    """
    plain = encode(Snapshot, OVER.snapshot)
    assert "walk_ratios" not in plain
    assert decode(Snapshot, plain) == OVER.snapshot
    learned = snapshot(OVER, walk_ratios=(("BTC", Decimal("1.7321")),))
    assert encode(Snapshot, learned)["walk_ratios"] == [["BTC", "1.7321"]]
    there_and_back(Snapshot, learned)


def test_a_snapshot_with_bars_survives_by_their_digest() -> None:
    """Bars are named by digest; whoever stores them hands them back."""
    bars = (history("BTC", 100_000.0),)
    there_and_back(Snapshot, snapshot(OVER, bars=bars), **{bars[0].digest: bars[0]})
    with pytest.raises(StoreCorrupt):
        decode(Snapshot, encode(Snapshot, snapshot(OVER, bars=bars)), {})


@FEWER
@given(policies())
def test_a_policy_survives(policy: Policy) -> None:
    """decode(encode(x)) = x."""
    there_and_back(Policy, policy)


@FEWER
@given(states())
def test_a_memory_survives(state: EngineState) -> None:
    """decode(encode(x)) = x."""
    there_and_back(EngineState, state)


@FEWER
@given(worlds())
def test_a_decision_and_its_plan_survive(world: World) -> None:
    """decode(encode(x)) = x, whatever was decided."""
    _, decision = by_engine(world)
    there_and_back(Decision, decision)
    plan = plan_of(decision)
    if plan is not None:
        there_and_back(Plan, plan)


@FEWER
@given(st.sampled_from(list(ProposalState)), instants, st.none() | instants, words)
def test_a_proposal_survives(
    state: ProposalState, created_at: datetime, decided_at: datetime | None, note: str
) -> None:
    """decode(encode(x)) = x, in every state."""
    decision = decide_on(OVER)
    plan = plan_of(decision)
    assert plan is not None
    proposal = Proposal(
        proposal_id="7f3k9q2m",
        decision_id=decision.decision_id,
        state=state,
        plan=plan,
        plan_digest=digest_of(plan),
        tier=2,
        created_at=created_at,
        expires_at=created_at + timedelta(hours=12),
        decided_at=decided_at,
        note=note,
    )
    there_and_back(Proposal, proposal)


@pytest.mark.parametrize(
    ("number", "text"),
    [
        ("1.10", "1.1"),
        ("-0", "0"),
        ("0E-8", "0"),
        ("1E+3", "1000"),
        ("1E-10", "0.0000000001"),
        ("100", "100"),
        ("-2.50", "-2.5"),
        ("123456789012345678901234567890.1234", "123456789012345678901234567890.1234"),
    ],
)
def test_a_number_has_one_text(number: str, text: str) -> None:
    """No exponent, no trailing zeros, no negative zero, no digit lost."""
    assert text_of(Decimal(number)) == text
    assert json.loads(canonical({"n": Decimal(number)})) == {"n": text}


def test_an_instant_has_one_text() -> None:
    """The same instant in two zones is written once, in UTC."""
    abroad = MORNING.astimezone(timezone(timedelta(hours=9)))
    assert instant_text(abroad) == instant_text(MORNING) == "2026-03-02T00:06:00Z"


def test_a_day_is_written_as_a_day() -> None:
    """A date carries no time and no zone."""
    assert canonical([MORNING.date()]) == b'["2026-03-02"]'


def test_canonical_sorts_keys_and_leaves_no_space() -> None:
    """Order of writing does not matter; text is in NFC and not escaped."""
    assert (
        canonical({"b": 1, "a": ["e\u0301", None, True]})
        == '{"a":["é",null,true],"b":"1"}'.encode()
    )
    assert digest({"a": 1, "b": 2}) == digest({"b": 2, "a": 1})


@pytest.mark.parametrize("value", [1.5, float("nan"), {1, 2}, object()])
def test_what_has_no_canonical_text_is_refused(value: object) -> None:
    """No float ever enters a digest."""
    with pytest.raises(TypeError):
        canonical({"x": value})


def test_what_is_no_value_of_the_domain_is_refused() -> None:
    """There is no silent form for an unknown type."""
    with pytest.raises(TypeError, match="no canonical form"):
        encode(complex, 1j)


def test_a_document_with_a_strange_field_is_corrupt() -> None:
    """A field nobody knows is not dropped in silence."""
    document = {**encode(Decision, decide_on(OVER)), "extra": "1"}
    with pytest.raises(StoreCorrupt, match="extra"):
        decode(Decision, document)


def test_a_field_younger_than_the_document_takes_its_default() -> None:
    """A memory stored before a field existed can still be read."""
    document = encode(EngineState, EngineState())
    del document["stress"]
    assert decode(EngineState, document) == EngineState()


@pytest.mark.parametrize("name", ["policy_digest", "outcome", "gates", "next_state"])
def test_a_document_with_a_hole_is_corrupt(name: str) -> None:
    """A missing field is said to be missing, never filled in."""
    document = encode(Decision, decide_on(OVER))
    del document[name]
    with pytest.raises(StoreCorrupt, match="Decision"):
        decode(Decision, document)


@pytest.mark.parametrize(
    ("name", "value"),
    [("decided_at", "yesterday"), ("value", "many"), ("profile", "huge"), ("outcome", {"plan": 5})],
)
def test_a_document_with_nonsense_is_corrupt(name: str, value: object) -> None:
    """A field that cannot be read raises StoreCorrupt and nothing else."""
    document = {**encode(Decision, decide_on(OVER)), name: value}
    with pytest.raises(StoreCorrupt):
        decode(Decision, document)


def test_columns_of_different_length_are_no_bars() -> None:
    """Five columns, one length."""
    with pytest.raises(ValueError, match="BTC"):
        bar_series(
            history("BTC", 1.0).asset,
            "made",
            datetime(2026, 3, 1, tzinfo=UTC),
            opens=[1.0],
            highs=[1.0],
            lows=[1.0],
            closes=[1.0, 2.0],
            volumes=[1.0],
        )


def test_the_chain_ties_every_entry_to_the_one_before() -> None:
    """Any changed byte, order or predecessor changes the hash."""
    entry = {"seq": 1, "kind": "decision", "payload": {"a": 1}, "prev": GENESIS}
    hashes = {chain_hash(entry)}
    for changed in ({"seq": 2}, {"kind": "order"}, {"payload": {"a": 2}}, {"prev": "1" * 64}):
        hashes.add(chain_hash(entry | changed))
    assert len(hashes) == 5
    assert chain_hash(dict(reversed(entry.items()))) == chain_hash(entry)


def _pictures() -> tuple[Picture, ...]:
    days, line = (date(2026, 3, 2),), DayLine("BTC", (0.1, None))
    return (
        Allocation((AllocationRow("BTC", 0.1 + 0.2, 0.5, 1 / 3, 1e-17),)),
        DriftHistory(days, (line,)),
        BookValues(days, (line,)),
        BookValues(days, (line,), (DayMark(days[0], "executed"),)),
        Drawdowns(days, (line,)),
        MarketRibbon("BTC", "USD", days, (110000.5, None), ("up",), ("NORMAL",)),
    )


@pytest.mark.parametrize("picture", _pictures(), ids=lambda one: type(one).__name__)
def test_pictures_that_look_alike_are_read_back_as_what_they_were(picture: Picture) -> None:
    """Kinds with the same fields are told apart by name, and floats keep every bit."""
    hint: Any = Answer
    answer = Answer("", (), pictures=((picture, "caption"),))
    again = decode(hint, json.loads(json.dumps(encode(hint, answer))))
    assert again == answer
    assert type(again.pictures[0][0]) is type(picture)


def test_a_union_without_look_alikes_bears_no_names() -> None:
    """What was stored before there were pictures reads as before, byte for byte."""
    kinds: Any = Answer | Notice
    assert encode(kinds, Answer("a", ())) == {"heading": "a", "blocks": [], "tables": []}


def test_a_picture_of_no_known_kind_is_refused() -> None:
    """A name that nobody knows is a damaged record, not a guess."""
    hint: Any = Answer
    document = encode(hint, Answer("", (), pictures=((_pictures()[1], ""),)))
    document["pictures"][0][0]["$is"] = "Drawing"
    with pytest.raises(StoreCorrupt):
        decode(hint, document)
