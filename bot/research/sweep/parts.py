"""What a sweep has computed so far: a folder of parts beside the result, each whole or absent.

A part holds the figures of some rows in a row and is named after them. It takes its place when all
of it is on the disk, so whatever ends a run, what was computed before is kept.
"""

import json
import re
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from bot.research.replacing import replacing
from bot.research.sweep.grid import Points
from core.domain.errors import InputInvalid
from core.simulation.bar_table import Floats

if TYPE_CHECKING:
    import pyarrow as pa

MANIFEST = "sweep.json"

_PART = re.compile(r"(\d{9})-(\d{9})\.parquet")
_OURS = "evenkeel sweep"

_WORDS = {
    "policy": "policy file's rules",
    "fear_greed": "values of Fear & Greed",
    "costs": "trading costs",
    "start_cash": "start_cash of the policy file",
    "taker_fee": "taker_fee of the policy file",
    "columns": "figures that are told",
    "code": "versions of the program",
}
"""What the parts of an identity are called, where their names do not say it."""

Identity = Mapping[str, str]


class Rows(NamedTuple):
    """Some rows of a grid in a row, the last one not included."""

    first: int
    end: int

    def __len__(self) -> int:
        return self.end - self.first


class Parts:
    """The parts of one sweep.

    Attributes:
        folder: where they are.
        columns: the figures they hold.
    """

    def __init__(self, out: Path, columns: tuple[str, ...]) -> None:
        """Name the folder beside ``out``; nothing is made yet."""
        self.folder = out.with_name(f"{out.name}.parts")
        self.columns = columns

    @property
    def lock(self) -> Path:
        """What a sweep locks while it works here."""
        return self.folder / "sweep"

    def make(self) -> None:
        """Make the folder where it is not there.

        Raises:
            InputInvalid: it cannot be written.
        """
        with _writing(self.folder):
            self.folder.mkdir(parents=True, exist_ok=True)

    def open(self, identity: Identity) -> None:
        """Begin this sweep in the folder, or go on with what it holds of it.

        A sweep that ended before its first part was computed has nothing to lose.

        Raises:
            InputInvalid: it holds another sweep, or cannot be written.
        """
        path = self.folder / MANIFEST
        if path.exists() and any(self._files()):
            check_same(_read_manifest(path), identity, self.folder)
            for leftover in self.folder.glob("*.part"):
                leftover.unlink(missing_ok=True)
            return
        self.make()
        with _writing(self.folder), replacing(path) as file:
            file.write(json.dumps(stamped(identity), indent=2).encode())

    def known(self, total: int) -> list[Rows]:
        """Return which rows are computed, in order; a part that cannot be read is thrown away."""
        from pyarrow import ArrowException, parquet  # noqa: PLC0415  # only files need it

        found: list[Rows] = []
        for path, rows in self._files():
            try:
                held = parquet.read_metadata(path).num_rows
            except (ArrowException, OSError):
                held = -1
            before = found[-1].end if found else 0
            if held != len(rows) or rows.first < before or rows.end > total:
                path.unlink()
                continue
            found.append(rows)
        return found

    def write(self, first: int, figures: Floats) -> None:
        """Store the figures of some rows.

        Args:
            first: the first of them.
            figures: rows x columns.

        Raises:
            InputInvalid: the disk takes no more; what was stored before is still there.
        """
        import pyarrow as pa  # noqa: PLC0415  # only files need it
        from pyarrow import parquet  # noqa: PLC0415  # only files need it

        rows = Rows(first, first + len(figures))
        columns = [arrow_numbers(figures[:, at]) for at in range(len(self.columns))]
        table = pa.table(columns, names=list(self.columns))
        with _writing(self.folder), replacing(self._path(rows)) as file:
            parquet.write_table(table, file, compression="zstd", write_page_checksum=True)

    def read(self, total: int) -> "Iterator[tuple[Rows, pa.Table]]":
        """Yield all parts in order; together they are every row once.

        Raises:
            InputInvalid: a part was damaged; it is thrown away, the others stay.
        """
        from pyarrow import ArrowException, parquet  # noqa: PLC0415  # only files need it

        expected = 0
        for path, rows in self._files():
            assert rows.first == expected  # noqa: S101  # merging waits until nothing is missing
            try:
                with parquet.ParquetFile(path, page_checksum_verification=True) as file:
                    table = file.read()
            except (ArrowException, OSError) as error:
                path.unlink()
                raise InputInvalid(
                    f"{path} is damaged ({error}) and was thrown away; run the same command again, "
                    f"and only its {len(rows):,} policies are computed anew"
                ) from None
            yield rows, table
            expected = rows.end
        assert expected == total  # noqa: S101  # as above

    def clear(self) -> None:
        """Throw away what an earlier sweep kept; a lock stays with who holds it."""
        (self.folder / MANIFEST).unlink(missing_ok=True)
        for path, _ in self._files():
            path.unlink(missing_ok=True)

    def remove(self) -> None:
        """Throw the folder away."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def _path(self, rows: Rows) -> Path:
        return self.folder / f"{rows.first:09d}-{rows.end:09d}.parquet"

    def _files(self) -> list[tuple[Path, Rows]]:
        named = ((path, _PART.fullmatch(path.name)) for path in sorted(self.folder.glob("*-*")))
        return [(path, Rows(int(one[1]), int(one[2]))) for path, one in named if one]


def missing(known: list[Rows], total: int) -> list[Rows]:
    """Return the rows that are not computed yet, as stretches."""
    ends = [0, *(rows.end for rows in known)]
    firsts = [*(rows.first for rows in known), total]
    return [Rows(end, first) for end, first in zip(ends, firsts, strict=True) if first > end]


def check_same(found: Identity, identity: Identity, path: Path) -> None:
    """Refuse to go on with what belongs to another sweep.

    Raises:
        InputInvalid: naming what differs.
    """
    differing = [name for name, value in identity.items() if found.get(name) != value]
    if differing:
        told = _listed([f"the {_WORDS.get(name, name)}" for name in differing])
        raise InputInvalid(
            f"{path} belongs to another sweep: {told} differ. Name another file with --out, or "
            "begin anew with --anew, which throws away what is there",
            code="OTHER_SWEEP",
        )


def stamped(identity: Identity) -> dict[str, str]:
    """Return an identity with the name of who wrote it."""
    return {"written_by": _OURS, **identity}


def identity_in(text: bytes | str | None) -> Identity | None:
    """Return the identity that a file was stamped with; None when it is not one of ours."""
    try:
        document = json.loads(text or "")
    except ValueError:
        return None
    is_ours = isinstance(document, dict) and document.get("written_by") == _OURS
    return {str(name): str(value) for name, value in document.items()} if is_ours else None


def arrow_numbers(column: Floats | Points) -> "pa.Array":
    """Return numbers as an Arrow array; pyarrow's own way would load pandas."""
    import pyarrow as pa  # noqa: PLC0415  # only files need it

    whole = np.ascontiguousarray(column)
    kind = pa.float64() if whole.dtype == np.float64 else pa.int64()
    return pa.Array.from_buffers(kind, len(whole), [None, pa.py_buffer(whole)])


def _read_manifest(path: Path) -> Identity:
    identity = identity_in(path.read_bytes())
    if identity is None:
        raise InputInvalid(
            f"{path} was not written by a sweep, or is damaged; name another file with --out, or "
            "begin anew with --anew, which throws away what is there",
            code="OTHER_SWEEP",
        )
    return identity


def _listed(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


@contextmanager
def _writing(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise InputInvalid(
            f"{folder} cannot be written: {error.strerror or error}. What was computed before is "
            "kept there; make room and run the same command again",
            code="NOT_WRITTEN",
        ) from None
