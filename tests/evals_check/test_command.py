"""``evenkeel evals check``: what it prints about a file, and how it ends."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.evals_check.files import CHATTER, READ, case, written
from tests.history.program import run

MIXED = (
    case("good", expect="accept"),
    case("part", CHATTER, expect="drop", code="GROUNDED"),
    case("bad", "It costs {{cost}} or 7.", expect="reject", code="DIGIT"),
    case("free", "It is {{cost}} and/or more."),
)


@pytest.fixture
def mixed(tmp_path: Path) -> Path:
    """Return a file with a text of each fate, every expectation right."""
    return written(tmp_path / "mixed.jsonl", *MIXED)


def _documents(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


def test_every_text_has_its_line(mixed: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With --json one object a text, in order, and one with the counts at the end."""
    ended = run(capsys, "evals", "check", mixed, "--json")
    assert (ended.code, ended.err) == (0, "")
    *documents, last = _documents(ended.out)
    assert documents == [
        {"id": "good", "accepted": True, "dropped": [], "codes": [], "rendered": "\n".join(READ)},
        {
            "id": "part",
            "accepted": True,
            "dropped": [CHATTER],
            "codes": [],
            "rendered": "\n".join(READ),
        },
        {"id": "bad", "accepted": False, "dropped": [], "codes": ["CHARSET", "DIGIT"]},
        {"id": "free", "accepted": False, "dropped": [], "codes": ["CHARSET", "URL"]},
    ]
    assert last == {
        "summary": {
            "cases": 4,
            "outcomes": {"reject": 2, "drop": 1, "accept": 1},
            "expectations": 3,
            "false_accepts": 0,
            "false_accept_ids": [],
            "false_rejects": 0,
            "false_reject_ids": [],
            "rules": {
                "DIGIT": {"named": 1, "stopped": 1, "by_it": 1},
                "GROUNDED": {"named": 1, "stopped": 1, "by_it": 1},
            },
        }
    }


