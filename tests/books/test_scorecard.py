"""The scorecard by hand: growth without flows, outcomes after their days, and restraint."""

import math
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from core.domain.decision import Plan
from core.domain.market import Side
from core.domain.proposal import Fill, Proposal, ProposalState
from core.domain.scorecard import Answered, BookName, EffectName, Scorecard
from core.domain.shortfall import Shortfall
from core.domain.units import ZERO, Asset, Money, Price, Quantity
from core.simulation.books import BookDay, BookMark
from core.simulation.outcomes import Dealt, HeldBack, PauseSpan
from core.simulation.scorecard import Material, score
from tests.store import samples
from tests.store.samples import BTC, ETH, USD, d

FIRST = datetime(2026, 1, 1, 0, 6, tzinfo=UTC)
DAY = timedelta(days=1)
PLAN: Plan = samples.PLAN


def marked(number: int, values: str | dict[BookName, str], **changes: str) -> BookDay:
    """Return one day: a value for every book, or one for all, flows by book, and prices."""
    at = FIRST + number * DAY
    worth = values if isinstance(values, dict) else dict.fromkeys(BookName, values)
    flow = Money(d(changes.get("flow", "0")))
    return BookDay(
        day=at.date(),
        marked_at=at,
        decision_id=f"d{number}",
        quote=USD,
        is_first=number == 0,
        prices=((BTC, d(changes.get("btc", "110000"))), (ETH, d(changes.get("eth", "4200")))),
        flows_to=0,
        marks=tuple(
            BookMark(name, Money(d(worth[name])), flow, Money(d("1")), ()) for name in BookName
        ),
    )


def material(days: list[BookDay], **changes: object) -> Material:
    """Return what a scorecard is made of, with nothing asked and nothing paused."""
    return replace(Material(USD, days, (), (), ()), **changes)  # type: ignore[arg-type]


def scored(given: Material, *, days: int, span: int | None = None) -> Scorecard:
    """Return the scorecard so many days after the first mark."""
    back = None if span is None else timedelta(days=span)
    return score(given, until=FIRST + days * DAY, span=back)


def proposal(number: int, state: ProposalState, *, day: int = 0) -> Proposal:
    """Return a proposal made on a day, answered an hour later."""
    at = FIRST + day * DAY
    draft = samples.proposal(f"p{number:07}", number=1)
    is_told = state is not ProposalState.EXPIRED
    return replace(
        draft,
        state=state,
        created_at=at,
        decided_at=at + timedelta(hours=1) if is_told else None,
        decided_by="ada" if is_told else "",
    )


def dealt(number: int, state: ProposalState, *, day: int = 0) -> Dealt:
    """Return such a proposal of which nothing was traded."""
    return Dealt(proposal(number, state, day=day), (), (), USD)


def growth_of(card: Scorecard, name: BookName) -> float:
    """Return how much a book grew."""
    return next(row.growth for row in card.books if row.book is name)


def test_flows_are_no_growth() -> None:
    """What came in earned nothing by coming, what went out lost nothing by going."""
    days = [marked(0, "100"), marked(1, "220", flow="110"), marked(2, "55", flow="-165")]
    card = scored(material(days), days=2)
    assert growth_of(card, BookName.ACTUAL) == pytest.approx(220 / 210 - 1, abs=1e-15)
    assert card.put_in == d("-55")
    assert (card.days, card.marked, card.began_on) == (2, 3, FIRST.date())


def test_a_step_from_or_to_nothing_has_no_growth() -> None:
    """An account that was emptied and filled again has the growth of the days it held something."""
    days = [
        marked(0, "100"),
        marked(1, "0", flow="-110"),
        marked(2, "0"),
        marked(3, "50", flow="50"),
        marked(4, "55"),
    ]
    card = scored(material(days), days=4)
    assert growth_of(card, BookName.NEVER) == pytest.approx(1.1 * 1.1 - 1, abs=1e-12)


def test_the_span_begins_at_its_first_mark() -> None:
    """A review of 30 days starts from the mark of the day 30 days ago, costs included."""
    days = [marked(n, str(100 + n)) for n in range(61)]
    card = scored(material(days), days=60, span=30)
    assert (card.began_on, card.marked) == ((FIRST + 30 * DAY).date(), 31)
    assert growth_of(card, BookName.PLAIN) == pytest.approx(160 / 130 - 1, abs=1e-12)
    assert {row.costs for row in card.books} == {d("31"), d("0")}


def test_books_that_began_anew_are_told_from_there() -> None:
    """Marks of another currency from before are left out, their prices as well."""
    days = [marked(n, "100", btc="1") for n in range(10)]
    days += [replace(marked(n, "50"), is_first=n == 10) for n in range(10, 20)]
    rejected = dealt(1, ProposalState.REJECTED, day=0)
    card = scored(material(days, dealt=(rejected,)), days=19)
    assert card.marked == 10
    assert growth_of(card, BookName.ACTUAL) == 0
    assert card.proposals[0].outcomes[0].amount is None


