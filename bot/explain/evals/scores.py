"""The results of a run -> its figures, each beside its gate. Source: METHODS 7.9."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from statistics import fmean, median

from bot.explain.evals.run import CaseResult, Ending, Tried
from core.domain.units import ZERO

ROOM = 3
"""Facts that a text of 110 words has room for beside those it must use, at the most."""

FULL = 9
"""So many facts fill such a text; where more are required there is no room for others."""

_NAMES = frozenset({"quote", "asset", "about"})
_NEAR = 1e-9
_ASKED = frozenset({Ending.FIRST, Ending.SECOND, Ending.TEMPLATE})


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured figure.

    Attributes:
        key: its name in JSON.
        title: its name on a page.
        value: None where there is nothing to measure.
        unit: ``share``, ``count``, ``score``, ``words``, ``seconds``, ``tokens`` or ``dollars``.
        gate: what it has to be, in words; empty where it is only reported.
        holds: whether it is; None where there is no gate or nothing to measure.
    """

    key: str
    title: str
    value: float | Decimal | None
    unit: str
    gate: str = ""
    holds: bool | None = None


@dataclass(frozen=True, slots=True)
class Scores:
    """All results of a run."""

    results: tuple[CaseResult, ...]

    @property
    def asked(self) -> tuple[CaseResult, ...]:
        """The tables that a model was asked about."""
        return tuple(result for result in self.results if result.ending in _ASKED)

    @property
    def shown(self) -> tuple[CaseResult, ...]:
        """The tables whose text would be shown."""
        return tuple(result for result in self.asked if result.verdict is not None)

    @property
    def tries(self) -> tuple[Tried, ...]:
        """All calls."""
        return tuple(tried for result in self.results for tried in result.tries)

    @property
    def refused(self) -> tuple[tuple[CaseResult, Tried], ...]:
        """The texts that were refused, with their tables."""
        return tuple(
            (result, tried)
            for result in self.results
            for tried in result.tries
            if tried.codes and tried.is_text
        )

    @property
    def holds(self) -> bool:
        """Tell whether every gate holds; without a shown text none does."""
        return bool(self.shown) and all(figure.holds is not False for figure in self.figures())

    def codes(self) -> list[tuple[str, int]]:
        """Return how many texts broke which rule, the most frequent first."""
        counts = Counter(code for _, tried in self.refused for code in tried.codes)
        return sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))

    def failures(self) -> list[tuple[str, int]]:
        """Return how many calls brought no text and why, the most frequent first."""
        counts = Counter(tried.record.failure for tried in self.tries if not tried.is_text)
        return sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))

    def figures(self) -> Iterator[Figure]:
        """Yield the figures in reading order."""
        yield from self._passes()
        yield from self._coverage()
        yield from self._truth()
        yield from self._reading()
        yield from self._spending()

    def _passes(self) -> Iterator[Figure]:
        asked = self.asked
        first = _share(asked, lambda result: result.ending is Ending.FIRST)
        shown = _share(asked, lambda result: result.verdict is not None)
        left = None if shown is None else 1 - shown
        yield _figure("first_try", "passed at once", first, "share", _at_least("80 %", 0.8))
        yield _figure("after_retry", "passed in the end", shown, "share", _at_least("95 %", 0.95))
        yield _figure("fallback", "left to the template", left, "share")

    def _coverage(self) -> Iterator[Figure]:
        required = [
            len(result.used.intersection(names)) / len(names)
            for result in self.shown
            if (names := result.case.told.required)
        ]
        optional = [share for result in self.shown if (share := _optional(result)) is not None]
        yield _figure("required", "required facts", _mean(required), "share", _at_least("100 %", 1))
        yield _figure(
            "optional",
            "other facts, of the room",
            _mean(optional),
            "share",
            _at_least("60 %", 0.6),
        )

    def _truth(self) -> Iterator[Figure]:
        shown = self.shown
        figures = sum(len(result.own_figures) for result in shown) if shown else None
        false = _share(shown, lambda result: bool(result.false_claims))
        yield _figure("own_figures", "figures of its own", figures, "count", _at_most("0", 0))
        yield _figure("false_claims", "false claims found", false, "share", _at_most("1 %", 0.01))

    def _reading(self) -> Iterator[Figure]:
        texts = [result.readability for result in self.shown]
        ease = _mean([text.ease for text in texts])
        grade = _mean([text.grade for text in texts])
        longest = max((text.words for text in texts), default=None)
        words = _mean([float(text.words) for text in texts])
        yield _figure("ease", "reading ease", ease, "score", _between(55, 80))
        yield _figure("grade", "school grade", grade, "score", _at_most("9", 9))
        yield _figure("longest", "longest text", longest, "words", _at_most("110", 110))
        yield _figure("words", "usual text", words, "words")

    def _spending(self) -> Iterator[Figure]:
        times = [tried.record.seconds for tried in self.tries if tried.record.seconds]
        costs = [tried.record.cost for tried in self.tries if tried.record.cost is not None]
        tokens_in = sum(tried.record.tokens_in for tried in self.tries) or None
        tokens_out = sum(tried.record.tokens_out for tried in self.tries) or None
        cost = sum(costs, ZERO) if costs else None
        yield _figure(
            "median_seconds", "time of a call", median(times) if times else None, "seconds"
        )
        yield _figure("worst_seconds", "slowest call", max(times, default=None), "seconds")
        yield _figure("tokens_in", "tokens read", tokens_in, "tokens")
        yield _figure("tokens_out", "tokens written", tokens_out, "tokens")
        yield _figure("cost", "cost", cost, "dollars")


Gate = tuple[str, Callable[[float], bool]]


def _figure(
    key: str, title: str, value: float | Decimal | None, unit: str, gate: Gate | None = None
) -> Figure:
    if gate is None:
        return Figure(key, title, value, unit)
    words, test = gate
    return Figure(key, title, value, unit, words, None if value is None else test(float(value)))


def _optional(result: CaseResult) -> float | None:
    """Return how much of the room for other facts a text uses; None where there are none.

    Of up to 30 facts a text of 110 words cannot tell three in five; it can tell about three more
    than it must, as long as those are few.
    """
    told = result.case.told
    others = {f.fact_id for f in told.facts if f.kind not in _NAMES} - set(told.required)
    room = min(ROOM, len(others), max(0, FULL - len(told.required)))
    return min(1.0, len(result.used & others) / room) if room else None


def _share(results: Sequence[CaseResult], test: Callable[[CaseResult], bool]) -> float | None:
    return sum(map(test, results)) / len(results) if results else None


def _mean(values: Sequence[float]) -> float | None:
    return fmean(values) if values else None


def _at_least(words: str, least: float) -> Gate:
    return f"at least {words}", lambda value: value >= least - _NEAR


def _at_most(words: str, most: float) -> Gate:
    return f"at most {words}", lambda value: value <= most + _NEAR


def _between(least: float, most: float) -> Gate:
    return f"{least:g} to {most:g}", lambda value: least <= value <= most
