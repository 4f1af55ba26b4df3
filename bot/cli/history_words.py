"""Stored price history -> lines for a person, and a document for a program."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path

from bot.research.candle_fetch import LATEST_ONLY, Fetched
from bot.research.history import Gap, Track, gaps
from core.codec import instant_text
from core.simulation.bar_table import AssetBars, BarTable, instant

_MOST_SHOWN = 5


def fetched_lines(told: Fetched) -> Iterator[str]:
    """Yield what one track brought: its span, its gaps, and what needs a person's eye."""
    track, bars = told.track, told.bars
    if bars is None:
        yield f"{track.title}: there are no candles of {track.asset} in {track.quote}"
        return
    yield f"{track.title}: {told.added:,} new, {_span(bars)}"
    yield from (f"  {line}" for line in _gap_lines(gaps(bars, track.length)))
    if told.differences:
        count = len(told.differences)
        yield f"  told differently now, and kept as stored: {count:,}"
        for row in told.differences[:_MOST_SHOWN]:
            values = f"{row.field} {row.stored:.10g} stored, {row.told:.10g} told"
            yield f"    {_time(row.opened_at)}  {values}"
    if told.is_cut_short:
        yield (
            f"  {track.venue} tells only its latest {LATEST_ONLY[track.venue]} candles. For older "
            "ones download its OHLCVT archive and run `evenkeel history import FILE`"
        )


def stored_lines(stored: Sequence[tuple[Track, AssetBars]], folder: Path) -> Iterator[str]:
    """Yield one line per track with its span, and its longest gaps below it."""
    if not stored:
        yield (
            f"Nothing is stored below {folder} yet; run `evenkeel history fetch --asset BTC`, or "
            "`evenkeel history import FILE`"
        )
        return
    for track, bars in stored:
        yield f"{track.title}: {_span(bars)}"
        yield from (f"  {line}" for line in _gap_lines(gaps(bars, track.length)))
        yield f"  {track.path_in(folder)}"


def exported_lines(track: Track, table: BarTable, out: Path) -> Iterator[str]:
    """Yield what went into one bar file, coin by coin, and what reads it."""
    yield f"{out}: {track.interval} candles of {track.venue} in {track.quote}"
    for bars in table.series:
        yield f"  {bars.asset}: {_span(bars, 'candles')}"
        yield from (f"    {line}" for line in _gap_lines(gaps(bars, track.length)))
    yield f"`evenkeel signals --bars {out}` and `evenkeel run --replay {out}` read it."


def stored_document(track: Track, bars: AssetBars, folder: Path) -> dict[str, object]:
    """Return everything about one track."""
    holes = gaps(bars, track.length)
    return {
        "venue": track.venue,
        "asset": track.asset,
        "quote": track.quote,
        "interval": track.interval,
        "path": str(track.path_in(folder)),
        "first": instant_text(instant(int(bars.starts[0]))),
        "last": instant_text(instant(int(bars.starts[-1]))),
        "candles": len(bars),
        "missing": sum(gap.missing for gap in holes),
        "gaps": [
            {
                "after": instant_text(gap.after_at),
                "before": instant_text(gap.before_at),
                "missing": gap.missing,
            }
            for gap in holes
        ],
    }


def _span(bars: AssetBars, word: str = "stored") -> str:
    first, last = instant(int(bars.starts[0])), instant(int(bars.starts[-1]))
    return f"{len(bars):,} {word}, from {_time(first)} to {_time(last)} UTC"


def _gap_lines(holes: Sequence[Gap]) -> Iterator[str]:
    if not holes:
        return
    missing = sum(gap.missing for gap in holes)
    shown = sorted(holes, key=lambda gap: (-gap.missing, gap.after_at))[:_MOST_SHOWN]
    more = "" if len(holes) <= _MOST_SHOWN else ", the longest (`history list --json` has all)"
    yield f"candles missing: {missing:,}, gaps: {len(holes):,}, left as they are{more}:"
    for gap in sorted(shown, key=lambda gap: gap.after_at):
        yield f"  {gap.missing:,} between {_time(gap.after_at)} and {_time(gap.before_at)}"


def _time(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M}"
