"""What counts as an output, and how long it may be."""

import json

import pytest

from bot.explain.checking.shape import is_within_measure, lines_of
from bot.explain.checking.verdict import Line, Role
from tests.explain.checking.hostile_outputs import SHAPELESS
from tests.explain.checking.plan_told import GOOD, output_of


def test_an_output_is_read_as_it_is() -> None:
    """Roles and texts come out as they were written, escapes resolved."""
    assert lines_of(output_of(GOOD)) == GOOD
    escaped = '{"lines":[{"role":"risk","text":"\\u0041 \\ud83d\\u0022"}]}'
    assert lines_of(escaped) == (Line(Role.RISK, 'A \ud83d"'),)


@pytest.mark.parametrize("output", SHAPELESS, ids=range(len(SHAPELESS)))
def test_anything_else_is_nothing(output: str) -> None:
    """What is not exactly an output gives nothing, and raises nothing."""
    assert lines_of(output) is None


@pytest.mark.parametrize("role", [role.value for role in Role])
def test_every_role_may_stand(role: str) -> None:
    """All five roles are read."""
    assert lines_of(json.dumps({"lines": [{"role": role, "text": "x"}]})) == (
        Line(Role(role), "x"),
    )


@pytest.mark.parametrize(
    ("lengths", "is_fine"),
    [
        ([1, 1, 1], True),
        ([1] * 6, True),
        ([300, 300, 100], True),
        ([], False),
        ([1, 1], False),
        ([1] * 7, False),
        ([300, 300, 101], False),
        ([301, 1, 1], False),
        ([1, 0, 1], False),
    ],
)
def test_the_measure_is_exact(lengths: list[int], is_fine: bool) -> None:
    """Three to six lines, 300 characters each and 700 together, none of them empty."""
    assert is_within_measure([Line(Role.WHY, "x" * length) for length in lengths]) is is_fine


def test_a_placeholder_counts_as_written() -> None:
    """Lengths are those of what the model wrote, not of the words that stand in later."""
    line = Line(Role.WHY, "{{" + "a" * 41 + "}}")
    assert is_within_measure([line] * 6)
    assert not is_within_measure([Line(Role.WHY, line.text * 6), *[line] * 2, *GOOD])


def test_a_line_of_white_space_is_empty() -> None:
    """Blanks do not make a line."""
    assert not is_within_measure([*GOOD, Line(Role.RISK, " \t ")])
