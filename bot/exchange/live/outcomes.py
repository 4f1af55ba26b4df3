"""Kraken's words in refusing an order -> a definite no in plain words, or nothing that is proven.

An order that Kraken may have taken must never pass for a refused one. So a text counts as a no only
when it stands in the table; every other text, and silence, leaves the outcome open.
"""

import re
from collections.abc import Mapping

_CLIENT_ID = "cl_ord_id"
_MOST = 120
_STRANGE = re.compile(r"[^ -~]+")

_KEY = "the key was refused: check that it is the right one, complete and still valid"
_RIGHTS = "the key may not trade: give it the right to create and modify orders"
_ACCOUNT = "the account is not allowed to trade now: ask Kraken why"
_PACE = "too many requests came within a short time: wait a little"
_MODE = "the market takes no such orders now"
_SMALL = "the order is smaller than the market's minimum"
_PRICE = "the price is not one that the market knows"
_FIELD = "a part of the order is not as Kraken wants it"
_PAIR = "Kraken does not trade this pair"

REFUSALS: Mapping[str, str] = {
    "EOrder:Insufficient funds": "there is not enough money or coins for the order",
    "EOrder:Order minimum not met": _SMALL,
    "EOrder:Cost minimum not met": _SMALL,
    "EOrder:Tick size check failed": _PRICE,
    "EOrder:Invalid price": _PRICE,
    "EOrder:Invalid order": _FIELD,
    "EOrder:Unknown order": _FIELD,
    "EOrder:Post only order": "the order would have rested on the book only",
    "EOrder:Orders limit exceeded": "too many orders are open already",
    "EOrder:Rate limit exceeded": _PACE,
    "EOrder:Domain rate limit exceeded": _PACE,
    "EAPI:Rate limit exceeded": _PACE,
    "EAuth:Rate limit exceeded": _PACE,
    "EGeneral:Too many requests": _PACE,
    "EGeneral:Temporary lockout": "Kraken has locked the key out for some minutes",
    "EService:Throttled": _PACE,
    "EService:Deadline elapsed": "the order reached the market after its deadline",
    "EService:Market in post_only mode": _MODE,
    "EService:Market in cancel_only mode": _MODE,
    "EService:Market in limit_only mode": _MODE,
    "EService:Market in reduce_only mode": _MODE,
    "EService:Feature disabled": _ACCOUNT,
    "EService:Trading agreement required": _ACCOUNT,
    "EGeneral:Invalid arguments": _FIELD,
    "EGeneral:Unknown method": _FIELD,
    "EGeneral:Permission denied": _RIGHTS,
    "EAccount:Invalid permissions": _RIGHTS,
    "EAPI:Invalid key": _KEY,
    "EAPI:Invalid signature": _KEY,
    "ESession:Invalid session": _KEY,
    "EAuth:Account temporary disabled": _ACCOUNT,
    "EAuth:Account unconfirmed": _ACCOUNT,
    "ETrade:User Locked": _ACCOUNT,
    "EQuery:Unknown asset": _PAIR,
    "EQuery:Unknown asset pair": _PAIR,
    "EQuery:Invalid asset pair": _PAIR,
}
"""What Kraken says of an order that it has definitely not taken, and what that means.

A text may go on after a colon. Not here on purpose: Unavailable, Busy, Timeout, Internal error; and
Invalid nonce, which is also what is heard when something on the way sends a request twice: the
second one is refused, and the first one was taken.
"""

GONE = frozenset({"EOrder:Unknown order", "EOrder:Invalid order", "EOrder:Cancel pending"})
"""What Kraken says when there is nothing left to cancel."""


def refusal_of(words: tuple[str, ...]) -> str | None:
    """Return why an order was definitely refused; None when that is not proven.

    One text that is not in the table leaves all of them in doubt. A text about the client id does
    as well: an order may be there under that id.

    Args:
        words: Kraken's texts.
    """
    meanings = [_meaning(word) for word in words]
    if not words or None in meanings:
        return None
    plain = "; ".join(dict.fromkeys(meaning for meaning in meanings if meaning))
    said = _STRANGE.sub(" ", ", ".join(words))
    return f"{plain} (Kraken says: {said if len(said) <= _MOST else said[:_MOST] + '…'})"


def is_gone(words: tuple[str, ...]) -> bool:
    """Say whether Kraken's texts mean that there is nothing left to cancel."""
    return bool(words) and all(_known(word) in GONE or word in GONE for word in words)


def _meaning(word: str) -> str | None:
    return None if _CLIENT_ID in word else REFUSALS.get(_known(word))


def _known(word: str) -> str:
    """Return the part of a text that the table may have: severity, category and sentence."""
    return ":".join(word.split(":")[:2])
