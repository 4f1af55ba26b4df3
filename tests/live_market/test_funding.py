"""Funding of perpetual futures: a day's mean per 8 hours, from four venues, however often paid."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from bot.feeds.funding import SCHEDULE, FundingFeed, FundingVenue, daily_means
from bot.feeds.held import HeldFeed
from core.domain.errors import FeedUnavailable, InputInvalid
from core.domain.readings import ReadingKind
from core.domain.units import Asset
from tests.emulators.perpetuals import Contract, Perpetuals
from tests.emulators.public_venue import HTML, Answers
from tests.exchange.manual_clock import ManualClock
from tests.live_market.scene import BRISK, BTC, ETH, MORNING, ONE_DAY

VENUES = ["binanceusdm", "bybit", "okx", "krakenfutures"]
PATHS = {
    "binanceusdm": "fundingRate",
    "bybit": "funding/history",
    "okx": "funding-rate-history",
    "krakenfutures": "historicalfundingrates",
}
YESTERDAY = MORNING.replace(hour=0, minute=0) - ONE_DAY
A_MONTH_AGO = YESTERDAY - 29 * ONE_DAY
SOL = Asset("SOL")
BAD_ANSWERS = [
    (HTML, "malformed"),
    (Answers("not here", 451), "refused"),
    (Answers("slow down", 429), "limited"),
    (Answers("null"), "malformed"),
]


class Stage:
    """Perpetuals, a clock, and one venue's feeds."""

    def __init__(self, name: str, clock: ManualClock, server: Perpetuals) -> None:
        """Ask ``name`` at the server."""
        self.path = PATHS[name]
        self.clock = clock
        self.server = server
        self.pauses: list[float] = []
        self.venue = FundingVenue(
            name, clock, base_url=server.base_url, manners=BRISK, wait=self._wait
        )

    async def _wait(self, seconds: float) -> None:
        self.pauses.append(seconds)

    def feed(self, asset: Asset = BTC) -> FundingFeed:
        """Return one coin's feed."""
        return self.venue.feeds([asset])[0]


@asynccontextmanager
async def stage_at(name: str, **contracts: Contract) -> AsyncIterator[Stage]:
    """Serve contracts, and ask one venue for them."""
    clock = ManualClock(MORNING)
    async with Perpetuals(clock, contracts or {"BTC": Contract(listed_at=A_MONTH_AGO)}) as server:
        stage = Stage(name, clock, server)
        try:
            yield stage
        finally:
            await stage.venue.close()


@pytest.mark.parametrize("name", VENUES)
async def test_the_same_funding_is_equal_at_every_interval(name: str) -> None:
    """Paid every 8, 4 or 1 hours, missing its time by milliseconds: one rate per 8 hours."""
    contracts = {
        "BTC": Contract(timedelta(hours=8), listed_at=A_MONTH_AGO, late_ms=3),
        "ETH": Contract(timedelta(hours=4), listed_at=A_MONTH_AGO),
        "SOL": Contract(timedelta(hours=1), listed_at=A_MONTH_AGO),
    }
    async with stage_at(name, **contracts) as stage:
        told = [await feed.read() for feed in stage.venue.feeds([BTC, ETH, SOL])]
    for readings in told:
        assert {reading.value for reading in readings} == {Decimal("0.0003")}
        assert readings[-1].about == YESTERDAY
        assert all(reading.is_append_only for reading in readings)
        assert len(readings) == 29


@pytest.mark.parametrize("name", VENUES)
async def test_the_first_question_reaches_a_year_back(name: str) -> None:
    """The rates of 400 days come through whatever pages the venue has; later, a few days."""
    async with stage_at(name, BTC=Contract()) as stage:
        feed = stage.feed()
        first = await feed.read()
        asked = stage.server.count(stage.path)
        days = [reading.about for reading in first]
        assert days == [YESTERDAY - n * ONE_DAY for n in range(len(days) - 1, -1, -1)]
        assert len(days) >= 399
        stage.clock.at += ONE_DAY
        later = await feed.read()
        assert stage.server.count(stage.path) - asked == 1
        assert later[-1].about == YESTERDAY + ONE_DAY


@pytest.mark.parametrize("name", VENUES)
async def test_a_young_contract_has_the_days_it_has(name: str) -> None:
    """The day of the listing is not complete; the one after is the first."""
    listed_at = YESTERDAY - 3 * ONE_DAY + timedelta(hours=8)
    async with stage_at(name, BTC=Contract(listed_at=listed_at)) as stage:
        days = [reading.about for reading in await stage.feed().read()]
    assert days == [YESTERDAY - 2 * ONE_DAY, YESTERDAY - ONE_DAY, YESTERDAY]


