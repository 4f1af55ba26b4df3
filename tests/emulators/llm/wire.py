"""What goes over the wire: a recorded call, the bodies of answers and errors."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from aiohttp import web

MODEL = "small-model"


@dataclass(frozen=True)
class Call:
    """One request as it arrived; header names are lower case."""

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: Mapping[str, Any]

    @property
    def user(self) -> str:
        """The text of the last message."""
        return str(self.body["messages"][-1]["content"])


@dataclass(frozen=True)
class Visit:
    """A call while it is served: the request, what came with it, and the closing bell."""

    request: web.Request
    call: Call
    text: str
    closing: asyncio.Event

    async def wait(self, seconds: float) -> bool:
        """Wait, but not longer than the server lives; tell whether it still does."""
        try:
            await asyncio.wait_for(self.closing.wait(), seconds)
        except TimeoutError:
            return True
        return False


Behaviour = Callable[[Visit], Awaitable[web.StreamResponse]]


def completion(text: Any, **changes: Any) -> dict[str, Any]:  # noqa: ANN401  # wrong types too
    """Return the minimal answer; ``changes`` replace keys of the choice or, if new, of the body."""
    message = {"role": "assistant", "content": text, "refusal": None}
    choice = {"index": 0, "message": message, "finish_reason": "stop", "logprobs": None}
    body: dict[str, Any] = {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1_700_000_000,
        "model": MODEL,
        "choices": [choice],
        "usage": {"prompt_tokens": 812, "completion_tokens": 96, "total_tokens": 908},
    }
    for name, value in changes.items():
        place = message if name in _OF_MESSAGE else choice if name in choice else body
        place[name] = value
    return body


_OF_MESSAGE = ("content", "refusal", "tool_calls", "function_call")


def failure(
    status: int, message: str, *, code: object = None, param: str | None = None, **headers: str
) -> web.Response:
    """Return an error as the wire has it."""
    error = {"message": message, "type": "invalid_request_error", "param": param, "code": code}
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    return web.json_response({"error": error}, status=status, headers=names)
