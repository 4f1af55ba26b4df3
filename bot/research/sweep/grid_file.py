"""A TOML file of settings and values -> a grid, or the first thing that is wrong with it."""

from collections.abc import Iterator, Mapping
from math import prod
from pathlib import Path
from typing import Final

import numpy as np
from pydantic import ValidationError

from bot.research.sweep.axes import SHARED, TARGETS, VARIED, Axis, check_name, plain
from bot.research.sweep.grid import Document, Grid, built, changed, sample
from bot.settings.loading import sentences
from bot.settings.policy_file import PolicyFile
from bot.settings.toml_files import text_of, values_of
from core.domain.errors import InputInvalid, PolicyInvalid
from core.domain.stress import Family

MOST_POLICIES: Final = 1_000_000
RANDOM, SEED = "random", "seed"
# Beyond this a combination's number no longer fits into 63 bits.
_MOST_COMBINATIONS: Final = 2**62
_SEVERAL: Final = 2


def read_grid(path: Path, base: PolicyFile, families: tuple[Family, ...] = ()) -> Grid:
    """Read and check a grid; every single value is tried in the policy it would change.

    Args:
        path: a TOML file: ``"bands.delta" = [0, 0.5]`` and the like, tables ``[targets.NAME]``, and
            ``random`` with ``seed`` for a sample.
        base: the policy that is varied.
        families: the kinds of evidence for the pause that the data has beside the usual ones.

    Raises:
        InputInvalid: with the file, the line, the value and the mend.
    """
    text = text_of(path, "grid file")
    document = values_of(path, text)
    wanted, seed = _number(path, document, RANDOM), _number(path, document, SEED)
    lines = _Lines(path, text)
    settings = list(_flat(document))
    _check_names(path, [name for name, _ in settings])
    axes = _sorted(_axis(name, value, lines.place(name)) for name, value in settings)
    if not axes:
        raise InputInvalid(
            f'{path} names no setting, so there is nothing to sweep; add a line such as "bands.delt'
            'a" = [0, 0.25, 0.5]'
        )
    for axis in axes:
        _try_values(axis, base, families)
    combinations = prod(len(axis) for axis in axes)
    _check_size(path, combinations, wanted)
    if wanted is None:
        points, seed = np.arange(combinations, dtype=np.int64), None
    else:
        seed = seed or 0
        points = sample(combinations, wanted, seed)
    return Grid(base, axes, points, families, seed)


class _Lines:
    """Where a setting stands in the text; TOML's own reader does not tell."""

    def __init__(self, path: Path, text: str) -> None:
        self._path = path
        self._found: dict[str, int] = {}
        header = ""
        for number, raw in enumerate(text.splitlines(), start=1):
            line = raw.split("#")[0].strip()
            if line.startswith("["):
                header = _bare(line.strip("[] ")) + "."
                self._found.setdefault(header[:-1], number)
            elif "=" in line:
                self._found.setdefault(header + _bare(line.partition("=")[0]), number)

    def place(self, name: str) -> str:
        """Return file and line of a setting, or the file alone."""
        number = self._found.get(name)
        if number is None:
            below = [at for key, at in self._found.items() if key.startswith(f"{name}.")]
            number = min(below, default=None)
        return f"{self._path}" if number is None else f"{self._path}, line {number}"


def _bare(key: str) -> str:
    return "".join(part for part in key if part not in "\"' \t")


def _number(path: Path, document: Document, name: str) -> int | None:
    value = document.pop(name, None)
    if value is None:
        return None
    least = 1 if name == RANDOM else 0
    if type(value) is not int or value < least:
        raise InputInvalid(f"{path}: {name} is {value!r}; a whole number from {least} is expected")
    return value


def _flat(document: Document, prefix: str = "") -> Iterator[tuple[str, object]]:
    """Yield dotted names and their values; variants of the targets stay together."""
    for key, value in document.items():
        name = prefix + key
        if isinstance(value, dict) and name != TARGETS:
            yield from _flat(value, f"{name}.")
        else:
            yield name, value


def _check_names(path: Path, names: list[str]) -> None:
    """Refuse a setting that stands there in two forms, which TOML takes for two."""
    for name in names:
        if names.count(name) > 1:
            raise InputInvalid(
                f'{path} names {name} twice, as "{name}" and inside of a table; keep one of them'
            )


