"""The one gate before every command, button and reply: who, where, and how old."""

from collections.abc import Awaitable, Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Self

from bot.chat.requests import Request, Role
from bot.chat.visit import Visit
from bot.ports.clock import Clock

Act = Callable[[Visit], Awaitable[str]]
"""Does what was asked; returns the short text that answers a button press (may be empty)."""

OLDEST = timedelta(minutes=10)
NOT_VALID = "tap.NOT_VALID"
"""The words, by key, that a press hears which does not count; they say nothing about why."""


@dataclass(frozen=True, slots=True)
class People:
    """Who may use the bot: numeric ids as texts. An empty list means nobody."""

    approvers: frozenset[str] = frozenset()
    viewers: frozenset[str] = frozenset()

    @classmethod
    def of(cls, approvers: Iterable[str], viewers: Iterable[str] = ()) -> Self:
        """Return the people of two lists of ids."""
        return cls(frozenset(approvers), frozenset(viewers))

    def role_of(self, person: str) -> Role | None:
        """Return what a person may do; None for a stranger and for an unknown person."""
        if not person:
            return None
        if person in self.approvers:
            return Role.APPROVER
        return Role.VIEWER if person in self.viewers else None


class Place(StrEnum):
    """Where an act counts."""

    PRIVATE = "private"
    """Alone with the bot."""
    FAMILIAR = "familiar"
    """Alone with the bot, or in a chat that gets its messages anyway."""
    ANYWHERE = "anywhere"
    """Stopping is safe everywhere."""


@dataclass(frozen=True, slots=True)
class Rule:
    """What the gate asks of an act.

    Attributes:
        role: the least a person must be.
        place: where it counts.
        any_age: it is obeyed however late it arrives.
    """

    role: Role
    place: Place = Place.PRIVATE
    any_age: bool = False


@dataclass(frozen=True, slots=True)
class Guarded:
    """An act together with its rule; only ``needs`` makes one."""

    act: Act
    rule: Rule


def needs(
    role: Role, *, place: Place = Place.PRIVATE, any_age: bool = False
) -> Callable[[Act], Guarded]:
    """Put an act behind the gate."""

    def guard(act: Act) -> Guarded:
        return Guarded(act, Rule(role, place, any_age))

    return guard


class Refusal(StrEnum):
    """Why the gate stays shut."""

    STRANGER = "stranger"
    VOID = "void"
    ROLE = "role"
    PLACE = "place"
    TOO_OLD = "too_old"


class Gate:
    """Asks every request the same questions in the same order."""

    def __init__(self, people: People, *, familiar: Collection[str], wall: Clock) -> None:
        """Take the people, the chats that get messages anyway, and the clock of the senders."""
        self._people = people
        self._familiar = frozenset(familiar)
        self._wall = wall

    def age_of(self, request: Request) -> timedelta:
        """Return how long ago a request was sent; never negative."""
        return max(timedelta(), self._wall.now() - request.sent_at)

    def refuse(self, rule: Rule, request: Request) -> Refusal | None:
        """Return why ``request`` may not do what ``rule`` guards, or None when it may."""
        role = self._people.role_of(request.person)
        if role is None:
            return Refusal.STRANGER
        if request.refused:
            return Refusal.VOID
        if rule.role is Role.APPROVER and role is not Role.APPROVER:
            return Refusal.ROLE
        if not self._is_in_place(rule.place, request):
            return Refusal.PLACE
        if not rule.any_age and self.age_of(request) > OLDEST:
            return Refusal.TOO_OLD
        return None

    def _is_in_place(self, place: Place, request: Request) -> bool:
        if request.is_private or place is Place.ANYWHERE:
            return True
        return place is Place.FAMILIAR and request.chat_id in self._familiar
