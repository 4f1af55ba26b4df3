"""What a file of texts may hold, and how each mistake in it is named."""

import json
from pathlib import Path
from typing import Any

import pytest

from bot.cli.evals_cases import Outcome, read_cases
from core.domain.errors import InputInvalid
from core.facts import Polarity
from tests.evals_check.files import case, output, rows, written
from tests.history.program import run


def _problems(path: Path) -> tuple[str, ...]:
    with pytest.raises(InputInvalid) as caught:
        read_cases(path)
    return caught.value.problems


def _without(key: str) -> dict[str, Any]:
    members = case("x")
    del members[key]
    return members


def _row(**changes: object) -> dict[str, Any]:
    return case("x", facts=[*rows()[:2], rows()[2] | changes, *rows()[3:]])


def test_a_case_is_read_as_it_stands(tmp_path: Path) -> None:
    """Everything in a line arrives: facts in order, what is required, the raw output."""
    path = written(tmp_path / "a.jsonl", case("x", expect="drop", code="CAUSE"))
    (read,) = read_cases(path)
    assert (read.case_id, read.expect, read.code) == ("x", Outcome.DROP, "CAUSE")
    assert read.output == output()
    assert (read.told.topic, read.told.language) == ("propose", "en")
    assert read.told.required == ("sell_sol", "drift_sol", "cost", "expiry")
    assert [fact.fact_id for fact in read.told.facts] == [row["id"] for row in rows()]
    sold = read.told.facts[1]
    assert (sold.subject, sold.polarity, sold.kind) == ("SOL", Polarity.SELL, "trade")
    assert (sold.value, sold.unit, sold.text) == ("12.5", "SOL", "sell 12.5 SOL (about $2,010)")


def test_what_may_be_left_out(tmp_path: Path) -> None:
    """Expectation and rule may be missing or null; keys of one's own and empty lines may stand."""
    path = tmp_path / "a.jsonl"
    lines = [
        case("a"),
        case("b", expect=None, code=None),
        case("c", note="a remark", facts=[], required=[]),
    ]
    text = "\n\n".join(json.dumps(line) for line in lines)
    path.write_bytes(b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode())
    read = read_cases(path)
    assert [(one.case_id, one.expect, one.code) for one in read] == [
        ("a", None, ""),
        ("b", None, ""),
        ("c", None, ""),
    ]
    assert read[2].told.facts == ()


