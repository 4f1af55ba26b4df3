"""The owner's account at Kraken: what it holds, and everything that changed it."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from bot.exchange.live.amounts import amount_of
from bot.exchange.live.codes import Codes, Part
from bot.exchange.live.fills import own_form
from bot.exchange.live.histories import History
from bot.exchange.live.ledger import (
    TRADE_TYPE,
    Entry,
    entry_of,
    flows_of,
    groups_of,
    is_half,
)
from bot.exchange.live.private import KrakenPrivate
from bot.ports.clock import Clock
from bot.venues.connection import Connection
from bot.venues.troubles import VenueRefusal, malformed
from core.domain.errors import AccountProblem, FeedUnavailable
from core.domain.portfolio import Balance, Flow
from core.domain.readings import Trouble
from core.domain.units import ZERO, Asset, Quantity, exact

CODES_KEPT = timedelta(days=1)
SETTLING = timedelta(hours=1)
"""So young, an entry may still wait for its other half, or for its order to be told."""

_MARGIN = timedelta(minutes=1)
_ORDERS_A_CALL = 50
_NOT_THERE = "EOrder:Unknown order"


class KrakenAccount:
    """Implements ``AccountReader``. It reads, and can do nothing else; it orders nothing.

    It never asks twice for one answer: who calls decides whether to try again. A change that is not
    told in full yet makes ``flows`` fail as late, so that no order of ours passes for one by hand.
    """

    def __init__(
        self,
        connection: Connection,
        quote: Asset,
        clock: Clock,
        *,
        accepted: Collection[str] = (),
    ) -> None:
        """Keep what it takes; nothing is asked yet.

        Args:
            connection: to Kraken, with a key that may read funds, closed orders and the ledger.
            quote: the currency that flows are valued in.
            clock: what time it is.
            accepted: ids of ledger entries that a person looked at, whatever kind they are of: what
                they brought came in, what they took went out.

        Raises:
            InputInvalid: the connection has no key that can sign.
        """
        self._accepted = frozenset(accepted)
        self._kraken = KrakenPrivate(connection)
        self._quote = quote
        self._clock = clock
        self._ledger = History(self._kraken, "private_post_ledgers", "ledger")
        self._trades = History(self._kraken, "private_post_tradeshistory", "trades")
        self._codes: tuple[datetime, Codes] | None = None
        self._client_ids: dict[str, str] = {}

    async def balances(self) -> tuple[Balance, ...]:
        """Return every balance that is not zero, by asset.

        An answer without a single row is refused, also of an account that never held anything: it
        cannot be told from a broken one, and read as "all is sold" it would be bought again. An
        account that was emptied has rows of zero, and is empty here.

        Raises:
            FeedUnavailable: Kraken gave nothing that can be believed.
            AccountProblem: the key is refused, a code is not known, or money is owed.
        """
        result = await self._kraken.ask("private_post_balanceex")
        if not result:
            raise malformed(
                "Kraken names no balance at all; an account that ever held something has one. If "
                "this account is new, pay something in first"
            )
        rows = {code: _held(code, row) for code, row in result.items()}
        held = {code: amounts for code, amounts in rows.items() if amounts[0]}
        return _balances(held, await self._known(held))

    async def flows(self, since: datetime | None) -> tuple[Flow, ...]:
        """Return every change of a balance from ``since`` on, oldest first; None = all.

        A trade bears the client id of its order; without one it was made by hand or elsewhere.

        Raises:
            FeedUnavailable: Kraken gave nothing that can be believed, or has not told all yet.
            AccountProblem: the key is refused, or an entry is of an unknown kind.
        """
        # Kraken leaves out the very instant that it is asked from, and a pair may straddle it.
        second = None if since is None else int((since - _MARGIN).timestamp())
        rows = await self._ledger.since(second)
        codes = await self._known(_codes_in(rows))
        entries = (entry_of(name, row, codes.read_past) for name, row in rows.items())
        groups = groups_of(entry.taken_as_told(self._accepted) for entry in entries)
        self._check_whole(groups)
        await self._learn_client_ids(groups)
        flows = flows_of(groups, self._quote, self._client_ids)
        return tuple(flow for flow in flows if since is None or flow.occurred_at >= since)

    async def _known(self, used: Iterable[str]) -> Codes:
        """Return Kraken's codes, read anew once a day and when one of those used is new."""
        now = self._clock.now()
        if self._codes is not None:
            read_at, codes = self._codes
            is_fresh = timedelta() <= now - read_at < CODES_KEPT
            if is_fresh and (read_at == now or all(codes.lists(code) for code in used)):
                return codes
        codes = Codes.listed(await self._kraken.ask("public_get_assets"))
        self._codes = (now, codes)
        return codes

    def _check_whole(self, groups: Iterable[Sequence[Entry]]) -> None:
        """Refuse a young pair of which only one side is there."""
        for group in groups:
            if is_half(group) and self._is_settling(group):
                raise _late(f"one side of the entry {group[0].id}")

    def _is_settling(self, group: Sequence[Entry]) -> bool:
        return max(entry.at for entry in group) > self._clock.now() - SETTLING

    async def _learn_client_ids(self, groups: Iterable[Sequence[Entry]]) -> None:
        """Find out whose the trades are that are not known yet."""
        new = {
            group[0].group: group
            for group in groups
            if group[0].type == TRADE_TYPE and group[0].group not in self._client_ids
        }
        if not new:
            return
        first = min(entry.at for group in new.values() for entry in group)
        trades = await self._trades.since(int((first - _MARGIN).timestamp()))
        orders = {}
        for trade, group in new.items():
            order = trades.get(trade, {}).get("ordertxid")
            if isinstance(order, str) and order:
                orders[trade] = order
            elif trade in trades:
                raise malformed(f"Kraken tells of the trade {trade} without its order")
            elif self._is_settling(group):
                raise _late(f"the trade {trade}")
        found = await self._client_ids_of(sorted(set(orders.values())))
        # A trade that Kraken's own history does not know is nobody's order, so not one of ours.
        self._client_ids |= {trade: found.get(orders.get(trade, ""), "") for trade in new}

    async def _client_ids_of(self, orders: Sequence[str]) -> dict[str, str]:
        """Return the client ids of orders in our form; an empty one for an order without."""
        found = {}
        for start in range(0, len(orders), _ORDERS_A_CALL):
            asked = orders[start : start + _ORDERS_A_CALL]
            told = await self._told_of(asked)
            for order in asked:
                row = told.get(order)
                client_id = row.get("cl_ord_id") if isinstance(row, Mapping) else row
                if not isinstance(row, Mapping) or not isinstance(client_id, str | None):
                    raise _late(f"the order {order}")
                found[order] = own_form(client_id or "")
        return found

    async def _told_of(self, orders: Sequence[str]) -> Mapping[str, Any]:
        try:
            return await self._kraken.ask("private_post_queryorders", txid=",".join(orders))
        except VenueRefusal as refusal:
            if not any(word.startswith(_NOT_THERE) for word in refusal.words):
                raise
            raise _late("every order of its trades") from None


