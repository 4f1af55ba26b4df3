"""The tour's stops where somebody looks back: pictures with their tables, and reviews."""

import random
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

from bot.chat.commands.charts import BURST, NAMES
from bot.chat.requests import Button, Command
from bot.workflow.books import keep_books
from core.codec import bar_series
from core.domain.market import BarSeries
from tests.chat.tour import Tour
from tests.chat.world import ANN, DRIFTED, World, world
from tests.dsl import history

CHARTS = tuple(f"/chart {name}" for name in NAMES)
REVIEWS = ("/review", "/review 90", "/review all", "/review never")


async def charting(folder: Path, tour: Tour) -> None:
    """Pictures and reviews before the first look, on the first day, and after some weeks."""
    async with world(folder, language=tour.language) as made:
        await tour.ask(made, *CHARTS, "/review", at="before ")
        await one_day(made)
        made.later(minutes=11)
        await tour.ask(made, *CHARTS, *REVIEWS, "/chart xyz", "/chart 31", at="first day ")
        await some_days(made, 24)
        made.later(minutes=11)
        await tour.ask(made, *(f"{name} 30" for name in CHARTS), *REVIEWS, at="later ")
        made.later(minutes=11)
        await tour.ask(made, *["/chart"] * (BURST + 1), at="often ")
        made.later(minutes=11)
        await made.front.handle(made.request(ANN, Command("chart")))
        await tour.ask(made, "/chart", at="busy ")
        made.desk = replace(made.desk, audience=replace(made.desk.audience, pictures=False))
        made.__post_init__()
        made.later(minutes=11)
        await tour.ask(made, "/chart", "/chart drift", "/settings", at="off ")


async def one_day(made: World) -> None:
    """Look once, with bars, and keep the books."""
    made.market.bars = (bars_until(made.clock.now()),)
    await made.look_daily()
    keep_books(made.desk)
    made.deliver()


def bars_until(now: datetime) -> BarSeries:
    """Return the watched coin's daily bars, the newest one closed at the last midnight."""
    made = history("BTC", 110000.0)
    midnight = datetime.combine(now.date(), time(), tzinfo=UTC)
    names = ("opens", "highs", "lows", "closes", "volumes")
    columns = {name: getattr(made, name) for name in names}
    return bar_series(made.asset, made.source, midnight - timedelta(days=1), **columns)


async def some_days(made: World, count: int, *, seed: int = 3) -> None:
    """Let days pass on a market that moves; Ann approves every plan but the first."""
    luck, seen = random.Random(seed), 0
    for _ in range(count):
        made.later(days=1)
        for line in DRIFTED:
            made.market.move(line.split()[0], str(round(1 + luck.gauss(0, 0.04), 4)))
        await one_day(made)
        if made.live is None:
            continue
        seen += 1
        await made.tap(ANN, Button.REJECT if seen == 1 else Button.APPROVE)
        made.deliver()
        if made.live is not None and not made.started:
            made.later(seconds=5)
            await made.tap(ANN, Button.CONFIRM)
        await made.carry_out()
        made.deliver()
