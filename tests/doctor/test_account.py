"""Keys, balances and the clock: what the venue says of the account."""

import asyncio
from datetime import timedelta

import pytest

from bot.store.file_lock import FileLock
from tests.boot.world import evaluate_days
from tests.doctor.ward import Ward
from tests.emulators.kraken.faults import Disconnects, Puts, error
from tests.emulators.kraken.keys import EVERYTHING, READING, TRADING, Permission
from tests.emulators.public_venue import HTML, Hangs


async def test_a_live_world_in_order(ward: Ward) -> None:
    """Every line is ok but the trial that was skipped; what a key can do besides is said."""
    report = await ward.examine()
    assert report.not_ok() == ["trial"]
    assert report.one("trial") == ("warn", "0 of 14 days, skipped as you wrote")
    keys = [said for _, said in report.of("keys")]
    assert keys[0] == "trading key: reads and trades, and cannot withdraw"
    assert "Futures wallet" in keys[1]
    assert "every network address" in keys[2]
    assert report.one("balances") == ("ok", "read: BTC and USD")
    assert report.one("clock") == ("ok", "as Kraken's")
    assert report.one("markets") == ("ok", "BTC and ETH for USD at Kraken")
    assert report.one("minimums")[1].startswith("worth 45,000 USD; ")
    assert report.one("heartbeat") == ("ok", "sent every 5 minutes")


KEYS = {
    "reads only": (READING, "tick: Create & modify orders"),
    "withdraws": (EVERYTHING, "can send coins away"),
    "sees no ledger": (TRADING - {Permission.QUERY_LEDGER}, "tick: Query ledger entries"),
}


@pytest.mark.parametrize("name", KEYS)
async def test_a_wrong_key_fails_with_its_mend(ward: Ward, name: str) -> None:
    """The doctor names what to tick or untick, in Kraken's own words."""
    permissions, words = KEYS[name]
    ward.use_key(permissions)
    report = await ward.examine("keys")
    assert report.fails() == ["keys"]
    level, said = report.of("keys")[0]
    assert level == "fail"
    assert words in said


async def test_a_wrong_key_that_nothing_uses_yet_is_a_warning(ward: Ward) -> None:
    """On paper the key is looked at before it matters."""
    ward.mode = "paper"
    ward.use_key(EVERYTHING)
    report = await ward.examine("keys")
    assert report.fails() == []
    level, said = report.of("keys")[0]
    assert level == "warn"
    assert said.startswith("trading key: This key can send coins away")
    ward.use_key(TRADING)
    report = await ward.examine("keys")
    assert report.of("keys")[0][1].endswith("cannot withdraw; not used in paper mode")


async def test_a_key_that_is_refused_or_not_described(ward: Ward) -> None:
    """Kraken's no, a page in between, and silence are told apart."""
    for fault, words in (
        (error("EAPI:Invalid key"), "Kraken does not know this key"),
        (error("EAPI:Invalid nonce"), "another program uses this key"),
        (Puts(("permissions",), None), "could not be read: Kraken does not tell"),
        (HTML, "could not be read: Kraken answered with something that is not JSON"),
    ):
        ward.kraken.misbehave("GetApiKeyInfo", fault, times=None)
        report = await ward.examine("keys")
        assert report.fails() == ["keys"]
        assert words in report.one("keys")[1]
        ward.kraken.calm()


async def test_a_live_run_without_a_key(ward: Ward) -> None:
    """The names of the two variables are said."""
    for name in ("EVENKEEL_EXCHANGE_KEY", "EVENKEEL_EXCHANGE_SECRET"):
        del ward.secrets[name]
    level, said = (await ward.examine("keys")).one("keys")
    assert level == "fail"
    assert "put EVENKEEL_EXCHANGE_KEY and EVENKEEL_EXCHANGE_SECRET into .env" in said


