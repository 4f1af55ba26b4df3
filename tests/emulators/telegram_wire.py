"""How requests come in and answers go out: bodies, parameters, the response envelope.

Source: reference/telegram.md sections 1 and 3 (official server source and loopback runs).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

Json = dict[str, Any]

_PREFIX = {
    400: "Bad Request",
    401: "Unauthorized",
    403: "Forbidden",
    404: "Not Found",
    409: "Conflict",
}
_TRUE_WORDS = frozenset({"true", "1", "yes", "t", "y"})


class ApiError(Exception):
    """The server's definite no: an HTTP status, a description and optional parameters."""

    def __init__(self, status: int, text: str = "", parameters: Json | None = None) -> None:
        super().__init__(f"{status} {text}")
        self.status = status
        prefix = _PREFIX.get(status, "")
        self.description = (
            ": ".join(part for part in (prefix, text) if part) or "Internal Server Error"
        )
        self.parameters = parameters


def bad_request(text: str) -> ApiError:
    """A 400 with the given text after "Bad Request: "."""
    return ApiError(400, text)


def too_many_requests(retry_after: int) -> ApiError:
    """A 429 that asks to wait `retry_after` whole seconds."""
    return ApiError(
        429, f"Too Many Requests: retry after {retry_after}", {"retry_after": retry_after}
    )


@dataclass(frozen=True)
class Upload:
    """One file that arrived in a multipart body."""

    file_name: str
    content_type: str
    data: bytes


@dataclass(frozen=True)
class Reply:
    """One HTTP answer, as it will be written to the wire."""

    status: int
    body: str
    headers: Mapping[str, str] = field(default_factory=dict)
    content_type: str = "application/json"

    def response(self) -> web.Response:
        """Return the aiohttp form of this answer."""
        return web.Response(
            status=self.status,
            text=self.body,
            headers=dict(self.headers),
            content_type=self.content_type,
        )


def success(result: object) -> Reply:
    """Wrap a result in the success envelope."""
    return Reply(200, json.dumps({"ok": True, "result": result}))


def failure(error: ApiError) -> Reply:
    """Wrap an error in the failure envelope; a 429 also carries the Retry-After header."""
    envelope: Json = {"ok": False, "error_code": error.status, "description": error.description}
    headers: dict[str, str] = {}
    if error.parameters:
        envelope["parameters"] = error.parameters
        if "retry_after" in error.parameters:
            headers["Retry-After"] = str(error.parameters["retry_after"])
    return Reply(error.status, json.dumps(envelope), headers)


class Params:
    """The parameters of one call with typed access; a value of the wrong kind is a 400.

    Form values are strings, with nested objects as JSON inside them; a JSON body has native values.
    """

    def __init__(self, values: Mapping[str, Any]) -> None:
        self.values: Json = dict(values)

    def __contains__(self, name: object) -> bool:
        return name in self.values

    def __repr__(self) -> str:
        return f"Params({self.values!r})"

    def text(self, name: str) -> str:
        """Return a string parameter, or the empty string when it is absent."""
        value = self.values.get(name, "")
        return value if isinstance(value, str) else str(value)

    def integer(self, name: str, default: int | None = None) -> int:
        """Return a whole number; absent without a default, or not a number, is a 400."""
        value = self.values.get(name, default)
        if value is None or value == "":
            raise bad_request(f"parameter {name} is required")
        try:
            return int(value)
        except (TypeError, ValueError):
            raise bad_request(f"parameter {name} must be of type Number") from None

    def flag(self, name: str) -> bool:
        """Return a boolean parameter; absent is false."""
        return str(self.values.get(name, "")).lower() in _TRUE_WORDS

    def nested(self, name: str) -> Any:  # noqa: ANN401  # JSON: the readers check it
        """Return an object or list parameter, decoded; absent is None."""
        value = self.values.get(name)
        if not isinstance(value, str):
            return value
        try:
            return json.loads(value) if value else None
        except ValueError:
            raise bad_request(f"can't parse {name} JSON object") from None

    def upload(self, name: str) -> Upload | None:
        """Return the file sent under this name, if one was."""
        value = self.values.get(name)
        return value if isinstance(value, Upload) else None


async def read_params(request: web.Request) -> Params:
    """Read the query string and a form, multipart, JSON or empty body."""
    values: Json = dict(request.query)
    if request.content_type == "application/json":
        values.update(await _read_json(request))
    elif request.content_type in {"application/x-www-form-urlencoded", "multipart/form-data"}:
        for name, value in (await request.post()).items():
            values[name] = _read_field(value)
    return Params(values)


async def _read_json(request: web.Request) -> Json:
    """Read a JSON body, which must be an object; an empty body is no parameters."""
    body = await request.text()
    if not body:
        return {}
    try:
        decoded = json.loads(body)
    except ValueError:
        raise bad_request("can't parse JSON object") from None
    if not isinstance(decoded, dict):
        raise bad_request("expected an Object")
    return decoded


def _read_field(value: str | bytes | bytearray | web.FileField) -> str | Upload:
    """Turn one form field into text or an upload."""
    if isinstance(value, web.FileField):
        return Upload(value.filename, value.content_type, value.file.read())
    return value if isinstance(value, str) else bytes(value).decode()
