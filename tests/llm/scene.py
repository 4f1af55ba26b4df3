"""A question, settings for an emulated server, and a client that is closed in the end."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from pydantic import SecretStr

from bot.explain.model.asking import Question, Reply
from bot.explain.model.client import OpenAIModel
from bot.explain.model.settings import ModelSettings
from tests.emulators.llm import LlmEmulator
from tests.emulators.llm.wire import MODEL

KEY = "sk-made-up-0123456789abcdef"
QUESTION = Question(
    prompt="narrator-en-1",
    system="Write.",
    user="sell_btc: the sale",
    schema={"type": "object", "additionalProperties": False},
    schema_name="explanation",
    max_tokens=350,
    is_vital=True,
)


def settings_for(server: LlmEmulator, **changes: Any) -> ModelSettings:  # noqa: ANN401  # of any field
    """Return settings that point at ``server`` with our key."""
    values: dict[str, Any] = {"base_url": server.base_url, "model": MODEL, "key": SecretStr(KEY)}
    return ModelSettings(**(values | changes))


@asynccontextmanager
async def asking(settings: ModelSettings) -> AsyncIterator[OpenAIModel]:
    """Open a client, and close it."""
    model = OpenAIModel(settings)
    try:
        yield model
    finally:
        await model.close()


async def asked(server: LlmEmulator, *, seconds: float = 5, **changes: Any) -> Reply:  # noqa: ANN401
    """Ask one question in a client of its own."""
    async with asking(settings_for(server, **changes)) as model:
        return await model.ask(QUESTION, seconds=seconds)
