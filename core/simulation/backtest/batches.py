"""A course in batches of days -> each day's features and correlations before it is decided on.

Worked out day by day they would be half of a backtest's time. ``decide()`` finds each day's figures
under the digests of the very bars that its snapshot holds, see ``core.signals.prepared``.
"""

from core.domain.market import BarSeries
from core.domain.policy import Policy
from core.domain.regime import Indicators
from core.domain.stress import Family
from core.domain.watching import WINDOW
from core.signals.correlation import Pair, correlations
from core.signals.indicators import indicators
from core.signals.prepared import FEATURES, PAIRS
from core.simulation.backtest.course import Course
from core.simulation.bar_table import instant

_DAYS = 256


class Batches:
    """Prepares the days of one run, a batch ahead of the decisions."""

    def __init__(self, course: Course, policy: Policy) -> None:
        """Work out nothing yet."""
        self._course = course
        self._policy = policy
        self._features: dict[int, Indicators] = {}
        self._pairs: dict[int, Pair] = {}
        self._end = 0

    def prepare(self, bar: int, bars: tuple[BarSeries, ...]) -> None:
        """Leave what belongs to a day's bars where ``decide()`` looks for it."""
        if bar >= self._end:
            self._work_out(bar)
        rules, stress = self._policy.regime, self._policy.stress
        own = next((row for row in bars if row.asset == rules.asset), None)
        if own is not None and bar in self._features:
            FEATURES.put((own.digest, rules), self._features[bar])
        if bar in self._pairs:
            coins = tuple(row.digest for row in bars if row.asset in stress.correlated)
            day = instant(int(self._course.matrix.starts[bar]))
            PAIRS.put((coins, day, stress), self._pairs[bar])

    def _work_out(self, first: int) -> None:
        self._end = min(first + _DAYS, len(self._course))
        count = self._end - first
        day = int(self._course.matrix.starts[self._end - 1])
        rules, stress = self._policy.regime, self._policy.stress
        history = self._course.bars_until(day, WINDOW - 1 + count)
        own = next((row for row in history if row.asset == rules.asset), None)
        days = 0 if own is None else min(count, len(own.closes) - WINDOW + 1)
        if own is not None and days > 0:
            features = indicators(own, days, rules)
            self._features = dict(enumerate(features, start=self._end - days))
        if stress.watches(Family.CORRELATION) and days > 0:
            pairs = correlations(history, days, stress, until=instant(day))
            self._pairs = dict(enumerate(pairs, start=self._end - days))
