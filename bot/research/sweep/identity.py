"""What makes two sweeps the same: data, grid, policy, costs and the code that computes them."""

from functools import lru_cache
from hashlib import file_digest, sha256
from pathlib import Path

import core
from bot import research, settings
from bot.research import compiled_kernel
from core.domain.errors import InputInvalid

CODE_FOLDERS = (
    Path(core.__file__).parent,
    Path(research.__file__).parent / "sweep",
    Path(settings.__file__).parent,
)
"""Where everything lies that the figures of a sweep follow from."""
_SHORT = 16


def file_hash(path: Path | None) -> str:
    """Return the SHA-256 of a file, or ``none`` without one.

    Raises:
        InputInvalid: it cannot be read.
    """
    if path is None:
        return "none"
    try:
        with path.open("rb") as file:
            return file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise InputInvalid(f"{path} cannot be read: {error.strerror}") from None


@lru_cache(maxsize=1)
def code_version() -> str:
    """Return what tells this code from any other that may give other figures.

    It covers the source of the core, of the sweep and of the settings that become its policies,
    and whether it is compiled: the last digits may differ.
    """
    hashed = sha256()
    for folder in CODE_FOLDERS:
        for path in sorted(folder.rglob("*.py")):
            hashed.update(path.relative_to(folder).as_posix().encode())
            hashed.update(path.read_bytes())
    kind = "compiled" if compiled_kernel.can_compile() else "plain"
    return f"{hashed.hexdigest()[:_SHORT]} {kind}"
