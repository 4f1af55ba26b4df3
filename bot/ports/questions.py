"""A person's question as a value of a closed set; its words go no further."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Protocol

from core.domain.asked import Intent, Subject
from core.domain.units import Asset

FURTHEST_BACK = timedelta(days=400)
"""No question reaches further into the past; what is answered reaches less far."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody wants to know.

    Attributes:
        intent: about what.
        asset: about which coin; None for the whole portfolio.
        first, last: the local days it is about, both included; None asks for the latest record.
        by: ``rules``, ``model``, or ``nobody`` when neither understood.
        subject: of ``how_it_works``, which part.
    """

    intent: Intent
    asset: Asset | None = None
    first: date | None = None
    last: date | None = None
    by: str = "rules"
    subject: Subject = Subject.OVERVIEW


class QuestionReader(Protocol):
    """Understands a question; it sees no data, and what it returns is a closed set."""

    async def read(self, question: str, *, assets: tuple[Asset, ...], today: date) -> Asked:
        """Return what a question is about; never raises.

        Args:
            question: a person's words, untrusted.
            assets: the coins that may be asked about, with the quote.
            today: the reader's local day.
        """
        ...
