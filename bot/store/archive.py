"""A backup is one zip file: the manifest first, then every file that it names, and nothing else.

What comes out of a backup is trusted no further than the manifest's digests reach, and the manifest
not at all: names, sizes and number of members are checked before a byte is unpacked, and unpacking
stops where the manifest says that a file ends.
"""

import errno
import os
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO, Final

from bot.store.archive_manifest import (
    LONGEST_MANIFEST,
    MANIFEST,
    MOST_RUNS,
    Manifest,
    Part,
    read_manifest,
    text_of_manifest,
)
from core.domain.errors import InputInvalid

_CHUNK: Final = 2**20
_MOST_MEMBERS: Final = 2 * MOST_RUNS + 2
_LONGEST_DIRECTORY: Final = _MOST_MEMBERS * 512
_EXPANSION: Final = 200
"""A database shrinks to a tenth or so. What grows more than this is made to fill a disk."""

_ALLOWANCE: Final = 2**26
_PACKED: Final = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
_IS_SECRET: Final = 0x1
_END: Final = struct.Struct("<4s4H2LH")
_END_64: Final = struct.Struct("<4sQ2H2L4Q")
_LOCATOR_SIZE: Final = 20
# What zipfile raises for a file that is damaged or was never a backup.
_BROKEN: Final = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    NotImplementedError,
    OverflowError,
    ValueError,
)


def part_of(file: Path) -> Part:
    """Return how long a file is and its digest."""
    digest, size = sha256(), 0
    with file.open("rb") as stream:
        while chunk := stream.read(_CHUNK):
            digest.update(chunk)
            size += len(chunk)
    return Part(size=size, sha256=digest.hexdigest())


def write_archive(target: BinaryIO, manifest: Manifest, files: Mapping[str, Path]) -> None:
    """Write a backup.

    Args:
        target: where it goes; open for writing, and at its beginning.
        manifest: what stands on its first page.
        files: where each file that the manifest names lies now.
    """
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(MANIFEST, text_of_manifest(manifest))
        for name in manifest.parts:
            archive.write(files[name], name)


class ArchiveReader:
    """A backup that is open: its first page holds, and its members are those it names.

    Attributes:
        path: where it is.
        manifest: the first page.
    """

    def __init__(self, path: Path, archive: zipfile.ZipFile) -> None:
        """Read the first page and check the members against it; nothing is unpacked.

        Raises:
            InputInvalid: it is no backup, or not a whole one.
        """
        self.path = path
        self._archive = archive
        rows = archive.infolist()
        with _named(path):
            for row in rows:
                _check_row(row)
            self._rows = {row.filename: row for row in rows}
            self.manifest = self._read_manifest()
            self._check_members([row.filename for row in rows])

    def unpack(self, name: str, target: Path) -> None:
        """Write one file of the backup to ``target``, which must not exist, with mode 600.

        Raises:
            InputInvalid: it is not the file that the manifest names.
            OSError: the disk refuses.
        """
        part = self.manifest.parts[name]
        with _named(self.path), _private(target) as out:
            if self._read(name, part.size, out) != part.sha256:
                raise InputInvalid(f"{name} in it is not what was put there")

    def check(self, name: str) -> None:
        """Read one file of the backup to its end without keeping it.

        Raises:
            InputInvalid: it is not the file that the manifest names.
        """
        part = self.manifest.parts[name]
        with _named(self.path):
            if self._read(name, part.size, None) != part.sha256:
                raise InputInvalid(f"{name} in it is not what was put there")

    def _read_manifest(self) -> Manifest:
        row = self._rows.get(MANIFEST)
        if row is None:
            raise InputInvalid("it has no first page")
        if row.file_size > LONGEST_MANIFEST:
            raise InputInvalid("its first page is far too long")
        with self._archive.open(row) as stream:
            data = stream.read(LONGEST_MANIFEST + 1)
            if stream.read(1) or len(data) != row.file_size:
                raise InputInvalid("its first page is not as long as it says")
        return read_manifest(data)

    def _check_members(self, found: list[str]) -> None:
        parts = self.manifest.parts
        expected = {MANIFEST, *parts}
        if len(found) != len(expected) or set(found) != expected:
            others = sorted(set(found) ^ expected) or ["a file twice"]
            raise InputInvalid(f"it should hold what its first page names: {others[0]!r} differs")
        for name, part in parts.items():
            if self._rows[name].file_size != part.size:
                raise InputInvalid(f"{name!r} in it is not as long as its first page says")
        most = _ALLOWANCE + _EXPANSION * self.path.stat().st_size
        if sum(part.size for part in parts.values()) > most:
            raise InputInvalid("it would grow beyond all measure when it is unpacked")

    def _read(self, name: str, size: int, out: BinaryIO | None) -> str:
        """Read a member of a known size; return its digest."""
        digest, left = sha256(), size
        with self._archive.open(self._rows[name]) as stream:
            while left and (chunk := stream.read(min(_CHUNK, left))):
                digest.update(chunk)
                left -= len(chunk)
                if out is not None:
                    out.write(chunk)
            if left or stream.read(1):  # the last read compares the check sum
                raise InputInvalid(f"{name} in it is not as long as its first page says")
        return digest.hexdigest()


