"""The owner's account at Coinbase, for watching: what it holds, and what changed it.

A key of Coinbase sees one portfolio. What lies in others, is staked, or is kept for futures is not
told, so a move to or from there may stay unexplained.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from bot.exchange.live.codes import Part
from bot.exchange.live.numbers import inner
from bot.exchange.live.others.coinbase_flows import asset_of, flows_of
from bot.exchange.live.others.holdings import balances_of
from bot.exchange.live.others.questions import Questions
from bot.exchange.live.others.rows import Row, rows_of
from bot.venues.connection import Connection
from bot.venues.troubles import malformed
from core.domain.errors import AccountProblem
from core.domain.portfolio import Balance, Flow
from core.domain.units import Asset, exact

_KEY = (
    "Coinbase does not accept this key. It may be deleted, bound to another network address, of "
    "another kind than ECDSA or Ed25519, or not copied whole; or this machine's clock is wrong, or "
    "something between here and Coinbase asks for a login. Look at the key in Coinbase's settings, "
    "or make a new one."
)
_SCOPE = (
    "Coinbase says that this key may not do that. Make a key that may view, and bind it to the "
    "portfolio that Evenkeel watches; never let it transfer."
)
_OWNER = (
    "Coinbase wants something from the owner of this account first. Log in at Coinbase, read what "
    "it says there, and resume afterwards."
)
MENDS = {
    "unauthorized": _KEY,
    "UNAUTHENTICATED": _KEY,
    "authentication_error": _KEY,
    "invalid_token": _KEY,
    "revoked_token": _KEY,
    "expired_token": _KEY,
    "invalid_authentication_method": _KEY,
    "invalid_scope": _SCOPE,
    "PERMISSION_DENIED": _SCOPE,
    "personal_details_required": _OWNER,
    "identity_verification_required": _OWNER,
    "jumio": _OWNER,
    "unverified_email": _OWNER,
    "two_factor_required": _OWNER,
}
"""What only a person can mend, by Coinbase's word."""

KINDS = {
    "ACCOUNT_TYPE_CRYPTO": Part.FREE,
    "ACCOUNT_TYPE_FIAT": Part.FREE,
    "ACCOUNT_TYPE_VAULT": Part.STAKED,
}
"""What a wallet is: what lies in a vault counts and cannot be sold from there."""

STAKED_CODES = frozenset({"ETH2"})
"""Codes of staked coins."""

_CODE = re.compile(r"[A-Z0-9]{1,20}")
_WALLETS = "Coinbase's list of wallets"
_WALLET_PAGE, _ENTRY_PAGE = "250", "100"
_MOST_PAGES = 200
_DELAY = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class _Wallet:
    """One wallet; ``held`` is what is in it, ``kept`` how much of that orders keep."""

    id: str
    code: str
    kind: str
    held: Decimal
    kept: Decimal


