"""What a backup holds, what it never holds, and when there is none."""

import json
import stat
import zipfile
from pathlib import Path

import pytest

from bot.store.archive import open_archive, part_of
from core.domain.errors import InputInvalid, StoreCorrupt
from tests.backup.conftest import SECRET
from tests.backup.folders import AT, back_up, files, make_run, restore, rows
from tests.store import damage, old_database


def test_everything_that_matters_is_in_it(data: Path) -> None:
    """Databases and rules are in it, each with length and digest, and nothing else is."""
    made = back_up(data)
    with zipfile.ZipFile(made.path) as archive:
        names = archive.namelist()
        manifest = json.loads(archive.read("manifest.json"))
    parts = ["simulated-7-1/evenkeel.db", "simulated-7-1/paper.db", "evenkeel.toml"]
    assert names == ["manifest.json", *parts]
    assert manifest["policy"] == part_of(data.parent / "evenkeel.toml").model_dump()
    (run,) = manifest["runs"]
    assert (run["seq"], len(run["head"])) == (1, 64)
    assert made.size == made.path.stat().st_size


def test_only_its_owner_may_read_it(data: Path) -> None:
    """The file has mode 600, and nothing is left beside it."""
    before = {path.name for path in data.parent.iterdir()}
    made = back_up(data)
    assert stat.S_IMODE(made.path.stat().st_mode) == 0o600
    assert {path.name for path in data.parent.iterdir()} == before | {"backup.zip"}


def test_secrets_are_never_in_it(data: Path) -> None:
    """Neither the file of secrets nor anything that stands in it is in a backup."""
    made = back_up(data)
    with zipfile.ZipFile(made.path) as archive:
        contents = [archive.read(name) for name in archive.namelist()]
        assert not any(".env" in name for name in archive.namelist())
    assert not any(SECRET.encode() in content for content in contents)


def test_looking_changes_nothing(data: Path) -> None:
    """The records are byte for byte as they were."""
    before = files(data)
    back_up(data)
    assert files(data) == before


def test_the_default_name_tells_when(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In a folder the file is named after its instant, so that backups stand in order."""
    assert back_up(data, data.parent).path.name == f"evenkeel-backup-{AT:%Y%m%dT%H%M%SZ}.zip"


def test_nothing_is_overwritten(data: Path) -> None:
    """A file that is there already stays."""
    target = data.parent / "backup.zip"
    target.write_text("mine", encoding="utf-8")
    with pytest.raises(InputInvalid, match="exists already"):
        back_up(data)
    assert target.read_text(encoding="utf-8") == "mine"


def test_replays_are_kept_on_demand(data: Path) -> None:
    """A finished replay can be made again, so it is in a backup only when asked for."""
    make_run(data, "replay-btc-1")
    some = back_up(data, data.parent / "some.zip").manifest
    every = back_up(data, data.parent / "all.zip", with_replays=True).manifest
    one = back_up(data, data.parent / "one.zip", runs=("replay-btc-1",)).manifest
    assert [run.name for run in some.runs] == ["simulated-7-1"]
    assert {run.name for run in every.runs} == {"simulated-7-1", "replay-btc-1"}
    assert [run.name for run in one.runs] == ["replay-btc-1"]


def test_what_is_not_there_is_named(data: Path, tmp_path: Path) -> None:
    """An unknown run, an empty folder and a missing target folder each get their sentence."""
    with pytest.raises(InputInvalid, match=r"--run gone: .* it has simulated-7-1"):
        back_up(data, runs=("gone",))
    with pytest.raises(InputInvalid, match="holds no database yet"):
        back_up(tmp_path / "nothing", tmp_path / "b.zip")
    with pytest.raises(InputInvalid, match="is not a folder"):
        back_up(data, tmp_path / "gone" / "b.zip")


def test_a_record_that_does_not_verify_is_no_backup(data: Path) -> None:
    """A damaged journal is said, and no file appears that somebody would rely on."""
    database = data / "simulated-7-1" / "evenkeel.db"
    damage.disarm(database)
    damage.run(database, "UPDATE journal SET actor = 'mallory' WHERE seq = 1")
    with pytest.raises(StoreCorrupt, match="does not verify"):
        back_up(data)
    assert not (data.parent / "backup.zip").exists()


def test_a_damaged_page_is_no_backup(data: Path) -> None:
    """Bytes that the disk lost are found before the file appears."""
    database = data / "simulated-7-1" / "evenkeel.db"
    content = bytearray(database.read_bytes())
    content[-4096:] = b"\xff" * 4096
    database.write_bytes(content)
    with pytest.raises(StoreCorrupt):
        back_up(data)
    assert not (data.parent / "backup.zip").exists()


def test_a_record_of_an_older_version(data: Path, tmp_path: Path) -> None:
    """It is kept as it is; when it is restored it is brought up to date, as at a start."""
    database = data / "simulated-3-1" / "evenkeel.db"
    old_database.build(database)
    made = back_up(data, runs=("simulated-3-1",))
    assert made.manifest.runs[0].revision == "0001"
    with open_archive(made.path) as archive:
        archive.unpack("simulated-3-1/evenkeel.db", tmp_path / "as-it-was.db")
    assert rows(tmp_path / "as-it-was.db") == rows(database)
    restore(made.path, tmp_path / "fresh" / "data")
    fresh = rows(tmp_path / "fresh" / "data" / "simulated-3-1" / "evenkeel.db")
    assert len(fresh["journal"]) == made.manifest.runs[0].seq + 2
