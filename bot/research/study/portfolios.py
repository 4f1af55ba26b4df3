"""Which portfolios are compared, on whose prices, and from when to when.

The standard portfolios are fixed beforehand; which venue's prices they get follows from a rule: one
where the whole system can watch the market, then the longest window. A coin is taken because it
was there at the start of the window, never because of what became of it. Source: METHODS 0.3, 6.1.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from functools import reduce

import numpy as np

from bot.research.study.blueprints import BLUEPRINTS, BTC, Blueprint
from bot.research.study.daily_prices import Venue
from bot.research.study.history import History
from bot.research.windows import LEAST_DAYS, Window, day_of, epoch_day
from bot.settings.policy_file import PolicyFile
from core.domain.errors import InputInvalid
from core.domain.policy import BandRules, Policy
from core.domain.stress import Family
from core.domain.units import Asset, Money, Weight
from core.domain.watching import CORRELATED, WARM_UP, WINDOW, StressRules
from core.simulation.bar_table import DAY, AssetBars

LISTING_NOISE = 7
"""Days after a coin's first bar that nobody should trade on."""

KNOWN_STARTS = {"kraken": date(2016, 7, 1), "bitfinex": date(2016, 8, 11)}
"""From when a venue's daily history is whole: before, days are missing or hardly traded."""

SURVIVORS = "survivors only"
FADED = "with coins that faded"

SMALL_BELOW = 10_000
"""A portfolio worth less is small. Source: METHODS 1.2."""

_NEIGHBOURS = 30
_PERCENT = Decimal("0.01")
_LEAST_CORRELATED = StressRules().min_coins


@dataclass(frozen=True, slots=True)
class Portfolio:
    """One portfolio on one venue's prices.

    Attributes:
        key: its short name, unique in a study.
        name: its name in the report.
        policy: the full rules.
        venue: whose prices.
        window: the days that are compared.
        value: what it is worth on the first day, quote currency.
        universe: ``survivors only``, or why not.
        is_brief: late approvals and single parts are not lived for it.
    """

    key: str
    name: str
    policy: Policy
    venue: Venue
    window: Window
    value: Money
    universe: str
    is_brief: bool = False

    @property
    def coins(self) -> tuple[Asset, ...]:
        """The coins, by symbol."""
        return self.policy.risk_assets

    @property
    def recipe(self) -> str:
        """Its targets in one line, the largest first."""
        order = sorted(self.policy.targets, key=lambda row: (-row[1], row[0]))
        return " · ".join(
            f"{asset} {share * 100:f}".rstrip("0").rstrip(".") for asset, share in order if share
        )


@dataclass(frozen=True, slots=True)
class Choice:
    """The portfolios of a study, and a sentence for each that could not be built."""

    portfolios: tuple[Portfolio, ...]
    left_out: tuple[str, ...]


def standard_portfolios(
    history: History, asked: Window, *, keys: Sequence[str] | None = None
) -> Choice:
    """Return the standard portfolios that the data allow.

    Args:
        history: the data.
        asked: days outside of it are not looked at.
        keys: only these; None takes all.

    Raises:
        InputInvalid: not one of them can be built.
    """
    wanted = [one for one in BLUEPRINTS if keys is None or one.key in keys]
    built, missing = [], []
    for blueprint in wanted:
        found = [one for one in _candidates(blueprint, history, asked) if one is not None]
        best = max(found, key=_preference, default=None)
        if best is None:
            missing.append(_why_not(blueprint, history, asked))
        else:
            built.append(best)
    if not built:
        raise InputInvalid("no standard portfolio can be compared with these data", *missing)
    return Choice(tuple(built), tuple(missing))


def portfolio_of(
    name: str, file: PolicyFile, policy: Policy, *, history: History, asked: Window
) -> Portfolio:
    """Return a person's own portfolio on the venue that serves it best.

    Args:
        name: what it is called in the report.
        file: what the person wrote.
        policy: the rules that follow from it.
        history: the data.
        asked: days outside of it are not looked at.

    Raises:
        InputInvalid: no venue has all its coins for long enough; says which are missing.
    """
    found = []
    for venue in history.venues:
        own = _in_quote(policy, venue.quote)
        window = _window(venue, own, asked)
        if window is not None and window.days >= LEAST_DAYS:
            found.append(
                Portfolio(
                    name,
                    name,
                    own,
                    venue,
                    window,
                    Money(file.start_cash),
                    SURVIVORS,
                )
            )
    if not found:
        raise InputInvalid(f"{name}: {_lacking(policy.risk_assets, history, asked)}")
    best = max(found, key=_preference)
    return replace(best, policy=_watched(best.policy, history), universe=_universe_of(best))


def _candidates(
    blueprint: Blueprint, history: History, asked: Window
) -> Iterator[Portfolio | None]:
    for venue in history.venues:
        policy = _policy_of(blueprint, venue)
        if policy is None:
            continue
        window = _window(venue, policy, asked)
        if window is None or window.days < LEAST_DAYS:
            continue
        yield Portfolio(
            blueprint.key,
            blueprint.name,
            _watched(policy, history),
            venue,
            window,
            Money(Decimal(blueprint.value)),
            FADED if blueprint.faded else SURVIVORS,
            is_brief=blueprint.is_brief,
        )


