"""What the person would have said: a model of the approvals, as plain data.

An answer depends on the day alone, never on the plan, so that policies are compared under the same
person. A day here is the UTC date on the card: the day after the closed bar that was decided on.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType

import numpy as np

from core.domain.errors import InputInvalid


@dataclass(frozen=True, slots=True)
class Approvals:
    """Whether the person approves what is asked on a day, and how late.

    Attributes:
        name: how the model is printed, e.g. ``always``.
        otherwise: the answer on a day that ``answers`` does not name; False lets it expire.
        answers: the answer by UTC date of asking.
        delay: how many days after the day of asking an approval comes; the proposal stays open
            meanwhile, and the plan fills at that day's next open.
    """

    name: str
    otherwise: bool = True
    answers: Mapping[date, bool] = field(default_factory=lambda: MappingProxyType({}))
    delay: int = 0

    def __post_init__(self) -> None:
        """Refuse an answer before the question."""
        if self.delay < 0:
            raise InputInvalid(f"approvals are delayed by {self.delay} days; use 0 or more")

    def approves(self, asked_on: date) -> bool:
        """Tell whether a plan that is shown on this day is approved."""
        return self.answers.get(asked_on, self.otherwise)

    def is_answered(self, asked_on: date) -> bool:
        """Tell whether there is an answer at all; without one a proposal expires."""
        return self.otherwise or asked_on in self.answers


ALWAYS = Approvals("always")
NEVER = Approvals("never", otherwise=False)


def delayed(days: int) -> Approvals:
    """Return a person who approves everything, each time so many days later.

    Source: METHODS 6.1, sensitivity runs.
    """
    return Approvals(f"delayed:{days}", delay=days)


def recorded(answers: Mapping[date, bool], *, name: str = "recorded") -> Approvals:
    """Return a person whose answers are known by the date of asking; other days expire."""
    return Approvals(name, otherwise=False, answers=MappingProxyType(dict(answers)))


def random_approvals(
    share: float, rng: np.random.Generator, days: Sequence[date], *, name: str = ""
) -> Approvals:
    """Return a person who approves on a random share of days, drawn once for every day.

    Args:
        share: probability of a yes, from 0 to 1.
        rng: seeded by the caller; equal seeds give equal people.
        days: every UTC date on which something might be asked, in order.
        name: how it is printed; by default ``random:`` and the share.

    Raises:
        InputInvalid: ``share`` is no probability.
    """
    if not 0 <= share <= 1:
        raise InputInvalid(f"the share of approvals is {share}; a number from 0 to 1 is expected")
    draws = rng.random(len(days)) < share
    answers = dict(zip(days, draws.tolist(), strict=True))
    return recorded(answers, name=name or f"random:{share:g}")
