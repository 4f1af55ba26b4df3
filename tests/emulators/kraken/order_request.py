"""AddOrder's parameters -> a checked order request, or Kraken's refusal."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from tests.emulators.kraken.books import BUY, SELL, Market
from tests.emulators.kraken.listings import Pair
from tests.emulators.kraken.orders import OrderRequest
from tests.emulators.kraken.wire import (
    KrakenError,
    Params,
    digits_after_point,
    invalid,
    read_instant,
)

_CLIENT_ID = re.compile(
    r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}|[0-9a-fA-F]{32}|[!-~]{1,18}"
)
_FLAGS = frozenset({"post", "fcib", "fciq", "nompp"})
_NOT_HERE = ("price2", "leverage", "displayvol", "trigger", "close[ordertype]", "reduce_only")
_INT32 = 2**31
_SHORTEST_LIFE = timedelta(seconds=5)
_LONGEST_LIFE = timedelta(days=31)
_SOONEST_DEADLINE = timedelta(seconds=2)
_LATEST_DEADLINE = timedelta(seconds=60)
_MARKET_MODES = {
    "cancel_only": "EService:Market in cancel_only mode",
    "post_only": "EService:Market in post_only mode",
    "limit_only": "EService:Market in limit_only mode",
    "reduce_only": "EService:Market in reduce_only mode",
}


@dataclass(frozen=True)
class OrderReader:
    """Reads order requests.

    Attributes:
        market: gives the market of a pair's name; refuses an unknown one.
        received_at: when the request reached Kraken.
        now: when it is worked on.
    """

    market: Callable[[str], Market]
    received_at: datetime
    now: datetime

    def read(self, params: Params) -> OrderRequest:
        """Return the order.

        Raises:
            KrakenError: Kraken would not take it.
        """
        market = self.market(params.required("pair"))
        for name in _NOT_HERE:
            if params.text(name) not in {None, "none", "false", "False"}:
                raise invalid(name)
        side, ordertype = params.required("type"), params.required("ordertype")
        if side not in {BUY, SELL}:
            raise invalid("type")
        if ordertype not in {"limit", "market"}:
            raise invalid("ordertype")
        client_id, userref = _names(params)
        timeinforce, expires_at = self._life(params)
        request = OrderRequest(
            pair=market.pair,
            side=side,
            ordertype=ordertype,
            volume=_volume(params, market.pair),
            price=_price(params, market.pair, ordertype),
            flags=_flags(params, side, ordertype),
            timeinforce=timeinforce,
            expires_at=expires_at,
            client_id=client_id,
            userref=userref,
        )
        _check_mode(request)
        _check_minimums(request, market)
        self._check_deadline(params)
        return request

    def _life(self, params: Params) -> tuple[str, datetime | None]:
        timeinforce = params.text("timeinforce") or "GTC"
        if timeinforce not in {"GTC", "IOC", "GTD"}:
            raise invalid("timeinforce")
        if params.text("starttm") not in {None, "0"}:
            raise invalid("starttm")
        text = params.text("expiretm")
        if text in {None, "0"}:
            if timeinforce == "GTD":
                raise invalid("expiretm")
            return timeinforce, None
        expires_at = self._expiry(text or "")
        if not _SHORTEST_LIFE <= expires_at - self.now <= _LONGEST_LIFE or timeinforce == "IOC":
            raise invalid("expiretm")
        return timeinforce, expires_at

    def _expiry(self, text: str) -> datetime:
        try:
            seconds = int(text.removeprefix("+"))
            if text.startswith("+"):
                return self.now + timedelta(seconds=seconds)
            return datetime.fromtimestamp(seconds, UTC)
        except (ValueError, OverflowError):
            raise invalid("expiretm") from None

    def _check_deadline(self, params: Params) -> None:
        text = params.text("deadline")
        if text is None:
            return
        deadline = read_instant(text)
        if deadline is None:
            raise invalid("deadline")
        if deadline <= self.now:
            raise KrakenError("EService:Deadline elapsed")
        if not _SOONEST_DEADLINE <= deadline - self.received_at <= _LATEST_DEADLINE:
            raise invalid("deadline")


def _volume(params: Params, pair: Pair) -> Decimal:
    volume = params.number("volume")
    if volume is None or volume <= 0 or digits_after_point(volume) > pair.lot_decimals:
        raise invalid("volume")
    return volume


def _price(params: Params, pair: Pair, ordertype: str) -> Decimal | None:
    if ordertype == "market":
        return None
    # Relative prices, "+5" or "2%", are not spoken here.
    text = params.text("price")
    price = None if text is None or text[0] in "+-#" else params.number("price")
    if price is None or price <= 0:
        raise invalid("price")
    if digits_after_point(price) > pair.pair_decimals:
        raise KrakenError(
            f"EOrder:Invalid price:{pair.altname} price can only be specified up to "
            f"{pair.pair_decimals} decimals."
        )
    if price % pair.tick_size:
        raise KrakenError("EOrder:Tick size check failed")
    return price


def _flags(params: Params, side: str, ordertype: str) -> tuple[str, ...]:
    flags = params.listed("oflags")
    unknown = set(flags) - _FLAGS
    both = {"fcib", "fciq"} <= set(flags)
    if unknown or both or ("post" in flags and ordertype != "limit"):
        raise invalid("oflags")
    if not {"fcib", "fciq"} & set(flags):
        flags.append("fciq" if side == BUY else "fcib")
    return tuple(flags)


def _names(params: Params) -> tuple[str | None, int | None]:
    client_id, userref = params.text("cl_ord_id"), params.integer("userref")
    if client_id is not None and (userref is not None or not _CLIENT_ID.fullmatch(client_id)):
        raise invalid("cl_ord_id")
    if userref is not None and not -_INT32 <= userref < _INT32:
        raise invalid("userref")
    return client_id, userref


def _check_mode(request: OrderRequest) -> None:
    status = request.pair.status
    allowed = (
        status == "online"
        or (status == "post_only" and "post" in request.flags)
        or (status == "limit_only" and request.ordertype == "limit")
    )
    if not allowed:
        raise KrakenError(_MARKET_MODES.get(status, "EService:Unavailable"))


def _check_minimums(request: OrderRequest, market: Market) -> None:
    if request.volume < request.pair.ordermin:
        raise KrakenError("EOrder:Order minimum not met")
    price = request.price if request.price is not None else market.last
    if request.volume * price < request.pair.costmin:
        raise KrakenError("EOrder:Cost minimum not met")
