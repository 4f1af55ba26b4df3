"""Who puts reasons into words: the templates alone, or a language model that answers."""

from collections.abc import Iterator, Sequence
from urllib.parse import urlsplit

from bot.app.checks.finding import Check, Finding, Level, fine
from bot.app.checks.visit import Visit
from bot.app.words import model_settings_of
from bot.explain.checking.lexicon import lexicon_of
from bot.explain.model.asking import Failure, Reply
from core.domain.errors import InputInvalid

WORDS = "words"
CALL_WITHIN = 8.0
"""Seconds of one call, as long as an explanation waits."""

_MENDS = {
    Failure.NO_CONNECTION: "start the server, or mend [llm] base_url",
    Failure.REFUSED: "look at EVENKEEL_LLM_KEY, [llm] model and base_url, which mostly ends in /v1",
    Failure.TIMEOUT: "a local server may still be loading its model; try again in a minute",
    Failure.BUSY: "try again in a minute, or look at the server's limits",
}
_MEND = "any server that speaks Chat Completions will do; see “Let a model write” in the runbook"


def words_checks(visit: Visit) -> Sequence[Check]:
    """Return the check of the words; without a model nobody has to be asked."""
    subject = "the language model" if visit.settings.has_model else ""
    return (Check(WORDS, subject, lambda: _words(visit), Level.WARN),)


async def _words(visit: Visit) -> Sequence[Finding]:
    settings = visit.settings
    if not settings.has_model:
        return (fine(WORDS, "no language model is set up: templates are used"),)
    from bot.explain.model.client import OpenAIModel
    from bot.explain.model.guarded import warm_up

    try:
        chosen = model_settings_of(settings)
    except InputInvalid as error:
        return tuple(Finding(WORDS, Level.FAIL, f"[llm] {problem}") for problem in error.problems)
    model = OpenAIModel(chosen)
    visit.stack.push_async_callback(model.close)
    reply = await warm_up(model, seconds=CALL_WITHIN)
    name = f"{chosen.model} at {urlsplit(chosen.base_url).netloc}"
    found = _answered(name, reply) if reply.failure is None else _silent(name, reply)
    return (found, *_about_language(settings.file.messages.language))


def _about_language(language: str) -> Iterator[Finding]:
    if lexicon_of(language) is None:
        said = (
            f"no model's text can be checked in “{language}” yet, so messages keep their templates"
        )
        yield fine(WORDS, f"{said}; the model helps to understand questions")


def _answered(name: str, reply: Reply) -> Finding:
    said = f"{name} answered in {reply.seconds:.1f} s"
    if reply.cost is None:
        return fine(WORDS, f"{said}; it names no cost, so only calls are limited")
    return fine(WORDS, said)


def _silent(name: str, reply: Reply) -> Finding:
    why = f"{reply.failure} ({reply.detail})" if reply.detail else f"{reply.failure}"
    mend = _MENDS.get(reply.failure, _MEND) if reply.failure is not None else _MEND
    return Finding(WORDS, Level.WARN, f"{name}: {why}; templates are used until then", mend)