def _policy_of(blueprint: Blueprint, venue: Venue) -> Policy | None:
    """Return the rules of a standard portfolio, None where the venue lacks a coin it needs."""
    shares = {asset: Decimal(percent) for asset, percent in blueprint.fixed}
    if not set(shares) <= set(venue.table.assets):
        return None
    latest = max(_first(venue, asset) for asset in shares) + _NEIGHBOURS
    if blueprint.faded:
        there = [asset for asset in blueprint.others if asset in venue.table.assets]
    else:
        there = [
            asset
            for asset in blueprint.others
            if asset in venue.table.assets and _first(venue, asset) <= latest
        ]
    if len(there) < blueprint.places:
        return None
    shares |= {asset: Decimal(blueprint.each) for asset in there[: blueprint.places]}
    shares[venue.quote] = Decimal(blueprint.cash)
    return Policy(
        quote=venue.quote,
        targets=tuple((asset, Weight(share * _PERCENT)) for asset, share in shares.items()),
        bands=BandRules(profile=blueprint.profile),
    )


def _watched(policy: Policy, history: History) -> Policy:
    """Return the rules with the fear index among the evidence where the data have it."""
    families = set(policy.stress.families) | {Family.PRICE, Family.CORRELATION}
    if history.fear_greed is not None:
        families.add(Family.SENTIMENT)
    ordered = tuple(family for family in Family if family in families)
    return replace(policy, stress=replace(policy.stress, families=ordered))


def _in_quote(policy: Policy, quote: Asset) -> Policy:
    """Return the rules in a venue's quote currency, without what belongs to one account."""
    policy = replace(policy, cold=(), excluded=(), trading_capital=None)
    if policy.quote == quote:
        return policy
    targets = tuple(
        (quote if asset == policy.quote else asset, share) for asset, share in policy.targets
    )
    return replace(policy, quote=quote, targets=targets)


def _window(venue: Venue, policy: Policy, asked: Window) -> Window | None:
    """Return the days on which all coins have prices and the market can be read."""
    series = {bars.asset: bars for bars in venue.table.series}
    if not {*policy.risk_assets, policy.regime.asset, BTC} <= set(series):
        return None
    driver, owned = series[policy.regime.asset], [series[asset] for asset in policy.risk_assets]
    readable = day_of(int(driver.starts[0])) + timedelta(days=WINDOW + WARM_UP)
    listed = max(day_of(int(bars.starts[0])) for bars in owned) + timedelta(days=LISTING_NOISE)
    earliest = max(readable, listed, KNOWN_STARTS.get(venue.name, date.min), asked.first)
    first = _shared_day((driver, series[BTC], *owned), earliest)
    # A coin that ends early was delisted and is sold; the study ends with the venue's market.
    last = min(day_of(int(driver.starts[-1])), asked.last)
    return Window(first, last) if first is not None and first < last else None


def _shared_day(series: Sequence[AssetBars], earliest: date) -> date | None:
    """Return the first day that no coin lacks; else one would be had at a price of the past."""
    shared = reduce(np.intersect1d, (bars.starts // DAY for bars in series))
    at = int(np.searchsorted(shared, epoch_day(earliest)))
    return day_of(int(shared[at]) * DAY) if at < len(shared) else None


def _preference(portfolio: Portfolio) -> tuple[bool, bool, int, str]:
    """Rank venues: all coins to the end, then a market that can be watched, then the most days."""
    is_whole = _universe_of(portfolio) == SURVIVORS
    days = portfolio.window.days
    return (is_whole, _sees_correlation(portfolio), days, portfolio.venue.name)


def _sees_correlation(portfolio: Portfolio) -> bool:
    """Tell whether enough coins to measure correlation have prices all through the window."""
    begin, end = portfolio.window.first, portfolio.window.last
    whole = [
        bars
        for bars in portfolio.venue.table.series
        if bars.asset in CORRELATED
        and day_of(int(bars.starts[0])) <= begin
        and day_of(int(bars.starts[-1])) >= end
    ]
    return len(whole) >= _LEAST_CORRELATED


def _universe_of(portfolio: Portfolio) -> str:
    table, last = portfolio.venue.table, portfolio.window.last
    ended = [
        bars.asset
        for bars in table.series
        if bars.asset in portfolio.coins and day_of(int(bars.starts[-1])) < last
    ]
    return f"with {', '.join(ended)}, which ended" if ended else SURVIVORS


def _first(venue: Venue, asset: Asset) -> int:
    bars = venue.table.bars_of(asset)
    return int(np.iinfo(np.int64).max) if bars is None else _start_day(bars)


def _start_day(bars: AssetBars) -> int:
    return int(bars.starts[0]) // DAY


def _why_not(blueprint: Blueprint, history: History, asked: Window) -> str:
    needed = tuple(asset for asset, _ in blueprint.fixed)
    if blueprint.places and all(_policy_of(blueprint, venue) is None for venue in history.venues):
        names = ", ".join(blueprint.others)
        return (
            f"{blueprint.name}: no venue has {', '.join(needed)} and {blueprint.places} of {names} "
            "together"
        )
    return f"{blueprint.name}: {_lacking(needed, history, asked)}"


def _lacking(coins: Sequence[Asset], history: History, asked: Window) -> str:
    """Say why no venue serves: coins that are missing, or a window that is too short."""
    whole = [venue for venue in history.venues if {*coins, BTC} <= set(venue.table.assets)]
    if not whole:
        have = "; ".join(f"{one.name} has {', '.join(one.table.assets)}" for one in history.venues)
        return f"no venue has {', '.join(sorted({*coins, BTC}))} together ({have})"
    until = asked.last
    names = ", ".join(venue.name for venue in whole)
    return (
        f"{names} would leave fewer than {LEAST_DAYS} days up to {until}: the market is read from "
        f"{WINDOW + WARM_UP} days of BTC before the first one; take more history, or another "
        "--from or --to"
    )
