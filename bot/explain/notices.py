"""A notice -> its text."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, tzinfo
from decimal import Decimal, InvalidOperation

from bot.explain.foreign import listed_keys, plain
from bot.explain.speech import Speech
from bot.explain.wording import Wording, en
from bot.ports.messages import Notice, NoticeCode
from core.facts import Fact, Polarity, Unit

# What a notice may bring, by name. Instants are ISO 8601, amounts plain decimals.
NOTICE_UNITS: dict[str, Unit] = {
    "by": Unit.TEXT,
    "why": Unit.TEXT,
    "what": Unit.TEXT,
    "until": Unit.INSTANT,
    "since": Unit.INSTANT,
    "sent_at": Unit.INSTANT,
    "value": Unit.MONEY,
    "amount": Unit.QUANTITY,
    "days": Unit.DAYS,
    "asset": Unit.NAME,
    "successor": Unit.NAME,
}

# Where a name means something else: whole UTC days, and money.
_UNITS_OF: dict[NoticeCode, dict[str, Unit]] = {
    NoticeCode.STRESS_BEGAN: {"until": Unit.DAY, "since": Unit.DAY},
    NoticeCode.STRESS_GUARDED: {"until": Unit.DAY, "since": Unit.DAY},
    NoticeCode.WITHHELD_MARKED: {"amount": Unit.MONEY},
}

# Where a value is a list of keys of a closed vocabulary.
_KEYS_OF: dict[tuple[NoticeCode, str], str] = {
    (NoticeCode.STRESS_BEGAN, "why"): "because",
    (NoticeCode.FEEDS_SILENT, "what"): "family",
}

# Where ``why`` is whole sentences that tell a person what to do.
_SENTENCES = frozenset({NoticeCode.ACCOUNT_PROBLEM})

# Where ``what`` is a plan in short.
_PLANS = frozenset({NoticeCode.WITHHELD, NoticeCode.WITHHELD_MARKED})

_VARIANT_BY = {
    NoticeCode.FLOW: "kind_of_flow",
    NoticeCode.PAUSED: "cause",
    NoticeCode.WITHHELD_MARKED: "outcome",
}

# Where the sign of the amount says which way: more than the books say, or less.
_SIGNED = frozenset({NoticeCode.UNEXPLAINED, NoticeCode.BOOKS_ADOPTED})

_TRADE = re.compile(
    r"(?P<way>buy|sell) (?P<amount>[0-9]{1,20}(?:\.[0-9]{1,20})?) (?P<asset>[A-Z0-9]+)"
)
_DAYS = re.compile(r"[0-9]{1,4}")

LONGEST_PLAN = 120
"""Characters of a plan's trades that a notice quotes."""

LONGEST_MEND = 400
"""Characters of an account's problem that a notice quotes, with what a person can do."""


def notice_line(
    notice: Notice, now: datetime, zone: tzinfo, *, quote: str = "", wording: Wording = en
) -> str:
    """Return the text of a notice; values it does not bring are left out of the words.

    Args:
        notice: the notice; the names of its values stand in ``NOTICE_UNITS``.
        now: the moment of sending.
        zone: the reader's time zone.
        quote: the currency of money values; without one they are left out.
        wording: the language.
    """
    speech = Speech(wording, now, zone, quote)
    values = dict(notice.values)
    gaps = speech.gaps(_facts(notice.code, values, quote)) | _texts(speech, notice.code, values)
    if notice.subject:
        gaps["proposal"] = notice.subject
    if "side" in values:
        gaps["verb"] = speech.word("verb", values["side"])
    key = f"notice.{notice.code}"
    variant = f"{key}.{_variant(notice, values)}"
    special = speech.say(variant, gaps) if speech.has(variant) else ""
    return special or speech.say(key, gaps)


def _variant(notice: Notice, values: dict[str, str]) -> str:
    if notice.code is NoticeCode.STARTED:
        return notice.mode.value
    if notice.code in _SIGNED and "amount" in values:
        return "less" if values["amount"].startswith("-") else "more"
    return values.get(_VARIANT_BY.get(notice.code, ""), "")


def _texts(speech: Speech, code: NoticeCode, values: dict[str, str]) -> dict[str, str]:
    """Return the values that are lists: kinds of evidence in words, the trades of a plan."""
    texts = {
        name: listed_keys(speech.wording, vocabulary, values[name])
        for (owner, name), vocabulary in _KEYS_OF.items()
        if owner is code and name in values
    }
    if code in _PLANS and "what" in values:
        trades = (_trade(speech, part) for part in values["what"].split(", "))
        texts["what"] = plain(", ".join(trades), LONGEST_PLAN)
    if code in _SENTENCES and "why" in values:
        texts["why"] = plain(values["why"], LONGEST_MEND)
    return {name: text for name, text in texts.items() if text}


def _trade(speech: Speech, text: str) -> str:
    """Return a trade such as ``sell 0.031 BTC`` in the language, to the last digit."""
    found = _TRADE.fullmatch(text)
    if found is None:
        return text
    amount = Decimal(found["amount"])
    quantity = speech.wording.quantity(amount, len(amount.as_tuple().digits))
    phrase = speech.wording.PHRASES[f"held.{found['way']}"]
    return phrase.format(value=f"{quantity} {found['asset']}")


def _facts(code: NoticeCode, values: dict[str, str], quote: str) -> Iterator[Fact]:
    units = NOTICE_UNITS | _UNITS_OF.get(code, {})
    for name, text in values.items():
        unit = units.get(name)
        if unit is None or (unit is Unit.MONEY and not quote):
            continue
        value = _value(unit, text)
        if value is not None:
            subject = values.get("asset", "")
            yield Fact(name, subject, Polarity.NONE, name, value, unit)


def _value(unit: Unit, text: str) -> Decimal | datetime | str | None:
    """Return a value as its unit needs it, None when the text does not say one."""
    try:
        if unit in (Unit.MONEY, Unit.QUANTITY):
            number = Decimal(text)
            return abs(number) if number.is_finite() else None
        if unit is Unit.DAYS:
            return Decimal(text) if _DAYS.fullmatch(text) else None
        if unit in (Unit.INSTANT, Unit.DAY):
            instant = datetime.fromisoformat(text)
            return instant if instant.tzinfo else instant.replace(tzinfo=UTC)
    except (ValueError, InvalidOperation):
        return None
    return (plain(text) or None) if unit is Unit.NAME else text
