"""A grid of policies: every combination of some settings, or a seeded sample of them."""

from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from math import prod

import numpy as np
from numpy.typing import NDArray
from pydantic import ValidationError

from bot.research.sweep.axes import TARGETS, Axis
from bot.settings.loading import sentences
from bot.settings.policy import policy_of
from bot.settings.policy_file import PolicyFile
from core.codec import digest
from core.domain.errors import InputInvalid, PolicyInvalid
from core.domain.policy import Policy
from core.domain.stress import Family

Points = NDArray[np.int64]
Document = dict[str, object]


@dataclass(frozen=True, slots=True)
class Built:
    """One policy of a grid.

    Attributes:
        file: the policy file that says the same.
        policy: its rules.
    """

    file: PolicyFile
    policy: Policy


@dataclass(frozen=True, slots=True, eq=False)
class Grid:
    """What is swept; the same inputs are the same grid, row for row.

    Attributes:
        base: the policy that everything else is taken from.
        axes: what varies; the first one slowest, so that neighbouring rows differ in the last.
        points: which combinations, as increasing numbers in the order of the axes.
        families: the kinds of evidence for the pause that the data has beside the usual ones.
        seed: of the sample; None when every combination is there.
    """

    base: PolicyFile
    axes: tuple[Axis, ...]
    points: Points
    families: tuple[Family, ...] = ()
    seed: int | None = None

    def __len__(self) -> int:
        return len(self.points)

    @property
    def combinations(self) -> int:
        """How many combinations there are, sampled or not."""
        return prod(len(axis) for axis in self.axes)

    @property
    def digest(self) -> str:
        """What tells this grid from any other: settings, values, their order and the sample."""
        rows = [[axis.name, [axis.text(at) for at in range(len(axis))]] for axis in self.axes]
        variants = [[str(value) for value in axis.values] for axis in self.axes if axis.names]
        seed = "" if self.seed is None else str(self.seed)
        return digest([rows, variants, [seed, str(len(self)), _checksum(self.points)]])

    def choices(self, first: int = 0, end: int | None = None) -> Points:
        """Return which value of each axis the rows from ``first`` to ``end`` have; rows x axes."""
        shape = tuple(len(axis) for axis in self.axes)
        return np.stack(np.unravel_index(self.points[first:end], shape), axis=1).astype(np.int64)

    def policies(self, first: int = 0, end: int | None = None) -> Iterator[Built]:
        """Yield the policies of the rows from ``first`` to ``end``.

        Raises:
            InputInvalid: a combination that the settings do not accept, with its values.
        """
        document: Document = self.base.model_dump(exclude_unset=True)
        for choice in self.choices(first, end):
            try:
                yield built(_changed(document, self.axes, choice), self.families)
            except ValidationError as error:
                raise self._refusal(choice, *sentences(error)) from None
            except PolicyInvalid as error:
                raise self._refusal(choice, *error.problems) from None

    def default(self) -> Built:
        """Return the policy everything else is taken from."""
        return Built(self.base, policy_of(self.base, self.families))

    def _refusal(self, choice: Points, *problems: str) -> InputInvalid:
        pairs = zip(self.axes, choice.tolist(), strict=True)
        told = ", ".join(f"{axis.name} = {axis.text(at)}" for axis, at in pairs)
        mend = "take one of these values out of the grid"
        return InputInvalid(*(f"with {told}: {problem}; {mend}" for problem in problems))


def built(document: Document, families: tuple[Family, ...] = ()) -> Built:
    """Return the policy of a document, checked as any policy file is.

    Raises:
        ValidationError: a value that its setting does not take.
        PolicyInvalid: values that contradict each other.
    """
    file = PolicyFile.model_validate(document)
    return Built(file, policy_of(file, families))


def changed(document: Document, name: str, value: object) -> Document:
    """Return a policy file's document with one setting, dots in its name, set anew."""
    section, _, key = name.rpartition(".")
    if not section:
        return {**document, key: value}
    held = document.get(section, {})
    table = held if isinstance(held, dict) else {}
    return {**document, section: {**table, key: value}}


def sample(combinations: int, count: int, seed: int) -> Points:
    """Return ``count`` different numbers below ``combinations``, increasing; the same for a seed.

    All of them when there are not more.
    """
    if count >= combinations:
        return np.arange(combinations, dtype=np.int64)
    rng = np.random.default_rng(seed)
    drawn = rng.choice(combinations, size=count, replace=False, shuffle=False)
    return np.sort(drawn).astype(np.int64)


def _changed(document: Document, axes: tuple[Axis, ...], choice: Points) -> Document:
    for axis, at in zip(axes, choice.tolist(), strict=True):
        value = axis.values[at]
        document = changed(document, axis.name, dict(value) if axis.name == TARGETS else value)
    return document


def _checksum(points: Points) -> str:
    return sha256(points.astype("<i8").tobytes()).hexdigest()
