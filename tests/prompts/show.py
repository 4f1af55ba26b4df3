"""Prints explained cards beside their templates: ``python -m tests.prompts.show``.

With ``--write`` they go into ``prompts/README.md``. The texts under ``recorded`` were written by
hand for the emulated server, as a model might; they pass through the real check and substitution.
"""

import json
import sys
from itertools import zip_longest
from pathlib import Path

from bot.explain.checking.check import check
from bot.explain.prompt_files import FOLDER
from bot.explain.substitution import fill
from bot.explain.telling import tell
from tests.prompts.cards import Shown, cards

RECORDED = Path(__file__).parent / "recorded"
README = FOLDER / "README.md"
BEGIN, END = "<!-- cards -->", "<!-- end of cards -->"


def recorded() -> dict[str, str]:
    """Return the recorded outputs by the name of their card."""
    files = [json.loads(path.read_text(encoding="utf-8")) for path in RECORDED.glob("*.json")]
    return {str(file["card"]): str(file["output"]) for file in files}


def explained(shown: Shown, output: str) -> tuple[str, ...]:
    """Return the finished lines of an output.

    Raises:
        ValueError: the checks refuse it, or leave a sentence out.
    """
    told = tell(shown.narrator.speech(shown.table), shown.table)
    verdict = check(output, told)
    if not verdict.accepted or verdict.dropped:
        codes = " ".join(verdict.codes)
        raise ValueError(f"{shown.name}: {codes or 'left out'} {list(verdict.dropped)}")
    return fill(verdict.lines, told)


def section() -> str:
    """Return the README's section, its marks included."""
    outputs = recorded()
    text = "\n".join(_card(shown, outputs[shown.name]) for shown in cards())
    return f"{BEGIN}\n\n{text}\n{END}"


def _card(shown: Shown, output: str) -> str:
    pairs = zip_longest(shown.narrator.lines(shown.table), explained(shown, output), fillvalue="")
    rows = "\n".join(f"| {_cell(left)} | {_cell(right)} |" for left, right in pairs)
    head = f"### {shown.name.capitalize()}\n\n| template | a model's text, checked and filled |"
    return f"{head}\n| --- | --- |\n{rows}\n"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def with_cards(readme: str) -> str:
    """Return the README with its section made anew."""
    before, _, rest = readme.partition(BEGIN)
    return f"{before}{section()}{rest.partition(END)[2]}"


if __name__ == "__main__":
    if "--write" in sys.argv:
        README.write_text(with_cards(README.read_text(encoding="utf-8")), encoding="utf-8")
    else:
        sys.stdout.write(f"{section()}\n")
