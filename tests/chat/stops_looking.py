"""The tour's stops where somebody looks: at rules, markets, and when something is missing."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import time, timedelta
from decimal import Decimal
from pathlib import Path

from bot.chat.commands.details import details_of
from bot.chat.commands.present import came_to
from bot.chat.commands.registry import STANDARD
from bot.chat.front import Front
from bot.chat.gate import needs
from bot.chat.render.pages import text
from bot.chat.requests import Role
from bot.chat.visit import Visit
from bot.ports.messages import Loudness, MessageType
from bot.ports.withheld import Mark, Withheld
from core.domain.decision import Gate, NoTrade
from core.domain.errors import AccountProblem, EvenkeelError, FeedUnavailable, StoreConflict
from core.domain.policy import PROFILES, BandMode, BandRules, ProfileName
from core.domain.regime import Regime, Score
from core.domain.state import ManualPause, StressOverride
from core.domain.stress import Family, Shock, Stress, Vote
from core.domain.tilt import TiltState
from core.domain.units import Asset, Money, Quantity
from core.domain.watching import RegimeRules, StressRules, TiltRules
from tests.chat.tour import FOREIGN, LOOKING, Tour
from tests.chat.world import ANN, BEN, CALM, World, world
from tests.dsl import MORNING, history
from tests.explain.executions import worked_plan
from tests.explain.market_samples import ALL_VOTES, BEAR, SILENT, VOTES, days_ago, regime, under


async def failing(folder: Path, tour: Tour) -> None:
    """What a person hears when data, the account or the store are not there."""
    async with world(folder, *CALM, cash="10000 -> 20", language=tour.language) as made:
        await tour.ask(made, "/status", at="no look ")
        made.market.is_down = True
        await tour.ask(made, "/status", "/plan", "/digest", at="down at first ")
        made.market.is_down = False
        await made.look_daily()
        await tour.ask(made, *LOOKING, at="calm ")
        made.later(hours=3)
        async with made.desk.executing:
            await tour.ask(made, "/status", "/plan", at="busy ")
        made.market.is_down = True
        await tour.ask(made, "/status", "/plan", at="down ")
        for error in (FeedUnavailable(FOREIGN), AccountProblem(FOREIGN), StoreConflict(FOREIGN)):
            made.front = answering(made, raising(error))
            await tour.ask(made, "/xyz", at=f"{type(error).__name__} ")
        made.market.is_down = False
        made.market.problem = AccountProblem(FOREIGN)
        made.__post_init__()
        await tour.ask(made, "/status", "/plan", at="no account ")


def answering(made: World, act: Callable[[Visit], Awaitable[str]]) -> Front:
    """Return a front that answers unknown commands in another way."""
    registry = replace(STANDARD, unknown=needs(Role.VIEWER)(act))
    return Front(made.desk, made.people, start=made.started.append, registry=registry)


def raising(error: EvenkeelError) -> Callable[[Visit], Awaitable[str]]:
    """Return what fails so."""

    async def fail(visit: Visit) -> str:
        raise error

    return fail


async def due(folder: Path, tour: Tour) -> None:
    """A plan that is due now, one that a pause holds back, and what is rare beside a card."""
    far = ("BTC 0.45 @ 110000 -> 50", "ETH 1 @ 4200 -> 30")
    async with world(folder, *far, language=tour.language) as made:
        await tour.ask(made, "/plan", at="due ")
        made.remember(pause=ManualPause(MORNING, BEN))
        await made.look_daily(2)
        await tour.ask(made, "/plan", "/status", "/why", at="held ")
    (folder / "rare").mkdir()
    async with world(folder / "rare", language=tour.language) as made:
        await made.propose()
        made.front = answering(made, _rare)
        await tour.ask(made, "/xyz", at="rare ")


async def _rare(visit: Visit) -> str:
    """Tell the details of a decision on bars and nameless prices, and outcomes without reasons."""
    with visit.desk.store.reading() as tx:
        proposal = tx.proposals.live()
        stored = None if proposal is None else tx.decisions.get(proposal.decision_id)
    assert proposal is not None
    assert stored is not None
    quotes = tuple(replace(quote, source="") for quote in stored.snapshot.quotes)
    snapshot = replace(stored.snapshot, quotes=quotes, bars=(history("BTC", 110000.0),))
    visit.say("", *details_of(visit, proposal, replace(stored, snapshot=snapshot)))
    for gate in (Gate.HALT, Gate.BREACH):
        bare = replace(stored.decision, gates=(), outcome=NoTrade(gate, None))
        visit.say("", text(came_to(visit, bare)))
    return ""


async def ruling(folder: Path, tour: Tour) -> None:
    """Settings of every shape."""
    widths = PROFILES[ProfileName.TIGHT]
    shapes: tuple[dict[str, object], ...] = (
        {"bands": BandRules(mode=BandMode.ABSOLUTE), "trading_capital": Money(Decimal(9000))},
        {"bands": BandRules(mode=BandMode.RELATIVE, custom=widths, adapt_to_size=False)},
        {"stress": StressRules(families=()), "tilt": TiltRules(is_on=False)},
        {"stress": StressRules(families=tuple(Family))},
        {"regime": RegimeRules(is_directional=False)},
        {"excluded": ((Asset("XRP"), Quantity(Decimal(5))),)},
    )
    async with world(folder, language=tour.language) as made:
        for number, shape in enumerate(shapes):
            made.rule(**shape)
            kinds = (MessageType.REPORT, MessageType.DIGEST, MessageType.NOTICE)
            loud = tuple((kind, [*Loudness][number % len(Loudness)]) for kind in kinds)
            audience = replace(made.desk.audience, loudness=loud)
            if number:
                audience = replace(audience, quiet_from=time(22), quiet_to=time(7))
            made.desk = replace(made.desk, audience=audience)
            made.__post_init__()
            await tour.ask(made, "/settings", at=f"{number} ")


async def watching(folder: Path, tour: Tour) -> None:
    """/regime and the rest in markets of every kind."""
    scores = Score(Decimal("0.5"), slope=Decimal("0.6"), er=Decimal("0.4"), adx=None, vp=None)
    override = StressOverride(MORNING + timedelta(hours=9), ANN, "xyz")
    shock = Shock(days_ago(0), Decimal("-0.171"))
    memories: tuple[dict[str, object], ...] = (
        {"regime": regime(Regime.DOWN, "-0.42")},
        {"regime": regime(Regime.RANGING, score=replace(scores, nudge=Decimal("0.05")))},
        {"regime": regime(Regime.TURBULENT, "-0.7", age=1, calm=1)},
        {"regime": regime(Regime.UP, "0.7"), "stress": under(Stress.NORMAL, *SILENT)},
        {"stress": under(Stress.PAUSED, *ALL_VOTES, calm=0, day=days_ago(0))},
        {"stress": under(Stress.PAUSED, *VOTES, shock=shock), "override": override},
        {"stress": under(Stress.GUARDED, Vote(Family.PRICE, 1)), "tilt": TiltState((BEAR,))},
    )
    async with world(folder, language=tour.language) as made:
        await tour.ask(made, "/regime", at="before ")
        await made.look_daily()
        _hold_back(made)
        for number, memory in enumerate(memories):
            made.rule(stress=StressRules(families=tuple(Family)))
            made.remember(**memory)
            await tour.ask(made, *LOOKING, at=f"market {number} ")
        made.rule(stress=StressRules(families=(Family.PRICE,)), tilt=TiltRules(is_on=False))
        made.remember(stress=under(Stress.NORMAL))
        await tour.ask(made, "/regime", at="hardly watched ")


def _hold_back(made: World) -> None:
    with made.desk.store.transaction() as tx:
        name = tx.decisions.ids()[0]
        tx.withheld.add(Withheld(name, days_ago(1), MORNING, worked_plan()))
        for days, gained in ((1, "-120.40"), (7, "31")):
            tx.withheld.mark(name, Mark(days, MORNING, Money(Decimal(gained))))
