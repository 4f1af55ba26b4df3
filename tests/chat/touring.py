"""How the tours are made: one language at a time, with an ear for which texts are needed."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from bot.chat.commands.registry import STANDARD
from bot.chat.console import ConsoleHome
from bot.chat.render.renderer import Renderer
from bot.chat.render.words import Words
from bot.chat.requests import Button, Request, Role
from bot.clocks import SimulatedClock
from bot.explain.wording import wording_of
from bot.ports.messages import SecondCard
from bot.workflow.approve import TapResult
from core.domain.errors import StoreConflict
from tests.chat.stops_deciding import controlling, deciding, refusing, rejecting, small
from tests.chat.stops_looking import due, failing, ruling, watching
from tests.chat.stops_messages import NONCE, full_card, rendered
from tests.chat.tour import FOREIGN, Tour, tables_of
from tests.chat.world import BERLIN
from tests.store.sample_messages import outgoing
from tests.store.samples import AT, USD

STOPS: tuple[Callable[[Path, Tour], Awaitable[None]], ...] = (
    *(deciding, rejecting, small, controlling, refusing),
    *(failing, due, ruling, watching),
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
        tour.stops["labels"] = [*_labels(Words(wording_of(language)))]
        tour.stops["console"] = await _console(language)
    return tour


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
    for message in (card, SecondCard(card.mode, USD, card.proposal)):
        shown = replace(outgoing("k", message=message), nonce=NONCE)
        await home.deliver(shown, edits=())
    running = asyncio.create_task(home.run(handle))
    for _ in range(5):
        await asyncio.sleep(0)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    return printed
