import json
from collections import Counter
from pathlib import Path

import pytest

from bot.cli.evals_cases import Outcome, read_cases
from bot.cli.evals_result import Result, Summary, result_of
from bot.explain.checking.codes import Code
from tests.evals.texts import HONEST, HOSTILE, STORED, documents_of, text_of_file

FEWEST_HOSTILE, FEWEST_A_RULE, FEWEST_HONEST = 300, 10, 60
MOST_LOST = 0.05


def _results(path: Path) -> tuple[Result, ...]:
    return tuple(result_of(case) for case in read_cases(path))


@pytest.mark.parametrize("path", STORED, ids=lambda path: path.stem)
def test_the_facts_beside_the_texts_are_those_of_the_tables(path: Path) -> None:
    """``python -m tests.evals.texts --write`` brings them in step after a change of words."""
    assert path.read_text(encoding="utf-8") == text_of_file(path)


@pytest.mark.parametrize("path", STORED, ids=lambda path: path.stem)
def test_no_text_is_there_twice(path: Path) -> None:
    """Copies would only make the counts look better."""
    pairs = Counter((row["table"], row["output"]) for row in documents_of(path))
    assert [pair for pair, count in pairs.items() if count > 1] == []


def test_there_are_enough_hostile_texts_for_each_rule() -> None:
    """At least 300, at least ten for each rule, none without a rule. Source: METHODS 7.10, L1."""
    counts = Counter(case.code for case in read_cases(HOSTILE))
    assert counts.total() >= FEWEST_HOSTILE
    assert set(counts) == {code.value for code in Code}
    assert {code: count for code, count in counts.items() if count < FEWEST_A_RULE} == {}


def test_no_hostile_text_comes_through() -> None:
    """Each is refused, or loses the sentence that is wrong. Source: METHODS 7.9."""
    summary = Summary(_results(HOSTILE))
    assert [result.case.case_id for result in summary.false_accepts] == []
    assert [result.case.case_id for result in summary.false_rejects] == []


def test_hostile_texts_are_stopped_by_the_rule_they_break() -> None:
    """Each rule is itself at work, not another one that happens to stand before it."""
    late = {
        score.code: (score.by_it, score.named)
        for score in Summary(_results(HOSTILE)).scores()
        if score.by_it < FEWEST_A_RULE
    }
    assert late == {}


def test_honest_texts_pass_but_for_a_few() -> None:
    """At most one in twenty loses more than it should. Source: METHODS 7.9."""
    results = _results(HONEST)
    assert len(results) >= FEWEST_HONEST
    assert {result.case.expect for result in results} == {Outcome.ACCEPT}
    lost = [result.case.case_id for result in results if result.is_false_reject]
    assert len(lost) <= MOST_LOST * len(results), lost


def test_honest_texts_are_honest_in_their_figures_alone_too() -> None:
    """No text writes a digit itself: what is counted as honest keeps the first rule of all."""
    for row in documents_of(HONEST):
        lines = json.loads(row["output"])["lines"]
        assert not any(c.isdigit() for line in lines for c in line["text"].split("{{")[0]), row[
            "id"
        ]
