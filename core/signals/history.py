"""Years of daily bars -> one label a day: what the bot would have called each day, from cold.

The same steps as live: features of a day from its last 400 bars, then the memory, one day on. The
batch computes the features of all days at once, the streaming fold those of each day from its own
window; both must say the same.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta
from decimal import Decimal

from core.codec import bar_series, reading_series
from core.domain.decision import ReasonCode
from core.domain.errors import InputInvalid
from core.domain.market import BarSeries
from core.domain.readings import ReadingSeries
from core.domain.regime import Indicators, Regime, RegimeState
from core.domain.stress import Family, Stress, StressState, Vote
from core.domain.units import Asset
from core.domain.watching import WARM_UP, WINDOW, RegimeRules, StressRules
from core.signals.correlation import Pair, correlation_vote, correlations
from core.signals.indicators import indicators
from core.signals.regime import step_regime
from core.signals.stress import step_stress
from core.signals.votes import price_vote, sentiment_vote

_A_DAY = timedelta(days=1)
_READINGS_KEPT = 10
_UNKNOWN: Pair = (None, None)
_SILENT = {
    Family.PRICE: ReasonCode.PRICE_UNKNOWN,
    Family.SENTIMENT: ReasonCode.SENTIMENT_UNKNOWN,
    Family.CORRELATION: ReasonCode.CORRELATION_UNKNOWN,
}


@dataclass(frozen=True, slots=True)
class DayLabel:
    """What one closed day was called, and on what grounds; every figure has 6 decimals.

    Attributes:
        day: the UTC day.
        regime: the published label.
        score: T, of -1 to 1.
        slope, er, adx, vp: its parts as they enter T, unweighted; None without their input.
        rank, ratio: of the ten-day volatility.
        z1: the day's move in units of the volatility before it.
        pause: NORMAL, PAUSED or GUARDED.
        points: by family that is switched on; None = unknown.
        codes: what else a reader should know of this day.
    """

    day: date
    regime: Regime
    score: Decimal
    slope: Decimal
    er: Decimal
    adx: Decimal | None
    vp: Decimal | None
    rank: Decimal
    ratio: Decimal
    z1: Decimal
    pause: Stress
    points: tuple[tuple[Family, int | None], ...]
    codes: tuple[ReasonCode, ...]


@dataclass(frozen=True, slots=True)
class _Watch:
    """What stays the same from day to day."""

    source: str
    regime: RegimeRules
    stress: StressRules


@dataclass(frozen=True, slots=True)
class _Day:
    """What one day shows."""

    features: Indicators
    pair: Pair
    fear_greed: ReadingSeries | None


def label_days(
    bars: Sequence[BarSeries],
    *,
    asset: Asset,
    fear_greed: ReadingSeries | None,
    regime: RegimeRules,
    stress: StressRules,
) -> tuple[DayLabel, ...]:
    """Label every day from the 400th bar on, all features computed at once.

    Args:
        bars: daily bars by coin; those of ``stress.correlated`` take part in the correlation.
        asset: the coin whose bars drive regime, price shocks and dates.
        fear_greed: the index; None = not known on any day.
        regime: the rules of the regime.
        stress: the rules of the pause; only price, sentiment and correlation can be watched here.

    Raises:
        InputInvalid: fewer than 400 closes, or no bars of ``asset``.

    Source: METHODS 2, 3 and 9a.
    """
    own = _driving(bars, asset)
    count = len(own.closes) - WINDOW + 1
    features = indicators(own, count, regime)
    pairs: Sequence[Pair] = (_UNKNOWN,) * count
    if stress.watches(Family.CORRELATION):
        pairs = correlations(bars, count, stress, until=own.opened_at)
    days = (_Day(one, pair, fear_greed) for one, pair in zip(features, pairs, strict=True))
    return tuple(_fold(days, _Watch(own.source, regime, stress)))


def label_days_streaming(
    bars: Sequence[BarSeries],
    *,
    asset: Asset,
    fear_greed: ReadingSeries | None,
    regime: RegimeRules,
    stress: StressRules,
) -> tuple[DayLabel, ...]:
    """Label the same days as ``label_days``, each from nothing but what was known when it closed.

    Arguments and errors are those of ``label_days``.
    """
    own = _driving(bars, asset)
    days = _days_as_lived(bars, own, fear_greed, regime=regime, stress=stress)
    return tuple(_fold(days, _Watch(own.source, regime, stress)))


def first_difference(one: Sequence[DayLabel], other: Sequence[DayLabel]) -> str | None:
    """Return the first day and field in which two histories differ, in words; None if none."""
    for left, right in zip(one, other, strict=False):
        for field in fields(DayLabel):
            a, b = getattr(left, field.name), getattr(right, field.name)
            if a != b:
                return f"{left.day} differs in {field.name}: {a} in one batch, {b} day by day"
    if len(one) != len(other):
        return f"there are {len(one)} days in one batch and {len(other)} day by day"
    return None


def _driving(bars: Sequence[BarSeries], asset: Asset) -> BarSeries:
    own = next((row for row in bars if row.asset == asset), None)
    closes = 0 if own is None else len(own.closes)
    if own is None or closes < WINDOW:
        raise InputInvalid(
            f"there are {closes} daily closes of {asset}; at least {WINDOW} are needed, so add "
            f"{WINDOW - closes} or more earlier days",
            code="SHORT_HISTORY",
        )
    return own


def _days_as_lived(
    bars: Sequence[BarSeries],
    own: BarSeries,
    fear_greed: ReadingSeries | None,
    *,
    regime: RegimeRules,
    stress: StressRules,
) -> Iterator[_Day]:
    for back in range(len(own.closes) - WINDOW, -1, -1):
        newest = own.opened_at - back * _A_DAY
        (features,) = indicators(_window(own, newest), 1, regime)
        pair = _UNKNOWN
        if stress.watches(Family.CORRELATION):
            coins = [row for row in bars if row.asset in stress.correlated]
            windows = [_window(row, newest) for row in coins]
            known = [row for row in windows if row.closes]
            pair = correlations(known, 1, stress, until=newest)[0]
        yield _Day(features, pair, _readings_until(fear_greed, newest + _A_DAY))


def _window(bars: BarSeries, newest: datetime) -> BarSeries:
    """Return the last 400 bars that had closed when the day ``newest`` had."""
    surplus = max((bars.opened_at - newest).days, 0)
    end = max(len(bars.closes) - surplus, 0)
    held = slice(max(end - WINDOW, 0), end)
    return bar_series(
        bars.asset,
        bars.source,
        bars.opened_at - surplus * _A_DAY,
        opens=bars.opens[held],
        highs=bars.highs[held],
        lows=bars.lows[held],
        closes=bars.closes[held],
        volumes=bars.volumes[held],
    )


def _readings_until(series: ReadingSeries | None, known_at: datetime) -> ReadingSeries | None:
    if series is None:
        return None
    known = [row for row in series.readings if row.known_at <= known_at][-_READINGS_KEPT:]
    return reading_series(
        series.kind, series.asset, series.source, known, is_point_in_time=series.is_point_in_time
    )


def _fold(days: Iterable[_Day], watch: _Watch) -> Iterator[DayLabel]:
    regime, stress = RegimeState(), StressState()
    for day in days:
        regime = step_regime(regime, day.features, watch.regime, source=watch.source)
        votes = tuple(_votes(day, watch.stress))
        if votes:
            is_known = not day.features.is_missing
            stress = step_stress(stress, day.features.day, votes, watch.stress, has_data=is_known)
        yield _label(day.features, regime, stress, watch.stress)


def _votes(day: _Day, rules: StressRules) -> Iterator[Vote]:
    if rules.watches(Family.PRICE):
        yield price_vote(day.features, rules)
    if rules.watches(Family.SENTIMENT):
        yield sentiment_vote(day.features.day, day.fear_greed, rules)
    if rules.watches(Family.CORRELATION):
        yield correlation_vote(day.pair, rules)


def _label(
    features: Indicators, regime: RegimeState, stress: StressState, rules: StressRules
) -> DayLabel:
    score = regime.score
    assert score is not None  # noqa: S101  # every step sets it
    return DayLabel(
        day=features.day,
        regime=regime.published,
        score=score.total,
        slope=score.slope,
        er=score.er,
        adx=score.adx,
        vp=score.vp,
        rank=features.rank,
        ratio=features.ratio,
        z1=features.z1,
        pause=stress.phase,
        points=tuple((vote.family, vote.points) for vote in stress.votes),
        codes=tuple(_codes(features, regime, stress, rules)),
    )


def _codes(
    features: Indicators, regime: RegimeState, stress: StressState, rules: StressRules
) -> Iterator[ReasonCode]:
    if regime.folded <= WARM_UP:
        yield ReasonCode.WARMUP
    if features.is_missing:
        yield ReasonCode.MISSING_DAY
    if features.vp is None:
        yield ReasonCode.NO_VOLUME
    if features.adx is None:
        yield ReasonCode.NO_RANGE
    yield from (_SILENT[vote.family] for vote in stress.votes if vote.points is None)
    yield from _phase_codes(features.day, stress, rules)


def _phase_codes(day: date, stress: StressState, rules: StressRules) -> Iterator[ReasonCode]:
    if stress.phase is Stress.PAUSED:
        yield ReasonCode.PAUSED_STRESS
    elif stress.phase is Stress.GUARDED:
        yield ReasonCode.GUARDED
    elif _is_cooling_down(day, stress, rules):
        yield ReasonCode.COOLING_DOWN


def _is_cooling_down(day: date, stress: StressState, rules: StressRules) -> bool:
    if stress.exited_on is None:
        return False
    return 1 <= (day - stress.exited_on).days <= rules.cooldown_days
