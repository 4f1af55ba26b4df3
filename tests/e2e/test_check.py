"""``evenkeel check`` on real venues' wire formats: one decision, printed, and nothing kept."""

import json
import os
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from bot.app.check import Checked, check_now
from bot.cli.check_page import WIDTH, page_of
from core.domain.decision import Gate, ReasonCode, Verdict
from core.domain.readings import ReadingKind
from core.domain.regime import Regime
from core.domain.stress import Family, Silence, Vote
from tests.e2e.live_world import LiveWorld
from tests.emulators.public_venue import HTML, Answers
from tests.feeds import misbehaviour, wires

NOBODY_THERE = "http://127.0.0.1:9"
WRONG_KEY = "gn-5b81e0f7c2-not-a-key"
BANNED = Answers('{"code":-1003,"msg":"Too many requests; banned."}', 429)
EVERY = 99

pytestmark = pytest.mark.slow


@pytest.fixture
async def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[LiveWorld]:
    """Serve three venues and every feed, asked directly whatever this machine's proxy is."""
    for name in [name for name in os.environ if name.lower().endswith("_proxy")]:
        monkeypatch.delenv(name)
    async with LiveWorld.open(tmp_path) as opened:
        yield opened


async def checked(world: LiveWorld) -> tuple[Checked, str]:
    """Return what a check in this process comes to, and its page; it left nothing behind."""
    found = await check_now(world.settings)
    assert not world.data.exists()
    return found, "\n".join(page_of(world.settings, found))


def vote_of(found: Checked, family: Family) -> Vote:
    """Return a family's vote on a stress pause."""
    votes = found.decision.next_state.stress.votes
    return next(vote for vote in votes if vote.family is family)


def index_used(found: Checked) -> Decimal:
    """Return the Fear & Greed index of the day that was decided on."""
    day = found.decision.next_state.stress.day
    assert day is not None
    return wires.fear(datetime(day.year, day.month, day.day, tzinfo=UTC))


def troubles(found: Checked) -> set[tuple[str, str]]:
    """Return which sources gave nothing, and why."""
    return {(row.source, row.trouble.value) for row in found.snapshot.troubles}


async def test_a_check_prints_a_decision_and_all_it_rests_on(world: LiveWorld) -> None:
    """Weights, orders, reasons, the market's state, the index used, inputs with ages, feeds off."""
    said = await world.check()
    assert (said.code, said.err) == (0, "")
    for words in (
        "PAPER · prices of binance · ",
        "On a fresh paper account of $50,000. Nothing is stored, posted or ordered.",
        "The bot would propose: Buy BTC and ETH",
        "       now goal band",
        "USD  100.0",
        "BUY 0.4",
        "So far the money is in USD. This is the first purchase.",
        "points towards a stress pause",
        "Fear & Greed of alternative.me counts as it stood ",
        "✓ Prices and balances are complete and fresh.",
        "✓ The limits on how often and how much are kept.",
        "s old, from binance, compared with one other venue",
        "Daily bars of BTC, ETH and SOL: up to ",
        "Fear & Greed: of today, known today ",
        "Funding (BTC and ETH): of ",
        "Exchange flows (ETH): off, with no key or not switched on (coinmetrics.io,",
    ):
        assert words in said.out
    market = said.out.split("\nMarket\n")[1]
    assert market.startswith(("The market has been", "The market has left"))
    assert max(map(len, said.out.splitlines())) <= WIDTH
    assert not world.data.exists()


