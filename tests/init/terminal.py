"""The real program on a terminal of its own, and a person who types what the screen asks for."""

import fcntl
import os
import pty
import re
import select
import signal
import struct
import sys
import termios
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Self

ROOT = Path(__file__).resolve().parents[2]
LONGEST_WAIT = 120.0
PATIENCE = 15.0
_CONTROL = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


class Terminal:
    """A program that believes a person sits in front of it.

    Attributes:
        screen: everything it showed so far.
    """

    def __init__(self, arguments: Sequence[str], folder: Path, env: Mapping[str, str]) -> None:
        """Start ``evenkeel`` with these arguments in a folder."""
        self.screen = ""
        self._seen = 0
        self._pid, self._fd = pty.fork()
        if self._pid == 0:
            # As for a person; a job in the background may have been told to ignore Ctrl-C.
            signal.signal(signal.SIGINT, signal.SIG_DFL)
            os.chdir(folder)
            command = [sys.executable, "-m", "bot.cli.main", *arguments]
            around = {"PYTHONPATH": str(ROOT), "TERM": "xterm", **env}
            os.execve(sys.executable, command, around)  # noqa: S606  # a shell would be in the way
        fcntl.ioctl(self._fd, termios.TIOCSWINSZ, struct.pack("HHHH", 50, 100, 0, 0))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._pid:
            os.kill(self._pid, signal.SIGKILL)
            os.waitpid(self._pid, 0)
        os.close(self._fd)

    def see(self, text: str) -> None:
        """Wait until something new is on the screen."""
        deadline = time.monotonic() + LONGEST_WAIT
        while (at := self.screen.find(text, self._seen)) < 0:
            assert time.monotonic() < deadline, f"{text!r} is not on the screen:\n{self.screen}"
            assert self._read(), f"it ended without {text!r}:\n{self.screen}"
        self._seen = at + len(text)

    def type(self, text: str) -> None:
        """Type a line."""
        os.write(self._fd, f"{text}\n".encode())

    def answer(self, *pairs: tuple[str, str | None]) -> None:
        """Answer each prompt when it comes; None only looks."""
        for prompt, text in pairs:
            self.see(prompt)
            if text is not None:
                self.type(text)

    def interrupt(self) -> int:
        """Press Ctrl-C until the program ends; return its exit code.

        A key that falls between a prompt and the wait for its answer is noticed with the next one.
        """
        os.write(self._fd, b"\x03")
        pressed_at = time.monotonic()
        while self._read():
            if time.monotonic() > pressed_at + PATIENCE:
                os.write(self._fd, b"\x03")
                pressed_at = time.monotonic()
        return self.end()

    def end(self) -> int:
        """Wait for the program to end; return its exit code."""
        while self._read():
            pass
        _, status = os.waitpid(self._pid, 0)
        self._pid = 0
        return os.waitstatus_to_exitcode(status)

    def _read(self) -> bool:
        """Take in what comes; False when the program has closed its side."""
        ready, _, _ = select.select([self._fd], [], [], 1.0)
        if not ready:
            return True
        try:
            data = os.read(self._fd, 65_536)
        except OSError:
            return False
        text = data.decode(errors="replace").replace("\r", "")
        self.screen += _CONTROL.sub("", text)
        return bool(data)
