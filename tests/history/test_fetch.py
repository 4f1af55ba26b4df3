"""Fetching history: resumable, never overwriting, honest about gaps and limits."""

import os
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest

from bot.research.bars import read_bars
from bot.research.candle_fetch import OVERLAP, bars_of, fetch_history
from bot.research.history import Gap, Track, gaps, load, save, stored_tracks
from core.domain.errors import FeedUnavailable, InputInvalid
from core.domain.units import Asset
from core.simulation.bar_table import AssetBars
from tests.history.listed_venue import DAY, FIRST, ListedVenue, candle

TRACK = Track("binance", Asset("BTC"), Asset("USD"), "1d")


def _days(bars: AssetBars | None) -> list[int]:
    assert bars is not None
    return [(start - int(FIRST.timestamp())) // 86_400 for start in bars.starts.tolist()]


async def test_everything_is_fetched_page_by_page(tmp_path: Path) -> None:
    """An empty cache is filled from the venue's oldest page to its newest, and read back."""
    venue = ListedVenue([candle(day) for day in range(11)])
    told = await fetch_history(venue, TRACK, tmp_path)
    assert told.added == 11
    assert _days(load(TRACK, tmp_path)) == list(range(11))
    assert (told.differences, told.is_cut_short) == ([], False)
    table = read_bars(TRACK.path_in(tmp_path))
    assert (table.assets, table.interval, table.begins_at) == (("BTC",), DAY, FIRST)
    bars = table.series[0]
    assert bars.closes.tolist() == [100.0 + day for day in range(11)]
    assert bars.volumes.tolist() == [5.0 + day for day in range(11)]
    assert (bars.opens[3], bars.highs[3], bars.lows[3]) == (102.0, 105.0, 100.0)


async def test_a_second_run_goes_on_after_the_newest(tmp_path: Path) -> None:
    """Only the end is asked for again, with the overlap that shows whether the venue agrees."""
    venue = ListedVenue([candle(day) for day in range(30)])
    await fetch_history(venue, TRACK, tmp_path)
    venue.listed += [candle(day) for day in range(30, 33)]
    venue.asked.clear()
    told = await fetch_history(venue, TRACK, tmp_path)
    assert told.added == 3
    assert _days(load(TRACK, tmp_path)) == list(range(33))
    assert venue.asked[0] == FIRST + (30 - OVERLAP) * DAY


@pytest.mark.parametrize("answers", range(5))
async def test_an_interrupted_run_loses_nothing(tmp_path: Path, answers: int) -> None:
    """Whenever the venue falls silent, all that came before is stored, and a new run completes."""
    venue = ListedVenue([candle(day) for day in range(15)], fails_after=answers)
    with pytest.raises(FeedUnavailable):
        await fetch_history(venue, TRACK, tmp_path)
    stored = load(TRACK, tmp_path)
    assert (0 if stored is None else len(stored)) == min(4 * answers, 15)
    venue.fails_after = None
    await fetch_history(venue, TRACK, tmp_path)
    assert _days(load(TRACK, tmp_path)) == list(range(15))
    assert [path.name for path in TRACK.path_in(tmp_path).parent.iterdir()] == [
        "BTC-USD-1d.parquet"
    ]


async def test_nothing_is_asked_that_cannot_have_closed(tmp_path: Path) -> None:
    """Once the newest closed candle is there, the venue is not asked for the one after it."""
    venue = ListedVenue([candle(day) for day in range(8)])
    now = FIRST + timedelta(days=8, hours=12)
    await fetch_history(venue, TRACK, tmp_path, since=FIRST, now=now)
    assert venue.asked == [FIRST, FIRST + 4 * DAY]
    assert _days(load(TRACK, tmp_path)) == list(range(8))


async def test_what_is_stored_stays_when_the_venue_tells_otherwise(tmp_path: Path) -> None:
    """A candle that is told differently now is reported and kept as it was."""
    venue = ListedVenue([candle(day) for day in range(12)])
    await fetch_history(venue, TRACK, tmp_path)
    venue.retold(10, 109.5)
    told = await fetch_history(venue, TRACK, tmp_path)
    (row,) = told.differences
    assert (row.opened_at, row.field) == (FIRST + 10 * DAY, "close")
    assert (row.stored, row.told, told.added) == (110.0, 109.5, 0)
    bars = load(TRACK, tmp_path)
    assert bars is not None
    assert bars.closes[10] == 110.0


async def test_gaps_are_listed_and_never_filled(tmp_path: Path) -> None:
    """Days that the venue lacks stay away from the file, and are named with their neighbours."""
    missing = {3, 6, 7}
    venue = ListedVenue([candle(day) for day in range(12) if day not in missing])
    told = await fetch_history(venue, TRACK, tmp_path)
    assert told.bars is not None
    assert _days(told.bars) == [day for day in range(12) if day not in missing]
    assert gaps(told.bars, DAY) == (
        Gap(FIRST + 2 * DAY, FIRST + 4 * DAY, 1),
        Gap(FIRST + 5 * DAY, FIRST + 8 * DAY, 2),
    )


async def test_earlier_days_are_fetched_when_they_are_asked_for(tmp_path: Path) -> None:
    """``since`` before the oldest stored candle fills the beginning, and the end as well."""
    venue = ListedVenue([candle(day) for day in range(30)])
    await fetch_history(venue, TRACK, tmp_path, since=FIRST + 20 * DAY)
    assert _days(load(TRACK, tmp_path)) == list(range(20, 30))
    venue.listed.append(candle(30))
    told = await fetch_history(venue, TRACK, tmp_path, since=FIRST + 9 * DAY)
    assert told.added == 12
    assert _days(load(TRACK, tmp_path)) == list(range(9, 31))


async def test_a_short_memory_of_the_venue_is_said(tmp_path: Path) -> None:
    """A venue that tells only its latest 720 candles is named as such; a new coin is not."""
    track = Track("kraken", Asset("BTC"), Asset("USD"), "1d")
    everything = [candle(day) for day in range(900)]
    old = ListedVenue(everything, page=720, latest_only=720)
    told = await fetch_history(old, track, tmp_path)
    assert told.is_cut_short
    assert len(told.bars or ()) == 720
    young = ListedVenue(everything[:500], page=720, latest_only=720)
    assert not (await fetch_history(young, track, tmp_path / "young")).is_cut_short
    again = await fetch_history(old, track, tmp_path)
    assert (again.is_cut_short, again.added) == (False, 0)


async def test_an_unknown_pair_leaves_no_file(tmp_path: Path) -> None:
    """A coin that the venue does not trade brings nothing and stores nothing."""
    track = Track("binance", Asset("DOGE"), Asset("USD"), "1d")
    told = await fetch_history(ListedVenue([candle(0)]), track, tmp_path)
    assert (told.bars, told.added) == (None, 0)
    assert stored_tracks(tmp_path) == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"high": 1.0},
        {"low": 0.0},
        {"low": 500.0},
        {"volume": -1.0},
        {"volume": float("nan")},
        {"close": float("inf"), "high": float("inf")},
        {"opened_at": FIRST + 5 * DAY + timedelta(hours=1)},
        {"opened_at": FIRST},
    ],
)
async def test_nonsense_is_not_stored(tmp_path: Path, wrong: dict[str, float]) -> None:
    """A candle that contradicts itself, or is out of order, stops the run; the rest is kept."""
    listed = [candle(day) for day in range(8)]
    listed[5] = replace(listed[5], **wrong)  # type: ignore[arg-type]

    class Stubborn(ListedVenue):
        async def candles(self, asset, interval, since):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
            return self.listed[:4] if since < FIRST + 4 * DAY else self.listed[4:]

    with pytest.raises(FeedUnavailable, match="cannot be right") as caught:
        await fetch_history(Stubborn(listed), TRACK, tmp_path)
    assert caught.value.trouble == "malformed"
    assert _days(load(TRACK, tmp_path)) == [0, 1, 2, 3]


