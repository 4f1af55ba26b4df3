"""120 days of a running bot with a random person: the review against the journal alone."""

import math
from collections import Counter
from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

from bot.ports.messages import Digest
from bot.ports.reviews import CheckName, Gap, Review
from bot.store.verify import verify_journal
from bot.workflow.mending import Mended, mend_books
from bot.workflow.review import compose_review
from core.domain.scorecard import BookName, EffectName, Estimate, Outcome
from core.domain.units import Asset, Quantity
from tests.books.independent import Witness, legs_of
from tests.books.running_bot import BEGINS, ETH, SOL, USD, Happens, RunningBot, running_bot
from tests.store import damage

SEED = 3
OFF_FROM, ON_AGAIN = BEGINS + timedelta(days=95, hours=1), BEGINS + timedelta(days=98, hours=5)
ENDS = BEGINS + timedelta(days=120, hours=3)
EFFECTS = {
    EffectName.HUMAN: ("actual", "always"),
    EffectName.RULE: ("always", "never"),
    EffectName.ADAPTIVE: ("always", "plain"),
}


def moves(kind: str, asset: Asset, amount: str) -> Happens:
    """Return what lets money or coins come or go."""

    async def happen(bot: RunningBot) -> None:
        await getattr(bot.paper, kind)(asset, Quantity(Decimal(amount)))

    return happen


FLOWS = [
    (BEGINS + timedelta(days=20, hours=10), moves("deposit", USD, "5000")),
    (BEGINS + timedelta(days=40, hours=10), moves("deposit", ETH, "0.5")),
    (BEGINS + timedelta(days=75, hours=10), moves("withdraw", USD, "3000")),
    (BEGINS + timedelta(days=80, hours=10), moves("withdraw", SOL, "5")),
    (BEGINS + timedelta(days=90, hours=10), moves("reward", ETH, "0.02")),
]


async def test_review_equals_what_the_journal_says(tmp_path: Path) -> None:
    """Values, growth, effects, outcomes and pauses of 120 days follow from the journal alone.

    The person approves, rejects or ignores by a seed; money and coins come and go, one crash makes
    a pause, and the bot is off for three days.
    """
    async with running_bot(tmp_path, seed=SEED, happens=FLOWS) as bot:
        await bot.live(OFF_FROM)
        bot.clock.advance_to(ON_AGAIN)
        await bot.live(ENDS)
        reviews = {span: await compose_review(bot.desk, span) for span in (30, 90, None)}
        witness = Witness(bot.store)
        assert verify_journal(bot.store).ok
        digests = [row for row in bot.person.read if isinstance(row, Digest)]
        await _check_mending(bot)
    whole = reviews[None].scorecard
    assert len(witness.days) == whole.marked == 119
    assert {row.answered.value for row in whole.proposals} >= {"approved", "rejected", "expired"}
    assert len(whole.pauses) == 1
    for span, review in reviews.items():
        first = 0 if span is None else _first_mark(witness, review.at - timedelta(days=span))
        _check_books(review, witness, first)
        _check_effects(review, witness, first)
        _check_proposals(review, witness, span)
        _check_pauses(review, witness)
    silent = [(BEGINS + timedelta(days=day)).date() for day in (96, 97)]
    assert reviews[None].gaps == reviews[30].gaps == (Gap(*silent),)
    _check_months(digests)
    _check_learned(reviews[None], witness)


async def _check_mending(bot: RunningBot) -> None:
    """Lose all that is stored of the books, and have them made again to the last digit."""
    with bot.store.reading() as tx:
        before = (tx.books.days(), tx.books.current())
    for table in ("book_mark", "book_day", "shadow_book"):
        damage.run(bot.store.path, f"DELETE FROM {table}")  # noqa: S608  # names of ours
    assert await mend_books(bot.desk, "owner") == Mended(119)
    with bot.store.reading() as tx:
        assert (tx.books.days(), tx.books.current()) == before
    assert verify_journal(bot.store).ok


def _first_mark(witness: Witness, since: datetime) -> int:
    days = [row.snapshot.as_of.date() for _, row in witness.days]
    return next(place for place, day in enumerate(days) if day >= since.date())


def _is_close(found: Decimal | float | None, expected: Fraction | float) -> bool:
    return found is not None and math.isclose(float(found), float(expected), rel_tol=1e-9)


def _check_books(review: Review, witness: Witness, first: int) -> None:
    """Compare every book's values and growth, what was put in, and the line that is drawn."""
    card, picture = review.scorecard, review.picture
    assert picture is not None
    assert [row.book for row in card.books] == list(BookName)
    for row, line in zip(card.books, picture.lines, strict=True):
        book = witness.books[row.book.value]
        assert _is_close(row.began, book.values[first])
        assert _is_close(row.ended, book.values[-1])
        growth = witness.growth(row.book.value, first)
        assert math.isclose(row.growth, growth, abs_tol=1e-12)
        assert line.values[-1] is not None
        assert line.name == row.book.value
        assert math.isclose(line.values[-1], 1 + growth, rel_tol=1e-12)
    assert _is_close(card.put_in, sum(witness.books["actual"].flows[first + 1 :], Fraction(0)))
    if first == 0:
        costs = {row.book.value: row.costs for row in card.books}
        for name in ("always", "never", "plain"):
            assert _is_close(costs[name], witness.books[name].costs)


