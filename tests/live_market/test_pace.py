"""The pace of questions with a key: a burst after a rest, a steady stream after a burst."""

from bot.venues.pace import AT_FIRST, BURST, Pace
from tests.emulators.kraken.scene import MORNING
from tests.exchange.manual_clock import ManualClock

PRICE = 3.0


async def asked(pace: Pace, clock: ManualClock, count: int, price: float = PRICE) -> float:
    """Ask so often; return the seconds that it took."""
    begun = clock.now()
    for _ in range(count):
        await pace(price)
    return (clock.now() - begun).total_seconds()


async def test_a_rest_pays_for_a_burst_and_a_burst_for_a_rest() -> None:
    """Rested, twelve questions go at once; the thirteenth waits its three seconds."""
    clock = ManualClock(MORNING)
    pace = Pace.of_key(clock)
    assert await asked(pace, clock, int(AT_FIRST / PRICE)) == 0
    await clock.sleep(600)
    assert await asked(pace, clock, int(BURST / PRICE)) == 0
    assert await asked(pace, clock, 1) == PRICE


async def test_an_order_never_waits() -> None:
    """What costs nothing goes at once, however much was asked before."""
    clock = ManualClock(MORNING)
    pace = Pace.of_key(clock)
    await asked(pace, clock, 20)
    assert await asked(pace, clock, 5, 0.0) == 0
