"""Settings -> the bot's words: templates, or a language model whose every word is checked."""

import asyncio
from contextlib import AsyncExitStack, suppress
from dataclasses import asdict, dataclass

from bot.clocks import SystemClock
from bot.explain.checking.lexicon import lexicon_of
from bot.explain.model.asking import Model
from bot.explain.model.settings import Form, ModelSettings
from bot.explain.questions.rules import RulesReader
from bot.explain.template import TemplateNarrator
from bot.explain.wording import wording_of
from bot.ports.clock import Clock
from bot.ports.narrator import Narration, Narrator
from bot.ports.questions import QuestionReader
from bot.ports.records import Store
from bot.settings import Settings

NARRATED = "narrated"


@dataclass(frozen=True, slots=True)
class StoredNotebook:
    """Small facts of the narrator, kept in the bot's memory."""

    store: Store

    def get(self, name: str) -> str | None:
        """Return a small fact, or None."""
        with self.store.reading() as tx:
            return tx.memory.get(name)

    def put(self, name: str, value: str) -> None:
        """Store a small fact."""
        with self.store.transaction() as tx:
            tx.memory.put(name, value)


@dataclass(frozen=True, slots=True)
class JournalledNarrations:
    """What models wrote, in the journal: what was shown to a person, and what was not."""

    store: Store
    clock: Clock

    def add(self, narration: Narration) -> None:
        """Write one attempt down."""
        with self.store.transaction() as tx:
            tx.journal.append(NARRATED, "narrator", asdict(narration), at=self.clock.now())


@dataclass(frozen=True, slots=True)
class Words:
    """Who puts facts into sentences, and who understands questions."""

    narrator: Narrator
    questions: QuestionReader


def open_words(settings: Settings, store: Store, clock: Clock, *, stack: AsyncExitStack) -> Words:
    """Return the bot's words: the templates, or a model with the templates behind it.

    A language whose texts cannot be checked keeps its templates; questions in it are understood.

    Args:
        settings: everything in force.
        store: where spending and attempts are kept.
        clock: the run's time, in which instants are told.
        stack: closes what was opened.

    Raises:
        InputInvalid: the model's settings cannot be used, or a prompt is not as it was released.
    """
    language = settings.file.messages.language
    template = TemplateNarrator(clock=clock, zone=settings.zone, wording=wording_of(language))
    if not settings.has_model:
        return Words(template, RulesReader())
    # The library behind it takes a second to load, which nobody without a model shall wait for.
    from bot.explain.narrator import ModelNarrator
    from bot.explain.prompt_files import load_prompt
    from bot.explain.prompts import narrator_question
    from bot.explain.questions.selector import SelectingReader

    load_prompt("selector", "en")
    model = _open_model(settings, store, stack=stack)
    log = JournalledNarrations(store, clock)
    questions = SelectingReader(model, log)
    if lexicon_of(language) is None:
        return Words(template, questions)
    load_prompt("narrator", language)
    return Words(ModelNarrator(model, template, prompt=narrator_question, log=log), questions)


def _open_model(settings: Settings, store: Store, *, stack: AsyncExitStack) -> Model:
    """Return the model behind its guards; it warms up in the background."""
    from bot.explain.model.client import OpenAIModel
    from bot.explain.model.guarded import guarded
    from bot.explain.model.warming import Warming

    chosen = model_settings_of(settings)
    raw = OpenAIModel(chosen)
    stack.push_async_callback(raw.close)
    # The machine's own time: simulated days pass in moments, and each would bring a new budget.
    notebook, wall = StoredNotebook(store), SystemClock()
    model = Warming(guarded(raw, settings=chosen, notebook=notebook, clock=wall))
    warming = asyncio.get_running_loop().create_task(model.warm(seconds=chosen.first_seconds))
    stack.push_async_callback(_ended, warming)
    return model


def model_settings_of(settings: Settings) -> ModelSettings:
    """Return where the model stands, as the client knows it.

    Raises:
        InputInvalid: a value that no call could be made with.
    """
    section = settings.file.llm
    return ModelSettings(
        base_url=section.base_url,
        model=section.model,
        key=settings.model_key,
        json=Form(section.structure),
        price_in=section.price_in,
        price_out=section.price_out,
        calls_per_day=section.calls_per_day,
        dollars_per_day=section.dollars_per_day,
    )


async def _ended(task: asyncio.Task[object]) -> None:
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
