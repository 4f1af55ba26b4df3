"""How far long work is: a line on a person's terminal, on standard error; anywhere else nothing.

Colour can be forced on a pipe from outside, a person cannot: so the terminal itself is asked. What
is drawn goes again when the work ends, and standard output is left to results.
"""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    # A command that shows nothing need not load what draws.
    from rich.progress import Progress, ProgressColumn


class Bar:
    """A bar that moves."""

    def __init__(self, drawn: "Progress", title: str) -> None:
        self._drawn = drawn
        self._task = drawn.add_task(title, total=None)

    def show(self, done: int, total: int, title: str | None = None) -> None:
        """Show that so many of all parts are done, and what is being done if that is new."""
        self._drawn.update(self._task, completed=done, total=total, description=title)

    def step(self, name: str, parts: int) -> None:
        """Begin anew: another thing is being done, of so many parts."""
        self._drawn.reset(self._task, description=name.capitalize(), total=parts)

    def advance(self) -> None:
        """Move on by one part."""
        self._drawn.advance(self._task)


@contextmanager
def progress_bar(title: str = "") -> Iterator[Bar]:
    """Yield a bar for work of which it is known how much there is."""
    from rich.progress import BarColumn, TaskProgressColumn, TimeRemainingColumn

    with _drawn(_words(), BarColumn(), TaskProgressColumn(), TimeRemainingColumn()) as drawn:
        yield Bar(drawn, title)


@contextmanager
def waiting(words: str) -> Iterator[Callable[[str], None]]:
    """Yield what changes the words, for work that ends when it ends."""
    from rich.progress import SpinnerColumn

    with _drawn(SpinnerColumn(), _words()) as drawn:
        task = drawn.add_task(words, total=None)
        yield lambda now: drawn.update(task, description=now)


def _words() -> "ProgressColumn":
    from rich.progress import TextColumn

    return TextColumn("{task.description}", markup=False)


def _drawn(*columns: "ProgressColumn") -> "Progress":
    """Return a line of columns; without a terminal that can take it back it stays empty."""
    from rich.console import Console
    from rich.progress import Progress

    console = Console(stderr=True)
    return Progress(
        *columns,
        console=console,
        transient=True,
        redirect_stdout=False,
        disable=not (sys.stderr.isatty() and console.is_interactive),
    )
