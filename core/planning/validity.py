"""Snapshot -> the reasons why it cannot be believed; none means it can (gate 1)."""

import math
from collections.abc import Iterator
from datetime import time, timedelta
from decimal import Decimal
from functools import lru_cache
from itertools import pairwise
from statistics import median

from core.domain.decision import Reason, ReasonCode
from core.domain.errors import SnapshotInvalid
from core.domain.market import BarSeries, Book, Level, MarketRules, Quote
from core.domain.policy import DataRules, Policy
from core.domain.portfolio import Balance
from core.domain.snapshot import Snapshot
from core.domain.stress import Family
from core.domain.units import ONE, ZERO, Asset
from core.domain.watching import WINDOW
from core.signals.known import all_prices

ONE_DAY = timedelta(days=1)
USABLE_AFTER = timedelta(minutes=5)
FROZEN_AFTER = timedelta(minutes=10)
"""A book that has not changed for longer stands still."""


def find_faults(snapshot: Snapshot, policy: Policy) -> tuple[Reason, ...]:
    """Return every fault of the data that forbids a trade.

    Raises:
        SnapshotInvalid: the snapshot is of another quote currency, names an asset or a series
            twice, has an instant that is not aware (``as_of``: not UTC), or bars that are not of
            UTC days.

    Source: METHODS 1.9 and 3.4.
    """
    problems = tuple(_problems(snapshot, policy))
    if problems:
        raise SnapshotInvalid(*problems)
    return (
        *_account_faults(snapshot, policy),
        *(
            fault
            for asset in policy.risk_assets
            for fault in (
                *_price_faults(snapshot, policy, asset),
                *_rules_faults(snapshot.rules_of(asset)),
            )
        ),
        *_watched_faults(snapshot, policy),
    )


def find_history_faults(snapshot: Snapshot, policy: Policy) -> tuple[Reason, ...]:
    """Return why the pause cannot be judged: too few daily bars, late ones, or impossible ones.

    Source: METHODS 0.2 and 9a: a bar is usable from its close + 5 minutes, the pause needs 400.
    """
    if not policy.stress.families:
        return ()
    asset = policy.regime.asset
    bars = snapshot.bars_of(asset)
    have = 0 if bars is None else len(bars.closes)
    if bars is None or have < WINDOW:
        return (Reason(ReasonCode.SHORT_HISTORY, asset, (("have", have), ("needed", WINDOW))),)
    closed_at = bars.opened_at + ONE_DAY
    if snapshot.as_of >= closed_at + ONE_DAY + USABLE_AFTER:
        return (Reason(ReasonCode.BARS_LATE, asset, (("day", bars.opened_at),)),)
    if snapshot.as_of < closed_at + USABLE_AFTER or not _is_sound(bars):
        return (Reason(ReasonCode.DATA_UNSAFE, "", (("what", f"daily bars of {asset}"),)),)
    return ()


def find_unmanaged(snapshot: Snapshot, policy: Policy) -> tuple[Reason, ...]:
    """Return a reason for each coin on the account that the policy does not name.

    Source: METHODS 1.9: not counted in V, flagged.
    """
    known = {asset for asset, _ in (*policy.targets, *policy.excluded)}
    strange = (row for row in snapshot.balances if row.asset not in known and _is_amount(row))
    amounts = ((row.asset, row.free + row.locked + row.staked) for row in strange)
    return tuple(
        Reason(ReasonCode.UNMANAGED, asset, (("quantity", amount),))
        for asset, amount in amounts
        if amount > ZERO
    )


def stale_price(asset: Asset, snapshot: Snapshot, rules: DataRules) -> Reason | None:
    """Return a reason when the quote or the book of an asset is too old, or stands still."""
    for row in (snapshot.quote_of(asset), snapshot.book_of(asset)):
        if row is None:
            continue
        age = snapshot.as_of - row.observed_at
        if isinstance(row, Book) and age > FROZEN_AFTER:
            return Reason(ReasonCode.BOOK_FROZEN, asset, (("since", row.observed_at),))
        if not -rules.max_clock_skew <= age <= rules.traded_quote_max_age:
            return Reason(ReasonCode.PRICE_STALE, asset, (("observed_at", row.observed_at),))
    return None


