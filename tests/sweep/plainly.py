"""``evenkeel`` with a kernel that is not compiled, as where Numba is not installed.

Such a sweep is slow enough to be stopped in the middle, and needs no compiler to begin.
"""

from bot.cli.main import main
from bot.research import compiled_kernel


def _cannot() -> bool:
    return False


if __name__ == "__main__":
    compiled_kernel.can_compile = _cannot
    main()
