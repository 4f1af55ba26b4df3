"""The markets of the policy: are they there and open, and are trades large enough for them."""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal

from bot.app.checks.finding import Check, Finding, Level, fine, listed
from bot.app.checks.records import last_value
from bot.app.checks.sizes import Size, sizes_of
from bot.app.checks.visit import Visit
from bot.app.market import DEMO_STARTS_AT, quote_at
from bot.clocks import SimulatedClock
from bot.exchange.bar_sources import SimulatedBars
from bot.exchange.markets import BarMarket
from bot.ports.exchange import MarketReader
from bot.venues.table import spot_venue
from core.domain.errors import FeedUnavailable
from core.domain.market import MarketRules, MarketStatus, Quote
from core.domain.policy import Policy
from core.domain.snapshot import Occasion, Snapshot
from core.domain.units import Asset, Money, Rate, exact
from core.planning.holdings import portfolio_of

MARKETS, MINIMUMS, PRICES = "markets", "minimums", "prices"
WHOLE = 100
"""From here on cents say nothing."""

NOT_REACHED = "look at the connection and at [exchange] base_urls, or try again in a minute"


def market_checks(visit: Visit) -> Sequence[Check]:
    """Return the checks of the venue's markets, and of those whose prices are compared with it."""
    file = visit.settings.file
    checks = [
        Check(MARKETS, visit.title, lambda: _markets(visit)),
        Check(MINIMUMS, f"the account at {visit.title}", lambda: _minimums(visit), Level.WARN),
    ]
    if visit.settings.is_live_market:
        others = (venue for venue in file.feeds.second_opinions if venue != file.venue)
        checks += [_opinion(visit, venue) for venue in others]
    return checks


def _opinion(visit: Visit, venue: str) -> Check:
    title = spot_venue(venue).title
    return Check(PRICES, title, lambda: _compared(visit, venue, title), Level.WARN)


async def _markets(visit: Visit) -> Sequence[Finding]:
    settings, policy = visit.settings, visit.settings.policy
    reader = _opened(visit, settings.file.venue) if settings.is_live_market else _simulated(visit)
    needed = tuple(sorted({*policy.risk_assets, policy.regime.asset}))
    read = None
    try:
        read = await reader.rules(needed), await reader.quotes(policy.risk_assets)
    except FeedUnavailable as failure:
        return (Finding(MARKETS, Level.FAIL, str(failure), NOT_REACHED),)
    finally:
        visit.market.tell(read)
    rules, _ = read
    statuses = {row.asset: row.status for row in rules}
    there = [name for name in policy.risk_assets if statuses.get(name) is MarketStatus.ONLINE]
    found = [fine(MARKETS, f"{listed(there)} for {policy.quote} at {visit.title}")] if there else []
    found += _wrong(visit, needed, statuses)
    return found


def _simulated(visit: Visit) -> MarketReader:
    file = visit.settings.file
    source = SimulatedBars(file.simulation.seed, DEMO_STARTS_AT)
    fee = Rate(file.costs.taker_fee / 100)
    return BarMarket(source, SimulatedClock(DEMO_STARTS_AT), taker_fee=fee)


def _opened(visit: Visit, venue: str) -> MarketReader:
    from bot.exchange.live.market import CcxtMarket

    file = visit.settings.file
    market = CcxtMarket(
        venue,
        quote_at(venue, file.quote),
        visit.clock,
        base_url=file.exchange.addresses.get(venue),
        manners=visit.manners,
    )
    visit.stack.push_async_callback(market.close)
    return market


def _wrong(
    visit: Visit, needed: Sequence[Asset], statuses: Mapping[Asset, MarketStatus]
) -> Iterator[Finding]:
    policy = visit.settings.policy
    for asset in needed:
        status = statuses.get(asset, MarketStatus.MISSING)
        if status is MarketStatus.MISSING:
            mend = "take it out of the targets, or choose another venue or quote currency"
            if asset not in policy.risk_assets:
                mend = "[regime] asset names another coin to read the market by"
            what = f"{asset} is not traded for {policy.quote} at {visit.title}"
            yield Finding(MARKETS, Level.FAIL, what, mend)
        elif status is not MarketStatus.ONLINE and asset in policy.risk_assets:
            mend = "nothing: it is left alone until its market opens again"
            what = f"{asset} takes no orders now (its market is {status.value})"
            yield Finding(MARKETS, Level.WARN, what, mend)


async def _minimums(visit: Visit) -> Sequence[Finding]:
    """Compare each target's trades with the smallest order; nothing is said of unread markets."""
    read = await visit.market.wait()
    if read is None:
        return ()
    rules, quotes = read
    policy = visit.settings.policy
    value = await _value(visit, rules, quotes)
    if not value:
        return (fine(MINIMUMS, "not compared: what the portfolio is worth is not known yet"),)
    sizes = sizes_of(policy, value, rules, quotes)
    small = [finding for size in sizes if (finding := _too_small(size, policy.quote))]
    if small or not sizes:
        return small
    least = max(size.least for size in sizes)
    said = (
        f"worth {_money(value)} {policy.quote}; each target's trades are above the smallest that "
        f"is sent, {_money(least)}"
    )
    return (fine(MINIMUMS, said),)


def _too_small(size: Size, quote: Asset) -> Finding | None:
    least = f"the smallest order of {_money(size.least)} {quote}"
    if size.goal < size.least:
        said = f"{size.asset}: its whole target is worth {_money(size.goal)}, less than {least}"
        mend = "it will never be bought; raise its target, or take it out"
        return Finding(MINIMUMS, Level.WARN, said, mend)
    if size.trade < size.least:
        said = (
            f"{size.asset}: at the edge of its band a trade is {_money(size.trade)}, below {least}"
        )
        mend = "it waits until more has gathered; wider bands or a larger target mend it"
        return Finding(MINIMUMS, Level.WARN, said, mend)
    return None


async def _value(
    visit: Visit, rules: Sequence[MarketRules], quotes: Sequence[Quote]
) -> Money | None:
    """Return what the portfolio is worth: by the account, the last decision, or the opening."""
    settings, policy = visit.settings, visit.settings.policy
    if not settings.has_real_account:
        last = await asyncio.to_thread(last_value, visit)
        return Money(settings.file.start_cash) if last is None else last
    balances = await visit.balances.wait()
    if balances is None:
        return await asyncio.to_thread(last_value, visit)
    seen = Snapshot(
        as_of=visit.clock.now(),
        occasion=Occasion.ASKED,
        quote=policy.quote,
        balances=tuple(balances),
        quotes=tuple(quotes),
        rules=tuple(rules),
    )
    return _worth(seen, policy)


@exact
def _worth(seen: Snapshot, policy: Policy) -> Money:
    return portfolio_of(seen, policy).value


def _money(amount: Decimal) -> str:
    return f"{amount:,.0f}" if amount >= WHOLE else f"{amount:,.2f}"


async def _compared(visit: Visit, venue: str, title: str) -> Sequence[Finding]:
    """Look whether another venue tells prices to compare with."""
    assets = visit.settings.policy.risk_assets
    try:
        quotes = await _opened(visit, venue).quotes(assets)
    except FeedUnavailable as failure:
        mend = "prices are compared with fewer venues meanwhile; see feeds.second_opinions"
        return (Finding(PRICES, Level.WARN, str(failure), mend),)
    if not quotes:
        return (Finding(PRICES, Level.WARN, f"{title} trades none of the targets"),)
    return (fine(PRICES, f"{title} tells {listed([quote.asset for quote in quotes])}"),)
