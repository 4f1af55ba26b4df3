"""The account a run works with: made-up money, the owner's own to watch, or to trade."""

import os
from collections.abc import Callable, Collection, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from bot.app.halting import halt_files_of
from bot.app.manners import manners_of
from bot.app.plan import ACCOUNT, RunPlan
from bot.app.running import Market
from bot.exchange.paper import PaperExchange
from bot.ports.clock import Clock
from bot.ports.exchange import AccountReader, MarketReader, OrderPlacer
from bot.ports.keys import KeyInspector, Purpose
from bot.ports.messages import Mode
from bot.ports.records import Store
from bot.settings import Settings
from bot.settings.secrets import KeyPair
from bot.venues.connection import Connection
from bot.venues.credentials import ApiKey
from bot.venues.table import spot_venue
from core.domain.errors import InputInvalid
from core.domain.units import Quantity

TRADABLE = frozenset({"kraken"})
"""Venues whose orders passed the contract suite; live trading is refused at all others."""


@dataclass(frozen=True, slots=True)
class InspectedKey:
    """A key, what it is meant for, and who can tell what it may do."""

    purpose: Purpose
    inspector: KeyInspector


@dataclass(frozen=True, slots=True)
class Account:
    """What a run may do with an account.

    Attributes:
        reader: what it holds, and what changed it.
        placer: where orders go.
        keys: every key in use; none on paper.
        with_fees: puts the fees that the account really pays into a market's rules.
    """

    reader: AccountReader
    placer: OrderPlacer
    keys: tuple[InspectedKey, ...] = ()
    with_fees: Callable[[MarketReader], MarketReader] = lambda market: market


def mode_of(settings: Settings) -> Mode:
    """Return what an approval does."""
    return Mode(settings.file.mode.upper()) if settings.has_real_account else Mode.PAPER


async def open_account(
    plan: RunPlan, folder: Path, store: Store, market: Market, *, stack: AsyncExitStack
) -> Account:
    """Return the account of a run; nothing is asked of a real one yet.

    Raises:
        InputInvalid: the mode needs a key that is not there, or a venue that cannot be traded.
    """
    settings = plan.settings
    if settings.has_real_account:
        return open_real_account(
            settings,
            market.clock,
            stack,
            intended_at=_intents_of(store),
            forbidden=why_halted(store, halt_files_of(folder, settings.data_dir)),
        )
    policy = settings.policy
    paper = PaperExchange(folder / ACCOUNT, market.reader, market.clock, quote=policy.quote)
    stack.callback(paper.close)
    await paper.open_with({policy.quote: Quantity(settings.file.start_cash)})
    return Account(paper, paper)


def open_real_account(
    settings: Settings,
    clock: Clock,
    stack: AsyncExitStack,
    *,
    intended_at: Callable[[str], datetime | None],
    forbidden: Callable[[], str] = lambda: "",
) -> Account:
    """Return the owner's account at the venue, through one connection per key."""
    from bot.exchange.live.fees import OwnFees
    from bot.exchange.live.others.choosing import account_at, inspector_at
    from bot.exchange.live.placer import KrakenPlacer
    from bot.exchange.live.watching import NoOrders

    file, is_live = settings.file, settings.file.mode == "live"
    policy = settings.policy
    if is_live and file.venue not in TRADABLE:
        raise InputInvalid(
            f'mode is "live", and orders at {spot_venue(file.venue).title} are not proven yet; set '
            'mode = "watch" or "paper", or venue = "kraken"'
        )
    trading, reading = _keys_of(settings)
    reads = _connect(settings, reading, clock, stack)
    accepted = file.exchange.accept_entries
    reader = account_at(reads, policy.quote, policy.risk_assets, clock, accepted=accepted)

    def with_fees(market: MarketReader) -> MarketReader:
        return OwnFees(market, reads, policy.quote) if file.venue == "kraken" else market

    key = InspectedKey(Purpose.READ, inspector_at(reads))
    if not is_live:
        finder = KrakenPlacer(reads, policy.quote) if file.venue in TRADABLE else None
        return Account(reader, NoOrders(finder), (key,), with_fees)
    # Written down twice, it is still one key, and two connections would use its nonces up.
    is_one = trading.public.get_secret_value() == reading.public.get_secret_value()
    trades = reads if is_one else _connect(settings, trading, clock, stack)
    trader = InspectedKey(Purpose.TRADE, inspector_at(trades))
    placer = KrakenPlacer(trades, policy.quote, intended_at=intended_at, forbidden=forbidden)
    return Account(reader, placer, (trader,) if is_one else (key, trader), with_fees)


def _keys_of(settings: Settings) -> Sequence[KeyPair]:
    """Return the key that trades and the key that reads; they may be one."""
    needed = settings.trading_key
    if settings.file.mode == "watch":
        needed = settings.reading_key or settings.trading_key
    if needed is None:
        raise InputInvalid(
            f'mode is "{settings.file.mode}", which needs a key to your account at '
            f"{spot_venue(settings.file.venue).title}; put EVENKEEL_EXCHANGE_KEY and "
            "EVENKEEL_EXCHANGE_SECRET into .env"
        )
    return needed, settings.reading_key or needed


def _connect(settings: Settings, pair: KeyPair, clock: Clock, stack: AsyncExitStack) -> Connection:
    from bot.exchange.live.others.choosing import signing_key

    venue = settings.file.venue
    key = ApiKey(pair.public.get_secret_value(), pair.secret.get_secret_value())
    connection = Connection(
        spot_venue(venue),
        clock,
        base_url=settings.file.exchange.addresses.get(venue),
        manners=manners_of(settings),
        key=signing_key(venue, key),
    )
    stack.push_async_callback(connection.close)
    return connection


def _intents_of(store: Store) -> Callable[[str], datetime | None]:
    """Return what tells when an order that is not settled was meant."""

    def intended_at(client_id: str) -> datetime | None:
        with store.reading() as tx:
            rows = tx.orders.unsettled()
        return next((row.intent_at for row in rows if row.client_id == client_id), None)

    return intended_at


def why_halted(store: Store, files: Collection[Path]) -> Callable[[], str]:
    """Return what tells why nothing may be sent: a halt that began while an order waited."""

    def forbidden() -> str:
        if any(os.path.lexists(file) for file in files):
            return "a file named HALT lies in the data folder"
        with store.reading() as tx:
            halt = tx.memory.state().halt
        return "" if halt is None else f"trading is halted: {halt.reason}"

    return forbidden
