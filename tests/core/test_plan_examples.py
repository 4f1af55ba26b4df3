"""The published examples of the stateless calculator, and the worked example of METHODS 1.6."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.cli.plan_document import answer_document, calculate
from bot.cli.plan_input import request_from_document, request_from_words
from core.domain.decision import Propose
from core.domain.errors import InputInvalid
from tests.dsl import decide_daily, orders_of, portfolio

_FORMATS = Path(__file__).resolve().parents[3] / "shared" / "formats"
_EXAMPLES = _FORMATS / "plan_examples.json"
_TOLERANCE = Decimal("1e-9")


def _cases() -> list[Any]:
    if not _EXAMPLES.is_file():
        return []
    found: list[Any] = json.loads(_EXAMPLES.read_text(encoding="utf-8"))["cases"]
    return found


def _answer(document: object) -> dict[str, Any]:
    try:
        return answer_document(calculate(request_from_document(document)))
    except InputInvalid as problem:
        return {"error": problem.code, "message": str(problem)}


def _equal(found: object, expected: object) -> bool:
    """Compare two parts of an answer: numbers within 1e-9 relative, all else exactly."""
    if isinstance(expected, dict) and isinstance(found, dict):
        same_keys = found.keys() == expected.keys()
        return same_keys and all(_equal(found[key], expected[key]) for key in expected)
    if found == expected or not (isinstance(found, str) and isinstance(expected, str)):
        return found == expected
    one, other = Decimal(found), Decimal(expected)
    return abs(one - other) <= _TOLERANCE * max(abs(one), abs(other))


def test_the_examples_are_there() -> None:
    """All 24 examples are read; where the folder is missing, the run says so."""
    if not _EXAMPLES.is_file():
        pytest.skip("the plan examples are not present at ../shared/formats")
    assert len(_cases()) == 24


@pytest.mark.parametrize("case", _cases(), ids=lambda case: case["id"])
def test_the_calculator_answers_each_example(case: dict[str, Any]) -> None:
    """Orders and codes equal the example exactly, every other number within 1e-9."""
    found, expected = _answer(case["input"]), case["expected"]
    for key in ("orders", "codes", "error"):
        assert found.get(key) == expected.get(key)
    found.pop("message", None)
    expected.pop("message", None)
    assert found.keys() == expected.keys()
    assert {key: found[key] for key in expected if not _equal(found[key], expected[key])} == {}


WORKED: dict[str, Any] = {
    "profile": "standard",
    "delta": "0.5",
    "fee_mode": "quote",
    "cash_symbol": "USD",
    "cash": "8000",
    "cash_target": "0.2",
    "assets": {
        "BTC": {
            "target": "0.5",
            "hot": "0.28182",
            "price": "110000",
            "step": "0.00001",
            "min_notional": "10",
            "fee": "0.004",
            "slip": "0.0003",
        },
        "ETH": {
            "target": "0.3",
            "hot": "2.6190",
            "price": "4200",
            "step": "0.0001",
            "min_notional": "10",
            "fee": "0.004",
            "slip": "0.0005",
        },
    },
}


def test_the_worked_example_step_by_step() -> None:
    """METHODS 1.6, golden case 1: every printed number of it, in the precision printed there."""
    found = _answer(WORKED)
    assert Decimal(found["V"]) == 50_000
    assert _rounded(found["weights"], "0.0001") == ["0.6200", "0.2200", "0.1600"]
    assert list(found["band_up"].values()) == ["0.1", "0.1", "0.08"]
    assert _rounded(found["u"], "0.1") == ["1.2", "-0.8", "-0.5"]
    assert found["breached"] == ["BTC"]
    assert Decimal(found["R"]).quantize(Decimal("0.0001")) == Decimal("0.07")
    assert Decimal(found["L"]).quantize(Decimal("0.0001")) == Decimal("-0.2778")
    assert found["raised"] == ["ETH", "USD"]
    assert _rounded(found["planned_weights"], "0.0001") == ["0.5500", "0.2722", "0.1778"]
    assert Decimal(found["V_post"]).quantize(Decimal("0.01")) == Decimal("49973.17")
    orders = [(row["side"], row["qty"], row["asset"]) for row in found["orders"]]
    assert orders == [("SELL", "0.03195", "BTC"), ("BUY", "0.62", "ETH")]
    assert _rounded(found["weights_after"], "0.00001") == ["0.55001", "0.27222", "0.17777"]
    assert Decimal(found["cash_after"]).quantize(Decimal("0.01")) == Decimal("8883.67")


def test_decide_gives_the_worked_example_too() -> None:
    """The engine, on the second day of the breach, proposes the same two orders."""
    two = portfolio(
        "BTC 0.28182 @ 110000 -> 50, min 10",
        "ETH 2.6190 @ 4200 -> 30, spread 10, step 0.0001, min 10",
        cash="8000 -> 20",
    )
    decision = decide_daily(two, 2)
    assert orders_of(decision) == ["SELL 0.03195 BTC", "BUY 0.62 ETH"]
    assert isinstance(decision.outcome, Propose)
    assert decision.outcome.plan.cash_after.quantize(Decimal("0.01")) == Decimal("8883.67")


def test_the_short_form_is_the_long_form() -> None:
    """The three words of the short form mean the documented defaults."""
    words = ["BTC 0.28182 @ 110000 -> 50", "ETH 2.619 @ 4200 -> 30", "USD 8000 -> 20"]
    long_form: dict[str, Any] = {**WORKED, "assets": {}}
    for name, row in WORKED["assets"].items():
        short = {"step": "0.00000001", "min_notional": "10", "fee": "0.006", "slip": "0.0005"}
        long_form["assets"][name] = {**row, **short}
    assert calculate(request_from_words(words)) == calculate(request_from_document(long_form))


def _rounded(numbers: dict[str, str], places: str) -> list[str]:
    return [str(Decimal(text).quantize(Decimal(places))) for text in numbers.values()]


NONSENSE: list[object] = [
    *("", " ", "NaN", "sNaN", "Infinity", "-Infinity", "-1", "0", "1e-30", "1e30", "1e31", "1E999"),
    *("0x10", "1,5", "١٢", "1_000", "--1", "quote", None, True, 1.5, 7, -3, [], {}, ["1"], [[]]),
]
PLACES = [
    *((key,) for key in (*WORKED, "multipliers", "cash_reserve", "fee_token_value", "id")),
    *(("assets", "BTC", key) for key in ("target", "hot", "cold", "price", "step", "fee", "slip")),
    *(("assets", key) for key in ("BTC", "USD", "btc", "")),
    ("proceeds_haircut",),
    ("unknown",),
]


def _put(document: dict[str, Any], place: tuple[str, ...], value: object) -> dict[str, Any]:
    """Return the document with a value somewhere in it; what it stands in becomes an object."""
    head, *rest = place
    inside = document.get(head)
    if rest:
        value = _put(inside if isinstance(inside, dict) else {}, tuple(rest), value)
    return {**document, head: value}


@given(st.lists(st.tuples(st.sampled_from(PLACES), st.sampled_from(NONSENSE)), max_size=3))
def test_no_input_crashes_the_calculator(
    changes: list[tuple[tuple[str, ...], object]],
) -> None:
    """Whatever stands in a file: an answer, or one error with a code, a sentence and a mend."""
    document = WORKED
    for place, value in changes:
        document = _put(document, place, value)
    found = _answer(document)
    if "error" in found:
        assert found["error"].isupper()
        assert len(found["message"]) > 10
    else:
        assert json.dumps(found)
