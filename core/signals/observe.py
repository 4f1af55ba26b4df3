"""A snapshot -> the memory after every day that has closed since, and after what today shows.

Regime, pause and tilts are folded one closed day at a time; live, replay and backtest run the same
fold. What a day showed is remembered, so nothing is ever decided twice.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import takewhile

from core.domain.market import BarSeries
from core.domain.policy import Policy, ProfileName
from core.domain.readings import ReadingKind, ReadingSeries
from core.domain.regime import Indicators, Regime, RegimeState
from core.domain.snapshot import Snapshot
from core.domain.state import EngineState
from core.domain.stress import Family, Shock, Stress, StressState, Vote
from core.domain.tilt import Froth, TiltState
from core.domain.units import ZERO, Asset, Weight
from core.domain.watching import WINDOW
from core.signals.correlation import correlation_vote, correlations
from core.signals.froth import step_froth
from core.signals.indicators import indicators
from core.signals.known import all_prices, as_known
from core.signals.onchain import nudge_of
from core.signals.peg import peg_vote
from core.signals.regime import is_continuation, step_regime
from core.signals.stress import step_stress, with_intraday_votes, with_shock
from core.signals.tilt import fit_tilt, step_tilt
from core.signals.votes import flow_vote, price_vote, sentiment_vote, shock_of, venue_vote

A_DAY, A_YEAR = timedelta(days=1), timedelta(days=365)

_ABOUT_A_DAY_AGO = timedelta(hours=2)  # a venue tells it by whole hours, and not every moment


def observe(snapshot: Snapshot, policy: Policy, state: EngineState) -> EngineState:
    """Return the memory with regime, pause and tilts as of this snapshot.

    Too little history leaves the regime unknown and the pause as it was. A pause that begins is not
    lifted by an override that was given for one before it.
    """
    snapshot, was = as_known(snapshot), state.stress
    bars = snapshot.bars_of(policy.regime.asset)
    if bars is not None and bars.opened_at + A_DAY <= snapshot.as_of:
        state = _closed_days(snapshot, policy, state, bars)
    state = _without_bars(policy, state, snapshot.as_of.date() - A_DAY)
    tilt = fit_tilt(state.tilt, policy) if state.tilt.tilts else state.tilt
    stress = observe_now(snapshot, policy, state)
    is_same = was.phase is Stress.PAUSED and was.since == stress.since
    is_new = stress.phase is Stress.PAUSED and not is_same and was.day is not None
    override = None if is_new else state.override
    return replace(state, stress=stress, tilt=tilt, override=override)


def observe_now(snapshot: Snapshot, policy: Policy, state: EngineState) -> StressState:
    """Return the pause after what can be seen between two daily evaluations: a fall, peg, venue."""
    stress, rules, day = state.stress, policy.stress, state.stress.day
    if day is None:
        return stress
    if not rules.families:
        return StressState()  # nobody watches for a pause any more, so none goes on
    snapshot = as_known(snapshot)
    shock = _shock(snapshot, policy, day) if rules.watches(Family.PRICE) else None
    if shock is not None:
        stress = with_shock(stress, shock, stress.votes, rules)
    votes = tuple(_instant_votes(snapshot, policy))
    return with_intraday_votes(stress, day, votes, rules) if votes else stress


def _shock(snapshot: Snapshot, policy: Policy, day: date) -> Shock | None:
    """Return the fall of the last 24 hours, if prices of now and of then are there to tell it."""
    now, asset = snapshot.as_of, policy.regime.asset
    quote = snapshot.quote_of(asset)
    series = _one(snapshot, ReadingKind.DAY_AGO, asset)
    if quote is None or series is None or not series.readings:
        return None
    before = series.readings[-1]
    is_fresh = abs(now - quote.observed_at) <= policy.data.traded_quote_max_age
    is_of_then = abs(now - A_DAY - before.about) <= _ABOUT_A_DAY_AGO
    if not (is_fresh and is_of_then and before.value > ZERO):
        return None
    return shock_of(quote.mid, before.value, day, policy.stress)


def _without_bars(policy: Policy, state: EngineState, due: date) -> EngineState:
    """Forget the regime, and let the tilts go, once too many days have passed without a bar.

    Only a memory that nothing watches for stress gets here: otherwise late bars are unsafe data.
    ``due`` is the newest day that has closed.

    Source: METHODS 2.5, 4.2.
    """
    last = state.regime.day
    if last is None or (due - last).days <= policy.regime.max_missing:
        return state
    regime = state.regime
    if regime.published is not Regime.UNKNOWN:
        since = last + (policy.regime.max_missing + 1) * A_DAY
        regime = replace(regime, published=Regime.UNKNOWN, published_since=since)
    tilt = state.tilt
    while tilt.tilts and tilt.day is not None and tilt.day < due:
        tilt = step_tilt(
            tilt,
            policy,
            day=tilt.day + A_DAY,
            regime=Regime.UNKNOWN,
            phase=state.stress.phase,
            froths=tilt.froths,
            is_fresh=False,
            spent=Weight(ZERO),
        )
    return replace(state, regime=regime, tilt=tilt)


def _closed_days(
    snapshot: Snapshot, policy: Policy, state: EngineState, bars: BarSeries
) -> EngineState:
    """Fold every closed day that the memory has not seen."""
    newest = bars.opened_at.date()
    unseen = max(_unseen(newest, one) for one in _last_days(policy, state, bars))
    count = 0 if unseen <= 0 else min(_sound(bars) - WINDOW + 1, unseen)
    if count <= 0:
        return state
    features = indicators(bars, count, policy.regime)
    pairs = _correlations(snapshot, policy, bars.opened_at, count)
    regime = _regime(snapshot, policy, state.regime, features=features, source=bars.source)
    for seen, indicator, pair in zip(regime, features, pairs, strict=True):
        state = replace(state, regime=seen)
        if state.stress.day is None or indicator.day > state.stress.day:
            is_newest = indicator.day == newest
            votes = _votes(snapshot, policy, indicator, pair=pair, is_newest=is_newest)
            stress = _step(state.stress, indicator, votes, policy)
            state = replace(state, stress=stress)
        tilt_day = state.tilt.day or newest - A_DAY
        if indicator.day > tilt_day:
            state = replace(state, tilt=_tilt(snapshot, policy, state, day=indicator.day))
    return state


def _sound(bars: BarSeries) -> int:
    """Return how many of the newest closes in a row are prices."""
    if all_prices(bars.closes):
        return len(bars.closes)
    closes = takewhile(lambda close: 0 < close < math.inf, reversed(bars.closes))
    return sum(1 for _ in closes)


def _last_days(policy: Policy, state: EngineState, bars: BarSeries) -> Iterator[date | None]:
    yield state.regime.day if state.regime.source == bars.source else None
    if policy.stress.families:
        yield state.stress.day


def _unseen(newest: date, last: date | None) -> int:
    return WINDOW if last is None else (newest - last).days


def _regime(
    snapshot: Snapshot,
    policy: Policy,
    state: RegimeState,
    *,
    features: Sequence[Indicators],
    source: str,
) -> list[RegimeState]:
    """Return the regime after each day; a day it has seen already leaves it as it is."""
    seen = []
    for indicator in features:
        is_known = state.day is not None and state.source == source and indicator.day <= state.day
        if not is_known:
            if not is_continuation(state, indicator, source):
                state = RegimeState()
            nudge = nudge_of(indicator.day, snapshot.readings, policy.regime)
            state = step_regime(state, indicator, policy.regime, source=source, nudge=nudge)
        seen.append(state)
    return seen


def _correlations(
    snapshot: Snapshot, policy: Policy, newest: datetime, count: int
) -> Sequence[tuple[Decimal | None, Decimal | None]]:
    """Return both correlations of each of the newest days; a coin that lags does not count."""
    watched = [bars for asset in policy.stress.correlated if (bars := snapshot.bars_of(asset))]
    if not watched or not policy.stress.watches(Family.CORRELATION):
        return ((None, None),) * count
    return correlations(watched, count, policy.stress, until=newest)


def _votes(
    snapshot: Snapshot,
    policy: Policy,
    indicator: Indicators,
    *,
    pair: tuple[Decimal | None, Decimal | None],
    is_newest: bool,
) -> tuple[Vote, ...]:
    """Return one day's votes; what only the present shows has no vote on days gone by."""
    rules, votes = policy.stress, []
    if rules.watches(Family.PRICE):
        votes.append(price_vote(indicator, rules))
    if rules.watches(Family.SENTIMENT):
        fear = _one(snapshot, ReadingKind.FEAR_GREED)
        votes.append(sentiment_vote(indicator.day, fear, rules))
    if rules.watches(Family.CORRELATION):
        votes.append(correlation_vote(pair, rules))
    if rules.watches(Family.FLOWS):
        flows = _one(snapshot, ReadingKind.NET_INFLOW, rules.flow_asset)
        votes.append(flow_vote(indicator.day, flows, rules))
    return (*votes, *_instant_votes(snapshot, policy)) if is_newest else tuple(votes)


