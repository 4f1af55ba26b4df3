"""The scan itself: it finds a secret in each of its disguises, and nothing where nothing is."""

import base64
import json
import sqlite3
import zlib
from contextlib import closing
from pathlib import Path
from random import Random
from urllib.parse import quote

import pytest

from tests.secrets.scan import Scan

SECRET = base64.b64encode(bytes(range(60, 124))).decode()
DISGUISES = {
    "plain": SECRET.encode(),
    "in a sentence": f"the key {SECRET!r} is refused".encode(),
    "as JSON": json.dumps({"secret": SECRET + '"'}).encode(),
    "as PHP writes JSON": json.dumps(SECRET).replace("/", "\\/").encode(),
    "in an address": quote(SECRET, safe="").encode(),
    "in base64": base64.b64encode(SECRET.encode()),
    "in base64 behind something": base64.b64encode(b"user:" + SECRET.encode()),
    "in base64 for addresses": base64.urlsafe_b64encode(b"a" + SECRET.encode()),
    "in hexadecimal": SECRET.encode().hex().encode(),
    "decoded": base64.b64decode(SECRET),
    "decoded, as Python shows bytes": repr(base64.b64decode(SECRET)).encode(),
    "its first half": SECRET[: len(SECRET) // 2].encode(),
    "its second half": SECRET[len(SECRET) // 2 :].encode(),
}


@pytest.mark.parametrize("disguise", DISGUISES.values(), ids=DISGUISES)
def test_a_secret_is_found_in_every_disguise(disguise: bytes) -> None:
    """However a secret is written, the scan sees it."""
    assert Scan({"it": SECRET}).leaks("x", disguise)


def test_a_secret_is_found_in_a_packed_text(tmp_path: Path) -> None:
    """What the database packs is unpacked before it is searched."""
    (tmp_path / "file").write_bytes(b"\0\1\2" + zlib.compress(f"the {SECRET} of it".encode()))
    assert Scan({"it": SECRET}).leaks_below(tmp_path)


def test_a_secret_is_found_in_a_database(tmp_path: Path) -> None:
    """A long packed value is found although the file holds it in pieces."""
    noise = base64.b64encode(Random(1).randbytes(40_000)).decode()
    with closing(sqlite3.connect(tmp_path / "x.db")) as connection:
        connection.execute("CREATE TABLE t (v)")
        connection.execute("INSERT INTO t VALUES (?)", [zlib.compress(f"{noise}{SECRET}".encode())])
        connection.commit()
    assert any("a value in" in line for line in Scan({"it": SECRET}).leaks_below(tmp_path))


def test_nothing_is_found_where_nothing_is() -> None:
    """Ordinary text and another key of the same kind are no leak."""
    other = base64.b64encode(bytes(range(100, 164))).decode()
    assert Scan({"it": SECRET}).leaks("x", f"all is well with {other}") == []
