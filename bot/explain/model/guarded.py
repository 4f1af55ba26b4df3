"""The model as everyone else gets it: rationed, rested, one call at a time, and warmed up."""

from bot.explain.model.asking import Failure, Model, Question, Reply
from bot.explain.model.budget import Budgeted
from bot.explain.model.queueing import Queued
from bot.explain.model.resting import Resting
from bot.explain.model.settings import ModelSettings
from bot.ports.clock import Clock
from bot.ports.narrator import Notebook

MOST_LESSONS = 4
"""Calls in which a warm-up may learn how a server wants to be asked: two forms, two names, yes."""

TRIAL = Question(
    prompt="trial",
    system='Answer with the JSON object {"ready": "yes"} and nothing else.',
    user="Are you ready?",
    schema={
        "type": "object",
        "properties": {"ready": {"type": "string"}},
        "required": ["ready"],
        "additionalProperties": False,
    },
    schema_name="ready",
    max_tokens=20,
)


def guarded(model: Model, *, settings: ModelSettings, notebook: Notebook, clock: Clock) -> Model:
    """Return ``model`` behind its guards.

    Args:
        model: the model itself.
        settings: the daily limits.
        notebook: where the day's spending outlives a restart.
        clock: the machine's own, never a simulated market's.
    """
    rationed = Budgeted(model, settings=settings, notebook=notebook, clock=clock)
    return Queued(Resting(rationed, clock=clock))


async def warm_up(model: Model, *, seconds: float) -> Reply:
    """Ask something trivial, so that no explanation waits for a model to load.

    It also learns how the server wants to be asked. Meant for the background: a local server may
    take minutes.

    Args:
        model: the model, best behind its guards.
        seconds: the longest each call may take.

    Returns:
        The last reply; its failure, if any, tells a doctor what is wrong.
    """
    reply = await model.ask(TRIAL, seconds=seconds)
    for _ in range(MOST_LESSONS - 1):
        if reply.failure is not Failure.FORM:
            break
        reply = await model.ask(TRIAL, seconds=seconds)
    return reply
