"""Every surprise of the tables has tests, and every test of the tables exists."""

import ast
from functools import cache
from pathlib import Path

import pytest

from tests.surprises import ccxt_rows, kraken_private_rows, kraken_rows, more_kraken_rows
from tests.surprises.row import Row

TESTS = Path(__file__).resolve().parents[1]
KRAKEN = (
    *kraken_rows.CONSTRUCTION,
    *kraken_rows.SIGNING,
    *kraken_rows.ENVELOPE,
    *kraken_rows.PUBLIC,
    *kraken_private_rows.PRIVATE,
    *more_kraken_rows.UNIFIED,
    *more_kraken_rows.CODES,
    *more_kraken_rows.ERRORS,
    *more_kraken_rows.LIMITS,
)
CCXT = (*ccxt_rows.COMMON, *ccxt_rows.LACKING, *ccxt_rows.CLIENT_IDS)


@cache
def _tests_in(file: str) -> frozenset[str]:
    """Return the names of the tests of a file that say what they prove."""
    tree = ast.parse((TESTS / file).read_text(encoding="utf-8"))
    return frozenset(
        node.name
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and ast.get_docstring(node)
    )


@pytest.mark.parametrize("row", [*KRAKEN, *CCXT], ids=lambda row: f"{row.section}: {row.fact}")
def test_a_surprise_has_its_tests(row: Row) -> None:
    """Each names a guard and at least one test, and the test is there and says what it proves."""
    assert row.guard
    assert row.tests
    for test in row.tests:
        file, _, name = test.partition("::")
        assert name in _tests_in(file), f"{test} does not exist"


@pytest.mark.parametrize(("rows", "sections"), [(KRAKEN, 9), (CCXT, 3)], ids=["kraken", "ccxt"])
def test_no_section_is_passed_over(rows: tuple[Row, ...], sections: int) -> None:
    """Every section of the reference that the tables are made from has rows."""
    assert {row.section.split()[0] for row in rows} == {str(n + 1) for n in range(sections)}


def test_no_surprise_is_told_twice() -> None:
    """Within one table each fact stands once."""
    for rows in (KRAKEN, CCXT):
        facts = [row.fact for row in rows]
        assert len(set(facts)) == len(facts)