def test_a_person_reads_the_same(mixed: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """In a pipe every text has one line, then come the counts in words."""
    ended = run(capsys, "evals", "check", mixed)
    assert (ended.code, ended.err) == (0, "")
    words = " ".join(READ)
    assert ended.out.splitlines() == [
        f"  accept  good  {words}",
        f"  drop    part  {words} [left out: {CHATTER}]",
        "  reject  bad   CHARSET DIGIT",
        "  reject  free  CHARSET URL",
        "",
        "4 texts: 1 accepted whole, 1 with sentences left out, 2 rejected.",
        "3 came with an expectation; 3 held.",
        "False accepts (more was shown than expected): 0",
        "False rejects (less was shown than expected): 0",
        "",
        "rule       named  stopped  by that rule",
        "DIGIT          1        1             1",
        "GROUNDED       1        1             1",
    ]


@pytest.mark.parametrize(
    ("expect", "more", "fault"),
    [
        ("accept", [], None),
        ("drop", [], "accept"),
        ("reject", [], "accept"),
        ("accept", [CHATTER], "reject"),
        ("drop", [CHATTER], None),
        ("reject", [CHATTER], "accept"),
        ("accept", ["It costs 7."], "reject"),
        ("drop", ["It costs 7."], "reject"),
        ("reject", ["It costs 7."], None),
    ],
)
def test_an_expectation_that_does_not_hold_is_told(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    expect: str,
    more: list[str],
    fault: str | None,
) -> None:
    """More shown than expected is a false accept, less a false reject; either ends with 1."""
    path = written(tmp_path / "one.jsonl", case("x1", *more, expect=expect), case("x2"))
    ended = run(capsys, "evals", "check", path, "--json")
    summary = _documents(ended.out)[-1]["summary"]
    assert summary["false_accept_ids"] == (["x1"] if fault == "accept" else [])
    assert summary["false_reject_ids"] == (["x1"] if fault == "reject" else [])
    assert ended.code == (0 if fault is None else 1)
    read = run(capsys, "evals", "check", path)
    assert read.code == ended.code
    assert read.out.startswith("! " if fault else "  ")
    assert (f"[expected: {expect}]" in read.out) is (fault is not None)
    if fault:
        assert "expected): 1: x1\n" in read.out


def test_rules_are_counted(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A rule's row says how many texts named it, were stopped, and were stopped by it."""
    path = written(
        tmp_path / "rules.jsonl",
        case("a", "It costs 7.", code="DIGIT"),
        case("b", "See example.com, {{cost}}.", code="DIGIT"),
        case("c", code="DIGIT"),
        case("d", CHATTER, code="GROUNDED", expect="drop"),
        case("e", CHATTER, code="GROUNDED", expect="reject"),
        case("f", CHATTER, code="CAUSE"),
        case("g", code="WHIM", expect="accept"),
    )
    ended = run(capsys, "evals", "check", path, "--json")
    assert ended.code == 1
    assert _documents(ended.out)[-1]["summary"]["rules"] == {
        "DIGIT": {"named": 3, "stopped": 2, "by_it": 1},
        "CAUSE": {"named": 1, "stopped": 0, "by_it": 0},
        "GROUNDED": {"named": 2, "stopped": 1, "by_it": 1},
        "WHIM": {"named": 1, "stopped": 1, "by_it": 0},
    }
    read = run(capsys, "evals", "check", path).out
    assert "WHIM           1        1             0  (no rule of that name)" in read


def test_without_expectations_nothing_is_judged(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A file that expects nothing ends well, whatever comes out."""
    path = written(tmp_path / "free.jsonl", case("a"), case("b", "It costs 7."))
    ended = run(capsys, "evals", "check", path)
    assert ended.code == 0
    assert "expect" not in ended.out
    assert "rule" not in ended.out


def test_all_kinds_and_languages_are_taken(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Every kind of text may stand in one file; a language without checks shows nothing."""
    kinds = ("propose", "no_trade", "pause", "execution", "digest", "answer")
    path = written(
        tmp_path / "kinds.jsonl",
        *(case(kind, kind=kind) for kind in kinds),
        case("other", language="xx", expect="reject", code="LANG"),
    )
    documents = _documents(run(capsys, "evals", "check", path, "--json").out)
    assert [row["accepted"] for row in documents[:-1]] == [True] * 6 + [False]
    assert documents[6]["codes"] == ["LANG"]


@pytest.mark.parametrize(
    "text",
    ["", "not json", "{", "\x00\ud800", "[" * 15_000, "x" * 300_000, '{"lines": 9' + "9" * 9_000],
    ids=range(7),
)
def test_any_output_is_a_case(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str
) -> None:
    """Whatever a model returned can stand in the file, and is judged rather than refused."""
    path = written(tmp_path / "any.jsonl", case("any", output=text, expect="reject"))
    ended = run(capsys, "evals", "check", path, "--json")
    assert (ended.code, ended.err) == (0, "")
    assert _documents(ended.out)[0]["accepted"] is False


def test_what_a_file_holds_steers_no_terminal(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Ids and words from the file are shown without what a terminal would obey."""
    told = case("\x1b[2Jid", code="\u202eDIGIT")
    told["facts"][3]["text"] = "\x1b[31mred\x07 \ud800"
    path = written(tmp_path / "odd.jsonl", told)
    shown = run(capsys, "evals", "check", path).out
    assert not [c for c in shown if not c.isprintable() and c != "\n"], ascii(shown)
    assert "red" in shown
    documents = _documents(run(capsys, "evals", "check", path, "--json").out)
    assert documents[0]["id"] == "\x1b[2Jid"


def test_on_a_terminal_lines_are_set_in(
    mixed: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a terminal a long text goes on under itself, and its fate is coloured."""
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "60")
    out = run(capsys, "evals", "check", mixed).out
    first, second, *_ = out.splitlines()
    assert "accept" in first
    assert "\x1b[32m" in first
    assert second.startswith(" " * 16)
    assert all(len(line) < 80 for line in out.splitlines()[:6])
