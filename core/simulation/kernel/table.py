"""Arrays -> the table of addresses and sizes with which compiled code is entered, see ``entry``."""

import ctypes
from collections.abc import Iterable, Sequence
from itertools import chain
from typing import Any, NamedTuple, cast

import numpy as np
from numpy.typing import NDArray

from core.simulation.bar_table import Floats
from core.simulation.kernel.entry import BLOCKS, PAGES, REST, ROOM
from core.simulation.kernel.layout import Indexes, Pages, Tape
from core.simulation.kernel.room import LINE, arena_for

_ARRAYS = REST + 5

_REAL, _WHOLE, _FLAG = np.dtype(np.float64), np.dtype(np.int64), np.dtype(np.bool_)
_OF_TAPE = (
    _REAL, _REAL, _WHOLE, _WHOLE, _FLAG, _FLAG, _FLAG, _WHOLE, _REAL, _REAL, _FLAG, _WHOLE,
    _REAL, _REAL, _REAL, _WHOLE, _WHOLE, _REAL, *(_REAL,) * (ROOM - BLOCKS),
)  # fmt: skip
_OF_THE_REST = (_WHOLE, *(_REAL,) * (_ARRAYS - PAGES - 1))
"""What ``entry`` takes each array for, in the order of the table."""


class TapeTable(NamedTuple):
    """A tape's part of the table; its arrays live as long as the tape.

    Attributes:
        tape: whose it is.
        addresses: one for each array.
        sizes: rows and columns of each.
    """

    tape: Tape
    addresses: tuple[int, ...]
    sizes: tuple[int, ...]


class Table(NamedTuple):
    """What compiled code is given.

    Attributes:
        addresses: one for each array.
        sizes: rows and columns of each.
        arena: the room, which must live as long as the walk; so must the arrays handed in.
    """

    addresses: Indexes
    sizes: Indexes
    arena: Floats

    def places(self) -> tuple[int, int]:
        """Return the addresses of the addresses and of the sizes."""
        return _address(self.addresses), _address(self.sizes)


def tape_table(tape: Tape) -> TapeTable:
    """Return a tape's part of the table."""
    arrays = [part for part in (*tape[:-1], *tape.blocks) if isinstance(part, np.ndarray)]
    return TapeTable(tape, _addresses(arrays, _OF_TAPE), tuple(_sizes(arrays)))


def table_of(known: TapeTable, rules: Floats, pages: Pages, rest: tuple[Floats, ...]) -> Table:
    """Return the whole table for one policy's walk.

    Args:
        known: the tape's part.
        rules: packed, which say how much room is needed.
        pages: of the log.
        rest: rules, coins, day values, totals, near.
    """
    arena, starts, shapes = arena_for(known.tape, rules)
    room = -(-_address(arena) // LINE) * LINE
    given = (*pages, *rest)
    addresses = (*known.addresses, *[room + start for start in starts])
    addresses += _addresses(given, _OF_THE_REST)
    sizes = (*known.sizes, *chain.from_iterable(shapes), *_sizes(given))
    return Table(np.array(addresses, np.int64), np.array(sizes, np.int64), arena)


def _addresses(arrays: Sequence[NDArray[Any]], kinds: Sequence[np.dtype[Any]]) -> tuple[int, ...]:
    """Return where arrays are; compiled code takes it on trust that each is what it stands for.

    Raises:
        TypeError: one is of another kind, or its numbers do not lie side by side.
    """
    for array, kind in zip(arrays, kinds, strict=True):
        if array.dtype != kind or not array.flags.c_contiguous:
            raise TypeError(f"an array of {array.dtype} in place of one of {kind}, side by side")
    return tuple(map(_address, arrays))


def _address(array: NDArray[Any]) -> int:
    if array.size and array.flags.writeable:  # half the time of the general way
        return ctypes.addressof(ctypes.c_char.from_buffer(cast(bytearray, array)))
    return array.ctypes.data


def _sizes(arrays: Iterable[NDArray[Any]]) -> Iterable[int]:
    return chain.from_iterable(one.shape if one.ndim > 1 else (one.size, 1) for one in arrays)
