"""Requests -> the gate, then the handler, then an answer in the outbox; each request once."""

import logging
from collections.abc import Callable
from datetime import datetime
from typing import Final

from bot.chat.commands.registry import STANDARD, Registry
from bot.chat.gate import NOT_VALID, Gate, People, Refusal
from bot.chat.render.pages import text
from bot.chat.requests import Command, Press, Request, Role
from bot.chat.troubles import EXPECTED, HALT, TROUBLES, trouble_of, without_markup
from bot.chat.visit import Visit
from bot.ports.clock import Clock
from bot.ports.messages import NoticeCode
from bot.workflow.desk import Desk
from core.domain.errors import EvenkeelError

log = logging.getLogger(__name__)

HOUR: Final = 3600


def _never() -> None:
    return None


class Front:
    """Where every act of a person arrives, whatever the chat it comes from."""

    def __init__(  # noqa: PLR0913  # who comes in, and what it leads to
        self,
        desk: Desk,
        people: People,
        *,
        start: Callable[[str], None],
        next_look: Callable[[], datetime | None] = _never,
        wall: Clock | None = None,
        registry: Registry = STANDARD,
        excuses: bool = True,
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
            excuses: errors are told to the person; without one to read it, they end the run.
        """
        audience = desk.audience
        familiar = (*audience.approvers, *audience.viewers)
        self._desk = desk
        self._people = people
        self._start = start
        self._next_look = next_look
        self._registry = registry
        self._excuses = excuses
        self._gate = Gate(people, familiar=familiar, wall=wall or desk.clock)

    async def handle(self, request: Request) -> str:
        """Do what was asked if it may be done; return what is to be said at once.

        That is the short text that answers a press, and otherwise nothing, for answers go through
        the outbox. Only where the records are so damaged that no answer can be written down is it
        the answer itself. Whoever is known and sends a command is told something, whatever happens.
        """
        try:
            return await self._handle(request)
        except TROUBLES as error:
            if not self._excuses:
                raise
            return self._excuse(request, error)

    async def _handle(self, request: Request) -> str:
        if not self._is_to_be_done(request):
            return ""
        handler = self._registry.find(request.act)
        refusal = self._gate.refuse(handler.rule, request)
        role = self._people.role_of(request.person)
        if role is None:
            return self._answer_stranger(request)
        visit = self._visit(request, role)
        if refusal is not None:
            return self._refuse(visit, refusal)
        return await handler.act(visit)

    def _excuse(self, request: Request, error: Exception) -> str:
        """Say what went wrong: by a message, or at once where none can be written down."""
        role = self._people.role_of(request.person)
        visit = self._visit(request, role or Role.VIEWER)
        words, is_press = visit.words, isinstance(request.act, Press)
        if not isinstance(error, EXPECTED):
            log.error("%s could not be handled", request.request_id, exc_info=error)
            if is_press:
                return words.say(NOT_VALID if role is None else "tap.failed")
        if role is None:
            return ""
        is_halted = self._is_halted()
        heading, told = trouble_of(error, request, visit.reader, is_halted=is_halted)
        try:
            visit.say(heading, told, key=f"trouble:{request.request_id}")
        except TROUBLES:
            log.exception("the answer to %s could not be written down", request.request_id)
            return without_markup(heading, told)
        return ""

    def _is_halted(self) -> bool:
        """Tell whether trading is halted for certain."""
        try:
            with self._desk.store.reading() as tx:
                return tx.memory.state().halt is not None
        except TROUBLES:
            return False

    def _is_to_be_done(self, request: Request) -> bool:
        """Tell whether to handle a request; a halt does not wait for the inbox.

        To halt twice does no harm; not to halt may.
        """
        try:
            return self._is_first(request)
        except EvenkeelError:
            if not (isinstance(request.act, Command) and request.act.name == HALT):
                raise
            log.exception(
                "%s could not be kept; the halt is tried all the same", request.request_id
            )
            return True

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
