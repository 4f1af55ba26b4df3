"""The paper account on disk: balances, every change of them, orders and trades, in one SQLite file.

The file is the venue's own memory, apart from the bot's database: what was booked here stays booked
when the bot falls over before it heard of it. Amounts are decimal text, instants are microseconds.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

from core.codec import digest
from core.domain.errors import AccountProblem, InputInvalid, InvariantBroken, StoreCorrupt
from core.domain.market import Side
from core.domain.portfolio import Balance, Flow, FlowKind
from core.domain.proposal import Fill, Order, OrderReport
from core.domain.units import ZERO, Asset, Money, Price, Quantity, exact, text_of

_VERSION = 1
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
# What SQLite says of a file that is none, is damaged, or lacks our tables.
_NOT_OURS = frozenset({"SQLITE_ERROR", "SQLITE_NOTADB", "SQLITE_CORRUPT"})
_SCHEMA = """
CREATE TABLE account (id TEXT NOT NULL, quote TEXT NOT NULL, opened_at INTEGER NOT NULL);
CREATE TABLE balance (
    asset TEXT PRIMARY KEY, free TEXT NOT NULL, locked TEXT NOT NULL, staked TEXT NOT NULL
);
CREATE TABLE flow (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, asset TEXT NOT NULL, kind TEXT NOT NULL,
    amount TEXT NOT NULL, value TEXT, occurred_at INTEGER NOT NULL, reference TEXT NOT NULL
);
CREATE TABLE sent (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, client_id TEXT NOT NULL, asset TEXT NOT NULL,
    side TEXT NOT NULL, quantity TEXT NOT NULL, limit_price TEXT NOT NULL,
    placed_at INTEGER NOT NULL
);
CREATE TABLE fill (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, sent INTEGER NOT NULL REFERENCES sent (seq),
    quantity TEXT NOT NULL, price TEXT NOT NULL, fee TEXT NOT NULL, fee_asset TEXT NOT NULL
);
CREATE INDEX flow_time ON flow (occurred_at, seq);
CREATE INDEX sent_client ON sent (client_id);
CREATE INDEX fill_sent ON fill (sent);
"""


class AccountFile:
    """One paper account.

    Attributes:
        quote: the currency it is kept in.
        account_id: part of every id this account gives out, so that two accounts never share one.
    """

    def __init__(self, path: Path | str, *, quote: Asset, opened_at: datetime) -> None:
        """Open the account, or found it when the file is new.

        Args:
            path: the file, or ``:memory:``.
            quote: the quote currency.
            opened_at: the present instant, kept when the account is founded.

        Raises:
            InputInvalid: the file cannot be opened, or is an account in another currency.
            StoreCorrupt: the file is something else.
        """
        self._path = path
        try:
            self._connection = sqlite3.connect(path, isolation_level=None)
        except sqlite3.OperationalError as error:
            raise _unopened(path, error) from error
        try:
            self._found_if_new(quote, opened_at)
            row = self._connection.execute("SELECT id, quote FROM account").fetchone()
        except sqlite3.DatabaseError as error:
            self._connection.close()
            raise _unopened(path, error) from error
        self.account_id, self.quote = str(row[0]), Asset(row[1])
        if self.quote != quote:
            self._connection.close()
            raise InputInvalid(
                f"the paper account {path} is kept in {self.quote}, not in {quote}; "
                "use the same quote currency or another file"
            )

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Commit everything in the block at once, or nothing of it.

        Raises:
            AccountProblem: the file is in use elsewhere or cannot be written; nothing was booked.
        """
        try:
            self._connection.execute("BEGIN IMMEDIATE")
            yield
            self._connection.execute("COMMIT")
        except sqlite3.Error as error:
            self._roll_back()
            raise AccountProblem(
                f"the paper account {self._path} cannot be written: {error}"
            ) from error
        except BaseException:
            self._roll_back()
            raise

    def balances(self) -> tuple[Balance, ...]:
        """Return every balance that is not zero, by symbol."""
        rows = self._connection.execute("SELECT * FROM balance ORDER BY asset")
        balances = [Balance(Asset(asset), *(_quantity(t) for t in parts)) for asset, *parts in rows]
        return tuple(row for row in balances if row.free or row.locked or row.staked)

    def balance(self, asset: Asset) -> Balance:
        """Return the balance of ``asset``, zero when there is none."""
        row = self._connection.execute(
            "SELECT free, locked, staked FROM balance WHERE asset = ?", (asset,)
        ).fetchone()
        return Balance(asset, *(_quantity(part) for part in row or ("0",)))

    def is_untouched(self) -> bool:
        """Tell whether nothing was ever booked."""
        return self._connection.execute("SELECT 1 FROM flow LIMIT 1").fetchone() is None

    @exact
    def hold(self, asset: Asset, *, locked: Quantity, staked: Quantity) -> None:
        """Divide what there is of ``asset`` anew; the rest is free.

        Raises:
            InputInvalid: less than that is there.
        """
        balance = self.balance(asset)
        free = balance.free + balance.locked + balance.staked - locked - staked
        if min(free, locked, staked) < ZERO:
            raise InputInvalid(
                f"{text_of(locked)} locked and {text_of(staked)} staked {asset} are more than the "
                "paper account holds; name a smaller amount"
            )
        self._write(Balance(asset, Quantity(free), locked, staked))

    @exact
    def book(
        self,
        kind: FlowKind,
        asset: Asset,
        amount: Decimal,
        *,
        value: Money | None,
        at: datetime,
        reference: str = "",
    ) -> None:
        """Book one change of one balance; a change of nothing leaves no trace."""
        if not amount:
            return
        balance = self.balance(asset)
        free = balance.free + amount
        if free < ZERO:
            raise InvariantBroken(f"the paper account would hold {text_of(free)} {asset}")
        self._write(Balance(asset, Quantity(free), balance.locked, balance.staked))
        self._connection.execute(
            "INSERT INTO flow (asset, kind, amount, value, occurred_at, reference)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            (
                asset,
                kind.value,
                text_of(amount),
                None if value is None else text_of(value),
                _micros(at),
                reference,
            ),
        )

    def flows(self, since: datetime | None) -> tuple[Flow, ...]:
        """Return every change at or after ``since``, oldest first."""
        rows = self._connection.execute(
            "SELECT seq, asset, kind, amount, value, occurred_at, reference FROM flow"
            " WHERE occurred_at >= ? ORDER BY occurred_at, seq",
            (0 if since is None else _micros(since),),
        )
        return tuple(
            Flow(
                f"{self.account_id}-f{seq}",
                Asset(asset),
                FlowKind(kind),
                Decimal(amount),
                None if value is None else Money(Decimal(value)),
                _instant(at),
                reference,
            )
            for seq, asset, kind, amount, value, at, reference in rows
        )

    def add_order(self, order: Order, at: datetime) -> int:
        """Remember an accepted order; return its number."""
        cursor = self._connection.execute(
            "INSERT INTO sent (client_id, asset, side, quantity, limit_price, placed_at)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            (
                order.client_id,
                order.asset,
                order.side.value,
                text_of(order.quantity),
                text_of(order.limit_price),
                _micros(at),
            ),
        )
        return int(cursor.lastrowid or 0)

    def add_fill(
        self, number: int, quantity: Quantity, price: Price, *, fee: Money, fee_asset: Asset
    ) -> None:
        """Remember one trade of order ``number``."""
        self._connection.execute(
            "INSERT INTO fill (sent, quantity, price, fee, fee_asset) VALUES (?, ?, ?, ?, ?)",
            (number, text_of(quantity), text_of(price), text_of(fee), fee_asset),
        )

    def reports(self, client_id: str) -> tuple[OrderReport, ...]:
        """Return every order ever accepted under ``client_id``, oldest first."""
        rows = self._connection.execute(
            "SELECT seq, asset, side, placed_at FROM sent WHERE client_id = ? ORDER BY seq",
            (client_id,),
        ).fetchall()
        return tuple(
            OrderReport(
                f"{self.account_id}-o{number}",
                client_id,
                is_open=False,
                fills=self._fills(number, client_id, (Asset(asset), Side(side), _instant(at))),
            )
            for number, asset, side, at in rows
        )

    def _fills(
        self, number: int, client_id: str, order: tuple[Asset, Side, datetime]
    ) -> tuple[Fill, ...]:
        asset, side, executed_at = order
        rows = self._connection.execute(
            "SELECT seq, quantity, price, fee, fee_asset FROM fill WHERE sent = ? ORDER BY seq",
            (number,),
        )
        return tuple(
            Fill(
                f"{self.account_id}-t{seq}",
                client_id,
                asset,
                side,
                _quantity(quantity),
                Price(Decimal(price)),
                Money(Decimal(fee)),
                Asset(fee_asset),
                executed_at,
            )
            for seq, quantity, price, fee, fee_asset in rows
        )

    def _write(self, balance: Balance) -> None:
        self._connection.execute(
            "INSERT OR REPLACE INTO balance (asset, free, locked, staked) VALUES (?, ?, ?, ?)",
            (balance.asset, *(text_of(p) for p in (balance.free, balance.locked, balance.staked))),
        )

    def _roll_back(self) -> None:
        if self._connection.in_transaction:
            self._connection.execute("ROLLBACK")

    def _found_if_new(self, quote: Asset, opened_at: datetime) -> None:
        # With full synchronisation a commit is on disk before the order is answered.
        self._connection.execute("PRAGMA synchronous = FULL")
        version = self._connection.execute("PRAGMA user_version").fetchone()[0]
        if version == _VERSION:
            return
        if version or self._connection.execute("SELECT 1 FROM sqlite_master").fetchone():
            raise sqlite3.DatabaseError(f"its version is {version}, {_VERSION} is expected")
        self._connection.execute("PRAGMA journal_mode = WAL")
        with self.writing():
            for statement in _SCHEMA.split(";")[:-1]:
                self._connection.execute(statement)
            self._connection.execute(
                "INSERT INTO account (id, quote, opened_at) VALUES (?, ?, ?)",
                (digest([quote, opened_at])[:8], quote, _micros(opened_at)),
            )
            self._connection.execute(f"PRAGMA user_version = {_VERSION}")


def _unopened(path: Path | str, error: sqlite3.DatabaseError) -> InputInvalid | StoreCorrupt:
    """Tell a file that is something else from one that only cannot be reached."""
    if getattr(error, "sqlite_errorname", "SQLITE_ERROR") in _NOT_OURS:
        return StoreCorrupt(
            f"{path} is not a paper account ({error}); move it away and start again"
        )
    return InputInvalid(
        f"the paper account {path} cannot be opened ({error}); "
        "check that its folder exists, can be written, and that no other program holds the file"
    )


def _micros(at: datetime) -> int:
    return (at - _EPOCH) // _MICROSECOND


def _instant(micros: int) -> datetime:
    return _EPOCH + micros * _MICROSECOND


def _quantity(text: str) -> Quantity:
    return Quantity(Decimal(text))
