"""The look between the evaluations: only far outside a band, and recorded once."""

from datetime import timedelta

from bot.ports.messages import NoticeCode
from bot.workflow.check import safely_check, watch
from core.domain.decision import Verdict
from core.domain.snapshot import Occasion
from tests.workflow.conftest import Opener
from tests.workflow.office import Office, policy

BALANCED = {"BTC": "0.22727", "ETH": "3.5714", "USD": "10000"}


def decisions(office: Office) -> int:
    """Return how many decisions were recorded."""
    with office.store.reading() as tx:
        return len(tx.decisions.ids())


async def test_nothing_is_decided_inside_the_bands(open_office: Opener) -> None:
    """Between the evaluations a quiet market leaves no trace."""
    office = await open_office(holdings=BALANCED)
    assert await watch(office.desk) is None
    assert decisions(office) == 0


async def test_a_simple_breach_waits_for_the_evaluation(office: Office) -> None:
    """A breach that is not far outside is left to the daily evaluation."""
    assert await watch(office.desk) is None
    assert decisions(office) == 0


async def test_a_hard_breach_is_proposed_at_once(open_office: Opener) -> None:
    """Far outside its band an asset is proposed between the evaluations, and only once."""
    office = await open_office(holdings=BALANCED, policy=policy())
    await office.check()
    office.clock.step(hours=3)
    await office.market.shift("BTC", "150")
    decision = await watch(office.desk)
    assert decision is not None
    assert decision.verdict is Verdict.PROPOSE
    office.deliver()
    assert office.live() is not None
    for _ in range(20):
        office.clock.step(minutes=15)
        await watch(office.desk)
    assert len(office.proposals()) == 1
    assert decisions(office) == 3  # the evaluation, the proposal, and once that one is open


async def test_a_hard_breach_that_cannot_be_proposed_is_recorded_once_a_day(
    office: Office,
) -> None:
    """A hard breach that may not be proposed today is recorded once that day, and once the next."""
    await office.market.shift("BTC", "150")
    await office.check()
    office.clock.step(hours=12)
    await office.market.shift("BTC", "1")
    before = decisions(office)
    for _ in range(30):
        office.clock.step(minutes=15)
        await safely_check(office.desk, Occasion.INTRADAY)
    assert decisions(office) == before + 1
    assert len(office.proposals()) == 1


async def test_a_silent_market_is_told_once_a_day(office: Office) -> None:
    """When the market does not answer, people hear of it once a day, and nothing is decided."""
    office.market.is_down = True
    for _ in range(5):
        assert await safely_check(office.desk, Occasion.DAILY) is None
        assert await safely_check(office.desk, Occasion.INTRADAY) is None
        office.clock.step(hours=1)
    assert len(office.notices(NoticeCode.DATA_UNSAFE)) == 1
    office.clock.step(days=1)
    await safely_check(office.desk, Occasion.DAILY)
    assert len(office.notices(NoticeCode.DATA_UNSAFE)) == 2
    assert decisions(office) == 0


async def test_stale_prices_are_told_once_a_day(office: Office) -> None:
    """Prices too old to believe lead to no plan, and to one record and one notice a day."""
    office.market.age = timedelta(days=2)
    for _ in range(3):
        await office.check()
        office.clock.step(hours=2)
    assert office.live() is None
    assert len(office.notices(NoticeCode.DATA_UNSAFE)) == 1
    assert decisions(office) == 1
