"""The switches with which a test makes Telegram misbehave."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypedDict, Unpack

from tests.emulators.telegram_faults import Fault, FaultTable, RateLimits, Trouble, Violation
from tests.emulators.telegram_records import Call
from tests.emulators.telegram_updates import CONFLICT
from tests.emulators.telegram_wire import ApiError, Json, Reply, failure
from tests.emulators.telegram_world import World

_BAD_GATEWAY = (
    "<html><head><title>502 Bad Gateway</title></head><body><center>nginx</center></body></html>"
)


class Scope(TypedDict, total=False):
    """Which calls a fault spoils.

    Keys:
        times: how many calls; one when neither `times` nor `for_seconds` is given.
        for_seconds: for how long from now, on the clock of the loop.
        when: only calls for which this is true.
    """

    times: int
    for_seconds: float
    when: Callable[[Call], bool]


@dataclass(eq=False, repr=False)
class Switches:
    """Faults and limits; `method` is a documented name, or "*" for every method."""

    world: World
    faults: FaultTable = field(default_factory=FaultTable)
    limits: RateLimits = field(default_factory=RateLimits)

    def fail(
        self,
        method: str,
        status: int = 429,
        *,
        text: str | None = None,
        retry_after: int | None = None,
        migrate_to: int | None = None,
        body: str | None = None,
        accepted: bool = False,
        **scope: Unpack[Scope],
    ) -> Fault:
        """Answer with an error.

        Args:
            method: which method fails.
            status: the HTTP status; a status from 500 comes as a web page, like from a proxy.
            text: the description after the prefix; a usual one when left out.
            retry_after: seconds to wait, for 429 (2 when left out).
            migrate_to: the new chat id, for 400.
            body: the raw body of the answer, in place of the usual one.
            accepted: the method does its work first, so the error is a lie.
            scope: see `Scope`.
        """
        if body is None and status >= 500:
            body = _BAD_GATEWAY
        if body is None:
            reply = failure(_error(status, text, retry_after, migrate_to))
        else:
            reply = Reply(status, body, content_type="text/html")
        return self._switch_on(method, Trouble.REPLY, accepted, scope, reply=reply)

    def hang(self, method: str, *, accepted: bool = True, **scope: Unpack[Scope]) -> Fault:
        """Never answer; unless `accepted` is false the work is done all the same."""
        return self._switch_on(method, Trouble.HANG, accepted, scope)

    def drop(self, method: str, *, accepted: bool, **scope: Unpack[Scope]) -> Fault:
        """Cut the connection, after or before the work is done."""
        return self._switch_on(method, Trouble.DROP, accepted, scope)

    def garble(self, method: str, **scope: Unpack[Scope]) -> Fault:
        """Do the work and answer 200 with half of the JSON."""
        return self._switch_on(method, Trouble.GARBLE, True, scope)

    def slow(self, method: str, seconds: float, **scope: Unpack[Scope]) -> Fault:
        """Do the work at once and answer truly, `seconds` later."""
        return self._switch_on(method, Trouble.DELAY, True, scope, seconds=seconds)

    def lose_confirmation(self, times: int = 1) -> Fault:
        """Answer 502 to the getUpdates that would confirm delivered updates: they come again."""

        def confirms(call: Call) -> bool:
            return self.world.updates.would_confirm(call.params.integer("offset", 0))

        return self.fail("getUpdates", 502, times=times, when=confirms)

    def heal(self) -> None:
        """Switch all faults off."""
        self.faults.faults.clear()

    def rate_limit(
        self,
        per_chat_per_second: float | None = None,
        overall_per_second: float | None = None,
        per_group_per_minute: float | None = None,
    ) -> None:
        """Enforce these limits from now on with 429; without any, none are enforced."""
        self.limits.per_chat_per_second = per_chat_per_second
        self.limits.overall_per_second = overall_per_second
        self.limits.per_group_per_minute = per_group_per_minute

    @property
    def violations(self) -> list[Violation]:
        """All calls that came faster than allowed."""
        return self.limits.violations

    def _switch_on(
        self,
        method: str,
        trouble: Trouble,
        accepted: bool,
        scope: Scope,
        *,
        reply: Reply | None = None,
        seconds: float = 0.0,
    ) -> Fault:
        """Add a fault to the table."""
        for_seconds = scope.get("for_seconds")
        fault = Fault(
            method=method,
            trouble=trouble,
            accepted=accepted,
            times=scope.get("times", None if for_seconds is not None else 1),
            until=None if for_seconds is None else asyncio.get_running_loop().time() + for_seconds,
            when=scope.get("when"),
            reply=reply,
            seconds=seconds,
        )
        return self.faults.add(fault)


def _error(
    status: int, text: str | None, retry_after: int | None, migrate_to: int | None
) -> ApiError:
    """Return the error a test asked for, with the usual wording where it gave none."""
    parameters: Json = {}
    if status == 429:
        parameters["retry_after"] = 2 if retry_after is None else retry_after
        text = text or f"Too Many Requests: retry after {parameters['retry_after']}"
    if migrate_to is not None:
        parameters["migrate_to_chat_id"] = migrate_to
        text = text or "group chat was upgraded to a supergroup chat"
    usual = {
        403: "bot was blocked by the user",
        409: CONFLICT,
    }
    return ApiError(status, text or usual.get(status, ""), parameters)