def _axis(name: str, value: object, place: str) -> Axis:
    if name.startswith(f"{TARGETS}."):
        raise InputInvalid(
            f"{place}: {name} cannot vary alone, since targets sum to 100; give whole variants "
            "instead, each a table such as [targets.calm]"
        )
    check_name(name, place)
    if name == TARGETS:
        return _targets(value, place)
    if not isinstance(value, list):
        raise InputInvalid(
            f"{place}: {name} is {_shown(value)}; a list of values is expected, for example "
            f"[{_shown(value)}]"
        )
    values = tuple(tuple(one) if isinstance(one, list) else one for one in value)
    return _checked(Axis(name, values, place=place))


def _targets(value: object, place: str) -> Axis:
    if not isinstance(value, Mapping) or not all(isinstance(one, dict) for one in value.values()):
        raise InputInvalid(
            f"{place}: targets vary by whole variants, each a table such as [targets.calm] with "
            "one line per asset"
        )
    return _checked(Axis(TARGETS, tuple(value.values()), tuple(value), place))


def _checked(axis: Axis) -> Axis:
    if not len(axis):
        raise InputInvalid(
            f"{axis.place}: {axis.name} has no values, which leaves no policy at all; name at "
            "least one, or take the line away"
        )
    for at, value in enumerate(axis.values):
        if value in axis.values[:at]:
            raise _twice(axis, at)
    return axis


def _twice(axis: Axis, at: int) -> InputInvalid:
    return InputInvalid(
        f"{axis.place}: {axis.name} names {axis.text(at)} twice; every trial counts, so name it "
        "once"
    )


def _shown(value: object) -> str:
    return f'"{value}"' if isinstance(value, str) else plain(value)


def _sorted(axes: Iterator[Axis]) -> tuple[Axis, ...]:
    """Return what many policies share first; the rest as the file has it."""
    found = list(axes)
    shared = [axis for name in SHARED for axis in found if axis.name == name]
    return (*shared, *(axis for axis in found if axis not in shared))


def _try_values(axis: Axis, base: PolicyFile, families: tuple[Family, ...]) -> None:
    """Try each value of one axis alone, where a mistake can still be told by its line.

    Values that only contradict the policy's other values may agree with other points of the grid;
    those are found when the combinations are tried.
    """
    document: Document = base.model_dump(exclude_unset=True)
    seen: set[object] = set()
    for at, value in enumerate(axis.values):
        try:
            file = built(changed(document, axis.name, value), families).file
        except ValidationError as error:
            told = next(iter(sentences(error)))
            raise InputInvalid(
                f"{axis.place}: value {at + 1} of {axis.name} cannot be used: {told}"
            ) from None
        except PolicyInvalid as error:
            if axis.name == TARGETS:
                raise InputInvalid(
                    *(f"{axis.place}: {axis.text(at)}: {line}" for line in error.problems)
                ) from None
            continue
        if axis.name != TARGETS:
            read = _value_of(file, axis.name)
            if read in seen:
                raise _twice(axis, at)
            seen.add(read)


def _value_of(file: PolicyFile, name: str) -> object:
    """Return what a policy file says of a setting, as it was read: "0.5" is 0.5 there."""
    value: object = file
    for part in name.split("."):
        value = getattr(value, part)
    return tuple(value) if isinstance(value, list) else value


def _check_size(path: Path, combinations: int, wanted: int | None) -> None:
    if wanted is None and combinations > MOST_POLICIES:
        raise InputInvalid(
            f"{path} makes {combinations:,} policies, and {MOST_POLICIES:,} are the most a sweep "
            "takes; name fewer values, or try a sample of them: random = 10000, seed = 1"
        )
    if wanted is not None and wanted > MOST_POLICIES:
        raise InputInvalid(
            f"{path}: random is {wanted:,}, and {MOST_POLICIES:,} policies are the most a sweep "
            "takes; ask for fewer"
        )
    if combinations > _MOST_COMBINATIONS:
        raise InputInvalid(
            f"{path} has {combinations:,} combinations, too many even to draw from; name fewer "
            "values"
        )


__all__ = ["MOST_POLICIES", "VARIED", "read_grid"]
