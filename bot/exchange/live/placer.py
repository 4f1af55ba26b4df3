"""Orders at Kraken: each is sent once, and what became of it is looked up, never assumed.

A client id does not protect against a second order: Kraken checks it among open orders only
(METHODS 8.5). So nothing here ever sends an order again.
"""

import asyncio
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from bot.exchange.live.fills import Taken
from bot.exchange.live.lookup import KrakenOrders
from bot.exchange.live.numbers import inner
from bot.exchange.live.outcomes import is_gone, refusal_of
from bot.exchange.live.private import problem_of
from bot.exchange.live.request import request_of
from bot.exchange.live.rules import rules_of
from bot.venues.connection import Connection
from bot.venues.troubles import VenueRefusal, malformed
from core.domain.errors import (
    AccountProblem,
    FeedUnavailable,
    InputInvalid,
    OrderNotSent,
    OrderOutcomeUnknown,
    OrderRejected,
)
from core.domain.market import MarketRules
from core.domain.proposal import Order, OrderReport
from core.domain.units import Asset

PATIENCE = (0.5, 1.0, 2.0)
"""Seconds between looks at an order that was just taken: Kraken may need a moment to show it."""


def _not_known(_client_id: str) -> None:
    """Say that nobody wrote down when the order was meant."""


def _nothing() -> str:
    """Say that nothing speaks against sending."""
    return ""


