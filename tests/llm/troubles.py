"""Every way in which a server fails to answer, and what each of them is called."""

from __future__ import annotations

import json
from dataclasses import dataclass

from bot.explain.model.asking import Failure
from tests.emulators.llm import Behaviour, manners
from tests.emulators.llm import behaviours as do

F = Failure
CALL = {"id": "call_1", "type": "function", "function": {"name": "approve", "arguments": "{}"}}
IN_200 = {"error": {"message": "provider is overloaded", "code": 429}}


@dataclass(frozen=True)
class Trouble:
    """One way of failing.

    Attributes:
        name: in a few words.
        behaviour: what the server does.
        failure: what the client makes of it.
        is_slow: whether it lasts as long as anybody waits.
    """

    name: str
    behaviour: Behaviour
    failure: Failure
    is_slow: bool = False


def _json(body: object) -> Behaviour:
    return do.raw(json.dumps(body).encode())


TROUBLES = (
    Trouble("200 with a web page", do.raw(b"<html>Log in</html>", "text/html"), F.BROKEN),
    Trouble("200 with plain words", do.raw(b"come back later", "text/plain"), F.BROKEN),
    Trouble("200 with nothing", do.raw(b""), F.BROKEN),
    Trouble("204", do.raw(b"", status=204), F.BROKEN),
    Trouble("broken JSON", do.raw(b'{"choices": [{"mess'), F.BROKEN),
    Trouble("JSON in no known alphabet", do.raw(b"\xff\xfe\xfa{"), F.BROKEN),
    Trouble("a JSON list", do.raw(b"[]"), F.BROKEN),
    Trouble("JSON nested 100,000 deep", do.raw(b"[" * 100_000), F.BROKEN),
    Trouble("objects nested 20,000 deep", do.raw(b'{"choices":' * 20_000), F.BROKEN),
    Trouble("a figure of 5,000 digits", do.raw(b'{"id":' + b"9" * 5000 + b"}"), F.BROKEN),
    Trouble("an error inside a 200", _json(IN_200), F.BUSY),
    Trouble("an error inside a 200, as words", _json({"error": "out of memory"}), F.BROKEN),
    Trouble("an error in a 200 without sense", _json({"error": {"code": [1]}}), F.BROKEN),
    Trouble("no choices", do.with_changes(choices=[]), F.BROKEN),
    Trouble("choices null", do.with_changes(choices=None), F.BROKEN),
    Trouble("choices missing", _json({"id": "x", "object": "chat.completion"}), F.BROKEN),
    Trouble("choices as words", do.with_changes(choices="none"), F.BROKEN),
    Trouble("choices of words", do.with_changes(choices=["none"]), F.BROKEN),
    Trouble("no message", do.with_changes(choices=[{"index": 0}]), F.BROKEN),
    Trouble("a message of words", do.with_changes(choices=[{"message": "hi"}]), F.BROKEN),
    Trouble("text null", do.saying(None), F.EMPTY),
    Trouble("text empty", do.saying(" \n "), F.EMPTY),
    Trouble("text a number", do.saying(7), F.BROKEN),
    Trouble("text a list of parts", do.saying([{"type": "text", "text": "{}"}]), F.BROKEN),
    Trouble("a refusal", do.saying(None, refusal="I cannot help with that."), F.REFUSAL),
    Trouble("cut at its length", do.with_changes(finish_reason="length"), F.CUT),
    Trouble("held back by a filter", do.with_changes(finish_reason="content_filter"), F.REFUSAL),
    Trouble("ended for tool calls", do.with_changes(finish_reason="tool_calls"), F.BROKEN),
    Trouble("a tool call, no text", do.saying(None, tool_calls=[CALL]), F.BROKEN),
    Trouble("a tool call beside a text", do.with_changes(tool_calls=[CALL]), F.BROKEN),
    Trouble("an old function call", do.with_changes(function_call=CALL["function"]), F.BROKEN),
    Trouble("ended for no known reason", do.with_changes(finish_reason="bored"), F.BROKEN),
    Trouble("ended for a list", do.with_changes(finish_reason=["stop"]), F.BROKEN),
    Trouble("400", do.failing(400), F.REFUSED),
    Trouble("401", do.failing(401, "invalid_api_key"), F.REFUSED),
    Trouble("402, no credit", do.failing(402), F.REFUSED),
    Trouble("403", do.failing(403), F.REFUSED),
    Trouble("404, no such model", do.failing(404, "model_not_found"), F.REFUSED),
    Trouble("429, again in a second", do.failing(429, retry_after="1"), F.BUSY),
    Trouble("429, again in ten minutes", do.failing(429, retry_after="600"), F.BUSY),
    Trouble("429, the quota is used up", do.failing(429, "insufficient_quota"), F.REFUSED),
    Trouble("500", do.failing(500), F.BROKEN),
    Trouble("503, wished to be repeated", do.failing(503, x_should_retry="true"), F.BUSY),
    Trouble("520, a page", do.raw(b"<html>", "text/html", status=520), F.BROKEN),
    Trouble("500 with bare words", do.raw(b"oops", "text/plain", status=500), F.BROKEN),
    Trouble("the limit refused", manners.takes_nothing, F.FORM),
    Trouble("sent elsewhere", do.redirecting("http://127.0.0.1:1/v1/chat/completions"), F.REFUSED),
    Trouble("one megabyte of text", do.saying("x" * 1_000_000), F.TOO_LONG),
    Trouble("30,000 characters", do.saying("x" * 30_000), F.TOO_LONG),
    Trouble("one megabyte of error", do.raw(b"x" * 1_000_000, status=500), F.TOO_LONG),
    Trouble("spaces without end", do.endless, F.TOO_LONG),
    Trouble("a byte a chunk", do.crumbs, F.TOO_LONG),
    Trouble("a gzip bomb", do.gzip_bomb, F.BROKEN),
    Trouble("the line closed", do.disconnect, F.LINE_CUT),
    Trouble("the line closed midway", do.disconnect_midway, F.LINE_CUT),
    Trouble("bytes that are no HTTP", do.babble, F.LINE_CUT),
    Trouble("silence", do.hang, F.TIMEOUT, is_slow=True),
    Trouble("silence midway", do.hang_midway, F.TIMEOUT, is_slow=True),
    Trouble("a byte now and then", do.drip, F.TIMEOUT, is_slow=True),
)
