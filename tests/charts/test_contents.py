"""What stands on each picture, and what is refused or said in place of one."""

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest

from bot.charts import reports as of_report
from bot.charts.draw import can_draw, draw
from bot.charts.look import ChartFormat
from bot.charts.words import ENGLISH, ChartWords
from bot.ports import pictures as of_chat
from core.domain.errors import InputInvalid
from tests.charts.samples import FIRST, allocation, days_of, pictures, report_pictures
from tests.charts.seen import seen

NAN = float("nan")
TWO = days_of(2)
UNKNOWN = (of_chat.DayLine("BTC", (None, None)),)
EMPTY: dict[str, of_chat.Picture | of_report.ReportPicture] = {
    "allocation": of_chat.Allocation(()),
    "drift": of_chat.DriftHistory((), ()),
    "drift without a figure": of_chat.DriftHistory(TWO, UNKNOWN),
    "books": of_chat.BookValues(TWO, (of_chat.DayLine("actual", (NAN, NAN)),)),
    "drawdowns": of_chat.Drawdowns(TWO, UNKNOWN),
    "market": of_chat.MarketRibbon(
        "BTC", "USD", TWO, (None, 0.0), ("up", "up"), ("NORMAL", "NORMAL")
    ),
    "plateau": of_report.Plateau("Grid", "a", ("1",), "b", ("1",), ((None,),), None),
    "intervals": of_report.Intervals("Effects", (of_report.IntervalRow("one", None, None, None),)),
    "growth": of_report.GrowthLines("Growth", TWO, (of_chat.DayLine("one", (0.0, -1.0)),)),
    "distribution": of_report.Distribution("Draws", (), 0.1, "draws", "observed"),
    "years": of_report.YearlyBars("Years", (), ()),
    "small": of_report.SmallBars("Proposals", ()),
}
ONE = days_of(1)
SHORT: dict[str, of_chat.Picture | of_report.ReportPicture] = {
    "drift": of_chat.DriftHistory(ONE, (of_chat.DayLine("BTC", (0.3,)),)),
    "books": of_chat.BookValues(ONE, (of_chat.DayLine("actual", (1.0,)),)),
    "drawdowns": of_chat.Drawdowns(ONE, (of_chat.DayLine("actual", (0.0,)),)),
    "market": of_chat.MarketRibbon("BTC", "USD", ONE, (90_000.0,), ("up",), ("NORMAL",)),
    "growth": of_report.GrowthLines("Growth", ONE, (of_chat.DayLine("one", (1.0,)),)),
}


@pytest.mark.parametrize("name", EMPTY)
def test_a_picture_without_figures_is_a_calm_sentence(name: str) -> None:
    """It is never a blank plot: it says that there is nothing yet, and that can be asked before."""
    assert not can_draw(EMPTY[name])
    assert ENGLISH.nothing in seen(EMPTY[name]).texts
    assert draw(EMPTY[name]).startswith(b"\x89PNG")


@pytest.mark.parametrize("name", SHORT)
def test_a_picture_of_one_day_is_a_calm_sentence(name: str) -> None:
    """One day makes no line: the picture says how many it needs."""
    assert not can_draw(SHORT[name])
    assert " ".join(seen(SHORT[name]).texts).endswith(ENGLISH.too_short)


@pytest.mark.parametrize("name", [*pictures()])
def test_a_picture_with_figures_can_be_drawn(name: str) -> None:
    """What has figures and days is a picture."""
    assert can_draw(pictures()[name])
    assert ENGLISH.nothing not in seen(pictures()[name]).texts


BROKEN: dict[str, tuple[of_chat.Picture | of_report.ReportPicture, str]] = {
    "a day twice": (
        of_chat.BookValues((FIRST, FIRST), (of_chat.DayLine("actual", (1.0, 1.0)),)),
        "Days must grow",
    ),
    "days backwards": (of_chat.Drawdowns((TWO[1], TWO[0]), UNKNOWN), "Days must grow"),
    "a line too short": (
        of_chat.DriftHistory(TWO, (of_chat.DayLine("ETH", (0.1,)),)),
        "ETH has 1 entries, not 2",
    ),
    "regimes too long": (
        of_chat.MarketRibbon("BTC", "USD", TWO, (1.0, 2.0), ("up",) * 3, ("NORMAL",) * 2),
        "regimes has 3 entries, not 2",
    ),
    "a weight that is none": (
        of_chat.Allocation((of_chat.AllocationRow("SOL", NAN, 0.1, 0.0, 0.2),)),
        "SOL has the figure nan",
    ),
    "a grid with a short row": (
        of_report.Plateau("Grid", "a", ("1", "2"), "b", ("1", "2"), ((1.0, 2.0), (1.0,)), None),
        "row 1 has 1 entries, not 2",
    ),
    "a default beside the grid": (
        of_report.Plateau("Grid", "a", ("1",), "b", ("1",), ((1.0,),), (0, 1)),
        r"the default stands at \(0, 1\) of a grid of 1 x 1",
    ),
    "an effect without its interval": (
        of_report.Intervals("Effects", (of_report.IntervalRow("drift", 0.1, None, None),)),
        "drift has an effect or an interval, but not both",
    ),
}


