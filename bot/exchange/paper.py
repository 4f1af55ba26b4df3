"""A venue for paper money: real rules, real books, made-up funds, and a memory of its own.

Client ids are NOT idempotency keys here, as they are none at real venues (METHODS 8.5): an order
that is closed does not protect against a second one under the same id. Sent twice is traded twice.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from pathlib import Path

from bot.exchange.account_file import AccountFile
from bot.ports.clock import Clock
from bot.ports.exchange import MarketReader
from core.domain.errors import FeedUnavailable, InputInvalid, OrderRejected
from core.domain.market import Book, FeeMode, MarketRules, MarketStatus, Side
from core.domain.portfolio import Balance, Flow, FlowKind
from core.domain.proposal import Order, OrderReport
from core.domain.units import (
    ZERO,
    Asset,
    Money,
    Price,
    Quantity,
    Rate,
    exact,
    notional,
    text_of,
)
from core.planning.validity import flaw_of
from core.simulation.fills import FeeToken, Trades, fee_of, funds_needed, match

# Source: METHODS 5.1, "minimum conservative default when unknown".
UNKNOWN_TAKER_FEE = Rate(Decimal("0.006"))


class PaperExchange:
    """Implements ``AccountReader`` and ``OrderPlacer`` on top of any market.

    Orders are immediate or cancel: they take what the book of the moment holds within the limit,
    and the rest is cancelled. Nothing ever stays open.
    """

    def __init__(
        self,
        path: Path | str,
        market: MarketReader,
        clock: Clock,
        *,
        quote: Asset,
        fee_token: Asset | None = None,
    ) -> None:
        """Open the account in ``path``, or found an empty one.

        Args:
            path: the account's own file, or ``:memory:``.
            market: whose prices and rules hold.
            clock: what time it is in that market.
            quote: the quote currency.
            fee_token: the coin fees are paid in where the market takes them in a token.

        Raises:
            InputInvalid: the file cannot be used.
            StoreCorrupt: the file is not a paper account.
        """
        self._account = AccountFile(path, quote=quote, opened_at=clock.now())
        self._market = market
        self._clock = clock
        self._quote = quote
        self._fee_token = fee_token

    def close(self) -> None:
        """Close the account's file."""
        self._account.close()

    # ------------------------------------------------------------------------- what the bot sees

    async def balances(self) -> tuple[Balance, ...]:
        """Return every balance that is not zero."""
        return self._account.balances()

    async def flows(self, since: datetime | None) -> tuple[Flow, ...]:
        """Return every change of a balance at or after ``since``, oldest first."""
        return self._account.flows(since)

    async def place(self, order: Order) -> OrderReport:
        """Trade at once what can be traded; the outcome is on disk before this returns.

        Raises:
            OrderRejected: with the reason; nothing was booked.
        """
        try:
            rules = await self._market.rules([order.asset])
            books = await self._market.books([order.asset])
            token = await self._price_of_token(rules)
        except FeedUnavailable as error:
            raise OrderRejected(f"there are no prices for {order.asset} now: {error}") from error
        if not rules:
            raise OrderRejected(f"{order.asset} is not traded against {self._quote} here")
        terms = rules[0]
        if terms.taker_fee is None:
            terms = replace(terms, taker_fee=UNKNOWN_TAKER_FEE)
        return self._trade(order, terms, book=_sound(books), token_price=token)

    async def find(self, client_id: str) -> OrderReport | None:
        """Return the newest order under ``client_id``, or None."""
        reports = self._account.reports(client_id)
        return reports[-1] if reports else None

    async def cancel(self, client_id: str) -> None:
        """Do nothing: what could not be filled was cancelled at once."""

    # ------------------------------------------------------------- what people and tests may do

    async def open_with(self, opening: Mapping[Asset, Quantity]) -> bool:
        """Book the opening balances unless anything was ever booked; tell whether it was done.

        Raises:
            InputInvalid: a negative balance.
        """
        for asset, amount in opening.items():
            if amount < ZERO:
                raise InputInvalid(
                    f"the opening balance of {asset} is {text_of(amount)}; it must not be negative"
                )
        worth = {asset: await self._worth(asset, amount) for asset, amount in opening.items()}
        now = self._clock.now()
        with self._account.writing():
            is_new = self._account.is_untouched()
            for asset, amount in opening.items() if is_new else ():
                self._account.book(FlowKind.OPENING, asset, amount, value=worth[asset], at=now)
        return is_new

    async def deposit(self, asset: Asset, amount: Quantity, at: datetime | None = None) -> None:
        """Let money or coins come in, now or at ``at``."""
        await self._put(FlowKind.DEPOSIT, asset, amount, at or self._clock.now())

    async def reward(self, asset: Asset, amount: Quantity, at: datetime | None = None) -> None:
        """Let a reward come in, now or at ``at``."""
        await self._put(FlowKind.REWARD, asset, amount, at or self._clock.now())

    async def withdraw(self, asset: Asset, amount: Quantity, at: datetime | None = None) -> None:
        """Let a person take made-up money out, now or at ``at``.

        Raises:
            InputInvalid: less than that is free.
        """
        free = self._account.balance(asset).free
        if not ZERO < amount <= free:
            raise InputInvalid(
                f"{text_of(amount)} {asset} cannot leave the paper account; "
                f"name an amount above 0 and up to {text_of(free)}"
            )
        await self._move(FlowKind.WITHDRAWAL, asset, Quantity(-amount), at or self._clock.now())

    def set_locked(self, asset: Asset, amount: Quantity) -> None:
        """Put ``amount`` of ``asset`` on hold, and release what was on hold before."""
        with self._account.writing():
            staked = self._account.balance(asset).staked
            self._account.hold(asset, locked=amount, staked=staked)

    def set_staked(self, asset: Asset, amount: Quantity) -> None:
        """Stake ``amount`` of ``asset``, and release what was staked before."""
        with self._account.writing():
            locked = self._account.balance(asset).locked
            self._account.hold(asset, locked=locked, staked=amount)

    def orders_of(self, client_id: str) -> tuple[OrderReport, ...]:
        """Return every order that was ever accepted under ``client_id``, oldest first."""
        return self._account.reports(client_id)

    # ------------------------------------------------------------------------------------ inside

    @exact
    def _trade(
        self, order: Order, rules: MarketRules, *, book: Book | None, token_price: Price | None
    ) -> OrderReport:
        now = self._clock.now()
        with self._account.writing():
            held = self._quote if order.side is Side.BUY else order.asset
            reason = _objection(order, rules, now=now, free=self._account.balance(held))
            if reason:
                raise OrderRejected(reason)
            number = self._account.add_order(order, now)
            for price, quantity in _taken(order, rules, book):
                self._book_legs(order, quantity, price, now=now)
                token = self._token(token_price)
                fee = fee_of(
                    order.side, quantity, price, rules=rules, quote=self._quote, token=token
                )
                self._account.add_fill(number, quantity, price, fee=fee.amount, fee_asset=fee.asset)
                self._book(order, FlowKind.FEE, (fee.asset, -fee.amount, -fee.value), now=now)
        return self._account.reports(order.client_id)[-1]

    def _book_legs(self, order: Order, quantity: Quantity, price: Price, *, now: datetime) -> None:
        """Book what a trade brings in and what it takes, each by itself."""
        coins = order.side.sign * quantity
        cash = coins * price
        self._book(order, FlowKind.TRADE, (order.asset, coins, cash), now=now)
        self._book(order, FlowKind.TRADE, (self._quote, -cash, -cash), now=now)

    def _book(
        self, order: Order, kind: FlowKind, leg: tuple[Asset, Decimal, Decimal], *, now: datetime
    ) -> None:
        asset, amount, value = leg
        self._account.book(
            kind, asset, amount, value=Money(value), at=now, reference=order.client_id
        )

    def _token(self, price: Price | None) -> FeeToken | None:
        if self._fee_token is None or price is None:
            return None
        return FeeToken(self._fee_token, price, self._account.balance(self._fee_token).free)

    async def _price_of_token(self, rules: tuple[MarketRules, ...]) -> Price | None:
        if self._fee_token is None or not rules or rules[0].fee_mode is not FeeMode.TOKEN:
            return None
        quotes = await self._market.quotes([self._fee_token])
        return quotes[0].mid if quotes else None

    async def _put(self, kind: FlowKind, asset: Asset, amount: Quantity, at: datetime) -> None:
        if amount <= ZERO:
            raise InputInvalid(
                f"the {kind} of {text_of(amount)} {asset} is not possible; name an amount above 0"
            )
        await self._move(kind, asset, amount, at)

    async def _move(self, kind: FlowKind, asset: Asset, amount: Quantity, at: datetime) -> None:
        value = await self._worth(asset, amount)
        with self._account.writing():
            self._account.book(kind, asset, amount, value=value, at=at)

    async def _worth(self, asset: Asset, amount: Quantity) -> Money | None:
        if asset == self._quote:
            return Money(amount)
        try:
            quotes = await self._market.quotes([asset])
        except FeedUnavailable:
            return None
        return exact(notional)(amount, quotes[0].mid) if quotes else None


