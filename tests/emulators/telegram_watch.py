"""How a test watches the bot: waiting for messages, answers and calls."""

# ruff: noqa: ASYNC109  # a wait that runs out must say what did happen, which asyncio.timeout cannot

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NoReturn

from tests.emulators.telegram_records import Answer, Call, Message
from tests.emulators.telegram_world import World

_LISTED = 12
_PATIENCE = 30.0


@dataclass(eq=False, repr=False)
class Watch:
    """Waits end as soon as the thing happens; on time-out they fail and tell what did happen."""

    world: World

    def mark(self) -> int:
        """Return the present moment, for `wait_for(..., after=...)`."""
        return self.world.moment

    async def wait_for(
        self,
        wanted: str | Callable[[Message], bool],
        timeout: float = _PATIENCE,
        *,
        chat_id: int | None = None,
        after: Message | int = 0,
    ) -> Message:
        """Wait for a message of the bot, sent or edited.

        Args:
            wanted: a part of its text (or caption), or a predicate.
            timeout: seconds on the clock of the loop.
            chat_id: only in this chat.
            after: only what was sent or edited after this message (or `mark()`).

        Returns:
            The one that changed first, of those that are not deleted.
        """
        moment = after.moment if isinstance(after, Message) else after

        def found() -> Message | None:
            for message in self.world.messages():
                here = chat_id in {None, message.chat.chat_id}
                if here and message.moment > moment and _is_wanted(message, wanted):
                    return message
            return None

        message = await self.world.pulse.until(found, timeout)
        return message or self._fail(f"no message {wanted!r} within {timeout} s")

    async def wait_answered(self, callback_id: str, timeout: float = _PATIENCE) -> Answer:
        """Wait until the bot has answered this press of a button."""

        def found() -> Answer | None:
            return next((a for a in self.world.answers if a.callback_id == callback_id), None)

        answer = await self.world.pulse.until(found, timeout)
        return answer or self._fail(f"press {callback_id} not answered within {timeout} s")

    async def wait_call(self, method: str, count: int = 1, timeout: float = _PATIENCE) -> Call:
        """Wait until a method was called `count` times; returns that call, which may still run."""

        def found() -> Call | None:
            calls = self.calls_of(method)
            return calls[count - 1] if len(calls) >= count else None

        call = await self.world.pulse.until(found, timeout)
        return call or self._fail(f"{method} not called {count} times within {timeout} s")

    async def wait_until(self, condition: Callable[[], bool], timeout: float = _PATIENCE) -> None:
        """Wait until a condition on chats, answers or calls holds."""
        if not await self.world.pulse.until(lambda: condition() or None, timeout):
            self._fail(f"condition not met within {timeout} s")

    def calls_of(self, method: str) -> list[Call]:
        """Return all calls of one method."""
        return [call for call in self.world.calls if call.method == method]

    def assert_every_tap_answered_once(self) -> None:
        """Check that each press got exactly one answer (none is asked for when it expired)."""
        wrong = {
            query.query_id: (query.data, query.answers, query.refused_answers)
            for query in self.world.queries.values()
            if not query.expired and (query.answers, query.refused_answers) != (1, 0)
        }
        if wrong:
            raise AssertionError(f"presses (data, answers, refused answers): {wrong}")

    def _fail(self, complaint: str) -> NoReturn:
        """Fail with a list of the bot's last messages and calls."""
        sent = [f"{m.chat.chat_id}: {m.text!r}" for m in self.world.messages() if m.from_bot]
        calls = [f"{c.method} {c.status}" for c in self.world.calls if c.method != "getUpdates"]
        raise AssertionError(
            f"{complaint}\nlast messages: {sent[-_LISTED:]}\nlast calls: {calls[-_LISTED:]}"
        )


def _is_wanted(message: Message, wanted: str | Callable[[Message], bool]) -> bool:
    """Whether a message is the bot's, is still there, and is what the test waits for."""
    if not message.from_bot or message.deleted:
        return False
    return wanted in message.text if isinstance(wanted, str) else wanted(message)
