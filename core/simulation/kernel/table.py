"""Arrays -> the table of addresses and sizes with which compiled code is entered, see ``entry``."""

import ctypes
from collections.abc import Iterable
from itertools import chain
from typing import Any, NamedTuple, cast

import numpy as np
from numpy.typing import NDArray

from core.simulation.bar_table import Floats
from core.simulation.kernel.entry import REST, ROOM
from core.simulation.kernel.layout import Indexes, Pages, Tape
from core.simulation.kernel.room import LINE, arena_for

_ARRAYS = REST + 5
_KINDS = {np.dtype(np.float64), np.dtype(np.int64), np.dtype(np.bool_)}


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
    assert len(arrays) == ROOM  # noqa: S101  # what follows stands where it is looked for
    addresses = tuple(_address(one) for one in arrays)
    return TapeTable(tape, addresses, tuple(_sizes(arrays)))


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
    addresses = (*known.addresses, *[room + start for start in starts], *map(_address, given))
    sizes = (*known.sizes, *chain.from_iterable(shapes), *_sizes(given))
    return Table(np.array(addresses, np.int64), np.array(sizes, np.int64), arena)


def _address(array: NDArray[Any]) -> int:
    # Compiled code takes it on trust that an array is what it stands for.
    assert array.flags.c_contiguous  # noqa: S101
    assert array.dtype in _KINDS  # noqa: S101
    if array.size and array.flags.writeable:  # half the time of the general way
        return ctypes.addressof(ctypes.c_char.from_buffer(cast(bytearray, array)))
    return array.ctypes.data


def _sizes(arrays: Iterable[NDArray[Any]]) -> Iterable[int]:
    return chain.from_iterable(one.shape if one.ndim > 1 else (one.size, 1) for one in arrays)