def _check_effects(review: Review, witness: Witness, first: int) -> None:
    for effect in review.scorecard.effects:
        one, other = EFFECTS[effect.name]
        assert effect.days == len(witness.steps(one, first))
        _check_estimate(effect.estimate, witness, one, other, first=first)


def _check_estimate(
    estimate: Estimate | None, witness: Witness, one: str, other: str, *, first: int
) -> None:
    """Compare a difference to the last digits, its interval within what other draws can tell."""
    assert estimate is not None
    assert math.isclose(estimate.value, witness.apart(one, other, first), abs_tol=1e-12)
    assert estimate.low < estimate.value < estimate.high
    if first == 0:
        low, high = witness.interval(one, other)
        width = high - low
        assert abs(estimate.low - low) < 0.15 * width
        assert abs(estimate.high - high) < 0.15 * width


def _check_proposals(review: Review, witness: Witness, span: int | None) -> None:
    """Compare what was asked, what was answered, and what it came to."""
    since = BEGINS if span is None else review.at - timedelta(days=span)
    drafted = {row["proposal_id"]: row for row in witness.said("proposal.drafted")}
    made = {row["payload"].get("proposal_id"): row["ts"] for row in witness.entries[::-1]
            if row["kind"] == "proposal.drafted"}  # fmt: skip
    expected = [name for name in drafted if datetime.fromisoformat(made[name]) >= since]
    proposals = review.scorecard.proposals
    assert [row.proposal_id for row in proposals] == expected[::-1]
    answers = witness.answers()
    for row in proposals:
        assert row.answered.value == answers[row.proposal_id]
        traded = witness.traded(row.proposal_id)
        assert row.is_traded == bool(traded)
        legs = traded or witness.meant(drafted[row.proposal_id]["decision_id"])
        _check_outcomes(row.outcomes, witness, legs, row.created_at, review.at)
    known = Counter(row.answered.value for row in proposals if row.outcomes[1].amount is not None)
    assert {row.answered.value: row.count for row in review.scorecard.averages} == {
        name: known[name] for name in ("approved", "rejected", "expired")
    }


def _check_outcomes(
    found: tuple[Outcome, ...],
    witness: Witness,
    legs: list[dict[str, object]],
    began_at: datetime,
    now: datetime,
) -> None:
    assert [row.days for row in found] == [7, 30, 90]
    for row in found:
        is_due = now >= began_at + timedelta(days=row.days) - timedelta(hours=1)
        expected = witness.outcome(legs, began_at, row.days) if is_due else None
        assert row.is_due == is_due
        assert (row.amount is None) == (expected is None)
        if expected is not None:
            assert _is_close(row.amount, expected)


def _check_pauses(review: Review, witness: Witness) -> None:
    """Compare the pause, its first withheld plan, and what that would have come to."""
    changes = [row for row in witness.entries if row["kind"] == "stress.changed"]
    kept = witness.said("withheld.kept")
    for pause in review.scorecard.pauses:
        assert pause.began_at == datetime.fromisoformat(changes[0]["ts"])
        assert changes[0]["payload"]["to"] == "PAUSED"
        assert pause.ended_at == datetime.fromisoformat(changes[1]["ts"])
        decision = witness.decisions[kept[0]["decision_id"]].decision
        assert pause.withheld_at == decision.decided_at
        plans = [row.plan for row in [decision.outcome] if hasattr(row, "plan")]
        legs = legs_of(plans[0]) if plans else witness.meant(decision.decision_id)
        _check_outcomes(pause.outcomes, witness, legs, decision.decided_at, review.at)


def _check_months(digests: list[Digest]) -> None:
    """A review stands in the first digest of each month, and in no other."""
    shown = [row.at.date().isoformat() for row in digests if row.review is not None]
    assert shown == ["2026-02-01", "2026-03-01", "2026-04-01"]


def _check_learned(review: Review, witness: Witness) -> None:
    """What was learned rests on the same record."""
    assert review.learned is not None
    found = {check.name: check for check in review.learned.checks}
    assert list(found) == list(CheckName)
    assert found[CheckName.DAYS_EVALUATED].value == 119 / 121
    taps = [row for row in witness.answers().values() if row in ("approved", "rejected", "expired")]
    assert found[CheckName.PROPOSALS_ANSWERED].count == len(taps)
    assert found[CheckName.JOURNAL].is_met
    assert found[CheckName.RECONCILIATION].is_met
    assert found[CheckName.COST_RATIO].count == len(witness.said("shortfall.measured"))