async def test_a_venue_that_runs_in_circles_is_left(tmp_path: Path) -> None:
    """A venue that ignores ``since`` and repeats itself does not hold the program for ever."""

    class Repeating(ListedVenue):
        async def candles(self, asset, interval, since):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
            return self.listed

    told = await fetch_history(Repeating([candle(0), candle(1)]), TRACK, tmp_path)
    assert told.added == 2


def test_a_single_candle_is_a_history(tmp_path: Path) -> None:
    """A coin of one day is stored and read, though no file tells its interval."""
    one = np.array([1.0])
    start = np.array([int(FIRST.timestamp())])
    bars = AssetBars(Asset("BTC"), start, *(one.copy() for _ in range(5)))
    save(TRACK, tmp_path, bars)
    assert _days(load(TRACK, tmp_path)) == [0]
    assert list(stored_tracks(tmp_path)) == [TRACK]


def test_a_damaged_file_is_named_with_the_mend(tmp_path: Path) -> None:
    """A stored file that cannot be read is never silently replaced."""
    path = TRACK.path_in(tmp_path)
    path.parent.mkdir(parents=True)
    path.write_bytes(b"nothing")
    with pytest.raises(InputInvalid, match="move the file away"):
        load(TRACK, tmp_path)


def test_other_files_are_no_tracks(tmp_path: Path) -> None:
    """What lies among the history and is none of it is left aside."""
    folder = TRACK.path_in(tmp_path).parent
    folder.mkdir(parents=True)
    for name in ("notes.parquet", "BTC-USD-5m.parquet", "btc-USD-1d.parquet", "BTC-USD-1d.csv"):
        (folder / name).write_text("")
    assert stored_tracks(tmp_path) == []


def test_a_full_disk_leaves_what_was_stored(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When a file cannot be written to its end, the old one stands and nothing lies beside it."""
    one = bars_of(TRACK, [candle(0)])
    save(TRACK, tmp_path, one)

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(InputInvalid, match=r"No space left on device.*still there.*Make room"):
        save(TRACK, tmp_path, bars_of(TRACK, [candle(0), candle(1)]))
    assert _days(load(TRACK, tmp_path)) == [0]
    assert len(list(TRACK.path_in(tmp_path).parent.iterdir())) == 1
