"""The body of a Chat Completions answer -> a reply. Nothing in it is believed to have its type."""

import json
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal, InvalidOperation

from bot.explain.model.asking import Failure, Reply
from bot.explain.model.settings import ModelSettings

MOST_CHARACTERS = 20_000
MOST_TOKENS = 10_000_000
DEAREST = Decimal(1000)
"""US dollars for one call; whoever names more did not mean this call."""

MILLION = Decimal(1_000_000)

# A text that ended by itself, in the words of the common servers; some say nothing.
_ENDED = (None, "", "stop", "eos", "eos_token", "end_turn", "stop_sequence")
_CUT_SHORT = {
    "length": (Failure.CUT, "the answer reached its limit of tokens; raise max_tokens"),
    "content_filter": (Failure.REFUSAL, "the server's filter held the answer back"),
    "tool_calls": (Failure.BROKEN, "a tool call in place of a text"),
    "function_call": (Failure.BROKEN, "a tool call in place of a text"),
}
_BUSY = frozenset({408, 425, 429, 503, 529})
_QUOTA = ("insufficient_quota", "billing_hard_limit_reached")
_SAID = {
    400: "it does not take the question",
    401: "the key was not accepted",
    402: "the account has no credit left",
    403: "the key may not use this model",
    404: "no such address or model; base_url mostly ends in /v1",
    429: "too many calls",
}
_THOUGHTS = ("<think>", "</think>")
_FENCE = "```"


def reply_from(content: bytes, settings: ModelSettings) -> Reply:
    """Return what a 200 says; whatever it is, no error leaves here."""
    try:
        # Figures stay text: exact where they are money, harmless where they are endless.
        body = json.loads(content, parse_float=str, parse_constant=str)
    except (ValueError, RecursionError):
        return Reply(failure=Failure.BROKEN, detail=f"no JSON, but {_looks_like(content)}")
    if not isinstance(body, Mapping):
        return Reply(failure=Failure.BROKEN, detail="JSON, but not an object")
    if body.get("error"):
        failure, detail = failure_of(_status_in(body["error"]), body["error"])
        return Reply(failure=failure, detail=f"an error inside a 200, {detail}")
    return _counted(_said(body.get("choices")), body.get("usage"), settings)


def failure_of(status: int, error: object) -> tuple[Failure, str]:
    """Return what a status means, in words of our own: the server's may quote the key."""
    detail = f"HTTP {status}" if status else "without a status"
    if isinstance(error, Mapping) and error.get("code") in _QUOTA:
        return Failure.REFUSED, f"{detail}: {_SAID[402]}"
    if said := _SAID.get(status):
        detail = f"{detail}: {said}"
    if status in _BUSY:
        return Failure.BUSY, detail
    if 300 <= status < 400:  # noqa: PLR2004  # redirects
        return Failure.REFUSED, f"{detail}: it points elsewhere; set base_url to where it leads"
    is_refusal = 400 <= status < 500  # noqa: PLR2004  # the caller's fault, as HTTP has it
    return Failure.REFUSED if is_refusal else Failure.BROKEN, detail


def _status_in(error: object) -> int:
    code = error.get("code") if isinstance(error, Mapping) else None
    is_status = isinstance(code, int) and 100 <= code < 600  # noqa: PLR2004  # as HTTP has it
    return code if isinstance(code, int) and is_status else 0


def _said(choices: object) -> Reply:
    """Return the text of the first choice, or why it cannot be used."""
    first = choices[0] if isinstance(choices, list) and choices else None
    message = first.get("message") if isinstance(first, Mapping) else None
    if not isinstance(first, Mapping) or not isinstance(message, Mapping):
        return Reply(failure=Failure.BROKEN, detail="no message in the answer")
    if message.get("refusal"):
        return Reply(failure=Failure.REFUSAL, detail="the model says so itself")
    if message.get("tool_calls") or message.get("function_call"):
        return Reply(failure=Failure.BROKEN, detail="a tool call in place of a text")
    reason = first.get("finish_reason")
    if isinstance(reason, str) and reason in _CUT_SHORT:
        failure, detail = _CUT_SHORT[reason]
        return Reply(failure=failure, detail=detail)
    if reason not in _ENDED:
        return Reply(failure=Failure.BROKEN, detail="it ended for a reason that nobody knows")
    return _text(message.get("content"))


def _text(content: object) -> Reply:
    if content is None or (isinstance(content, str) and not content.strip()):
        return Reply(failure=Failure.EMPTY)
    if not isinstance(content, str):
        return Reply(failure=Failure.BROKEN, detail="the text is no text")
    if len(content) > MOST_CHARACTERS:
        return Reply(failure=Failure.TOO_LONG, detail=f"{len(content)} characters")
    return Reply(text=unwrapped(content))


def unwrapped(text: str) -> str:
    """Return a text without thoughts in front and without the one fence around it.

    Local models that take no schema have both habits; what is inside is checked like any other.
    """
    bare = text.strip()
    begin, end = _THOUGHTS
    if bare.startswith(begin) and end in bare:
        bare = bare.partition(end)[2].strip()
    opening, newline, rest = bare.partition("\n")
    is_fenced = newline and opening.strip().lower() in (_FENCE, f"{_FENCE}json")
    if is_fenced and rest.endswith(_FENCE) and rest.count(_FENCE) == 1:
        return rest.removesuffix(_FENCE).strip()
    return bare


def _counted(reply: Reply, usage: object, settings: ModelSettings) -> Reply:
    """Return a reply with what it cost: also one that cannot be used has to be paid."""
    if not isinstance(usage, Mapping):
        return reply
    tokens_in, tokens_out = (_tokens(usage.get(n)) for n in ("prompt_tokens", "completion_tokens"))
    cost = _named_cost(usage.get("cost"))
    if cost is None and (tokens_in or tokens_out):
        cost = price_of(tokens_in, tokens_out, settings)
    return replace(reply, tokens_in=tokens_in, tokens_out=tokens_out, cost=cost)


def price_of(tokens_in: int, tokens_out: int, settings: ModelSettings) -> Decimal | None:
    """Return the US dollars so many tokens cost by the configured prices, None without them."""
    if settings.price_in is None or settings.price_out is None:
        return None
    return (tokens_in * settings.price_in + tokens_out * settings.price_out) / MILLION


def _tokens(count: object) -> int:
    is_count = isinstance(count, int) and not isinstance(count, bool)
    return count if isinstance(count, int) and is_count and 0 <= count <= MOST_TOKENS else 0


def _named_cost(cost: object) -> Decimal | None:
    """Return the cost a server names, None for one that makes no sense."""
    if not isinstance(cost, str | int) or isinstance(cost, bool):
        return None
    try:
        dollars = Decimal(cost)
    except (InvalidOperation, ValueError):
        return None
    return dollars if dollars.is_finite() and 0 <= dollars <= DEAREST else None


def _looks_like(content: bytes) -> str:
    if not content.strip():
        return "nothing at all"
    return "a web page" if content.lstrip()[:1] == b"<" else "something else"
