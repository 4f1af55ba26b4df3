"""The walk as it is, or compiled by Numba: the same lines, and the only place that imports it.

Numba is an extra (``pip install evenkeel[fast]``). It is imported when a run first asks for it, so
that nothing else ever loads it.
"""

from collections.abc import Callable
from functools import lru_cache
from hashlib import sha256
from importlib.util import find_spec
from types import CodeType, FunctionType, ModuleType
from typing import Any

from core.domain.errors import InputInvalid
from core.simulation.bar_table import Floats
from core.simulation.kernel import (
    acting,
    benefit,
    compiled_search,
    layout,
    planning,
    sizing,
    stand,
    walk,
)
from core.simulation.kernel.layout import Log, Tape

Walk = Callable[[Tape, Floats, Floats, float, Log, Floats, Floats, Floats], None]

_COMPILED: tuple[ModuleType, ...] = (
    sizing,
    planning,
    benefit,
    stand,
    acting,
    compiled_search,
    walk,
)
_INLINE = (sizing.__name__, planning.__name__)


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

    functions = {
        (layout.__name__, "new_desk"): layout.new_desk,
    } | {
        (module.__name__, name): value
        for module in _COMPILED
        for name, value in vars(module).items()
        if isinstance(value, FunctionType) and value.__module__ == module.__name__
    }
    compiled: dict[str, Any] = {}
    blind = njit(inline="always", **_INNER)(_look_away)
    for (module_name, name), function in functions.items():
        spaced = FunctionType(function.__code__, {}, name)
        spaced.__module__ = module_name
        quick = {"nnan", "nsz"} if module_name == compiled_search.__name__ else False
        # Inside the planner each call would count references to a dozen arrays anew.
        inline = "always" if module_name in _INLINE and name != "draft_orders" else "never"
        compiled[name] = njit(nogil=True, fastmath=quick, inline=inline, **_INNER)(spaced)
    for (module_name, name), function in functions.items():
        names = compiled[name].py_func.__globals__
        names.update(function.__globals__)
        names.update(compiled)
        names["mark"] = blind
        assert module_name == function.__module__  # noqa: S101  # two modules share a name
    outermost = _outermost(_digest(functions.values()))
    spaced = FunctionType(
        outermost.__code__, {"inner": compiled["walk"]}, "outermost", None, outermost.__closure__
    )
    spaced.__module__ = __name__
    spaced.__qualname__ = "kernel"
    outer: Walk
    try:
        outer = njit(nogil=True, cache=True, error_model="numpy")(spaced)
    except RuntimeError:  # no folder to keep it in: compile in every process
        outer = njit(nogil=True, error_model="numpy")(spaced)
    return outer


def _look_away(near: Floats, left: float, right: float, scale: float) -> None:
    """Stand in for ``planning.mark``: how close a comparison was is asked of plain runs alone."""


def _digest(functions: Any) -> str:  # noqa: ANN401
    return sha256(
        "".join(_text_of(function.__code__) for function in functions).encode()
    ).hexdigest()


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
