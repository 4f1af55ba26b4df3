"""Values -> canonical JSON, digests and the journal's hash chain, and back.

Canonical means: sorted keys, no white space, UTF-8 in NFC, every number as its one text. Equal
values give equal bytes on every machine. Bars are floats, readings are many: both stand in a
document by digest. Other floats only where a field is declared as one: a picture's.
"""
# ruff: noqa: ANN401  # a codec walks type hints and values of any type

import json
import struct
import types
from collections.abc import Callable, Iterable, Mapping
from dataclasses import MISSING, fields, is_dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from enum import Enum
from functools import cache
from hashlib import sha256
from itertools import combinations, pairwise
from typing import Any, Union, get_args, get_origin, get_type_hints
from unicodedata import is_normalized, normalize

from core.domain.errors import StoreCorrupt
from core.domain.market import BarSeries
from core.domain.readings import Reading, ReadingKind, ReadingSeries
from core.domain.units import Asset, text_of

CHAIN_TAG = b"evk1"
GENESIS = "0" * 64

Series = BarSeries | ReadingSeries
Json = None | bool | str | list["Json"] | dict[str, "Json"]
_Encoder = Callable[[Any], Any]
_Decoder = Callable[[Any, Mapping[str, Series]], Any]


def instant_text(instant: datetime) -> str:
    """Return an aware instant as ISO 8601 in UTC, ending in Z."""
    if instant.tzinfo is not UTC:
        instant = instant.astimezone(UTC)
    return instant.isoformat()[:-6] + "Z"


def canonical(document: Any) -> bytes:
    """Return the one text of a document made of dicts, lists, texts, numbers, instants, None.

    Raises:
        TypeError: for a float or anything else that has no canonical text.
    """
    return json.dumps(
        _plain(document), sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False
    ).encode()


def digest(document: Any) -> str:
    """Return the SHA-256 of a document's canonical text, in hex."""
    return sha256(canonical(document)).hexdigest()


def chain_hash(entry: Mapping[str, Any]) -> str:
    """Return the hash of a journal entry; its ``prev`` ties it to the entry before.

    Source: METHODS 8.8.
    """
    return sha256(CHAIN_TAG + canonical(entry)).hexdigest()


def encode(hint: Any, value: Any) -> Any:
    """Return ``value``, which is of type ``hint``, as a JSON-like document."""
    return _encoder(hint)(value)


def decode(hint: Any, document: Any, bars: Mapping[str, Series] | None = None) -> Any:
    """Return the value of type ``hint`` that ``document`` was made from.

    Args:
        hint: a dataclass of the domain.
        document: what ``encode`` returned, or its parsed JSON.
        bars: bar and reading series by digest, for documents that name them.

    Raises:
        StoreCorrupt: the document does not describe such a value.
    """
    try:
        return _decoder(hint)(document, bars or {})
    except (KeyError, TypeError, ValueError, ArithmeticError, AttributeError) as error:
        name = getattr(hint, "__name__", str(hint))
        raise StoreCorrupt(f"a stored {name} cannot be read back: {error!r}") from error


def digest_of(value: Any) -> str:
    """Return the SHA-256 of a domain value's canonical text, in hex."""
    document = encode(type(value), value)
    # An encoded document is plain already; the second walk over it would only cost time.
    text = json.dumps(document, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return sha256(text.encode()).hexdigest()


def bar_series(  # noqa: PLR0913  # the columns of a bar
    asset: Asset,
    source: str,
    opened_at: datetime,
    *,
    opens: Iterable[float],
    highs: Iterable[float],
    lows: Iterable[float],
    closes: Iterable[float],
    volumes: Iterable[float],
) -> BarSeries:
    """Return a bar series with its digest computed, once, over the exact doubles."""
    columns = [tuple(column) for column in (opens, highs, lows, closes, volumes)]
    if len({len(column) for column in columns}) != 1:
        raise ValueError(f"the columns of {asset}'s bars have different lengths")
    head = canonical([asset, source, opened_at, len(columns[0])])
    body = b"".join(struct.pack(f"<{len(column)}d", *column) for column in columns)
    sealed = sha256(head + body).hexdigest()
    o, h, l, c, v = columns  # noqa: E741  # open, high, low, close, volume
    return BarSeries(asset, source, opened_at, o, h, l, c, v, digest=sealed)


def reading_series(
    kind: ReadingKind,
    asset: Asset,
    source: str,
    readings: Iterable[Reading],
    *,
    is_point_in_time: bool,
) -> ReadingSeries:
    """Return a reading series with its digest computed, once.

    Raises:
        ValueError: the readings are not strictly increasing in time.
    """
    rows = tuple(readings)
    if any(later.about <= earlier.about for earlier, later in pairwise(rows)):
        raise ValueError(f"the readings of {kind} from {source} are not in order of time")
    body = [[row.about, row.value, row.known_at] for row in rows]
    sealed = digest([kind, asset, source, is_point_in_time, body])
    return ReadingSeries(kind, asset, source, rows, is_point_in_time, sealed)


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, Mapping):
        return {_text(str(key)): _plain(item) for key, item in value.items()}
    return [*map(_plain, value)] if isinstance(value, list | tuple) else _scalar(value)


