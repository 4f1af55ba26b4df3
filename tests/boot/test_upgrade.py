"""A new version of the program goes on with the records of the one before."""

from pathlib import Path

import pytest

from bot.app.plan import RunPlan, folder_of
from bot.settings import load_settings
from bot.store.sqlite import open_store
from tests.store import old_database


@pytest.mark.parametrize("mode", ["paper", "watch", "live"])
def test_an_account_goes_on_after_an_upgrade(tmp_path: Path, mode: str) -> None:
    """An order whose outcome is open lies in the old records: new ones would never settle it."""
    policy = tmp_path / "evenkeel.toml"
    text = f'venue = "kraken"\nmode = "{mode}"\n[targets]\nBTC = 60\nUSD = 40\n'
    policy.write_text(text, encoding="utf-8")
    settings = load_settings(policy, data_dir=tmp_path / "data", environment={})
    name = "kraken-paper-1" if mode == "paper" else "kraken-account-1"
    old_database.build(tmp_path / "data" / name / "evenkeel.db")
    plan = RunPlan(settings, replay=None, answering=None, days=None, fresh=False)
    assert folder_of(plan) == tmp_path / "data" / name
    with open_store(folder_of(plan) / "evenkeel.db") as store, store.reading() as tx:
        assert tx.decisions.ids()
    assert folder_of(plan) == tmp_path / "data" / name
