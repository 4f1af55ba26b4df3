"""Entries of the journal, followed one by one: does each say what was sealed, and where it stands?

Source: METHODS 8.8.
"""

from typing import Any

from bot.store.seal import seal

_INSTANT = frozenset(b"0123456789-:.TZ")

RawRow = tuple[Any, ...]
"""(seq, ts, kind, actor, payload, prev, hash), every text as bytes."""


def fault_of(row: RawRow, *, seq: int, head: bytes) -> str:
    """Return what speaks against ``row`` as the entry after ``seq``, or an empty text.

    Args:
        row: the next entry of the journal.
        seq: number of the last entry that holds.
        head: its hash.
    """
    number, *_, prev, sealed = row
    if number != seq + 1:
        return f"entry {seq + 1} is missing; entry {number} stands in its place"
    if prev != head:
        return f"entry {number} does not follow from the entry before it"
    if _seal_of(row) != sealed:
        return f"entry {number} does not say what was sealed when it was written"
    return ""


def _seal_of(row: RawRow) -> bytes:
    """Return the hash that the row's texts ask for, or nothing where they are no texts."""
    seq, ts, kind, actor, payload, prev, _ = row
    if not all(isinstance(text, bytes) for text in row[1:]) or not _INSTANT.issuperset(ts):
        return b""
    try:
        return seal(seq, ts, kind, actor, payload, prev).encode()
    except UnicodeDecodeError:
        return b""
