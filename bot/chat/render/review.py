"""A review -> words and tables: what was proposed, what the person did, and what became of it.

The restraint is the scorecard's: no average, difference or order that it does not give is made up
here, and every estimate stands with its range. Source: METHODS 6.6.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, date, timedelta
from decimal import Decimal
from typing import Final

from bot.chat.render.figures import short_percent, signed_share
from bot.chat.render.pages import Block, table, text
from bot.chat.render.reader import Reader
from bot.chat.render.review_tables import (
    books_table,
    day_of,
    effects_table,
    is_beyond_chance,
    pauses_table,
    proposals_table,
)
from bot.chat.render.words import Words
from bot.ports.reviews import Check, CheckName, Learned, Review
from core.domain.scorecard import (
    LEAST_FOR_AVERAGE,
    LEAST_STEPS,
    RANKED_AFTER,
    Answered,
    Average,
    Scorecard,
    ScoredProposal,
)
from core.domain.units import ZERO, Money, Weight

MOST_LISTED: Final = 8
MOST_GAPS: Final = 3
A_YEAR: Final = 365
"""Days from which on a date needs its year."""
MET, NOT_MET, NOT_KNOWN = "✓", "✗", "?"

_COUNTED: Final = (Answered.APPROVED, Answered.REJECTED, Answered.EXPIRED)


def review_head(review: Review, words: Words) -> str:
    """Return the heading: how far the review looks back."""
    if review.span is None:
        return words.say("review.head.all")
    return words.say("review.head.days", days=str(review.span))


def review_blocks(review: Review, reader: Reader) -> list[Block]:
    """Return a whole review without its heading."""
    card = review.scorecard
    if not card.books:
        return [text(reader.words.say("review.none"))]
    blocks = [
        text(*_what_was(card, reader), *_unmarked(review, reader)),
        *_books(card, reader.words),
        *_effects(card, reader.words),
        *_proposals(card, reader),
        *_pauses(card, reader),
    ]
    return blocks if review.learned is None else [*blocks, *_learned(review.learned, reader)]


def review_in_brief(review: Review, reader: Reader) -> list[Block]:
    """Return the books and their differences, for the first summary of a month."""
    card, words = review.scorecard, reader.words
    if not card.books:
        return []
    head = words.say("review.head.month", days=str(card.days))
    what_was = text(head, *_what_was(card, reader), *_unmarked(review, reader))
    return [what_was, *_books(card, words), *_effects(card, words)]


def _what_was(card: Scorecard, reader: Reader) -> Iterator[str]:
    """Yield the days, how many proposals there were, and what was put in and paid."""
    words, quote = reader.words, card.quote
    if card.began_on is not None and card.ended_on is not None:
        is_long = card.days >= A_YEAR
        ends = (card.began_on, card.ended_on)
        first, last = (day_of(day, reader, has_year=is_long) for day in ends)
        gaps = {"marked": str(card.marked), "days": str(card.days + 1)}
        yield words.say("review.span", first=first, last=last, **gaps)
    yield _answers(card.proposals, words)
    auto = sum(row.is_auto for row in card.proposals)
    if auto:
        yield words.say("review.auto", count=str(auto))
    if card.put_in:
        sign = "" if card.put_in > ZERO else "−"
        amount = words.wording.money(Money(abs(card.put_in)), quote)
        yield words.say("review.put_in", amount=f"{sign}{amount}")
    yield from _costs(card, words)


def _unmarked(review: Review, reader: Reader) -> Iterator[str]:
    """Yield the newest stretches of days without a mark, and that the clock was ahead."""
    words, card = reader.words, review.scorecard

    def said(day: date) -> str:
        return day_of(day, reader, has_year=card.days >= A_YEAR)

    for gap in review.gaps[-MOST_GAPS:]:
        yield words.say("review.gap", first=said(gap.first), last=said(gap.last))
    if len(review.gaps) > MOST_GAPS:
        yield words.say("review.gap.earlier", count=str(len(review.gaps) - MOST_GAPS))
    if card.ended_on is not None and card.ended_on > review.at.astimezone(UTC).date():
        yield words.say("review.ahead", last=said(card.ended_on))


def _answers(rows: Sequence[ScoredProposal], words: Words) -> str:
    if not rows:
        return words.say("review.proposals.none")
    counts = Counter(row.answered for row in rows)
    known = {answer.value: str(counts.pop(answer, 0)) for answer in (*_COUNTED, Answered.OPEN)}
    return words.say("review.proposals", count=str(len(rows)), ended=str(counts.total()), **known)


def _costs(card: Scorecard, words: Words) -> Iterator[str]:
    """Yield what the executions cost beside what their plans said, where both are known."""
    paid = [row for row in card.proposals if row.realised_cost is not None]
    if paid:
        realised = Money(sum((row.realised_cost or ZERO for row in paid), ZERO))
        predicted = Money(sum((row.predicted_cost for row in paid), ZERO))
        money = words.wording.money
        gaps = {"realised": money(realised, card.quote), "predicted": money(predicted, card.quote)}
        yield words.say("review.costs", **gaps)


def _books(card: Scorecard, words: Words) -> list[Block]:
    about = text(words.say("review.books.about"))
    return [about, table(books_table(card.books, card.quote, words))]


def _effects(card: Scorecard, words: Words) -> list[Block]:
    """Return the differences with their ranges, and what they are differences of."""
    shown = [row for row in card.effects if row.estimate is not None]
    if not shown:
        days = str(max((row.days for row in card.effects), default=0))
        least = str(LEAST_STEPS)
        return [text(words.say("review.effects.few", least=least, days=days))]
    beyond = [
        words.say(f"review.effect.{row.name}")
        for row in shown
        if row.estimate is not None and is_beyond_chance(row.estimate)
    ]
    names = words.wording.listed(beyond) if beyond else ""
    found = words.say("review.effects.shown", names=names) if beyond else ""
    what = (words.say(f"review.effect.{row.name}.is") for row in shown)
    return [
        text(words.say("review.effects.about")),
        table(effects_table(shown, words)),
        text(found or words.say("review.effects.open"), *what),
    ]


def _proposals(card: Scorecard, reader: Reader) -> list[Block]:
    """Return what became of each proposal, the newest ones, and of all of them together."""
    rows, words = card.proposals, reader.words
    if not rows:
        return []
    return [
        text(words.say("review.outcomes.about", quote=card.quote)),
        table(proposals_table(rows[:MOST_LISTED], reader)),
        text(
            *_left_out(len(rows), words), *_averages(card.averages, words), *_ranked(card, reader)
        ),
    ]


def _left_out(count: int, words: Words) -> Iterator[str]:
    if count > MOST_LISTED:
        yield words.say("review.earlier", count=str(count - MOST_LISTED))


def _averages(averages: Sequence[Average], words: Words) -> Iterator[str]:
    """Yield every average with its range, and what the others still wait for."""
    for row in averages:
        if row.estimate is not None:
            yield words.say(
                "review.average",
                what=words.say(f"review.average.{row.answered}"),
                days=str(row.days),
                value=signed_share(row.estimate.value, words),
                low=signed_share(row.estimate.low, words),
                high=signed_share(row.estimate.high, words),
                count=str(row.count),
            )
    if any(row.estimate is None for row in averages):
        counts = {row.answered.value: str(row.count) for row in averages}
        days, least = str(RANKED_AFTER), str(LEAST_FOR_AVERAGE)
        yield words.say("review.average.few", least=least, days=days, **counts)


def _ranked(card: Scorecard, reader: Reader) -> Iterator[str]:
    """Yield the order of what decisions came to, once they are old enough to have one."""
    days = {row.proposal_id: row.created_at.date() for row in card.proposals}
    named = [f"{day_of(days[name], reader)} {name}" for name in card.ranked if name in days]
    if len(named) > 1:
        half = MOST_LISTED // 2
        is_long = len(named) > MOST_LISTED  # both ends then: what came to least is no less told
        shown = [*named[:half], "…", *named[-half:]] if is_long else named
        listed = ", ".join(shown)
        yield reader.words.say("review.ranked", list=listed)


def _pauses(card: Scorecard, reader: Reader) -> list[Block]:
    if not card.pauses:
        return []
    words, rows = reader.words, card.pauses
    return [
        text(words.say("review.pauses.about", quote=card.quote)),
        table(pauses_table(rows[:MOST_LISTED], reader)),
        text(*_left_out(len(rows), words)),
    ]


def _learned(learned: Learned, reader: Reader) -> list[Block]:
    """Return what 90 days of watching taught, and the checklist for going live."""
    words = reader.words
    lines = (f"{_mark(row)} {_check(row, words)}" for row in learned.checks)
    ready = words.say("review.learned.ready")
    still = words.say("review.learned.open", no=NOT_MET, unknown=NOT_KNOWN)
    watched = words.wording.span(learned.watched)
    return [
        text(words.say("review.learned", watched=watched), *lines),
        text(ready if learned.is_ready else still),
    ]


def _mark(check: Check) -> str:
    return NOT_KNOWN if check.is_met is None else MET if check.is_met else NOT_MET


def _check(check: Check, words: Words) -> str:
    if check.value is None:
        return words.say(f"review.check.{check.name}.none")
    if check.name is CheckName.JOURNAL and not check.is_met:
        return words.say("review.check.journal.broken")
    written = _WRITTEN[check.name]
    wanted = "" if check.wanted is None else written(check.wanted, words)
    gaps = {"value": written(check.value, words), "wanted": wanted, "count": str(check.count)}
    return words.say(f"review.check.{check.name}", **gaps)


def _whole(value: float, words: Words) -> str:
    return words.wording.number(Decimal(round(value)))


def _percent(value: float, words: Words) -> str:
    return f"{short_percent(Weight(Decimal(str(value))), words)} %"


def _span(value: float, words: Words) -> str:
    return words.wording.span(timedelta(seconds=value))


def _times(value: float, words: Words) -> str:
    return words.wording.number(Decimal(str(value)))


_WRITTEN: Final[Mapping[CheckName, Callable[[float, Words], str]]] = {
    CheckName.DAYS_WATCHED: _whole,
    CheckName.DAYS_EVALUATED: _percent,
    CheckName.PROPOSALS_ANSWERED: _percent,
    CheckName.ANSWER_TIME: _span,
    CheckName.DATA_FAILURES: _percent,
    CheckName.JOURNAL: _whole,
    CheckName.RECONCILIATION: _whole,
    CheckName.COST_RATIO: _times,
}
