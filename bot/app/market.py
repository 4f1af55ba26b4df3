"""The market a run lives on: a bar file replayed, or the simulated market, with its time."""

from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from bot.app.manners import manners_of
from bot.app.plan import Replay, RunPlan
from bot.app.running import Market
from bot.clocks import PacedClock, SimulatedClock, SystemClock
from bot.exchange.bar_sources import BarSource, ReplayedBars, SimulatedBars
from bot.exchange.markets import BarMarket
from bot.ports.exchange import MarketReader
from bot.settings import Settings
from bot.stage import CLOCK_NOW
from bot.store.sqlite import SqliteStore
from core.domain.errors import InputInvalid
from core.domain.units import Asset, Rate
from core.domain.watching import WINDOW
from core.simulation.bar_table import instant

DEMO_STARTS_AT = datetime(2026, 1, 1, tzinfo=UTC)
STARTS_AT = "market:starts_at"


@dataclass(frozen=True, slots=True)
class Scene:
    """Bars to live on, and the span to live.

    Attributes:
        source: the bars.
        start, end: the span; ``end`` None = for as long as somebody is there.
        history: UTC days of the coin the market is read by that lie before the start.
        notes: what a person should know, as finished sentences.
    """

    source: BarSource
    start: datetime
    end: datetime | None
    history: int = 0
    notes: tuple[str, ...] = ()


def read_scene(replay: Replay, settings: Settings) -> Scene:
    """Read the bar file and check the span, before anything is written.

    Raises:
        InputInvalid: the file cannot be used, or the span lies outside it.
    """
    from bot.research.bars import read_bars

    policy = settings.policy
    table = read_bars(replay.path)
    if not set(policy.risk_assets) <= set(table.assets):
        table = read_bars(replay.path, assets=policy.risk_assets)  # names what is missing
    watched = set(policy.watched_assets)
    table = replace(table, series=tuple(one for one in table.series if one.asset in watched))
    start, end = replay.start or table.begins_at, replay.end or table.ends_at
    if not table.begins_at <= start < end <= table.ends_at + timedelta(days=1):
        raise InputInvalid(
            f"{replay.path.name} has bars from {table.begins_at:%Y-%m-%d %H:%M} to "
            f"{table.ends_at:%Y-%m-%d %H:%M} UTC; choose --from and --to inside"
        )
    # What lies beyond the end is cut off, so the last mark is the last close inside the span.
    inside = table.before(end)
    bars = table.bars_of(policy.regime.asset)
    history = 0 if bars is None else (start - instant(int(bars.starts[0]))).days
    return Scene(
        ReplayedBars(inside),
        start,
        min(end, inside.ends_at),
        history=history,
        notes=table.notes,
    )


def fitted_to(scene: Scene | None, settings: Settings) -> tuple[Settings, tuple[str, ...]]:
    """Return the settings that a replay's history allows, and what a person should know.

    A pause that nobody asked for in the policy is off where its 400 days are not there; one that
    was asked for waits for them.
    """
    if scene is None:
        return settings, ()
    policy, short = settings.policy, scene.history < WINDOW
    if not short or not policy.stress.families or settings.file.pause.families is not None:
        return settings, scene.notes
    note = (
        f"The stress pause is off in this replay: it reads {WINDOW} days of {policy.regime.asset}, "
        f"and the file has {max(scene.history, 0)} before the start. Begin later with --from."
    )
    return settings.without_pause(), (*scene.notes, note)


def open_market(
    plan: RunPlan,
    store: SqliteStore,
    scene: Scene | None,
    *,
    stack: AsyncExitStack,
    notes: tuple[str, ...] = (),
) -> Market:
    """Return the market, with its clock where the last run left it.

    Raises:
        InputInvalid: proposals would be answered automatically on a real market.
    """
    if plan.settings.is_live_market:
        return _live_market(plan, stack)
    if not plan.is_staged:
        return _real_time_market(plan, store)
    if scene is None:
        simulation = plan.settings.file.simulation
        days = timedelta(days=plan.days or simulation.days)
        source = SimulatedBars(simulation.seed, DEMO_STARTS_AT)
        end = None if plan.answering is None else DEMO_STARTS_AT + days
        scene = Scene(source, DEMO_STARTS_AT, end)
    with store.reading() as tx:
        left_at = tx.memory.get(CLOCK_NOW)
    begin = scene.start if left_at is None else datetime.fromisoformat(left_at)
    clock = SimulatedClock(begin) if plan.answering is not None else PacedClock(begin)
    reader = BarMarket(scene.source, clock, taker_fee=_fee(plan))
    _check_assets(plan, reader)
    return Market(reader, clock, scene.end, notes)


def _live_market(plan: RunPlan, stack: AsyncExitStack) -> Market:
    """Return a real venue's public prices; other venues are second opinions."""
    if plan.answering is not None:
        raise InputInvalid(
            f"proposals on the {plan.settings.file.venue} market are answered by people only; "
            "run in a terminal, or set EVENKEEL_TELEGRAM_TOKEN and approvers"
        )
    from bot.exchange.live.market import CcxtMarket

    file, clock = plan.settings.file, SystemClock()
    addresses = file.exchange.addresses

    def opened(venue: str, others: Sequence[MarketReader] = ()) -> MarketReader:
        market = CcxtMarket(
            venue,
            quote_at(venue, file.quote),
            clock,
            base_url=addresses.get(venue),
            second_opinions=others,
            manners=manners_of(plan.settings),
        )
        stack.push_async_callback(market.close)
        return market

    others = [opened(name) for name in file.feeds.second_opinions if name != file.venue]
    return Market(opened(file.venue, others), clock, None)


def quote_at(venue: str, quote: str) -> Asset:
    """Return what a venue trades coins against: Binance has no dollars, only coins of a dollar."""
    return Asset("USDT" if venue == "binance" and quote == "USD" else quote)


def _real_time_market(plan: RunPlan, store: SqliteStore) -> Market:
    """Return the simulated market at the pace of the machine's clock."""
    clock = SystemClock()
    with store.transaction() as tx:
        known = tx.memory.get(STARTS_AT)
        start = clock.now().replace(minute=0, second=0, microsecond=0)
        if known is not None:
            start = datetime.fromisoformat(known)
        tx.memory.put(STARTS_AT, start.isoformat())
    source = SimulatedBars(plan.settings.file.simulation.seed, start)
    reader = BarMarket(source, clock, taker_fee=_fee(plan))
    _check_assets(plan, reader)
    return Market(reader, clock, None)


def _fee(plan: RunPlan) -> Rate:
    return Rate(plan.settings.file.costs.taker_fee / 100)


def _check_assets(plan: RunPlan, market: BarMarket) -> None:
    """Refuse targets that this market does not trade.

    Raises:
        InputInvalid: naming the coins and what there is.
    """
    missing = sorted(set(plan.settings.policy.risk_assets) - set(market.assets))
    if missing:
        raise InputInvalid(
            f"targets name {', '.join(missing)}, which the simulated market does not have; it has "
            f"{', '.join(market.assets)}. Take them out, or live on a bar file with --replay"
        )
