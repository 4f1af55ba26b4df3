"""What a key of Binance or Coinbase may do, what is wrong with it, and that nobody sees it."""

from __future__ import annotations

import json
import logging
import traceback
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from bot.exchange.live.others.choosing import account_at, inspector_at, signing_key
from bot.exchange.live.others.keys import BESIDES_AT_BINANCE, OUTWARD_AT_BINANCE
from bot.ports.keys import KeyReport, Purpose
from bot.venues.connection import Connection
from bot.venues.credentials import ApiKey
from bot.venues.table import spot_venue
from core.domain.errors import AccountProblem, EvenkeelError, FeedUnavailable, InputInvalid
from tests.emulators import binance_account, coinbase_account
from tests.emulators.coinbase_account import ECKey, EdKey
from tests.emulators.public_venue import HTML, Answers, CutsOff
from tests.other_accounts.scene import (
    BINANCE_KEY,
    COINS,
    USD,
    USDT,
    BinanceScene,
    CoinbaseScene,
    connected,
)

pytestmark = pytest.mark.asyncio(loop_scope="module")

RESTRICTIONS, PERMISSIONS = "apiRestrictions", "key_permissions"


async def at_binance(
    scene: BinanceScene, purpose: Purpose = Purpose.READ, **may: object
) -> KeyReport:
    """Return what is said of a key that may these things."""
    scene.begin()
    scene.owner.restrictions |= may
    return await inspector_at(scene.connection).inspect(purpose)


async def at_coinbase(
    scene: CoinbaseScene, purpose: Purpose = Purpose.READ, **may: object
) -> KeyReport:
    """Return what is said of a key that may these things."""
    scene.begin()
    scene.owner.permissions |= may
    return await inspector_at(scene.connection).inspect(purpose)


async def test_a_reading_key_is_right_for_watching(
    binance: BinanceScene, coinbase: CoinbaseScene
) -> None:
    """A key that reads, and can do nothing else, is neither wrong nor worth a word."""
    nothing_else = KeyReport(can_trade=False, can_withdraw=False, wrong=())
    assert await at_binance(binance) == nothing_else
    assert await at_coinbase(coinbase) == nothing_else


@pytest.mark.parametrize("power", OUTWARD_AT_BINANCE)
@pytest.mark.parametrize("purpose", Purpose)
async def test_a_binance_key_that_can_send_coins_away_is_refused(
    binance: BinanceScene, power: str, purpose: Purpose
) -> None:
    """Withdrawals, internal and universal transfers alike, with the box to untick."""
    trades = {"enableSpotAndMarginTrading": purpose is Purpose.TRADE}
    report = await at_binance(binance, purpose, **trades, **{power: True})
    (said,) = report.wrong
    assert report.can_withdraw
    assert "can send coins away" in said
    assert f"untick: {OUTWARD_AT_BINANCE[power]}" in said


async def test_a_coinbase_key_that_can_transfer_is_refused(coinbase: CoinbaseScene) -> None:
    """For watching as for trading, with the words to mend it."""
    for purpose in Purpose:
        report = await at_coinbase(coinbase, purpose, can_trade=True, can_transfer=True)
        (said,) = report.wrong
        assert report.can_withdraw
        assert "without: Transfer" in said


async def test_a_new_word_for_sending_is_sending(
    binance: BinanceScene, coinbase: CoinbaseScene
) -> None:
    """A power that a venue adds one day is not taken for a harmless one."""
    assert (await at_binance(binance, enableFastWithdraw=True)).wrong
    assert (await at_coinbase(coinbase, can_send_crypto=True)).wrong
    assert not (await at_coinbase(coinbase, can_receive=True)).wrong


async def test_what_a_key_lacks_is_named(binance: BinanceScene, coinbase: CoinbaseScene) -> None:
    """A key that sees nothing, or cannot trade where it should, is told what to tick."""
    (said,) = (await at_binance(binance, enableReading=False)).wrong
    assert "tick: Enable Reading" in said
    (said,) = (await at_binance(binance, Purpose.TRADE)).wrong
    assert "tick: Enable Spot & Margin Trading" in said
    (said,) = (await at_coinbase(coinbase, can_view=False)).wrong
    assert "tick: View" in said
    (said,) = (await at_coinbase(coinbase, Purpose.TRADE)).wrong
    assert "tick: Trade" in said


async def test_what_a_key_can_do_besides_is_worth_knowing(
    binance: BinanceScene, coinbase: CoinbaseScene
) -> None:
    """Futures, margin, options, trading while only watching, any address: said, not forbidden."""
    powers: dict[str, Any] = dict.fromkeys(BESIDES_AT_BINANCE, True)
    report = await at_binance(binance, **powers, enableSpotAndMarginTrading=True, ipRestrict=False)
    assert report.wrong == ()
    said = " ".join(report.worth_knowing)
    assert all(tick in said for tick in BESIDES_AT_BINANCE.values())
    assert "Enable Spot & Margin Trading" in said
    assert "every network address" in said
    report = await at_coinbase(coinbase, can_trade=True, portfolio_type="CONSUMER")
    assert report.wrong == ()
    assert len(report.worth_knowing) == 2


