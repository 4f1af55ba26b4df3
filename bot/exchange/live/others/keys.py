"""What a key of Binance or Coinbase may do, and what is wrong with it, in words to act on."""

import base64
import binascii
import re
from collections.abc import Iterator, Mapping

from bot.exchange.live.numbers import inner
from bot.exchange.live.others import binance, coinbase
from bot.exchange.live.others.questions import Questions
from bot.ports.keys import KeyReport, Purpose
from bot.venues.connection import Connection
from bot.venues.credentials import ApiKey
from bot.venues.troubles import malformed
from core.domain.errors import InputInvalid

READ_AT_BINANCE = "enableReading"
TRADE_AT_BINANCE = "enableSpotAndMarginTrading"

OUTWARD_AT_BINANCE: Mapping[str, str] = {
    "enableWithdrawals": "Enable Withdrawals",
    "enableInternalTransfer": "Enable Internal Transfer",
    "permitsUniversalTransfer": "Permits Universal Transfer",
}
"""What moves coins away, by Binance's name, and as its page calls it."""

BESIDES_AT_BINANCE: Mapping[str, str] = {
    "enableMargin": "Enable Margin Loan, Repay & Transfer",
    "enableFutures": "Enable Futures",
    "enableVanillaOptions": "Enable European Options",
    "enablePortfolioMarginTrading": "Enable Portfolio Margin Trading",
    "enableFixApiTrade": "Enable FIX API Trading",
}
"""What a key can do that nobody here needs."""

_OUTWARD = re.compile(r"withdraw|transfer|send", re.IGNORECASE)
_CURVE = bytes.fromhex("06082a8648ce3d030107")
"""The name of the curve P-256 inside a key, the only one that Coinbase signs with."""

_PEM = re.compile(r"-----BEGIN (EC )?PRIVATE KEY-----\s(?P<body>[A-Za-z0-9+/=\s]+)-----END \1?PR")
_ED25519_BYTES = 64


class BinanceKeys:
    """Implements ``KeyInspector`` for the key of one connection."""

    def __init__(self, connection: Connection) -> None:
        """Ask through ``connection``.

        Raises:
            InputInvalid: it has no key.
        """
        self._binance = Questions(connection, "binance", binance.MENDS)

    async def inspect(self, purpose: Purpose) -> KeyReport:
        """Return what the key may do, and what is wrong with it for its purpose.

        Raises:
            FeedUnavailable: Binance gave nothing that can be believed; such a key is not to be
                used.
            AccountProblem: Binance refuses the key.
        """
        told = await self._binance.ask("sapi_get_account_apirestrictions")
        needed = (READ_AT_BINANCE, TRADE_AT_BINANCE, *OUTWARD_AT_BINANCE)
        powers = _flags(told, "Binance", needed)
        outward = [name for name, may in powers.items() if may and _OUTWARD.search(name)]
        wrong = []
        if outward:
            ticks = ", ".join(OUTWARD_AT_BINANCE.get(name, name) for name in outward)
            wrong.append(_outward("Binance", "under API Management at Binance", f"untick: {ticks}"))
        if not powers[READ_AT_BINANCE]:
            wrong.append(_lacking("under API Management at Binance", "Enable Reading"))
        if purpose is Purpose.TRADE and not powers[TRADE_AT_BINANCE]:
            wrong.append(
                _lacking("under API Management at Binance", "Enable Spot & Margin Trading")
            )
        return KeyReport(
            powers[TRADE_AT_BINANCE],
            bool(outward),
            tuple(wrong),
            tuple(_besides_at_binance(powers, purpose)),
        )


