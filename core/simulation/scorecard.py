"""Marks, proposals and pauses -> the scorecard: what each decision came to, with intervals.

Growth goes from mark to mark, flows taken out: what came in counts as there from the beginning of
its step, what went out as there until its end, so that neither is profit or loss. A step from
nothing or to nothing has no growth.

Restraint is built in: no difference before ``LEAST_STEPS`` steps, no average before
``LEAST_FOR_AVERAGE`` decisions, no order among decisions before ``RANKED_AFTER`` days, and no
estimate without its interval. Source: METHODS 6.6.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise

import numpy as np

from core.domain.scorecard import (
    LEAST_FOR_AVERAGE,
    LEAST_STEPS,
    RANKED_AFTER,
    Answered,
    Average,
    BookName,
    BookResult,
    Effect,
    EffectName,
    Estimate,
    Scorecard,
    ScoredProposal,
)
from core.domain.units import ZERO, Asset, Money, exact
from core.simulation.bar_table import Floats
from core.simulation.books import BookDay, BookMark
from core.simulation.outcomes import (
    Dealt,
    HeldBack,
    PauseSpan,
    PriceDays,
    score_pause,
    score_proposal,
)
from core.simulation.statistics import DAYS_A_YEAR, paired_interval

SEED = 66
"""Where the bootstrap's randomness comes from: equal marks give equal intervals."""

AVERAGE_BLOCK = 10.0
"""Mean block of the bootstrap of an average: plans of one month share their 30 days."""

_LOG_POINT = 0.01
_PAIRS = {
    EffectName.HUMAN: (BookName.ACTUAL, BookName.ALWAYS),
    EffectName.RULE: (BookName.ALWAYS, BookName.NEVER),
    EffectName.ADAPTIVE: (BookName.ALWAYS, BookName.PLAIN),
}
_DECIDED = (Answered.APPROVED, Answered.REJECTED, Answered.EXPIRED)


@dataclass(frozen=True, slots=True)
class Material:
    """What a scorecard is made of.

    Attributes:
        quote: the currency of every amount.
        days: every marked day, oldest first.
        dealt: proposals with what was traded on them, newest first.
        pauses: stress pauses, newest first.
        held: plans that pauses held back, oldest first.
    """

    quote: Asset
    days: Sequence[BookDay]
    dealt: Sequence[Dealt]
    pauses: Sequence[PauseSpan]
    held: Sequence[HeldBack]


@exact
def score(material: Material, *, until: datetime, span: timedelta | None = None) -> Scorecard:
    """Return the scorecard of the last ``span``, or since the books began.

    Args:
        material: everything there is; what lies outside the span is left out here.
        until: the present.
        span: how far to look back; a proposal counts by when it was made, a pause by its end.
    """
    first = until - span if span else None
    days = marked_in(material.days, first.date() if first else None)
    prices = _prices(material.days)
    proposals = tuple(
        score_proposal(row, prices, until)
        for row in material.dealt
        if first is None or row.proposal.created_at >= first
    )
    growth = {name: log_growth(days, name) for name in BookName} if days else {}
    return Scorecard(
        quote=material.quote,
        began_on=days[0].day if days else None,
        ended_on=days[-1].day if days else None,
        days=(days[-1].day - days[0].day).days if days else 0,
        marked=len(days),
        put_in=_put_in(days),
        books=_books(days, growth, proposals),
        effects=_effects(growth),
        proposals=proposals,
        averages=tuple(_average(proposals, answered) for answered in _DECIDED),
        ranked=_ranked(proposals),
        pauses=tuple(
            score_pause(row, material.held, prices, until)
            for row in material.pauses
            if first is None or row.ended_at is None or row.ended_at >= first
        ),
    )


def marked_in(days: Sequence[BookDay], since: date | None) -> Sequence[BookDay]:
    """Return the days from ``since`` on, and none from before the books last began."""
    begun = max((place for place, day in enumerate(days) if day.is_first), default=0)
    return [day for day in days[begun:] if since is None or day.day >= since]


def _prices(days: Sequence[BookDay]) -> PriceDays:
    """Return the prices of every day; plans from before the books began anew have none of them.

    Those were in another currency.
    """
    begun = marked_in(days, None)
    is_anew = len(begun) < len(days)
    return PriceDays(begun, since=begun[0].marked_at if is_anew else None)


