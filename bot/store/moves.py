"""A life cycle's table, turned around: which states an event may find, and which one it leaves."""

from collections.abc import Mapping
from enum import StrEnum
from typing import TypeVar

from core.domain.errors import InvariantBroken

S = TypeVar("S", bound=StrEnum)
V = TypeVar("V", bound=StrEnum)


def moves_by_event(table: Mapping[tuple[S, V], S]) -> dict[V, tuple[tuple[S, ...], S]]:
    """Return (states it is legal from, state after) by event.

    Raises:
        InvariantBroken: one event leads to several states, which one UPDATE cannot express.
    """
    moves: dict[V, tuple[tuple[S, ...], S]] = {}
    for (state, event), after in table.items():
        sources, target = moves.get(event, ((), after))
        if target is not after:
            raise InvariantBroken(f"{event} leads to {target} and to {after}")
        moves[event] = ((*sources, state), target)
    return moves