async def test_a_check_as_json_says_the_same_and_no_key(world: LiveWorld) -> None:
    """One document with decision, prices, bars, readings and troubles; a refused key stays ours."""
    world.secrets = {"EVENKEEL_GLASSNODE_KEY": WRONG_KEY, "EVENKEEL_SANTIMENT_KEY": wires.KEY}
    said = await world.check("--json")
    assert (said.code, said.err) == (0, "")
    assert WRONG_KEY not in said.out
    assert wires.KEY not in said.out
    told = json.loads(said.out)
    assert told["mode"] == "PAPER"
    assert told["decision"]["gates"][0]["reasons"][0]["code"] == "DATA_VALID"
    assert told["decision"]["next_state"]["regime"]["published"] in set(Regime) - {Regime.UNKNOWN}
    assert [row["asset"] for row in told["prices"]] == ["BTC", "ETH"]
    assert all(len(row["elsewhere"]) == 1 for row in told["prices"])
    assert {row["days"] for row in told["bars"]} == {460}
    readings = {(row["kind"], row["source"]) for row in told["readings"]}
    assert readings >= {
        ("day_ago", "venue"),
        ("fear_greed", "alternative.me"),
        ("funding", "binanceusdm"),
        ("net_inflow", "santiment.net"),
        ("venue", "binance"),
    }
    refused = {row["kind"] for row in told["troubles"] if row["why"] == "refused"}
    assert refused == {"accumulation", "exchange_balance", "net_inflow"}
    assert not world.data.exists()


@pytest.mark.parametrize(
    ("trouble", "sentence"),
    [
        ("down", "no decision: Binance did not answer (ExchangeNotAvailable); look at"),
        ("page", "no decision: Binance answered with something that is not JSON; try again"),
        ("banned", "no decision: Binance asks for fewer questions (DDoSProtection: 429 Too Many"),
        ("stale", "no decision: Binance: the days of BTC should reach "),
    ],
)
async def test_without_believable_prices_there_is_one_sentence(
    world: LiveWorld, trouble: str, sentence: str
) -> None:
    """Exit code 2, the venue, what is wrong and what to do; no traceback, and nothing is kept."""
    match trouble:
        case "down":
            world.elsewhere = {"binance": NOBODY_THERE}
        case "page":
            world.binance.spoil("api", HTML, EVERY)
        case "banned":
            world.binance.spoil("api", BANNED, EVERY)
        case "stale":
            world.edit_days("BTC", lambda rows: rows[:-3])
    said = await world.check()
    assert (said.code, said.out) == (2, "")
    assert said.err.startswith(f"evenkeel: {sentence}")
    assert said.err.count("\n") == 1
    assert not world.data.exists()


async def test_the_index_of_the_last_whole_day_counts(world: LiveWorld) -> None:
    """A source that still tells yesterday's value is no trouble: that is the value which counts."""
    world.feeds.late = timedelta(days=1)
    found, page = await checked(world)
    used = vote_of(found, Family.SENTIMENT)
    assert (used.silence, used.measured) == (None, index_used(found))
    told = page.split("\nFear & Greed of alternative.me counts as it stood ")[1]
    assert told.splitlines()[0].endswith(f": {used.measured}.")


async def test_an_index_of_long_ago_has_no_vote(world: LiveWorld) -> None:
    """It is shown with its day, and counts for nothing."""
    world.feeds.late = timedelta(days=5)
    found, page = await checked(world)
    assert vote_of(found, Family.SENTIMENT).silence is Silence.LATE
    assert "sentiment   –   too old" in page
    assert "Fear & Greed of alternative.me counts" not in page


async def test_feeds_in_trouble_are_named_and_stop_nothing(world: LiveWorld) -> None:
    """A limit, a refused key and a web page: each is told in words, and the decision is made."""
    world.secrets = {"EVENKEEL_GLASSNODE_KEY": WRONG_KEY}
    world.feeds.spoils = [misbehaviour.status(429, Retry_After="3600")]
    world.perpetuals.spoil("fapi", HTML, EVERY)
    found, page = await checked(world)
    assert found.decision.verdict is Verdict.PROPOSE
    assert troubles(found) == {
        ("alternative.me", "limited"),
        ("binanceusdm", "malformed"),
        ("coinmetrics.io", "off"),
        ("glassnode.com", "refused"),
        ("santiment.net", "off"),
    }
    assert "Fear & Greed: asked too often (alternative.me)" in page
    assert "Funding (BTC and ETH): an answer that cannot be read (binanceusdm)" in page
    assert "Exchange flows (BTC and ETH): refused (glassnode.com)" in page
    assert "flows       –   no reading" in page
    assert WRONG_KEY not in page