def log_growth(days: Sequence[BookDay], book: BookName) -> Floats:
    """Return the log growth of a book from mark to mark, flows taken out; days - 1."""
    marks = [_mark(day, book) for day in days]
    steps = [_log_step(before, after) for before, after in pairwise(marks)]
    return np.asarray(steps, dtype=np.float64)


def _mark(day: BookDay, book: BookName) -> BookMark:
    return next(mark for mark in day.marks if mark.book is book)


def _log_step(before: BookMark, after: BookMark) -> float:
    began = before.value + max(after.flow, ZERO)
    ended = after.value - min(after.flow, ZERO)
    if began <= ZERO or ended <= ZERO:
        return 0.0
    return math.log(ended / began)


def _put_in(days: Sequence[BookDay]) -> Money:
    return Money(sum((_mark(day, BookName.ACTUAL).flow for day in days[1:]), ZERO))


def _books(
    days: Sequence[BookDay],
    growth: Mapping[BookName, Floats],
    proposals: Sequence[ScoredProposal],
) -> tuple[BookResult, ...]:
    if not days:
        return ()
    return tuple(
        BookResult(
            book=name,
            began=_mark(days[0], name).value,
            ended=_mark(days[-1], name).value,
            growth=math.expm1(math.fsum(growth[name].tolist())),
            costs=_paid(days, proposals) if name is BookName.ACTUAL else _charged(days, name),
        )
        for name in BookName
    )


def _charged(days: Sequence[BookDay], name: BookName) -> Money:
    return Money(sum((_mark(day, name).cost for day in days), ZERO))


def _paid(days: Sequence[BookDay], proposals: Sequence[ScoredProposal]) -> Money | None:
    total = ZERO
    for row in proposals:
        if row.is_traded and row.created_at >= days[0].marked_at:
            if row.realised_cost is None:
                return None
            total += row.realised_cost
    return Money(total)


def _effects(growth: Mapping[BookName, Floats]) -> tuple[Effect, ...]:
    if not growth:
        return ()
    return tuple(
        Effect(name, len(growth[one]), _over_all(growth[one], growth[other]))
        for name, (one, other) in _PAIRS.items()
    )


def _over_all(one: Floats, other: Floats) -> Estimate | None:
    """Return the difference of log growth over all steps with its 95 % interval."""
    if len(one) < LEAST_STEPS:
        return None
    interval = paired_interval(one, other, seed=SEED).over_all_days()
    low, high = interval.low * _LOG_POINT, interval.high * _LOG_POINT
    return Estimate(interval.mean * _LOG_POINT, low, high, len(one))


def _average(proposals: Sequence[ScoredProposal], answered: Answered) -> Average:
    """Return the mean of what plans with one answer came to, and how sure it is."""
    shares = [
        share
        for row in reversed(proposals)
        if row.answered is answered
        and (row.is_traded or answered is not Answered.APPROVED)
        and (share := _share(row)) is not None
    ]
    estimate = None
    if len(shares) >= LEAST_FOR_AVERAGE:
        series = np.asarray(shares, dtype=np.float64)
        found = paired_interval(series, np.zeros_like(series), seed=SEED, block=AVERAGE_BLOCK)
        unit = _LOG_POINT / DAYS_A_YEAR  # the interval is told as a year of daily steps
        estimate = Estimate(found.mean * unit, found.low * unit, found.high * unit, len(shares))
    return Average(answered, RANKED_AFTER, len(shares), estimate)


def _ranked(proposals: Sequence[ScoredProposal]) -> tuple[str, ...]:
    """Return whose 30 days are over, highest first; ties by id."""
    known = [
        (-share, row.proposal_id)
        for row in proposals
        if row.answered in _DECIDED and (share := _share(row)) is not None
    ]
    return tuple(name for _, name in sorted(known)) if len(known) > 1 else ()


def _share(row: ScoredProposal) -> float | None:
    """Return a proposal's 30-day outcome as a fraction of the portfolio, None before it is due."""
    amount = next(one.amount for one in row.outcomes if one.days == RANKED_AFTER)
    return None if amount is None or row.value <= ZERO else float(amount / row.value)