def flaw_of(book: Book) -> str | None:
    """Return what makes a book impossible by itself, None for a sound one.

    That is one of: ``sizes`` (a price that is not above zero, or a size below it), ``unordered``,
    ``crossed``. Equal neighbours are in order, and equal best prices do not cross. A side without
    levels is no contradiction: nothing can be traded there.
    """
    if not all(_is_possible(level) for level in (*book.bids, *book.asks)):
        return "sizes"
    bids, asks = ([level.price for level in side] for side in (book.bids, book.asks))
    if bids != sorted(bids, reverse=True) or asks != sorted(asks):
        return "unordered"
    return "crossed" if bids and asks and bids[0] > asks[0] else None


def _is_possible(level: Level) -> bool:
    if not (level.price.is_finite() and level.size.is_finite()):
        return False
    return level.price > ZERO and level.size >= ZERO


@lru_cache(maxsize=8)  # bars change once a day, decisions are made every few minutes
def _is_sound(bars: BarSeries) -> bool:
    """Tell whether every close in the window is a price."""
    closes = bars.closes[-WINDOW:]
    return all_prices(closes) or all(0 < close < math.inf for close in closes)


def _problems(snapshot: Snapshot, policy: Policy) -> Iterator[str]:
    """Yield what makes the snapshot contradict itself in its very shape, one sentence each."""
    if snapshot.quote != policy.quote:
        yield f"the snapshot is in {snapshot.quote}, the policy in {policy.quote}; use one currency"
    # Days are counted in UTC: another zone would name another day for the same instant.
    if snapshot.as_of.utcoffset() != timedelta():
        yield f"as_of {snapshot.as_of} is not in UTC; give an aware UTC instant"
    for name in ("balances", "quotes", "rules", "books", "bars"):
        for first, second in pairwise(row.asset for row in getattr(snapshot, name)):
            if first == second:
                yield f"{name} name {first} more than once; give one row for it"
    yield from _history_problems(snapshot)
    rows: tuple[Quote | Book, ...] = (*snapshot.quotes, *snapshot.books)
    for row in rows:
        if row.observed_at.utcoffset() is None:
            yield f"{row.asset} was observed at {row.observed_at}; give an aware UTC instant"


def _history_problems(snapshot: Snapshot) -> Iterator[str]:
    """Yield what is wrong with the shape of bars and readings."""
    for first, second in pairwise((row.kind, row.asset, row.source) for row in snapshot.readings):
        if first == second:
            yield f"readings name {' '.join(filter(None, first))} more than once; give one series"
    for bars in snapshot.bars:
        at = bars.opened_at
        if at.utcoffset() != timedelta() or at.time() != time():
            yield f"the bars of {bars.asset} open at {at}; a day opens at midnight UTC"


def _is_amount(row: Balance) -> bool:
    return all(part.is_finite() and part >= ZERO for part in (row.free, row.locked, row.staked))


def _account_faults(snapshot: Snapshot, policy: Policy) -> Iterator[Reason]:
    if abs(snapshot.clock_skew) > policy.data.max_clock_skew:
        seconds = Decimal(str(abs(snapshot.clock_skew).total_seconds()))
        yield Reason(ReasonCode.CLOCK_SKEW, "", (("seconds", seconds),))
    for warning in snapshot.warnings:
        yield Reason(ReasonCode.DATA_UNSAFE, "", (("what", warning),))
    for row in snapshot.balances:
        if not _is_amount(row):
            yield Reason(ReasonCode.BALANCE_ABSURD, row.asset)
    token = snapshot.fee_token_value
    if token is not None and not (token.is_finite() and token >= ZERO):
        yield Reason(ReasonCode.DATA_UNSAFE, "", (("what", "fee token value"),))


