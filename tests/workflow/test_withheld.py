"""What a stress pause held back: kept once, told, and held against the market later."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from bot.ports.messages import NoticeCode
from bot.ports.withheld import Mark, Withheld
from bot.workflow.withheld import keep_withdrawn, keep_withheld, mark_withheld
from core.domain.decision import (
    Decision,
    Gate,
    GateResult,
    NoTrade,
    Plan,
    Propose,
    Reason,
    ReasonCode,
)
from core.domain.errors import FeedUnavailable
from core.domain.stress import Stress, StressState
from core.domain.units import Asset, Money, Quantity
from tests.store import samples
from tests.store.samples import PLAN, POLICY, SNAPSHOT, STATE
from tests.workflow.office import MORNING, Office

DAY = timedelta(days=1)
TODAY = MORNING.date()


def paused(
    number: int = 1,
    *,
    since: date | None = TODAY,
    plan: Plan | None = PLAN,
    failed: tuple[Gate, ...] = (Gate.PAUSE,),
    why: ReasonCode = ReasonCode.PAUSED_STRESS,
) -> Decision:
    """Return a decision that these gates stopped, the pause for this reason."""
    reasons = {Gate.PAUSE: (Reason(why),)}
    stress = StressState(phase=Stress.PAUSED, since=since, day=since)
    return replace(
        samples.decision(number),
        decided_at=MORNING + (number - 1) * DAY,
        outcome=NoTrade(failed[0], plan),
        gates=tuple(GateResult(gate, gate not in failed, reasons.get(gate, ())) for gate in Gate),
        next_state=replace(STATE, stress=stress),
    )


def keep(office: Office, decision: Decision) -> bool:
    """Record a decision, and with it what it held back."""
    with office.store.transaction() as tx:
        tx.decisions.add(decision, SNAPSHOT, POLICY, STATE)
        return keep_withheld(tx, office.desk, decision)


def kept(office: Office) -> Sequence[Withheld]:
    """Return every withheld plan, newest first."""
    with office.store.reading() as tx:
        return tx.withheld.latest(9)


def told(office: Office) -> list[tuple[str, str, str]]:
    """Return what was told of marks: after how many days, what came of it, and how much."""
    rows = [dict(notice.values) for notice in office.notices(NoticeCode.WITHHELD_MARKED)]
    return [(row["days"], row["outcome"], row["amount"]) for row in rows]


async def days_pass(office: Office, days: int) -> list[Mark]:
    """Let days pass, each with its daily run; return the marks that were made."""
    made: list[Mark] = []
    for _ in range(days):
        office.clock.step(days=1)
        made += await mark_withheld(office.desk)
    return made


async def test_withheld_plan_is_told_once_a_pause(office: Office) -> None:
    """What would have been proposed is kept and told once; the next pause has its own."""
    assert keep(office, paused(1))
    assert not keep(office, paused(2))
    assert keep(office, paused(3, since=TODAY + 9 * DAY))
    first, second = office.notices(NoticeCode.WITHHELD)
    assert first == replace(second, subject=first.subject)
    assert dict(first.values) == {"what": "sell 0.03195 BTC, buy 0.62 ETH", "value": "27.33"}
    newest, oldest = kept(office)
    assert oldest == Withheld(paused(1).decision_id, TODAY, MORNING, PLAN)
    assert newest.decision_id == paused(3).decision_id


@pytest.mark.parametrize(
    "decision",
    [
        paused(failed=(Gate.PAUSE, Gate.LIMITS)),
        paused(failed=(Gate.PAUSE, Gate.BREACH)),
        paused(failed=(Gate.HALT, Gate.PAUSE)),
        paused(failed=(Gate.BENEFIT,)),
        paused(why=ReasonCode.PAUSED_BY_HAND),
        paused(plan=None),
        paused(since=None),
        replace(paused(), outcome=Propose(PLAN)),
    ],
    ids=["limits", "breach", "halt", "benefit", "by hand", "no plan", "no pause", "proposed"],
)
async def test_only_stress_withholds(office: Office, decision: Decision) -> None:
    """A plan that something else held back as well was not withheld by stress."""
    assert not keep(office, decision)
    assert not kept(office)
    assert office.notices(NoticeCode.WITHHELD) == []


async def test_withdrawn_plan_is_the_withheld_one(office: Office) -> None:
    """The open proposal that a pause withdrew is what that pause held back; its card tells it."""
    decision = paused(plan=None)
    small = replace(PLAN, trades=PLAN.trades[:1])
    with office.store.transaction() as tx:
        tx.decisions.add(decision, SNAPSHOT, POLICY, STATE)
        proposal = replace(samples.proposal(), plan=small)
        assert keep_withdrawn(tx, office.desk, decision, proposal)
    assert [row.plan for row in kept(office)] == [small]
    assert not keep(office, paused(2))
    assert office.notices(NoticeCode.WITHHELD) == []


async def test_marks_after_1_7_and_30_days(office: Office) -> None:
    """A withheld plan is held against the market after 1, 7 and 30 days, and each time told."""
    keep(office, paused())
    office.market.move("BTC", "99000")
    assert await mark_withheld(office.desk) == ()
    marks = await days_pass(office, 40)
    assert [mark.days for mark in marks] == [1, 7, 30]
    assert [mark.marked_at - MORNING for mark in marks] == [1 * DAY, 7 * DAY, 30 * DAY]
    assert tuple(marks) == kept(office)[0].marks
    assert [row[:2] for row in told(office)] == [("1", "cost"), ("7", "cost"), ("30", "cost")]


@pytest.mark.parametrize(
    ("prices", "outcome", "amount"),
    [
        # 3,514.50 for 0.03195 BTC, and 0.62 ETH for 2,603.845: cash against coins at these prices.
        ({"BTC": "99000", "ETH": "4199.75"}, "cost", "351.45"),
        ({"BTC": "121000", "ETH": "4199.75"}, "saved", "351.45"),
        ({"BTC": "110000", "ETH": "4000"}, "saved", "123.85"),
        ({"BTC": "110000", "ETH": "4199.75"}, "even", "0"),
    ],
)
async def test_what_the_pause_cost_or_saved(
    office: Office, prices: dict[str, str], outcome: str, amount: str
) -> None:
    """The mark is what the plan would be worth now less what it would have taken."""
    keep(office, paused())
    for asset, price in prices.items():
        office.market.move(asset, price)
    await days_pass(office, 1)
    ((days, said, figure),) = told(office)
    assert (days, said) == ("1", outcome)
    assert abs(Decimal(figure) - Decimal(amount)) <= Decimal("0.01")


async def test_gain_keeps_every_digit(office: Office) -> None:
    """What is stored is exact; only the notice is rounded to cents."""
    keep(office, paused())
    (mark,) = await days_pass(office, 1)
    quotes = {row.asset: row.mid for row in await office.market.quotes(POLICY.risk_assets)}
    sell, buy = PLAN.trades
    after = sell.cash + buy.cash + buy.quantity * quotes[buy.asset]
    assert mark.gained == after - sell.quantity * quotes[sell.asset]


async def test_missing_price_is_tried_again(office: Office) -> None:
    """Old prices make no mark; the next day's do, and the notice says how late it is."""
    keep(office, paused())
    office.market.age = timedelta(hours=25)
    assert await days_pass(office, 1) == []
    office.market.age = timedelta()
    (mark,) = await days_pass(office, 1)
    assert mark.days == 1
    assert [row[0] for row in told(office)] == ["2"]


