"""A scorecard -> the tables of a review: books, effects, and what became of plans and pauses."""

import math
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, time
from typing import Final

from bot.chat.render.charts import book_name
from bot.chat.render.columns import aligned, shortened, spread
from bot.chat.render.figures import signed_amount, signed_share
from bot.chat.render.reader import Reader
from bot.chat.render.words import Words
from core.domain.market import Side
from core.domain.scorecard import (
    OUTCOME_DAYS,
    BookResult,
    Effect,
    Estimate,
    Outcome,
    ScoredPause,
    ScoredProposal,
    ScoredTrade,
)

COLUMN: Final = 11
"""Three columns of outcomes fill a phone's line."""

_PLAN_WIDTH: Final = 34
_PLACES: Final = 3
"""Of a fraction that is written as percent with one decimal."""
_NOT_KNOWN: Final = "–"


def books_table(books: Iterable[BookResult], quote: str, words: Words) -> tuple[str, ...]:
    """Return what each book grew by, and what its trades cost."""
    rows = [("", words.say("review.head.grew"), words.say("review.head.costs"))]
    for row in books:
        costs = _NOT_KNOWN if row.costs is None else words.wording.money(row.costs, quote)
        rows.append((book_name(row.book, words), signed_share(row.growth, words), costs))
    return aligned(rows, "<>>", ("  ", " "))


def effects_table(effects: Iterable[Effect], words: Words) -> tuple[str, ...]:
    """Return each difference between two books, and its range on the line below."""
    return tuple(line for row in effects if row.estimate for line in _effect(row, words))


def is_beyond_chance(estimate: Estimate) -> bool:
    """Tell whether an effect's interval, as it is written, leaves zero out."""
    low, high = math.expm1(estimate.low), math.expm1(estimate.high)
    return round(low, _PLACES) > 0 or round(high, _PLACES) < 0


def proposals_table(rows: Sequence[ScoredProposal], reader: Reader) -> tuple[str, ...]:
    """Return every proposal: when, what it would trade, the answer, and what came of it."""
    return tuple(_with_heads(reader, (line for row in rows for line in _proposal(row, reader))))


def pauses_table(rows: Sequence[ScoredPause], reader: Reader) -> tuple[str, ...]:
    """Return every pause: from when to when, what it held back, and what came of that."""
    return tuple(_with_heads(reader, (line for row in rows for line in _pause(row, reader))))


def day_of(day: date, reader: Reader, *, has_year: bool = False) -> str:
    """Return a UTC day with its month: "2 Mar", never "today"; "2 Mar 2025" where years differ."""
    at = datetime.combine(day, time(), tzinfo=UTC)
    if has_year:
        return reader.wording.day(at, now=at.replace(year=at.year + 1, day=1))
    # Seen from the far end of the year: near days have words of their own, and a table has dates.
    far = at.replace(month=7 if at.month == 1 else 1, day=1)
    return reader.wording.day(at, now=far)


def _effect(effect: Effect, words: Words) -> Iterator[str]:
    estimate = effect.estimate
    assert estimate is not None  # noqa: S101  # the caller leaves the others out
    # As far as one book stands above the other, so that it agrees with the growth of both.
    value, low, high = (
        signed_share(math.expm1(log), words)
        for log in (estimate.value, estimate.low, estimate.high)
    )
    yield spread(words.say(f"review.effect.{effect.name}"), value)
    yield f"  {words.say('review.effect.range', low=low, high=high)}"


def _with_heads(reader: Reader, lines: Iterable[str]) -> Iterator[str]:
    say = reader.words.say
    yield "".join(f"{say('review.outcome.after', days=str(d)):>{COLUMN}}" for d in OUTCOME_DAYS)
    yield from lines


def _proposal(row: ScoredProposal, reader: Reader) -> Iterator[str]:
    words = reader.words
    when = f"{day_of(row.created_at.date(), reader)} {row.proposal_id}"
    yield spread(when, words.say(f"review.answer.{row.answered}"))
    yield _legs(row.trades, words)
    yield _outcomes(row.outcomes, words)


def _pause(row: ScoredPause, reader: Reader) -> Iterator[str]:
    words = reader.words
    began = day_of(row.began_at.date(), reader)
    ended = words.say("review.pause.ongoing")
    if row.ended_at is not None:
        ended = day_of(row.ended_at.date(), reader)
    yield f"{began} – {ended}"
    if row.withheld_at is None:
        yield words.say("review.pause.nothing")
        return
    yield _legs(row.trades, words)
    yield _outcomes(row.outcomes, words)


def _legs(trades: Sequence[ScoredTrade], words: Words) -> str:
    """Return the coins of a plan in one line: what is sold, then what is bought."""
    sells = [trade.asset for trade in trades if trade.side is Side.SELL]
    buys = [trade.asset for trade in trades if trade.side is Side.BUY]
    listed = words.wording.listed_short
    if sells and buys:
        line = words.say("headline.trim.add", sells=listed(sells, 2), buys=listed(buys, 2))
    elif sells:
        line = words.say("headline.trim", sells=listed(sells, 2))
    else:
        line = words.say("headline.buy", buys=listed(buys, 2))
    return shortened(line, _PLAN_WIDTH)


def _outcomes(outcomes: Iterable[Outcome], words: Words) -> str:
    known = {row.days: row for row in outcomes}
    return "".join(f"{_amount(known.get(days), words):>{COLUMN}}" for days in OUTCOME_DAYS)


def _amount(outcome: Outcome | None, words: Words) -> str:
    if outcome is None or not outcome.is_due:
        return words.say("review.outcome.later")
    return _NOT_KNOWN if outcome.amount is None else signed_amount(outcome.amount, words)
