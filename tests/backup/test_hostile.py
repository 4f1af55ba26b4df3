"""Files that only look like backups, and backups that somebody changed: nothing comes of them."""

import json
import stat
import zipfile
from collections.abc import Callable, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from core.domain.errors import EvenkeelError, InputInvalid, StoreCorrupt
from tests.backup.folders import ACCOUNT, DATABASE, files, restore, rows
from tests.store import damage

RUN = "simulated-7-1"
FLIPS = 120
BOMB = 120 * 2**20

Contents = dict[str, bytes]


def refuse(backup: Path, fresh: Path, match: str = "") -> None:
    """See that a restore is refused, and that nothing is there afterwards."""
    around = files(fresh.parent)
    with pytest.raises((InputInvalid, StoreCorrupt), match=match):
        restore(backup, fresh)
    assert files(fresh.parent) == around
    assert not fresh.exists() or not any(fresh.iterdir())


def contents_of(backup: Path) -> tuple[dict[str, Any], Contents]:
    """Return the manifest and the files of a backup."""
    with zipfile.ZipFile(backup) as archive:
        found = {name: archive.read(name) for name in archive.namelist()}
    return json.loads(found.pop("manifest.json")), found


def write(backup: Path, manifest: Mapping[str, Any], contents: Contents) -> Path:
    """Write a backup by hand."""
    with zipfile.ZipFile(backup, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("manifest.json", json.dumps(manifest))
        for name, content in contents.items():
            archive.writestr(name, content)
    return backup


def part(content: bytes) -> dict[str, object]:
    """Return what a manifest says of a file."""
    return {"size": len(content), "sha256": sha256(content).hexdigest()}


def replaced(backup: Path, kind: str, content: bytes) -> Path:
    """Put another file into a backup, with its right length and digest."""
    manifest, contents = contents_of(backup)
    manifest["runs"][0][kind] = part(content)
    contents[f"{RUN}/{DATABASE if kind == 'database' else ACCOUNT}"] = content
    return write(backup, manifest, contents)


def test_every_flipped_byte_is_found_or_does_not_matter(
    backup: Path, fresh: Path, data: Path
) -> None:
    """A backup in which one bit changed is refused, or brings back exactly what was kept."""
    good = backup.read_bytes()
    refused = 0
    for number in range(FLIPS):
        at = number * (len(good) - 1) // (FLIPS - 1)
        changed = bytearray(good)
        changed[at] ^= 1 << number % 8
        backup.write_bytes(changed)
        target = fresh.parent / str(number)
        try:
            restore(backup, target)
        except EvenkeelError:
            refused += 1
            assert not target.exists() or not any(target.iterdir())
        else:
            journal = rows(target / RUN / DATABASE)["journal"]
            assert journal[:-1] == rows(data / RUN / DATABASE)["journal"]
            assert rows(target / RUN / ACCOUNT) == rows(data / RUN / ACCOUNT)
    assert refused > FLIPS * 0.9


def test_a_file_that_was_cut(backup: Path, fresh: Path) -> None:
    """Wherever the copying of a backup stopped, the rest is refused."""
    good = backup.read_bytes()
    for length in (0, 1, 21, 22, 100, len(good) // 2, len(good) - 22, len(good) - 1):
        backup.write_bytes(good[:length])
        refuse(backup, fresh, "is not a backup that can be trusted")


def test_what_is_no_backup_at_all(tmp_path: Path, fresh: Path) -> None:
    """A text, a folder, a name without a file, and another zip each get a sentence."""
    text = tmp_path / "text.zip"
    text.write_text("this is no zip file, but long enough to be one", encoding="utf-8")
    refuse(text, fresh, "its end is missing")
    refuse(tmp_path, fresh, "cannot be read")
    refuse(tmp_path / "gone.zip", fresh, "cannot be read")
    with zipfile.ZipFile(tmp_path / "other.zip", "w") as archive:
        archive.writestr("hello.txt", "hello")
    refuse(tmp_path / "other.zip", fresh, "it has no first page")


@pytest.mark.parametrize(
    "name",
    ["..", "../up", "/etc", "a/b", "a\\b", ".hidden", "", "x" * 201, "a\x00b", "line\nbreak"],
)
def test_names_that_lead_elsewhere(backup: Path, fresh: Path, name: str) -> None:
    """A run is one plain folder below the data folder, or the backup is refused."""
    manifest, contents = contents_of(backup)
    manifest["runs"][0]["name"] = name
    if "\x00" not in name:
        contents = {key.replace(RUN, name, 1): value for key, value in contents.items()}
    refuse(write(backup, manifest, contents), fresh, "its first page cannot be read")


def _with_more(manifest: dict[str, Any], contents: Contents) -> None:
    contents["../../evil.txt"] = b"evil"


def _with_less(manifest: dict[str, Any], contents: Contents) -> None:
    del contents[f"{RUN}/{ACCOUNT}"]


def _with_secrets(manifest: dict[str, Any], contents: Contents) -> None:
    contents[".env"] = b"EVENKEEL_TELEGRAM_TOKEN=theirs"


def _longer(manifest: dict[str, Any], contents: Contents) -> None:
    contents["evenkeel.toml"] += b"# more\n"


def _other_policy(manifest: dict[str, Any], contents: Contents) -> None:
    contents["evenkeel.toml"] = contents["evenkeel.toml"].replace(b"60", b"61")


def _newer(manifest: dict[str, Any], contents: Contents) -> None:
    manifest["format"] = 2


def _unknown_key(manifest: dict[str, Any], contents: Contents) -> None:
    manifest["then_run"] = "rm"


def _twice(manifest: dict[str, Any], contents: Contents) -> None:
    manifest["runs"].append({**manifest["runs"][0], "name": RUN.upper()})


def _other_end(manifest: dict[str, Any], contents: Contents) -> None:
    manifest["runs"][0]["head"] = "0" * 64


def _no_numbers(manifest: dict[str, Any], contents: Contents) -> None:
    manifest["runs"][0]["seq"] = "1"


def _other_revision(manifest: dict[str, Any], contents: Contents) -> None:
    manifest["runs"][0]["revision"] = "0001"


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (_with_more, "should hold what its first page names"),
        (_with_less, "should hold what its first page names"),
        (_with_secrets, "should hold what its first page names"),
        (_longer, "not as long as its first page says"),
        (_other_policy, "evenkeel.toml in it is not what was put there"),
        (_newer, "laid out in a newer way"),
        (_unknown_key, "then_run"),
        (_twice, "names a run twice"),
        (_other_end, "does not end where its first page says"),
        (_no_numbers, "runs.0.seq"),
        (_other_revision, "its first page says 0001"),
    ],
)
def test_a_first_page_and_files_that_disagree(
    backup: Path, fresh: Path, change: Callable[[dict[str, Any], Contents], None], reason: str
) -> None:
    """The files must be exactly those that the first page names, as it describes them."""
    manifest, contents = contents_of(backup)
    change(manifest, contents)
    refuse(write(backup, manifest, contents), fresh, reason)


