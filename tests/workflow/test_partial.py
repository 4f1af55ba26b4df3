"""Sales that fill in part, not at all, or are refused (METHODS 8.6)."""

from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.ports.messages import NoticeCode
from bot.workflow.legs import REQUOTE_WITHIN
from core.domain.proposal import OrderState, Proposal, ProposalState
from core.domain.units import ZERO, Quantity
from tests.emulators.flaky_venue import Delay, FillPartly, Fine, LoseAnswer, LoseRequest, Refuse
from tests.workflow.office import BTC, ETH, USD, Office

START_CASH = Decimal(8000)
PARTIAL, DONE, FAILED = ProposalState.PARTIAL, ProposalState.DONE, ProposalState.FAILED


def some(quantity: str) -> FillPartly:
    """Let so many coins find a counterpart."""
    return FillPartly(Quantity(Decimal(quantity)))


def cash_kept(office: Office, plan_net: Decimal) -> bool:
    """Tell whether cash that was planned to stay did not pay for missing sales."""
    fills = office.fills()
    net = sum((-f.side.sign * f.notional - f.fee for f in fills), ZERO)
    return net >= min(ZERO, plan_net)


def planned_net(proposal: Proposal) -> Decimal:
    """Return what the plan as a whole adds to cash."""
    return sum((trade.cash for trade in proposal.plan.trades), ZERO)


async def test_a_partial_sale_gets_a_second_try(office: Office) -> None:
    """What one order left of a sale is asked for once more within the minute, and the plan ends."""
    await office.check()
    office.venue.expect(some("0.01"))
    ended = await office.approve_all()
    assert ended.state is DONE
    sold = [row.filled for row in office.sent() if row.side == "SELL"]
    assert sold == [Decimal("0.01"), Decimal("0.02195")]
    assert office.filled(BTC) == Decimal("0.03195")
    assert await office.problems() == []


async def test_a_partial_sale_pays_for_smaller_buys(office: Office) -> None:
    """After a partial sale the buys get what it really brought, not the cash that was to stay."""
    await office.check()
    office.venue.expect(some("0.01"), some("0.004"))
    ended = await office.approve_all()
    assert ended.state is PARTIAL
    assert office.filled(BTC) == Decimal("0.014")
    proceeds = sum((f.notional - f.fee for f in office.fills() if f.asset == BTC), ZERO)
    paid = sum((f.notional + f.fee for f in office.fills() if f.asset == ETH), ZERO)
    assert proceeds * Decimal("0.98") < paid <= proceeds
    assert await office.held(USD) >= START_CASH
    assert [row.side for row in office.sent()] == ["SELL", "SELL", "BUY"]
    assert await office.problems() == []


async def test_a_thin_book_sells_in_part(office: Office) -> None:
    """When the book empties between card and order, what it holds is sold and the rest is left."""
    await office.check()

    def thin() -> None:
        office.market.depth = Decimal("0.00005")

    office.watched.before = thin
    ended = await office.approve_all()
    assert ended.state is PARTIAL
    assert ZERO < office.filled(BTC) < Decimal("0.03195")
    assert len([row for row in office.sent() if row.asset == "BTC"]) == 2
    assert await office.held(USD) >= START_CASH
    assert await office.problems() == []


async def test_never_a_third_try(office: Office) -> None:
    """A leg is sent twice at most, whatever is left of it."""
    await office.check()
    office.venue.expect(some("0.01"), some("0.01"), some("0.01"), some("0.1"), some("0.1"))
    await office.approve_all()
    assert [row.asset for row in office.sent()].count("BTC") == 2
    assert [row.asset for row in office.sent()].count("ETH") <= 2
    assert await office.problems() == []


