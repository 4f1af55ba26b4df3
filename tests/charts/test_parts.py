"""The parts that pictures are made of: figures, ticks, places of labels, lines of text."""

from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.charts.drawing.figures import Figures
from bot.charts.drawing.page import readable, shortened, width_of, wrapped
from bot.charts.drawing.paint import look_of
from bot.charts.drawing.palette import PALETTES, contrast
from bot.charts.drawing.scale import log
from bot.charts.drawing.spread import spread
from bot.charts.drawing.ticks import day_ticks, linear_ticks, log_ticks
from bot.charts.look import ChartFormat, Theme
from bot.charts.words import ENGLISH
from tests.charts.samples import FIRST

FIGURES = Figures(ChartFormat())
GERMAN = Figures(ChartFormat(decimal=",", thousands=".", percent="{figure} Prozent"))
LOOK = look_of(theme=Theme.LIGHT, words=ENGLISH, formats=ChartFormat(), width=1080)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0"),
        (108_900.0, "109,000"),
        (0.00123456, "0.00123"),
        (12.5, "12.5"),
        (-0.5, "−0.5"),
        (999_999.0, "1,000,000"),
        (2.5e12, "2.5×10¹²"),
        (1e-9, "10⁻⁹"),
    ],
)
def test_prices_are_short(value: float, text: str) -> None:
    """Three significant digits, grouped; powers only where nobody would count the zeros."""
    assert FIGURES.short(value) == text


def test_figures_take_the_marks_of_their_language() -> None:
    """Signs, decimals and percent are the language's own; nothing rounds to a minus zero."""
    assert GERMAN.percent(0.12345, 2, signed=True) == "+12,35 Prozent"
    assert GERMAN.number(-1234567.25, 1) == "−1.234.567,2"
    assert FIGURES.percent(-0.0001, 1, signed=True) == "0.0 %"
    assert FIGURES.unit(None, "percent") == "–"
    assert FIGURES.unit(0.1234, "points") == "12.3"
    assert FIGURES.unit(2.5, "times") == "×2.5"


places = st.lists(st.tuples(st.floats(-200, 900), st.floats(10, 90)), min_size=1, max_size=12)


@given(places)
def test_labels_stand_side_by_side_within_their_room(wanted: list[tuple[float, float]]) -> None:
    """No two labels overlap, none leaves the room when it holds them all, and order is kept."""
    heights = [height for _, height in wanted]
    high = max(600.0, sum(heights))
    found = spread([place for place, _ in wanted], heights, 0, high)
    edges = sorted(
        (middle - height / 2, middle + height / 2)
        for middle, height in zip(found, heights, strict=True)
    )
    assert edges[0][0] >= -1e-6
    assert edges[-1][1] <= high + 1e-6
    assert all(before[1] <= after[0] + 1e-6 for before, after in pairwise(edges))
    order = sorted(range(len(wanted)), key=lambda at: (wanted[at][0] - heights[at] / 2, at))
    assert len(order) == len(found)


def test_labels_that_do_not_touch_stay_where_they_want_to_be() -> None:
    """Only labels in each other's way are moved, and those by equal parts."""
    assert spread([100, 300], [40, 40], 0, 600) == [100, 300]
    assert spread([300, 300], [40, 40], 0, 600) == [280, 320]
    assert spread([-50, 700], [40, 40], 0, 600) == [20, 580]


@given(st.floats(1e-9, 1e9), st.floats(1.0001, 1e12))
def test_log_axes_have_labels_within_their_ends(low: float, factor: float) -> None:
    """Between one and seven round values, all within, in order."""
    found = log_ticks(low, low * factor)
    assert len(found) <= 7
    assert found == sorted(found)
    assert all(low * (1 - 1e-6) <= value <= low * factor * (1 + 1e-6) for value in found)


@given(st.floats(1e-6, 1e8), st.floats(1.00001, 1e6))
def test_no_two_labels_of_an_axis_say_the_same(low: float, factor: float) -> None:
    """However narrow the axis, labels have enough digits to differ."""
    for write in (FIGURES.short, FIGURES.times):
        texts = [tick.texts[0] for tick in log(low, low * factor, write).ticks]
        assert len({*texts}) == len(texts)


@given(st.floats(-1e6, 1e6), st.floats(1e-6, 1e6))
def test_linear_axes_have_labels_within_their_ends(low: float, span: float) -> None:
    """Some labels, not many, all within."""
    found = linear_ticks(low, low + span)
    assert 2 <= len(found) <= 7
    assert all(low - span * 1e-6 <= value <= low + span * (1 + 1e-6) for value in found)


