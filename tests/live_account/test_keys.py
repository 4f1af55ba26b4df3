"""What a key may do, what is wrong with it, and that nobody ever sees it."""

from __future__ import annotations

import asyncio
import json
import logging
import traceback
from collections.abc import Callable
from datetime import timedelta

import pytest

from bot.exchange.live.account import KrakenAccount
from bot.exchange.live.keys import (
    KeyPowers,
    read_powers,
    worth_knowing,
    wrong_for_reading,
    wrong_for_trading,
)
from bot.exchange.live.private import KrakenPrivate
from bot.venues.connection import Connection
from bot.venues.credentials import ApiKey
from bot.venues.table import spot_venue
from core.domain.errors import AccountProblem, EvenkeelError, FeedUnavailable, InputInvalid
from tests.emulators.kraken.faults import Puts, error, error_after, status
from tests.emulators.kraken.keys import EVERYTHING, READING, TRADING, Permission
from tests.emulators.kraken.scene import MORNING
from tests.emulators.public_venue import HTML, Answers, CutsOff, Fault
from tests.live_account.scene import HOUR, USD, Scene

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def powers(scene: Scene, permissions: frozenset[Permission]) -> KeyPowers:
    """Return what Kraken says of a new key."""
    return await read_powers(scene.connect(permissions))


async def test_a_reading_key_reads_and_a_trading_key_trades(scene: Scene) -> None:
    """The two keys that the runbook asks for are right for their work."""
    reading, trading = await powers(scene, READING), await powers(scene, TRADING)
    now = scene.clock.now()
    assert wrong_for_reading(reading, now) == wrong_for_trading(trading, now) == ()
    assert wrong_for_reading(trading, now) == ()
    assert (reading.can_trade, trading.can_trade) == (False, True)
    assert reading.can_read_balances
    assert reading.can_read_ledger
    assert reading.can_read_orders
    assert not reading.can_withdraw
    (missing,) = wrong_for_trading(reading, now)
    assert "Create & modify orders" in missing


@pytest.mark.parametrize(
    "outward",
    [Permission.WITHDRAW_FUNDS, Permission.ADD_ADDRESS, Permission.UPDATE_ADDRESS],
)
async def test_a_key_that_can_send_coins_away_is_refused(scene: Scene, outward: Permission) -> None:
    """For reading as for trading, with the words to mend it."""
    found = await powers(scene, TRADING | {outward})
    assert found.can_withdraw
    for wrong in (wrong_for_reading, wrong_for_trading):
        (said,) = wrong(found, scene.clock.now())
        assert "can send coins away" in said
        assert "untick: " in said
        assert said.endswith(".")


async def test_a_new_word_for_withdrawing_is_withdrawing() -> None:
    """A permission that Kraken adds one day is not taken for a harmless one."""
    told = KeyPowers(frozenset({"fast-withdraw-v2"}), 0, None, is_cut=False, addresses=())
    assert told.can_withdraw


@pytest.mark.parametrize(
    "missing", [Permission.QUERY_FUNDS, Permission.QUERY_LEDGER, Permission.QUERY_CLOSED]
)
async def test_what_reading_needs_is_named(scene: Scene, missing: Permission) -> None:
    """A key that sees too little is told what to tick, in Kraken's own words."""
    (said,) = wrong_for_reading(await powers(scene, READING - {missing}), scene.clock.now())
    assert "tick: Query " in said


async def test_a_key_without_any_permission_is_told_all_at_once(scene: Scene) -> None:
    """One sentence names everything that is missing."""
    (said,) = wrong_for_reading(await powers(scene, frozenset()), scene.clock.now())
    assert said.count("Query") == 3


async def test_a_key_that_sees_a_part_of_the_past_is_refused(scene: Scene) -> None:
    """With a part of the ledger the books would not add up."""
    scene.kraken.misbehave("GetApiKeyInfo", Puts(("queryFrom",), "1700000000"))
    (said,) = wrong_for_reading(await powers(scene, READING), scene.clock.now())
    assert "part of the past" in said


