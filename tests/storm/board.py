"""What all processes of a run share: the time, and the steps of the bot that is alive."""

import asyncio
import ctypes
import os
import signal
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from multiprocessing.sharedctypes import RawArray, RawValue

_EPOCH = datetime(2026, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_LONGEST_NAME = 64


class Board:
    """Shared memory; made before the processes are forked."""

    def __init__(self) -> None:
        """Begin with nothing on it."""
        self._now = RawValue(ctypes.c_longlong, 0)
        self._count = RawValue(ctypes.c_int, 0)
        self._last = RawArray(ctypes.c_char, _LONGEST_NAME)

    @property
    def steps(self) -> int:
        """How many steps the newest bot took."""
        return int(self._count.value)

    @property
    def last(self) -> str:
        """The name of the newest step."""
        return bytes(self._last.value).decode()

    def begin(self) -> None:
        """Count from the beginning."""
        self._count.value = 0
        self._last.value = b""

    def note(self, name: str) -> int:
        """Count a step; return how many there were."""
        self._last.value = name.encode()[: _LONGEST_NAME - 1]
        self._count.value += 1
        return self.steps

    @property
    def at(self) -> datetime:
        """The present instant of every process."""
        return _EPOCH + int(self._now.value) * _MICROSECOND

    @at.setter
    def at(self, instant: datetime) -> None:
        self._now.value = (instant - _EPOCH) // _MICROSECOND

    def pass_by(self, seconds: float) -> None:
        """Let time pass at once, for everybody."""
        self._now.value += round(seconds * 1_000_000)


class SharedClock:
    """Implements ``Clock`` on the board: whoever waits moves the time of all."""

    def __init__(self, board: Board, step: Callable[[str], None] | None = None) -> None:
        """Tell the time of ``board``; ``step`` hears of each wait."""
        self._board = board
        self._step = step

    def now(self) -> datetime:
        """Return the present instant."""
        return self._board.at

    async def sleep(self, seconds: float) -> None:
        """Let time pass at once; other tasks get their turn."""
        self._hear("before a wait")
        self._board.pass_by(seconds)
        await asyncio.sleep(0)
        self._hear("after a wait")

    def _hear(self, name: str) -> None:
        if self._step is not None:
            self._step(name)


class Steps:
    """Counts the steps of one bot, and ends its process at one of them."""

    def __init__(self, board: Board, *, deadly: int, only_lasting: bool) -> None:
        """Kill at step ``deadly``; 0 lets the bot live.

        Args:
            board: where steps are counted.
            deadly: which step; from 1.
            only_lasting: count only those that leave something behind: commits, orders and waits.
        """
        self._board = board
        self._deadly = deadly
        self._only_lasting = only_lasting
        board.begin()

    def take(self, name: str) -> None:
        """Take one step, perhaps the last."""
        if self._only_lasting and not name.endswith(("commit", "AddOrder", "wait")):
            return
        if self._board.note(name) == self._deadly:
            os.kill(os.getpid(), signal.SIGKILL)