def _rules_faults(rules: MarketRules | None) -> Iterator[Reason]:
    """Yield a reason when no order could obey these market rules, or a fee cannot be true."""
    if rules is None:
        return
    above_zero = (rules.price_tick, rules.quantity_step)
    not_below = (rules.min_quantity, rules.min_notional, rules.taker_fee or ZERO)
    if (
        all(number.is_finite() for number in (*above_zero, *not_below))
        and all(number > ZERO for number in above_zero)
        and all(number >= ZERO for number in not_below)
        and (rules.taker_fee or ZERO) < ONE
    ):
        return
    yield Reason(ReasonCode.DATA_UNSAFE, rules.asset, (("what", "market rules"),))


def _price_faults(snapshot: Snapshot, policy: Policy, asset: Asset) -> Iterator[Reason]:
    quote, rules = snapshot.quote_of(asset), policy.data
    if quote is None:
        has_cold = bool(dict(policy.cold).get(asset))
        if policy.target_of(asset) or has_cold or snapshot.balance_of(asset) is not None:
            yield Reason(ReasonCode.PRICE_MISSING, asset)
        yield from _book_faults(snapshot, rules, asset)
        return
    if _is_absurd(quote, snapshot, rules):
        values = (("bid", quote.bid), ("ask", quote.ask))
        known = quote.bid.is_finite() and quote.ask.is_finite()
        yield Reason(ReasonCode.PRICE_ABSURD, asset, values if known else ())
        return
    yield from _book_faults(snapshot, rules, asset)
    if snapshot.as_of - quote.observed_at > rules.held_quote_max_age:
        yield Reason(ReasonCode.PRICE_STALE, asset, (("observed_at", quote.observed_at),))
    if quote.references:
        # Beside a single other source the venue would pull the middle half-way to itself.
        alone = len(quote.references) == 1
        middle = quote.references[0] if alone else median([quote.mid, *quote.references])
        gap = abs(quote.mid / middle - 1)
        if gap > rules.max_source_gap:
            yield Reason(ReasonCode.SOURCES_DISAGREE, asset, (("gap", gap),))


def _book_faults(snapshot: Snapshot, rules: DataRules, asset: Asset) -> Iterator[Reason]:
    """Yield what makes the book of an asset impossible, by itself or beside the quote."""
    book, quote = snapshot.book_of(asset), snapshot.quote_of(asset)
    if book is None:
        return
    flaw = flaw_of(book)
    if flaw is None and quote is not None and book.bids and book.asks:
        bid, ask = book.bids[0].price, book.asks[0].price
        if bid == ask and quote.bid < quote.ask:
            flaw = "crossed"
        elif abs((bid + ask) / 2 / quote.mid - 1) > rules.max_source_gap:
            flaw = "apart"
    if flaw is not None:
        yield Reason(ReasonCode.BOOK_ABSURD, asset, (("what", flaw),))


def _watched_faults(snapshot: Snapshot, policy: Policy) -> Iterator[Reason]:
    """Yield what is wrong with the price of the coin the market is read by, if nobody holds it."""
    asset = policy.regime.asset
    is_read = policy.stress.watches(Family.PRICE) and snapshot.quote_of(asset) is not None
    if is_read and asset not in policy.risk_assets:
        yield from _price_faults(snapshot, policy, asset)


def _is_absurd(quote: Quote, snapshot: Snapshot, rules: DataRules) -> bool:
    """Tell whether a price is impossible.

    That is: no number, not positive, crossed, from the future, or far from the last close.
    """
    prices = (quote.bid, quote.ask, *quote.references)
    if not all(price.is_finite() and price > ZERO for price in prices) or quote.bid > quote.ask:
        return True
    if quote.observed_at - snapshot.as_of > rules.max_clock_skew:
        return True
    bars = snapshot.bars_of(quote.asset)
    if bars is None or not bars.closes:
        return False
    if not bars.closes[-1] > 0:
        return True
    # A statistic meets a price only here, as a ratio of floats that is compared with a wide bound.
    ratio = float(quote.mid) / bars.closes[-1]
    return not 1 / float(rules.max_jump) < ratio < float(rules.max_jump)
