"""The stored decisions: the same situations are decided as they were when a person checked them."""

import subprocess
import sys
from pathlib import Path

import pytest

from core.domain.decision import Gate
from tests.golden.case import Case
from tests.golden.cases import CASES
from tests.golden.stored import differences, document_of, orphans, stored_text

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_stored_decision_is_still_made(case: Case) -> None:
    """Today's engine decides the case as stored; ``make golden`` shows and accepts a change."""
    assert stored_text(case), f"{case.name} is not stored yet: make golden WRITE=1"
    assert list(differences(case)) == []


def test_every_stored_file_has_a_case() -> None:
    """Nothing is kept that nobody checks."""
    assert orphans() == []


def test_every_gate_that_can_fail_has_a_case() -> None:
    """At least 30 cases, and each gate but targets, bands and plan decides one of them."""
    deciding = {document_of(case).get("gate") for case in CASES}
    assert len(CASES) >= 30
    assert {gate.value for gate in Gate} - deciding == {"targets", "bands", "plan"}


def test_names_and_titles_say_one_thing_each() -> None:
    """Names are unique and in order, titles one line each."""
    names = [case.name for case in CASES]
    assert names == sorted(set(names))
    assert all("\n" not in case.title and len(case.title) <= 100 for case in CASES)


def test_the_program_says_that_all_is_well() -> None:
    """``python -m tests.golden`` ends with 0 when nothing differs, and writes nothing."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.golden"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout == f"0 of {len(CASES)} stored decisions differ\n"