@pytest.mark.parametrize("value", [None, "true", 1, [], {}])
async def test_a_key_that_a_venue_does_not_describe_is_not_used(
    binance: BinanceScene, coinbase: CoinbaseScene, value: object
) -> None:
    """No word on withdrawals is not the word that it cannot withdraw."""
    with pytest.raises(FeedUnavailable, match="must not be used"):
        await at_binance(binance, enableWithdrawals=value)
    with pytest.raises(FeedUnavailable, match="must not be used"):
        await at_coinbase(coinbase, can_transfer=value)


REFUSALS: list[tuple[str, int, str]] = [
    ('{"code":-2015,"msg":"Invalid API-key, IP, or permissions for action."}', 401, "this key"),
    ('{"code":-2014,"msg":"API-key format invalid."}', 401, "this key"),
    ('{"code":-2008,"msg":"Invalid Api-Key ID."}', 400, "this key"),
    ('{"code":-1022,"msg":"Signature for this request is not valid."}', 400, "signature"),
    ('{"code":-1021,"msg":"Timestamp for this request is outside"}', 400, "clock is wrong"),
]


@pytest.mark.parametrize(("body", "status", "words"), REFUSALS)
async def test_binance_refusing_a_key_needs_its_owner(
    binance: BinanceScene, body: str, status: int, words: str
) -> None:
    """At the first question as at a later one, which ccxt takes for a busy venue."""
    account = binance.begin()
    for _ in range(2):
        binance.venue.spoil("api/v3/account", Answers(body, status))
        with pytest.raises(AccountProblem, match=words) as failed:
            await account.balances()
        assert str(failed.value).endswith(".")
        assert await account.balances()


@pytest.mark.parametrize(
    ("body", "status", "words"),
    [
        ("Unauthorized\n", 401, "does not accept this key"),
        ('{"error":"unauthorized","error_details":"x","message":"x"}', 401, "accept this key"),
        ('{"errors":[{"id":"invalid_token","message":"no"}]}', 401, "accept this key"),
        ('{"errors":[{"id":"invalid_scope","message":"no"}]}', 403, "may not do that"),
        ('{"error":"PERMISSION_DENIED","message":"Missing scopes"}', 403, "may not do that"),
        ('{"errors":[{"id":"unverified_email","message":"no"}]}', 400, "Log in at Coinbase"),
    ],
)
async def test_coinbase_refusing_a_key_needs_its_owner(
    coinbase: CoinbaseScene, body: str, status: int, words: str
) -> None:
    """Every word of Coinbase's that only a person can act on is an account problem."""
    account = coinbase.begin()
    coinbase.venue.spoil("accounts", Answers(body, status))
    with pytest.raises(AccountProblem, match=words) as failed:
        await account.balances()
    assert str(failed.value).endswith(".")
    assert await account.balances()


async def test_a_page_that_stands_in_between_is_no_refusal(
    binance: BinanceScene, coinbase: CoinbaseScene
) -> None:
    """A gateway's web page says nothing of the key; Coinbase's own way of saying no is a 401."""
    at_binance, at_coinbase = binance.begin(), coinbase.begin()
    for status in (401, 403, 451):
        binance.venue.spoil("account", Answers("<html>no</html>", status, "text/html"))
        with pytest.raises(FeedUnavailable):
            await at_binance.balances()
    for status in (403, 451):
        coinbase.venue.spoil("accounts", Answers("<html>no</html>", status, "text/html"))
        with pytest.raises(FeedUnavailable):
            await at_coinbase.balances()


@pytest.mark.parametrize("made", [ECKey, EdKey])
async def test_both_kinds_of_coinbase_keys_sign(
    coinbase: CoinbaseScene, made: type[ECKey | EdKey]
) -> None:
    """The JWT that ccxt makes of a new key is the one that Coinbase's documentation describes."""
    coinbase.begin()
    kept, coinbase.owner.key = coinbase.owner.key, made()
    key = signing_key("coinbase", ApiKey(coinbase_account.NAME, coinbase.owner.key.secret))
    connection = connected("coinbase", coinbase.venue.base_url, coinbase.clock, key)
    assert await account_at(connection, USD, COINS, coinbase.clock).balances()
    await connection.close()
    coinbase.owner.key = kept