def _scalar(value: Any) -> str:
    if isinstance(value, int):
        return str(value)
    if isinstance(value, Decimal):
        return text_of(value)
    if isinstance(value, datetime):
        return instant_text(value)
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} {value!r} has no canonical text")


def _text(text: str) -> str:
    plain = str.__str__(text)
    return plain if plain.isascii() or is_normalized("NFC", plain) else normalize("NFC", plain)


def _seconds(span: timedelta) -> str:
    return text_of(Decimal(span // timedelta(microseconds=1)) / 1_000_000)


def _span(text: str) -> timedelta:
    return timedelta(microseconds=int(Decimal(text) * 1_000_000))


_SCALARS: dict[Any, tuple[_Encoder, Callable[[Any], Any]]] = {
    str: (_text, str),
    bool: (bool, bool),
    int: (str, int),
    float: (float.__repr__, float),
    Decimal: (text_of, Decimal),
    datetime: (instant_text, datetime.fromisoformat),
    date: (date.isoformat, date.fromisoformat),
    timedelta: (_seconds, _span),
}
_BY_DIGEST = (BarSeries, ReadingSeries)
_NAME = "$is"
_TAGS: dict[str, Any] = {"d": Decimal, "t": datetime, "s": str, "i": int}
_TAG_OF = {kind: tag for tag, kind in _TAGS.items()}


def _bare(hint: Any) -> Any:
    while hasattr(hint, "__supertype__"):
        hint = hint.__supertype__
    return hint


def _members(hint: Any) -> tuple[Any, ...] | None:
    """Return the members of a union, NewTypes taken off, or None."""
    if get_origin(hint) in (Union, types.UnionType):
        return tuple(_bare(member) for member in get_args(hint))
    return None


@cache
def _encoder(hint: Any) -> _Encoder:
    hint = _bare(hint)
    if hint in _SCALARS:
        return _SCALARS[hint][0]
    if hint in _BY_DIGEST:
        return lambda series: series.digest
    if (members := _members(hint)) is not None:
        return _union_encoder(members)
    if get_origin(hint) is tuple:
        return _tuple_encoder(get_args(hint))
    if is_dataclass(hint):
        return _dataclass_encoder(hint)
    if isinstance(hint, type) and issubclass(hint, Enum):
        return lambda member: member.value
    raise TypeError(f"{hint!r} has no canonical form")


def _dataclass_encoder(hint: Any) -> _Encoder:
    """Write a dataclass; a field marked ``younger`` is left out while it has its default.

    So a document, and its digest, stay what they were before there was such a field.
    """
    hints = get_type_hints(hint)
    parts = [(row.name, _encoder(hints[row.name])) for row in fields(hint)]
    younger = [(row.name, row.default) for row in fields(hint) if row.metadata.get("younger")]

    def write(value: Any) -> dict[str, Any]:
        document = {}
        # A snapshot has hundreds of levels; a comprehension would take half as long again.
        for name, part in parts:
            document[name] = part(getattr(value, name))
        for name, default in younger:
            if getattr(value, name) == default:
                del document[name]
        return document

    return write


def _tuple_encoder(members: tuple[Any, ...]) -> _Encoder:
    if members[-1] is Ellipsis:
        one = _encoder(members[0])
        return lambda values: [one(value) for value in values]
    parts = [_encoder(member) for member in members]
    return lambda values: [part(value) for part, value in zip(parts, values, strict=True)]


def _union_encoder(members: tuple[Any, ...]) -> _Encoder:
    kinds = [member for member in members if member is not types.NoneType]
    if len(kinds) == 1:
        one = _encoder(kinds[0])
        return lambda value: None if value is None else one(value)
    if all(is_dataclass(kind) for kind in kinds):
        tag = _tagger(kinds)
        return lambda value: None if value is None else tag(value) | encode(type(value), value)
    return lambda value: [_TAG_OF[_kind(value)], _encoder(_kind(value))(value)]


def _tagger(kinds: list[Any]) -> Callable[[Any], dict[str, str]]:
    """Return what names a value among kinds that their fields do not tell apart; often nothing."""
    pairs = combinations(kinds, 2)
    alike = any(_required(a) | _required(b) <= _names(a) & _names(b) for a, b in pairs)
    return lambda value: {_NAME: type(value).__name__} if alike else {}


def _kind(value: object) -> Any:
    return next(kind for kind in (str, int, Decimal, datetime) if isinstance(value, kind))


@cache
def _decoder(hint: Any) -> _Decoder:
    hint = _bare(hint)
    if hint in _SCALARS:
        read = _SCALARS[hint][1]
        return lambda document, _: read(document)
    if hint in _BY_DIGEST:
        return lambda document, bars: bars[document]
    if (members := _members(hint)) is not None:
        return _union_decoder(members)
    if get_origin(hint) is tuple:
        return _tuple_decoder(get_args(hint))
    if is_dataclass(hint):
        return _dataclass_decoder(hint)
    return lambda document, _: hint(document)


def _meant(kinds: list[Any], document: Mapping[str, Any]) -> _Decoder:
    """Return what reads a document of a union: one dataclass fits, by its name or its fields."""
    names, tag = document.keys() - {_NAME}, document.get(_NAME)
    meant = [kind for kind in kinds if tag in (None, kind.__name__)]
    fitting = [kind for kind in meant if _required(kind) <= names <= _names(kind)]
    if len(fitting) != 1:
        raise KeyError(f"no kind has the fields {sorted(names)}")
    return _decoder(fitting[0])


@cache
def _names(hint: Any) -> frozenset[str]:
    return frozenset(row.name for row in fields(hint) if row.init)


@cache
def _required(hint: Any) -> frozenset[str]:
    return frozenset(
        row.name
        for row in fields(hint)
        if row.init and row.default is MISSING and row.default_factory is MISSING
    )


def _dataclass_decoder(hint: Any) -> _Decoder:
    """Read a dataclass; a field that is younger than the document takes its default."""
    hints = get_type_hints(hint)
    parts = {row.name: _decoder(hints[row.name]) for row in fields(hint) if row.init}
    required = _required(hint)

    def read(document: Any, bars: Mapping[str, Series]) -> Any:
        if unknown := document.keys() - parts.keys() - {_NAME}:
            raise KeyError(f"unknown fields {sorted(unknown)}")
        if missing := required - document.keys():
            raise KeyError(f"missing fields {sorted(missing)}")
        return hint(**{name: parts[name](document[name], bars) for name in document.keys() & parts})

    return read


def _tuple_decoder(members: tuple[Any, ...]) -> _Decoder:
    if members[-1] is Ellipsis:
        one = _decoder(members[0])
        return lambda document, bars: tuple(one(item, bars) for item in document)
    parts = [_decoder(member) for member in members]
    return lambda document, bars: tuple(
        part(item, bars) for part, item in zip(parts, document, strict=True)
    )


def _union_decoder(members: tuple[Any, ...]) -> _Decoder:
    kinds = [member for member in members if member is not types.NoneType]
    if len(kinds) == 1:
        one = _decoder(kinds[0])
        return lambda document, bars: None if document is None else one(document, bars)
    if all(is_dataclass(kind) for kind in kinds):
        return lambda doc, bars: None if doc is None else _meant(kinds, doc)(doc, bars)
    return lambda document, bars: _decoder(_TAGS[document[0]])(document[1], bars)
