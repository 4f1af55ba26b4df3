"""How the tours are made: one language at a time, with an ear for which texts are needed."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from bot.charts.words import ChartWords
from bot.chat.commands.registry import STANDARD
from bot.chat.console import ConsoleHome
from bot.chat.render.charts import chart_format, chart_words
from bot.chat.render.pages import Block, head, pages, plain
from bot.chat.render.reader import Reader
from bot.chat.render.renderer import Renderer
from bot.chat.render.review import review_blocks, review_head, review_in_brief
from bot.chat.render.words import Words
from bot.chat.requests import Button, Request, Role
from bot.clocks import SimulatedClock
from bot.explain.wording import wording_of
from bot.ports.messages import Answer, SecondCard
from bot.workflow.approve import TapResult
from core.domain.errors import StoreConflict
from tests.chat.review_samples import PICTURE, reviews
from tests.chat.stops_charts import charting
from tests.chat.stops_deciding import controlling, deciding, refusing, rejecting, small
from tests.chat.stops_looking import due, failing, ruling, watching
from tests.chat.stops_messages import NONCE, full_card, rendered
from tests.chat.stops_troubles import troubles
from tests.chat.test_drawing import IN_REPORTS
from tests.chat.tour import FOREIGN, Tour, tables_of
from tests.chat.world import BERLIN
from tests.store.sample_messages import outgoing
from tests.store.samples import AT, USD

STOPS: tuple[Callable[[Path, Tour], Awaitable[None]], ...] = (
    *(deciding, rejecting, small, controlling, refusing),
    *(failing, due, ruling, watching, charting, troubles),
)


async def tour_in(language: str, folder: Path) -> Tour:
    """Return everything that is said in a language, by place."""
    tour = Tour(language)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Words, "say", _overheard(tour))
        for stop in STOPS:
            home = folder / language / stop.__name__
            home.mkdir(parents=True)
            tour.place = stop.__name__
            await stop(home, tour)
        for name, words in rendered(language):
            buttons = [label for row in words.rows for label, _ in row]
            tour.stops[name] = [*words.plain.split("\n"), *buttons]
            tour.stops[f"{name}, news"] = words.news.split("\n")
            tour.tables += tables_of(words.pages)
        for name, blocks in _reviews(language):
            tour.stops[name] = plain(blocks).split("\n")
            tour.tables += tables_of(pages(blocks, continued=""))
        tour.stops["on pictures"] = [*_on_pictures(Words(wording_of(language)))]
        tour.stops["labels"] = [*_labels(Words(wording_of(language)))]
        tour.stops["console"] = await _console(language)
    return tour


def _reviews(language: str) -> Iterator[tuple[str, list[Block]]]:
    """Yield reviews of every kind as somebody reads them, with a name."""
    reader = Reader(AT, BERLIN, USD, wording=wording_of(language))
    for name, review in reviews():
        words = reader.words
        yield name, [head(review_head(review, words)), *review_blocks(review, reader)]
        yield f"{name}, in brief", review_in_brief(review, reader)


def _on_pictures(words: Words) -> Iterator[str]:
    """Yield every word that stands on a picture or below it."""
    chart_format(words)
    made = chart_words(words)
    for name in ChartWords.__dataclass_fields__.keys() - IN_REPORTS:
        said = getattr(made, name)
        yield from [said] if isinstance(said, str) else said.values()


def _overheard(tour: Tour) -> object:
    plain_say = Words.say

    def say(words: Words, key: str, **gaps: str) -> str:
        tour.heard.add(key)
        return plain_say(words, key, **gaps)

    return say


def _labels(words: Words) -> Iterator[str]:
    for result in TapResult:
        yield words.say(f"tap.{result.name}")
    for button in Button:
        yield words.say(f"button.{button.name}")
    for line in STANDARD.menu(Role.APPROVER):
        yield line.summary(words)


async def _console(language: str) -> list[str]:
    """Return what a terminal shows: two messages, a letter too many, a command that fails."""
    printed: list[str] = []
    wording = wording_of(language)
    renderer = Renderer(clock=SimulatedClock(AT), zone=BERLIN, quote=USD, wording=wording)

    async def typed() -> AsyncIterator[str]:
        for line in ("u", "xyz"):
            yield line

    async def handle(request: Request) -> str:
        del request
        raise StoreConflict(FOREIGN)

    home = ConsoleHome(
        renderer,
        clock=SimulatedClock(AT),
        write=lambda words, style="": printed.append(words),
        lines=typed(),
    )
    card = full_card()
    pictured = Answer("", ("x",), pictures=((PICTURE, "x"),))
    for message in (card, SecondCard(card.mode, USD, card.proposal), pictured):
        shown = replace(outgoing("k", message=message), nonce=NONCE)
        await home.deliver(shown, edits=())
    running = asyncio.create_task(home.run(handle))
    for _ in range(5):
        await asyncio.sleep(0)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    return printed
