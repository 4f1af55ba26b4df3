"""The paper account's file."""

import sqlite3
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from core.domain.errors import AccountProblem, InputInvalid, InvariantBroken, StoreCorrupt
from core.domain.market import Side
from core.domain.portfolio import FlowKind
from core.domain.units import Asset, Quantity
from tests.exchange.manual_clock import ManualClock
from tests.exchange.paper_desk import USD, Opener, an_order, coins, held

BTC = Asset("BTC")


async def test_the_account_outlives_the_program(tmp_path: Path, opened: Opener) -> None:
    """What was booked before a crash is there when the file is opened again."""
    file = tmp_path / "account.sqlite"
    first = opened(file)
    assert await first.open_with(coins(USD="10000"))
    report = await first.place(an_order(BTC, Side.BUY, "0.1", limit="61000"))
    # No close, as after a crash: the second program opens the same file.
    second = opened(file)
    assert await second.find("one") == report
    assert await second.balances() == await first.balances()
    assert await second.flows(None) == await first.flows(None)
    assert not await second.open_with(coins(USD="99"))
    assert (await held(second))[USD] < 4_000


def test_another_quote_currency_is_refused(tmp_path: Path, opened: Opener) -> None:
    """An account in dollars is not opened as one in euros."""
    opened(tmp_path / "account.sqlite")
    with pytest.raises(InputInvalid, match="kept in USD, not in EUR; use the same"):
        opened(tmp_path / "account.sqlite", quote=Asset("EUR"))


@pytest.mark.parametrize("kind", ["text", "other", "newer"])
def test_another_file_is_not_overwritten(tmp_path: Path, opened: Opener, kind: str) -> None:
    """A file that is something else is refused and left as it is."""
    file = tmp_path / "account.sqlite"
    if kind == "text":
        file.write_text("my notes " * 100)
    else:
        connection = sqlite3.connect(file)
        connection.execute("CREATE TABLE notes (text TEXT)")
        connection.execute(f"PRAGMA user_version = {0 if kind == 'other' else 1}")
        connection.close()
    before = file.read_bytes()
    with pytest.raises(StoreCorrupt, match="is not a paper account"):
        opened(file)
    assert file.read_bytes() == before


def test_a_folder_that_is_not_there_is_named(tmp_path: Path, opened: Opener) -> None:
    """A path that cannot be opened is named with the mend."""
    with pytest.raises(InputInvalid, match="check that its folder exists"):
        opened(tmp_path / "missing" / "account.sqlite")


async def test_a_file_in_use_books_nothing(tmp_path: Path, opened: Opener) -> None:
    """While another program holds the file nothing is booked, and the person is told."""
    file = tmp_path / "account.sqlite"
    paper = opened(file)
    await paper.open_with(coins(USD="10000"))
    paper._account._connection.execute("PRAGMA busy_timeout = 0")  # noqa: SLF001  # do not wait
    other = sqlite3.connect(file, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(AccountProblem, match="cannot be written"):
        await paper.deposit(USD, Quantity(Decimal(1)))
    other.execute("ROLLBACK")
    other.close()
    assert await held(paper) == {USD: Decimal(10_000)}
    await paper.deposit(USD, Quantity(Decimal(1)))
    assert await held(paper) == {USD: Decimal(10_001)}


async def test_a_failed_booking_leaves_nothing(opened: Opener) -> None:
    """A transaction that fails half-way is rolled back as a whole."""
    paper = opened()
    await paper.open_with(coins(USD="100"))
    account = paper._account  # noqa: SLF001  # the venue itself never books so
    now = datetime(2025, 1, 1, tzinfo=UTC)

    def book_both() -> None:
        with account.writing():
            account.book(FlowKind.TRADE, BTC, Decimal(1), value=None, at=now)
            account.book(FlowKind.TRADE, USD, Decimal(-101), value=None, at=now)

    with pytest.raises(InvariantBroken, match="would hold -1 USD"):
        book_both()
    assert await held(paper) == {USD: Decimal(100)}
    assert len(await paper.flows(None)) == 1


def test_two_accounts_never_share_an_id(opened: Opener, clock: ManualClock) -> None:
    """Accounts founded at different instants give out different ids."""
    first = opened()
    clock.at += timedelta(seconds=1)
    assert first._account.account_id != opened()._account.account_id  # noqa: SLF001  # the point
