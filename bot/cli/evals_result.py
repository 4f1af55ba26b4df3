"""What the checks made of a case, and of a whole file of them."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from bot.cli.evals_cases import Case, Outcome
from bot.explain.checking.check import check
from bot.explain.checking.codes import Code
from bot.explain.checking.verdict import Verdict
from bot.explain.substitution import fill

_SHOWN = {Outcome.REJECT: 0, Outcome.DROP: 1, Outcome.ACCEPT: 2}


@dataclass(frozen=True, slots=True)
class Result:
    """One text, checked.

    Attributes:
        case: the text and what was expected of it.
        verdict: what the checks said.
        rendered: what a person would read, line by line; empty when nothing of it may be shown.
    """

    case: Case
    verdict: Verdict
    rendered: tuple[str, ...]

    @property
    def outcome(self) -> Outcome:
        """What became of the text."""
        if not self.verdict.accepted:
            return Outcome.REJECT
        return Outcome.DROP if self.verdict.dropped else Outcome.ACCEPT

    @property
    def is_false_accept(self) -> bool:
        """Tell whether more was shown than expected."""
        expect = self.case.expect
        return expect is not None and _SHOWN[self.outcome] > _SHOWN[expect]

    @property
    def is_false_reject(self) -> bool:
        """Tell whether less was shown than expected."""
        expect = self.case.expect
        return expect is not None and _SHOWN[self.outcome] < _SHOWN[expect]

    @property
    def is_stopped(self) -> bool:
        """Tell whether a text that names a rule showed no more than it was expected to.

        Without an expectation, that is nothing at all.
        """
        return _SHOWN[self.outcome] <= _SHOWN[self.case.expect or Outcome.REJECT]

    @property
    def is_stopped_by_its_rule(self) -> bool:
        """Tell whether the rule it names is among those that stopped it."""
        by = self.case.code
        is_named = by in self.verdict.codes or (by == Code.GROUNDED and self.verdict.dropped)
        return self.is_stopped and bool(is_named)

    def document(self) -> dict[str, object]:
        """Return the result as JSON."""
        document: dict[str, object] = {
            "id": self.case.case_id,
            "accepted": self.verdict.accepted,
            "dropped": list(self.verdict.dropped),
            "codes": list(self.verdict.codes),
        }
        if self.verdict.accepted:
            document["rendered"] = "\n".join(self.rendered)
        return document


@dataclass(frozen=True, slots=True)
class RuleScore:
    """How one rule did: how many texts named it, were stopped, and were stopped by it."""

    code: str
    named: int
    stopped: int
    by_it: int


@dataclass(frozen=True, slots=True)
class Summary:
    """All results of a file, in its order."""

    results: tuple[Result, ...]

    @property
    def outcomes(self) -> Mapping[Outcome, int]:
        """How many texts came to which end."""
        return Counter(result.outcome for result in self.results)

    @property
    def expected(self) -> int:
        """How many texts came with an expectation."""
        return sum(result.case.expect is not None for result in self.results)

    @property
    def false_accepts(self) -> tuple[Result, ...]:
        """The texts of which more was shown than expected."""
        return tuple(result for result in self.results if result.is_false_accept)

    @property
    def false_rejects(self) -> tuple[Result, ...]:
        """The texts of which less was shown than expected."""
        return tuple(result for result in self.results if result.is_false_reject)

    def scores(self) -> Iterator[RuleScore]:
        """Yield how every rule did that some text names, in the rules' order."""
        order = {code.value: place for place, code in enumerate(Code)}
        names = {result.case.code for result in self.results if result.case.code}
        for name in sorted(names, key=lambda name: (order.get(name, len(order)), name)):
            about = [result for result in self.results if result.case.code == name]
            yield RuleScore(
                name,
                len(about),
                sum(result.is_stopped for result in about),
                sum(result.is_stopped_by_its_rule for result in about),
            )

    def document(self) -> dict[str, object]:
        """Return the summary as JSON."""
        return {
            "cases": len(self.results),
            "outcomes": {outcome.value: self.outcomes.get(outcome, 0) for outcome in Outcome},
            "expectations": self.expected,
            "false_accepts": len(self.false_accepts),
            "false_accept_ids": [result.case.case_id for result in self.false_accepts],
            "false_rejects": len(self.false_rejects),
            "false_reject_ids": [result.case.case_id for result in self.false_rejects],
            "rules": {
                score.code: {"named": score.named, "stopped": score.stopped, "by_it": score.by_it}
                for score in self.scores()
            },
        }


def result_of(case: Case) -> Result:
    """Return what the checks make of one case."""
    verdict = check(case.output, case.told)
    return Result(case, verdict, fill(verdict.lines, case.told))