async def test_no_second_try_after_a_minute(office: Office) -> None:
    """A second try comes within the minute or not at all."""
    await office.check()
    office.venue.expect(some("0.01"))
    office.watched.after = lambda: office.clock.step(seconds=REQUOTE_WITHIN.total_seconds() + 1)
    ended = await office.approve_all()
    assert ended.state is PARTIAL
    assert [row.filled for row in office.sent() if row.asset == "BTC"] == [Decimal("0.01")]


async def test_no_second_try_after_a_restart(office: Office) -> None:
    """A second try that was written down and not sent before a stop is not sent later."""
    await office.check()
    office.venue.expect(some("0.01"))
    proposal = office.agree()

    class Stopped(BaseException):
        pass

    def stop(where: str) -> None:
        attempts = [row.attempt for row in office.orders() if row.asset == BTC]
        if where == "before balances" and max(attempts, default=0) > 1:
            raise Stopped

    office.watched.around = stop
    with pytest.raises(Stopped):
        await office.carry_out(proposal.proposal_id)
    assert [row.state for row in office.orders() if row.attempt > 1] == [OrderState.NEW]
    office.clock.step(minutes=5)
    await office.restart()
    assert office.proposal().state is PARTIAL
    assert [row.filled for row in office.sent() if row.asset == "BTC"] == [Decimal("0.01")]
    assert len(office.reports()) == 1
    assert await office.problems() == []


async def test_no_second_try_beyond_the_printed_price(office: Office) -> None:
    """A second try never goes beyond the price on the card."""
    await office.check()
    office.venue.expect(some("0.01"))
    office.watched.after = lambda: office.market.move("BTC", "108000")
    ended = await office.approve_all()
    assert ended.state is PARTIAL
    assert [row.filled for row in office.sent() if row.asset == "BTC"] == [Decimal("0.01")]
    assert await office.problems() == []


async def test_a_refused_sale_leaves_the_cash_alone(office: Office) -> None:
    """When the venue refuses the sale, no cash is spent in its place, and the report says so."""
    await office.check()
    office.venue.expect(Refuse("not today"))
    ended = await office.approve_all()
    assert ended.state is FAILED
    assert await office.held(USD) == START_CASH
    assert office.fills() == []
    (report,) = office.reports()
    assert report.proposal.state is FAILED
    assert report.explanation.lines
    assert await office.problems() == []


async def test_a_refused_buy_keeps_the_sale(office: Office) -> None:
    """When the venue refuses the buy, what was sold stays sold and the cash stays cash."""
    await office.check()
    office.venue.expect(Fine(), Refuse())
    ended = await office.approve_all()
    assert ended.state is PARTIAL
    assert [(row.side, row.filled) for row in office.sent()] == [("SELL", Decimal("0.03195"))]
    assert await office.held(USD) > START_CASH + 3000
    assert await office.problems() == []


async def test_a_sale_that_arrives_too_late(office: Office) -> None:
    """An order that reaches the venue after its validity is refused there and not repeated."""
    await office.check()
    office.venue.expect(Delay(21))
    ended = await office.approve_all()
    assert ended.state is FAILED
    assert office.sent() == []
    assert len(office.venue.sent) == 1


async def test_a_buy_too_small_to_matter_is_left_out(office: Office) -> None:
    """A buy that shrank below the smallest trade is skipped, and the cash stays."""
    await office.check()
    office.venue.expect(some("0.0005"), some("0.0005"))
    ended = await office.approve_all()
    assert ended.state is PARTIAL
    assert {row.asset for row in office.sent()} == {"BTC"}
    assert await office.held(USD) > START_CASH


async def test_the_report_of_a_partial_plan_is_plain(office: Office) -> None:
    """A partial plan is reported once, with state, orders, fills and plain sentences."""
    await office.check()
    office.venue.expect(some("0.01"), some("0.004"))
    ended = await office.approve_all()
    (report,) = office.reports()
    assert report.proposal == ended
    assert {order.state for order in report.orders} <= {
        OrderState.PARTLY_FILLED,
        OrderState.FILLED,
        OrderState.CANCELLED,
    }
    assert list(report.fills) == list(office.fills(ended.proposal_id))
    words = " ".join(report.explanation.lines)
    assert "0.014 BTC" in words
    assert "!" not in words


