"""Results of checked texts -> lines for a person at a terminal, or for a pipe."""

import textwrap
from collections.abc import Iterator, Sequence

from rich.console import Console
from rich.text import Text

from bot.cli.evals_cases import Outcome
from bot.cli.evals_result import Result, Summary
from bot.explain.checking.codes import Code

WIDEST_ID = 24
NARROWEST = 30

_COLOURS = {Outcome.ACCEPT: "green", Outcome.DROP: "yellow", Outcome.REJECT: "red"}
_WIDEST_OUTCOME = max(len(outcome) for outcome in Outcome)
_UNSHOWABLE = "\N{REPLACEMENT CHARACTER}"


class Page:
    """One line a text in a pipe; on a terminal set in and coloured.

    Args:
        widest: the length of the longest id.
    """

    def __init__(self, widest: int) -> None:
        self._console = Console(highlight=False, soft_wrap=True)
        self._width = min(widest, WIDEST_ID)

    def show(self, result: Result) -> None:
        """Print what became of one text."""
        outcome = f"{result.outcome:<{_WIDEST_OUTCOME}}"
        lead = f"{_mark(result)} {outcome}  {_plain(result.case.case_id):<{self._width}}  "
        words = _plain(_said(result))
        if not self._console.is_terminal:
            print(lead + words)
            return
        room = max(self._console.width - len(lead), NARROWEST)
        lines = textwrap.wrap(words, room, break_on_hyphens=False)
        shown = Text(lead[:2]).append(outcome, style=_COLOURS[result.outcome])
        shown.append(lead[2 + len(outcome) :]).append(f"\n{' ' * len(lead)}".join(lines))
        self._console.print(shown)

    def close(self, summary: Summary) -> None:
        """Print the counts."""
        for line in _summary_lines(summary):
            print(line)


def _mark(result: Result) -> str:
    return "!" if result.is_false_accept or result.is_false_reject else " "


def _said(result: Result) -> str:
    """Return the rules that a text broke or what a person would read, and what is left out."""
    parts = [" ".join(result.verdict.codes or result.rendered)]
    parts += [f"[left out: {sentence}]" for sentence in result.verdict.dropped]
    if _mark(result).strip():
        parts.append(f"[expected: {result.case.expect}]")
    return " ".join(parts)


def _plain(words: str) -> str:
    """Return text that a terminal only shows: a file may hold characters that steer it."""
    return "".join(c if c.isprintable() else _UNSHOWABLE for c in words)


def _summary_lines(summary: Summary) -> Iterator[str]:
    counts = {outcome: summary.outcomes.get(outcome, 0) for outcome in Outcome}
    yield ""
    yield (
        f"{_texts(len(summary.results))}: {counts[Outcome.ACCEPT]:,} accepted whole, "
        f"{counts[Outcome.DROP]:,} with sentences left out, {counts[Outcome.REJECT]:,} rejected."
    )
    wrong = len(summary.false_accepts) + len(summary.false_rejects)
    if summary.expected:
        yield f"{summary.expected:,} came with an expectation; {summary.expected - wrong:,} held."
        yield _ids("False accepts (more was shown than expected)", summary.false_accepts)
        yield _ids("False rejects (less was shown than expected)", summary.false_rejects)
    yield from _rules(summary)


def _texts(count: int) -> str:
    return "1 text" if count == 1 else f"{count:,} texts"


def _ids(title: str, results: Sequence[Result]) -> str:
    names = ", ".join(_plain(result.case.case_id) for result in results)
    return f"{title}: {len(results):,}" + (f": {names}" if names else "")


def _rules(summary: Summary) -> Iterator[str]:
    scores = list(summary.scores())
    if not scores:
        return
    width = max(len("rule"), *(len(_plain(score.code)) for score in scores))
    yield ""
    yield f"{'rule':{width}}  {'named':>6}  {'stopped':>7}  {'by that rule':>12}"
    for score in scores:
        known = "" if score.code in set(Code) else "  (no rule of that name)"
        counts = f"{score.named:>6,}  {score.stopped:>7,}  {score.by_it:>12,}"
        yield f"{_plain(score.code):{width}}  {counts}{known}"
