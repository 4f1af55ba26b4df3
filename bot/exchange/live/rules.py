"""A market as ccxt describes it -> what the venue demands of an order."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from bot.exchange.live.numbers import decimal_of, inner, positive
from bot.venues.troubles import malformed
from core.domain.market import MarketRules, MarketStatus
from core.domain.units import ZERO, Asset, Money, Price, Quantity, Rate

Market = Mapping[str, Any]

CAREFUL_MIN_NOTIONAL = Money(Decimal(10))
"""Smallest order, quote currency, where a venue does not tell its own: unknown is not zero."""

_KRAKEN_STATUS = {
    "online": MarketStatus.ONLINE,
    # Every order here is a limit order.
    "limit_only": MarketStatus.ONLINE,
    "post_only": MarketStatus.POST_ONLY,
}


def rules_of(venue: str, title: str, asset: Asset, market: Market) -> MarketRules:
    """Return the rules of one market.

    Args:
        venue: the venue's name in the table of venues.
        title: its name in a sentence.
        asset: the coin.
        market: ccxt's market; precisions are steps, and the venue's own words lie under ``info``.

    Raises:
        FeedUnavailable: a step is missing, or a fee cannot be true.
    """
    # Kraken's tick_size may be coarser than the decimals that ccxt reads.
    tick = positive(inner(market, "info", "tick_size")) or positive(
        inner(market, "precision", "price")
    )
    step = positive(inner(market, "precision", "amount"))
    if tick is None or step is None:
        raise malformed(f"{title} does not tell the price and quantity steps of {asset}")
    least = positive(inner(market, "limits", "amount", "min"))
    cost = positive(inner(market, "limits", "cost", "min"))
    return MarketRules(
        asset=asset,
        price_tick=Price(tick),
        quantity_step=Quantity(step),
        min_quantity=Quantity(least or step),
        min_notional=CAREFUL_MIN_NOTIONAL if cost is None else Money(cost),
        taker_fee=_taker_fee(market, title, asset),
        status=_STATUS[venue](market),
    )


def _taker_fee(market: Market, title: str, asset: Asset) -> Rate | None:
    told = market.get("taker")
    if told is None:
        return None
    fee = decimal_of(told)
    if fee is None or not ZERO <= fee < 1:
        raise malformed(f"{title} gives {told!r} as the fee of {asset}; a fraction is expected")
    return Rate(fee)


def _kraken_status(market: Market) -> MarketStatus:
    """Unknown words, cancel_only and reduce_only take no order of ours."""
    return _KRAKEN_STATUS.get(str(inner(market, "info", "status")), MarketStatus.HALTED)


def _coinbase_status(market: Market) -> MarketStatus:
    def says(name: str) -> bool:
        return inner(market, "info", name) is True

    if any(map(says, ("is_disabled", "trading_disabled", "cancel_only", "auction_mode"))):
        return MarketStatus.HALTED
    return MarketStatus.POST_ONLY if says("post_only") else MarketStatus.ONLINE


def _open_or_halted(market: Market) -> MarketStatus:
    return MarketStatus.ONLINE if market.get("is_open") is True else MarketStatus.HALTED


_STATUS: Mapping[str, Callable[[Market], MarketStatus]] = {
    "kraken": _kraken_status,
    "coinbase": _coinbase_status,
    "binance": _open_or_halted,
}
