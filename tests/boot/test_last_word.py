"""The last word before an order leaves: a halt in the records, or a file named HALT."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from bot.app.account import why_halted
from bot.app.halting import halt_files_of
from bot.store.sqlite import open_store
from core.domain.state import Halt

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def test_a_halt_file_is_seen_by_an_order_that_waits(tmp_path: Path) -> None:
    """An order may stand in line for seconds: a file that appears meanwhile still holds it back."""
    run = tmp_path / "kraken-account-1"
    run.mkdir()
    with open_store(run / "evenkeel.db") as store:
        forbidden = why_halted(store, halt_files_of(run, tmp_path))
        assert forbidden() == ""
        for place in (run / "HALT", tmp_path / "HALT"):
            place.touch()
            assert "HALT" in forbidden()
            place.unlink()
        assert forbidden() == ""


def test_a_halt_in_the_records_is_seen_as_well(tmp_path: Path) -> None:
    """What was halted in the chat while an order waited holds it back, with the reason."""
    with open_store(tmp_path / "evenkeel.db") as store:
        forbidden = why_halted(store, ())
        with store.transaction() as tx:
            tx.memory.save(replace(tx.memory.state(), halt=Halt(NOON, "stop")))
        assert forbidden() == "trading is halted: stop"
