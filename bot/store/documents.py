"""Values of the domain -> the texts and bytes that are stored, and back."""

import json
import struct
import zlib
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from hashlib import sha256
from typing import Any, TypeVar

from bot.store.upgrades import upgraded
from core.codec import Series, bar_series, canonical, decode, encode
from core.domain.errors import Invalid, StoreCorrupt
from core.domain.market import BarSeries
from core.domain.readings import Reading, ReadingKind, ReadingSeries
from core.domain.units import Asset

T = TypeVar("T")

_COLUMNS = ("opens", "highs", "lows", "closes", "volumes")


def document_of(hint: Any, value: Any) -> str:  # noqa: ANN401  # the hint says what the value is
    """Return ``value``, which is of type ``hint``, in canonical JSON."""
    # An encoded value is plain already; a second walk over it would only cost time.
    return json.dumps(
        encode(hint, value), sort_keys=True, ensure_ascii=False, separators=(",", ":")
    )


def value_of(hint: type[T], document: str, series: Mapping[str, Series] | None = None) -> T:
    """Return the value of type ``hint`` that ``document`` was made from.

    Raises:
        StoreCorrupt: the document does not describe such a value.
    """
    return rebuilt(hint, parsed(document), series)


def rebuilt(hint: type[T], tree: Any, series: Mapping[str, Series] | None = None) -> T:  # noqa: ANN401  # any JSON value
    """Return the value of type ``hint`` that the parsed document ``tree`` was made from.

    Args:
        hint: the type.
        tree: the parsed document, of this revision or an older one.
        series: bars and readings by digest, for documents that name them.

    Raises:
        StoreCorrupt: it describes no such value, or an impossible one.
    """
    try:
        value: T = decode(hint, upgraded(hint, tree), series)
    except Invalid as error:
        raise StoreCorrupt(f"a stored {hint.__name__} is impossible: {error}") from error
    return value


def parsed(document: str) -> Any:  # noqa: ANN401  # any JSON value
    """Return the JSON value of a stored document.

    Raises:
        StoreCorrupt: it is no JSON.
    """
    try:
        return json.loads(document)
    except ValueError as error:
        raise StoreCorrupt(f"a stored document is no JSON: {error}") from error


def digest_of_document(document: str) -> str:
    """Return the SHA-256 of a canonical document; equals ``core.codec.digest_of`` of its value."""
    return sha256(document.encode()).hexdigest()


def packed_columns(series: BarSeries) -> bytes:
    """Return the columns of a bar series, exact to the last bit, compressed."""
    columns = [getattr(series, name) for name in _COLUMNS]
    return zlib.compress(b"".join(struct.pack(f"<{len(one)}d", *one) for one in columns))


def bars_of(row: Mapping[str, Any]) -> BarSeries:
    """Return the bar series of a stored row.

    Raises:
        StoreCorrupt: the bars are not those whose digest the row bears.
    """
    try:
        packed = zlib.decompress(row["columns"])
        doubles = struct.unpack(f"<{len(packed) // 8}d", packed)
        size = len(doubles) // len(_COLUMNS)
        columns = {name: doubles[n * size : (n + 1) * size] for n, name in enumerate(_COLUMNS)}
        series = bar_series(Asset(row["asset"]), row["source"], row["opened_at"], **columns)
    except (struct.error, zlib.error) as error:
        raise StoreCorrupt(f"the stored bars of {row['asset']} cannot be read: {error}") from error
    if series.digest != row["digest"]:
        raise StoreCorrupt(f"the stored bars of {row['asset']} are not those that were recorded")
    return series


def readings_document(series: ReadingSeries) -> str:
    """Return the text of a reading series whose SHA-256 is its digest."""
    rows = [[row.about, row.value, row.known_at] for row in series.readings]
    head = [series.kind, series.asset, series.source, series.is_point_in_time]
    return canonical([*head, rows]).decode()


def readings_of(row: Mapping[str, Any]) -> ReadingSeries:
    """Return the reading series of a stored row.

    Raises:
        StoreCorrupt: the readings are not those whose digest the row bears.
    """
    document = row["document"]
    if digest_of_document(document) != row["digest"]:
        raise StoreCorrupt(f"stored readings {row['digest'][:12]} are not those that were recorded")
    kind, asset, source, is_point_in_time, rows = parsed(document)
    readings = tuple(
        Reading(datetime.fromisoformat(about), Decimal(value), datetime.fromisoformat(known_at))
        for about, value, known_at in rows
    )
    return ReadingSeries(
        ReadingKind(kind), Asset(asset), source, readings, is_point_in_time, row["digest"]
    )
