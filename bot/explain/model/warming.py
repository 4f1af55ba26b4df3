"""A model that nobody waits for while it is being loaded."""

from bot.explain.model.asking import Failure, Model, Question, Reply
from bot.explain.model.guarded import warm_up

LOADING = "it is still being loaded"


class Warming:
    """Answers nothing until its warm-up is over: a template at once beats a wait in vain."""

    def __init__(self, model: Model) -> None:
        """Keep the model; it is cold."""
        self._model = model
        self._is_warm = False

    @property
    def name(self) -> str:
        """The model's name."""
        return self._model.name

    async def warm(self, *, seconds: float) -> Reply:
        """Ask something trivial, within ``seconds`` a call; whatever comes, the wait is over."""
        try:
            return await warm_up(self._model, seconds=seconds)
        finally:
            self._is_warm = True

    async def ask(self, question: Question, *, seconds: float) -> Reply:
        """Return the model's answer, or at once that it is not ready."""
        if not self._is_warm:
            return Reply(failure=Failure.RESTING, detail=LOADING)
        return await self._model.ask(question, seconds=seconds)
