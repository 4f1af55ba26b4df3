"""What a model wrote for the golden tables -> JSON Lines, and back: a run without a network."""

import json
from collections.abc import Iterable, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from bot.explain.model.asking import Failure, Question, Reply
from core.domain.errors import InputInvalid

NOT_RECORDED = "nothing was recorded for this try"


class Recorded(BaseModel):
    """One answer of a model, as a line of a file.

    Attributes:
        case: the golden table's name.
        attempt: 1 or 2.
        model: the model's name, or who wrote the text in its place.
        prompt: name and version of the prompt that was asked.
        output: the raw answer; empty where none came.
        failure: why none came, in the words of ``Failure``; empty where one did.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    case: str
    attempt: Annotated[int, Field(ge=1, le=2)]
    model: str
    prompt: str
    output: str
    failure: str = ""
    detail: str = ""
    seconds: Annotated[float, Field(ge=0)] = 0.0
    tokens_in: Annotated[int, Field(ge=0)] = 0
    tokens_out: Annotated[int, Field(ge=0)] = 0
    cost: Decimal | None = None

    @classmethod
    def of(cls, reply: Reply, *, case: str, attempt: int, model: str, prompt: str) -> "Recorded":
        """Return the record of an answer."""
        return cls(
            case=case,
            attempt=attempt,
            model=model,
            prompt=prompt,
            output=reply.text.encode("utf-8", "replace").decode("utf-8"),
            failure="" if reply.failure is None else reply.failure.value,
            detail=reply.detail,
            seconds=round(reply.seconds, 3),
            tokens_in=reply.tokens_in,
            tokens_out=reply.tokens_out,
            cost=reply.cost,
        )

    @property
    def reply(self) -> Reply:
        """The answer as it came."""
        return Reply(
            text=self.output,
            failure=Failure(self.failure) if self.failure else None,
            detail=self.detail,
            seconds=self.seconds,
            tokens_in=self.tokens_in,
            tokens_out=self.tokens_out,
            cost=self.cost,
        )

    @property
    def line(self) -> str:
        """The record as a line of JSON, without what is not known."""
        document = self.model_dump(mode="json", exclude_defaults=True)
        return json.dumps(document, ensure_ascii=False)


def read_records(path: Path) -> tuple[Recorded, ...]:
    """Return the answers of a file in its order.

    Raises:
        InputInvalid: it cannot be read or is empty, or a line is no answer or repeats one; the
            line is named.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise InputInvalid(f"{path} cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise InputInvalid(f"{path} is not UTF-8; --record writes such files") from None
    records: list[Recorded] = []
    for number, line in enumerate(text.split("\n"), start=1):
        if line.strip():
            records.append(_record(line, f"{path}, line {number}"))
            is_known = any(_place(each) == _place(records[-1]) for each in records[:-1])
            if is_known:
                raise InputInvalid(f"{path}, line {number}: this try stands in the file already")
    if not records:
        raise InputInvalid(f"{path} holds no answer; --record writes such files")
    return tuple(records)


class Replayed:
    """Stands in for a model with what it once wrote for one table; it asks nobody."""

    def __init__(self, records: Iterable[Recorded]) -> None:
        """Keep the answers, the first try first."""
        self._records = sorted(records, key=lambda record: record.attempt)
        self.name = self._records[0].model if self._records else "nobody"

    async def ask(self, question: Question, *, seconds: float) -> Reply:  # noqa: ARG002  # they are known
        """Return the next answer; when there is none, say so."""
        if not self._records:
            return Reply(failure=Failure.EMPTY, detail=NOT_RECORDED)
        return self._records.pop(0).reply


def replays(records: Sequence[Recorded], case: str) -> Replayed:
    """Return the stand-in for one table."""
    return Replayed(record for record in records if record.case == case)


def _record(line: str, place: str) -> Recorded:
    try:
        record = Recorded.model_validate_json(line)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        key = ".".join(map(str, first["loc"])) or "the line"
        raise InputInvalid(f"{place}: {key}: {first['msg']}") from None
    if record.failure and record.failure not in set(Failure):
        raise InputInvalid(f"{place}: failure is {record.failure!r}; expected empty or a known one")
    return record


def _place(record: Recorded) -> tuple[str, int]:
    return record.case, record.attempt
