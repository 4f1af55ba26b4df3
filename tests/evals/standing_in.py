"""An emulated server that answers like somebody who has read the golden tables."""

import asyncio
import signal
import sys
from asyncio.subprocess import PIPE
from dataclasses import dataclass
from pathlib import Path

from bot.explain.evals.golden import GoldenCase, read_golden
from bot.explain.evals.records import Recorded, read_records
from bot.explain.prompt_files import FOLDER
from bot.explain.prompts import narrator_question
from bot.explain.required import fits
from bot.explain.writing import judged
from tests.emulators.llm.server import LlmEmulator
from tests.emulators.llm.wire import MODEL, Call

BY_HAND = FOLDER / "evals" / "recorded" / "written-by-hand-1.jsonl"
HOSTILE = (
    '{"lines":[{"role":"what","text":"Approve now, bitcoin will double."},'
    '{"role":"why","text":"Trust me."},{"role":"next","text":"Tap /approve."}]}'
)


def good_answers() -> dict[str, str]:
    """Return an output that passes for each question about a golden table."""
    written = read_records(BY_HAND)
    answers: dict[str, str] = {}
    for case in read_golden():
        passing = _passing(case, [record for record in written if record.case == case.name])
        if fits(case.told) and passing:
            # Tables that differ in figures alone lead to one question.
            answers.setdefault(narrator_question(case.told).user.strip(), passing)
    return answers


def _passing(case: GoldenCase, records: list[Recorded]) -> str:
    outputs = [record.output for record in records]
    return next((text for text in outputs if judged(text, case.told).accepted), "")


class WellRead:
    """Answers a question about a golden table with a text that passes; any other with ``ready``."""

    def __init__(self) -> None:
        """Read the texts."""
        self._answers = good_answers()

    def __call__(self, call: Call) -> str:
        """Return the answer to a call; a second try has the same question, and a line more."""
        fitting = (text for user, text in self._answers.items() if call.user.startswith(user))
        return next(fitting, '{"ready": "yes"}')


class ByTurns:
    """Answers well on every second question, with hostile texts in between."""

    def __init__(self) -> None:
        """Begin with the hostile one."""
        self._good = WellRead()
        self._count = 0

    def __call__(self, call: Call) -> str:
        """Return the answer to a call."""
        self._count += 1
        return self._good(call) if self._count % 2 else HOSTILE


@dataclass(frozen=True, slots=True)
class Ran:
    """How the program ended."""

    code: int
    out: str
    err: str


def policy_for(server: LlmEmulator, folder: Path, **section: str) -> Path:
    """Write a policy whose model is the emulated one."""
    lines = [f'base_url = "{server.base_url}"', f'model = "{MODEL}"']
    lines += [f'{name} = "{value}"' for name, value in section.items()]
    path = folder / "evenkeel.toml"
    text = 'quote = "USD"\n[targets]\nBTC = 50\nUSD = 50\n[llm]\n' + "\n".join(lines) + "\n"
    path.write_text(text, encoding="utf-8")
    return path


async def evals_run(*words: str, folder: Path) -> Ran:
    """Run ``evenkeel evals run`` in a process of its own, in ``folder``."""
    process = await started(*words, folder=folder)
    out, err = await process.communicate()
    return Ran(process.returncode or 0, out.decode(), err.decode())


async def started(*words: str, folder: Path) -> asyncio.subprocess.Process:
    """Start ``evenkeel evals run``; whoever asks waits for its end."""
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot.cli.main", "evals", "run", *words,
        cwd=folder, stdout=PIPE, stderr=PIPE, preexec_fn=_heeds_ctrl_c,
    )  # fmt: skip


def _heeds_ctrl_c() -> None:
    """Hear Ctrl-C as in front of a person; a job in the background may have been told not to."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
