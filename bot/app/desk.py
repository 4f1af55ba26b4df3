"""Settings -> a desk: market, account, feeds, store and words, without the people around it."""

from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

from bot.app.account import Account, mode_of, open_account
from bot.app.chat import audience_of
from bot.app.feeds import open_readings
from bot.app.halting import halt_files_of
from bot.app.market import fitted_to, open_market, read_scene
from bot.app.plan import DATABASE, RunPlan
from bot.app.running import Market
from bot.app.words import open_words
from bot.feeds.assemble import VenueSnapshots
from bot.store.sqlite import open_store
from bot.workflow.desk import Approver, Desk
from bot.workflow.shortfall import SnapshotsWithPast


@dataclass(frozen=True, slots=True)
class Opened:
    """A desk with what it works on: the market, and the account."""

    desk: Desk
    market: Market
    account: Account


async def open_desk(plan: RunPlan, folder: Path, stack: AsyncExitStack) -> Opened:
    """Return a desk whose records live in ``folder``.

    Raises:
        Invalid: something that was given cannot be used.
    """
    scene = None if plan.replay is None else read_scene(plan.replay, plan.settings)
    settings, notes = fitted_to(scene, plan.settings)
    policy = settings.policy
    store = stack.enter_context(open_store(folder / DATABASE))
    market = open_market(plan, store, scene, stack=stack, notes=notes)
    account = await open_account(plan, folder, store, market, stack=stack)
    prices = account.with_fees(market.reader)
    readings = open_readings(plan, store, market.clock, stack=stack)
    zone = settings.zone
    words = open_words(settings, store, market.clock, stack=stack)
    desk = Desk(
        store=store,
        clock=market.clock,
        market=prices,
        account=account.reader,
        placer=account.placer,
        snapshots=SnapshotsWithPast(
            VenueSnapshots(
                prices, account.reader, clock=market.clock, policy=policy, readings=readings
            ),
            store,
        ),
        narrator=words.narrator,
        questions=words.questions,
        policy=policy,
        mode=mode_of(settings),
        audience=audience_of(plan, zone),
        approver=Approver.PERSON if plan.answering is None else Approver.AUTO,
        halt_files=halt_files_of(folder, plan.settings.data_dir),
    )
    return Opened(desk, market, account)
