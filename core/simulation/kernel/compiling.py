"""The walk's own lines, compiled by Numba: the only place that imports it.

It takes its time once; what comes out runs without it, see ``machine_code``.
"""

from importlib import import_module
from types import FunctionType
from typing import Any

from core.simulation.bar_table import Floats
from core.simulation.kernel import compiled_search, engine, entry

_CALLED = {"enter", "go", "mark_days", "common_level", "form_of", "first_unsure", "next_change"}
"""What is large and called from several places, or of several, is called; the rest becomes one."""

_INNER: dict[str, Any] = {
    "error_model": "numpy",
    "no_cpython_wrapper": True,
    "no_cfunc_wrapper": True,
}
"""Nothing of it is called by the interpreter."""


_USUAL = {"DISABLE_JIT": 0, "BOUNDSCHECK": 0, "DEBUGINFO_DEFAULT": 0}
"""What the environment may set for others' code: ours is made in one way, or would not run."""


def compiled_text() -> tuple[str, str]:
    """Return the walk as LLVM's text, and the name under which it is entered there."""
    numba: Any = import_module("numba")  # an extra, loaded when code is to be compiled
    for name, value in _USUAL.items():
        setattr(numba.config, name, value)
    functions = engine.functions()
    ready = {function.__name__: _ready(numba, function) for function in functions}
    blind = numba.njit(forceinline=True, **_INNER)(_look_away)
    for function in functions:
        names = ready[function.__name__].py_func.__globals__
        names.update(function.__globals__)
        names.update(ready)
        names.update(mark=blind, carray=numba.carray)
    entered = ready[entry.enter.__name__]
    entered.compile(_signature(numba.types))
    (compiled,) = entered.overloads.values()
    (text,) = entered.inspect_llvm().values()
    return str(text), str(compiled.fndesc.llvm_func_name)


def _signature(types: Any) -> Any:  # noqa: ANN401  # Numba has no types
    kinds = (types.float64, types.int64, types.boolean)
    tables = [types.CPointer(types.CPointer(kind)) for kind in kinds]
    sizes = types.CPointer(types.int64)
    return types.void(*tables, sizes, types.int64, types.int64, types.float64)


def _ready(numba: Any, function: FunctionType) -> Any:  # noqa: ANN401  # Numba has no types
    """Return a copy of a function, with globals of its own, ready to be compiled."""
    name, module = function.__name__, function.__module__
    spaced = FunctionType(function.__code__, {}, name)
    spaced.__module__ = module
    return numba.njit(
        nogil=True,
        fastmath={"nnan", "nsz"} if module == compiled_search.__name__ else False,
        forceinline=name not in _CALLED,
        # All arrays are borrowed: counting who holds them would cost more than the work itself.
        # The compiler insists on counting where an array is made of an address.
        _nrt=module == entry.__name__,
        **_INNER,
    )(spaced)


def _look_away(near: Floats, left: float, right: float, scale: float) -> None:
    """Stand in for ``planning.mark``: how close a comparison was is asked of plain runs alone."""