@contextmanager
def open_archive(path: Path) -> Iterator[ArchiveReader]:
    """Open a backup.

    Raises:
        InputInvalid: there is none, it is damaged, or it was made to do harm.
    """
    try:
        stream = path.open("rb")
    except OSError as error:
        raise InputInvalid(f"{path} cannot be read: {error.strerror}") from None
    with stream:
        if not stat.S_ISREG(os.fstat(stream.fileno()).st_mode):
            raise InputInvalid(f"{path} is not a file; name a backup")
        with _named(path):
            _check_directory(stream)
            archive = zipfile.ZipFile(stream)
        with archive:
            yield ArchiveReader(path, archive)


def _check_directory(stream: BinaryIO) -> None:
    """Refuse a list of members that is longer than any of ours, before anything reads it whole."""
    size = stream.seek(0, os.SEEK_END)
    longest = _END.size + _LOCATOR_SIZE + _END_64.size
    stream.seek(max(0, size - longest))
    tail = stream.read()
    if len(tail) < _END.size:
        raise InputInvalid("it is too short")
    sign, *_, members, directory, _, comment = _END.unpack(tail[-_END.size :])
    if sign != b"PK\x05\x06" or comment:
        raise InputInvalid("its end is missing")
    if len(tail) == longest and tail[_END_64.size :].startswith(b"PK\x06\x07"):
        _, _, _, _, _, _, _, members, directory, _ = _END_64.unpack(tail[: _END_64.size])
    if members > _MOST_MEMBERS or directory > _LONGEST_DIRECTORY:
        raise InputInvalid("it lists more than a backup can hold")
    stream.seek(0)


def _check_row(row: zipfile.ZipInfo) -> None:
    kind = stat.S_IFMT(row.external_attr >> 16)
    if kind not in (0, stat.S_IFREG) or row.is_dir():
        raise InputInvalid(f"{row.filename!r} in it is not a plain file")
    if row.compress_type not in _PACKED or row.flag_bits & _IS_SECRET:
        raise InputInvalid(f"{row.filename!r} in it is packed in a way that no backup is")


@contextmanager
def _private(target: Path) -> Iterator[BinaryIO]:
    """Yield a new file that only its owner may read; what is in it is on the disk at the end."""
    descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as out:
        yield out
        out.flush()
        os.fsync(out.fileno())


@contextmanager
def _named(path: Path) -> Iterator[None]:
    """Turn every complaint of the block into one sentence that names the file.

    Raises:
        InputInvalid: with that sentence.
    """
    try:
        yield
    except InputInvalid as error:
        raise InputInvalid(_refused(path, str(error)), code="BACKUP") from None
    except OSError as error:
        if error.errno != errno.EINVAL:  # a place in the file that cannot exist
            raise
        raise InputInvalid(_refused(path, "it is damaged"), code="BACKUP") from None
    except _BROKEN as error:
        why = f"it is damaged ({error})"
        raise InputInvalid(_refused(path, why), code="BACKUP") from None


def _refused(path: Path, why: str) -> str:
    return f"{path} is not a backup that can be trusted: {why}. Nothing was changed"
