import json
import subprocess
import sys
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from bot.explain.evals.claims import claims_in
from bot.explain.evals.golden import GoldenCase, named, read_golden, text_of
from core.domain.errors import InputInvalid
from core.facts import MAX_ROWS
from tests.evals.golden import differences, golden_cases, orphans

ROOT = Path(__file__).resolve().parents[2]
CASES = golden_cases()
KINDS = {"propose", "no_trade", "execution", "pause", "digest", "answer"}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_stored_table_is_what_the_code_makes_today(case: GoldenCase) -> None:
    """A changed phrase or row shows: ``python -m tests.evals.golden --write`` accepts it."""
    assert list(differences(case)) == []


def test_what_is_stored_reads_back_whole() -> None:
    """The files hold every table, as it is, and nothing besides."""
    assert read_golden() == CASES
    assert orphans(CASES) == []


def test_there_are_sixty_of_every_kind_and_twenty_are_odd() -> None:
    """Source: METHODS 7.9."""
    assert len(CASES) == 60
    assert sum(case.is_adversarial for case in CASES) == 20
    kinds = Counter(case.told.topic for case in CASES)
    assert set(kinds) == KINDS
    assert min(kinds.values()) >= 3


def test_every_table_forbids_something_that_it_does_not_say() -> None:
    """A forbidden claim that stands in the facts would make each honest text a false one."""
    for case in CASES:
        assert case.forbidden
        facts = ". ".join(fact.text for fact in case.told.facts)
        assert list(claims_in(facts, case.forbidden)) == [], case.name


def test_the_odd_tables_are_what_they_are_made_for() -> None:
    """Thirty rows, equal figures, coins that are words, markup, zeros: all of it is there."""
    by_name = {case.name[3:]: case.told for case in CASES}
    assert len(by_name["thirty-rows"].facts) == MAX_ROWS
    near = {by_name["two-near-equal"].find(f"drift_{coin}") for coin in ("btc", "eth")}
    assert {fact.text[:4] for fact in near if fact} == {"11.0"}
    amounts = [by_name["same-figure-twice"].find(f"sell_{coin}") for coin in ("sol", "avax")]
    assert len({fact.value for fact in amounts if fact}) == 1
    for name, coins in {"link-and-near": "LINK NEAR", "one-and-gas": "ONE GAS"}.items():
        subjects = {fact.subject for fact in by_name[f"coins-{name}"].facts}
        assert subjects >= set(coins.split())
    texts = " ".join(fact.text for fact in by_name["words-with-markup"].facts)
    assert all(sign in texts for sign in "<>&{}")
    assert not [fact for fact in by_name["nothing-traded"].facts if fact.kind == "filled"]


def test_tables_are_found_by_a_part_of_their_name() -> None:
    """A whole name wins over parts; a name that nothing has is an error with the place to look."""
    assert [case.name for case in named(CASES, "31-pause-ends")] == ["31-pause-ends"]
    assert {case.name for case in named(CASES, "pause-")} >= {"29-pause-begins", "31-pause-ends"}
    with pytest.raises(InputInvalid, match="no golden table is called 'nonsense'"):
        named(CASES, "nonsense")


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("topic", "poem", "topic"),
        ("name", "02-other", "a case called '02-other'"),
        ("required", ["nowhere"], "requires 'nowhere'"),
        ("facts", [{"id": "X"}], "facts.0"),
        ("surprise", 1, "surprise"),
    ],
)
def test_a_file_that_cannot_be_used_is_named(
    key: str, value: object, said: str, tmp_path: Path
) -> None:
    """The message names the file and what is wrong with it."""
    case = replace(CASES[0], name="01-x")
    document = json.loads(text_of(case)) | {key: value}
    (tmp_path / "01-x.json").write_text(json.dumps(document), encoding="utf-8")
    with pytest.raises(InputInvalid) as caught:
        read_golden(tmp_path)
    assert "01-x.json" in str(caught.value)
    assert said in str(caught.value)


def test_an_empty_folder_is_an_error(tmp_path: Path) -> None:
    """No tables is no perfect score."""
    with pytest.raises(InputInvalid, match="holds no golden tables"):
        read_golden(tmp_path)


def test_the_program_says_that_all_is_well() -> None:
    """``python -m tests.evals.golden`` ends with 0 when nothing differs, and writes nothing."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.evals.golden"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "0 of 60 stored tables differ\n"
