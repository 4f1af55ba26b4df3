"""Answers of a person -> values that a policy file may hold, each checked as it is given.

Every function takes what was typed and returns a value, or raises ``InputInvalid`` with a sentence
that says why it cannot be, and what would do.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from datetime import time
from decimal import Decimal
from zoneinfo import ZoneInfo

from bot.app.account import TRADABLE
from bot.venues.credentials import ApiKey
from bot.venues.table import SPOT, spot_venue
from core.domain.errors import InputInvalid
from core.domain.policy import SYMBOL
from core.domain.units import ZERO, text_of

LONGEST = 400
LONGEST_SECRET = 5_000
SIMULATED = "simulated"
VENUES = (*SPOT, SIMULATED)
MODES = ("paper", "watch", "live")
KRAKEN_SECRET = range(24, 200)
"""How long a secret of Kraken may be; theirs have 88 letters."""

PROFILES = ("tight", "standard", "small", "tiny")
WHOLE = Decimal(100)
READ_BY = "BTC"
"""The coin the market is read by; it cannot be what everything is measured in."""

# Digits of other scripts are digits to Python as well, and no policy file should hold them.
_CURRENCY = re.compile(r"[A-Z]{3,6}")
_NUMBER = re.compile(r"[0-9]{1,12}(\.[0-9]{1,8})?")
_SHARE = re.compile(r"[0-9]{1,3}(\.[0-9]{1,4})?")
_ID = re.compile(r"[1-9][0-9]{0,15}")
_TIME = re.compile(r"([01]?[0-9]|2[0-3]):([0-5][0-9])")
_ZONE = re.compile(r"[A-Za-z0-9_+/-]{1,60}")
_TOKEN = re.compile(r"[0-9]{3,20}:[A-Za-z0-9_-]{20,100}")
_SAFE = ("https://", "http://127.0.0.1", "http://localhost")
_BETWEEN = re.compile(r"[\s,;:=]+")


def plain(text: str) -> str:
    """Return what was typed without white space at its ends.

    Raises:
        InputInvalid: far too long, or with characters that no keyboard answer has.
    """
    text = text.strip()
    if len(text) > LONGEST:
        raise InputInvalid(f"that is {len(text):,} characters long; a short answer is expected")
    if not text.isprintable() or not text.isascii():
        raise InputInvalid(
            "that holds characters other than plain letters, digits and signs; type it by hand"
        )
    return text


def venue_of(text: str) -> str:
    """Return the market to live on."""
    return _one_of(text, VENUES)


def mode_of(text: str, venue: str) -> str:
    """Return what an approval does, where this venue allows it."""
    mode = _one_of(text, MODES)
    if venue == SIMULATED and mode != "paper":
        raise InputInvalid(
            f'nobody has an account at the simulated market, so "{mode}" is not possible there; '
            "paper is"
        )
    if mode == "live" and venue not in TRADABLE:
        raise InputInvalid(
            f"orders at {spot_venue(venue).title} are not proven yet, so live trading is not "
            "possible there; paper and watch are"
        )
    return mode


def quote_of(text: str) -> str:
    """Return the currency in which everything is measured."""
    quote = plain(text).upper()
    if not _CURRENCY.fullmatch(quote):
        raise InputInvalid(f"{quote!r} is no currency; a symbol such as USD, EUR or USDT is")
    if quote == READ_BY:
        raise InputInvalid(f"the market is read by {READ_BY}; name money, such as USD, EUR or USDT")
    return quote


def targets_of(text: str, quote: str, *, known: Collection[str] = ()) -> Mapping[str, Decimal]:
    """Return the percentages of one line such as ``BTC 60 ETH 40``; with cash they sum to 100.

    Args:
        text: what was typed.
        quote: the quote currency, which may be among them.
        known: the only coins that there are; empty = any.
    """
    targets: dict[str, Decimal] = {}
    for symbol, share in _pairs(plain(text)):
        if symbol in targets:
            raise InputInvalid(f"{symbol} is there twice; name each coin once")
        targets[symbol] = share
    coins = [symbol for symbol in targets if symbol != quote]
    if not coins:
        raise InputInvalid(
            f"no coin is among them; write one line such as: BTC 60 ETH 30 {quote} 10"
        )
    missing = [symbol for symbol in coins if known and symbol not in known]
    if missing:
        there = ", ".join(known)
        raise InputInvalid(f"this market does not have {', '.join(missing)}; it has {there}")
    _check_sum(targets, quote)
    return targets


def profile_of(text: str) -> str:
    """Return how wide the bands are."""
    return _one_of(text, PROFILES)


def amount_of(text: str) -> Decimal:
    """Return an amount of the quote currency, 0 or more."""
    text = plain(text)
    if not _NUMBER.fullmatch(text):
        raise InputInvalid(
            f"{text!r} is no amount; write digits, with a point before parts, such as 500 or 0.5"
        )
    return Decimal(text)


def capital_of(text: str) -> Decimal | None:
    """Return the most the bot may move; None when nothing was typed, which means no limit."""
    if not plain(text):
        return None
    capital = amount_of(text)
    if capital <= ZERO:
        raise InputInvalid(
            "with a limit of 0 nothing would ever move; leave it empty for no limit, or name more"
        )
    return capital


def ids_of(text: str, *, mode: str = "paper") -> tuple[int, ...]:
    """Return the numeric Telegram ids of a line; live trading needs one at least."""
    words = [word for word in re.split(r"[\s,;]+", plain(text)) if word]
    for word in words:
        if not _ID.fullmatch(word):
            raise InputInvalid(
                f"{word!r} is no Telegram id; an id is a number such as 123456789, and a name is "
                "none. Your bot tells you yours when you send it /start"
            )
    if mode == "live" and not words:
        raise InputInvalid(
            "live trading needs somebody who approves; begin with paper, send /start to your bot, "
            "and it tells you your id"
        )
    return tuple(dict.fromkeys(map(int, words)))


def zone_of(text: str) -> str:
    """Return the name of a time zone."""
    name = plain(text)
    try:
        if _ZONE.fullmatch(name):
            ZoneInfo(name)
            return name
    except (KeyError, ValueError, OSError):
        pass
    raise InputInvalid(f'{name!r} is no time zone; a name such as "Europe/Berlin" or "UTC" is')


def time_of(text: str) -> time:
    """Return a local time of day."""
    found = _TIME.fullmatch(plain(text))
    if found is None:
        raise InputInvalid(f"{plain(text)!r} is no time of day; write it as 08:00")
    return time(int(found[1]), int(found[2]))


def token_of(text: str) -> str:
    """Return a token that has the form of one; the words never repeat it."""
    token = _secret(text)
    if not _TOKEN.fullmatch(token):
        raise InputInvalid(
            "that does not look like a bot token: a number, a colon and about 35 letters are "
            "expected. Copy it once more from @BotFather"
        )
    return token


def address_of(text: str) -> str:
    """Return an address of the Bot API."""
    address = plain(text)
    if not address.startswith(_SAFE) or " " in address:
        raise InputInvalid(f"--telegram-url: {address!r} does not begin with https://")
    return address


def key_of(text: str) -> str:
    """Return the public part of a venue's key."""
    key = _secret(text)
    if len(key) < 8 or not key.isprintable() or " " in key:  # noqa: PLR2004  # none is shorter
        raise InputInvalid("that does not look like a key: one word without spaces is expected")
    return key


