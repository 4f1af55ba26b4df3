"""The arrays that a walk works in, made before it begins."""

from typing import Any

import numpy as np

from core.simulation.bar_table import Floats
from core.simulation.kernel.layout import (
    COV_DAYS,
    MAX_TURNOVER,
    ONE_A_DAY,
    SEARCH_ROOM,
    YEARLY,
    Room,
    Tape,
)
from core.simulation.kernel.state import FILLED, MONEY, PLACES

_WIDTH = 8
"""Bytes of a number; those of yes or no are rounded up to as many."""

LINE = 64
"""Bytes that a processor fetches together; a search over arrays that begin elsewhere is slower."""

_KINDS = ("f8", "i8", "?", "i8", "f8", "f8", "f8", "f8", "f8", "f8", "f8", "i8")
_IS_GRID = (True, True, True, False, False, False, False, True, False, True, True, False)

ZEROS = 9
"""How many arrays are zeros when a walk begins; the others are written before they are read."""

Shapes = tuple[tuple[int, int], ...]


def room_for(tape: Tape, rules: Floats) -> Room:
    """Return room for one policy's walk over a tape; rules are packed."""
    shapes = shapes_for(tape, rules)
    arena, starts = arena_of(shapes)
    parts: list[Any] = [
        np.ndarray(shape if is_grid else shape[:1], kind, arena.data, start)
        for start, shape, kind, is_grid in zip(starts, shapes, _KINDS, _IS_GRID, strict=True)
    ]
    return Room(*parts)


def arena_of(shapes: Shapes) -> tuple[Floats, list[int]]:
    """Return the room in one piece: zeros, and where each array begins, bytes.

    One piece is made, and its address found, much sooner than twelve. Arrays begin ``LINE`` bytes
    apart or a multiple of that, and there is as much to spare at the end.
    """
    starts, end = [], 0
    for rows, columns in shapes:
        starts.append(end)
        end += -(-rows * columns * _WIDTH // LINE) * LINE
    return np.zeros((end + LINE) // _WIDTH), starts


def shapes_for(tape: Tape, rules: Floats) -> Shapes:
    """Return rows and columns of each array of the room that a policy needs on a tape."""
    count, bars = tape.closes.shape
    most = 2 + (len(tape.day_bars) if rules[ONE_A_DAY] > 0.0 else bars)
    return (
        (18, count + 1),
        (6, count + 1),
        (3, count + 1),
        (PLACES, 1),
        (MONEY, 1),
        (FILLED, 1),
        (2, 1),
        (2, count),
        (int(rules[COV_DAYS]), 1),
        (3, max(SEARCH_ROOM, count + 1)),
        (2, most if rules[MAX_TURNOVER] < np.inf else 0),
        (most if rules[YEARLY] < np.inf else 0, 1),
    )
