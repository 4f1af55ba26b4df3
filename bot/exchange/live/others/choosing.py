"""A venue's name -> who reads an account there, who judges a key, and what a key must look like."""

from collections.abc import Collection, Iterable

from bot.exchange.live.account import KrakenAccount
from bot.exchange.live.keys import KrakenKeys
from bot.exchange.live.others.binance import BinanceAccount
from bot.exchange.live.others.coinbase import CoinbaseAccount
from bot.exchange.live.others.keys import BinanceKeys, CoinbaseKeys, coinbase_key
from bot.ports.clock import Clock
from bot.ports.exchange import AccountReader
from bot.ports.keys import KeyInspector
from bot.venues.connection import Connection
from bot.venues.credentials import ApiKey
from core.domain.units import Asset


def account_at(
    connection: Connection,
    quote: Asset,
    assets: Iterable[Asset],
    clock: Clock,
    *,
    accepted: Collection[str] = (),
) -> AccountReader:
    """Return who reads the account that the key of ``connection`` opens.

    Args:
        connection: to the venue, with a key.
        quote: the currency that flows are valued in.
        assets: the coins of the policy.
        clock: what time it is.
        accepted: ids of entries of Kraken's ledger that a person looked at.

    Raises:
        InputInvalid: the key or the currency cannot be used there.
    """
    match connection.venue.name:
        case "binance":
            return BinanceAccount(connection, quote, assets, clock)
        case "coinbase":
            return CoinbaseAccount(connection, quote, assets)
    return KrakenAccount(connection, quote, clock, accepted=accepted)


def inspector_at(connection: Connection) -> KeyInspector:
    """Return who tells what the key of ``connection`` may do."""
    match connection.venue.name:
        case "binance":
            return BinanceKeys(connection)
        case "coinbase":
            return CoinbaseKeys(connection)
    return KrakenKeys(connection)


def signing_key(venue: str, key: ApiKey) -> ApiKey:
    """Return a key that is written as the venue gives it out; Kraken's is checked where it is used.

    Raises:
        InputInvalid: it cannot sign.
    """
    return coinbase_key(key) if venue == "coinbase" else key
