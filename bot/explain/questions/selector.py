"""Questions that rules do not understand -> a model's choice from the closed set, checked.

The model sees the question and no data, and has nothing but that choice: whatever a question makes
it write is a value of the set, or nothing. Source: METHODS 7.6 and 7.7.
"""

import json
import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any, Final

from bot.explain.model.asking import UNASKED, Model, Question
from bot.explain.model.budget import STORE_TROUBLE
from bot.explain.model.containing import settled
from bot.explain.prompt_files import load_prompt
from bot.explain.questions.rules import subject_of, understand
from bot.ports.narrator import Narration, NarrationLog
from bot.ports.questions import FURTHEST_BACK, Asked
from core.domain.asked import Intent
from core.domain.units import Asset

TOPIC: Final = "selector"
PROMPT: Final = "selector"
LANGUAGE: Final = "en"
"""Of the instruction; the question may be in any language."""

SECONDS: Final = 6.0
"""For the one call, waiting in the queue included: with the words of the answer, which have 9
seconds (``writing.Patience.answer``), a question takes less than 16. Source: METHODS 7.8."""

SPARE: Final = 0.25
"""Seconds on top in which a model that keeps its time can still say so."""

LONGEST_QUESTION: Final = 500
LONGEST_ANSWER: Final = 500

_KEYS: Final = frozenset({"intent", "asset", "when", "first", "last"})
_WHENS: Final = ("last", "date", "range")
_NOBODY: Final = Asked(Intent.UNSUPPORTED, by="nobody")
_ESCAPES: Final = str.maketrans({"<": "\\u003c", ">": "\\u003e", "&": "\\u0026"})

_log = logging.getLogger(__name__)


class SelectingReader:
    """Asks the rules first and a model only where they have no opinion."""

    def __init__(self, model: Model, log: NarrationLog, *, seconds: float = SECONDS) -> None:
        """Keep the model, behind its guards, and where its choices are written down."""
        self._model = model
        self._log = log
        self._seconds = seconds

    async def read(self, question: str, *, assets: tuple[Asset, ...], today: date) -> Asked:
        """Return what a question is about; unsupported by nobody when neither understands it."""
        understood = understand(question, assets=assets, today=today)
        if understood is not None:
            return understood
        if not question.strip() or len(question) > LONGEST_QUESTION:
            return _NOBODY
        work = self._select(question, assets=assets, today=today)
        found = await settled(work, seconds=self._seconds + SPARE, name="the selector")
        if found is None:
            return _NOBODY
        if found.intent is Intent.HOW_IT_WORKS:
            return replace(found, subject=subject_of(question))
        return found

    async def _select(
        self, question: str, *, assets: tuple[Asset, ...], today: date
    ) -> Asked | None:
        asked = selector_question(question, assets=assets, today=today)
        reply = await self._model.ask(asked, seconds=self._seconds)
        if reply.failure in UNASKED:
            _log.info("%s was not asked: %s", self._model.name, reply.failure)
            return None
        chosen = None if reply.failure else chosen_in(reply.text, assets=assets, today=today)
        why = reply.failure.name if reply.failure else "" if chosen else "SHAPE"
        # An output outside the set may repeat the question, which is private: it is not kept.
        self._note(asked.prompt, reply.text if chosen else "", (why,) if why else ())
        return chosen

    def _note(self, prompt: str, output: str, codes: tuple[str, ...]) -> None:
        narration = Narration(
            topic=TOPIC,
            facts_digest="",
            prompt=prompt,
            model=self._model.name,
            attempt=1,
            output=output,
            codes=codes,
            choice="template" if codes else "model",
        )
        try:
            self._log.add(narration)
        except STORE_TROUBLE as error:
            _log.warning("a choice could not be written down: %s", type(error).__name__)


def selector_question(question: str, *, assets: Sequence[Asset], today: date) -> Question:
    """Return what a model is asked: the question as one quoted line between two markers.

    Nothing in the question can end the quotation: it is a JSON string, its angle brackets escaped.

    Raises:
        InputInvalid: the prompt is not as it was released.
    """
    prompt = load_prompt(PROMPT, LANGUAGE)
    quoted = json.dumps(question.encode("utf-8", "replace").decode("utf-8"))
    user = prompt.fill(
        today=today.isoformat(),
        assets=", ".join(assets),
        question=quoted.translate(_ESCAPES),
    )
    return Question(
        prompt=prompt.label,
        system=prompt.system,
        user=user,
        schema=_schema(assets),
        schema_name=prompt.schema_name,
        max_tokens=prompt.max_tokens,
        temperature=prompt.temperature,
    )


def chosen_in(output: str, *, assets: Sequence[Asset], today: date) -> Asked | None:
    """Return the choice an output holds, None for anything outside the closed set.

    Args:
        output: whatever a model wrote.
        assets: the coins that may be asked about.
        today: the reader's local day; nothing after it can be chosen.
    """
    found = _object_in(output)
    if found is None or found.keys() != _KEYS:
        return None
    intent, asset = found["intent"], found["asset"]
    if not isinstance(intent, str) or intent not in {one.value for one in Intent}:
        return None
    if not (asset is None or (isinstance(asset, str) and asset in assets)):
        return None
    days = _days_in(found, today)
    if days is None:
        return None
    coin = None if asset is None else Asset(asset)
    return Asked(Intent(intent), coin, *days, by="model")


def _object_in(output: str) -> dict[str, Any] | None:
    """Return the one JSON object that an output is, each key once."""
    if len(output) > LONGEST_ANSWER:
        return None
    try:
        found = json.loads(output, object_pairs_hook=_once)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len({key for key, _ in pairs}) < len(pairs):
        raise ValueError("a key stands there twice")
    return dict(pairs)


def _days_in(found: Mapping[str, Any], today: date) -> tuple[date | None, date | None] | None:
    """Return first and last day of a choice, both None for the latest; None when impossible."""
    when, ends = found["when"], (found["first"], found["last"])
    if when == "last":
        return (None, None) if ends == (None, None) else None
    if when not in _WHENS or not all(isinstance(end, str) for end in ends):
        return None
    try:
        first, last = (date.fromisoformat(end) for end in ends)
    except ValueError:
        return None
    if (first.isoformat(), last.isoformat()) != ends:
        return None
    is_possible = today - FURTHEST_BACK <= first <= last <= today
    is_one_day = when != "date" or first == last
    return (first, last) if is_possible and is_one_day else None


def _schema(assets: Sequence[Asset]) -> dict[str, object]:
    day = {"type": ["string", "null"]}
    return {
        "type": "object",
        "additionalProperties": False,
        "required": sorted(_KEYS),
        "properties": {
            "intent": {"type": "string", "enum": [intent.value for intent in Intent]},
            "asset": {"type": ["string", "null"], "enum": [*assets, None]},
            "when": {"type": "string", "enum": list(_WHENS)},
            "first": day,
            "last": day,
        },
    }
