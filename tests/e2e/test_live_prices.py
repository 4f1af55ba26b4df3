"""``evenkeel run`` on a real venue's wire format, with paper money and people on Telegram."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, closing
from hashlib import sha256
from pathlib import Path

import pytest

from tests.e2e.live_world import LiveWorld
from tests.e2e.phone import ANN, VERA
from tests.e2e.program import stop
from tests.emulators.telegram import TelegramEmulator
from tests.emulators.telegram_records import Message

SOON = 90.0


@pytest.fixture
async def world(tmp_path: Path, tg: TelegramEmulator) -> AsyncIterator[LiveWorld]:
    """Serve three venues, every feed and a Telegram; Kraken is the venue."""
    async with LiveWorld.open(tmp_path) as opened:
        opened.venue, opened.funding = "kraken", "krakenfutures"
        opened.telegram = tg.base_url
        opened.secrets = {"EVENKEEL_TELEGRAM_TOKEN": tg.token}
        yield opened


@asynccontextmanager
async def running(world: LiveWorld) -> AsyncIterator[asyncio.subprocess.Process]:
    """Run the bot for the length of a block; kill it if it has not ended by then."""
    process = await world.start("run", *world.places)
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


def has_button(button: str) -> Callable[[Message], bool]:
    """Return what tells a message with such a button."""
    return lambda message: button in message.buttons


async def approve(tg: TelegramEmulator, card: Message) -> None:
    """Approve a card in both steps, as fast as the bot lets one."""
    press = tg.person(ANN).tap(card, "Approve")
    assert (await tg.wait_answered(press, SOON)).text.startswith("One more step")
    second = await tg.wait_for(has_button("Confirm"), SOON, chat_id=ANN)
    while True:
        press = tg.person(ANN).tap(second, "Confirm")
        toast = (await tg.wait_answered(press, SOON)).text
        if toast.startswith("Approved"):
            return
        assert "three seconds" in toast
        await asyncio.sleep(0.5)


async def regime(tg: TelegramEmulator, person: int) -> str:
    """Ask what the market is doing."""
    mark = tg.mark()
    tg.person(person).send(None, "/regime")
    return (await tg.wait_for("Data", SOON, chat_id=person, after=mark)).text


def first_known(world: LiveWorld) -> dict[tuple[str, str, str, str], str]:
    """Return when each reading was first known, by kind, coin, source and what it is about."""
    (database,) = world.data.glob("kraken-paper-1/evenkeel.db")
    with closing(sqlite3.connect(f"{database.as_uri()}?mode=ro", uri=True)) as connection:
        rows = connection.execute(
            "SELECT kind, asset, source, about, min(known_at) FROM reading GROUP BY 1, 2, 3, 4"
        )
        return {tuple(row[:4]): row[4] for row in rows}


def files(world: LiveWorld) -> dict[str, str]:
    """Return every file of the data folder with a digest of its content."""
    found = (path for path in world.data.rglob("*") if path.is_file())
    return {str(path): sha256(path.read_bytes()).hexdigest() for path in found}


@pytest.mark.slow
@pytest.mark.timeout(300)
async def test_real_prices_on_paper_from_the_first_card_to_the_audit(
    world: LiveWorld, tg: TelegramEmulator
) -> None:
    """A first purchase is approved, a kill loses no reading, and the records verify and replay."""
    async with running(world):
        card = await tg.wait_for(has_button("Approve"), SOON, chat_id=ANN)
        assert card.text.startswith("PAPER · ")
        assert "Buy BTC and ETH" in card.text
        await approve(tg, card)
        await tg.wait_for("was carried out", SOON, chat_id=ANN, after=card)
        before = first_known(world)
    kinds = {(kind, asset, source) for kind, asset, source, _ in before}
    assert kinds == {
        ("fear_greed", "", "alternative.me"),
        ("funding", "BTC", "krakenfutures"),
        ("funding", "ETH", "krakenfutures"),
        ("venue", "", "kraken"),
    }
    async with running(world) as process:
        told = await regime(tg, VERA)
        code, out, err = await stop(process)
    assert (code, err) == (0, "")
    assert tg.token not in out
    for words in (
        "Daily bars of BTC, ETH and SOL: up to ",
        "Price of a day ago (BTC): of ",
        "Fear & Greed: of ",
        "Funding (BTC and ETH): of ",
        "Venue status: of ",
        "Exchange flows (ETH): off, with no key or not switched on",
        "from kraken",
    ):
        assert words in told
    after = first_known(world)
    assert {key: after[key] for key in before} == before
    whole, data = files(world), ("--data", str(world.data))
    said = await world.check()
    assert said.code == 0
    assert "On a copy of the bot's own records." in said.out
    assert "The bot would propose nothing now." in said.out
    assert "The journal is whole" in (await world.evenkeel("journal", "verify", *data)).out
    assert "all equal" in (await world.evenkeel("replay", *data)).out
    assert files(world) == whole, "looking leaves no trace"


@pytest.mark.parametrize("options", [(), ("--approve", "all")])
async def test_nobody_to_ask_on_real_prices_is_refused(
    world: LiveWorld, options: tuple[str, ...]
) -> None:
    """Without a terminal and without Telegram there is one sentence, and no folder stays behind."""
    world.secrets = {}
    said = await world.evenkeel("run", *world.places, *options)
    assert (said.code, said.out) == (2, "")
    assert said.err == (
        "evenkeel: proposals on the kraken market are answered by people only; "
        "run in a terminal, or set EVENKEEL_TELEGRAM_TOKEN and approvers\n"
    )
    assert not list(world.data.glob("*"))
    assert world.kraken.calls == []
