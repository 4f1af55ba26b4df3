"""The walk as it is, or compiled code loaded: the same lines, entered in two ways."""

from collections.abc import Callable
from hashlib import sha256
from types import CodeType, FunctionType

from core.simulation.bar_table import Floats
from core.simulation.kernel import (
    asking,
    benefit,
    compiled_search,
    entry,
    filling,
    planning,
    sizing,
    stand,
    state,
    walk,
)
from core.simulation.kernel.blocks import Blocks
from core.simulation.kernel.layout import Log, Pages, Room, Tape
from core.simulation.kernel.room import room_for
from core.simulation.kernel.state import Desk, Way

Walk = Callable[[Tape, Floats, Floats, float, Pages, Floats, Floats, Floats], None]
"""Takes tape, packed rules, coins, cash, pages, day values, totals, near; see ``walk.walk``."""

_COMPILED = (
    state,
    sizing,
    planning,
    benefit,
    stand,
    filling,
    asking,
    compiled_search,
    walk,
    entry,
)
_SHAPES = (Blocks, Desk, Log, Pages, Room, Tape, Way)


def plain_walk(  # noqa: PLR0913, PLR0917  # the walk's
    tape: Tape,
    rules: Floats,
    coins: Floats,
    cash: float,
    pages: Pages,
    day_values: Floats,
    totals: Floats,
    near: Floats,
) -> None:
    """Walk as the interpreter reads the lines; the arguments are those of ``walk.walk``."""
    room, log = room_for(tape, rules), state.log_of(pages)
    walk.walk(tape, rules, coins, cash, room, log, day_values, totals, near)


def functions() -> tuple[FunctionType, ...]:
    """Return all that compiled code is made of; no two share a name."""
    found = tuple(
        value
        for module in _COMPILED
        for value in vars(module).values()
        if isinstance(value, FunctionType) and value.__module__ == module.__name__
    )
    assert len({one.__name__ for one in found}) == len(found)  # noqa: S101
    return found


def digest() -> str:
    """Return what changes with any of their lines, any number with a name, any array's layout."""
    parts = [str((kind.__name__, kind._fields)) for kind in _SHAPES]
    for function in functions():
        names = function.__globals__
        numbers = [names[name] for name in function.__code__.co_names if name in names]
        parts.append(_text_of(function.__code__))
        parts.append(str([one for one in numbers if isinstance(one, int | float)]))
    return sha256("".join(parts).encode()).hexdigest()


def _text_of(code: CodeType) -> str:
    inner = "".join(_text_of(one) for one in code.co_consts if isinstance(one, CodeType))
    plain = [one for one in code.co_consts if not isinstance(one, CodeType)]
    return f"{code.co_name}{code.co_code.hex()}{plain}{code.co_names}{inner}"