def _relinked(row: zipfile.ZipInfo) -> None:
    row.external_attr = (stat.S_IFLNK | 0o777) << 16


def _as_device(row: zipfile.ZipInfo) -> None:
    row.external_attr = (stat.S_IFBLK | 0o600) << 16


def _otherwise_packed(row: zipfile.ZipInfo) -> None:
    row.compress_type = zipfile.ZIP_LZMA


@pytest.mark.parametrize("change", [_relinked, _as_device, _otherwise_packed])
def test_members_that_are_no_plain_files(
    backup: Path, fresh: Path, change: Callable[[zipfile.ZipInfo], None]
) -> None:
    """A link, a device and an unusual packing are refused before anything is unpacked."""
    manifest, contents = contents_of(backup)
    with zipfile.ZipFile(backup, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("manifest.json", json.dumps(manifest))
        for name, content in contents.items():
            row = zipfile.ZipInfo(name)
            row.compress_type = zipfile.ZIP_DEFLATED
            if name.endswith(ACCOUNT):
                change(row)
            archive.writestr(row, content)
    refuse(backup, fresh, "in it is (not a plain file|packed in a way)")


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_member_that_is_there_twice(backup: Path, fresh: Path) -> None:
    """Of two files under one name nobody could tell which was meant."""
    with zipfile.ZipFile(backup, "a") as archive:
        archive.writestr("evenkeel.toml", "quote = 'XXX'")
    refuse(backup, fresh, "a file twice")


def test_a_file_that_would_fill_the_disk(backup: Path, fresh: Path) -> None:
    """What grows beyond all measure is refused before it is unpacked, its digest right or not."""
    refuse(replaced(backup, "database", bytes(BOMB)), fresh, "grow beyond all measure")


def test_a_first_page_without_end(backup: Path, fresh: Path) -> None:
    """The first page is read only as far as one of ours could reach."""
    manifest, contents = contents_of(backup)
    manifest["program"] = "x" * 3_000_000
    refuse(write(backup, manifest, contents), fresh, "far too long")


def test_a_list_without_end(tmp_path: Path, fresh: Path) -> None:
    """A zip with more members than any backup has is refused by its last bytes."""
    many = tmp_path / "many.zip"
    with zipfile.ZipFile(many, "w") as archive:
        for number in range(5_000):
            archive.writestr(f"{number}", b"")
    refuse(many, fresh, "lists more than a backup can hold")


def test_a_database_that_is_none_of_ours(backup: Path, fresh: Path, tmp_path: Path) -> None:
    """A foreign database and a text under the right name and digest are refused."""
    foreign = tmp_path / "foreign.db"
    damage.run(foreign, "CREATE TABLE other (id INTEGER)")
    refuse(replaced(backup, "account", foreign.read_bytes()), fresh, "not as Evenkeel makes it")
    refuse(replaced(backup, "database", foreign.read_bytes()), fresh, "another program")
    refuse(replaced(backup, "database", b"text" * 1000), fresh, "damaged")


@pytest.mark.parametrize(
    "added",
    [
        "CREATE TRIGGER t AFTER INSERT ON journal BEGIN DELETE FROM outbox; END",
        "CREATE VIEW v AS SELECT * FROM memory",
        "CREATE TABLE extra (id INTEGER)",
        "DROP TRIGGER journal_loses_nothing",
    ],
)
def test_a_database_with_something_added(
    backup: Path, fresh: Path, tmp_path: Path, added: str
) -> None:
    """What would work in the bot's database whenever it writes does not get in."""
    _, contents = contents_of(backup)
    database = tmp_path / "changed.db"
    database.write_bytes(contents[f"{RUN}/{DATABASE}"])
    damage.run(database, added)
    refuse(replaced(backup, "database", database.read_bytes()), fresh, "not as Evenkeel makes it")


def test_a_journal_that_somebody_edited(backup: Path, fresh: Path, tmp_path: Path) -> None:
    """An edited entry is found although every digest of the backup was made to fit."""
    _, contents = contents_of(backup)
    database = tmp_path / "changed.db"
    database.write_bytes(contents[f"{RUN}/{DATABASE}"])
    trigger = damage.run(
        database, "SELECT sql FROM sqlite_master WHERE name = 'journal_keeps_its_entries'"
    )[0][0]
    damage.run(database, "DROP TRIGGER journal_keeps_its_entries")
    damage.run(database, "UPDATE journal SET actor = 'mallory' WHERE seq = 1")
    damage.run(database, trigger)
    refuse(replaced(backup, "database", database.read_bytes()), fresh, "does not verify")
