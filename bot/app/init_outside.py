"""What ``evenkeel init`` needs to know from elsewhere: from Telegram, Kraken, and the machine."""

from collections.abc import Sequence

from tzlocal import get_localzone_name

from bot.app.init_answers import zone_of
from bot.ports.keys import Purpose
from bot.venues.table import spot_venue
from core.domain.errors import FeedUnavailable, InputInvalid

ANSWER = 8.0
"""Seconds to wait for Telegram."""


def machine_zone() -> str:
    """Return the machine's time zone, UTC when it does not tell a name."""
    try:
        name = zone_of(get_localzone_name() or "UTC")
        return "UTC" if name == "Etc/UTC" else name
    except (InputInvalid, LookupError, ValueError, OSError):
        return "UTC"


def coins_of(venue: str) -> Sequence[str]:
    """Return the only coins that a venue has; empty where nobody knows without asking it."""
    from core.simulation.phases import COINS

    return tuple(coin.asset for coin in COINS) if venue == "simulated" else ()


def title_of(venue: str) -> str:
    """Return a venue's name in a sentence."""
    return spot_venue(venue).title


def kraken_ticks(mode: str) -> Sequence[str]:
    """Return what to tick when a key is made at Kraken, in Kraken's own words."""
    from bot.exchange.live.keys import ticks_for

    return ticks_for(Purpose.TRADE if mode == "live" else Purpose.READ)


async def telegram_name(token: str, url: str) -> str:
    """Return the username of the bot that a token belongs to, empty when nobody answers now.

    Raises:
        InputInvalid: Telegram refuses the token.
    """
    from bot.chat.telegram_account import TelegramAccount
    from bot.chat.telegram_probe import look_at_bot

    try:
        return (await look_at_bot(TelegramAccount(token, url), (), within=ANSWER)).username
    except FeedUnavailable:
        return ""
