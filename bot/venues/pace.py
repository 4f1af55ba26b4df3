"""The pace of questions with a key: ccxt's own counts no rest, so every burst would crawl.

Kraken counts questions: 15 at most on the smallest tier, and one is forgotten every three seconds
(reference: Kraken's REST limits). ccxt's price of such a question is 3, of the ledger 6.
"""

import asyncio
from dataclasses import dataclass

from bot.pacing import TokenBucket
from bot.ports.clock import Clock

BURST = 36.0
PER_SECOND = 1.0
"""In ccxt's prices: twelve questions at once, three short of the limit, then one in 3 seconds."""

AT_FIRST = BURST / 2
"""A program that was just stopped may have asked already."""


@dataclass(slots=True)
class Pace:
    """Stands in for the throttle of a ccxt object."""

    clock: Clock
    bucket: TokenBucket
    line: asyncio.Lock

    @classmethod
    def of_key(cls, clock: Clock) -> "Pace":
        """Return the pace of one key."""
        bucket = TokenBucket(BURST, PER_SECOND, clock.now(), tokens=AT_FIRST)
        return cls(clock, bucket, asyncio.Lock())

    async def __call__(self, cost: float | None = None) -> None:
        """Wait until a question of this price may be asked; a free one never waits."""
        price = 1.0 if cost is None else float(cost)
        async with self.line:
            await self.clock.sleep(self.bucket.wait(self.clock.now(), price) if price else 0.0)
            self.bucket.take(self.clock.now(), price)
