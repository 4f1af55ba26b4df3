"""Telling how far a study is; who listens is somebody else's matter."""

import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from typing import Any, Protocol, TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")


class Progress(Protocol):
    """Hears of every step and of every part of it that is done."""

    def step(self, name: str, parts: int) -> None:
        """Begin a step of so many parts."""
        ...

    def advance(self) -> None:
        """Tell that one part of the step is done."""
        ...


class Silence:
    """Hears everything and says nothing."""

    def step(self, name: str, parts: int) -> None:
        """Do nothing."""

    def advance(self) -> None:
        """Do nothing."""


def in_parallel(
    function: Callable[[Item], Result],
    items: Sequence[Item],
    *,
    workers: int,
    progress: Progress,
) -> list[Result]:
    """Return what ``function`` makes of each item, in order; the work is spread over processes.

    Args:
        function: a pure function that another process can be handed.
        items: what it is called with.
        workers: how many processes; one works in this one.
        progress: hears of each item that is done.
    """
    if workers == 1 or len(items) == 1:
        return list(_one_by_one(function, items, progress))
    import joblib  # noqa: PLC0415  # a study in one process needs none

    pool: AbstractContextManager[Any] = joblib.Parallel(
        n_jobs=workers, return_as="generator_unordered", batch_size=1
    )
    found: list[tuple[int, Result]] = []
    with warnings.catch_warnings(), pool as parallel:
        # A worker that has grown is replaced by a fresh one; nothing is lost and nobody need know.
        warnings.filterwarnings("ignore", "A worker stopped while some jobs", UserWarning)
        calls = (joblib.delayed(_numbered)(function, n, item) for n, item in enumerate(items))
        for numbered in parallel(calls):
            found.append(numbered)
            progress.advance()
    return [result for _, result in sorted(found, key=lambda row: row[0])]


def _one_by_one(
    function: Callable[[Item], Result], items: Sequence[Item], progress: Progress
) -> Iterator[Result]:
    for item in items:
        result = function(item)
        progress.advance()
        yield result


def _numbered(function: Callable[[Item], Result], number: int, item: Item) -> tuple[int, Result]:
    return number, function(item)