async def test_too_late_is_left_out(office: Office) -> None:
    """A mark that is far too late is never made up from another day's price; later ones go on."""
    keep(office, paused())
    office.market.age = timedelta(hours=25)
    assert await days_pass(office, 14) == []
    office.market.age = timedelta()
    assert [mark.days for mark in await days_pass(office, 26)] == [30]
    with office.store.reading() as tx:
        assert len(tx.withheld.unmarked()) == 1


async def test_week_off_keeps_the_week(office: Office) -> None:
    """After nine days off, the mark of a week is made late, that of a day not at all."""
    keep(office, paused())
    office.clock.step(days=9)
    (mark,) = await mark_withheld(office.desk)
    assert mark.days == 7
    assert [row[0] for row in told(office)] == ["9"]


async def test_coin_without_a_market_stops_no_other(office: Office) -> None:
    """A plan with a coin nobody prices stays unmarked, and the others are marked."""
    unknown = replace(PLAN.trades[0], asset=Asset("GONE"))
    keep(office, paused(plan=replace(PLAN, trades=(unknown, PLAN.trades[1]))))
    keep(office, replace(paused(2, since=TODAY + DAY), decided_at=MORNING))
    (mark,) = await days_pass(office, 1)
    newest, oldest = kept(office)
    assert (newest.marks, oldest.marks) == ((mark,), ())


async def test_silent_market_marks_nothing(office: Office) -> None:
    """Without an answer nothing is marked and the caller hears why; nothing due asks nobody."""
    keep(office, paused())
    office.market.is_down = True
    assert await mark_withheld(office.desk) == ()
    with pytest.raises(FeedUnavailable):
        await days_pass(office, 1)
    assert kept(office)[0].marks == ()
    office.market.is_down = False
    assert len(await mark_withheld(office.desk)) == 1
    assert await mark_withheld(office.desk) == ()
    assert len(told(office)) == 1


async def test_run_a_moment_early_counts(office: Office) -> None:
    """A daily run some seconds earlier than yesterday's still sees a day gone by."""
    keep(office, replace(paused(), decided_at=MORNING + timedelta(seconds=40)))
    (mark,) = await days_pass(office, 1)
    assert mark.days == 1
    assert [row[0] for row in told(office)] == ["1"]


async def test_marks_survive_a_restart(office: Office) -> None:
    """A mark that was made is not made or told again after a restart."""
    keep(office, paused())
    await days_pass(office, 1)
    await office.restart()
    assert await mark_withheld(office.desk) == ()
    assert len(told(office)) == 1
    assert [row.marks[0].days for row in kept(office)] == [1]


async def test_tiny_gain_is_even(office: Office) -> None:
    """A gain below half a cent is neither a cost nor a saving."""
    speck = replace(
        PLAN.trades[1],
        quantity=Quantity(Decimal("0.000001")),
        received=Quantity(Decimal("0.000001")),
    )
    speck = replace(speck, cash=Money(Decimal("-0.0042")))
    keep(office, paused(plan=replace(PLAN, trades=(speck,))))
    office.market.move("ETH", "5000")
    await days_pass(office, 1)
    assert told(office) == [("1", "even", "0")]
