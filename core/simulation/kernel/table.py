"""Arrays -> the table of addresses and sizes with which compiled code is entered, see ``entry``."""

import ctypes
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from core.simulation.bar_table import Floats
from core.simulation.kernel.entry import BLOCKS, PAGES, REST, ROOM
from core.simulation.kernel.layout import Indexes, Pages, Tape
from core.simulation.kernel.room import LINE, ZEROS, Shapes, arena_of, shapes_for

_ARRAYS = REST + 5

_REAL, _WHOLE, _FLAG = np.dtype(np.float64), np.dtype(np.int64), np.dtype(np.bool_)
_OF_TAPE = (
    _REAL, _REAL, _WHOLE, _WHOLE, _FLAG, _FLAG, _FLAG, _WHOLE, _REAL, _REAL, _FLAG, _WHOLE,
    _REAL, _REAL, _REAL, _WHOLE, _WHOLE, _REAL, *(_REAL,) * (ROOM - BLOCKS),
)  # fmt: skip
_OF_THE_REST = (_WHOLE, *(_REAL,) * (_ARRAYS - PAGES - 1))
"""What ``entry`` takes each array for, in the order of the table."""


@dataclass(slots=True)
class Table:
    """What compiled code is given; kept from one policy to the next on the same tape.

    Attributes:
        tape: the market.
        shapes: of the arrays of the room.
        zeros: the part of the room that is zeros when a walk begins.
        arena: the room, which must live as long as the table.
        addresses: one for each array.
        sizes: rows and columns of each.
    """

    tape: Tape
    shapes: Shapes
    zeros: Floats
    arena: Floats
    addresses: Indexes
    sizes: Indexes

    @classmethod
    def made_for(cls, tape: Tape, rules: Floats) -> "Table":
        """Return a table for a tape and room for such policies; rules are packed."""
        arrays = [part for part in (*tape[:-1], *tape.blocks) if isinstance(part, np.ndarray)]
        shapes = shapes_for(tape, rules)
        arena, starts = arena_of(shapes)
        lead = -_address(arena) % LINE
        addresses, sizes = np.zeros(_ARRAYS, np.int64), np.zeros(2 * _ARRAYS, np.int64)
        addresses[:ROOM] = _addresses(arrays, _OF_TAPE)
        addresses[ROOM:PAGES] = [_address(arena) + lead + start for start in starts]
        sizes[: 2 * PAGES] = [*_sizes(arrays), *chain.from_iterable(shapes)]
        zeros = arena[: (lead + starts[ZEROS]) // arena.itemsize]
        return cls(tape, shapes, zeros, arena, addresses, sizes)

    def fits(self, tape: Tape, rules: Floats) -> bool:
        """Tell whether it is for this tape, with room for such a policy."""
        return self.tape is tape and self.shapes == shapes_for(tape, rules)

    def take(self, pages: Pages, rest: tuple[Floats, ...]) -> tuple[int, int]:
        """Begin a walk; return where the addresses and the sizes are.

        Args:
            pages: of the log; like the rest they must live until the walk has ended.
            rest: rules, coins, day values, totals, near.
        """
        self.zeros.fill(0.0)
        given = (*pages, *rest)
        self.addresses[PAGES:] = _addresses(given, _OF_THE_REST)
        self.sizes[2 * PAGES :] = _sizes(given)
        return _address(self.addresses), _address(self.sizes)


def _addresses(arrays: Sequence[NDArray[Any]], kinds: Sequence[np.dtype[Any]]) -> tuple[int, ...]:
    """Return where arrays are; compiled code takes it on trust that each is what it stands for.

    Raises:
        TypeError: one is of another kind, or its numbers do not lie side by side.
    """
    for array, kind in zip(arrays, kinds, strict=True):
        if (array.dtype is not kind and array.dtype != kind) or not array.flags.c_contiguous:
            raise TypeError(f"an array of {array.dtype} in place of one of {kind}, side by side")
    return tuple(map(_address, arrays))


def _address(array: NDArray[Any]) -> int:
    if array.size and array.flags.writeable:  # half the time of the general way
        return ctypes.addressof(ctypes.c_char.from_buffer(cast(bytearray, array)))
    return array.ctypes.data


def _sizes(arrays: Iterable[NDArray[Any]]) -> list[int]:
    shapes = [one.shape if one.ndim > 1 else (one.size, 1) for one in arrays]
    return [*chain.from_iterable(shapes)]
