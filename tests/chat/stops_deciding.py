"""The tour's stops where something is decided, switched or refused."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

from bot.chat.requests import Button, Press
from bot.ports.messages import Mode
from bot.workflow.expire import expire_due, remind_due
from core.domain.policy import ApprovalRules
from core.domain.stress import Family, Stress, StressState, Vote
from core.domain.units import Asset, Money, Quantity, Weight
from tests.chat.show import COINS
from tests.chat.tour import LOOKING, STRANGE, Tour
from tests.chat.world import ANN, BEN, EVE, VERA, World, world

GENEROUS = ApprovalRules(
    tier1_share=Weight(Decimal("0.5")),
    tier1_amount=Money(Decimal(1_000_000)),
    tier2_share=Weight(Decimal(1)),
    tier2_amount=Money(Decimal(1_000_000)),
)


async def deciding(folder: Path, tour: Tour) -> None:
    """A proposal with all that belongs to it, from the card to the report."""
    cash = "11000 -> 20"
    async with world(
        folder, *COINS, cash=cash, language=tour.language, reserve=Decimal(500)
    ) as made:
        made.paper.set_staked(Asset("ETH"), Quantity(Decimal("0.5")))
        await tour.ask(made, "/status", "/plan", "/why", "/history", "/approve", at="first ")
        await made.propose()
        tour.see("card", made.newest(ANN))
        proposal = made.live
        assert proposal is not None
        await tour.ask(made, *LOOKING, *STRANGE, at="open ")
        tour.hear("details", made, await made.tap(ANN, Button.DETAILS))
        tour.hear("later", made, await made.tap(ANN, Button.LATER))
        tour.hear("moved again", made)
        tour.hear("approve", made, await made.tap(ANN, Button.APPROVE))
        tour.hear("too early", made, await made.tap(ANN, Button.CONFIRM))
        made.later(seconds=4)
        tour.hear("confirm", made, await made.tap(ANN, Button.CONFIRM))
        await tour.ask(made, "/status", at="approved ")
        tour.hear("again", made, await made.tap(ANN, Button.CONFIRM))
        await made.carry_out()
        tour.hear("done", made, await made.tap(ANN, Button.CONFIRM))
        await tour.ask(made, *LOOKING, *STRANGE, "/reject", at="done ")
        await tour.ask(made, "/ask", "/ask why btc?", "/ask xyz", at="done ")
        made.later(days=9)
        await tour.ask(made, "/digest", "/why", at="much later ")


async def rejecting(folder: Path, tour: Tour) -> None:
    """Rejections by tap and by command, a proposal that expires, one that is reminded of."""
    async with world(folder, language=tour.language) as made:
        proposal = await made.propose()
        tour.hear("reject", made, await made.tap(ANN, Button.REJECT))
        tour.note("reason", *await made.reply(ANN, "xyz", made.newest(ANN)))
        for command in (f"/reject {proposal.proposal_id}", "/reject 00000000", "/history"):
            await tour.ask(made, command, at="rejected ")
        made.later(days=1)
        await made.look_daily()
        tour.hear("second card", made)
        tour.hear("reminder asked", made, await made.tap(ANN, Button.LATER))
        made.later(hours=4)
        remind_due(made.desk)
        tour.hear("reminded", made)
        await tour.ask(made, "/approve", f"/approve {_open(made)}", at="second ")
        made.later(hours=12)
        expire_due(made.desk)
        tour.hear("expired", made, await made.tap(ANN, Button.APPROVE))
        made.later(days=1)
        await made.look_daily()
        await tour.ask(made, f"/reject {_open(made)} xyz", "/history", at="third ")


def _open(made: World) -> str:
    assert made.live is not None
    return made.live.proposal_id


async def small(folder: Path, tour: Tour) -> None:
    """One tap is enough for a plan; while watching it is noted only."""
    async with world(folder, language=tour.language, approval=GENEROUS) as made:
        await made.propose()
        await made.tap(ANN, Button.APPROVE)
        made.deliver()
        made.later(seconds=4)
        await made.tap(ANN, Button.CONFIRM)
        await made.carry_out()
        made.later(days=5)
        made.market.move("BTC", "1.5")
        await made.propose()
        tour.hear("small card", made, await made.tap(ANN, Button.DETAILS))
        made.desk = replace(made.desk, mode=Mode.WATCH)
        made.__post_init__()
        await tour.ask(made, "/start", "/settings", at="watch ")
        tour.hear("noted", made, await made.tap(ANN, Button.APPROVE))
        made.desk = replace(made.desk, mode=Mode.LIVE)
        made.__post_init__()
        await tour.ask(made, "/start", at="live ")


async def controlling(folder: Path, tour: Tour) -> None:
    """Pause, resume and halt, by hand and under stress."""
    async with world(folder, language=tour.language) as made:
        await made.propose()
        await tour.ask(made, "/pause", at="first ")
        await tour.ask(made, "/pause", "/status", "/digest", "/resume", at="paused ")
        await tour.ask(made, "/resume", "/status", at="resumed ")
        made.remember(stress=StressState(Stress.PAUSED))
        await tour.ask(made, "/resume", "/resume xyz", at="stress ")
        asked = made.newest(ANN)
        tour.hear("resumed", made, *asked.buttons, await made.tap(ANN, Button.RESUME))
        await made.send(ANN, "/resume xyz")
        made.remember(stress=StressState(Stress.PAUSED, votes=(Vote(Family.QUOTE, 3),), total=3))
        tour.hear("off par", made, await made.tap(ANN, Button.RESUME))
        await tour.ask(made, "/resume", at="off par ")
        for memory in (StressState(Stress.NORMAL), StressState(Stress.GUARDED)):
            made.remember(stress=StressState(Stress.PAUSED), override=None)
            await made.send(ANN, "/resume xyz")
            made.remember(stress=memory)
            tour.hear(f"no pause {memory.phase}", made, await made.tap(ANN, Button.RESUME))
        made.remember(stress=StressState(Stress.PAUSED))
        await made.send(ANN, "/resume xyz")
        await tour.ask(made, "/halt xyz")
        tour.hear("halt", made, await made.tap(ANN, Button.RESUME))
        await tour.ask(made, *LOOKING, "/halt", "/resume", at="halted ")


async def refusing(folder: Path, tour: Tour) -> None:
    """What strangers, viewers, groups, late and odd messages get to hear."""
    async with world(folder, language=tour.language) as made:
        proposal = await made.propose()
        press = Press(Button.APPROVE, proposal.proposal_id, "A" * 22)
        group = {"chat_id": "-100", "is_private": False}
        await made.send(EVE, "/start")
        toast = await made.front.handle(made.request(EVE, press))
        tour.see("stranger", made.newest(EVE), toast)
        await tour.ask(made, "/start", "/help", "/approve", "/status", person=VERA)
        tour.hear("viewer", made, await made.front.handle(made.request(VERA, press)))
        await made.send(ANN, "/approve", **group)
        tour.see("group", made.newest("-100"))
        for why in ("anonymous", "edited", "forwarded"):
            await made.send(ANN, "/status", refused=why)
            tour.see(why, made.newest(ANN))
        await made.send(ANN, "/status", sent_at=made.clock.now() - timedelta(hours=1))
        tour.see("too old", made.newest(ANN))
        await made.front.handle(made.request(BEN, None))
        tour.hear("chatter", made)
        made.later(days=3)
        await made.front.handle(made.request(BEN, None))
        tour.hear("chatter later", made)
