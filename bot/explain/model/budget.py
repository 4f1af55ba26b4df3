"""So many calls and dollars a day, whatever happens; a restart does not begin a new day."""

import json
import logging
from dataclasses import asdict, dataclass, replace
from datetime import UTC, date, timedelta
from decimal import Decimal, InvalidOperation

from bot.explain.model.asking import UNASKED, Failure, Model, Question, Reply
from bot.explain.model.reading import price_of
from bot.explain.model.settings import ModelSettings
from bot.ports.clock import Clock
from bot.ports.narrator import Notebook
from core.domain.errors import EvenkeelError

NOTE = "model_spent"
"""The name under which the day's spending is kept."""

VITAL_SHARE = Decimal("0.4")
"""Of a day's calls and money, kept for plans, pauses and executions: whoever may ask questions
shall not be able to ask until a plan has no words."""

FURTHEST_AHEAD = timedelta(days=7)
"""A record from further ahead was made by a wrong clock, and would block the budget for years."""

CHARACTERS = 3
"""Of a token, at the least on average: for an estimate that is rather too dear."""

LONGEST = 80
MOST_SPENT = Decimal(1_000_000)
STORE_TROUBLE = (EvenkeelError, OSError, ValueError)
"""What a notebook or log may raise when it cannot keep a thing."""

# Turned away before a model read it, as far as one can know.
_FREE = UNASKED | {Failure.NO_CONNECTION, Failure.REFUSED, Failure.BUSY, Failure.FORM}
_KEPT = "the rest of the day is kept for plans, pauses and executions"

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Spent:
    """What a UTC day has seen so far.

    Attributes:
        day: the day.
        calls: how many were begun.
        dollars: what those cost whose cost is known or could be estimated.
        dearest: the cost of the dearest of them.
    """

    day: date
    calls: int = 0
    dollars: Decimal = Decimal(0)
    dearest: Decimal = Decimal(0)

    def merged(self, other: "Spent") -> "Spent":
        """Return the larger of two records of one day: spending is never forgotten."""
        if other.day != self.day:
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
        self._spent: Spent | None = None

    @property
    def name(self) -> str:
        """The model's name."""
        return self._model.name

    async def ask(self, question: Question, *, seconds: float) -> Reply:
        """Return the model's answer, or at once which limit is reached."""
        spent = self._today()
        if refusal := self._refusal(spent, is_vital=question.is_vital):
            return refusal
        # Before the call: one that never comes back has been made all the same.
        self._keep(replace(spent, calls=spent.calls + 1))
        reply: Reply | None = None
        try:
            reply = await self._model.ask(question, seconds=seconds)
        finally:
            # Also of one that was broken off.
            self._charge(self._cost(question, reply))
        return reply

    def _refusal(self, spent: Spent, *, is_vital: bool) -> Reply | None:
        calls, dollars = Decimal(self._settings.calls_per_day), self._settings.dollars_per_day
        # One more of the dearest kind must still fit: a cost is known only when it is paid.
        ahead = spent.dollars + spent.dearest
        if spent.calls >= calls:
            return Reply(failure=Failure.CALLS_SPENT)
        if ahead > dollars:
            return Reply(failure=Failure.MONEY_SPENT)
        open_share = 1 - VITAL_SHARE
        if not is_vital and spent.calls >= calls * open_share:
            return Reply(failure=Failure.CALLS_SPENT, detail=_KEPT)
        if not is_vital and ahead > dollars * open_share:
            return Reply(failure=Failure.MONEY_SPENT, detail=_KEPT)
        return None

    def _cost(self, question: Question, reply: Reply | None) -> Decimal | None:
        """Return what a call cost; where nobody says, what it can have cost by the prices."""
        if reply is not None and reply.cost is not None:
            return reply.cost
        if reply is not None and reply.failure in _FREE:
            return None
        sent = len(question.system) + len(question.user) + len(json.dumps(dict(question.schema)))
        tokens_out = max(question.max_tokens, self._settings.max_tokens)
        return price_of(sent // CHARACTERS, tokens_out, self._settings)

    def _charge(self, cost: Decimal | None) -> None:
        if cost:
            today = self._today()
            dearest = max(today.dearest, cost)
            self._keep(replace(today, dollars=today.dollars + cost, dearest=dearest))

    def _today(self) -> Spent:
        """Return the day's spending by memory and notebook, whichever knows of more.

        The day never goes back: a clock that is set back and forth brings no second budget.
        """
        day = self._clock.now().astimezone(UTC).date()
        known = [
            spent
            for spent in (self._spent, self._written())
            if spent is not None and spent.day - day <= FURTHEST_AHEAD
        ]
        today = Spent(max([day, *(spent.day for spent in known)]))
        for spent in known:
            today = today.merged(spent)
        return today

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
        day, calls = date.fromisoformat(known["day"]), int(known["calls"])
        dollars, dearest = Decimal(known["dollars"]), Decimal(known["dearest"])
        is_sane = calls >= 0 and all(0 <= each <= MOST_SPENT for each in (dollars, dearest))
    except (TypeError, KeyError, OverflowError, InvalidOperation, RecursionError) as error:
        raise ValueError(f"{NOTE} holds no record of a day") from error
    if not is_sane:
        raise ValueError(f"{NOTE} holds {text[:LONGEST]!r}, which is no record of a day")
    return Spent(day, calls, dollars, dearest)