@given(st.integers(2, 4000), st.integers(0, 1000), st.floats(150, 1000))
def test_labels_of_days_never_touch(count: int, offset: int, room: float) -> None:
    """Days of any span get labels that fit side by side, the year where it begins."""
    days = [FIRST + timedelta(days=offset + at) for at in range(count)]
    ticks = day_ticks(days, LOOK, room)
    assert ticks
    middles = [(tick.value - days[0].toordinal()) / (count - 1) * room for tick in ticks]
    halves = [max(width_of(text) for text in tick.texts) / 2 for tick in ticks]
    edges = [(m - h, m + h) for m, h in zip(middles, halves, strict=True)]
    assert all(before[1] < after[0] for before, after in pairwise(edges))
    years = [tick.texts[-1] for tick in ticks]
    assert str((FIRST + timedelta(days=offset)).year)[:2] in years[0]


names = st.text(max_size=80)


@given(names, st.floats(60, 900))
def test_text_is_broken_or_shortened_to_its_room(text: str, room: float) -> None:
    """No line is wider than its room, whatever the characters, and two lines stay two."""
    assert width_of(shortened(text, room)) <= room
    lines = wrapped(text, room, most=2)
    assert len(lines) <= 2
    assert all(width_of(line) <= room for line in lines)


def test_both_ends_of_a_long_name_are_kept() -> None:
    """Names that differ at their ends still differ when they are shortened."""
    one, two = (shortened(f"Fixed bands of many points {last}", 300) for last in (10, 20))
    assert one != two
    assert one.startswith("Fixed")
    assert "…" in one


def test_a_wrapped_text_loses_no_word() -> None:
    """With room for all lines, every word is there, in order."""
    text = "Deposits and withdrawals are taken out of every book alike before growth is told"
    assert " ".join(wrapped(text, 400, most=9)) == text


def test_what_the_font_cannot_show_is_marked() -> None:
    """Unknown letters become a box; what has no shape, such as turning the text round, goes."""
    assert readable("漢 BTC\u202e\n x") == "□ BTC x"


def test_contrast_is_measured_as_the_standard_says() -> None:
    """Black on white is 21, a colour on itself 1, and #767676 on white just passes."""
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21)
    assert contrast("#123456", "#123456") == 1
    assert contrast("#767676", "#FFFFFF") == pytest.approx(4.54, abs=0.01)


# Red, green, blue in linear light. Source: Machado, Oliveira & Fernandes (2009), full strength.
_EYES = {
    "protan": (
        (0.152286, 1.052583, -0.204868),
        (0.114503, 0.786281, 0.099216),
        (-0.003882, -0.048116, 1.051998),
    ),
    "deutan": (
        (0.367322, 0.860646, -0.227968),
        (0.280085, 0.672501, 0.047413),
        (-0.011820, 0.042940, 0.968881),
    ),
}


def _seen_by(colour: str, eyes: str) -> tuple[float, ...]:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    light = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    mixed = [sum(w * p for w, p in zip(row, light, strict=True)) for row in _EYES[eyes]]
    return tuple(
        p * 12.92 if p <= 0.0031308 else 1.055 * p ** (1 / 2.4) - 0.055
        for p in (min(max(p, 0.0), 1.0) for p in mixed)
    )


@pytest.mark.parametrize("theme", Theme)
@pytest.mark.parametrize("eyes", _EYES)
def test_the_four_books_differ_for_colour_blind_eyes(theme: Theme, eyes: str) -> None:
    """The first four colours stay apart as protan and deutan eyes see them."""
    colours = [_seen_by(colour, eyes) for colour in PALETTES[theme].series[:4]]
    for at, one in enumerate(colours):
        for two in colours[at + 1 :]:
            assert sum((a - b) ** 2 for a, b in zip(one, two, strict=True)) ** 0.5 > 0.2


def test_states_and_kinds_have_patterns_of_their_own() -> None:
    """No two states of a ribbon share both pattern and colour, and coloured ones have patterns."""
    for palette in PALETTES.values():
        for fills in (palette.regimes, palette.phases):
            assert len({(fill.colour, fill.hatch) for fill in fills.values()}) == len(fills)
        assert len({fill.hatch for fill in palette.regimes.values()}) >= 4
        assert len({fill.hatch for fill in palette.phases.values()}) == 3
