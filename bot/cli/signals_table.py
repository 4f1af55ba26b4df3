"""Labelled days -> a table of what changed, and why."""

from collections.abc import Iterator, Sequence
from itertools import pairwise

from core.domain.decision import ReasonCode
from core.domain.regime import Regime
from core.domain.stress import Family, Stress
from core.domain.watching import RegimeRules, StressRules
from core.signals.history import DayLabel

DOUBT = 2
"""Points of the price from which on an unknown family counts one. Source: METHODS 3.4."""


def change_lines(
    rows: Sequence[DayLabel], rules: RegimeRules, stress: StressRules
) -> Iterator[str]:
    """Yield one line for every day on which the regime or the pause changed."""
    yield f"{'date':12}{'from':11}{'to':11}{'score':>6}  why"
    changes = list(_changes(rows, rules, stress))
    yield from changes or ["nothing changed"]


def _changes(rows: Sequence[DayLabel], rules: RegimeRules, stress: StressRules) -> Iterator[str]:
    for before, now in pairwise(rows):
        if now.regime is not before.regime:
            why = _why_regime(before, now, rules)
            yield f"{now.day!s:12}{before.regime:11}{now.regime:11}{now.score:+6.2f}  {why}"
        if now.pause is not before.pause:
            why = _why_pause(before, now, stress)
            yield f"{now.day!s:12}{before.pause:11}{now.pause:11}{now.score:+6.2f}  {why}"


def _why_regime(before: DayLabel, now: DayLabel, rules: RegimeRules) -> str:
    if now.regime is Regime.TURBULENT:
        return _why_turbulent(now, rules)
    if now.regime is Regime.UNKNOWN:
        return f"no bars for more than {rules.max_missing} days"
    if before.regime is Regime.UNKNOWN:
        warmed_up = ReasonCode.WARMUP in before.codes
        return "the warm-up is over" if warmed_up else "the bars are back"
    if before.regime is Regime.TURBULENT:
        return "calm again"
    days = f"on {rules.confirm} days"
    match now.regime:
        case Regime.UP:
            return f"score at or above {rules.enter:+.2f} {days}"
        case Regime.DOWN:
            return f"score at or below {-rules.enter:+.2f} {days}"
        case _ if before.regime is Regime.UP:
            return f"score below {rules.leave:+.2f} {days}"
        case _:
            return f"score above {-rules.leave:+.2f} {days}"


def _why_turbulent(now: DayLabel, rules: RegimeRules) -> str:
    if abs(now.z1) >= rules.shock_sigma:
        return f"a move of {now.z1:+.1f} usual days"
    if now.rank >= rules.rank_on and now.ratio >= rules.ratio_on:
        return f"ten-day swings {now.ratio:.1f} times the year's, rank {now.rank:.2f}"
    # The label was entered during the warm-up, or while it was not published.
    return "swings had been large before"


def _why_pause(before: DayLabel, now: DayLabel, rules: StressRules) -> str:
    match before.pause, now.pause:
        case Stress.GUARDED, Stress.PAUSED:
            return f"a new price shock: {_points(now)}"
        case _, Stress.PAUSED:
            return _points(now)
        case Stress.PAUSED, Stress.GUARDED:
            return f"{rules.max_days} days are over"
        case Stress.PAUSED, _:
            return f"{rules.calm_days} calm days"
        case _:
            return f"{rules.guarded_days} guarded days are over"


def _points(row: DayLabel) -> str:
    price = dict(row.points).get(Family.PRICE) or 0
    words = [f"{family} {points}" for family, points in row.points if points]
    if price >= DOUBT:
        words += [f"{family} unknown 1" for family, points in row.points if points is None]
    return " + ".join(words)
