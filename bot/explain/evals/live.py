"""The golden tables through a real model, one after another, with nothing between but the checks.

Neither the bot's memory nor its daily limits nor its rests: each would hide what is measured.
"""

from collections.abc import Callable, Sequence

from bot.explain.evals.golden import GoldenCase
from bot.explain.evals.run import CaseResult, run_case
from bot.explain.model.asking import Failure
from bot.explain.model.client import OpenAIModel
from bot.explain.model.guarded import warm_up
from bot.explain.model.settings import ModelSettings
from bot.explain.writing import Patience
from core.domain.errors import ExplainerUnavailable

MOST_SILENT = 3
"""Tables in a row without any answer, after which asking on would only cost time."""

# The server answered; that the trial was no good says nothing about its texts.
_THERE = frozenset({Failure.EMPTY, Failure.CUT, Failure.REFUSAL, Failure.TOO_LONG})
_AWAY = frozenset(Failure) - _THERE


async def ask_all(
    cases: Sequence[GoldenCase],
    settings: ModelSettings,
    *,
    announce: Callable[[str], None],
    keep: Callable[[CaseResult], None],
) -> None:
    """Have the model write about every table.

    Args:
        cases: the tables.
        settings: which model; its daily limits are left alone.
        announce: hears what is being done now.
        keep: gets each result as soon as there is one.

    Raises:
        ExplainerUnavailable: the model cannot be reached, or answers no more.
        InputInvalid: the prompt is not as it was released.
    """
    model = OpenAIModel(settings)
    patience = Patience(total=2 * settings.seconds, call=settings.seconds, spare=0)
    try:
        announce(f"waking the model, {settings.first_seconds / 60:.0f} minutes at most")
        reply = await warm_up(model, seconds=settings.first_seconds)
        if reply.failure in _AWAY:
            raise ExplainerUnavailable(_unreachable(settings, reply.failure, reply.detail))
        silent = 0
        for case in cases:
            announce(case.name)
            result = await run_case(case, model, patience)
            keep(result)
            silent = silent + 1 if _is_silent(result) else 0
            if silent == MOST_SILENT:
                last = result.tries[-1].record
                raise ExplainerUnavailable(_silent(settings, last.failure, last.detail))
    finally:
        await model.close()


def _is_silent(result: CaseResult) -> bool:
    return bool(result.tries) and all(tried.record.failure in _AWAY for tried in result.tries)


def _unreachable(settings: ModelSettings, failure: str, detail: str) -> str:
    return (
        f"the language model {settings.model} at {settings.base_url} cannot be reached: "
        f"{_why(failure, detail)}. Look at base_url, model and the key in the section [llm] of the "
        "policy file; `evenkeel doctor` tells more"
    )


def _silent(settings: ModelSettings, failure: str, detail: str) -> str:
    return (
        f"the language model {settings.model} gave no answer about {MOST_SILENT} tables in a row: "
        f"{_why(failure, detail)}. What came before stands above; try again when it answers"
    )


def _why(failure: str, detail: str) -> str:
    return f"{failure} ({detail})" if detail else failure