async def test_the_end_of_a_key_is_known(scene: Scene) -> None:
    """Before its end it is worth knowing, afterwards it is wrong."""
    end = str(int((MORNING + HOUR).timestamp()))
    scene.kraken.misbehave("GetApiKeyInfo", Puts(("validUntil",), end))
    found = await powers(scene, READING)
    assert found.valid_until_at == MORNING + HOUR
    assert wrong_for_reading(found, MORNING) == ()
    assert any("2026-03-02 10:30" in said for said in worth_knowing(found))
    assert wrong_for_reading(found, MORNING + HOUR) != ()


async def test_doctor_has_something_to_say_of_every_key(scene: Scene) -> None:
    """What cannot be denied to a key and what it has needlessly is said; nothing is forbidden."""
    said = " ".join(worth_knowing(await powers(scene, EVERYTHING)))
    assert "Futures wallet" in said
    assert "Untick: Deposit funds, Earn, Export data." in said
    assert "every network address" in said
    assert "ithdraw" not in said


@pytest.mark.parametrize("value", [None, "withdraw-funds", [1], [""], {}])
async def test_a_key_that_kraken_does_not_describe_is_not_used(scene: Scene, value: object) -> None:
    """No list of permissions is not a list without the dangerous one."""
    scene.kraken.misbehave("GetApiKeyInfo", Puts(("permissions",), value))
    with pytest.raises(FeedUnavailable, match="must not be used") as failed:
        await powers(scene, READING)
    assert failed.value.trouble == "malformed"


async def test_a_nonce_window_is_told(scene: Scene) -> None:
    """A window is part of what a key is."""
    issued = scene.kraken.issue_key(READING, nonce_window=5)
    found = await read_powers(scene.connect(key=ApiKey(issued.public, issued.secret)))
    assert found.nonce_window == 5


async def test_a_key_that_another_program_uses_is_named(scene: Scene) -> None:
    """A program with nonces far ahead locks ccxt out; the owner is told what to do."""
    issued = scene.kraken.issue_key(READING)
    account = KrakenAccount(
        scene.connect(key=ApiKey(issued.public, issued.secret)), USD, scene.clock
    )
    assert await account.balances()
    issued.last_nonce = 10**19
    with pytest.raises(AccountProblem, match="another program uses this key"):
        await account.balances()


async def test_questions_at_once_do_not_look_like_another_program(scene: Scene) -> None:
    """One connection keeps its own nonces in order, however many questions there are."""
    account = scene.account()
    answers = await asyncio.gather(*(account.balances() for _ in range(12)))
    assert len({len(answer) for answer in answers}) == 1


REFUSALS: dict[str, str] = {
    "EAPI:Invalid key": "does not know this key",
    "EAPI:Invalid signature": "the secret does not belong",
    "EAPI:Invalid nonce": "another program",
    "EGeneral:Permission denied": "may not do that",
    "EAccount:Invalid permissions": "may not do that",
    "EAccount:Invalid permissions:XXBT trading restricted": "may not do that",
    "ESession:Invalid session": "may not do that",
    "EAuth:Account temporary disabled": "locked",
    "EAuth:Account unconfirmed": "locked",
    "ETrade:User Locked": "locked",
}


@pytest.mark.parametrize("words", REFUSALS)
async def test_a_refused_key_needs_its_owner(scene: Scene, words: str) -> None:
    """Every word of Kraken's that only a person can act on is an account problem with its mend."""
    scene.kraken.misbehave("BalanceEx", error(words))
    with pytest.raises(AccountProblem, match=REFUSALS[words]) as failed:
        await scene.account().balances()
    assert str(failed.value).endswith(".")


async def test_a_page_that_stands_in_between_is_no_refusal(scene: Scene) -> None:
    """A gateway's 403 says nothing of the key."""
    for code in (401, 403):
        scene.kraken.misbehave("BalanceEx", status(code))
        with pytest.raises(FeedUnavailable):
            await scene.account().balances()


