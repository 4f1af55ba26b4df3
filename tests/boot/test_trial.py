"""Which days count as a trial."""

from pathlib import Path

import pytest

from bot.app.checks.trial import trial_days
from bot.clocks import SystemClock
from bot.settings import Settings, load_settings
from core.domain.snapshot import Occasion
from tests.boot.world import days_ago, evaluate_days
from tests.store import damage, old_database


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Give a policy at Kraken."""
    policy = tmp_path / "evenkeel.toml"
    policy.write_text('venue = "kraken"\n[targets]\nBTC = 60\nUSD = 40\n', encoding="utf-8")
    return load_settings(policy, data_dir=tmp_path / "data", environment={})


def counted(settings: Settings) -> int:
    """Return the days that count now."""
    return trial_days(settings, until=SystemClock().now())


def test_days_on_paper_and_watching_count_once_each(settings: Settings) -> None:
    """Two accounts on the same day are one day; other days add up."""
    assert counted(settings) == 0
    evaluate_days(settings.data_dir / "kraken-paper-1", 5)
    assert counted(settings) == 5
    evaluate_days(settings.data_dir / "kraken-account-1", 3)
    assert counted(settings) == 5
    evaluate_days(settings.data_dir / "kraken-paper-2", 4, until=days_ago(30))
    assert counted(settings) == 9


@pytest.mark.parametrize(
    "folder", ["simulated-7-1", "realtime-7-1", "binance-paper-1", "replay-x-1"]
)
def test_only_this_venues_real_market_counts(settings: Settings, folder: str) -> None:
    """A simulated market proves nothing about Kraken, and neither does another venue."""
    evaluate_days(settings.data_dir / folder, 20)
    assert counted(settings) == 0


def test_only_daily_evaluations_on_sound_data_count(settings: Settings) -> None:
    """A look within the day is none, and a day without prices was none."""
    evaluate_days(settings.data_dir / "kraken-paper-1", 20, occasion=Occasion.INTRADAY)
    evaluate_days(settings.data_dir / "kraken-paper-2", 20, is_priced=False)
    assert counted(settings) == 0


def test_days_that_have_not_come_yet_do_not_count(settings: Settings) -> None:
    """A clock that ran ahead for a while does not make a trial."""
    evaluate_days(settings.data_dir / "kraken-paper-1", 20, until=days_ago(-10))
    assert counted(settings) == 10


def test_a_database_that_is_broken_counts_nothing(settings: Settings) -> None:
    """No database at all, half of one, and one whose journal was changed: none is a trial."""
    broken = evaluate_days(settings.data_dir / "kraken-paper-1", 15)
    changed = evaluate_days(settings.data_dir / "kraken-paper-2", 15, until=days_ago(40))
    (settings.data_dir / "kraken-paper-3").mkdir()
    (settings.data_dir / "kraken-paper-3" / "evenkeel.db").write_text("not a database")
    assert counted(settings) == 30
    broken.write_bytes(broken.read_bytes()[: 20 * 4096])
    assert counted(settings) == 15
    damage.disarm(changed)
    damage.run(changed, "UPDATE journal SET actor = 'nobody' WHERE seq = 3")
    assert counted(settings) == 0


def test_looking_changes_nothing(settings: Settings) -> None:
    """The files are the same afterwards, byte for byte, also while the bot holds them open."""
    path = evaluate_days(settings.data_dir / "kraken-paper-1", 14)
    before = {file: file.read_bytes() for file in path.parent.iterdir()}
    assert counted(settings) == 14
    assert {file: file.read_bytes() for file in path.parent.iterdir()} == before


def test_an_upgrade_does_not_cost_the_trial(settings: Settings) -> None:
    """Days in a database of an older version count, and it stays as it is."""
    path = settings.data_dir / "kraken-paper-1" / "evenkeel.db"
    old_database.build(path)
    before = path.read_bytes()
    assert counted(settings) == 1
    assert path.read_bytes() == before
    assert [file.name for file in path.parent.iterdir()] == [path.name]