class CoinbaseAccount:
    """Implements ``AccountReader``. It reads, and can do nothing else; it orders nothing.

    A trade bears no client id, since no order of ours is ever sent there.
    """

    def __init__(self, connection: Connection, quote: Asset, assets: Iterable[Asset]) -> None:
        """Keep what it takes; nothing is asked yet.

        Args:
            connection: to Coinbase, with a key that may view.
            quote: the currency that flows are valued in.
            assets: the coins whose wallets are read even when they are empty.

        Raises:
            InputInvalid: the connection has no key.
        """
        self._coinbase = Questions(connection, "coinbase", MENDS, no_login=_KEY)
        self._quote = quote
        self._assets = frozenset((*assets, quote))

    async def balances(self) -> tuple[Balance, ...]:
        """Return every balance that is not zero, by asset.

        Raises:
            FeedUnavailable: Coinbase gave nothing that can be believed.
            AccountProblem: the key is refused, or a wallet is of an unknown kind.
        """
        wallets = await self._wallets()
        return balances_of(
            (asset_of(w.code), _part_of(w), w.held - w.kept, w.kept) for w in wallets if w.held
        )

    async def flows(self, since: datetime | None) -> tuple[Flow, ...]:
        """Return the changes that Coinbase tells of, from ``since`` on, oldest first; None = all.

        Raises:
            FeedUnavailable: Coinbase gave nothing that can be believed.
            AccountProblem: the key is refused, or an entry is of an unknown kind.
        """
        found: dict[str, Flow] = {}
        for wallet in await self._wallets():
            if not wallet.held and asset_of(wallet.code) not in self._assets:
                continue
            begin = None if since is None else since - _DELAY
            for row in await self._entries(wallet, begin):
                found |= {flow.flow_id: flow for flow in flows_of(row, self._quote)}
        flows = [flow for flow in found.values() if since is None or flow.occurred_at >= since]
        return tuple(sorted(flows, key=lambda flow: (flow.occurred_at, flow.flow_id)))

    async def _wallets(self) -> list[_Wallet]:
        """Return every wallet that the key sees.

        Raises:
            FeedUnavailable: there is none; an account that ever held something has one.
        """
        wallets: dict[str, _Wallet] = {}
        cursor: dict[str, str] = {}
        for _ in range(_MOST_PAGES):
            answer = await self._coinbase.ask(
                "v3_private_get_brokerage_accounts", limit=_WALLET_PAGE, **cursor
            )
            page = rows_of(answer, _WALLETS, "accounts")
            found = {wallet.id: wallet for wallet in map(_wallet, page)}
            if len(found) != len(page) or found.keys() & wallets.keys():
                raise malformed(f"{_WALLETS} names a wallet twice")
            wallets |= found
            last = Row(_WALLETS, answer)
            if not last.flag("has_next"):
                break
            cursor = {"cursor": last.text("cursor")}
        else:
            raise malformed(f"{_WALLETS} has no end")
        if not wallets:
            raise malformed(
                "Coinbase names no wallet at all. If this account is new, pay something in first"
            )
        return list(wallets.values())

    async def _entries(self, wallet: _Wallet, since: datetime | None) -> list[Row]:
        """Return a wallet's entries, newest first, down to ``since``."""
        what = f"Coinbase's history of {wallet.code}"
        rows: list[Row] = []
        after: dict[str, str] = {}
        for _ in range(_MOST_PAGES):
            answer = await self._coinbase.ask(
                "v2_private_get_accounts_account_id_transactions",
                account_id=wallet.id,
                limit=_ENTRY_PAGE,
                **after,
            )
            page = rows_of(answer, what, "data")
            instants = [row.instant("created_at") for row in page]
            if instants != sorted(instants, reverse=True):
                raise malformed(f"{what} is out of order")
            rows += page
            is_enough = bool(page) and since is not None and instants[-1] < since
            following = inner(answer, "pagination", "next_starting_after")
            if is_enough or following is None or following == "":
                return rows
            if not page or after == {"starting_after": following}:
                raise malformed(f"{what} leads in a circle")
            after = {"starting_after": Row(what, answer).text("pagination", "next_starting_after")}
        raise malformed(f"{what} has more than {_MOST_PAGES} pages")


@exact
def _wallet(row: Row) -> _Wallet:
    code, kind = row.text("currency"), row.text("type")
    free, kept = row.size("available_balance", "value"), row.size("hold", "value")
    for name in ("available_balance", "hold"):
        if row.text(name, "currency") != code:
            raise malformed(f"{_WALLETS} gives an amount of another coin for {code!r}")
    return _Wallet(row.text("uuid"), code, kind, free + kept, kept)


def _part_of(wallet: _Wallet) -> Part:
    """Return which part of a balance a wallet is.

    Raises:
        AccountProblem: its kind or its code has a form that is not known.
    """
    part = KINDS.get(wallet.kind)
    if part is None or not _CODE.fullmatch(wallet.code):
        raise AccountProblem(
            f"Coinbase reports a balance {wallet.code!r} of the kind {wallet.kind!r}, which is not "
            "known here. What it stands for must not be guessed. Move it to your main portfolio "
            "at Coinbase, or wait for an Evenkeel that knows it."
        )
    return Part.STAKED if wallet.code in STAKED_CODES else part
