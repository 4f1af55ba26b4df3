"""A model that does as its prompt says: it reads the list of facts and uses what is marked."""

import json
import re

from tests.emulators.llm.wire import Call

_FACT = re.compile(r"^([a-z][a-z0-9_]*)( !)?(?: (up|down|buy|sell))? \((.*?)\)", re.MULTILINE)
SIGNATURE = "You decide."
"""What it ends with, and no template does."""
MOST_LINES = 6
LEAST_LINES = 3

# By the beginning of a fact's id.
_SENTENCES = (
    ("sell_", "what", "The plan would {here}."),
    ("buy_", "what", "The plan would {here}."),
    ("drift_", "why", "{coin} stands {here}."),
    ("room_", "why", "{coin} may drift by {here}."),
    ("cost", "cost", "It costs {here}."),
    ("expiry", "next", "The card is open until {here}."),
    ("after_", "what", "Then {coin} is at {here}."),
    ("landing_", "what", "{coin} is {here}."),
    ("", "why", "It is {here}."),
)


def obedient(call: Call) -> str:
    """Return a text that uses every marked fact once, for a narrator's question."""
    listed = _FACT.findall(call.user)
    marked = [name for name, mark, _, _ in listed if mark] or [name for name, *_ in listed[:1]]
    lines = [*(_line(name) for name in marked), ("next", SIGNATURE)]
    while len(lines) > MOST_LINES:
        last = lines.pop()
        lines[-1] = (lines[-1][0], f"{lines[-1][1]} {last[1]}")
    while len(lines) < LEAST_LINES:
        lines.append(("next", SIGNATURE))
    return json.dumps({"lines": [{"role": role, "text": text} for role, text in lines]})


def _line(name: str) -> tuple[str, str]:
    """Return role and sentence for one fact."""
    for begin, role, sentence in _SENTENCES:
        if name.startswith(begin):
            coin = name.rpartition("_")[2]
            return role, sentence.format(
                here=_placeholder(name), coin=_placeholder(f"asset_{coin}")
            )
    raise AssertionError(name)


def _placeholder(name: str) -> str:
    return "{{" + name + "}}"
