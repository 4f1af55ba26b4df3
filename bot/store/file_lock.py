"""One process per database: a lock on a file beside it, which the kernel releases when we die."""

import fcntl
import os
from pathlib import Path
from typing import Self

from core.domain.errors import InputInvalid


class FileLock:
    """An exclusive lock, held from ``take`` to ``release``; the file itself stays."""

    def __init__(self, descriptor: int) -> None:
        """Hold the locked file open."""
        self._descriptor: int | None = descriptor

    @classmethod
    def take(cls, database: Path) -> Self:
        """Lock ``<database>.lock`` and write our process id into it.

        Raises:
            InputInvalid: code ``IN_USE``, another process holds it.
        """
        path = database.with_name(database.name + ".lock")
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            holder = os.pread(descriptor, 32, 0).decode(errors="replace").strip()
            os.close(descriptor)
            if not isinstance(error, BlockingIOError):
                raise
            raise InputInvalid(
                f"{database} is in use by process {holder or '(unknown)'}; "
                "stop that one first, or choose another database",
                code="IN_USE",
            ) from None
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
        return cls(descriptor)

    def release(self) -> None:
        """Give the lock back; once is enough, twice is no error."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None


def is_taken(database: Path) -> bool:
    """Tell whether a process holds the lock of ``database``; nothing is made or changed."""
    try:
        descriptor = os.open(database.with_name(database.name + ".lock"), os.O_RDONLY)
    except OSError:
        return False
    try:
        # Shared, so that two who look do not take each other for a bot.
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False