def test_a_line_ends_at_a_line_feed_only(tmp_path: Path) -> None:
    """Separators that JSON allows inside a string do not cut it."""
    row = json.dumps(case("a", output="x\u2028y\u2029z\x85"), ensure_ascii=False)
    (read,) = read_cases(written(tmp_path / "a.jsonl", row))
    assert read.output == "x\u2028y\u2029z\x85"


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("{oops", "it is not JSON"),
        ("{" * 5, "it is not JSON"),
        ('{"id": NaN' + "," * 3, "it is not JSON"),
        ("[" * 100_000, "it is nested too deeply"),
        ('{"id": ' + "9" * 5_000 + "}", "it is not JSON"),
        ("[]", "it is a list; a JSON object is expected"),
        ("7", "it is 7; a JSON object is expected"),
        ("null", "it is null; a JSON object is expected"),
        ('{"id": "x", "id": "y"}', 'the key "id" stands twice'),
        *((_without(key), f"{key} is missing") for key in list(case("x"))),
        *((_row(**{key: 7}), f"facts.3.{key} is 7; input should be") for key in ("id", "subj")),
        *((_row(**{key: None}), f"facts.3.{key} is null; ") for key in ("value", "unit", "text")),
        (_row(kind=["a"]), "facts.3.kind is a list; input should be a valid string"),
        (_row(pol="sideways"), "facts.3.pol is \"sideways\"; input should be 'up', 'down', "),
        (_row(id="Drift"), 'facts.3.id is "Drift"; string should match pattern'),
        (_row(id="3drift"), 'facts.3.id is "3drift"; '),
        (_row(id=""), 'facts.3.id is ""; '),
        (_row(id="drift\n"), 'facts.3.id is "drift\\n"; '),
        (_row(id="d" * 42), f'facts.3.id is "{"d" * 42}"; '),
        (_row(id="d\u00e4"), "facts.3.id is "),
        (_row(id="cost"), "facts: the id 'cost' stands there twice"),
        (_row(subj=""), 'facts.3.subj is ""; '),
        (case("x", facts=[{"id": "a"}]), "facts.1.subj is missing"),
        (case("x", facts={}), "facts is an object; input should be a valid list"),
        (case("x", facts=["a"]), 'facts.1 is "a"; '),
        (case("x", facts=rows() * 7), "facts has 35 rows; give at most 30"),
        (case("x", required=["cost", "fee"]), 'required names "fee", which is not among the facts'),
        (case("x", required="cost"), 'required is "cost"; input should be a valid list'),
        (case("x", required=[7]), "required.1 is 7; input should be a valid string"),
        (case("x", kind="advice"), "kind is \"advice\"; input should be 'propose', "),
        (case("x", expect="maybe"), "expect is \"maybe\"; input should be 'accept', "),
        (case("x", expect=True), "expect is true; "),
        (case("x", code=7), "code is 7; input should be a valid string"),
        (case("x", output={"lines": []}), "output is an object; input should be a string"),
        (case("x", output=None), "output is null; input should be a string"),
        (case("x", language=7), "language is 7; "),
        (case("x", language=""), 'language is ""; '),
        (case(""), 'id is ""; '),
        (case("x", id=7), "id is 7; input should be a valid string"),
        (case("\ud800"), r'id is "\ud800"; input should be a valid string'),
        (case("x", id="y" * 999, kind=7), "kind is 7; "),
    ],
)  # fmt: skip
def test_a_mistake_is_named_with_its_line(tmp_path: Path, line: object, said: str) -> None:
    """Each mistake names the line, the key, the value, and what was expected."""
    path = written(tmp_path / "a.jsonl", case("one"), line, case("three"))
    problems = _problems(path)
    assert problems[0].startswith(f"{path}, line 2: {said}")
    assert all(len(problem) < 300 + len(str(path)) for problem in problems)


def test_an_id_stands_once(tmp_path: Path) -> None:
    """A repeated id names both lines."""
    path = written(tmp_path / "a.jsonl", case("x"), case("y"), case("x"))
    assert _problems(path) == (f'{path}, line 3: the id "x" stands in line 1 already',)


def test_all_mistakes_are_named_together(tmp_path: Path) -> None:
    """Whoever mends a file hears of every mistake at once, up to what fits on a screen."""
    path = written(tmp_path / "a.jsonl", "{", case("ok"), case("x", kind="a", language=""))
    assert [problem.split(": ")[0] for problem in _problems(path)] == [
        f"{path}, line 1",
        f"{path}, line 3",
        f"{path}, line 3",
    ]
    many = _problems(written(tmp_path / "b.jsonl", *["{"] * 1_025))
    assert len(many) == 21
    assert many[-1] == "… and 1,005 more problems"


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    """No file, a folder, another encoding or nothing in it: each says what to do."""
    missing = tmp_path / "none.jsonl"
    assert _problems(missing) == (f"{missing} does not exist; give the path of a JSON Lines file",)
    assert _problems(tmp_path)[0].startswith(f"{tmp_path} cannot be read: ")
    latin = tmp_path / "latin.jsonl"
    latin.write_bytes(json.dumps(case("x")).encode() + b'\n{"id": "\xe4"}\n')
    assert _problems(latin) == (f"{latin}, line 2: it is not UTF-8; store the file as UTF-8",)
    empty = written(tmp_path / "empty.jsonl", "", "  ")
    assert _problems(empty) == (f"{empty} holds no case; write one JSON object a line",)


def test_with_a_mistake_nothing_is_run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The command says what is wrong, checks nothing, and ends with 2."""
    path = written(tmp_path / "a.jsonl", case("x"), "{oops", case("y", expect="reject"))
    for words in ((), ("--json",)):
        ended = run(capsys, "evals", "check", path, *words)
        assert (ended.code, ended.out) == (2, "")
        assert ended.err.startswith(f"evenkeel: {path}, line 2: it is not JSON")
