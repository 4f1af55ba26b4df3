"""A notice -> its text."""

from collections.abc import Iterator
from datetime import UTC, datetime, tzinfo
from decimal import Decimal, InvalidOperation

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
    "asset": Unit.NAME,
    "successor": Unit.NAME,
}

_VARIANT_BY = {NoticeCode.FLOW: "kind_of_flow", NoticeCode.PAUSED: "cause"}


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
    gaps = speech.gaps(_facts(values, quote))
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
    if notice.code is NoticeCode.UNEXPLAINED and "amount" in values:
        return "less" if values["amount"].startswith("-") else "more"
    return values.get(_VARIANT_BY.get(notice.code, ""), "")


def _facts(values: dict[str, str], quote: str) -> Iterator[Fact]:
    for name, text in values.items():
        unit = NOTICE_UNITS.get(name)
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
        if unit is Unit.INSTANT:
            instant = datetime.fromisoformat(text)
            return instant if instant.tzinfo else instant.replace(tzinfo=UTC)
    except (ValueError, InvalidOperation):
        return None
    return text