@pytest.mark.parametrize("name", BROKEN)
def test_what_does_not_hold_together_is_refused(name: str) -> None:
    """The refusal names the picture, the part, what it has and what it needs."""
    picture, message = BROKEN[name]
    with pytest.raises(InputInvalid, match=message):
        draw(picture)
    with pytest.raises(InputInvalid, match=type(picture).__name__):
        can_draw(picture)


def test_weights_outside_their_bands_are_marked() -> None:
    """What stands past its band has an arrow beside its figure; what stands inside has none."""
    texts = seen(allocation()).texts
    assert {"▲ 53.1 %", "▼ 0.0 %", "21.4 %", "9.8 %", "15.7 %"} <= {*texts}
    assert {ENGLISH.inside, ENGLISH.outside} <= {*texts}
    calm = seen(of_chat.Allocation((of_chat.AllocationRow("BTC", 0.5, 0.5, 0.4, 0.6),))).texts
    assert ENGLISH.outside not in calm


def test_figures_and_days_follow_the_language() -> None:
    """German decimals, thousands, months and days stand on the axes."""
    german = ChartFormat(
        decimal=",", thousands=".", months=tuple("abcdefghijkl"), date="{day}. {month}"
    )
    market = seen(pictures()["market"], formats=german).texts
    assert "100.000" in market
    assert "▲ 53,1 %" in seen(allocation(), formats=german).texts
    week = of_chat.BookValues(
        days_of(7), (of_chat.DayLine("actual", tuple(1 + at / 100 for at in range(7))),)
    )
    assert "14. c" in seen(week, formats=german).texts


def test_the_account_comes_first_and_thick() -> None:
    """Whatever the order of the books, the account's own is drawn first; names are translated."""
    books = pictures()["books"]
    assert isinstance(books, of_chat.BookValues)
    words = ChartWords(names={"actual": "Mein Konto"})
    straight = draw(books, words=words)
    lines = (books.lines[2], books.lines[0], books.lines[1], books.lines[3])
    assert "Mein Konto" in seen(replace(books, lines=lines), words=words).texts
    order = replace(books, lines=(books.lines[0], books.lines[2], books.lines[1], books.lines[3]))
    assert draw(replace(books, lines=lines), words=words) == draw(order, words=words)
    assert straight != draw(order, words=words)


def test_lines_without_figures_are_named() -> None:
    """A book that has no figures yet is said, not left out in silence."""
    books = of_chat.BookValues(
        TWO, (of_chat.DayLine("actual", (1.0, 1.1)), of_chat.DayLine("plain", (None, None)))
    )
    assert "No figures yet: Plain bands" in seen(books).texts


def test_last_known_figures_stand_at_the_ends_of_lines() -> None:
    """The label of a book is its name and its last known change."""
    books = of_chat.BookValues(
        days_of(3),
        (of_chat.DayLine("actual", (1.0, 1.1, 1.234)), of_chat.DayLine("never", (1.0, 0.9, None))),
    )
    assert {"Actual", "+23.4 %", "Never approve", "−10.0 %"} <= {*seen(books).texts}


def test_great_growth_is_told_in_multiples() -> None:
    """A book that grew a thousandfold is labelled x1,000, not 99,900 %."""
    values = tuple(float(value) for value in np.geomspace(1, 1000, 50))
    texts = seen(of_chat.BookValues(days_of(50), (of_chat.DayLine("actual", values),))).texts
    assert texts.count("×1,000") == 2


def test_marks_outside_the_days_are_left_out() -> None:
    """Only kinds that happened within the picture's days are in the legend."""
    books = of_chat.BookValues(
        TWO,
        (of_chat.DayLine("actual", (1.0, 1.1)),),
        (
            of_chat.DayMark(FIRST, "rejected"),
            of_chat.DayMark(FIRST - timedelta(days=1), "executed"),
        ),
    )
    texts = seen(books).texts
    assert "rejected" in texts
    assert "executed" not in texts


def test_the_ribbons_explain_only_what_occurs() -> None:
    """A state that never came is not in the legend; one without a word stands as it is."""
    ribbon = of_chat.MarketRibbon(
        "BTC", "USD", TWO, (1.0, 2.0), ("up", "sunny"), ("NORMAL", "PAUSED")
    )
    texts = seen(ribbon).texts
    assert {"up", "sunny", "no pause", "paused", "BTC in USD"} <= {*texts}
    assert "turbulent" not in texts


def test_dollar_signs_are_no_mathematics() -> None:
    """A name with dollar signs stands as it was written, whatever stands between them."""
    picture = of_chat.Allocation((of_chat.AllocationRow(r"$\x_1{$", 0.5, 0.5, 0.4, 0.6),))
    assert r"$\x_1{$" in seen(picture).texts
    assert draw(picture)


@pytest.mark.parametrize("name", [*report_pictures()])
def test_report_pictures_say_what_sample_they_are_of(name: str) -> None:
    """The line under the title, with "in sample", is on every picture of the report."""
    texts = seen(report_pictures()[name]).texts
    assert any(text.startswith("In sample") for text in texts)


def test_an_interval_is_written_beside_its_line() -> None:
    """Effect and both ends stand there with their signs."""
    picture = of_report.Intervals(
        "Effects", (of_report.IntervalRow("drift", 0.012, -0.004, 0.029),)
    )
    texts = seen(picture).texts
    assert "+1.2 % [−0.4 % … +2.9 %]" in texts
    assert ENGLISH.covers in texts
    assert ENGLISH.clear not in texts