def test_effects_are_differences_of_log_growth_with_an_interval() -> None:
    """Human = actual - always, rule = always - never, adaptive = always - plain."""
    rates = dict(zip(BookName, (1.003, 1.002, 1.0, 1.001), strict=True))
    days = [
        marked(
            n,
            {name: f"{100 * rate**n * (1 + 0.01 * (n % 3)):.20f}" for name, rate in rates.items()},
        )
        for n in range(31)
    ]
    card = scored(material(days), days=30)
    found = {row.name: row.estimate for row in card.effects}
    expected = {
        EffectName.HUMAN: 30 * math.log(1.003 / 1.002),
        EffectName.RULE: 30 * math.log(1.002),
        EffectName.ADAPTIVE: 30 * math.log(1.002 / 1.001),
    }
    for name, value in expected.items():
        estimate = found[name]
        assert estimate is not None
        assert estimate.value == pytest.approx(value, abs=1e-12)
        assert estimate.low <= estimate.value <= estimate.high
        assert estimate.count == 30


def test_no_difference_before_twenty_steps() -> None:
    """With 19 steps there is no effect; with 20 there is one, and never without its interval."""
    days = [marked(n, str(100 + n % 4)) for n in range(21)]
    assert [row.estimate for row in scored(material(days[:20]), days=19).effects] == [None] * 3
    assert all(row.estimate is not None for row in scored(material(days), days=20).effects)


def test_equal_marks_give_equal_intervals() -> None:
    """The bootstrap is seeded: a review asked twice says the same."""
    days = [
        marked(n, {name: str(100 + (n * (k + 3)) % 7) for k, name in enumerate(BookName)})
        for n in range(40)
    ]
    assert scored(material(days), days=39) == scored(material(days), days=39)


def test_what_was_not_done_is_held_as_the_card_had_it() -> None:
    """A rejected plan: coins at the price then plus the cash moved, with the costs of the card."""
    days = [marked(n, "100", btc="100000", eth="4000") for n in range(8)]
    card = scored(material(days, dealt=(dealt(1, ProposalState.REJECTED),)), days=7)
    (row,) = card.proposals
    expected = sum(
        (
            t.side.sign * t.received * (100000 if t.asset == BTC else 4000) + t.cash
            for t in PLAN.trades
        ),
        ZERO,
    )
    assert (row.answered, row.is_traded, row.realised_cost) == (Answered.REJECTED, False, None)
    assert [one.amount for one in row.outcomes] == [expected, None, None]
    assert [one.is_due for one in row.outcomes] == [True, False, False]
    assert row.answered_after == timedelta(hours=1)


def leg(side: Side, asset: Asset, filled: str, paid: str, fees: str | None) -> Shortfall:
    """Return what a leg really brought."""
    zero = Money(ZERO)
    return Shortfall(
        proposal_id="p0000001", leg=1, asset=asset, side=side, ended_at=FIRST,
        wanted=Quantity(d(filled)), filled=Quantity(d(filled)), paid=Money(d(paid)),
        decided_price=Price(d("1")), approved_price=Price(d("1")), ended_price=Price(d("1")),
        is_end_fresh=True, delay=zero, execution=Money(d("2")),
        fees=None if fees is None else Money(d(fees)), unfilled=zero, predicted=Money(d("3")),
    )  # fmt: skip


def test_what_was_done_is_held_as_it_was_booked() -> None:
    """A carried out plan counts by what was filled, what was paid, and the fee; not by its card."""
    days = [marked(n, "100", btc="120000") for n in range(8)]
    done = proposal(1, ProposalState.PARTIAL)
    legs = [leg(Side.SELL, BTC, "0.01", "1100", "4"), leg(Side.BUY, ETH, "0", "0", "0")]
    card = scored(material(days, dealt=(Dealt(done, legs, (), USD),)), days=7)
    (row,) = card.proposals
    assert row.outcomes[0].amount == d("-0.01") * 120000 + 1100 - 4
    assert (row.answered, row.is_traded) == (Answered.APPROVED, True)
    assert row.realised_cost == d("6")
    assert [one.asset for one in row.trades] == [BTC]
    unpriced = Dealt(done, [leg(Side.SELL, BTC, "0.01", "1100", None)], (), USD)
    (row,) = scored(material(days, dealt=(unpriced,)), days=7).proposals
    assert (row.outcomes[0].amount, row.realised_cost) == (None, None)


def test_executions_of_older_versions_count_by_their_fills() -> None:
    """Where nothing was measured, the fills tell it; a fee in the coin counts at its price."""
    days = [marked(n, "100", eth="5000") for n in range(8)]
    fill = Fill(
        "f1",
        "c1",
        ETH,
        Side.BUY,
        Quantity(d("0.5")),
        Price(d("4300")),
        Money(d("0.001")),
        ETH,
        FIRST,
    )
    given = Dealt(proposal(1, ProposalState.DONE), (), (fill,), USD)
    (row,) = scored(material(days, dealt=(given,)), days=7).proposals
    assert row.outcomes[0].amount == d("0.5") * 5000 - d("0.5") * 4300 - d("4.3")
    strange = replace(given, fills=(replace(fill, fee_asset=Asset("XYZ")),))
    (row,) = scored(material(days, dealt=(strange,)), days=7).proposals
    assert (row.outcomes[0].amount, row.realised_cost) == (None, None)


