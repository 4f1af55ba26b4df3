"""Two finished studies of small made-up worlds, each run once."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from bot.research.study.preparing import Asked, Prepared, prepare, study_of, write
from bot.research.study.progress import Silence
from bot.research.study.study import Study
from tests.study.world import COINS, history_folder

NOW = datetime(2030, 1, 2, tzinfo=UTC)
POLICY = """
quote = "USD"
start_cash = 8000
profile = "small"

[targets]
ADA = 20
BTC = 40
ETH = 30
USD = 10
"""


@dataclass(frozen=True)
class Made:
    """A study, and where its report lies."""

    asked: Asked
    prepared: Prepared
    study: Study
    out: Path

    @property
    def html(self) -> str:
        """The report."""
        return self.out.read_text(encoding="utf-8")


def ask(data: Path, out: Path, **changes: object) -> Asked:
    """Return a quick look at a folder, with changes."""
    usual: dict[str, object] = {
        "data": data,
        "quote": "USD",
        "first": None,
        "last": None,
        "policies": (),
        "seed": 7,
        "is_fast": True,
        "unseal": None,
        "trials": out.parent / "trials.jsonl",
        "version": "1.2.3",
    }
    return Asked(**{**usual, **changes})  # type: ignore[arg-type]


def make(asked: Asked, out: Path, *, workers: int = 1) -> Made:
    """Run a study from reading to writing."""
    prepared = prepare(asked, now=NOW)
    study = study_of(prepared, workers=workers, progress=Silence())
    write(study, out, workers=workers, progress=Silence())
    return Made(asked, prepared, study, out)


@pytest.fixture(scope="session")
def quarter_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder whose readable days end in April 2023, and the sealed ones a year later."""
    folder = tmp_path_factory.mktemp("quarter") / "data"
    sources = {"alpha": COINS, "beta": ("BTC", "ETH")}
    return history_folder(folder, first=date(2021, 6, 1), days=1_065, sources=sources)


@pytest.fixture(scope="session")
def quarter(quarter_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Made:
    """A quick look that lives through the last quarter of 2022, all of it in sample."""
    out = tmp_path_factory.mktemp("quarter-out") / "study.html"
    return make(ask(quarter_folder, out), out)


@pytest.fixture(scope="session")
def later(tmp_path_factory: pytest.TempPathFactory) -> Made:
    """A small portfolio of one's own, over days that were seen and days that were not."""
    folder = history_folder(
        tmp_path_factory.mktemp("later") / "data", first=date(2024, 9, 20), days=690
    )
    policy = folder / "mine.toml"
    policy.write_text(POLICY, encoding="utf-8")
    out = tmp_path_factory.mktemp("later-out") / "study.html"
    asked = ask(folder, out, policies=(policy,), unseal="a test of both samples")
    return make(asked, out)