class CoinbaseKeys:
    """Implements ``KeyInspector`` for the key of one connection."""

    def __init__(self, connection: Connection) -> None:
        """Ask through ``connection``.

        Raises:
            InputInvalid: it has no key.
        """
        self._coinbase = Questions(
            connection, "coinbase", coinbase.MENDS, no_login=coinbase.MENDS["unauthorized"]
        )

    async def inspect(self, purpose: Purpose) -> KeyReport:
        """Return what the key may do, and what is wrong with it for its purpose.

        Raises:
            FeedUnavailable: Coinbase gave nothing that can be believed; such a key is not to be
                used.
            AccountProblem: Coinbase refuses the key.
        """
        told = await self._coinbase.ask("v3_private_get_brokerage_key_permissions")
        powers = _flags(told, "Coinbase", ("can_view", "can_trade", "can_transfer"))
        outward = [name for name, may in powers.items() if may and _OUTWARD.search(name)]
        wrong = []
        if outward:
            mend = "make a new one without: Transfer"
            wrong.append(_outward("Coinbase", "in Coinbase's settings", mend))
        if not powers["can_view"]:
            wrong.append(_lacking("in Coinbase's settings", "View"))
        if purpose is Purpose.TRADE and not powers["can_trade"]:
            wrong.append(_lacking("in Coinbase's settings", "Trade"))
        said = []
        if purpose is Purpose.READ and powers["can_trade"]:
            said.append("This key can place orders, and watching needs none. A key with View does.")
        if inner(told, "portfolio_type") not in (None, "DEFAULT", "UNDEFINED"):
            said.append(
                "This key belongs to a portfolio other than your main one. Evenkeel sees only what "
                "lies in that one."
            )
        return KeyReport(powers["can_trade"], bool(outward), tuple(wrong), tuple(said))


def coinbase_key(key: ApiKey) -> ApiKey:
    """Return a key of Coinbase if it can sign: ECDSA on P-256 in PEM, or Ed25519 in base64.

    Raises:
        InputInvalid: it is neither, or its halves are swapped.
    """
    if key.public.lstrip().startswith("-----BEGIN"):
        raise InputInvalid(
            "the two parts of the Coinbase key are swapped: EVENKEEL_EXCHANGE_KEY is its name, and "
            "EVENKEEL_EXCHANGE_SECRET the private key"
        )
    if not (_is_p256(key.secret) or _is_ed25519(key.secret)):
        raise InputInvalid(
            "the secret of the Coinbase key is not as Coinbase wrote it; copy it again, whole, "
            "with its BEGIN and END lines; in one line of .env write \\n for each line break"
        )
    return key


def _is_p256(secret: str) -> bool:
    found = _PEM.search(secret)
    if found is None:
        return False
    try:
        return _CURVE in base64.b64decode("".join(found["body"].split()), validate=True)
    except (binascii.Error, ValueError):
        return False


def _is_ed25519(secret: str) -> bool:
    try:
        return len(base64.b64decode(secret, validate=True)) == _ED25519_BYTES
    except (binascii.Error, ValueError):
        return False


def _flags(told: object, title: str, needed: tuple[str, ...]) -> dict[str, bool]:
    """Return what may be done, by the venue's names.

    Raises:
        FeedUnavailable: one of those that matter is not told.
    """
    if not isinstance(told, Mapping) or not all(
        isinstance(told.get(name), bool) for name in needed
    ):
        raise malformed(
            f"{title} does not tell what this key may do; it must not be used like that"
        )
    return {str(name): may for name, may in told.items() if isinstance(may, bool)}


def _besides_at_binance(powers: Mapping[str, bool], purpose: Purpose) -> Iterator[str]:
    needless = [tick for name, tick in BESIDES_AT_BINANCE.items() if powers.get(name)]
    if purpose is Purpose.READ and powers[TRADE_AT_BINANCE]:
        needless.insert(0, "Enable Spot & Margin Trading")
    if needless:
        yield f"This key may do more than is needed. Untick: {', '.join(needless)}."
    if not powers.get("ipRestrict"):
        yield (
            "This key works from every network address. Bind it to the address of this machine at "
            "Binance, if that address is fixed."
        )


def _outward(title: str, place: str, mend: str) -> str:
    return (
        "This key can send coins away or change where they go, and Evenkeel does not run with such "
        f"a key of {title}. Open it {place}, {mend}; and save."
    )


def _lacking(place: str, tick: str) -> str:
    return f"This key lacks what is needed. Open it {place}, tick: {tick}; and save."
