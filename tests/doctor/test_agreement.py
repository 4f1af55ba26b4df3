"""The doctor and the start judge alike: what one refuses the other fails."""

from collections.abc import Callable
from contextlib import AsyncExitStack
from datetime import timedelta
from typing import NamedTuple

import pytest

from bot.app.account import open_account
from bot.app.boot import gather_facts
from bot.app.checks.refusals import refusals
from bot.app.market import open_market
from bot.app.plan import DATABASE, RunPlan
from bot.store.sqlite import open_store
from tests.doctor.ward import Ward
from tests.emulators.kraken.faults import Puts, error
from tests.emulators.kraken.keys import EVERYTHING, READING, TRADING


class Case(NamedTuple):
    """A change of a world that was in order, and the checks that fail then."""

    change: Callable[[Ward], object]
    fails: set[str]


CASES = {
    "in order": Case(lambda ward: None, set()),
    "a reading key": Case(lambda ward: ward.use_key(READING), {"keys"}),
    "a key that withdraws": Case(lambda ward: ward.use_key(EVERYTHING), {"keys"}),
    "a refused key": Case(
        lambda ward: ward.kraken.misbehave("GetApiKeyInfo", error("EAPI:Invalid key"), times=None),
        {"keys"},
    ),
    "an unread key": Case(
        lambda ward: ward.kraken.misbehave("GetApiKeyInfo", Puts(("permissions",), 1), times=None),
        {"keys"},
    ),
    "nobody": Case(lambda ward: setattr(ward, "approvers", ()), {"approvers"}),
    "a clock": Case(
        lambda ward: setattr(ward.kraken.habits, "ahead", timedelta(minutes=1)), {"clock"}
    ),
    "no trial": Case(lambda ward: setattr(ward, "words", ""), {"trial"}),
    "watching without approvers": Case(
        lambda ward: vars(ward).update(mode="watch", approvers=()), set()
    ),
    "watching with a key that withdraws": Case(
        lambda ward: [ward.use_key(EVERYTHING), vars(ward).update(mode="watch")], {"keys"}
    ),
    "two keys": Case(
        lambda ward: (ward.use_key(TRADING), ward.use_key(EVERYTHING, "EVENKEEL_EXCHANGE_READ")),
        {"keys"},
    ),
}


@pytest.mark.parametrize("name", CASES)
async def test_they_agree(ward: Ward, name: str) -> None:
    """A run is refused exactly when one of the doctor's checks of it fails."""
    case = CASES[name]
    case.change(ward)
    report = await ward.examine("keys", "clock", "trial", "telegram")
    assert set(report.fails()) == case.fails
    plan = RunPlan(ward.settings, replay=None, answering=None, days=None, fresh=False)
    async with AsyncExitStack() as stack:
        store = stack.enter_context(open_store(ward.folder / "elsewhere" / DATABASE))
        market = open_market(plan, store, None, stack=stack)
        account = await open_account(plan, ward.folder, store, market, stack=stack)
        facts = await gather_facts(plan, account, market)
    assert bool(refusals(facts)) == bool(case.fails)