async def test_another_secret_is_refused(binance: BinanceScene, coinbase: CoinbaseScene) -> None:
    """The emulators do check signatures: a wrong one is told as what it is."""
    binance.begin()
    coinbase.begin()
    wrong = ApiKey(BINANCE_KEY.public, "another")
    connection = connected("binance", binance.venue.base_url, binance.clock, wrong)
    with pytest.raises(AccountProblem, match="signature"):
        await account_at(connection, USDT, COINS, binance.clock).balances()
    await connection.close()
    wrong = ApiKey(coinbase_account.NAME, ECKey().secret)
    connection = connected("coinbase", coinbase.venue.base_url, coinbase.clock, wrong)
    with pytest.raises(AccountProblem, match="does not accept this key"):
        await account_at(connection, USD, COINS, coinbase.clock).balances()
    await connection.close()


PEM = ECKey().secret
OTHER_CURVE = ECKey(ec.generate_private_key(ec.SECP384R1())).secret


@pytest.mark.parametrize(
    "secret",
    [
        "",
        "abc",
        "MHcCAQEE",
        PEM.replace("\n", " \\n "),
        PEM[:120],
        PEM.replace("-----BEGIN EC PRIVATE KEY-----\n", ""),
        PEM.replace("A", "*"),
        OTHER_CURVE,
        EdKey().secret[:40],
    ],
    ids=[
        "nothing",
        "a word",
        "a start",
        "one line",
        "cut",
        "headless",
        "a wrong letter",
        "another curve",
        "half",
    ],
)
async def test_a_coinbase_secret_that_cannot_sign_is_refused_before_any_question(
    secret: str,
) -> None:
    """A copy that went wrong is a sentence, not a failure deep inside, and is not repeated."""
    with pytest.raises(InputInvalid, match="not as Coinbase wrote it") as failed:
        signing_key("coinbase", ApiKey(coinbase_account.NAME, secret))
    assert not secret or secret not in str(failed.value)


async def test_swapped_halves_are_told() -> None:
    """The key in place of its name is a mistake that says what it is."""
    with pytest.raises(InputInvalid, match="swapped"):
        signing_key("coinbase", ApiKey(PEM, coinbase_account.NAME))


async def test_without_a_key_or_at_another_venue_there_is_no_account(
    binance: BinanceScene,
) -> None:
    """What cannot work is refused when it is put together."""
    for venue, quote in (("binance", USDT), ("coinbase", USD)):
        keyless = Connection(spot_venue(venue), binance.clock)
        with pytest.raises(InputInvalid, match="needs an API key"):
            account_at(keyless, quote, COINS, binance.clock)
        with pytest.raises(InputInvalid, match="needs an API key"):
            inspector_at(keyless)


def _echoes(key: ApiKey) -> list[Answers | CutsOff]:
    both = f"{key.public} {key.secret}"
    return [
        Answers(json.dumps({"code": -9, "msg": both, "error": both, "message": both}), 400),
        Answers(json.dumps({"errors": [{"id": "x", "message": both}]}).replace("/", "\\/"), 400),
        Answers(f"<html>{both}</html>", 502, "text/html"),
        Answers(both, 404),
        Answers(json.dumps(both)),
        HTML,
        CutsOff(),
    ]


async def test_no_error_and_no_log_holds_the_key(
    binance: BinanceScene, coinbase: CoinbaseScene, caplog: pytest.LogCaptureFixture
) -> None:
    """Forced errors, chains of errors, representations and the most talkative log are clean."""
    coinbase_key = ApiKey(coinbase_account.NAME, coinbase.owner.key.secret)
    readers: list[tuple[Any, Any, ApiKey]] = [
        (binance, binance.begin(), BINANCE_KEY),
        (coinbase, coinbase.begin(), coinbase_key),
    ]
    shown = []
    with caplog.at_level(logging.DEBUG):
        for scene, reader, key in readers:
            asks = (reader.balances, lambda r=reader: r.flows(None))
            inspector = inspector_at(scene.connection)
            for echo in _echoes(key):
                for ask in (*asks, lambda i=inspector: i.inspect(Purpose.READ)):
                    scene.venue.spoil("/", echo)
                    with pytest.raises(EvenkeelError) as failed:
                        await ask()
                    shown += [str(failed.value), repr(failed.value)]
                    shown += traceback.format_exception(failed.value)
            shown += [repr(reader), repr(scene.connection), repr(key), str(key)]
    shown += [record.getMessage() for record in caplog.records if "aiohttp" not in record.name]
    for _, _, key in readers:
        parts = [key.public, *key.secret.split("\n")]
        for part in (part for part in parts if part and not part.startswith("-----")):
            assert not [text for text in shown if part[:12] in text]


async def test_the_made_up_key_is_the_one_in_use() -> None:
    """The scan above looks for what the emulator gave out."""
    assert BINANCE_KEY.secret == binance_account.SECRET
