"""``evenkeel run`` in live mode, in a process of its own: Kraken and Telegram over HTTP."""

import asyncio
from collections.abc import AsyncIterator
from decimal import Decimal
from pathlib import Path

import pytest

from tests.e2e.live_account import Account, open_account
from tests.e2e.phone import ANN, VERA
from tests.e2e.program import stop
from tests.e2e.test_live_prices import SOON, approve, has_button, running
from tests.emulators.kraken.faults import Disconnects
from tests.emulators.telegram import TelegramEmulator

DOWN_FOR = 8.0


@pytest.fixture
async def account(tmp_path: Path, tg: TelegramEmulator) -> AsyncIterator[Account]:
    """Serve a Telegram, an account at Kraken, and every feed."""
    async with open_account(tmp_path, tg) as opened:
        yield opened


async def trade(account: Account, tg: TelegramEmulator) -> None:
    """See the card, approve it, and read the report."""
    card = await tg.wait_for(has_button("Approve"), SOON, chat_id=ANN)
    assert card.text.startswith("LIVE · ")
    assert "Trim BTC, add ETH" in card.text
    await approve(tg, card)
    report = await tg.wait_for("was carried out", SOON, chat_id=ANN, after=card)
    assert report.text.startswith("LIVE · ")
    (edited,) = (m for m in tg.chat(ANN).messages if m.message_id == card.message_id)
    assert not edited.buttons
    assert "\nSOLD " in edited.text


@pytest.mark.slow
@pytest.mark.timeout(400)
async def test_a_live_account_from_the_card_to_the_digest(
    account: Account, tg: TelegramEmulator
) -> None:
    """A tap becomes two orders at Kraken; the card, report, digest and the books tell the same."""
    before = {asset: account.held(asset) for asset in ("XXBT", "XETH", "ZUSD", "XBT.F")}
    async with running(account.world) as process:
        await trade(account, tg)
        mark = tg.mark()
        tg.person(VERA).send(None, "/digest")
        digest = await tg.wait_for("Journal", SOON, chat_id=VERA, after=mark)
        code, out, err = await stop(process)
    assert (code, err) == (0, "")
    sale, purchase = account.kraken.orders()
    assert (sale.request.side, purchase.request.side) == ("sell", "buy")
    assert set(account.kraken.accepted().values()) == {1}
    assert account.held("XXBT") == before["XXBT"] - sale.filled
    assert account.held("XETH") == before["XETH"] + purchase.filled
    assert account.held("XBT.F") == before["XBT.F"], "what earns is counted and not sold"
    assert not account.kraken.account.open_orders(), "nothing rests on the book"
    assert digest.text.startswith("LIVE · ")
    assert "deposit" not in digest.text, "the years before are no new money"
    for secret in (account.key.public, account.key.secret, tg.token):
        assert secret not in out
    data = ("--data", str(account.world.data))
    assert "The journal is whole" in (await account.world.evenkeel("journal", "verify", *data)).out
    assert "all equal" in (await account.world.evenkeel("replay", *data)).out


@pytest.mark.slow
@pytest.mark.timeout(400)
async def test_an_exchange_that_is_down_at_first(account: Account, tg: TelegramEmulator) -> None:
    """While Kraken is down nothing is traded and nothing ends; once it is back all goes its way."""
    account.kraken.misbehave("*", Disconnects(), times=None)
    async with running(account.world) as process:
        await asyncio.sleep(DOWN_FOR)
        assert process.returncode is None
        assert account.kraken.orders() == []
        account.kraken.calm()
        await trade(account, tg)
        code, _, _ = await stop(process)
    assert code == 0
    assert [order.request.side for order in account.kraken.orders()] == ["sell", "buy"]
    assert account.held("ZUSD") > Decimal(0)
