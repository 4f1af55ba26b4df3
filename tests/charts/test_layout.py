"""Nothing written on a picture is cut off, hidden by other words, too small or too pale."""

from dataclasses import replace

import pytest
from hypothesis import given, settings

from bot.charts.drawing.palette import PALETTES, contrast
from bot.charts.look import ChartFormat, Theme
from bot.charts.reports import ReportPicture
from bot.charts.words import ChartWords
from bot.ports.pictures import DayLine, DriftHistory, MarketRibbon, Picture
from tests.charts.anything import chat_picture, report_picture, seeds
from tests.charts.samples import days_of, pictures, report_pictures
from tests.charts.seen import seen

SAMPLES = {**pictures(), **report_pictures()}
LETTERS_ON_A_PHONE = 11.0
NARROWEST_PHONE = 360
MANY = settings(max_examples=max(settings().max_examples * 3 // 20, 10))

GERMAN = ChartWords(
    allocation="Jetziger Stand gegen das Ziel",
    drift="Abstand vom Ziel in Bandbreiten",
    drift_note="Eins ist der Rand des Bandes; bei zwei wird ohne Bestätigung gefragt",
    books="Wertentwicklung der vier Bücher seit dem ersten Tag der Aufzeichnung",
    inside="innerhalb seines Bandes",
    outside="außerhalb seines Bandes",
    names={"actual": "Tatsächlich", "always": "Immer freigegeben", "never": "Nie freigegeben"},
    marks={"executed": "ausgeführt", "rejected": "abgelehnt", "withheld": "zurückgehalten"},
)
GERMAN_FORMAT = ChartFormat(
    decimal=",",
    thousands=".",
    months=("Jan.", "Feb.", "März", "Apr.", "Mai", "Juni", "Juli", "Aug.", "Sept.", "Okt.",
            "Nov.", "Dez."),
    date="{day}. {month}",
)  # fmt: skip


@MANY
@given(seeds)
def test_no_words_of_a_chat_picture_overlap_or_leave_it(seed: int) -> None:
    """Any assets, names, days, gaps and extremes: every text has its own place on the picture."""
    found = seen(chat_picture(seed))
    assert found.overlapping() == []
    assert found.outside() == []
    assert found.texts


@MANY
@given(seeds)
def test_no_words_of_a_report_picture_overlap_or_leave_it(seed: int) -> None:
    """Any grid, rows, draws and lines: every text has its own place on the picture."""
    found = seen(report_picture(seed))
    assert found.overlapping() == []
    assert found.outside() == []


@pytest.mark.parametrize(
    ("name", "width"),
    [*((name, 1080) for name in SAMPLES), ("plateau", 1600), ("growth", 1600), ("yearly", 2400)],
)
def test_longer_words_and_other_marks_find_their_place(name: str, width: int) -> None:
    """German words and figures overlap nowhere, on narrow and on wide pictures."""
    found = seen(SAMPLES[name], words=GERMAN, formats=GERMAN_FORMAT, width=width)
    assert found.overlapping() == []
    assert found.outside() == []


@pytest.mark.parametrize("theme", Theme)
@pytest.mark.parametrize("name", SAMPLES)
def test_words_are_large_and_stand_out_from_their_ground(name: str, theme: Theme) -> None:
    """On the narrowest phone letters have 11 pixels, and a contrast of 4.5 to their ground."""
    found = seen(SAMPLES[name], theme=theme)
    assert min(found.sizes) * NARROWEST_PHONE / found.size[0] >= LETTERS_ON_A_PHONE
    assert min(contrast(*pair) for pair in zip(found.inks, found.grounds, strict=True)) >= 4.5


@pytest.mark.parametrize("count", [43, 61, 62])
def test_the_last_day_is_labelled_only_where_it_has_room(count: int) -> None:
    """A label that is moved back onto the picture touches no neighbour; it is left out first."""
    price = MarketRibbon(
        "BTC", "USD", days_of(count), (1000.0,) * count, ("up",) * count, ("NORMAL",) * count
    )
    assert seen(price).overlapping() == []


@pytest.mark.parametrize("most", [5.1, 40.0, 3000.0, 1e9])
def test_a_drift_far_away_leaves_room_for_the_labels_of_the_bands(most: float) -> None:
    """However far an asset stands, labels of the axis keep apart, zero among them."""
    found = seen(DriftHistory(days_of(3), (DayLine("BTC", (most, 0.4, -most)),)))
    assert found.overlapping() == []
    assert "0" in found.texts


@pytest.mark.parametrize("theme", Theme)
def test_lines_and_areas_stand_out_from_the_ground(theme: Theme) -> None:
    """Lines, bars and markers have a contrast of 3 or more to the ground."""
    palette = PALETTES[theme]
    drawn = [*palette.series, palette.calm, palette.alarm, *palette.marks.values()]
    assert min(contrast(colour, palette.ground) for colour in drawn) >= 3


def test_a_title_of_many_words_takes_more_lines() -> None:
    """Long titles are broken, not cut, and the picture grows by them."""
    short, long = (seen(_titled(title)) for title in ("Growth", "A study of everything " * 8))
    assert long.size[1] > short.size[1]
    assert "".join(long.texts).count("everything") == 8


def _titled(title: str) -> Picture | ReportPicture:
    return replace(report_pictures()["turnover"], title=title)
