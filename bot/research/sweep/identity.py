"""What makes two sweeps the same: data, grid, policy, costs and the code that computes them."""

from functools import lru_cache
from hashlib import sha256
from pathlib import Path

import core
from bot import research, settings
from bot.research import compiled_kernel, replacing

CODE = (
    Path(core.__file__).parent,
    Path(research.__file__).parent / "sweep",
    Path(settings.__file__).parent,
    Path(compiled_kernel.__file__),
    Path(replacing.__file__),
)
"""Folders and files in which everything lies that the figures of a sweep follow from."""
_SHORT = 16


@lru_cache(maxsize=1)
def code_version() -> str:
    """Return what tells this code from any other that may give other figures.

    It covers the source of the core, of the sweep and of the settings that become its policies,
    and whether it is compiled: the last digits may differ.
    """
    hashed = sha256()
    for place in CODE:
        for path in sorted(place.rglob("*.py")) if place.is_dir() else [place]:
            hashed.update(path.relative_to(place).as_posix().encode())
            hashed.update(path.read_bytes())
    kind = "compiled" if compiled_kernel.can_compile() else "plain"
    return f"{hashed.hexdigest()[:_SHORT]} {kind}"
