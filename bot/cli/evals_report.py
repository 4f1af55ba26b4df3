"""The figures of a run -> a page for a person, or one JSON document."""

import textwrap
from collections.abc import Callable, Iterator, Sequence

from bot.explain.checking.codes import Code
from bot.explain.checking.placeholders import PLACEHOLDER
from bot.explain.checking.shape import lines_of
from bot.explain.evals.run import CaseResult, Ending, Tried
from bot.explain.evals.scores import Figure, Scores

WIDTH = 80
LONGEST_RAW = 600
"""Characters of a refused text without a readable shape that are shown."""

_FORMATS: dict[str, Callable[[float], str]] = {
    "share": lambda value: f"{value * 100:.1f} %",
    "count": lambda value: f"{value:,.0f}",
    "score": lambda value: f"{value:.1f}",
    "words": lambda value: f"{value:,.0f} words",
    "seconds": lambda value: f"{value:.2f} s",
    "tokens": lambda value: f"{value:,.0f}",
    "dollars": lambda value: f"${value:,.4f}",
}


def print_report(scores: Scores, *, tables: int, most: int | None) -> None:
    """Print what was measured; of the refused texts ``most``, or all."""
    for line in report_lines(scores, tables=tables, most=most):
        print(line)


def report_lines(scores: Scores, *, tables: int, most: int | None) -> Iterator[str]:
    """Yield the page, at most 80 columns wide.

    Args:
        scores: what was measured.
        tables: how many tables the run was to cover.
        most: how many refused texts are shown; None for all.
    """
    yield _title(scores, tables)
    yield ""
    yield f"{'':26}{'measured':>12}   gate"
    yield from (_figure_line(f) for f in scores.figures() if f.gate or f.value is not None)
    yield from _counts("Rules broken by refused texts", scores.codes(), columns=3)
    yield from _counts("Calls that brought no text", scores.failures(), columns=1)
    yield from _left_out(scores.shown)
    yield from _false(scores.shown)
    yield from _refused(scores.refused, most)
    yield ""
    yield "Every gate holds." if scores.holds else "Not every gate holds."


def document_of(scores: Scores, *, tables: int) -> dict[str, object]:
    """Return everything as JSON."""
    return {
        "model": _models(scores),
        "prompt": sorted({tried.record.prompt for tried in scores.tries}),
        "tables": tables,
        "done": len(scores.results),
        "holds": scores.holds,
        "figures": {
            figure.key: {
                "value": None if figure.value is None else float(figure.value),
                "unit": figure.unit,
                "gate": figure.gate,
                "holds": figure.holds,
            }
            for figure in scores.figures()
        },
        "codes": dict(scores.codes()),
        "failures": dict(scores.failures()),
        "results": [_result(result) for result in scores.results],
    }


def _result(result: CaseResult) -> dict[str, object]:
    readability = result.readability
    return {
        "case": result.case.name,
        "ending": result.ending.value,
        "tries": [
            {
                "codes": list(tried.codes),
                "output": tried.record.output,
                "seconds": tried.record.seconds,
            }
            for tried in result.tries
        ],
        "rendered": result.text,
        "dropped": [] if result.verdict is None else list(result.verdict.dropped),
        "false_claims": list(result.false_claims),
        "words": readability.words,
        "ease": round(readability.ease, 1),
        "grade": round(readability.grade, 1),
    }


def _title(scores: Scores, tables: int) -> str:
    prompts = ", ".join(sorted({tried.record.prompt for tried in scores.tries}))
    done = len(scores.results)
    noun = "table" if tables == 1 else "tables"
    count = f"{done} {noun}" if done == tables else f"{done} of {tables} {noun}"
    skipped = sum(result.ending is Ending.NOT_ASKED for result in scores.results)
    more = f", {skipped} for the template alone" if skipped else ""
    names = ", ".join(_models(scores)) or "no model"
    return f"{_plain(names)} · {prompts or 'no prompt'} · {count}{more}"


def _models(scores: Scores) -> list[str]:
    return sorted({tried.record.model for tried in scores.tries})


def _figure_line(figure: Figure) -> str:
    value = "-" if figure.value is None else _FORMATS[figure.unit](float(figure.value))
    held = {True: "ok", False: "MISS", None: ""}[figure.holds]
    return f"{figure.title:26}{value:>12}   {figure.gate:17}{held}".rstrip()


def _counts(title: str, counts: Sequence[tuple[str, int]], *, columns: int) -> Iterator[str]:
    if not counts:
        return
    yield ""
    yield title
    cells = [f"{name:10}{count:>5}" for name, count in counts]
    for place in range(0, len(cells), columns):
        yield "  " + "     ".join(cells[place : place + columns])


def _left_out(shown: Sequence[CaseResult]) -> Iterator[str]:
    texts = [result for result in shown if result.verdict is not None and result.verdict.dropped]
    if texts:
        yield ""
        yield "Sentences left out of texts that are shown"
    for result in texts:
        for sentence in () if result.verdict is None else result.verdict.dropped:
            yield from _flow(f"{result.case.name}: {sentence}", "  ", "    ")


def _false(shown: Sequence[CaseResult]) -> Iterator[str]:
    texts = [result for result in shown if result.false_claims or result.own_figures]
    if texts:
        yield ""
        yield "Shown texts that seem to say something false"
    for result in texts:
        found = ", ".join((*result.false_claims, *result.own_figures))
        yield from _flow(f"{result.case.name}: {found}", "  ", "    ")
        for line in result.rendered:
            yield from _flow(line, "    ")


def _refused(refused: Sequence[tuple[CaseResult, Tried]], most: int | None) -> Iterator[str]:
    shown = refused[:most]
    if not shown:
        return
    yield ""
    count = f"{len(shown)} of {len(refused)}, all with --all"
    yield f"Refused texts ({len(refused) if len(shown) == len(refused) else count})"
    for result, tried in shown:
        yield ""
        yield f"  {result.case.name}, try {tried.record.attempt}: {' '.join(tried.codes)}"
        if Code.COVERAGE in tried.codes:
            yield from _flow(f"({_lacking(result, tried)})", "    ")
        lines = lines_of(tried.record.output)
        if lines is None:
            yield from _flow(tried.record.output[:LONGEST_RAW], "    ")
            continue
        for line in lines:
            yield from _flow(line.text, f"    {line.role:5} ", " " * 10)


def _lacking(result: CaseResult, tried: Tried) -> str:
    """Return which required facts a text does not have, or why it has lost them."""
    there = set(PLACEHOLDER.findall(tried.record.output))
    lacking = [name for name in result.case.told.required if name not in there]
    if lacking:
        return f"without {', '.join(lacking)}"
    return "a sentence that says more than its facts was left out, and what it must say with it"


def _flow(text: str, lead: str, rest: str = "") -> Iterator[str]:
    """Yield a text in lines of the page's width, steering characters made visible."""
    yield from textwrap.wrap(
        _plain(text.replace("\n", " ")),
        WIDTH,
        initial_indent=lead,
        subsequent_indent=rest or lead,
        break_on_hyphens=False,
    )


def _plain(text: str) -> str:
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)