async def test_a_partial_plan_waits_for_tomorrow(office: Office) -> None:
    """What a partial plan left is proposed again at tomorrow's evaluation, not earlier."""
    await office.check()
    office.venue.expect(some("0.001"), some("0.001"))
    await office.approve_all()
    office.clock.step(hours=6)
    await office.check()
    assert office.live() is None
    office.clock.step(hours=18)
    await office.check()
    assert (await office.approve_all()).state is DONE


async def test_a_whole_plan_waits_for_days(office: Office) -> None:
    """After a whole plan nothing is proposed for three days, a hard breach apart."""
    await office.check()
    await office.approve_all()
    await office.market.shift("BTC", "26")
    office.clock.step(days=2)
    await office.check()
    assert office.live() is None
    office.clock.step(days=2)
    await office.check()
    assert office.live() is not None


async def test_no_answer_from_the_market_between_two_legs(office: Office) -> None:
    """When the market falls silent after a sale, nothing more is sent; the report still comes."""
    await office.check()

    def silence() -> None:
        office.market.is_down = True

    office.watched.after = silence
    ended = await office.approve_all()
    assert ended.state is PARTIAL
    assert len(office.reports()) == 1
    assert [row.side for row in office.sent()] == ["SELL"]


@pytest.mark.parametrize("leg", [1, 2])
async def test_no_answer_from_the_account_after_a_leg(office: Office, leg: int) -> None:
    """When balances and flows cannot be read after a leg, no other leaves and the report comes."""
    await office.check()

    def silence() -> None:
        office.watched.is_silent = len(office.sent()) == leg

    office.watched.after = silence
    ended = await office.approve_all()
    assert ended.state is (PARTIAL if leg == 1 else DONE)
    assert len(office.reports()) == 1
    assert len(office.sent()) == leg
    office.watched.is_silent = False
    await office.restart()
    assert await office.problems() == []


async def test_balances_that_do_not_fit_stop_everything(office: Office) -> None:
    """When the account changed by more than the fills say, nothing more is sent and all halts."""
    await office.check()
    office.watched.after = lambda: office.falsify(USD, "1000")
    ended = await office.approve_all()
    assert ended.state is PARTIAL
    assert [row.side for row in office.sent()] == ["SELL"]
    halted = office.state().halt
    assert halted is not None
    assert "balances" in halted.reason
    assert len(office.notices(NoticeCode.HALTED)) == 1


FAULTS = st.one_of(
    st.just(Fine()),
    st.just(LoseAnswer()),
    st.just(LoseRequest()),
    st.just(Refuse()),
    st.sampled_from([Delay(1), Delay(21)]),
    st.integers(1, 3195).map(lambda n: FillPartly(Quantity(Decimal(n) / 100_000))),
)


@settings(
    max_examples=20,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(faults=st.lists(FAULTS, max_size=4), drift=st.integers(-9, 9))
async def test_whatever_the_venue_does_the_books_are_right(
    tmp_path_factory: pytest.TempPathFactory, faults: list[Fine], drift: int
) -> None:
    """Under any faults the plan ends, nothing exceeds the approval, and kept cash is kept."""
    office = await Office.open(tmp_path_factory.mktemp("any"))
    try:
        await office.check()
        office.venue.expect(*faults)
        await office.market.shift("BTC", str(Decimal(drift) / 10))
        ended = await office.approve_all()
        assert ended.state in (DONE, PARTIAL, FAILED)
        assert len(office.reports()) == 1
        assert cash_kept(office, planned_net(ended))
        assert await office.problems() == []
        assert office.state().halt is None
        assert office.clock.now() - ended.created_at < timedelta(minutes=15)
    finally:
        office.close()
