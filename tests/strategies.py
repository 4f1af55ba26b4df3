"""Hypothesis strategies in the domain's language: portfolios, policies, snapshots, memories.

``worlds()`` draws one portfolio and shows it twice: to the stateless calculator as a request, and
to ``decide()`` as an account with rules, prices, books and a memory.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import pairwise, product
from unicodedata import normalize

from hypothesis import settings
from hypothesis import strategies as st

from bot.cli.plan_document import PlanRequest
from core.domain.market import Book, FeeMode, Level, MarketRules, MarketStatus, Quote, Side
from core.domain.policy import (
    PROFILES,
    ApprovalRules,
    BandMode,
    BandRules,
    CadenceRules,
    OrderRules,
    Policy,
    Profile,
    ProfileName,
)
from core.domain.portfolio import Balance, Cash, Holding, Portfolio
from core.domain.regime import Regime, RegimeState
from core.domain.snapshot import Occasion, Snapshot
from core.domain.state import (
    EngineState,
    Halt,
    ManualPause,
    Streak,
    StressOverride,
    Turnover,
)
from core.domain.stress import Family, Silence, Stress, StressState, Vote
from core.domain.tilt import Froth, Tilt, TiltName, TiltState
from core.domain.units import ONE, ZERO, Asset, Money, Price, Quantity, Rate, Weight, exact
from core.domain.watching import StressRules
from core.planning.bands import Multipliers
from tests.dsl import DEPTH, MORNING, Situation

SYMBOLS = tuple(Asset(name) for name in ("ADA", "BTC", "DOGE", "ETH", "LINK", "SOL", "XRP"))
USD = Asset("USD")

# Source: METHODS 2.6, risk assets; cash uses each pair reversed.
MULTIPLIERS = [("1", "1"), ("2", "1"), ("1", "2"), ("0.8", "0.8"), ("1.5", "1.5")]
DELTAS = [Decimal(text) for text in ("0.5", "0", "0.25", "0.65", "0.7")]
FEES = [Rate(Decimal(text)) for text in ("0.004", "0", "0.001", "0.0026", "0.006")]
SLIPS = [Rate(Decimal(text)) for text in ("0.0005", "0", "0.0001", "0.0003", "0.001")]
MINIMUMS = [Money(Decimal(text)) for text in ("10", "0", "1", "5", "100")]
CHARGES = list(product(MINIMUMS, FEES, SLIPS))
COLD = [Decimal(text) for text in ("0", "0", "0", "0.3", "0.9", "1")]

FEWER = settings(max_examples=max(settings().max_examples // 4, 10))
"""A quarter of the examples, for what is not one of the numbered properties."""


def decimals(least: str, most: str, places: int = 2) -> st.SearchStrategy[Decimal]:
    """Draw a decimal between two bounds with that many places."""
    unit = Decimal(1).scaleb(-places)
    whole = st.integers(int(Decimal(least) / unit), int(Decimal(most) / unit))
    return whole.map(lambda count: count * unit)


@st.composite
def shares(draw: st.DrawFn, count: int) -> list[Weight]:
    """Draw ``count`` weights in thousandths that sum to exactly 1; some may be 0."""
    cuts = sorted(draw(st.lists(st.integers(0, 1000), min_size=count - 1, max_size=count - 1)))
    edges = [0, *cuts, 1000]
    return [Weight(Decimal(high - low) / 1000) for low, high in pairwise(edges)]


@st.composite
def holdings(draw: st.DrawFn, asset: Asset, target: Weight, value: Decimal) -> Holding:
    """Draw a holding of ``asset`` worth about ``value``, partly cold at times."""
    digits, scale = draw(st.integers(1, 99_999)), draw(st.integers(0, 62))
    price = Price(digits * Decimal(1).scaleb(scale % 7 - 5))
    coins = (value / price).quantize(Decimal("1e-8"))
    kept = (coins * draw(st.sampled_from(COLD))).quantize(Decimal("1e-8"))
    least, fee, slip = draw(st.sampled_from(CHARGES))
    step = Quantity(Decimal(1).scaleb(-(scale // 7)))
    while step * price > max(value, Decimal(100)) / 10:
        step = Quantity(step / 10)
    return Holding(
        asset=asset,
        target=target,
        hot=Quantity(coins - kept),
        cold=Quantity(kept),
        price=price,
        step=step,
        min_quantity=Quantity(ZERO),
        min_notional=least,
        fee=fee,
        slip=slip,
    )


@st.composite
def portfolios(draw: st.DrawFn, *, most: int = 5) -> Portfolio:
    """Draw a portfolio of 1 to ``most`` coins and cash, worth 300 to 3 million."""
    count = draw(st.integers(1, most))
    first = draw(st.integers(0, len(SYMBOLS) - 1))
    symbols = sorted((SYMBOLS + SYMBOLS)[first : first + count])
    targets = draw(shares(count + 1))
    if draw(st.booleans()):
        owned = draw(shares(count + 1))
    else:  # near the targets, where bands, costs and minimums decide
        drift = st.integers(-180, 180).map(lambda points: Decimal(points) / 1000)
        owned = [Weight(max(ZERO, target + draw(drift))) for target in targets]
    total = draw(st.one_of(st.integers(300, 30_000), st.integers(30_000, 3_000_000)))
    coins = tuple(
        draw(holdings(asset, target, share * total))
        for asset, target, share in zip(symbols, targets, owned, strict=False)
    )
    amount = Money((owned[-1] * total).quantize(Decimal("0.01")))
    held_back = draw(st.sampled_from([ZERO, ZERO, ZERO, Decimal(100), Decimal(total) / 20]))
    cash = Cash(USD, targets[-1], amount, Money(held_back))
    return Portfolio(coins, cash)


@st.composite
def requests(draw: st.DrawFn) -> PlanRequest:
    """Draw an input of the stateless calculator that is worth something."""
    mode = draw(st.sampled_from(list(FeeMode)))
    drawn = draw(portfolios().filter(lambda found: found.value > ZERO))
    token = Money(Decimal(draw(st.sampled_from([0, 5, 500, 10**6]))))
    upper, lower = (Decimal(text) for text in draw(st.sampled_from(MULTIPLIERS)))
    return PlanRequest(
        request_id=None,
        portfolio=replace(drawn, fee_token_value=token if mode is FeeMode.TOKEN else None),
        profile=PROFILES[draw(st.sampled_from(list(ProfileName)))],
        delta=draw(st.sampled_from(DELTAS)),
        multipliers=Multipliers(upper, lower, lower, upper),
        mode=mode,
        rules=OrderRules(),
    )


@dataclass(frozen=True, slots=True)
class World:
    """One portfolio, for the calculator and for ``decide()``.

    Attributes:
        request: the calculator's input.
        situation, state: the engine's; more may happen here: walks, halted markets, new money.
    """

    request: PlanRequest
    situation: Situation
    state: EngineState


@st.composite
def worlds(draw: st.DrawFn, *, plain: bool = False) -> World:
    """Draw a world; a plain one holds nothing that the calculator does not know."""
    request = draw(requests())
    if plain:
        request = replace(request, multipliers=Multipliers())
        return World(request, situation_of(request), EngineState())
    situation = situation_of(request)
    seen, total = situation.snapshot, request.portfolio.value
    if draw(st.booleans()):
        seen = replace(seen, books=tuple(draw(ladders(quote, total)) for quote in seen.quotes))
    if draw(st.integers(0, 4)) == 0:
        status = draw(st.sampled_from(list(MarketStatus)))
        seen = replace(seen, rules=(replace(seen.rules[0], status=status), *seen.rules[1:]))
    policy = situation.policy
    if draw(st.integers(0, 4)) == 0:
        share = draw(decimals("0.05", "1"))
        policy = replace(policy, trading_capital=Money(max(total * share, ONE)))
    state = EngineState(
        new_money=draw(st.sampled_from([None, Money(total / 20), Money(total), Money(-total)])),
        stress=StressState(draw(st.sampled_from([Stress.NORMAL, Stress.NORMAL, Stress.GUARDED]))),
    )
    return World(request, Situation(policy, seen), state)


@st.composite
def ladders(draw: st.DrawFn, quote: Quote, total: Decimal) -> Book:
    """Draw a book around ``quote``: up to five levels a side, each a few basis points further."""
    gap = Decimal(draw(st.integers(0, 8))) / 10_000
    size = Quantity(total * draw(decimals("0.01", "1")) / quote.mid)
    bids = [Level(Price(quote.bid * (1 - gap * step)), size) for step in range(5)]
    asks = [Level(Price(quote.ask * (1 + gap * step)), size) for step in range(5)]
    return Book(quote.asset, tuple(bids), tuple(asks), quote.observed_at)


@exact
def situation_of(request: PlanRequest) -> Situation:
    """Return an account and rules that ``decide()`` must plan as the calculator does.

    Every second cold coin is staked, the rest is kept elsewhere; one breach suffices.
    """
    portfolio, cash = request.portfolio, request.portfolio.cash
    rows = portfolio.holdings
    halves = {row.asset: (row.cold / 2).quantize(Decimal("1e-8")) for row in rows}
    policy = Policy(
        quote=cash.asset,
        targets=(*((row.asset, row.target) for row in rows), (cash.asset, cash.target)),
        reserve=cash.reserve,
        cold=tuple((row.asset, Quantity(row.cold - halves[row.asset])) for row in rows),
        bands=BandRules(
            custom=request.profile, delta=Weight(request.delta), confirm=1, adapt_to_size=False
        ),
        orders=request.rules,
        stress=StressRules(families=()),
    )
    seen = Snapshot(
        as_of=MORNING,
        occasion=Occasion.DAILY,
        quote=cash.asset,
        balances=(
            Balance(cash.asset, Quantity(cash.amount)),
            *(Balance(row.asset, row.hot, staked=Quantity(halves[row.asset])) for row in rows),
        ),
        quotes=tuple(_quote_of(row) for row in rows),
        rules=tuple(_rules_of(row, request.mode) for row in rows),
        books=tuple(_deep_book_of(row) for row in rows),
        fee_token_value=portfolio.fee_token_value,
    )
    return Situation(policy, seen)


def _quote_of(row: Holding) -> Quote:
    bid, ask = Price(row.price * (1 - row.slip)), Price(row.price * (1 + row.slip))
    return Quote(row.asset, bid, ask, MORNING, "made")


def _deep_book_of(row: Holding) -> Book:
    quote = _quote_of(row)
    bids, asks = (Level(quote.bid, DEPTH),), (Level(quote.ask, DEPTH),)
    return Book(row.asset, bids, asks, MORNING)


def _rules_of(row: Holding, mode: FeeMode) -> MarketRules:
    return MarketRules(
        row.asset,
        price_tick=Price(Decimal("1e-8")),
        quantity_step=row.step,
        min_quantity=row.min_quantity,
        min_notional=row.min_notional,
        taker_fee=row.fee,
        fee_mode=mode,
    )


# Any value of the domain, for the codec: wild, but typed.

amounts = st.decimals(0, 10**15, allow_nan=False, allow_infinity=False, places=9)
instants = st.datetimes(
    min_value=MORNING.replace(tzinfo=None) - timedelta(days=5000),
    max_value=MORNING.replace(tzinfo=None) + timedelta(days=5000),
    timezones=st.just(UTC),
)
days = instants.map(datetime.date)
spans = st.timedeltas(timedelta(days=-40), timedelta(days=40))
words = st.text(max_size=12).map(lambda text: normalize("NFC", text))

labels = st.sampled_from(list(Regime))
regimes = st.builds(
    RegimeState,
    published=labels,
    published_since=st.none() | days,
    label=labels,
    age=st.integers(0, 99),
    wanted=st.lists(labels, max_size=2).map(tuple),
    source=words,
)
votes = st.builds(
    Vote,
    family=st.sampled_from(list(Family)),
    points=st.none() | st.integers(0, 3),
    silence=st.none() | st.sampled_from(list(Silence)),
    measured=st.none() | amounts,
)
stresses = st.builds(
    StressState,
    phase=st.sampled_from(list(Stress)),
    since=st.none() | days,
    calm=st.integers(0, 9),
    votes=st.lists(votes, max_size=3).map(tuple),
)
tilts = st.builds(
    TiltState,
    tilts=st.lists(
        st.builds(
            Tilt,
            name=st.sampled_from(list(TiltName)),
            subject=words,
            since=days,
            shifts=st.just(()),
            wanted=st.just(()),
        ),
        max_size=2,
    ).map(tuple),
    froths=st.lists(
        st.builds(Froth, asset=st.sampled_from([Asset("BTC"), Asset("ETH")]), is_on=st.booleans()),
        max_size=2,
    ).map(tuple),
    is_frozen=st.booleans(),
)


@st.composite
def states(draw: st.DrawFn) -> EngineState:
    """Draw any memory the engine can have."""
    symbols = st.sampled_from(SYMBOLS)
    streak = st.builds(Streak, symbols, st.sampled_from(list(Side)), st.integers(1, 9), days)
    turnover = st.builds(Turnover, instants, decimals("0", "1").map(Weight))
    return EngineState(
        size_profile=draw(st.sampled_from(list(ProfileName))),
        streaks=tuple(draw(st.lists(streak, max_size=3))),
        proposed_on=tuple(sorted(draw(st.lists(days, max_size=3)))),
        open_proposal=draw(words),
        executed_at=draw(st.none() | instants),
        turnovers=tuple(draw(st.lists(turnover, max_size=2))),
        new_money=draw(st.none() | amounts.map(Money)),
        size_reminded_at=draw(st.none() | instants),
        halt=draw(st.none() | st.builds(Halt, instants, words)),
        pause=draw(st.none() | st.builds(ManualPause, instants, words)),
        override=draw(st.none() | st.builds(StressOverride, instants, words, words)),
        regime=draw(regimes),
        stress=draw(stresses),
        tilt=draw(tilts),
    )


@st.composite
def policies(draw: st.DrawFn) -> Policy:
    """Draw any valid policy."""
    count = draw(st.integers(2, 6))
    names: Sequence[Asset] = (*SYMBOLS[: count - 1], USD)
    targets = tuple(zip(names, draw(shares(count)), strict=True))
    floor, cap = sorted([draw(decimals("0.01", "1")), draw(decimals("0.01", "1"))])
    custom = Profile(Weight(cap), Weight(draw(decimals("0", "2"))), Weight(floor))
    some = st.lists(st.sampled_from(names), unique=True, max_size=3)
    return Policy(
        quote=USD,
        targets=targets,
        reserve=Money(draw(amounts)),
        cold=tuple((name, Quantity(draw(amounts))) for name in draw(some)),
        excluded=tuple((name, Quantity(draw(amounts))) for name in draw(some)),
        trading_capital=draw(st.none() | amounts.map(lambda found: Money(found + 1))),
        bands=BandRules(
            profile=draw(st.sampled_from(list(ProfileName))),
            custom=draw(st.none() | st.just(custom)),
            mode=draw(st.sampled_from(list(BandMode))),
            delta=Weight(draw(decimals("0", "1"))),
            confirm=draw(st.integers(1, 5)),
            adapt_to_size=draw(st.booleans()),
        ),
        cadence=CadenceRules(after_execution=draw(spans)),
        stress=StressRules(families=tuple(draw(st.lists(st.sampled_from(list(Family)))))),
        approval=ApprovalRules(
            time_to_live=draw(st.timedeltas(timedelta(minutes=15), timedelta(hours=24)))
        ),
    )
