"""Orders and trades as Kraken tells them -> what was taken, and the fills, or a refusal to guess.

An order's own averages are cut to the digits of a price; what was paid follows from its trades.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from bot.exchange.live.numbers import decimal_of, inner, positive
from bot.venues.troubles import MISREAD, malformed
from core.domain.errors import FeedUnavailable
from core.domain.market import Side
from core.domain.proposal import Fill
from core.domain.units import ZERO, Asset, Money, Price, Quantity, exact, text_of

Row = Mapping[str, Any]
Pairs = Mapping[str, Asset]
"""The coin of every pair against the quote currency, by each of Kraken's names for the pair."""

_SIDES = {"buy": Side.BUY, "sell": Side.SELL}
_OPEN = frozenset({"pending", "open"})
_OVER = frozenset({"closed", "canceled", "expired"})
_FEE_IN_QUOTE = "fciq"
_UUID = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True, slots=True)
class Taken:
    """An order that Kraken has taken.

    Attributes:
        venue_id: Kraken's id.
        client_id: ours, as Kraken tells it; empty where the order has none.
        is_open: still resting or being worked.
        volume: as ordered.
        executed: how much of it, by the order's own account.
        opened_at: when Kraken took it.
        trade_ids: its trades, as far as Kraken tells them here.
        has_quote_fee: whether its fees are asked for in quote currency.
    """

    venue_id: str
    client_id: str
    asset: Asset
    side: Side
    is_open: bool
    volume: Quantity
    executed: Quantity
    opened_at: datetime
    trade_ids: tuple[str, ...]
    has_quote_fee: bool


def pairs_of(markets: Mapping[str, Mapping[str, Any]], quote: Asset) -> Pairs:
    """Return the coin of each pair against ``quote``, by all names that Kraken uses."""
    found: dict[str, Asset] = {}
    for market in markets.values():
        if market.get("quote") == quote:
            names = (market.get("id"), *(inner(market, "info", n) for n in ("altname", "wsname")))
            found |= {name: Asset(market["base"]) for name in names if isinstance(name, str)}
    return found


def own_form(client_id: str) -> str:
    """Return a client id as this program writes it: an UUID in small letters and with hyphens.

    Kraken takes an UUID with hyphens or without, and does not say in which form it tells it.
    """
    bare = client_id.replace("-", "").lower()
    return str(UUID(bare)) if _UUID.fullmatch(bare) else client_id


def is_same_id(one: object, other: str) -> bool:
    """Say whether two client ids are the same; an UUID may come without hyphens or in capitals."""
    return isinstance(one, str) and own_form(one) == own_form(other)


def taken_of(venue_id: str, row: object, pairs: Pairs) -> Taken:
    """Return an order of OpenOrders, ClosedOrders or QueryOrders.

    Raises:
        FeedUnavailable: it cannot be read, or is not in a pair against the quote currency.
    """
    try:
        return _taken_of(venue_id, row, pairs)
    except MISREAD:
        raise malformed(f"Kraken tells the order {venue_id} in a form that is not known") from None


def fill_of(trade_id: str, row: object, taken: Taken, *, pairs: Pairs, quote: Asset) -> Fill:
    """Return a trade of an order.

    Raises:
        FeedUnavailable: it cannot be read, belongs to another order, or its fee was not in quote.
    """
    if not taken.has_quote_fee:
        raise malformed(
            f"the order {taken.venue_id} pays its fees in coins, and Kraken's trades tell them in "
            f"{quote}; this program never asks for that, so look at the order by hand"
        )
    try:
        fill = _fill_of(trade_id, row, taken, quote)
        is_ours = inner(row, "ordertxid") == taken.venue_id
        is_alike = (pairs.get(inner(row, "pair")), fill.side) == (taken.asset, taken.side)
    except MISREAD:
        raise malformed(f"Kraken tells the trade {trade_id} in a form that is not known") from None
    if not (is_ours and is_alike):
        raise malformed(f"Kraken tells the trade {trade_id} with the order {taken.venue_id}")
    return fill


@exact
def check_whole(taken: Taken, fills: tuple[Fill, ...]) -> None:
    """Refuse fills that are not all that the order has.

    Raises:
        FeedUnavailable: they do not add up to what was executed.
    """
    told = sum((fill.quantity for fill in fills), ZERO)
    if told != taken.executed:
        raise FeedUnavailable(
            f"Kraken has executed {text_of(taken.executed)} {taken.asset} of the order "
            f"{taken.venue_id} and tells trades of {text_of(told)} so far"
        )


def _taken_of(venue_id: str, row: Any, pairs: Pairs) -> Taken:  # noqa: ANN401  # whatever came
    status, flags, trades = row["status"], str(row["oflags"]), row.get("trades") or ()
    if status not in _OPEN | _OVER:
        raise ValueError(status)
    client_id = row.get("cl_ord_id")
    return Taken(
        venue_id=venue_id,
        client_id=client_id if isinstance(client_id, str) else "",
        asset=pairs[row["descr"]["pair"]],
        side=_SIDES[row["descr"]["type"]],
        is_open=status in _OPEN,
        volume=Quantity(_above_zero(row["vol"])),
        executed=Quantity(_not_negative(row["vol_exec"])),
        opened_at=_instant(row["opentm"]),
        trade_ids=tuple(dict.fromkeys(str(name) for name in trades)),
        has_quote_fee=_FEE_IN_QUOTE in flags.split(","),
    )


def _fill_of(trade_id: str, row: Any, taken: Taken, quote: Asset) -> Fill:  # noqa: ANN401
    return Fill(
        fill_id=trade_id,
        client_id=taken.client_id,
        asset=taken.asset,
        side=_SIDES[row["type"]],
        quantity=Quantity(_above_zero(row["vol"])),
        price=Price(_above_zero(row["price"])),
        fee=Money(_not_negative(row["fee"])),
        fee_asset=quote,
        executed_at=_instant(row["time"]),
    )


def _above_zero(value: object) -> Decimal:
    number = positive(value)
    if number is None:
        raise ValueError(value)
    return number


def _not_negative(value: object) -> Decimal:
    number = decimal_of(value)
    if number is None or number < ZERO:
        raise ValueError(value)
    return number


def _instant(seconds: object) -> datetime:
    number = _above_zero(seconds)
    return datetime.fromtimestamp(float(number), UTC)
