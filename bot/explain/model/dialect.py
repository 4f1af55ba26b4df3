"""How one server wants to be asked, learnt from its refusals and kept while the process lives."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from bot.explain.model.asking import Question
from bot.explain.model.settings import Form

_NEXT = {Form.SCHEMA: Form.OBJECT, Form.OBJECT: Form.PLAIN}
_FORM_NAMES = ("response_format", "json_schema", "json_object")
LONGEST = 2000
"""Characters of a refusal that are looked at."""

_OLD, _NEW = "max_tokens", "max_completion_tokens"


@dataclass(slots=True)
class Dialect:
    """The words of the protocol that servers disagree about.

    Attributes:
        form: how the form of an answer is asked for now.
        may_step_down: whether a refusal leads to a simpler form.
        limit: what the limit of an answer is called. The old name comes first: every local server
            knows it, and one that does not know the new name would write without end.
        has_temperature: whether a temperature is sent; models that think first refuse it.
    """

    form: Form
    may_step_down: bool = False
    limit: str = _OLD
    has_temperature: bool = True

    @classmethod
    def of(cls, form: Form) -> "Dialect":
        """Return what is tried first."""
        if form is Form.AUTO:
            return cls(Form.SCHEMA, may_step_down=True)
        return cls(form)

    def body(self, question: Question, max_tokens: int) -> dict[str, object]:
        """Return what a question adds to model and messages."""
        body: dict[str, object] = {self.limit: max(question.max_tokens, max_tokens)}
        if self.has_temperature and question.temperature is not None:
            body["temperature"] = question.temperature
        if self.form is Form.SCHEMA:
            schema = {
                "name": question.schema_name,
                "strict": True,
                "schema": dict(question.schema),
            }
            body["response_format"] = {"type": "json_schema", "json_schema": schema}
        elif self.form is Form.OBJECT:
            body["response_format"] = {"type": "json_object"}
        return body

    def learn(self, refusal: object) -> bool:
        """Change what the body of a 400 or 422 names; tell whether there was anything."""
        named = " ".join(_complaints(refusal)).lower()
        before = (self.form, self.limit, self.has_temperature)
        if self.may_step_down and any(name in named for name in _FORM_NAMES):
            self.form = _NEXT.get(self.form, self.form)
        if _OLD in named or _NEW in named:
            # Only once: a server that wants neither name means the figure, not the word.
            self.limit = _NEW
        if "temperature" in named:
            self.has_temperature = False
        return before != (self.form, self.limit, self.has_temperature)


def _complaints(refusal: object) -> Iterator[str]:
    """Yield where a refusal points; not what it quotes, which may be the whole question."""
    if isinstance(refusal, Mapping) and "error" in refusal:
        refusal = refusal["error"]
    if isinstance(refusal, str):
        yield refusal[:LONGEST]
    if not isinstance(refusal, Mapping):
        return
    details = refusal.get("detail")
    if isinstance(param := refusal.get("param"), str) and param:
        yield param
    elif isinstance(details, list):
        places = [item.get("loc") for item in details if isinstance(item, Mapping)]
        yield from (str(part) for place in places if isinstance(place, list) for part in place)
    else:
        texts = (refusal.get("message"), details)
        yield from (text[:LONGEST] for text in texts if isinstance(text, str))
