"""Markets, feeds and people: what the rest of the world says."""

from datetime import timedelta
from decimal import Decimal

from tests.doctor.ward import ANN, Ward
from tests.emulators.public_venue import HTML
from tests.feeds import wires


async def test_coins_that_are_not_traded(ward: Ward) -> None:
    """Each is named, with what to do; a market that is closed for now is only a warning."""
    ward.targets = "BTC = 50\nETH = 20\nDOGE = 10\nPEPE = 10\nUSD = 10"
    ward.kraken.market("XETHZUSD").pair.status = "cancel_only"
    report = await ward.examine("markets")
    there, closed, missing = report.of("markets")
    assert there == ("ok", "BTC and DOGE for USD at Kraken")
    assert closed[0] == "warn"
    assert closed[1].startswith("ETH takes no orders now (its market is halted)")
    assert missing[0] == "fail"
    assert missing[1].startswith("PEPE is not traded for USD at Kraken take it out")


async def test_the_coin_that_the_market_is_read_by_must_be_there(ward: Ward) -> None:
    """Without its history nothing would ever be decided."""
    ward.targets, ward.more = "ETH = 80\nUSD = 20", '[regime]\nasset = "PEPE"'
    (_, (level, said)) = (await ward.examine("markets")).of("markets")
    assert level == "fail"
    assert "[regime] asset" in said


async def test_a_venue_that_does_not_answer(ward: Ward) -> None:
    """Markets fail with the venue's trouble; nothing is said of sizes that nobody could read."""
    ward.kraken.misbehave("AssetPairs", HTML, times=None)
    report = await ward.examine("markets", "minimums")
    level, said = report.one("markets")
    assert level == "fail"
    assert "not JSON" in said
    assert report.of("minimums") == []


async def test_targets_too_small_for_the_venue(ward: Ward) -> None:
    """A target that could never be bought, and one whose trades must gather first."""
    ward.mode, ward.start_cash = "paper", 100
    ward.targets = "BTC = 75\nETH = 5\nUSD = 20"
    gathers, never = (await ward.examine("markets", "balances", "minimums")).of("minimums")
    assert gathers[0] == never[0] == "warn"
    assert gathers[1].startswith(
        "BTC: at the edge of its band a trade is 10.00, below the smallest"
    )
    assert never[1].startswith("ETH: its whole target is worth 5.00, less than the smallest order")
    ward.start_cash = 100_000
    level, said = (await ward.examine("markets", "balances", "minimums")).one("minimums")
    assert level == "ok"
    assert said.endswith("above the smallest that is sent, 250")


async def test_a_market_whose_smallest_order_is_large(ward: Ward) -> None:
    """The venue's own minimum counts as well as the policy's."""
    ward.kraken.market("XETHZUSD").pair.ordermin = Decimal(10)
    level, said = (await ward.examine("markets", "balances", "minimums")).one("minimums")
    assert level == "warn"
    assert said.startswith("ETH: its whole target is worth 13,500, less than the smallest order of")
    assert "25,000 USD" in said


async def test_second_opinions_that_are_silent(ward: Ward) -> None:
    """The bot goes on without them, so it is a warning."""
    ward.binance.spoil("ticker", HTML, times=9)
    report = await ward.examine("prices")
    assert report.one("prices")[0] == "warn"
    assert report.fails() == []


async def test_feeds_are_told_one_by_one(ward: Ward) -> None:
    """What answers, what is late, what is refused, and what is off."""
    ward.secrets["EVENKEEL_GLASSNODE_KEY"] = wires.KEY
    lines = (await ward.examine("feed")).of("feed")
    said = "\n".join(words for _, words in lines)
    assert {level for level, _ in lines} == {"ok"}
    assert "alternative.me: Fear & Greed, newest of " in said
    assert "glassnode.com: exchange flows of BTC" in said
    assert "kraken: venue status, newest of " in said
    assert "off, with no key or not switched on: coinmetrics.io, funding and santiment.net" in said
    ward.feeds.late = timedelta(days=4)
    late = [line for line in (await ward.examine("feed")).of("feed") if "is late" in line[1]]
    assert {level for level, _ in late} == {"warn"}
    assert any(
        "alternative.me: Fear & Greed is late, the newest is of " in words for _, words in late
    )


async def test_a_feed_that_fails_is_a_warning_with_its_mend(ward: Ward) -> None:
    """A wrong key and a page in between; the bot goes on without either."""
    ward.secrets["EVENKEEL_GLASSNODE_KEY"] = "not-a-key-of-theirs"
    report = await ward.examine("feed")
    refused = [said for level, said in report.of("feed") if level == "warn"]
    assert refused
    assert all("look at its key" in said for said in refused)
    assert report.fails() == []


async def test_a_venue_that_says_it_does_not_trade(ward: Ward) -> None:
    """Its own word is passed on."""
    ward.kraken.habits.system = "maintenance"
    lines = [line for line in (await ward.examine("feed")).of("feed") if "kraken" in line[1]]
    assert lines[0][0] == "warn"
    assert "does not trade now" in lines[0][1]


async def test_a_token_that_is_wrong(ward: Ward) -> None:
    """Refused by Telegram, or without the form of one; neither is shown."""
    for token, words in (
        ("123456:WRONG", "Telegram does not accept the bot token"),
        ("no token at all", "does not look like a bot token"),
    ):
        ward.secrets["EVENKEEL_TELEGRAM_TOKEN"] = token
        level, said = (await ward.examine("telegram")).one("telegram")
        assert level == "fail"
        assert words in said


async def test_a_telegram_that_cannot_be_reached(ward: Ward) -> None:
    """Nobody can approve without it."""
    ward.tg.drop("getMe", accepted=False)
    level, said = (await ward.examine("telegram")).one("telegram")
    assert level == "fail"
    assert "Telegram did not answer" in said


async def test_who_may_approve(ward: Ward) -> None:
    """Nobody, somebody who never started the bot, and the terminal."""
    ward.approvers = ()
    assert (await ward.examine("telegram")).one("approvers")[0] == "fail"
    ward.mode = "watch"
    assert (await ward.examine("telegram")).one("approvers")[0] == "warn"
    ward.mode, ward.approvers = "live", (ANN, 8)
    ward.tg.person(8, started=False)
    (named, stranger) = (await ward.examine("telegram")).of("approvers")
    assert named == ("ok", "Telegram 7 and 8")
    assert stranger[0] == "fail"
    assert "8 has not started the bot" in stranger[1]
    assert "/start to @evenkeel_test_bot" in stranger[1]
    del ward.secrets["EVENKEEL_TELEGRAM_TOKEN"]
    report = await ward.examine("telegram")
    assert report.one("telegram") == (
        "ok",
        "not set up: the terminal of `evenkeel run` is the chat",
    )
    assert report.of("approvers") == []


async def test_a_heartbeat_nobody_hears(ward: Ward) -> None:
    """With real money somebody outside should notice; on paper it is nobody's worry."""
    ward.heartbeat = ""
    assert (await ward.examine("heartbeat")).one("heartbeat")[0] == "warn"
    ward.mode = "paper"
    assert (await ward.examine("heartbeat")).one("heartbeat")[0] == "ok"
