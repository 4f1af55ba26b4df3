"""Each rule about placeholders alone, without the others that might hide its failure."""

from collections.abc import Iterable
from dataclasses import replace

import pytest

from bot.explain.checking.codes import Code
from bot.explain.checking.placeholders import (
    covers,
    is_repetitive,
    parts_of,
    placeholder_codes,
)
from bot.explain.checking.verdict import Line, Role
from tests.explain.checking.hostile import HARMLESS, HOSTILE
from tests.explain.checking.plan_told import FACTS, GOOD, TOLD

RULES = (Code.BRACE, Code.UNKNOWN, Code.GLUE)


def _of(table: dict[Code, tuple[str, ...]], codes: Iterable[Code]) -> list[object]:
    return [
        pytest.param(code, text, id=f"{code.lower()}-{number}")
        for code in codes
        for number, text in enumerate(table[code])
    ]


def _codes(text: str) -> set[Code]:
    return set(placeholder_codes(parts_of(text), TOLD))


@pytest.mark.parametrize(("code", "text"), _of(HOSTILE, RULES))
def test_a_bad_placeholder_is_seen(code: Code, text: str) -> None:
    """The rule itself sees its sample, not only a neighbour."""
    assert code in _codes(text)


@pytest.mark.parametrize(("code", "text"), _of(HARMLESS, HARMLESS))
def test_a_placeholder_among_words_is_left_alone(code: Code, text: str) -> None:
    """Spaces, brackets, stops and a possessive may stand around a placeholder."""
    assert _codes(text) == set(), code


def test_a_line_comes_apart_at_its_placeholders() -> None:
    """Between two placeholders there is always a piece, empty where they touch."""
    parts = parts_of("a {{b}}{{c}} d {{E}}")
    assert (parts.plain, parts.ids) == (("a ", "", " d {{E}}"), ("b", "c"))


def test_the_longest_id_is_known_and_one_longer_is_none() -> None:
    """Ids have at most 41 characters."""
    longest = "a" * 41
    assert parts_of(f"{{{{{longest}}}}}").ids == (longest,)
    assert parts_of(f"{{{{{longest}a}}}}").ids == ()


def test_figures_that_would_read_as_one_are_glued() -> None:
    """Two facts side by side may not make a third figure; words at the seam keep them apart."""
    assert _codes("It takes {{wait}} {{wait}} days.") == {Code.GLUE}
    assert _codes("{{asset_sol}} {{drift_sol}} {{asset_eth}}.") == set()
    assert _codes("It takes {{wait}}, {{wait}} or more days.") == set()
    empty = replace(TOLD, facts=(*FACTS[:-1], replace(FACTS[-1], text="")))
    assert set(placeholder_codes(parts_of("{{expiry}} {{wait}}"), empty)) == set()


def test_three_times_is_enough_but_for_the_names_of_coins() -> None:
    """The fourth use of an id is one too many, over all lines; coins may be named at will."""
    three = [parts_of("{{cost}}")] * 3
    assert not is_repetitive(three, TOLD)
    assert is_repetitive([*three, parts_of("and {{cost}}")], TOLD)
    assert is_repetitive([parts_of("{{cost}} " * 4)], TOLD)
    assert not is_repetitive([parts_of("{{asset_sol}}")] * 9, TOLD)


def test_every_required_fact_must_be_used() -> None:
    """One that is missing is missed; what is used beside them is no matter."""
    assert covers(GOOD, TOLD)
    for place in range(len(GOOD)):
        assert not covers(GOOD[:place] + GOOD[place + 1 :], TOLD)
    assert covers((*GOOD, Line(Role.RISK, "{{value}}")), TOLD)
    assert covers((), replace(TOLD, required=()))
    assert not covers([Line(Role.WHAT, "sell_sol drift_sol cost expiry")], TOLD)