def _late(what: str) -> FeedUnavailable:
    return FeedUnavailable(f"Kraken does not tell {what} yet; ask again", trouble=Trouble.LATE)


def _codes_in(rows: Mapping[str, Mapping[str, Any]]) -> set[str]:
    return {code for row in rows.values() if isinstance(code := row.get("asset"), str)}


@exact
def _held(code: str, row: object) -> tuple[Decimal, Decimal]:
    """Return what is held under a code, and how much of it orders keep."""
    told = row if isinstance(row, Mapping) else {}
    total, kept = amount_of(told.get("balance")), amount_of(told.get("hold_trade"))
    borrowed = amount_of(told.get("credit_used", "0"))
    if total is None or kept is None or borrowed is None or kept < ZERO:
        raise malformed(f"Kraken gives a balance of {code!r} that cannot be read")
    if total < ZERO or borrowed:
        raise AccountProblem(
            f"Kraken says that this account owes {code}. Evenkeel does not trade on credit: pay "
            "it back at Kraken, and resume afterwards."
        )
    if kept > total:
        raise malformed(f"Kraken says that orders keep more {code!r} than there is")
    return total, kept


@exact
def _balances(held: Mapping[str, tuple[Decimal, Decimal]], codes: Codes) -> tuple[Balance, ...]:
    """Return the balances by asset, its codes added up.

    Raises:
        AccountProblem: a code is not known.
    """
    sums: dict[Asset, dict[Part, Decimal]] = {}
    for code, (total, kept) in held.items():
        asset, part = codes.read(code)
        parts = sums.setdefault(asset, dict.fromkeys(Part, ZERO))
        moved = kept if part is Part.FREE else ZERO
        parts[part] += total - moved
        parts[Part.LOCKED] += moved
    return tuple(
        Balance(
            asset,
            free=Quantity(parts[Part.FREE]),
            locked=Quantity(parts[Part.LOCKED]),
            staked=Quantity(parts[Part.STAKED]),
        )
        for asset, parts in sorted(sums.items())
    )
