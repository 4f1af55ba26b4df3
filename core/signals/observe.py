"""A snapshot -> the memory after every day that has closed since, and after what today shows.

Regime, pause and tilts are folded one closed day at a time; live, replay and backtest run the same
fold. What a day showed is remembered, so nothing is ever decided twice.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal

from core.domain.market import BarSeries
from core.domain.policy import Policy, ProfileName
from core.domain.readings import ReadingKind, ReadingSeries
from core.domain.regime import Indicators, RegimeState
from core.domain.snapshot import Snapshot
from core.domain.state import EngineState
from core.domain.stress import Family, StressState, Vote
from core.domain.tilt import Froth, TiltState
from core.domain.units import ZERO, Asset, Weight
from core.domain.watching import WINDOW
from core.signals.correlation import correlation_vote, correlations
from core.signals.froth import step_froth
from core.signals.indicators import indicators
from core.signals.onchain import nudge_of
from core.signals.peg import peg_vote
from core.signals.regime import is_continuation, step_regime
from core.signals.stress import step_stress, with_intraday_votes, with_shock
from core.signals.tilt import fit_tilt, step_tilt
from core.signals.votes import flow_vote, price_vote, sentiment_vote, shock_of, venue_vote

A_YEAR = timedelta(days=365)


def observe(snapshot: Snapshot, policy: Policy, state: EngineState) -> EngineState:
    """Return the memory with regime, pause and tilts as of this snapshot.

    Too little history leaves the regime unknown and the pause as it was.
    """
    bars = snapshot.bars_of(policy.regime.asset)
    if bars is not None and len(bars.closes) >= WINDOW:
        state = _closed_days(snapshot, policy, state, bars)
    tilt = fit_tilt(state.tilt, policy) if state.tilt.tilts else state.tilt
    return replace(state, stress=observe_now(snapshot, policy, state), tilt=tilt)


def observe_now(snapshot: Snapshot, policy: Policy, state: EngineState) -> StressState:
    """Return the pause after what can be seen between two daily evaluations: a fall, peg, venue."""
    stress, rules, day = state.stress, policy.stress, state.stress.day
    if day is None or not rules.families:
        return stress
    quote = snapshot.quote_of(policy.regime.asset)
    series = _one(snapshot, ReadingKind.DAY_AGO, policy.regime.asset)
    if rules.watches(Family.PRICE) and quote is not None and series is not None:
        before = series.readings[-1].value if series.readings else ZERO
        shock = shock_of(quote.mid, before, day, rules) if before > ZERO else None
        if shock is not None:
            stress = with_shock(stress, shock, stress.votes, rules)
    votes = tuple(_instant_votes(snapshot, policy))
    return with_intraday_votes(stress, day, votes, rules) if votes else stress


def _closed_days(
    snapshot: Snapshot, policy: Policy, state: EngineState, bars: BarSeries
) -> EngineState:
    """Fold every closed day that the memory has not seen."""
    newest = bars.opened_at.date()
    known = len(bars.closes) - WINDOW + 1
    count = min(known, max(_unseen(newest, one) for one in _last_days(policy, state, bars)))
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
        tilt_day = state.tilt.day or newest - timedelta(days=1)
        if indicator.day > tilt_day:
            state = replace(state, tilt=_tilt(snapshot, policy, state, day=indicator.day))
    return state


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
    """Return one source's series, one that was known at the time first; sources are never mixed."""
    found = snapshot.readings_of(kind, Asset(asset))
    return min(found, key=lambda row: (not row.is_point_in_time, row.source), default=None)
