"""Reviews of every kind: the first day, a busy quarter, pauses, and after 90 days of watching."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from bot.ports.pictures import BookValues, DayLine, DayMark
from bot.ports.reviews import Check, CheckName, Gap, Learned, Review
from core.domain.market import Side
from core.domain.scorecard import (
    OUTCOME_DAYS,
    Answered,
    Average,
    BookName,
    BookResult,
    Effect,
    EffectName,
    Estimate,
    Outcome,
    Scorecard,
    ScoredPause,
    ScoredProposal,
    ScoredTrade,
)
from core.domain.units import ZERO, Asset, Money, Quantity
from tests.store.samples import AT, USD

A_DAY = timedelta(days=1)
LONG = Asset("1000CATSANDDOGS")


def money(amount: str) -> Money:
    """Return an amount."""
    return Money(Decimal(amount))


def trades(*legs: str) -> tuple[ScoredTrade, ...]:
    """Return legs such as ``-BTC`` for a sale and ``+ETH`` for a buy."""
    sides = {"-": Side.SELL, "+": Side.BUY}
    one = Quantity(Decimal(1))
    return tuple(ScoredTrade(sides[leg[0]], Asset(leg[1:]), one) for leg in legs)


def outcomes(*amounts: str) -> tuple[Outcome, ...]:
    """Return outcomes at 7, 30 and 90 days; ``?`` has no price, what is left out is ahead."""
    known = {
        days: Outcome(days, is_due=True, amount=None if text == "?" else money(text))
        for days, text in zip(OUTCOME_DAYS, amounts, strict=False)
    }
    return tuple(known.get(days, Outcome(days, is_due=False, amount=None)) for days in OUTCOME_DAYS)


def proposal(number: int, answered: Answered, *amounts: str) -> ScoredProposal:
    """Return a proposal so many days ago."""
    is_traded = answered is Answered.APPROVED
    return ScoredProposal(
        proposal_id=f"7f3k9q{number:02}",
        created_at=AT - number * A_DAY,
        answered=answered,
        answered_after=timedelta(minutes=12) if is_traded else None,
        is_auto=False,
        trades=trades("-BTC", "+ETH"),
        is_traded=is_traded,
        value=money("50000"),
        predicted_cost=money("27.33"),
        realised_cost=money("25.10") if is_traded else None,
        outcomes=outcomes(*amounts),
    )


PROPOSALS = (
    proposal(1, Answered.OPEN),
    proposal(2, Answered.WITHDRAWN),
    proposal(9, Answered.SUPERSEDED, "?"),
    proposal(20, Answered.EXPIRED, "0"),
    proposal(40, Answered.REJECTED, "-88.4", "1234.5"),
    replace(
        proposal(95, Answered.APPROVED, "12.4", "-1234567", "31"), trades=trades("-BTC", "+SOL")
    ),
    *(proposal(96 + number, Answered.APPROVED, "1", "2", "3") for number in range(4)),
)
PAUSES = (
    ScoredPause(AT - 3 * A_DAY, None, None, (), None, ()),
    ScoredPause(
        AT - 50 * A_DAY,
        AT - 44 * A_DAY,
        AT - 49 * A_DAY,
        trades(f"-{LONG}", f"-{LONG}2", "+BTC", "+ETH"),
        money("50000"),
        outcomes("120.4", "-31"),
    ),
)
PICTURE = BookValues(
    (date(2026, 2, 1), date(2026, 3, 2)),
    tuple(DayLine(book.value, (1.0, 1.05)) for book in BookName),
    (DayMark(date(2026, 2, 1), "withheld"), DayMark(date(2026, 3, 2), "rejected")),
)


def books() -> tuple[BookResult, ...]:
    """Return four books."""
    growth = {"actual": 0.032, "always": 0.034, "never": -0.0204, "plain": 12.0}
    return tuple(
        BookResult(
            book,
            money("50000"),
            money("51600"),
            growth[book],
            None if book is BookName.ACTUAL else money("31.25"),
        )
        for book in BookName
    )


def effects(human: Estimate | None, rule: Estimate | None) -> tuple[Effect, ...]:
    """Return the three effects, the third like the second."""
    return tuple(
        Effect(name, 89, found) for name, found in zip(EffectName, (human, rule, rule), strict=True)
    )


OPEN = Estimate(-0.002, -0.009, 0.005, 89)
SHOWN = Estimate(0.0141, 0.004, 0.025, 89)


def averages(*found: Estimate | None) -> tuple[Average, ...]:
    """Return an average of each kind."""
    kinds = (Answered.APPROVED, Answered.REJECTED, Answered.EXPIRED)
    return tuple(
        Average(kind, 30, 4 if one is None else one.count, one)
        for kind, one in zip(kinds, found, strict=True)
    )


FULL = Scorecard(
    quote=USD,
    began_on=AT.date() - 90 * A_DAY,
    ended_on=AT.date(),
    days=90,
    marked=88,
    put_in=money("500"),
    books=books(),
    effects=effects(OPEN, OPEN),
    proposals=PROPOSALS,
    averages=averages(None, None, None),
    ranked=(),
    pauses=PAUSES,
)
EMPTY = Scorecard(USD, None, None, 0, 0, Money(ZERO), (), (), (), (), (), ())
FIRST_DAY = replace(
    FULL,
    began_on=AT.date(),
    days=0,
    marked=1,
    put_in=Money(ZERO),
    effects=tuple(Effect(name, 0, None) for name in EffectName),
    proposals=(),
    pauses=(),
)
PROVED = replace(
    FULL,
    put_in=money("-250"),
    effects=effects(OPEN, SHOWN),
    proposals=tuple(replace(row, is_auto=True) for row in PROPOSALS),
    averages=averages(*(replace(SHOWN, count=24),) * 3),
    ranked=tuple(row.proposal_id for row in PROPOSALS[4:6]),
)

GAPS = tuple(
    Gap(AT.date() - timedelta(days=days), AT.date() - timedelta(days=days - 4))
    for days in (70, 50, 40, 30, 20)
)
"""Five times without a mark, of five days each."""

_VALUES = {
    CheckName.DAYS_WATCHED: (94.6, 90.0),
    CheckName.DAYS_EVALUATED: (0.896, 0.9),
    CheckName.PROPOSALS_ANSWERED: (0.75, 0.5),
    CheckName.ANSWER_TIME: (720.0, None),
    CheckName.DATA_FAILURES: (0.021, 0.1),
    CheckName.JOURNAL: (412.0, None),
    CheckName.RECONCILIATION: (0.0, 0.0),
    CheckName.COST_RATIO: (0.92, 1.5),
}


def learned(*, is_met: bool | None) -> Learned:
    """Return a checklist, every line met, not met, or not known."""
    checks = (
        Check(name, is_met, None if is_met is None else value, 12, wanted)
        for name, (value, wanted) in _VALUES.items()
    )
    return Learned(timedelta(days=94), tuple(checks))


def reviews() -> Iterator[tuple[str, Review]]:
    """Yield every kind of review with its name."""
    yield "review, empty", Review(30, AT, EMPTY, None, None)
    yield "review, first day", Review(30, AT, FIRST_DAY, None, None)
    yield "review, quarter", Review(90, AT, FULL, PICTURE, None)
    yield "review, all", Review(None, AT, PROVED, PICTURE, learned(is_met=True))
    yield "review, not yet", Review(None, AT, FULL, PICTURE, learned(is_met=False))
    yield "review, unknown", Review(None, AT, FULL, PICTURE, learned(is_met=None))
    ahead = replace(FULL, ended_on=AT.date() + timedelta(days=9))
    yield "review, gaps", Review(90, AT, ahead, PICTURE, None, GAPS)
