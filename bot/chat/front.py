"""Requests -> the gate, then the handler, then an answer in the outbox; each request once."""

from collections.abc import Callable
from datetime import datetime
from typing import Final

from bot.chat.commands.registry import STANDARD, Registry
from bot.chat.gate import NOT_VALID, Gate, Guarded, People, Refusal
from bot.chat.render.pages import text
from bot.chat.requests import Command, Press, Request, Role
from bot.chat.visit import Visit
from bot.ports.clock import Clock
from bot.ports.messages import NoticeCode
from bot.workflow.desk import Desk
from core.domain.errors import AccountProblem, FeedUnavailable, StoreConflict

HOUR: Final = 3600


def _never() -> None:
    return None


class Front:
    """Where every act of a person arrives, whatever the chat it comes from."""

    def __init__(
        self,
        desk: Desk,
        people: People,
        *,
        start: Callable[[str], None],
        next_look: Callable[[], datetime | None] = _never,
        wall: Clock | None = None,
        registry: Registry = STANDARD,
    ) -> None:
        """Open the door.

        Args:
            desk: the bot.
            people: who may do what.
            start: begins to carry an approved proposal out and returns at once.
            next_look: tells when the next daily evaluation is due.
            wall: the clock that requests are stamped with; the bot's own unless the market lives
                in another time.
            registry: what answers which act.
        """
        audience = desk.audience
        familiar = (*audience.approvers, *audience.viewers)
        self._desk = desk
        self._people = people
        self._start = start
        self._next_look = next_look
        self._registry = registry
        self._gate = Gate(people, familiar=familiar, wall=wall or desk.clock)

    async def handle(self, request: Request) -> str:
        """Do what was asked if it may be done; return the short text that answers a press."""
        if not self._is_first(request):
            return ""
        handler = self._registry.find(request.act)
        refusal = self._gate.refuse(handler.rule, request)
        role = self._people.role_of(request.person)
        if role is None:
            return self._answer_stranger(request)
        visit = self._visit(request, role)
        if refusal is not None:
            return self._refuse(visit, refusal)
        return await self._run(handler, visit)

    async def _run(self, handler: Guarded, visit: Visit) -> str:
        words = visit.words
        try:
            return await handler.act(visit)
        except FeedUnavailable as error:
            visit.say(
                words.say("trouble.data.head"), text(words.say("trouble.data", why=str(error)))
            )
        except AccountProblem as problem:
            visit.say(words.say("trouble.account.head"), text(str(problem)))
        except StoreConflict:
            visit.say("", text(words.say("trouble.faster")))
        return ""

    def _is_first(self, request: Request) -> bool:
        """Tell whether a request still has to be handled.

        A home that keeps what it receives marks it as handled itself, after this; a request that
        nobody kept is marked before, so that it is handled at most once.
        """
        now = self._desk.clock.now()
        with self._desk.store.transaction() as tx:
            if tx.inbox.keep(request.request_id, "", at=now):
                tx.inbox.handled(request.request_id, at=now)
                return True
            return tx.inbox.is_waiting(request.request_id)

    def _visit(self, request: Request, role: Role) -> Visit:
        return Visit(
            desk=self._desk,
            request=request,
            role=role,
            menu=self._registry.menu(role),
            start=self._start,
            next_look=self._next_look,
        )

    def _refuse(self, visit: Visit, refusal: Refusal) -> str:
        """Tell a known person why not; a press learns it at once, a command by an answer."""
        request, words = visit.request, visit.words
        if isinstance(request.act, Press):
            self._record(request, refusal)
            return words.say("refused.role" if refusal is Refusal.ROLE else NOT_VALID)
        if not isinstance(request.act, Command):
            return ""
        match refusal:
            case Refusal.ROLE:
                visit.say("", text(words.say("refused.role")))
            case Refusal.PLACE:
                visit.say("", text(words.say("refused.place")))
            case Refusal.TOO_OLD:
                visit.note(NoticeCode.TOO_OLD, sent_at=request.sent_at.isoformat())
            case _ if request.is_private:
                visit.say("", text(words.say(f"refused.{request.refused}")))
        return ""

    def _answer_stranger(self, request: Request) -> str:
        """Give a stranger who says /start their number, once an hour; nothing to anybody else."""
        self._record(request, Refusal.STRANGER)
        visit = self._visit(request, Role.VIEWER)
        if isinstance(request.act, Press):
            return visit.words.say(NOT_VALID)
        asks = isinstance(request.act, Command) and request.act.name == "start"
        if not (asks and request.person and request.is_private and not request.refused):
            return ""
        if self._allow(f"stranger:{request.person}"):
            words = visit.words
            visit.say(
                words.say("stranger.head", person=request.person),
                text(words.say("stranger.unknown")),
                text(words.say("stranger.add"), f"approvers = [{request.person}]"),
            )
        return ""

    def _record(self, request: Request, refusal: Refusal) -> None:
        """Leave a trace of who was refused, once an hour per person."""
        if not self._allow(f"refused:{request.person}"):
            return
        payload = {"chat_id": request.chat_id, "why": refusal.value}
        with self._desk.store.transaction() as tx:
            who = request.person or "unknown"
            tx.journal.append("chat.refused", who, payload, at=self._desk.clock.now())

    def _allow(self, key: str) -> bool:
        with self._desk.store.transaction() as tx:
            return tx.inbox.allow_once(key, at=self._desk.clock.now(), every_seconds=HOUR)
