"""One question to a language model, and what comes back: a text or the reason there is none."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Question:
    """Everything a model gets to read, and the form its answer shall have.

    Attributes:
        prompt: name and version of the prompt file, e.g. ``narrator-en-1``.
        system: the fixed instructions.
        user: the filled part: ids, meanings and polarities, or a person's question.
        schema: JSON schema of the answer; servers that take none are told by the prompt alone.
        schema_name: its name, ``[a-z_]+``.
        max_tokens: the most tokens of an answer.
        temperature: None where the server's own is used.
        is_vital: whether the last share of a day's budget is kept for questions like it.
    """

    prompt: str
    system: str
    user: str
    schema: Mapping[str, object]
    schema_name: str
    max_tokens: int
    temperature: float | None = 0.0
    is_vital: bool = False


class Failure(StrEnum):
    """Why there is no text. None of them is an error: the template stands in."""

    TIMEOUT = "timeout"
    NO_CONNECTION = "no connection"
    LINE_CUT = "the connection was cut"
    REFUSED = "the server refused"
    BUSY = "the server is busy"
    BROKEN = "no usable answer"
    REFUSAL = "the model declined"
    EMPTY = "an empty text"
    CUT = "the answer was cut at its length"
    TOO_LONG = "an answer beyond all measure"
    CALLS_SPENT = "the day's calls are used up"
    MONEY_SPENT = "the day's money is used up"
    RESTING = "too many failures; waiting before the next try"
    FORM = "the server takes another form of question, which is now known"


UNASKED = frozenset({Failure.CALLS_SPENT, Failure.MONEY_SPENT, Failure.RESTING})
"""Nothing was sent: such a reply is no attempt, costs nothing and says nothing of the server."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back: ``text``, or ``failure`` in its place.

    Attributes:
        text: the raw answer, at most 20,000 characters; empty on failure.
        failure: why there is none.
        detail: for the log and doctor: status or class of the failure, never a secret.
        seconds: how long it took.
        tokens_in, tokens_out: as the server counts them; 0 when it does not.
        cost: in US dollars, from the server or the configured prices; None when unknown.
    """

    text: str = ""
    failure: Failure | None = None
    detail: str = ""
    seconds: float = 0.0
    tokens_in: int = 0
    tokens_out: int = 0
    cost: Decimal | None = None


class Model(Protocol):
    """A language model that can be asked; it never raises."""

    @property
    def name(self) -> str:
        """The model's name as configured, for messages and logs."""
        ...

    async def ask(self, question: Question, *, seconds: float) -> Reply:
        """Return the answer, or why there is none, within ``seconds``."""
        ...
