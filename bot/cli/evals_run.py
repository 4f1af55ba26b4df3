"""``evenkeel evals run``: the configured model over the golden fact tables, measured."""

import asyncio
import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Protocol

import typer

from bot.cli.options import AsJson, DataDir, PolicyPath, settings_of
from bot.cli.progress import Bar, progress_bar
from bot.settings.loading import MODEL_KEY
from core.domain.errors import InputInvalid

if TYPE_CHECKING:
    # The checks read their word lists, which no other command should wait for.
    from bot.explain.evals.golden import GoldenCase
    from bot.explain.evals.records import Recorded
    from bot.explain.evals.run import CaseResult
    from bot.explain.model.settings import ModelSettings

NOT_ALL_HELD = 1
STOPPED = 130

NO_MODEL = (
    "no language model is configured, so there is nothing to measure",
    "name one in the policy file, for example:",
    "  [llm]",
    '  base_url = "http://127.0.0.1:11434/v1"',
    '  model = "its name there"',
    f"a key, where the server asks for one, goes into .env as {MODEL_KEY}",
    "a run without any model: evenkeel evals run --recorded FILE",
)

RecordedFile = Annotated[
    Path | None,
    typer.Option("--recorded", metavar="FILE", help="Replay such a file; no model is asked."),
]
RecordFile = Annotated[
    Path | None,
    typer.Option("--record", metavar="FILE", help="Write every answer down; FILE must be new."),
]
Only = Annotated[
    str | None,
    typer.Option("--only", metavar="NAME", help="Only tables with this in their name."),
]
ShowAll = Annotated[
    bool, typer.Option("--all", metavar="", help="Show all refused texts, not the first five.")
]


def run(
    policy: PolicyPath = None,
    data: DataDir = None,
    recorded: RecordedFile = None,
    record: RecordFile = None,
    only: Only = None,
    show_all: ShowAll = False,
    as_json: AsJson = False,
) -> None:
    """Let the configured model write about the golden fact tables, and measure what it writes.

    Each text goes through the same checks as in the bot, with one more try where it breaks a rule.
    The calls are extra: the bot's budget of the day is neither asked nor charged. Exit code 0 when
    every gate holds, 1 when one does not, 2 when no model is configured or it cannot be reached.
    """
    from bot.cli.evals_report import document_of, print_report
    from bot.explain.evals.golden import named, read_golden
    from bot.explain.evals.scores import Scores

    cases = read_golden()
    cases = cases if only is None else named(cases, only)
    results: list[CaseResult] = []
    is_whole = False
    try:
        if recorded is not None:
            _replay(cases, recorded, results)
        else:
            _ask_all(cases, _model_of(policy, data), record, results)
        is_whole = True
    except KeyboardInterrupt:
        print("Stopped; this is what was measured so far.", file=sys.stderr)
    finally:
        scores = Scores(tuple(results))
        if results and as_json:
            print(json.dumps(document_of(scores, tables=len(cases)), ensure_ascii=False))
        elif results:
            print_report(scores, tables=len(cases), most=None if show_all else 5)
    if not is_whole:
        sys.exit(STOPPED)
    if not scores.holds:
        sys.exit(NOT_ALL_HELD)


def _model_of(policy: Path | None, data: Path | None) -> "ModelSettings":
    from bot.app.words import model_settings_of

    settings = settings_of(policy, data)
    if not settings.has_model:
        raise InputInvalid(*NO_MODEL)
    return model_settings_of(settings)


def _replay(cases: Sequence["GoldenCase"], path: Path, results: list["CaseResult"]) -> None:
    """Put recorded answers through the checks, table by table."""
    from bot.explain.evals.records import read_records, replays
    from bot.explain.evals.run import run_case
    from bot.explain.writing import Patience

    records = read_records(path)
    names = {record.case for record in records}
    if strangers := sorted(names - {case.name for case in _all_cases()}):
        raise InputInvalid(f"{path} tells of {strangers[0]!r}, which is no golden table")
    told = [case for case in cases if case.name in names]
    if not told:
        raise InputInvalid(f"{path} holds nothing about the tables that --only names")

    async def go() -> None:
        for case in told:
            # One by one: what was checked before a Ctrl-C is kept.
            result = await run_case(case, replays(records, case.name), Patience())
            results.append(result)

    asyncio.run(go())


def _all_cases() -> tuple["GoldenCase", ...]:
    from bot.explain.evals.golden import read_golden

    return read_golden()


def _ask_all(
    cases: Sequence["GoldenCase"],
    settings: "ModelSettings",
    record: Path | None,
    results: list["CaseResult"],
) -> None:
    """Ask the model about every table; what is known so far stays in ``results``."""
    from bot.explain.evals.estimate import estimate_of

    for line in estimate_of(cases, settings).lines:
        print(line, file=sys.stderr)
    with ExitStack() as stack:
        write = stack.enter_context(_recorder(record))
        bar = stack.enter_context(progress_bar())
        asyncio.run(_ask(cases, settings, results, bar=bar, write=write))


async def _ask(
    cases: Sequence["GoldenCase"],
    settings: "ModelSettings",
    results: list["CaseResult"],
    *,
    bar: Bar,
    write: "Write",
) -> None:
    from bot.explain.evals.live import ask_all

    def keep(result: "CaseResult") -> None:
        results.append(result)
        for tried in result.tries:
            write(tried.record)

    def announce(title: str) -> None:
        bar.show(len(results), len(cases), title)

    await ask_all(cases, settings, announce=announce, keep=keep)


class Write(Protocol):
    """Writes one answer down."""

    def __call__(self, record: "Recorded") -> None:
        """Append it to the file."""
        ...


@contextmanager
def _recorder(path: Path | None) -> Iterator[Write]:
    """Yield what appends an answer to a new file; without a path it does nothing."""
    if path is None:
        yield lambda _: None
        return
    try:
        file = path.open("x", encoding="utf-8")
    except FileExistsError:
        raise InputInvalid(f"{path} exists already; name a new file with --record") from None
    except OSError as error:
        raise InputInvalid(f"{path} cannot be written: {error.strerror}") from None
    with file:
        yield lambda record: print(record.line, file=file, flush=True)
