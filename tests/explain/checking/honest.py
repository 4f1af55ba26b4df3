"""Honest texts in many manners of writing, from the file beside this one.

There, a paragraph is a text: the topic of its table, then the lines as a model would write them.
"""

from pathlib import Path

_FILE = Path(__file__).with_suffix(".txt")


def honest_texts() -> list[tuple[str, tuple[str, ...]]]:
    """Return (topic, lines) of every text."""
    paragraphs = _FILE.read_text(encoding="utf-8").strip().split("\n\n")
    return [(lines[0], tuple(lines[1:])) for lines in map(str.splitlines, paragraphs)]