@pytest.mark.parametrize("secret", ["not base64!", "AAAA AAAA", "abc", "é"])
async def test_a_secret_that_cannot_sign_is_refused_before_any_question(
    scene: Scene, secret: str
) -> None:
    """A copy that went wrong is a sentence, not a failure deep inside, and is not repeated."""
    with pytest.raises(InputInvalid, match="not as Kraken wrote it") as failed:
        KrakenPrivate(scene.connect(key=ApiKey("public", secret)))
    assert secret not in str(failed.value)


async def test_without_a_key_or_at_another_venue_there_is_no_account(scene: Scene) -> None:
    """What cannot work is refused when it is put together."""
    keyless = Connection(spot_venue("kraken"), scene.clock)
    with pytest.raises(InputInvalid, match="needs an API key"):
        KrakenAccount(keyless, USD, scene.clock)
    binance = Connection(spot_venue("binance"), scene.clock, key=ApiKey("a", "b"))
    with pytest.raises(InputInvalid, match="only Kraken"):
        KrakenAccount(binance, USD, scene.clock)


def _echo(text: str) -> Callable[[ApiKey], Fault]:
    return lambda key: Answers(
        json.dumps({"error": [text.format(public=key.public, secret=key.secret)]})
    )


ECHOES: dict[str, Callable[[ApiKey], Fault]] = {
    "an error with the key in it": _echo("EAPI:Unheard {public} {secret}"),
    "an error with the secret at its end": _echo("EService:" + "x" * 60 + "{secret}"),
    "a refusal with the key in it": _echo("EAPI:Invalid key:{public}"),
    "a web page with the key in it": lambda key: Answers(
        f"<html>{key.public} {key.secret}</html>", 502, "text/html"
    ),
    "an error with the key as other programs write JSON": lambda key: Answers(
        json.dumps({"error": [f"EAPI:Unheard {key.public} {key.secret}"]}).replace("/", "\\/")
    ),
    "another status": lambda key: Answers(f"{key.secret} {key.public}", 404),
    "a result that is the key": lambda key: Answers(
        json.dumps({"error": [], "result": key.secret})
    ),
    "a web page": lambda _key: HTML,
    "half an answer": lambda _key: CutsOff(),
    "an error afterwards": lambda _key: error_after("EGeneral:Internal error"),
}


@pytest.mark.parametrize("echo", ECHOES)
async def test_no_error_and_no_log_holds_the_key(
    scene: Scene, caplog: pytest.LogCaptureFixture, echo: str
) -> None:
    """Forced errors, chains of errors, representations and the most talkative log are clean."""
    issued = scene.kraken.issue_key(READING)
    key = ApiKey(issued.public, issued.secret)
    connection = scene.connect(key=key)
    account = KrakenAccount(connection, USD, scene.clock)
    for endpoint in ("BalanceEx", "Ledgers", "GetApiKeyInfo"):
        scene.kraken.misbehave(endpoint, ECHOES[echo](key))
    shown = [repr(key), str(key), repr(connection), repr(account), f"{connection} {account}"]
    with caplog.at_level(logging.DEBUG):
        for ask in (account.balances, lambda: account.flows(None), lambda: read_powers(connection)):
            with pytest.raises(EvenkeelError) as failed:
                await ask()
            shown += [str(failed.value), repr(failed.value)]
            shown += traceback.format_exception(failed.value)
        await account.balances()
        shown.append(repr(await read_powers(connection)))
    shown += [record.getMessage() for record in caplog.records]
    for text in shown:
        for part in (key.public, key.secret):
            assert part not in text
            assert part.replace("/", "\\/") not in text
            assert part[:8] not in text


async def test_a_day_later_the_key_still_works(scene: Scene) -> None:
    """Nothing that is kept goes stale without being read anew."""
    account = scene.account()
    await account.balances()
    scene.later(timedelta(days=2))
    assert await account.balances()
    assert scene.kraken.record.count("Assets") == 2
