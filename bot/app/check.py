"""One decision now, on a copy of the records: nothing is stored, posted or ordered."""

from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from bot.app.desk import open_desk
from bot.app.plan import ACCOUNT, DATABASE, RunPlan, folder_of
from bot.ports.messages import Explanation, Mode
from bot.settings import Settings
from bot.store.copying import copy_database
from bot.workflow.words import explain
from core.domain.decision import Decision
from core.domain.snapshot import Occasion, Snapshot
from core.engine import decide


@dataclass(frozen=True, slots=True)
class Checked:
    """One decision with what it rests on.

    Attributes:
        decision: what would be decided now.
        snapshot: what it saw.
        explanation: its words.
        mode: what an approval would do.
        has_records: a bot's own memory and paper account were used; else a fresh account.
    """

    decision: Decision
    snapshot: Snapshot
    explanation: Explanation
    mode: Mode
    has_records: bool


async def check_now(settings: Settings) -> Checked:
    """Decide once on present data, with the memory and paper account of the bot if there is one.

    Raises:
        Invalid: something that was given cannot be used.
        FeedUnavailable: the venue gave nothing that can be believed.
    """
    # Printed at once: nobody at a terminal waits for a model, and its budget is the bot's.
    plan = RunPlan(settings.for_terminal(), replay=None, answering=None, days=None, fresh=False)
    folder = folder_of(plan)
    with TemporaryDirectory(prefix="evenkeel-check-") as scratch:
        beside = Path(scratch)
        has_records = (folder / DATABASE).exists()
        if has_records:
            for name in (DATABASE, ACCOUNT):
                copy_database(folder / name, beside / name)
        async with AsyncExitStack() as stack:
            desk = (await open_desk(plan, beside, stack)).desk
            snapshot = await desk.snapshots.take(Occasion.ASKED)
            with desk.store.reading() as tx:
                state = tx.memory.state()
            decision = decide(snapshot, desk.policy, state)
            words = await explain(desk, decision)
    return Checked(decision, snapshot, words, desk.mode, has_records)
