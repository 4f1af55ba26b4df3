"""A data folder with one run, and a policy file and secrets beside it."""

from pathlib import Path

import pytest

from tests.backup.folders import POLICY, back_up, make_run

SECRET = "123456:a-token-that-nobody-may-ever-read-anywhere"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Give a folder with rules, secrets, and the records of one paper run in ``data``."""
    home = tmp_path / "home"
    home.mkdir()
    (home / "evenkeel.toml").write_text(POLICY, encoding="utf-8")
    (home / ".env").write_text(f"EVENKEEL_TELEGRAM_TOKEN={SECRET}\n", encoding="utf-8")
    (home / ".env").chmod(0o600)
    make_run(home / "data")
    return home


@pytest.fixture
def data(home: Path) -> Path:
    """Give the data folder."""
    return home / "data"


@pytest.fixture
def backup(data: Path) -> Path:
    """Give a good backup."""
    return back_up(data).path


@pytest.fixture
def fresh(tmp_path: Path) -> Path:
    """Give the data folder of a new machine; nothing is in it."""
    (tmp_path / "new").mkdir()
    return tmp_path / "new" / "data"
