"""What the market's state rests on and how near its next change is -> sentences for ``/regime``."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time
from decimal import Decimal

from bot.explain.speech import Speech
from core.domain.regime import Regime
from core.domain.units import ONE, ZERO, Money


def day_words(speech: Speech, day: date) -> str:
    """Return a UTC day as the reader sees it now."""
    return speech.day(datetime.combine(day, time(), tzinfo=UTC))


def factors_line(speech: Speech, above: Decimal, below: Decimal) -> str:
    """Return how wide the bands are against their usual width; empty when as usual."""
    if above == below == ONE:
        return ""
    key = "market.factors" if above == below else "market.factors.cash"
    return speech.say(key, {"above": _times(speech, above), "below": _times(speech, below)})


def next_line(
    speech: Speech,
    label: Regime,
    towards: Regime,
    *,
    threshold: Decimal,
    distance: Decimal,
    earliest: date,
) -> str:
    """Return what would have to happen before the market's state changes.

    Args:
        speech: language and reader.
        label: the state now.
        towards: the state it would change to.
        threshold: the score that is crossed on the way.
        distance: how far the score is from it; 0 when only time is missing.
        earliest: the first day that can bring the change.
    """
    number = speech.wording.number
    gaps = {
        "towards": speech.word("label", towards.value),
        "threshold": number(threshold),
        "distance": number(distance),
        "earliest": day_words(speech, earliest),
    }
    if label is Regime.TURBULENT:
        return speech.say("market.next.turbulent", gaps)
    return speech.say("market.next.waiting" if distance == ZERO else "market.next", gaps)


def mark_line(speech: Speech, days: int, gained: Money) -> str:
    """Return what a plan that was held back would have come to after some days."""
    span = speech.wording.days([days])
    amount = speech.wording.about(abs(gained), speech.quote)
    outcome = "cost" if gained > ZERO else "saved" if gained < ZERO else "even"
    return speech.say(f"market.mark.{outcome}", {"span": span, "amount": amount})


def open_marks_line(speech: Speech, days: Sequence[int]) -> str:
    """Return after how many days more is told of it; empty when all is told."""
    if not days:
        return ""
    return speech.say("market.mark.open", {"spans": speech.wording.days(days)})


def _times(speech: Speech, factor: Decimal) -> str:
    if factor == ONE:
        return speech.word("room", "usual")
    return speech.word("room", "times").format(factor=speech.wording.ratio(factor))
