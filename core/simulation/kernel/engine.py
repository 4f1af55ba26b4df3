"""The walk as it is, or compiled by Numba: the same lines, and the only place that imports it.

Numba comes with the extra ``fast``. It is imported when a run first asks for it, so
that nothing else ever loads it.
"""

from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from hashlib import sha256
from importlib.util import find_spec
from types import CodeType, FunctionType, ModuleType
from typing import Any

from core.domain.errors import InputInvalid
from core.simulation.bar_table import Floats
from core.simulation.kernel import (
    asking,
    benefit,
    compiled_search,
    filling,
    planning,
    sizing,
    stand,
    state,
    walk,
)
from core.simulation.kernel.blocks import Blocks
from core.simulation.kernel.layout import Log, Tape
from core.simulation.kernel.state import Desk, Way

Walk = Callable[[Tape, Floats, Floats, float, Log, Floats, Floats, Floats], None]

_COMPILED: tuple[ModuleType, ...] = (
    state,
    sizing,
    planning,
    benefit,
    stand,
    filling,
    asking,
    compiled_search,
    walk,
)
_CALLED = {"go", "mark_days", "common_level", "form_of", "first_unsure", "next_change"}
"""What is large and called from several places, or of several, is called; the rest becomes one."""

_INNER: dict[str, Any] = {
    "error_model": "numpy",
    "no_cpython_wrapper": True,
    "no_cfunc_wrapper": True,
}
"""Options of what only compiled code calls."""


def can_compile() -> bool:
    """Tell whether Numba is installed."""
    return find_spec("numba") is not None


def walk_of(*, compiled: bool | None = None) -> Walk:
    """Return the walk, compiled or as it is.

    Args:
        compiled: None takes Numba where it is installed.

    Raises:
        InputInvalid: compiled code is asked for and Numba is not installed.
    """
    if compiled is None:
        compiled = can_compile()
    if not compiled:
        return walk.walk
    if not can_compile():
        raise InputInvalid(
            "compiled runs need Numba, which is not installed; install the extra fast, "
            "or leave the option out"
        )
    return compiled_walk()


@lru_cache(maxsize=1)
def compiled_walk() -> Walk:
    """Compile the walk, or load what was compiled before.

    Numba keeps it on the disk under a key of the outermost function; that function closes over a
    digest of all others, so a change in any of them compiles anew.
    """
    import numba  # noqa: PLC0415  # an extra, loaded when it is asked for

    njit: Any = numba.njit
    functions = [
        value
        for module in _COMPILED
        for value in vars(module).values()
        if isinstance(value, FunctionType) and value.__module__ == module.__name__
    ]
    outermost = _outermost(_digest(functions))
    inner = {"inner": _compiled_inner(njit, functions)}
    spaced = FunctionType(outermost.__code__, inner, "outermost", None, outermost.__closure__)
    spaced.__module__ = __name__
    spaced.__qualname__ = "kernel"
    outer: Walk
    try:
        outer = njit(nogil=True, cache=True, error_model="numpy")(spaced)
    except RuntimeError:  # no folder to keep it in: compile in every process
        outer = njit(nogil=True, error_model="numpy")(spaced)
    return outer


def _compiled_inner(njit: Any, functions: Sequence[FunctionType]) -> Any:  # noqa: ANN401
    """Return the walk whose every call is to a function made ready for compiling."""
    compiled: dict[str, Any] = {}
    for function in functions:
        name, module = function.__name__, function.__module__
        spaced = FunctionType(function.__code__, {}, name)
        spaced.__module__ = module
        makes_room = module == state.__name__ or name == "walk"
        quick = {"nnan", "nsz"} if module == compiled_search.__name__ else False
        compiled[name] = njit(
            nogil=True,
            fastmath=quick,
            forceinline=name not in _CALLED,
            # What makes no room only borrows arrays: counting who holds them would cost more than
            # the work itself.
            _nrt=makes_room,
            **_INNER,
        )(spaced)
    assert len(compiled) == len(functions)  # noqa: S101  # no two of them share a name
    blind = njit(forceinline=True, **_INNER)(_look_away)
    for function in functions:
        names = compiled[function.__name__].py_func.__globals__
        names.update(function.__globals__)
        names.update(compiled)
        names["mark"] = blind
    return compiled["walk"]


def _look_away(near: Floats, left: float, right: float, scale: float) -> None:
    """Stand in for ``planning.mark``: how close a comparison was is asked of plain runs alone."""


def _digest(functions: Iterable[FunctionType]) -> str:
    """Return what changes with any line, any number with a name and any layout of an array."""
    parts = [str((kind.__name__, kind._fields)) for kind in (Blocks, Desk, Log, Tape, Way)]
    for function in functions:
        names = function.__globals__
        numbers = [names[name] for name in function.__code__.co_names if name in names]
        parts.append(_text_of(function.__code__))
        parts.append(str([one for one in numbers if isinstance(one, int | float)]))
    return sha256("".join(parts).encode()).hexdigest()


def _text_of(code: CodeType) -> str:
    inner = "".join(_text_of(one) for one in code.co_consts if isinstance(one, CodeType))
    plain = [one for one in code.co_consts if not isinstance(one, CodeType)]
    return f"{code.co_name}{code.co_code.hex()}{plain}{code.co_names}{inner}"


def _outermost(digest: str) -> FunctionType:
    """Return the function that is compiled and kept, with a digest of all below it inside."""

    def outermost(  # noqa: PLR0913, PLR0917  # the walk's
        tape: Tape,
        rules: Floats,
        coins: Floats,
        cash: float,
        log: Log,
        day_values: Floats,
        totals: Floats,
        near: Floats,
    ) -> None:
        if digest:
            inner(tape, rules, coins, cash, log, day_values, totals, near)  # type: ignore[name-defined]  # noqa: F821

    assert isinstance(outermost, FunctionType)  # noqa: S101  # for the type checker
    return outermost
