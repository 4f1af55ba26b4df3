"""What the exchange contract asks of a subclass, and a trader's desk for its cards."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from itertools import count
from uuid import UUID

from bot.ports.clock import Clock
from bot.ports.exchange import AccountReader, MarketReader, OrderPlacer
from core.domain.market import Book, FeeMode, MarketRules, Quote, Side
from core.domain.proposal import Order, OrderState
from core.domain.units import ZERO, Asset, Price, Quantity, ceil_tick, floor_step, floor_tick


@dataclass(frozen=True)
class Venue:
    """One account at one venue, through the three ports."""

    market: MarketReader
    account: AccountReader
    orders: OrderPlacer


class Bench(ABC):
    """What a subclass supplies: a venue that can be told what to do next.

    Attributes:
        clock: the venue's time; sleeping on it lets that time pass.
        quote: the quote currency.
        coin: a coin the venue trades against it.
        fee_modes: the ways of taking fees that this venue knows.
        cut: by how much less than price times quantity, or than the fee of it, one entry of the
            venue's books may be, in quote currency; 0 = the books are exact.
        has_other_hands: whether somebody else may trade on the account, too.
    """

    clock: Clock
    quote: Asset
    coin: Asset
    fee_modes: frozenset[FeeMode]
    cut: Decimal = ZERO
    has_other_hands: bool = False

    @abstractmethod
    async def open(
        self, balances: Mapping[Asset, Quantity], *, fee_mode: FeeMode = FeeMode.QUOTE
    ) -> Venue:
        """Open an account that holds ``balances``."""

    @abstractmethod
    async def reopen(self) -> Venue:
        """Return the account last opened as a program sees it that was started anew."""

    @abstractmethod
    async def deposit(self, asset: Asset, amount: Quantity) -> None:
        """Let the owner bring something in."""

    @abstractmethod
    async def withdraw(self, asset: Asset, amount: Quantity) -> None:
        """Let the owner take something out."""

    @abstractmethod
    async def reward(self, asset: Asset, amount: Quantity) -> None:
        """Let interest come in."""

    @abstractmethod
    def keep(self, asset: Asset, amount: Quantity) -> None:
        """Let so much be kept by something that is not ours, so that it is not free."""

    def trade_by_hand(self, side: Side, quantity: Quantity) -> None:
        """Let the owner trade the bench's coin; only where the venue has other hands."""
        raise NotImplementedError

    @abstractmethod
    def lose_next_answer(self) -> None:
        """Let the venue take the next order and lose its answer."""

    @abstractmethod
    def lose_next_request(self) -> None:
        """Lose the next order on its way to the venue."""

    @abstractmethod
    def halt(self, asset: Asset) -> None:
        """Stop the market of ``asset``."""


class Desk:
    """A trader's view of the venue, so that cards read like sentences."""

    def __init__(self, bench: Bench, venue: Venue) -> None:
        """Trade the bench's coin at ``venue``."""
        self.bench = bench
        self.venue = venue
        self._numbers = count(1)

    async def rules(self) -> MarketRules:
        """Return the coin's rules."""
        return (await self.venue.market.rules([self.bench.coin]))[0]

    async def quote(self) -> Quote:
        """Return the coin's quote."""
        return (await self.venue.market.quotes([self.bench.coin]))[0]

    async def book(self) -> Book:
        """Return the coin's book."""
        return (await self.venue.market.books([self.bench.coin]))[0]

    async def total(self, asset: Asset) -> Decimal:
        """Return all of ``asset`` on the account."""
        rows = await self.venue.account.balances()
        return sum((r.free + r.locked + r.staked for r in rows if r.asset == asset), ZERO)

    async def order(self, side: Side, quantity: Decimal, *, limit: Decimal | None = None) -> Order:
        """Return a fresh order; without a limit it is marketable by a wide margin."""
        tick = (await self.rules()).price_tick
        quote = await self.quote()
        if limit is None:
            buys = side is Side.BUY
            far = Price(quote.ask * Decimal("1.005") if buys else quote.bid * Decimal("0.995"))
            limit = floor_tick(far, tick) if buys else ceil_tick(far, tick)
        return Order(
            client_id=str(UUID(int=next(self._numbers))),
            proposal_id="contract",
            leg=1,
            attempt=1,
            asset=self.bench.coin,
            side=side,
            quantity=Quantity(quantity),
            limit_price=Price(limit),
            state=OrderState.SENDING,
            intent_at=self.bench.clock.now(),
            deadline_at=self.bench.clock.now() + timedelta(seconds=5),
        )

    async def small(self) -> Quantity:
        """Return a quantity a little above every minimum."""
        rules, quote = await self.rules(), await self.quote()
        least = max(rules.min_quantity, 2 * rules.min_notional / quote.bid)
        return Quantity(floor_step(Quantity(3 * least), rules.quantity_step) + rules.quantity_step)

    async def is_reconciled(self) -> bool:
        """Tell whether every balance is exactly the sum of its flows."""
        sums: dict[Asset, Decimal] = {}
        for flow in await self.venue.account.flows(None):
            sums[flow.asset] = sums.get(flow.asset, ZERO) + flow.amount
        rows = await self.venue.account.balances()
        held = {row.asset: row.free + row.locked + row.staked for row in rows}
        return {a: s for a, s in sums.items() if s} == held