class KrakenPlacer:
    """Implements ``OrderPlacer`` for one account at Kraken.

    It shares its connection with whoever else uses the same key, and does not close it.
    """

    def __init__(
        self,
        connection: Connection,
        quote: Asset,
        *,
        intended_at: Callable[[str], datetime | None] = _not_known,
        forbidden: Callable[[], str] = _nothing,
    ) -> None:
        """Trade against ``quote`` through ``connection``.

        Args:
            connection: to Kraken, with a key that may trade.
            quote: the currency that coins are traded against.
            intended_at: tells when the order under a client id was meant, or None. It only keeps
                look-ups short: without it they go back to the beginning.
            forbidden: tells why nothing may be sent now, or an empty text. An order may have to
                wait for its turn, so this is asked last of all.

        Raises:
            InputInvalid: another venue, no key, or a secret that cannot sign.
        """
        key, name = connection.key, connection.venue.name
        if name != "kraken":
            raise InputInvalid(f"orders are placed at Kraken only, and the venue is {name!r}")
        if key is None or not key.public or not key.is_base64:
            raise InputInvalid(
                "Kraken's key is missing or not complete; copy the API key and the private key "
                "once more, each as a whole"
            )
        self._connection = connection
        self._clock = connection.clock
        self._quote = quote
        self._orders = KrakenOrders(connection, quote)
        self._intended_at = intended_at
        self._forbidden = forbidden
        self._placed: dict[str, datetime] = {}

    async def place(self, order: Order) -> OrderReport:
        """Send ``order`` once, and tell what it brought.

        Being cancelled once the order is on its way counts as an unknown outcome, too.

        Raises:
            OrderRejected: a definite no; nothing was bought or sold.
            OrderOutcomeUnknown: anything else; look the order up, and never send it again.
        """
        market, rules = await self._market(order)
        # Nobody else may ask between the look at the deadline and the order itself.
        async with self._connection.alone():
            request = await self._request(order, market, rules)
            if why := self._forbidden():
                raise OrderNotSent(why)
            self._placed[order.client_id] = order.intent_at
            try:
                venue_id = await self._send(order, request)
            except asyncio.CancelledError as cancelled:
                raise _lost(order) from cancelled
        try:
            return await self._settled(order, venue_id)
        except asyncio.CancelledError as cancelled:
            raise _lost(order, venue_id) from cancelled

    async def find(self, client_id: str) -> OrderReport | None:
        """Look ``client_id`` up among open orders, closed orders and trades; None = not there.

        Not there today may be there in a moment: see METHODS 8.5 for how often to look.

        Raises:
            FeedUnavailable: Kraken did not answer all of it in a way that can be believed.
            AccountProblem: several orders are there under this id, or Kraken refuses the key; a
                person must look.
        """
        since = self._placed.get(client_id) or self._intended_at(client_id)
        # In this order: what closes in between is seen once at least.
        found = await self._orders.open(client_id)
        found |= await self._orders.closed(client_id, since)
        if not found:
            found = await self._orders.traded(client_id, since)
        if len(found) > 1:
            raise AccountProblem(
                f"Kraken has {len(found)} orders under the client id {client_id}: "
                f"{', '.join(sorted(found))}. At most one of them is this program's; look at "
                "Kraken by hand which one it is, and whether another program uses the same account"
            )
        for taken in found.values():
            return await self._orders.report(taken, client_id)
        return None

    async def cancel(self, client_id: str) -> None:
        """Cancel what is still open of the order; an unknown or finished one is no error.

        Raises:
            FeedUnavailable: Kraken did not answer; it does no harm to ask again.
            AccountProblem: Kraken refuses the key.
        """
        try:
            await self._connection.ask("private_post_cancelorder", {"cl_ord_id": client_id})
        except VenueRefusal as refusal:
            if not is_gone(refusal.words):
                raise problem_of(refusal.words) or refusal from None

    async def _market(self, order: Order) -> tuple[Mapping[str, Any], MarketRules]:
        """Return the market of an order, and its rules; until here nothing is sent."""
        symbol = f"{order.asset}/{self._quote}"
        try:
            market = (await self._connection.markets()).get(symbol)
            if market is None:
                raise OrderNotSent(f"Kraken does not trade {symbol}")
            return market, rules_of("kraken", "Kraken", order.asset, market)
        except FeedUnavailable as error:
            raise _unread(symbol, error) from None

    async def _request(
        self, order: Order, market: Mapping[str, Any], rules: MarketRules
    ) -> dict[str, str]:
        """Return what will be sent; until here nothing is.

        Earlier questions may have to be paid for with waiting. That must be over before the
        deadline is looked at, or the order would grow old on its way.
        """
        try:
            await self._connection.ask("throttle", 0)
        except FeedUnavailable as error:
            raise _unread(f"{order.asset}/{self._quote}", error) from None
        return request_of(order, market, rules, now=self._clock.now())

    async def _send(self, order: Order, request: dict[str, str]) -> str:
        """Ask once, and return Kraken's id of the order."""
        try:
            # ccxt would repeat an order that got no answer if anybody had told it to: 0 forbids it.
            answer = await self._connection.ask(
                "private_post_addorder", {**request, "maxRetriesOnFailure": 0}
            )
        except VenueRefusal as refusal:
            reason = refusal_of(refusal.words)
            if reason is None:
                raise _unknown(order, str(problem_of(refusal.words) or refusal)) from None
            raise OrderRejected(f"Kraken refused the order: {reason}") from None
        except FeedUnavailable as error:
            raise _unknown(order, str(error)) from None
        names = inner(answer, "result", "txid")
        if not isinstance(names, list) or len(names) != 1 or not isinstance(names[0], str):
            raise _unknown(order, "Kraken's answer has no order id")
        if not names[0]:
            raise _unknown(order, "Kraken's answer has an empty order id")
        return names[0]

    async def _settled(self, order: Order, venue_id: str) -> OrderReport:
        """Return what an order brought that Kraken has taken; only reads are repeated."""
        report, reason = None, ""
        for pause in (*PATIENCE, None):
            try:
                taken = await self._orders.with_id(venue_id)
                _check_same(order, taken)
                report = await self._orders.report(taken, order.client_id)
                if not report.is_open:
                    return report
            except (FeedUnavailable, AccountProblem) as error:
                report, reason = None, str(error)
            if pause is not None:
                await self._clock.sleep(pause)
        if report is None:
            why = f"Kraken has taken it as {venue_id}, and does not tell what came of it: {reason}"
            raise _unknown(order, why, venue_id)
        return report


def _check_same(order: Order, taken: Taken) -> None:
    """Refuse an order that is not the one that was sent."""
    sent = (order.asset, order.side, order.quantity)
    if (taken.asset, taken.side, taken.volume) != sent:
        raise malformed(f"Kraken tells another order than the one sent as {taken.venue_id}")


def _unread(symbol: str, error: FeedUnavailable) -> OrderNotSent:
    return OrderNotSent(f"the rules of {symbol} cannot be read ({error})")


def _lost(order: Order, venue_id: str = "") -> OrderOutcomeUnknown:
    return _unknown(order, "the program stopped waiting for the answer", venue_id)


def _unknown(order: Order, why: str, venue_id: str = "") -> OrderOutcomeUnknown:
    return OrderOutcomeUnknown(
        f"nobody knows what became of the order {order.client_id} ({why}); "
        "it will be looked up and never sent again",
        venue_id=venue_id,
    )
