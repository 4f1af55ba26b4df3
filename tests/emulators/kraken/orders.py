"""Orders and trades, in the shapes in which Kraken tells them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from tests.emulators.kraken.listings import Pair
from tests.emulators.kraken.wire import Json, stamp, text_of

OPEN, CLOSED, CANCELED, EXPIRED = "open", "closed", "canceled", "expired"


@dataclass(frozen=True)
class OrderRequest:
    """An order that somebody wants, checked.

    Attributes:
        price: the limit; None for a market order.
        flags: oflags, with the preferred fee currency among them.
        timeinforce: GTC, IOC or GTD.
        expires_at: for GTD.
    """

    pair: Pair
    side: str
    ordertype: str
    volume: Decimal
    price: Decimal | None = None
    flags: tuple[str, ...] = ("fciq",)
    timeinforce: str = "GTC"
    expires_at: datetime | None = None
    client_id: str | None = None
    userref: int | None = None

    @property
    def limit_text(self) -> str:
        """The limit price as told; ``0`` for a market order."""
        return "0" if self.price is None else text_of(self.price, self.pair.pair_decimals)

    @property
    def description(self) -> str:
        """The order in a line, as AddOrder answers it."""
        volume = text_of(self.volume, self.pair.lot_decimals)
        how = "market" if self.price is None else f"limit {self.limit_text}"
        return f"{self.side} {volume} {self.pair.altname} @ {how}"


@dataclass(frozen=True)
class Trade:
    """One fill at one price; ``fee`` is in quote, whatever the ledger took it in."""

    id: str
    order_id: str
    postxid: str
    number: int
    at: datetime
    request: OrderRequest
    price: Decimal
    volume: Decimal
    cost: Decimal
    fee: Decimal
    is_maker: bool
    ledgers: tuple[str, ...]

    def told(self, *, with_ledgers: bool) -> Json:
        """Return it as TradesHistory does."""
        pair = self.request.pair
        told = {
            "ordertxid": self.order_id,
            "postxid": self.postxid,
            "pair": pair.id,
            "time": stamp(self.at),
            "type": self.request.side,
            "ordertype": self.request.ordertype,
            "price": text_of(self.price, max(5, pair.pair_decimals)),
            "cost": text_of(self.cost, pair.cost_decimals),
            "fee": text_of(self.fee, pair.cost_decimals),
            "vol": text_of(self.volume, pair.lot_decimals),
            "margin": "0.00000",
            "leverage": "0",
            "misc": "",
            "trade_id": self.number,
            "maker": self.is_maker,
        }
        return told | {"ledgers": list(self.ledgers)} if with_ledgers else told


@dataclass
class Order:
    """An order that was accepted, and what became of it.

    Attributes:
        by_hand: whether the owner placed it, not a program.
    """

    id: str
    request: OrderRequest
    opened_at: datetime
    by_hand: bool = False
    status: str = OPEN
    reason: str | None = None
    closed_at: datetime | None = None
    closed_as: int = 0
    trades: list[Trade] = field(default_factory=list)

    @property
    def is_open(self) -> bool:
        """Whether it rests on the book."""
        return self.status == OPEN

    @property
    def filled(self) -> Decimal:
        """How much of the volume was executed."""
        return sum((trade.volume for trade in self.trades), Decimal(0))

    @property
    def left(self) -> Decimal:
        """How much was not."""
        return self.request.volume - self.filled

    @property
    def cost(self) -> Decimal:
        """What was paid or received in quote, without fees."""
        return sum((trade.cost for trade in self.trades), Decimal(0))

    @property
    def fee(self) -> Decimal:
        """All fees, in quote."""
        return sum((trade.fee for trade in self.trades), Decimal(0))

    @property
    def average(self) -> Decimal:
        """The mean price; 0 while nothing is filled."""
        return self.cost / self.filled if self.trades else Decimal(0)

    def told(self, *, with_trades: bool) -> Json:
        """Return it as QueryOrders, OpenOrders and ClosedOrders do."""
        request, pair = self.request, self.request.pair
        expires = request.expires_at
        told: Json = {
            "refid": None,
            "userref": request.userref,
            "status": self.status,
            "opentm": stamp(self.opened_at),
            "starttm": 0,
            "expiretm": 0 if expires is None else int(expires.timestamp()),
            "descr": {
                "pair": pair.altname,
                "type": request.side,
                "ordertype": request.ordertype,
                "price": request.limit_text,
                "price2": "0",
                "leverage": "none",
                "order": request.description,
                "close": "",
            },
            "vol": text_of(request.volume, pair.lot_decimals),
            "vol_exec": text_of(self.filled, pair.lot_decimals),
            "cost": text_of(self.cost, pair.cost_decimals),
            "fee": text_of(self.fee, pair.cost_decimals),
            # Cut to the digits of a price, as Kraken does: the trades know better.
            "price": text_of(self.average, pair.pair_decimals),
            "stopprice": "0.00000",
            "limitprice": "0.00000",
            "misc": "",
            "oflags": ",".join(request.flags),
        }
        if request.client_id is not None:
            told["cl_ord_id"] = request.client_id
        if self.closed_at is not None:
            told |= {"reason": self.reason, "closetm": stamp(self.closed_at)}
        if with_trades and self.trades:
            told["trades"] = [trade.id for trade in self.trades]
        return told
