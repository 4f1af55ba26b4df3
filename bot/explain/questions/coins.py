"""Which coin a question is about: a symbol of the registry, or a coin's common name."""

from collections.abc import Collection
from typing import Final

from bot.explain.questions.words import Words, folded
from core.domain.units import Asset

NAMES: Final = {
    "aave": "AAVE",
    "algorand": "ALGO",
    "aptos": "APT",
    "arbitrum": "ARB",
    "avalanche": "AVAX",
    "bitcoin": "BTC",
    "bitcion": "BTC",
    "bitcoins": "BTC",
    "cardano": "ADA",
    "chainlink": "LINK",
    "cosmos": "ATOM",
    "doge": "DOGE",
    "dogecoin": "DOGE",
    "dollar": "USD",
    "dollars": "USD",
    "ether": "ETH",
    "ethereum": "ETH",
    "etherium": "ETH",
    "euro": "EUR",
    "euros": "EUR",
    "filecoin": "FIL",
    "hedera": "HBAR",
    "litecoin": "LTC",
    "monero": "XMR",
    "pepe": "PEPE",
    "polkadot": "DOT",
    "polygon": "POL",
    "ripple": "XRP",
    "shib": "SHIB",
    "solana": "SOL",
    "stellar": "XLM",
    "tether": "USDT",
    "tezos": "XTZ",
    "toncoin": "TON",
    "tron": "TRX",
    "uniswap": "UNI",
    "xbt": "BTC",
    "zcash": "ZEC",
}

MONEY: Final = frozenset({"USD", "EUR", "GBP", "CHF", "CAD", "AUD", "JPY", "USDT", "USDC", "DAI"})

# Symbols that are ordinary words as well; they count in capitals only.
_WORDS: Final = """
act ai air ant any apt arb band bar bat bit bond cake cash comb core cup dash day dot dusk ens ever
far fast fil flow forth fun gas gala gem get grt hard high home hot ice icp id in io it key keep kin
link loom lit low magic mana mask me mon move near neo new not oh okay om one op ore pay people pi
play pond prime quick rad rare ray real rose run sand see stack step storm sun super swap the time
tree true trump trust um una us wave waves win wing wow you zen zero
"""
_ORDINARY: Final = frozenset(_WORDS.split())

# Capitals that are no coins.
_SHORT: Final = "AI API ATH BOT CSV DCA FAQ ID LLM NOT OK PDF PNL ROI UI UTC WHY WTF YTD TBD"
_ABBREVIATIONS: Final = frozenset(_SHORT.split())

_LONGEST_SYMBOL = 6
_SHORTEST_SYMBOL = 3


def coins_in(words: Words, assets: Collection[Asset]) -> tuple[Asset, ...]:
    """Return the coins a question names, of those that may be asked about."""
    found = dict.fromkeys(asset for word in words.said if (asset := _coin(word, words, assets)))
    if "cash" in words.known and Asset("CASH") not in assets:
        found |= dict.fromkeys(asset for asset in assets if asset in MONEY)
    return tuple(found)


def names_stranger(words: Words, assets: Collection[Asset]) -> bool:
    """Tell whether a question names a coin that nobody keeps records of here."""
    return any(_is_strange(word, words, assets) for word in words.said)


def the_one(coins: Collection[Asset]) -> Asset | None:
    """Return the one coin a question is about; None for several, cash beside a coin aside."""
    others = [coin for coin in coins if coin not in MONEY] or list(coins)
    return others[0] if len(others) == 1 else None


def _coin(word: str, words: Words, assets: Collection[Asset]) -> Asset | None:
    plain = "".join(folded([word]))
    named = Asset(NAMES.get(plain, ""))
    if named in assets:
        return named
    symbol = Asset(word.upper())
    if symbol not in assets:
        return None
    is_capital = word.isupper() and not _shouts(words)
    return symbol if is_capital or plain not in _ORDINARY else None


def _is_strange(word: str, words: Words, assets: Collection[Asset]) -> bool:
    named = NAMES.get(word.casefold())
    if named is not None:
        return Asset(named) not in assets
    if _shouts(words) or not (word.isascii() and word.isalpha() and word.isupper()):
        return False
    is_symbol = _SHORTEST_SYMBOL <= len(word) <= _LONGEST_SYMBOL
    return is_symbol and word not in _ABBREVIATIONS | MONEY and Asset(word) not in assets


def _shouts(words: Words) -> bool:
    """Tell whether all of a question is in capitals, so that they say nothing."""
    letters = [word for word in words.said if word.isalpha()]
    return len(letters) > 2 and all(word.isupper() for word in letters)  # noqa: PLR2004  # two may be symbols
