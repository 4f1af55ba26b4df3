"""Where compiled code is entered: a table of addresses becomes the arrays of a walk again.

Numba compiles this file where it is installed. Compiled code is entered as a C function is, so that
it needs nothing of the compiler that made it. In the table, and in the sizes with two numbers for
each array, the tape's arrays come first, then its blocks', the room's, the log's pages and the
rest, each in the order of its fields.
"""

from typing import Any

from core.simulation.kernel.blocks import Blocks
from core.simulation.kernel.layout import Pages, Room, Tape
from core.simulation.kernel.state import log_of
from core.simulation.kernel.walk import walk

Pointers = Any
"""What the compiler knows as addresses; the interpreter never sees one."""

Borrowed = Any
"""An array over such an address, of any kind."""

TAPE, BLOCKS, ROOM, PAGES, REST = 0, 18, 24, 36, 39
"""Where the arrays of each begin in the table."""


def line(table: Pointers, sizes: Pointers, place: int) -> Borrowed:
    """Return the array of one dimension that stands at a place of the table."""
    return carray(table[place], (sizes[2 * place],))  # type: ignore[name-defined]  # noqa: F821


def grid(table: Pointers, sizes: Pointers, place: int) -> Borrowed:
    """Return the array of two dimensions that stands at a place of the table."""
    size = (sizes[2 * place], sizes[2 * place + 1])
    return carray(table[place], size)  # type: ignore[name-defined]  # noqa: F821


def enter(  # noqa: PLR0913, PLR0917  # the same table three times, as the compiler's types need it
    reals: Pointers,
    wholes: Pointers,
    flags: Pointers,
    sizes: Pointers,
    interval: int,
    first_day: int,
    cash: float,
) -> None:
    """Walk over what the table points to.

    Args:
        reals: the table, as addresses of numbers.
        wholes: the same, of whole numbers.
        flags: the same, of yes or no.
        sizes: rows and columns of each array.
        interval: of the tape, seconds.
        first_day: of the tape.
        cash: at the first close, quote currency.
    """
    tape = tape_at(reals, wholes, flags, sizes, interval, first_day)
    room = room_at(reals, wholes, flags, sizes)
    pages = Pages(
        grid(wholes, sizes, PAGES), grid(reals, sizes, PAGES + 1), grid(reals, sizes, PAGES + 2)
    )
    rules, coins = line(reals, sizes, REST), line(reals, sizes, REST + 1)
    day_values, totals = line(reals, sizes, REST + 2), line(reals, sizes, REST + 3)
    near = line(reals, sizes, REST + 4)
    walk(tape, rules, coins, cash, room, log_of(pages), day_values, totals, near)


def tape_at(
    reals: Pointers,
    wholes: Pointers,
    flags: Pointers,
    sizes: Pointers,
    interval: int,
    first_day: int,
) -> Tape:
    """Return the tape that the table points to."""
    return Tape(
        grid(reals, sizes, TAPE),
        grid(reals, sizes, TAPE + 1),
        line(wholes, sizes, TAPE + 2),
        interval,
        line(wholes, sizes, TAPE + 3),
        line(flags, sizes, TAPE + 4),
        line(flags, sizes, TAPE + 5),
        line(flags, sizes, TAPE + 6),
        line(wholes, sizes, TAPE + 7),
        grid(reals, sizes, TAPE + 8),
        line(reals, sizes, TAPE + 9),
        line(flags, sizes, TAPE + 10),
        line(wholes, sizes, TAPE + 11),
        first_day,
        grid(reals, sizes, TAPE + 12),
        grid(reals, sizes, TAPE + 13),
        grid(reals, sizes, TAPE + 14),
        line(wholes, sizes, TAPE + 15),
        line(wholes, sizes, TAPE + 16),
        grid(reals, sizes, TAPE + 17),
        blocks_at(reals, sizes),
    )


def blocks_at(reals: Pointers, sizes: Pointers) -> Blocks:
    """Return the bounds that the table points to."""
    return Blocks(
        line(reals, sizes, BLOCKS),
        grid(reals, sizes, BLOCKS + 1),
        grid(reals, sizes, BLOCKS + 2),
        grid(reals, sizes, BLOCKS + 3),
        grid(reals, sizes, BLOCKS + 4),
        grid(reals, sizes, BLOCKS + 5),
    )


def room_at(reals: Pointers, wholes: Pointers, flags: Pointers, sizes: Pointers) -> Room:
    """Return the room that the table points to."""
    return Room(
        grid(reals, sizes, ROOM),
        grid(wholes, sizes, ROOM + 1),
        grid(flags, sizes, ROOM + 2),
        line(wholes, sizes, ROOM + 3),
        line(reals, sizes, ROOM + 4),
        line(reals, sizes, ROOM + 5),
        line(reals, sizes, ROOM + 6),
        grid(reals, sizes, ROOM + 7),
        line(reals, sizes, ROOM + 8),
        grid(reals, sizes, ROOM + 9),
        grid(reals, sizes, ROOM + 10),
        line(wholes, sizes, ROOM + 11),
    )
