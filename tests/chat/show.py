"""Every kind of message for one portfolio, to be read by a person.

``python -m tests.chat.show`` or, in German, ``python -m tests.chat.show de``. Prints plain text as
the console shows it, wrapped like a narrow phone, then Telegram's HTML.
"""

import asyncio
import sys
import tempfile
import textwrap
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

from bot.chat.requests import Button
from bot.ports.mail import Outgoing
from bot.ports.messages import Card, Message, Notice, NoticeCode, Reconciliation
from bot.workflow.digest import compose_digest
from core.domain.units import Asset, Quantity
from tests import conftest
from tests.chat.world import ANN, VERA, World, world

LANGUAGE = sys.argv[1] if len(sys.argv) > 1 else "en"
WIDTH = 42
"""A phone shows about 34 letters of fixed width, and a few more of the others."""

COINS = (
    "BTC 0.31 @ 110012.4 -> 40, cold 0.02, tick 0.1",
    "ETH 2.6 @ 4203.77 -> 25, tick 0.01",
    "SOL 22 @ 187.31 -> 10, tick 0.01, step 0.001",
    "LINK 150 @ 22.417 -> 5, tick 0.001, step 0.01",
)
COMMANDS = (
    "/start",
    "/help",
    "/status",
    "/plan",
    "/why",
    "/why sol",
    "/why nonsense",
    "/regime",
    "/history",
    "/digest",
    "/settings",
)
VALUES = {
    NoticeCode.PAUSED: {"by": VERA},
    NoticeCode.RESUMED: {"by": ANN},
    NoticeCode.HALTED: {"by": ANN, "why": "smoke in the kitchen"},
    NoticeCode.FLOW: {"kind_of_flow": "deposit", "asset": "USD", "amount": "1500"},
    NoticeCode.DATA_UNSAFE: {"what": "PRICE_STALE SOL, PRICE_STALE LINK"},
    NoticeCode.WITHDRAWN: {"why": "gate breach: NO_BREACH"},
    NoticeCode.REMINDER: {"until": "2026-03-03T12:06:00+00:00"},
    NoticeCode.TOO_OLD: {"sent_at": "2026-03-02T21:00:00+00:00"},
    NoticeCode.ORDER_UNKNOWN: {"asset": "BTC", "side": "SELL"},
    NoticeCode.SIZE_REMINDER: {"value": "4100"},
    NoticeCode.INTERNAL: {"what": "daily: a KeyError"},
    NoticeCode.LAST_GATE: {"why": "1.2 ETH would exceed the approved 1.1"},
}


def show(title: str, made: World, message: Message, **columns: object) -> None:
    """Print one message both ways."""
    plain = Outgoing(
        outbox_id=1,
        chat_id=ANN,
        key="shown",
        type=made.shown[0].outgoing.type,
        message=message,
        silent=False,
        created_at=made.clock.now(),
    )
    words = made.renderer.render(replace(plain, **columns))  # type: ignore[arg-type]
    lines = ["", f"━━ {title} ".ljust(WIDTH, "━")]
    for line in words.plain.split("\n"):
        lines += textwrap.wrap(line, WIDTH) or [""]
    for row in words.rows:
        lines.append("".join(f"[ {label} ]".center(WIDTH // len(row)) for label, _ in row))
    for page in words.pages:
        lines += ["·" * WIDTH, page]
    sys.stdout.write("\n".join(lines) + "\n")


async def tell() -> None:
    """Live through one proposal and print all that is said on the way."""
    with tempfile.TemporaryDirectory() as folder:
        async with world(
            Path(folder), *COINS, cash="11000 -> 20", language=LANGUAGE, reserve=Decimal(500)
        ) as made:
            made.paper.set_staked(Asset("ETH"), Quantity(Decimal("0.5")))
            await made.propose()
            card = made.newest(ANN).outgoing
            assert isinstance(card.message, Card)
            nonce = made.newest(ANN).presses[Button.APPROVE].nonce
            show("card", made, card.message, nonce=nonce)
            show(
                "card, prices moved, repeated",
                made,
                replace(card.message, moved=True),
                repeated=True,
            )
            for command in COMMANDS:
                await answer(made, command)
            await made.tap(ANN, Button.DETAILS)
            for new in made.deliver():
                show("details", made, new.outgoing.message)
            await live(made)
            await answer(made, "/status")
            await strange(made)
            for code in NoticeCode:
                values = tuple(VALUES.get(code, {}).items())
                subject = card.message.proposal.proposal_id
                show(f"notice {code}", made, Notice(made.desk.mode, code, subject, values))


async def answer(made: World, command: str) -> None:
    """Print what a command brings."""
    await made.send(ANN, command)
    show(command, made, made.newest(ANN).outgoing.message)


async def live(made: World) -> None:
    """Approve, confirm, carry out; print Ann's side of it."""
    await made.tap(ANN, Button.APPROVE)
    show("second card", made, made.deliver()[0].outgoing.message, nonce="A" * 22)
    made.later(seconds=4)
    await made.tap(ANN, Button.CONFIRM)
    await made.carry_out()
    for new in made.deliver():
        if new.chat_id == ANN:
            show(new.outgoing.key, made, new.outgoing.message)


async def strange(made: World) -> None:
    """Print a digest of a day on which something is wrong."""
    await made.send(ANN, "/pause")
    made.later(hours=9)
    digest = await compose_digest(made.desk)
    missing = Reconciliation(Asset("ETH"), Quantity(Decimal("2.6")), Quantity(Decimal("2.55")))
    show("digest, something wrong", made, replace(digest, unexplained=(missing,)))


if __name__ == "__main__":
    conftest._make_decimals_exact()  # noqa: SLF001  # as in every test
    asyncio.run(tell())
