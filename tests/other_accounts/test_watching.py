"""The whole program on the owner's account at Binance or Coinbase: it watches, and never trades."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from bot.clocks import SystemClock
from tests.e2e.live_world import LiveWorld, Said, coins
from tests.emulators import binance_account, coinbase_account
from tests.emulators.binance_account import BinanceAccountVenue
from tests.emulators.coinbase_account import CoinbaseAccountVenue, wallet
from tests.emulators.public_venue import HTML, Answers

pytestmark = pytest.mark.slow

EVERY = 99
REFUSED = {
    "binance": '{"code":-2015,"msg":"Invalid API-key, IP, or permissions for action."}',
    "coinbase": "Unauthorized\n",
}


@pytest.fixture(autouse=True)
def directly(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ask the emulators directly, whatever this machine's proxy is."""
    for name in [name for name in os.environ if name.lower().endswith("_proxy")]:
        monkeypatch.delenv(name)


@asynccontextmanager
async def watched(
    folder: Path, venue: str, mode: str = "watch"
) -> AsyncIterator[tuple[LiveWorld, BinanceAccountVenue | CoinbaseAccountVenue]]:
    """Serve every feed and an account at a venue, with its key in the environment."""
    clock = SystemClock()
    served: BinanceAccountVenue | CoinbaseAccountVenue
    async with LiveWorld.open(folder) as world:
        world.venue, world.funding, world.mode = venue, "off", mode
        if venue == "binance":
            served = BinanceAccountVenue(clock, coins())
            served.owner.balances = {
                "BTC": ("0.5", "0"),
                "LDETH": ("2", "0"),
                "USDT": ("9000", "0"),
            }
            world.quote = "USDT"
            public, secret = binance_account.PUBLIC, binance_account.SECRET
        else:
            served = CoinbaseAccountVenue(clock, coins())
            served.owner.wallets = [
                wallet("BTC", "0.5"),
                wallet("ETH2", "2"),
                wallet("USD", "9000", kind="ACCOUNT_TYPE_FIAT"),
            ]
            # As it stands in one line of a file.
            secret = served.owner.key.secret.strip().replace("\n", "\\n")
            public = coinbase_account.NAME
        world.secrets = {
            "EVENKEEL_EXCHANGE_READ_KEY": public,
            "EVENKEEL_EXCHANGE_READ_SECRET": secret,
        }
        async with served:
            world.elsewhere[venue] = served.base_url
            yield world, served


def check_quiet(said: Said, world: LiveWorld) -> None:
    """No part of the key is in what the program says, and nothing is kept."""
    for secret in world.secrets.values():
        for line in secret.split("\\n"):
            assert len(line) < 8 or line.startswith("-----") or line not in said.out + said.err
    assert not world.data.exists()


@pytest.mark.parametrize("venue", ["binance", "coinbase"])
async def test_a_check_decides_on_the_owners_own_balances(tmp_path: Path, venue: str) -> None:
    """Free and staked coins at live prices: half a BTC and two ETH beside 9,000 in cash."""
    async with watched(tmp_path, venue) as (world, _):
        said = await world.check()
    assert (said.code, said.err) == (0, "")
    assert said.out.startswith(f"WATCH · prices of {venue} · ")
    # 30,000 + 6,000 + 9,000: two thirds BTC, where the policy wants a half.
    for weight in ("BTC 66.7 ", "ETH 13.3 ", f"{world.quote} 20.0 "):
        assert weight in " ".join(said.out.split())
    assert f"On your account at {venue} as it is now" in said.out
    check_quiet(said, world)


@pytest.mark.parametrize("venue", ["binance", "coinbase"])
async def test_live_is_refused_in_one_sentence(tmp_path: Path, venue: str) -> None:
    """Orders at these venues are not proven yet: the program says so and asks nobody anything."""
    async with watched(tmp_path, venue, mode="live") as (world, served):
        world.secrets |= {
            "EVENKEEL_EXCHANGE_KEY": world.secrets["EVENKEEL_EXCHANGE_READ_KEY"],
            "EVENKEEL_EXCHANGE_SECRET": world.secrets["EVENKEEL_EXCHANGE_READ_SECRET"],
            "EVENKEEL_TELEGRAM_TOKEN": "1234567:made-up-and-never-asked",
        }
        for command in ("check", "run"):
            said = await world.evenkeel(command, *world.places)
            assert said.code == 2
            assert f"orders at {venue.title()} are not proven yet" in said.err
            assert 'mode = "watch"' in said.err
            assert said.err.count("\n") == 1
        assert served.calls == []


@pytest.mark.parametrize(
    ("venue", "trouble", "sentence"),
    [
        ("binance", "page", "Binance answered with something that is not JSON"),
        ("binance", "key", "Binance does not accept this key."),
        ("binance", "code", "Binance reports a balance 'NEWCOIN'"),
        ("coinbase", "page", "Coinbase answered with something that is not JSON"),
        ("coinbase", "key", "Coinbase does not accept this key."),
        ("coinbase", "code", "Coinbase reports a balance 'BTC-PERP'"),
    ],
)
async def test_without_believable_balances_there_is_one_sentence(
    tmp_path: Path, venue: str, trouble: str, sentence: str
) -> None:
    """An account that cannot be read is told in words, without a traceback and without the key."""
    async with watched(tmp_path, venue) as (world, served):
        part = "api/v3/account" if venue == "binance" else "brokerage/accounts"
        match trouble:
            case "page":
                served.spoil(part, HTML, EVERY)
            case "key":
                served.spoil(part, Answers(REFUSED[venue], 401), EVERY)
            case "code" if isinstance(served, BinanceAccountVenue):
                served.owner.balances["NEWCOIN"] = ("1", "0")
            case "code" if isinstance(served, CoinbaseAccountVenue):
                served.owner.wallets.append(wallet("BTC-PERP", "1"))
        said = await world.check()
    assert said.code == 2
    assert sentence in said.err
    assert "Traceback" not in said.err
    assert said.err.count("\n") == 1
    check_quiet(said, world)
