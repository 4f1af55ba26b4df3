"""What may be told -> what a model is asked. No figure, balance, name or question goes with it.

Source: METHODS 7.3, 7.5 and 7.6.
"""

import re
from collections.abc import Iterable, Mapping

from bot.explain.checking.codes import Code
from bot.explain.checking.verdict import Role
from bot.explain.model.asking import Question
from bot.explain.prompt_files import load_prompt
from bot.explain.told import Told, ToldFact
from core.facts import Polarity, Unit

__all__ = ["MOST_CODES", "MOST_RULES", "VITAL", "narrator_question", "shape_of"]

MOST_CODES = 6
"""Reason codes that are named, in the order of the gates."""

MOST_RULES = 8
"""Broken rules that a second question names."""

VITAL = frozenset({"propose", "pause", "execution"})
"""The topics whose words matter most: a share of the day's budget is kept for them."""

_FIGURE = re.compile(r"[−-]?\d(?:[\d.,\s]*\d)?")
_NUMBER = re.compile(
    r"\b(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)\b", re.IGNORECASE
)
_SPANS: Mapping[str, str] = {
    Unit.DAY: "a date",
    Unit.INSTANT: "a time",
    Unit.DAYS: "a span",
    Unit.SECONDS: "a span",
}
_NAMED_BY_KIND = frozenset({"asset", "quote", "closest"})

_SCHEMA: Mapping[str, object] = {
    "type": "object",
    "additionalProperties": False,
    "required": ["lines"],
    "properties": {
        "lines": {
            "type": "array",
            "items": {
                "type": "object",
                "additionalProperties": False,
                "required": ["role", "text"],
                "properties": {
                    "role": {"type": "string", "enum": [role.value for role in Role]},
                    "text": {"type": "string"},
                },
            },
        }
    },
}


def narrator_question(told: Told, codes: tuple[Code, ...] = ()) -> Question:
    """Return what a model is asked to write about some facts.

    Args:
        told: the facts; their figures stay here.
        codes: the rules a first text broke; the text itself is not shown again.

    Raises:
        InputInvalid: the prompt is not as it was released, or the language has none.
    """
    prompt = load_prompt("narrator", told.language)
    meanings = prompt.meanings
    user = prompt.fill(
        topic=meanings["topics"][told.topic],
        codes=_codes(told.codes, meanings["codes"]),
        facts="\n".join(_fact(told, fact, meanings["facts"]) for fact in told.facts),
        retry=_retry(codes, meanings["retry"]),
    )
    return Question(
        prompt=prompt.label,
        system=prompt.system,
        user=user,
        schema=_SCHEMA,
        schema_name=prompt.schema_name,
        max_tokens=prompt.max_tokens,
        temperature=prompt.temperature,
        is_vital=told.topic in VITAL,
    )


def shape_of(fact: ToldFact) -> str:
    """Return how a fact's words read, without any figure: "sell # SOL (about $#)".

    Of days, times and spans not even the words go out: "yesterday" tells as much as a date.
    """
    if fact.unit in _SPANS:
        return _SPANS[fact.unit]
    text = fact.text
    if fact.unit == Unit.NAME:
        text = text.replace(fact.value, "#")
    return _NUMBER.sub("#", _FIGURE.sub("#", text))


def _fact(told: Told, fact: ToldFact, meanings: Mapping[str, str]) -> str:
    mark = " !" if fact.fact_id in told.required else ""
    way = "" if fact.polarity is Polarity.NONE else f" {fact.polarity}"
    shape = "" if fact.kind in _NAMED_BY_KIND else f": {shape_of(fact)}"
    return f"{fact.fact_id}{mark}{way} ({_meaning(fact, meanings)}){shape}"


def _meaning(fact: ToldFact, meanings: Mapping[str, str]) -> str:
    """Return what a fact is; where a kind means several things, by its reason's code."""
    for name, meaning in meanings.items():
        code, dot, kind = name.partition(".")
        if dot and kind == fact.kind and fact.fact_id.startswith(f"{code.lower()}_"):
            return meaning
    return meanings.get(fact.kind, "a fact")


def _codes(codes: Iterable[str], meanings: Mapping[str, str]) -> str:
    known = [meanings[code] for code in codes if code in meanings]
    return f"Reasons: {'; '.join(known[:MOST_CODES])}." if known else ""


def _retry(codes: tuple[Code, ...], meanings: Mapping[str, str]) -> str:
    lines = [f"- {code}: {meanings[code]}" for code in codes[:MOST_RULES]]
    return "\n".join(["A first text broke these rules, so keep them:", *lines]) if lines else ""
