"""The matching engine: an order meets the book, fills are settled in the ledger at once."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from tests.emulators.kraken.account import Account
from tests.emulators.kraken.books import BUY, Market
from tests.emulators.kraken.identifiers import Identifiers
from tests.emulators.kraken.ledger import Change
from tests.emulators.kraken.orders import (
    CANCELED,
    CLOSED,
    EXPIRED,
    OPEN,
    Order,
    OrderRequest,
    Trade,
)
from tests.emulators.kraken.wire import KrakenError, cut

BY_USER = "User requested"


class Matching:
    """Takes orders, fills them, ends them."""

    def __init__(self, ids: Identifiers) -> None:
        """Name orders and trades by ``ids``."""
        self._ids = ids
        self._trades = 0
        self._ended = 0

    def check(self, account: Account, market: Market, request: OrderRequest) -> None:
        """Refuse an order that would not be accepted now.

        Raises:
            KrakenError: not enough funds, too many open orders, or a post-only order that crosses.
        """
        pair = request.pair
        if "post" in request.flags and market.reachable(request.side, request.price):
            raise KrakenError("EOrder:Post only order")
        if request.side == BUY:
            cost = _dearest(market, request)
            asset, needed = pair.quote, account.cost_of_buying(request.flags, pair, cost)
        else:
            asset, needed = pair.base, request.volume
        if needed > account.available(asset):
            raise KrakenError("EOrder:Insufficient funds")
        resting = [order for order in account.open_orders() if order.request.pair is pair]
        account.limits.check_open(len(resting))

    def place(
        self, account: Account, market: Market, request: OrderRequest, now: datetime
    ) -> Order:
        """Accept an order, fill what can be filled, and let the rest rest or go.

        Raises:
            KrakenError: see ``check``.
        """
        self.check(account, market, request)
        order = Order(self._ids.next("O"), request, now)
        account.orders[order.id] = order
        for price, volume in market.take(request.side, request.volume, request.price):
            self._settle(account, order, (price, volume), is_maker=False, now=now)
            market.last = price
        if order.left == 0:
            self.end(order, CLOSED, None, now)
        elif request.ordertype == "market" or request.timeinforce == "IOC":
            self.end(order, CANCELED, "Insufficient liquidity", now)
        return order

    def fill_resting(self, account: Account, market: Market, now: datetime) -> None:
        """Fill open orders that the book has moved across, at their own prices."""
        for order in account.open_orders():
            request = order.request
            if request.pair is not market.pair:
                continue
            for _, volume in market.take(request.side, order.left, request.price):
                at = (request.price or Decimal(0), volume)
                self._settle(account, order, at, is_maker=True, now=now)
            if order.left == 0:
                self.end(order, CLOSED, None, now)

    def expire(self, account: Account, now: datetime) -> None:
        """End orders whose time is over."""
        for order in account.open_orders():
            until = order.request.expires_at
            if until is not None and until <= now:
                self.end(order, EXPIRED, "Order expired", until)

    def end(self, order: Order, status: str, reason: str | None, now: datetime) -> None:
        """Take an open order off the book."""
        if order.status != OPEN:
            raise ValueError(f"{order.id} ended before, as {order.status}")
        self._ended += 1
        order.status, order.reason, order.closed_at = status, reason, now
        order.closed_as = self._ended

    def _settle(
        self,
        account: Account,
        order: Order,
        fill: tuple[Decimal, Decimal],
        *,
        is_maker: bool,
        now: datetime,
    ) -> None:
        request, pair = order.request, order.request.pair
        price, volume = fill
        fraction = account.fee_fraction(pair, maker=is_maker)
        cost = cut(price * volume, pair.cost_decimals)
        trade_id = self._ids.next("T")
        base, quote = self._changes(account, request, fill, fraction)
        entries = account.ledger.post(now, trade_id, ("trade", ""), quote, base)
        self._trades += 1
        trade = Trade(
            id=trade_id,
            order_id=order.id,
            postxid=self._ids.next("TK"),
            number=self._trades,
            at=now,
            request=request,
            price=price,
            volume=volume,
            cost=cost,
            fee=cut(cost * fraction, pair.cost_decimals),
            is_maker=is_maker,
            ledgers=tuple(entry.id for entry in entries),
        )
        order.trades.append(trade)
        account.trades.append(trade)

    def _changes(
        self,
        account: Account,
        request: OrderRequest,
        fill: tuple[Decimal, Decimal],
        fraction: Decimal,
    ) -> tuple[Change, Change]:
        """Return what a fill does to base and quote; amounts are cut to what the ledger keeps."""
        pair, ledger = request.pair, account.ledger
        price, volume = fill
        sign = 1 if request.side == BUY else -1
        paid = cut(price * volume, ledger.decimals(pair.quote))
        base_fee = cut(volume * fraction, ledger.decimals(pair.base))
        quote_fee = cut(price * volume * fraction, ledger.decimals(pair.quote))
        # A preference only: who sells the last coin cannot pay a fee in coins.
        has_coins = request.side == BUY or account.available(pair.base) >= base_fee
        if "fcib" in request.flags and has_coins:
            quote_fee = Decimal(0)
        else:
            base_fee = Decimal(0)
        return (
            Change(pair.base, sign * volume, base_fee),
            Change(pair.quote, -sign * paid, quote_fee),
        )


def _dearest(market: Market, request: OrderRequest) -> Decimal:
    """Return what a purchase costs at most: at its limit, or up the book."""
    if request.price is not None:
        return request.volume * request.price
    left, cost = request.volume, Decimal(0)
    for level in market.against(request.side):
        amount = min(left, level.volume)
        cost, left = cost + amount * level.price, left - amount
    return cost