@pytest.mark.parametrize("name", VENUES)
async def test_a_day_with_a_missing_payment_is_no_day(name: str) -> None:
    """Half a day's funding is not a day's mean."""
    gap = YESTERDAY - 4 * ONE_DAY
    contract = Contract(
        timedelta(hours=4), listed_at=A_MONTH_AGO, missing={gap + timedelta(hours=8)}
    )
    async with stage_at(name, BTC=contract) as stage:
        days = [reading.about for reading in await stage.feed().read()]
    assert gap not in days
    assert {gap - ONE_DAY, gap + ONE_DAY} <= set(days)


@pytest.mark.parametrize("name", VENUES)
async def test_a_bad_answer_is_told_in_one_word(name: str) -> None:
    """A venue that refuses or talks nonsense is asked once, and says why it gave nothing."""
    async with stage_at(name) as stage:
        for fault, trouble in BAD_ANSWERS:
            stage.server.heal()
            stage.server.spoil(stage.path, fault)
            with pytest.raises(FeedUnavailable) as failed:
                await stage.feed().read()
            assert failed.value.trouble == trouble
            assert "://" not in str(failed.value)
            assert stage.server.count(stage.path) == 1
        assert await stage.feed().read()


async def test_a_venue_that_is_down_is_asked_three_times() -> None:
    """A passing failure costs a short pause; a lasting one ends after three attempts."""
    async with stage_at("bybit") as stage:
        stage.server.spoil(stage.path, Answers("oh", 502), times=2)
        assert await stage.feed().read()
        assert len(stage.pauses) == 2
        stage.server.spoil(stage.path, Answers("oh", 502), times=3)
        with pytest.raises(FeedUnavailable) as failed:
            await stage.feed().read()
        assert failed.value.trouble == "down"
        assert all(0 <= pause <= 3 for pause in stage.pauses)


@pytest.mark.parametrize("name", VENUES)
async def test_a_coin_without_a_perpetual_is_refused_alone(name: str) -> None:
    """One coin's trouble is not another's, since each coin is a feed of its own."""
    async with stage_at(name) as stage:
        btc, eth = stage.venue.feeds([ETH, BTC])
        assert (*btc.promises, *eth.promises) == (
            (ReadingKind.FUNDING, BTC),
            (ReadingKind.FUNDING, ETH),
        )
        assert btc.source == eth.source == name
        assert await btc.read()
        with pytest.raises(FeedUnavailable, match="no perpetual of ETH") as failed:
            await eth.read()
        assert failed.value.trouble == "refused"


@pytest.mark.parametrize("per_eight_hours", ["0.9", "-0.9"])
async def test_an_absurd_rate_is_malformed(per_eight_hours: str) -> None:
    """No venue lets funding be a tenth of the position per payment."""
    contract = Contract(per_eight_hours=Decimal(per_eight_hours))
    async with stage_at("okx", BTC=contract) as stage:
        with pytest.raises(FeedUnavailable) as failed:
            await stage.feed().read()
    assert failed.value.trouble == "malformed"


async def test_a_venue_without_rates_is_late() -> None:
    """An empty history is no history of zeros."""
    async with stage_at("krakenfutures") as stage:
        stage.server.spoil(stage.path, Answers('{"rates":[]}'))
        with pytest.raises(FeedUnavailable) as failed:
            await stage.feed().read()
    assert failed.value.trouble == "late"


async def test_held_by_its_schedule_it_is_asked_once_a_day() -> None:
    """A day's mean is asked for soon after the day, and not again before the next is due."""
    async with stage_at("krakenfutures") as stage:
        held = HeldFeed(stage.feed(), stage.clock, SCHEDULE)
        assert await held.read()
        asked = len(stage.server.calls)
        stage.clock.at += timedelta(hours=14)
        assert await held.read() == ()
        assert len(stage.server.calls) == asked
        stage.clock.at += timedelta(hours=1)
        assert (await held.read())[-1].about == YESTERDAY + ONE_DAY


async def test_an_unknown_venue_is_the_callers_mistake() -> None:
    """The error names what there is."""
    with pytest.raises(InputInvalid, match="binanceusdm, bybit, okx, krakenfutures"):
        FundingVenue("mtgox", ManualClock(MORNING))


def payments(*hours: int, rate: str = "0.0003") -> list[tuple[datetime, Decimal]]:
    """Return payments so many hours after a midnight."""
    start = datetime(2026, 1, 1, tzinfo=UTC)
    return [(start + timedelta(hours=hour), Decimal(rate)) for hour in hours]


def test_a_first_payment_needs_its_predecessor() -> None:
    """Without the payment before, nobody knows for how long the first one of a day was."""
    assert daily_means(payments(0, 8, 16)) == []
    assert daily_means(payments(-8, 0, 8, 16)) == [(payments(0)[0][0], Decimal("0.0003"))]


def test_a_day_in_which_the_interval_changes_is_left_out() -> None:
    """Only a day that its payments fill evenly is certain to be complete."""
    changed = payments(-8, 0, 8, 16, 20, 24, 28, 32, 36, 40, 44)
    assert [day for day, _ in daily_means(changed)] == [datetime(2026, 1, 2, tzinfo=UTC)]