@pytest.mark.parametrize(("missing", "known"), [(0, True), (3, True), (7, False)])
def test_a_price_of_another_day_is_no_outcome(missing: int, known: bool) -> None:
    """The first mark at or after the day counts; a week late it would tell something else."""
    days = [marked(n, "100") for n in range(40) if not 7 <= n < 7 + missing]
    card = scored(material(days, dealt=(dealt(1, ProposalState.EXPIRED),)), days=39)
    assert (card.proposals[0].outcomes[0].amount is not None) is known


def test_a_coin_without_a_price_leaves_its_outcome_open() -> None:
    """A plan with a coin that has no price on that day has no outcome, and nothing is guessed."""
    days = [replace(marked(n, "100"), prices=((BTC, d("1")),)) for n in range(9)]
    card = scored(material(days, dealt=(dealt(1, ProposalState.REJECTED),)), days=8)
    assert card.proposals[0].outcomes[0].amount is None
    assert card.proposals[0].outcomes[0].is_due


@pytest.mark.parametrize("count", [19, 20])
def test_no_average_before_twenty_decisions(count: int) -> None:
    """19 rejections have no average, 20 have one with its interval; expiries are counted apart."""
    days = [marked(n, "100", btc=str(100000 + 1000 * (n % 5))) for n in range(80)]
    rows = [dealt(n, ProposalState.REJECTED, day=n) for n in reversed(range(count))]
    rows += [dealt(99, ProposalState.EXPIRED), dealt(98, ProposalState.SUPERSEDED)]
    card = scored(material(days, dealt=rows), days=79)
    averages = {row.answered: row for row in card.averages}
    rejected = averages[Answered.REJECTED]
    assert (rejected.count, averages[Answered.EXPIRED].count) == (count, 1)
    assert averages[Answered.EXPIRED].estimate is None
    if count < 20:
        assert rejected.estimate is None
        return
    shares = [
        float(row.outcomes[1].amount / row.value)
        for row in card.proposals[:20]
        if row.outcomes[1].amount
    ]
    assert rejected.estimate is not None
    assert rejected.estimate.value == pytest.approx(sum(shares) / 20, abs=1e-12)
    assert rejected.estimate.low < rejected.estimate.value < rejected.estimate.high


def test_no_order_among_decisions_before_thirty_days() -> None:
    """Nothing is ranked on day 29; from day 30 on by what it came to, superseded cards left out."""
    days = [marked(n, "100", btc=str(100000 + 500 * n)) for n in range(40)]
    rows = [dealt(n, ProposalState.REJECTED, day=n) for n in (5, 2, 0)]
    rows.append(dealt(9, ProposalState.SUPERSEDED))
    assert scored(material(days[:30], dealt=rows), days=29).ranked == ()
    assert scored(material(days[:31], dealt=rows), days=30).ranked == ()
    ranked = scored(material(days, dealt=rows), days=39).ranked
    # BTC rose: whoever did not sell it first missed least.
    assert ranked == ("p0000000", "p0000002", "p0000005")


def test_a_pause_is_told_by_the_first_plan_it_held_back() -> None:
    """Marks made when they were due stand, later ones follow from the days; no plan, no outcome."""
    days = [marked(n, "100") for n in range(100)]
    spans = [
        PauseSpan(FIRST + 50 * DAY, None),
        PauseSpan(FIRST, FIRST + 5 * DAY),
    ]
    held = [
        HeldBack(FIRST + DAY, PLAN, {7: Money(d("12.5"))}),
        HeldBack(FIRST + 2 * DAY, PLAN, {7: Money(d("99"))}),
    ]
    card = scored(material(days, pauses=spans, held=held), days=99)
    going_on, over = card.pauses
    assert (going_on.ended_at, going_on.outcomes, going_on.value) == (None, (), None)
    assert over.withheld_at == FIRST + DAY
    assert over.outcomes[0].amount == d("12.5")
    then = {BTC: 110000, ETH: 4200}
    expected = sum((t.side.sign * t.received * then[t.asset] + t.cash for t in PLAN.trades), ZERO)
    assert over.outcomes[1].amount == over.outcomes[2].amount == expected
    assert [
        row.began_at for row in scored(material(days, pauses=spans), days=99, span=30).pauses
    ] == [FIRST + 50 * DAY]


def test_before_the_first_mark_there_is_nothing_to_tell() -> None:
    """A bot that was just started has an empty scorecard, and no figure that means nothing."""
    card = scored(material([]), days=0)
    assert (card.began_on, card.marked, card.books, card.effects) == (None, 0, (), ())
    assert card.put_in == Decimal(0)
