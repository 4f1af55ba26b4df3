"""What the daily summary says that trading has cost agrees with reports and answers."""

from dataclasses import replace
from decimal import Decimal

from bot.workflow.digest import compose_digest
from core.domain.proposal import Proposal
from core.domain.units import ZERO, Money
from tests.workflow.office import Office


async def _moved_and_approved(office: Office) -> Proposal:
    """Carry out a plan at prices that have moved since its card was shown."""
    await office.check()
    await office.market.shift("BTC", "-0.4")
    return await office.approve_all()


async def test_moves_before_the_first_order_are_no_costs(office: Office) -> None:
    """Report, answer and digest name one figure: fees and slippage, without what prices did."""
    ended = await _moved_and_approved(office)
    with office.store.reading() as tx:
        legs = tx.shortfalls.of(ended.proposal_id)
    measured = sum((leg.realised or ZERO for leg in legs), ZERO)
    assert sum(leg.delay for leg in legs) > ZERO
    digest = await compose_digest(office.desk)
    assert digest.costs == Money(measured)


async def test_a_plan_whose_fee_has_no_price_is_left_out(office: Office) -> None:
    """A fee in a coin without a price is never taken for money; the whole plan stays out."""
    ended = await _moved_and_approved(office)
    before = (await compose_digest(office.desk)).costs
    with office.store.transaction() as tx:
        (leg, *_) = tx.shortfalls.of(ended.proposal_id)
        tx.shortfalls.add([replace(leg, leg=100, fees=None)])
    assert before > ZERO
    assert (await compose_digest(office.desk)).costs == Money(Decimal(0))
