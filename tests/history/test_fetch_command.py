"""``history fetch`` from the command line to the file, over the venue's own wire format."""

import asyncio
import sys
import time
from asyncio.subprocess import PIPE
from pathlib import Path

import pytest

from bot.research.bars import read_bars
from tests.history.kraken_candles import DAY, LATEST, KrakenCandles
from tests.history.program import Ended, run


async def _evenkeel(*words: object) -> Ended:
    program = (sys.executable, "-m", "bot.cli.main", *map(str, words))
    process = await asyncio.create_subprocess_exec(*program, stdout=PIPE, stderr=PIPE)
    out, err = await process.communicate()
    return Ended(process.returncode or 0, out.decode(), err.decode())


@pytest.mark.slow
async def test_candles_come_from_the_venue_into_the_file(tmp_path: Path) -> None:
    """The open candle is left out, Kraken's limit is said plainly, a second run finds no more."""
    venue = KrakenCandles(int(time.time()))
    async with venue.serving() as address:
        words = ("history", "fetch", "--asset", "BTC", "--data", tmp_path)
        ended = await _evenkeel(*words, "--base-url", address)
        assert (ended.code, ended.err) == (0, "")
        again = await _evenkeel(*words, "--base-url", address)
    assert f"kraken BTC/USD 1d: {LATEST - 1} new, {LATEST - 1} stored" in ended.out
    assert f"kraken BTC/USD 1d: 0 new, {LATEST - 1} stored" in again.out
    (bars,) = read_bars(tmp_path / "history" / "kraken" / "BTC-USD-1d.parquet").series
    assert bars.starts[-1] == venue.now // DAY * DAY - DAY
    assert "latest 720 candles" in ended.out
    assert "evenkeel history import FILE" in ended.out
    assert "told differently" not in again.out


@pytest.mark.slow
async def test_a_policy_names_coins_and_address(tmp_path: Path) -> None:
    """With a policy its watched coins are fetched from its venue at its address."""
    venue = KrakenCandles(int(time.time()))
    async with venue.serving() as address:
        policy = tmp_path / "evenkeel.toml"
        policy.write_text(
            'quote = "USD"\nvenue = "kraken"\n[targets]\nBTC = 50\nETH = 30\nUSD = 20\n'
            f'[exchange.base_urls]\nkraken = "{address}"\n'
        )
        ended = await _evenkeel("history", "fetch", "--policy", policy, "--data", tmp_path)
    assert ended.code == 0
    assert f"kraken BTC/USD 1d: {LATEST - 1} new" in ended.out
    assert f"kraken ETH/USD 1d: {LATEST - 1} new" in ended.out
    assert "there are no candles of SOL in USD" in ended.out


@pytest.mark.slow
async def test_a_silent_venue_is_said_to_be_silent(tmp_path: Path) -> None:
    """A venue that does not answer ends the command with its name, the mend and exit code 1."""
    venue = KrakenCandles(int(time.time()))
    venue.is_silent = True
    async with venue.serving() as address:
        ended = await _evenkeel(
            *("history", "fetch", "--asset", "BTC", "--data", tmp_path, "--base-url", address)
        )
    assert ended.code == 1
    assert "so kraken BTC/USD 1d could not be fetched to the end" in ended.err
    assert "run the command again" in ended.err
    assert len(ended.err.splitlines()) == 1
    assert ended.out == ""
    assert "Traceback" not in ended.err


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        ((), "give coins with --asset, or a policy with --policy"),
        (("--asset", "btc"), "--asset is 'btc'"),
        (("--asset", "USD"), "against itself"),
        (("--asset", "BTC", "--since", "soon"), "--since is 'soon'"),
        (("--asset", "BTC", "--quote", "$"), "--quote is '$'"),
    ],
)
def test_a_wrong_option_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], words: tuple[str, ...], problem: str
) -> None:
    """Options that make no sense are refused before anything is asked."""
    ended = run(capsys, "history", "fetch", *words, "--data", tmp_path)
    assert ended.code == 2
    assert problem in ended.err
    assert list(tmp_path.iterdir()) == []
