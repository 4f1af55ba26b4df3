"""Servers that refuse a part of the question, in the words of the real ones."""

from __future__ import annotations

from aiohttp import web

from tests.emulators.llm.behaviours import good
from tests.emulators.llm.wire import Visit, failure


async def thinks_first(visit: Visit) -> web.StreamResponse:
    """Refuse the old name of the limit and any temperature, one after the other, as OpenAI does."""
    body = visit.call.body
    if "max_tokens" in body:
        message = "Unsupported parameter: use 'max_completion_tokens' instead."
        return failure(400, message, code="unsupported_parameter", param="max_tokens")
    if body.get("temperature", 1) != 1:
        message = "Unsupported value: 'temperature' does not support 0.0 with this model."
        return failure(400, message, code="unsupported_value", param="temperature")
    return await good(visit)


async def objects_only(visit: Visit) -> web.StreamResponse:
    """Take a JSON object, but no schema, and say so in a message alone."""
    if visit.call.body.get("response_format", {}).get("type") == "json_schema":
        return failure(400, "This response_format type is unavailable now")
    return await good(visit)


async def plain_only(visit: Visit) -> web.StreamResponse:
    """Know no response_format at all; quote the whole question, as strict validation does."""
    if "response_format" in visit.call.body:
        problem = {
            "type": "extra_forbidden",
            "loc": ["body", "response_format"],
            "msg": "Extra inputs are not permitted",
            "input": dict(visit.call.body),
        }
        return web.json_response({"detail": [problem]}, status=422)
    return await good(visit)


async def takes_nothing(visit: Visit) -> web.StreamResponse:
    """Refuse the limit under either name: it means the figure."""
    return failure(400, "max_tokens is too large", param="max_tokens")


async def ignores_all(visit: Visit) -> web.StreamResponse:
    """Answer whatever was asked for, with fences: the schema was not even read."""
    visit = Visit(visit.request, visit.call, f"```json\n{visit.text}\n```", visit.closing)
    return await good(visit)