async def test_a_key_that_is_good_brings_flows(world: LiveWorld) -> None:
    """With a key the exchange flows vote, and only the other paid feed is off."""
    world.secrets = {"EVENKEEL_GLASSNODE_KEY": wires.KEY}
    found, page = await checked(world)
    assert vote_of(found, Family.FLOWS).points is not None
    assert "Exchange flows (BTC and ETH): of " in page
    assert troubles(found) == {("coinmetrics.io", "off"), ("santiment.net", "off")}
    assert wires.KEY not in page


async def test_flows_that_are_revised_have_no_vote_at_first(world: LiveWorld) -> None:
    """Coin Metrics' past may have been rewritten: it is shown, and does not count."""
    world.coin_metrics = True
    found, page = await checked(world)
    assert vote_of(found, Family.FLOWS).silence is Silence.NOT_POINT_IN_TIME
    assert "its history was not recorded in time" in page
    assert ("coinmetrics.io", "off") not in troubles(found)


async def test_venues_that_disagree_stop_every_trade(world: LiveWorld) -> None:
    """Two percent between two venues: no proposal, and the sentence says which coin and how far."""
    world.coinbase.coins["BTC"].price *= Decimal("1.02")
    found, page = await checked(world)
    assert found.decision.verdict is Verdict.NO_TRADE
    assert found.decision.has(ReasonCode.SOURCES_DISAGREE)
    assert "The bot would propose nothing now." in page
    assert "✗ The venue's price of BTC is 2.0 % away from the other sources." in page
    assert "Nothing is\nproposed until the data can be trusted again." in page


async def test_a_fall_within_the_day_puts_everything_on_hold(world: LiveWorld) -> None:
    """A fifth below the price of a day ago at every venue is a shock: nothing would be proposed."""
    for venue in (world.binance, world.coinbase):
        venue.coins["BTC"].prices = ("45000.00", "45000.02")
    found, page = await checked(world)
    assert found.decision.has(ReasonCode.PAUSED_STRESS)
    assert "The bot would propose nothing now." in page
    assert "Prices fell by " in page
    assert "✗ " in page


async def test_a_day_without_a_candle_is_a_missing_day(world: LiveWorld) -> None:
    """The decision is made without guessing, and the page says that a day is missing."""
    world.edit_days("BTC", lambda rows: [*rows[:-20], *rows[-19:]])
    found, page = await checked(world)
    assert all(gate.passed for gate in found.decision.gates if gate.gate is Gate.DATA)
    assert "Days without a bar: 1 of the 460 of BTC" in page
    assert vote_of(found, Family.CORRELATION).silence is Silence.TOO_FEW


async def test_a_quote_coin_is_watched_at_two_venues(world: LiveWorld) -> None:
    """Who counts in USDT hears its price in dollars from Kraken and Coinbase, and it votes."""
    world.quote = "USDT"
    found, page = await checked(world)
    pegs = {row.source for row in found.snapshot.readings if row.kind is ReadingKind.PEG}
    assert pegs == {"kraken", "coinbase"}
    assert vote_of(found, Family.QUOTE).points == 0
    assert "quote coin  □□□ 0 0.00 % off par" in page
    assert "BUY 0.4" in page


async def test_without_another_venue_the_page_says_so(world: LiveWorld) -> None:
    """A second opinion that is down changes no decision, but is missed in words."""
    world.elsewhere = {"coinbase": NOBODY_THERE}
    found, page = await checked(world)
    assert found.decision.verdict is Verdict.PROPOSE
    assert "compared with no other venue" in page