def _sound(books: tuple[Book, ...]) -> Book | None:
    """Return the book, unless it contradicts itself: nobody trades on that."""
    return next((book for book in books if flaw_of(book) is None), None)


def _taken(order: Order, rules: MarketRules, book: Book | None) -> Trades:
    """Return what the order takes; nothing where nobody trades."""
    if book is None:
        return ()
    return match(
        book,
        order.side,
        quantity=order.quantity,
        limit_price=order.limit_price,
        step=rules.quantity_step,
    )


def _objection(order: Order, rules: MarketRules, *, now: datetime, free: Balance) -> str:
    """Return why a venue refuses the order, or an empty text."""
    return (
        _clock_objection(order, rules, now)
        or _size_objection(order, rules)
        or _funds_objection(order, rules, free)
    )


def _clock_objection(order: Order, rules: MarketRules, now: datetime) -> str:
    if order.deadline_at is not None and now > order.deadline_at:
        return f"the order arrived at {now.isoformat()}, after its deadline"
    if rules.status is not MarketStatus.ONLINE:
        return f"the market of {order.asset} takes no such orders now ({rules.status})"
    return ""


def _size_objection(order: Order, rules: MarketRules) -> str:
    quantity, price = order.quantity, order.limit_price
    if quantity <= ZERO or quantity % rules.quantity_step:
        return f"{text_of(quantity)} is not a multiple of {text_of(rules.quantity_step)} coins"
    if price <= ZERO or price % rules.price_tick:
        return f"{text_of(price)} is not a multiple of the price tick {text_of(rules.price_tick)}"
    if quantity < rules.min_quantity:
        return f"{text_of(quantity)} is less than the minimum of {text_of(rules.min_quantity)}"
    if quantity * price < rules.min_notional:
        return f"the order is worth less than the minimum of {text_of(rules.min_notional)}"
    return ""


def _funds_objection(order: Order, rules: MarketRules, balance: Balance) -> str:
    if order.side is Side.SELL:
        needed = Money(order.quantity)
    else:
        needed = funds_needed(rules, order.quantity, order.limit_price)
    if needed <= balance.free:
        return ""
    return (
        f"the order needs {text_of(needed)} {balance.asset} and only "
        f"{text_of(balance.free)} are free"
    )