def _instant_votes(snapshot: Snapshot, policy: Policy) -> Iterator[Vote]:
    rules = policy.stress
    if rules.watches(Family.QUOTE):
        venues = snapshot.readings_of(ReadingKind.PEG, policy.quote)
        yield peg_vote(snapshot.as_of, venues, rules)
    if rules.watches(Family.VENUE):
        yield venue_vote(snapshot.as_of, _one(snapshot, ReadingKind.VENUE), rules)


def _step(
    stress: StressState, indicator: Indicators, votes: Sequence[Vote], policy: Policy
) -> StressState:
    if not votes:
        return StressState()
    has_data = not indicator.is_missing
    return step_stress(stress, indicator.day, votes, policy.stress, has_data=has_data)


def _tilt(snapshot: Snapshot, policy: Policy, state: EngineState, *, day: date) -> TiltState:
    if not policy.tilt.is_on:
        return TiltState()
    froths = _froths(snapshot, policy, state.tilt.froths, day=day)
    # A tiny portfolio has no tilts; what is shifted goes back by and by. Source: METHODS 5.5.
    since = snapshot.as_of - A_YEAR
    spent = sum((row.tilt for row in state.turnovers if row.executed_at > since), ZERO)
    return step_tilt(
        state.tilt,
        policy,
        day=day,
        regime=state.regime.published,
        phase=state.stress.phase,
        froths=froths,
        is_fresh=state.regime.missing == 0 and state.size_profile is not ProfileName.TINY,
        spent=Weight(spent),
    )


def _froths(
    snapshot: Snapshot, policy: Policy, before: Sequence[Froth], *, day: date
) -> tuple[Froth, ...]:
    """Return the funding switch of every target coin that any feed tells funding of."""
    known = {froth.asset: froth for froth in before}
    watched = sorted({row.asset for row in snapshot.readings if row.kind is ReadingKind.FUNDING})
    watched = sorted(set(watched) | known.keys())
    return tuple(
        step_froth(
            known.get(asset, Froth(asset)),
            day,
            _one(snapshot, ReadingKind.FUNDING, asset),
            snapshot.bars_of(asset),
            policy.tilt,
        )
        for asset in watched
        if policy.target_of(asset) > ZERO
    )


def _one(snapshot: Snapshot, kind: ReadingKind, asset: str = "") -> ReadingSeries | None:
    """Return one source's series; sources are never mixed.

    One that was known at the time comes first, then the one that has told the latest day, by name.
    """
    found = snapshot.readings_of(kind, Asset(asset))
    return min(found, key=_order, default=None)


def _order(series: ReadingSeries) -> tuple[bool, int, str]:
    newest = series.readings[-1].about.date().toordinal() if series.readings else 0
    return not series.is_point_in_time, -newest, series.source
