"""What a person reads when a backup was made, and when one was put back."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.cli.main import app
from bot.store.sqlite import open_store
from tests.backup.folders import make_run
from tests.store import damage
from tests.store.book_cards import BOOKS, book_day

RUNNER = CliRunner()


def say(*words: str) -> str:
    """Run a command that succeeds; return what it prints."""
    result = RUNNER.invoke(app, words)
    assert result.exit_code == 0, result.output
    return result.output


def test_what_is_in_it_and_what_is_not(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A backup says what it holds, and that secrets are not in it."""
    monkeypatch.chdir(data.parent)
    text = say("backup", "b.zip", "--data", str(data))
    assert "b.zip (" in text
    assert "simulated-7-1  1 journal entries" in text
    assert "Your rules (evenkeel.toml) are in it." in text
    assert "Your secrets are not: .env stays where it is" in text
    monkeypatch.chdir(tmp_path)
    assert "--policy names one" in say("backup", "b.zip", "--data", str(data))


@pytest.mark.parametrize(
    "sql",
    ["UPDATE book_mark SET value = '7'", "DELETE FROM book_mark", "DELETE FROM book_day"],
)
def test_damaged_books_are_told_and_the_rest_is_kept(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sql: str
) -> None:
    """Nothing rests on the books, so nobody is without a backup because of them."""
    monkeypatch.chdir(tmp_path)
    database = make_run(data, "simulated-7-2")
    with open_store(database) as store, store.transaction() as tx:
        assert tx.books.add(book_day(), BOOKS)
    assert "books beside" not in say("backup", "whole.zip", "--data", str(data))
    damage.run(database, sql)
    text = say("backup", "b.zip", "--data", str(data))
    assert "books beside the account are damaged in simulated-7-2; nothing else" in text
    assert "/review mend" in text
    assert "simulated-7-2  2 journal entries" in say("restore", "b.zip", "--data", "back")


def test_what_came_back_and_what_to_do(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A restore says what came back, what became of the rules, and that an account is halted."""
    make_run(data, "kraken-account-1", is_paper=False)
    monkeypatch.chdir(data.parent)
    say("backup", str(tmp_path / "b.zip"), "--data", str(data))
    monkeypatch.chdir(tmp_path)
    text = say("restore", "b.zip", "--data", "back")
    assert "kraken-account-1  1 journal entries" in text
    assert "your own account" in text
    assert "Your rules are back in evenkeel.toml." in text
    assert "Your own account begins halted." in text
    assert "evenkeel unhalt" in text
    again = say("restore", "b.zip", "--data", "back", "--force", "--run", "simulated-7-1")
    assert "What was there before lies in back/set-aside/" in again
    assert "halted" not in again
