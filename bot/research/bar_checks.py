"""Raw columns of a bar file -> a table of bars, or the first thing that is wrong with them."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bot.research.columns import MICROSECONDS, FileShape
from core.domain.errors import InputInvalid
from core.domain.policy import SYMBOL
from core.domain.units import Asset
from core.simulation.bar_table import DAY, AssetBars, BarTable, Floats, Seconds, instant

PRICES = ("open", "high", "low", "close")
BAR_FILE = FileShape("bar file", "BAR_FILE", ("asset", "ts", *PRICES, "volume"))

_LOWEST_PRICE = 1e-12
_HIGHEST_PRICE = 1e12

Rows = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class RawBars:
    """The rows of a bar file in the order of the file.

    Attributes:
        path: the file.
        names: the assets, in the order they first appear.
        codes: for each row, which of ``names`` it is of.
        micros: for each row, its open time in epoch microseconds.
        columns: ``open high low close volume``; NaN where a cell is empty.
        notes: what a reader should know.
    """

    path: Path
    names: tuple[str, ...]
    codes: NDArray[np.int32]
    micros: Seconds
    columns: dict[str, Floats]
    notes: tuple[str, ...]

    def place(self, row: int) -> str:
        """Return where a row is, for a message; the first row of data is row 1."""
        at = instant(int(self.micros[row]) / MICROSECONDS)
        return f"{self.path}, row {row + 1} ({self.names[self.codes[row]]} {at:%Y-%m-%d %H:%M} UTC)"


def refusal(problem: str) -> InputInvalid:
    """Return the error of an unusable bar file."""
    return BAR_FILE.refusal(problem)


def checked_table(raw: RawBars, may_be_empty: Collection[str] = ("volume",)) -> BarTable:
    """Return the rows as a table.

    Raises:
        InputInvalid: the first mistake, with its row.
    """
    series = checked_rows(raw, may_be_empty)
    interval = _interval(raw, _rows(raw))
    name = raw.path.name.partition(".")[0]
    return BarTable(name, timedelta(seconds=interval), series, raw.notes)


def checked_rows(
    raw: RawBars, may_be_empty: Collection[str] = ("volume",)
) -> tuple[AssetBars, ...]:
    """Return the rows of each asset, by symbol, whatever the distance between them.

    Raises:
        InputInvalid: the first mistake, with its row.
    """
    for name in raw.names:
        if not SYMBOL.fullmatch(name):
            raise refusal(
                f"{raw.path} names the asset {name!r}; "
                "a symbol is 1 to 12 capital letters or digits, for example BTC"
            )
    rows = _rows(raw)
    for of_asset in rows:
        _check_order(raw, of_asset)
    _check_cells(raw, may_be_empty)
    _check_seconds(raw)
    series = [_series(raw, name, of_asset) for name, of_asset in zip(raw.names, rows, strict=True)]
    return tuple(sorted(series, key=lambda bars: bars.asset))


def _rows(raw: RawBars) -> list[Rows]:
    return [np.flatnonzero(raw.codes == code) for code in range(len(raw.names))]


def _series(raw: RawBars, name: str, rows: Rows) -> AssetBars:
    columns = (np.ascontiguousarray(raw.columns[c][rows]) for c in (*PRICES, "volume"))
    return AssetBars(Asset(name), raw.micros[rows] // MICROSECONDS, *columns)


def _check_order(raw: RawBars, rows: Rows) -> None:
    steps = np.diff(raw.micros[rows])
    wrong = np.flatnonzero(steps <= 0)
    if not len(wrong):
        return
    _check_repeats(raw, rows)
    before, row = int(rows[wrong[0]]), int(rows[wrong[0] + 1])
    raise refusal(
        f"{raw.place(row)} is older than row {before + 1} of the same asset; sort them by time"
    )


def _check_repeats(raw: RawBars, rows: Rows) -> None:
    order = np.argsort(raw.micros[rows], kind="stable")
    again = np.flatnonzero(np.diff(raw.micros[rows][order]) == 0)
    if len(again):
        first, row = int(rows[order[again[0]]]), int(rows[order[again[0] + 1]])
        raise refusal(
            f"{raw.place(row)} has the time of row {first + 1} of the same asset; "
            "keep one row per bar. If the file holds several sources, keep the rows of one only"
        )


def _check_cells(raw: RawBars, may_be_empty: Collection[str]) -> None:
    for name in PRICES:
        cells = raw.columns[name]
        good = (cells >= _LOWEST_PRICE) & (cells <= _HIGHEST_PRICE)
        if name in may_be_empty:
            good |= np.isnan(cells)
        _refuse(raw, ~good, f"has the {name} {{{name}}}, which is no price")
    high, low = raw.columns["high"], raw.columns["low"]
    _refuse(raw, high < low, "has a high of {high} below its low of {low}")
    for name in ("open", "close"):
        cells = raw.columns[name]
        outside = (cells > high) | (cells < low)
        _refuse(
            raw, outside, f"has the {name} {{{name}}} outside its low {{low}} and high {{high}}"
        )
    volume = raw.columns["volume"]
    _refuse(raw, (volume < 0) | np.isinf(volume), "has the volume {volume}, which is none")


def _check_seconds(raw: RawBars) -> None:
    broken = np.flatnonzero(raw.micros % MICROSECONDS)
    if len(broken):
        raise refusal(
            f"{raw.place(int(broken[0]))} does not begin on a whole second; mend its time"
        )


def _refuse(raw: RawBars, wrong: NDArray[np.bool_], what: str) -> None:
    if wrong.any():
        row = int(np.argmax(wrong))
        figures = {name: _figure(float(cells[row])) for name, cells in raw.columns.items()}
        raise refusal(
            f"{raw.place(row)} {what.format(**figures)}; "
            "correct the row, or remove it to leave a gap"
        )


def _figure(number: float) -> str:
    return "(empty)" if np.isnan(number) else f"{number:.12g}"


def _interval(raw: RawBars, rows: list[Rows]) -> int:
    """Return the most common distance between two bars of an asset, in seconds."""
    steps = [np.diff(raw.micros[of_asset]) // MICROSECONDS for of_asset in rows]
    interval = _most_common(np.concatenate(steps))
    if interval is None:
        raise refusal(
            f"{raw.path} holds one bar per asset; at least two are needed to tell how long a bar is"
        )
    if DAY % interval:
        raise refusal(
            f"the bars of {raw.path} are {timedelta(seconds=interval)} apart; "
            "a bar must divide a day evenly, for example one hour"
        )
    for name, of_asset in zip(raw.names, steps, strict=True):
        own = _most_common(of_asset)
        if own not in (None, interval):
            raise refusal(
                f"{raw.path} mixes intervals: bars of {name} are {timedelta(seconds=own or 0)} "
                f"apart, most others {timedelta(seconds=interval)}; use one file per interval"
            )
    off = np.flatnonzero(raw.micros // MICROSECONDS % interval)
    if len(off):
        raise refusal(
            f"{raw.place(int(off[0]))} does not begin on a multiple of "
            f"{timedelta(seconds=interval)} in UTC; remove it or use one file per interval"
        )
    return interval


def _most_common(steps: Seconds) -> int | None:
    lengths, counts = np.unique(steps, return_counts=True)
    return int(lengths[np.argmax(counts)]) if len(lengths) else None
