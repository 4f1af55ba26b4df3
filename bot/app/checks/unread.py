"""Something that could not be read, and whether waiting may help."""

from dataclasses import dataclass

from core.domain.errors import FeedUnavailable
from core.domain.readings import Trouble

_PASSING = frozenset({Trouble.DOWN, Trouble.LIMITED, Trouble.LATE})


@dataclass(frozen=True, slots=True)
class Unread:
    """Why something is not known.

    Attributes:
        why: in a sentence.
        is_passing: nobody answered; who asks later may be told.
    """

    why: str
    is_passing: bool = False

    @classmethod
    def after(cls, failure: FeedUnavailable) -> "Unread":
        """Return what a failed question leaves behind."""
        return cls(str(failure), failure.trouble in _PASSING)
