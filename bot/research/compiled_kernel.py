"""The kernel's walk as fast as this machine can: compiled once, then loaded from the disk.

Compiled code lies in the user's folder of caches under a name that changes with the kernel's lines,
the compiler and the processor. Whatever is wrong with the file, it is made anew; where it cannot be
kept, every process makes its own. ``python -m bot.research.compiled_kernel`` compiles and no more.
"""

import os
import subprocess
import sys
from functools import lru_cache
from hashlib import sha256
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from stat import S_IWOTH
from threading import Lock

from platformdirs import user_cache_path

from bot.research.replacing import replacing
from core.domain.errors import InputInvalid
from core.simulation.kernel import compiling, engine, machine_code
from core.simulation.kernel.compiling import compiled_text
from core.simulation.kernel.engine import Walk, plain_walk
from core.simulation.kernel.machine_code import code_of, loaded, machine

_CHECKED = 32
"""Bytes of the checksum before the code."""

_MAKERS = (compiling, machine_code)
"""What turns the walk's lines into code, and enters it; other lines there are other code."""

_ONE_AT_A_TIME = Lock()


def can_compile() -> bool:
    """Tell whether Numba is installed."""
    return find_spec("numba") is not None


def best_walk() -> Walk:
    """Return the compiled walk where Numba is installed, else the plain one."""
    return compiled_walk() if can_compile() else plain_walk


def compiled_walk(folder: Path | None = None) -> Walk:
    """Return the compiled walk, the same one each time.

    Args:
        folder: where code is kept; None for the user's folder of caches.

    Raises:
        InputInvalid: Numba is not installed.
    """
    if not can_compile():
        raise InputInvalid(
            "compiled runs need Numba, which is not installed; install the extra fast, "
            "or leave the option out"
        )
    with _ONE_AT_A_TIME:
        return _walk(folder or _folder())


def file_name() -> str:
    """Return the name under which code is kept: of all lines, this compiler, this processor."""
    made = "".join(Path(str(one.__file__)).read_text(encoding="utf-8") for one in _MAKERS)
    name = f"{engine.digest()} {made} {version('numba')} {machine()}"
    return f"kernel-{sha256(name.encode()).hexdigest()[:24]}.o"


def is_kept() -> bool:
    """Tell whether the next compiled run need not compile, which takes up to a minute."""
    return _kept(_folder() / file_name()) is not None


def can_keep() -> bool:
    """Tell whether what is compiled would be there for the next process."""
    folder = _folder()
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError:
        return False
    return os.access(folder, os.W_OK | os.X_OK)


def compile_apart() -> None:
    """Compile in a process of its own, which takes the compiler's memory with it when it ends.

    Whatever goes wrong there is seen again, and told, where the walk is asked for.
    """
    # It looks where this process looks, not in the folder where a person happens to be.
    command = [sys.executable, "-P", "-m", __name__]
    around = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    quiet = subprocess.DEVNULL
    subprocess.run(command, env=around, stdout=quiet, stderr=quiet, check=False)  # noqa: S603  # our own


def _folder() -> Path:
    return user_cache_path("evenkeel", appauthor=False)


@lru_cache
def _walk(folder: Path) -> Walk:
    file = folder / file_name()
    code = _kept(file)
    if code is None:
        code = code_of(*compiled_text())
        _keep(file, code)
    return loaded(code)


def _kept(file: Path) -> bytes | None:
    """Return the code that is kept, None for none that is whole, or that others could write."""
    try:
        if not all(_is_ours(place.stat()) for place in (file, file.parent)):
            return None
        kept = file.read_bytes()
    except OSError:
        return None
    code = kept[_CHECKED:]
    return code if sha256(code).digest() == kept[:_CHECKED] else None


def _is_ours(status: os.stat_result) -> bool:
    """Tell whether it is this user's, or the machine's own, and nobody else may write there."""
    return status.st_uid in {0, os.getuid()} and not status.st_mode & S_IWOTH


def _keep(file: Path, code: bytes) -> None:
    """Write the code so that nobody ever reads half of it; none but the user may write there."""
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with replacing(file) as fresh:
            fresh.write(sha256(code).digest() + code)
    except OSError:
        return


if __name__ == "__main__":
    best_walk()