def key_secret_of(text: str, venue: str, key: str) -> str:
    """Return the secret part of a venue's key; the words never repeat it."""
    secret = _secret(text)
    if secret == key:
        raise InputInvalid("that is the key again; its secret is the other, longer part")
    if venue == "kraken" and not (len(secret) in KRAKEN_SECRET and ApiKey(key, secret).is_base64):
        raise InputInvalid(
            'that is no secret of Kraken (base64 is expected). Copy the field "Private key" once '
            "more, whole"
        )
    return secret


def _one_of(text: str, choices: Collection[str]) -> str:
    answer = plain(text).lower()
    if answer not in choices:
        raise InputInvalid(f"{answer!r} is none of {', '.join(choices)}")
    return answer


def _pairs(line: str) -> Iterator[tuple[str, Decimal]]:
    words = [word for word in _BETWEEN.split(line.replace("%", " ")) if word]
    example = "write coins and percentages in turn, such as: BTC 60 ETH 40"
    if not words or len(words) % 2:
        raise InputInvalid(f"that cannot be read as targets; {example}")
    for symbol, share in zip(words[::2], words[1::2], strict=True):
        if not SYMBOL.fullmatch(symbol.upper()) or _SHARE.fullmatch(symbol):
            raise InputInvalid(f"{symbol!r} is no coin; {example}")
        if not _SHARE.fullmatch(share) or Decimal(share) > WHOLE:
            raise InputInvalid(f"{symbol.upper()} {share}: a share from 0 to 100 is expected")
        yield symbol.upper(), Decimal(share)


def _check_sum(targets: Mapping[str, Decimal], quote: str) -> None:
    total = sum(targets.values(), ZERO)
    if total == WHOLE:
        return
    mend = "make some of them smaller"
    if total < WHOLE:
        rest = text_of(WHOLE - total + targets.get(quote, ZERO))
        mend = f"{quote} {rest} would keep the rest as cash"
    raise InputInvalid(f"these sum to {text_of(total)}, and 100 is expected; {mend}")


def _secret(text: str) -> str:
    """Return a secret without white space at its ends; quotes would be lost in the file."""
    secret = text.strip()
    if len(secret) > LONGEST_SECRET:
        raise InputInvalid("that is far too long for a secret; copy it once more")
    ends = (secret[:1], secret[-1:])
    printable = all(line.isprintable() for line in secret.splitlines())
    if not secret.isascii() or not printable or "'" in ends or '"' in ends:
        raise InputInvalid(
            "that holds characters that no secret has; copy it once more, without quotes"
        )
    return secret
