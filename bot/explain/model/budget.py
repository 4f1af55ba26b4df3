"""So many calls and dollars a day, whatever happens; a restart does not begin a new day."""

import json
import logging
from dataclasses import asdict, dataclass, replace
from datetime import UTC
from decimal import Decimal, InvalidOperation

from bot.explain.model.asking import Failure, Model, Question, Reply
from bot.explain.model.settings import ModelSettings
from bot.ports.clock import Clock
from bot.ports.narrator import Notebook
from core.domain.errors import EvenkeelError

NOTE = "model_spent"
"""The name under which the day's spending is kept."""

LONGEST = 80
MOST_SPENT = Decimal(1_000_000)
STORE_TROUBLE = (EvenkeelError, OSError, ValueError)
"""What a notebook or log may raise when it cannot keep a thing."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Spent:
    """What a UTC day has seen so far.

    Attributes:
        day: as ISO 8601 text.
        calls: how many were begun.
        dollars: what those cost whose cost is known.
        dearest: the cost of the dearest of them.
    """

    day: str
    calls: int = 0
    dollars: Decimal = Decimal(0)
    dearest: Decimal = Decimal(0)

    def merged(self, other: "Spent | None") -> "Spent":
        """Return the larger of two records of one day: spending is never forgotten."""
        if other is None or other.day != self.day:
            return self
        return Spent(
            self.day,
            max(self.calls, other.calls),
            max(self.dollars, other.dollars),
            max(self.dearest, other.dearest),
        )


class Budgeted:
    """A model with a daily limit of calls and of money. Source: METHODS 7.8."""

    def __init__(
        self, model: Model, *, settings: ModelSettings, notebook: Notebook, clock: Clock
    ) -> None:
        """Keep the limits; ``clock`` is the machine's: simulated days pass in minutes."""
        self._model = model
        self._settings = settings
        self._notebook = notebook
        self._clock = clock
        self._spent = Spent("")

    @property
    def name(self) -> str:
        """The model's name."""
        return self._model.name

    async def ask(self, question: Question, *, seconds: float) -> Reply:
        """Return the model's answer, or at once which limit is reached."""
        spent = self._today()
        if spent.calls >= self._settings.calls_per_day:
            return Reply(failure=Failure.CALLS_SPENT)
        # One more of the dearest kind must still fit: a cost is known only when it is paid.
        if spent.dollars + spent.dearest > self._settings.dollars_per_day:
            return Reply(failure=Failure.MONEY_SPENT)
        # Before the call: one that never comes back has been made all the same.
        self._keep(replace(spent, calls=spent.calls + 1))
        reply = await self._model.ask(question, seconds=seconds)
        if reply.cost:
            today = self._today()
            dearest = max(today.dearest, reply.cost)
            self._keep(replace(today, dollars=today.dollars + reply.cost, dearest=dearest))
        return reply

    def _today(self) -> Spent:
        """Return the day's spending by memory and notebook, whichever knows of more."""
        today = Spent(self._clock.now().astimezone(UTC).date().isoformat())
        return today.merged(self._spent).merged(self._written())

    def _written(self) -> Spent | None:
        try:
            text = self._notebook.get(NOTE)
            return None if text is None else spent_in(text)
        except STORE_TROUBLE as error:
            _log.warning("the day's spending could not be read: %s", type(error).__name__)
            return None

    def _keep(self, spent: Spent) -> None:
        self._spent = spent
        try:
            self._notebook.put(NOTE, json.dumps(asdict(spent), default=str))
        except STORE_TROUBLE as error:
            # Memory still counts; only a restart would forget.
            _log.warning("the day's spending could not be kept: %s", type(error).__name__)


def spent_in(text: str) -> Spent:
    """Return a stored record.

    Raises:
        ValueError: it is none; a wrong one could hand out a second budget.
    """
    try:
        known = json.loads(text, parse_float=str, parse_constant=str)
        day, calls = str(known["day"]), int(known["calls"])
        dollars, dearest = Decimal(known["dollars"]), Decimal(known["dearest"])
        is_sane = calls >= 0 and all(0 <= each <= MOST_SPENT for each in (dollars, dearest))
    except (TypeError, KeyError, OverflowError, InvalidOperation, RecursionError) as error:
        raise ValueError(f"{NOTE} holds no record of a day") from error
    if not is_sane:
        raise ValueError(f"{NOTE} holds {text[:LONGEST]!r}, which is no record of a day")
    return Spent(day, calls, dollars, dearest)
