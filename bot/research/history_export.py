"""Stored history of one venue, quote currency and interval -> one bar file of many coins."""

from collections.abc import Collection, Iterable, Sequence
from pathlib import Path

import numpy as np

from bot.research.bar_checks import PRICES, RawBars, checked_table
from bot.research.columns import MICROSECONDS
from bot.research.history import Track, arrow_table, columns_of, load
from bot.research.replacing import replacing
from core.domain.errors import InputInvalid
from core.domain.units import Asset
from core.simulation.bar_table import AssetBars, BarTable


def chosen(
    tracks: Iterable[Track],
    *,
    assets: Collection[Asset] = (),
    venue: str | None = None,
    quote: Asset | None = None,
    interval: str | None = None,
) -> Sequence[Track]:
    """Return the tracks that go into one file; they are of one venue, quote and interval.

    Args:
        tracks: what is stored.
        assets: the only coins wanted; empty = all.
        venue: the only one wanted; None = any.
        quote: the only currency wanted; None = any.
        interval: the only length of a candle wanted; None = any.

    Raises:
        InputInvalid: nothing fits, a coin is missing, or the tracks are of more than one kind.
    """
    left = [
        track
        for track in tracks
        if (not assets or track.asset in assets)
        and venue in (None, track.venue)
        and quote in (None, track.quote)
        and interval in (None, track.interval)
    ]
    kinds = sorted({(track.venue, track.quote, track.interval) for track in left})
    if not kinds:
        raise InputInvalid(
            "nothing that is stored fits; `evenkeel history list` prints what there is"
        )
    if len(kinds) > 1:
        raise InputInvalid(
            "one file holds prices of one venue, currency and interval; here are several: "
            f"{'; '.join(map(_kind, kinds))}. Choose with --venue, --quote and --interval"
        )
    missing = sorted(set(assets) - {track.asset for track in left})
    if missing:
        raise InputInvalid(
            f"no candles of {', '.join(missing)} are stored beside the others ({_kind(kinds[0])}); "
            "fetch or import them first, or leave them out"
        )
    return left


def _kind(kind: tuple[str, Asset, str]) -> str:
    venue, quote, interval = kind
    return f"{venue} in {quote}, {interval}"


def export_tracks(tracks: Sequence[Track], data: Path, out: Path) -> BarTable:
    """Write the stored bars of some tracks into one parquet file, checked as its readers would.

    Raises:
        InputInvalid: the file is there already or cannot be written, or a stored file is damaged.
    """
    import pyarrow as pa  # noqa: PLC0415  # files are the only thing that needs it
    from pyarrow import parquet  # noqa: PLC0415  # files are the only thing that needs it

    if out.suffix.lower() != ".parquet":
        raise InputInvalid(f"{out} does not end in .parquet; name the file with that ending")
    if out.exists():
        raise InputInvalid(f"{out} is there already; name another file, or remove it first")
    series = [bars for track in tracks if (bars := load(track, data)) is not None]
    table = checked_table(_raw(series, out))
    rows = pa.concat_tables([arrow_table(bars) for bars in series])
    try:
        with replacing(out) as file:
            parquet.write_table(rows, file, compression="zstd")
    except OSError as error:
        raise InputInvalid(
            f"{out} cannot be written ({error.strerror}); name a file in a folder of yours"
        ) from None
    return table


def _raw(series: Sequence[AssetBars], out: Path) -> RawBars:
    """Return the rows as they will stand in the file."""
    names = (*PRICES, "volume")
    columns = zip(*(columns_of(bars) for bars in series), strict=True)
    return RawBars(
        path=out,
        names=tuple(bars.asset for bars in series),
        codes=np.repeat(np.arange(len(series), dtype=np.int32), [len(bars) for bars in series]),
        micros=np.concatenate([bars.starts for bars in series]) * MICROSECONDS,
        columns=dict(zip(names, map(np.concatenate, columns), strict=True)),
        notes=(),
    )
