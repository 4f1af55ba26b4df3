"""Every error of Evenkeel, named by who must act.

::

    EvenkeelError
    ├── Invalid                  the caller gave an impossible value: refuse, tell the person
    │   ├── PolicyInvalid
    │   ├── SnapshotInvalid
    │   ├── InputInvalid         a file, an option or a setting
    │   └── IllegalTransition    an event that the life cycle does not allow
    ├── InvariantBroken          our bug: stop
    ├── FeedUnavailable          no data or nonsense data: retry reads, then no proposal
    ├── OrderRejected            a definite no of the venue
    │   └── OrderNotSent         it never left: the venue was not even asked
    ├── OrderOutcomeUnknown      never retried, reconciled first
    ├── AccountProblem           key, permission, suspension: pause and alert
    ├── ExplainerUnavailable     the template speaks instead
    ├── StoreConflict            somebody else decided first: reload
    ├── StoreCorrupt             the record cannot be trusted: stop
    │   └── BooksCorrupt         of the books beside the account only: go on without them
    └── Unauthorised             not this person, not this chat
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date


class EvenkeelError(Exception):
    """The parent of every error raised on purpose."""


class Invalid(EvenkeelError):
    """An impossible value; the text names the thing, the value and the mend.

    Attributes:
        problems: one finished sentence per mistake, all mistakes of one reading together.
    """

    def __init__(self, *problems: str) -> None:
        """Keep every problem, and join them for the one who only prints the error."""
        super().__init__("\n".join(problems))
        self.problems = problems


class PolicyInvalid(Invalid):
    """A policy that cannot be kept."""


class SnapshotInvalid(Invalid):
    """A snapshot that contradicts itself in its very shape."""


class InputInvalid(Invalid):
    """A file, an option or a setting that cannot be used.

    Attributes:
        code: a short upper-case name of the mistake, for programs that read the answer.
    """

    def __init__(self, *problems: str, code: str = "INPUT") -> None:
        """Keep the problems and their code."""
        super().__init__(*problems)
        self.code = code


class IllegalTransition(Invalid):
    """An event that the present state does not allow; nothing has changed."""


class InvariantBroken(EvenkeelError):
    """Something that cannot happen has happened."""


class FeedUnavailable(EvenkeelError):
    """A source gave nothing, or nothing that can be believed.

    Attributes:
        trouble: one word of ``core.domain.readings.Trouble`` for why.
    """

    def __init__(self, message: str, *, trouble: str = "down") -> None:
        """Keep the sentence and the word."""
        super().__init__(message)
        self.trouble = trouble


class OrderRejected(EvenkeelError):
    """The venue said no; nothing was bought or sold."""


class OrderNotSent(OrderRejected):
    """The order never left: the venue was not even asked."""

    LEAD = "nothing was sent: "
    """How its text begins, in records as well."""

    def __init__(self, why: str) -> None:
        """Say so before the reason."""
        super().__init__(f"{self.LEAD}{why}")


class OrderOutcomeUnknown(EvenkeelError):
    """Nobody knows what became of the order.

    Attributes:
        venue_id: the venue's id of it, where the venue had confirmed that it took the order.
    """

    def __init__(self, message: str, *, venue_id: str = "") -> None:
        """Keep the sentence, and what is known."""
        super().__init__(message)
        self.venue_id = venue_id


class AccountProblem(EvenkeelError):
    """The venue refuses this account or key."""


class ExplainerUnavailable(EvenkeelError):
    """No explanation from the model this time."""


class StoreConflict(EvenkeelError):
    """The row was no longer in the state that was expected."""


class StoreCorrupt(EvenkeelError):
    """The stored record does not agree with itself."""


class BooksCorrupt(StoreCorrupt):
    """The stored books beside the account are not those that were kept; nothing rests on them.

    Attributes:
        day: which day of them; None for the books as they stand.
    """

    def __init__(self, message: str, *, day: "date | None" = None) -> None:
        """Keep the sentence, and which day it is about."""
        super().__init__(message)
        self.day = day


class Unauthorised(EvenkeelError):
    """This person may not do this, here."""