async def test_two_keys_and_one_key_twice(ward: Ward) -> None:
    """Two keys are both looked at; the same one in both places is one key."""
    ward.use_key(READING, "EVENKEEL_EXCHANGE_READ")
    report = await ward.examine("keys")
    assert report.fails() == []
    names = [said.partition(":")[0] for _, said in report.of("keys")]
    both = "reading key and trading key"
    assert names == ["reading key", "trading key", both, both], "what is true of both is said once"
    for part in ("KEY", "SECRET"):
        ward.secrets[f"EVENKEEL_EXCHANGE_READ_{part}"] = ward.secrets[f"EVENKEEL_EXCHANGE_{part}"]
    report = await ward.examine("keys")
    assert report.fails() == []
    assert {said.partition(":")[0] for _, said in report.of("keys")} == {"trading key"}


async def test_watching_with_the_one_key_that_trades(ward: Ward) -> None:
    """One key for everything is meant so; only a second one, for reading, should not trade."""
    ward.mode = "watch"
    report = await ward.examine("keys")
    assert report.fails() == []
    assert "warn" not in {level for level, _ in report.of("keys")}


async def test_the_keys_of_a_running_bot_are_left_alone(ward: Ward) -> None:
    """Two programs on one key use each other's nonces up, so nothing is asked with it."""
    path = evaluate_days(ward.data / "kraken-account-1", 14)
    lock = FileLock.take(path)
    try:
        report = await ward.examine("keys", "database")
    finally:
        lock.release()
    level, said = report.one("keys")
    assert level == "warn"
    assert "a bot runs with them" in said
    assert not [call for call in ward.kraken.record.calls if call.is_private]
    assert report.one("database")[1].endswith("; a bot runs on it")
    assert report.fails() == []


async def test_what_the_account_holds_is_named_or_why_not(ward: Ward) -> None:
    """An unknown code is named; an empty account is worth a word; silence is told."""
    ward.kraken.misbehave("BalanceEx", Puts(("NEWCOIN.X",), {"balance": "3", "hold_trade": "0"}))
    level, said = (await ward.examine("balances")).one("balances")
    assert level == "fail"
    assert "'NEWCOIN.X'" in said
    ward.kraken.misbehave("BalanceEx", Puts(("*",), {"balance": "0", "hold_trade": "0"}))
    assert (await ward.examine("balances")).one("balances")[0] == "warn"
    ward.kraken.misbehave("BalanceEx", Disconnects())
    level, said = (await ward.examine("balances")).one("balances")
    assert level == "fail"
    assert "they cannot be read" in said


@pytest.mark.parametrize(
    ("mode", "level"), [("live", "fail"), ("watch", "warn"), ("paper", "warn")]
)
async def test_a_clock_that_is_off(ward: Ward, mode: str, level: str) -> None:
    """Live cannot begin with it; elsewhere it is worth a word, with the mend."""
    ward.mode = mode
    ward.kraken.habits.ahead = timedelta(seconds=-30)
    found, said = (await ward.examine("clock")).one("clock")
    assert found == level
    assert "s ahead of Kraken's" in said
    assert "timedatectl" in said
    ward.kraken.habits.ahead = timedelta()
    ward.kraken.misbehave("Time", Puts(("unixtime",), "noon"), times=None)
    found, said = (await ward.examine("clock")).one("clock")
    assert found == level
    assert "not compared" in said


async def test_a_kraken_that_hangs_costs_one_wait(ward: Ward) -> None:
    """All looks are taken at once: nobody waits for one that hangs before asking the next."""
    ward.kraken.misbehave("*", Hangs(), times=None)
    ward.within = 4.0
    async with asyncio.timeout(30):
        report = await ward.examine()
    silent = {row.check for row in report.found if "gave no answer within 4 s" in row.said}
    assert {"keys", "balances", "markets", "clock"} <= silent
    assert report.one("telegram")[0] == "ok"
    assert report.one("prices")[0] == "ok"
    assert report.one("database")[0] == "ok"


async def test_the_trial_is_counted(ward: Ward) -> None:
    """On paper it is told how far the trial has come; live without it fails with the way out."""
    evaluate_days(ward.data / "kraken-paper-1", 5)
    ward.mode, ward.words = "paper", ""
    assert (await ward.examine("trial")).one("trial")[1].startswith("5 of the 14 days of trial")
    ward.mode = "live"
    level, said = (await ward.examine("trial")).one("trial")
    assert level == "fail"
    assert "after 5 days of trial" in said
    ward.words = "please"
    assert "only the exact words count" in (await ward.examine("trial")).one("trial")[1]
