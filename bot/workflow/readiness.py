"""Facts of the store and the desk -> why the bot is not ready to be relied on; none = it is.

A pause is no such reason: it is what somebody, or the market, asked for.
"""

import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from bot.ports.records import Transaction
from bot.workflow.account_trouble import ACCOUNT_PROBLEM
from bot.workflow.desk import Desk
from bot.workflow.looks import WitnessedSnapshots
from core.domain.errors import EvenkeelError
from core.domain.proposal import OrderState

CHAT_PATIENCE = timedelta(minutes=10)
CLOCK_TOLERANCE = timedelta(minutes=1)
LOOKS_MISSED = 2
SLACK = timedelta(minutes=10)
"""How long a look itself may take: a venue is asked at the pace it allows."""
MOST_ENTRIES = 500
"""So many of the journal's newest entries are checked at most; the bot itself follows them all."""


class Unready(StrEnum):
    """Why the bot is not ready. One word each, so that nothing of the account can leak."""

    STORE = "store"
    STARTING = "starting"
    JOURNAL_BROKEN = "journal_broken"
    HALTED = "halted"
    ORDER_UNKNOWN = "order_unknown"
    ACCOUNT_PROBLEM = "account_problem"
    CLOCK_OFF = "clock_off"
    DATA_UNSAFE = "data_unsafe"
    DATA_OLD = "data_old"
    STUCK = "stuck"
    CHAT_UNREACHABLE = "chat_unreachable"


CANNOT_TELL = frozenset(
    {Unready.STORE, Unready.JOURNAL_BROKEN, Unready.STUCK, Unready.CHAT_UNREACHABLE}
)
"""What the bot cannot tell people in the chat, or no longer notices: then its heartbeat stops."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What readiness follows from.

    Attributes:
        has_recovered: what an earlier stop left under way has come to rest.
        is_halted: trading is stopped until it is lifted at the machine.
        unsettled: the states of the orders whose end is not known yet.
        is_executing: a plan is being carried out, so orders under way are nothing unusual.
        is_unsafe: what was seen last cannot be believed.
        is_clock_off: this clock differs from the venue's, or was set back.
        has_account_problem: the venue refuses the account, or shows what is not known.
        is_journal_whole: the newest entries hold.
        since_good_look: since data that can be believed were last seen; None = never.
        since_look: since anybody last looked, or since the start.
        longest_gap: how long both may be.
        chat_silence: for how long people could not be reached.
    """

    has_recovered: bool
    is_halted: bool
    unsettled: frozenset[OrderState]
    is_executing: bool
    is_unsafe: bool
    is_clock_off: bool
    has_account_problem: bool
    is_journal_whole: bool
    since_good_look: timedelta | None
    since_look: timedelta
    longest_gap: timedelta
    chat_silence: timedelta


def readiness(facts: Facts) -> tuple[Unready, ...]:
    """Return why the bot is not ready, the gravest first; nothing when it is."""
    good = facts.since_good_look
    is_under_way = bool(facts.unsettled) and not facts.is_executing
    found = (
        (Unready.STARTING, not facts.has_recovered),
        (Unready.JOURNAL_BROKEN, not facts.is_journal_whole),
        (Unready.HALTED, facts.is_halted),
        (Unready.ORDER_UNKNOWN, OrderState.UNKNOWN in facts.unsettled or is_under_way),
        (Unready.ACCOUNT_PROBLEM, facts.has_account_problem),
        (Unready.CLOCK_OFF, facts.is_clock_off),
        (Unready.DATA_UNSAFE, facts.is_unsafe),
        (Unready.DATA_OLD, good is None or good > facts.longest_gap),
        (Unready.STUCK, facts.since_look > facts.longest_gap),
        (Unready.CHAT_UNREACHABLE, facts.chat_silence > CHAT_PATIENCE),
    )
    return tuple(reason for reason, holds in found if holds)


class Condition:
    """How the bot is, asked from outside."""

    def __init__(
        self,
        desk: Desk,
        looks: WitnessedSnapshots,
        *,
        looks_every: timedelta,
        chat_silence: Callable[[], timedelta],
    ) -> None:
        """Judge ``desk`` by what its store holds and by what became of its ``looks``.

        Args:
            desk: the bot.
            looks: the snapshots it takes.
            looks_every: how far apart they are meant to be.
            chat_silence: for how long the chat could not be reached.
        """
        self._desk = desk
        self._looks = looks
        self._longest_gap = LOOKS_MISSED * looks_every + SLACK
        self._chat_silence = chat_silence
        self._began_at = desk.clock.now()
        self._has_recovered = False

    def recovered(self) -> None:
        """What an earlier stop left under way has come to rest."""
        self._has_recovered = True

    def is_alive(self) -> bool:
        """Tell whether the store answers; that somebody answers at all shows that the loop runs."""
        try:
            with self._desk.store.reading() as tx:
                tx.journal.head()
        except EvenkeelError:
            return False
        return True

    def reasons(self) -> tuple[Unready, ...]:
        """Return why the bot is not ready; nothing when it is."""
        try:
            return readiness(self.facts())
        except EvenkeelError:
            return (Unready.STORE,)

    def can_tell(self) -> bool:
        """Tell whether people hear in the chat of whatever else is wrong."""
        return CANNOT_TELL.isdisjoint(self.reasons())

    def facts(self) -> Facts:
        """Return what readiness follows from.

        Raises:
            EvenkeelError: the store does not answer.
        """
        desk, looks, now = self._desk, self._looks, self._desk.clock.now()
        with desk.store.reading() as tx:
            last = next(iter(tx.decisions.latest()), None)
            # Before the first look of this run the last decision on believed data stands for it.
            known = last.decided_at if last is not None and last.value is not None else None
            good_at = looks.good_at or known
            is_set_back = last is not None and last.decided_at - now > CLOCK_TOLERANCE
            return Facts(
                has_recovered=self._has_recovered,
                is_halted=tx.memory.state().halt is not None or _has_halt_file(desk),
                unsettled=frozenset(order.state for order in tx.orders.unsettled()),
                is_executing=desk.executing.locked(),
                is_unsafe=looks.is_unsafe,
                is_clock_off=looks.is_clock_off or is_set_back,
                has_account_problem=looks.is_account_refused
                or bool(tx.memory.get(ACCOUNT_PROBLEM)),
                is_journal_whole=_is_whole(tx, desk),
                since_good_look=None if good_at is None else now - good_at,
                since_look=now - (looks.asked_at or self._began_at),
                longest_gap=self._longest_gap,
                chat_silence=max(self._chat_silence(), _longest_wait(tx, now)),
            )


def _is_whole(tx: Transaction, desk: Desk) -> bool:
    """Tell whether the entries since the bot itself last followed the chain hold."""
    mark = desk.followed
    return not tx.journal.follow(mark.seq, mark.head, limit=MOST_ENTRIES).problem


def _has_halt_file(desk: Desk) -> bool:
    """Tell whether a HALT file lies there that the next job will heed."""
    return any(os.path.lexists(path) for path in desk.halt_files)


def _longest_wait(tx: Transaction, now: datetime) -> timedelta:
    """Return for how long the oldest message has been waiting to be sent."""
    waiting = (tx.outbox.next(chat) for chat in tx.outbox.chats())
    return max((now - row.created_at for row in waiting if row is not None), default=timedelta())
