"""Values of the domain -> the texts and bytes that are stored, and back."""

import json
import struct
import zlib
from collections.abc import Mapping
from hashlib import sha256
from typing import Any, TypeVar

from core.codec import bar_series, decode, encode
from core.domain.errors import Invalid, StoreCorrupt
from core.domain.market import BarSeries
from core.domain.units import Asset

T = TypeVar("T")

_COLUMNS = ("opens", "highs", "lows", "closes", "volumes")


def document_of(hint: Any, value: Any) -> str:  # noqa: ANN401  # the hint says what the value is
    """Return ``value``, which is of type ``hint``, in canonical JSON."""
    # An encoded value is plain already; a second walk over it would only cost time.
    return json.dumps(
        encode(hint, value), sort_keys=True, ensure_ascii=False, separators=(",", ":")
    )


def value_of(hint: type[T], document: str, bars: Mapping[str, BarSeries] | None = None) -> T:
    """Return the value of type ``hint`` that ``document`` was made from.

    Raises:
        StoreCorrupt: the document does not describe such a value.
    """
    return rebuilt(hint, parsed(document), bars)


def rebuilt(hint: type[T], tree: Any, bars: Mapping[str, BarSeries] | None = None) -> T:  # noqa: ANN401  # any JSON value
    """Return the value of type ``hint`` that the parsed document ``tree`` was made from.

    Raises:
        StoreCorrupt: it describes no such value, or an impossible one.
    """
    try:
        value: T = decode(hint, tree, bars)
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


def series_of(row: Mapping[str, Any]) -> BarSeries:
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
