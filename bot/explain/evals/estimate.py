"""What a run may cost at worst, told before it starts."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_UP, Decimal

from bot.explain.evals.golden import GoldenCase
from bot.explain.model.guarded import MOST_LESSONS
from bot.explain.model.reading import MILLION
from bot.explain.model.settings import ModelSettings
from bot.explain.prompts import narrator_question
from bot.explain.required import fits

MOST_TRIES = 2
FEWEST_CHARACTERS = 3
"""Characters that a token of English has at the least, over a whole prompt; four is usual."""

_CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Estimate:
    """The most that a run can come to.

    Attributes:
        tables: how many a model is asked about.
        calls: if every first text is refused, with those that wake the model.
        tokens_in, tokens_out: tokens read and written in them.
        dollars: what they cost by the configured prices; None without prices.
    """

    tables: int
    calls: int
    tokens_in: int
    tokens_out: int
    dollars: Decimal | None

    @property
    def lines(self) -> tuple[str, ...]:
        """The same for a person, a sentence a line."""
        tokens = f"{self.tokens_in:,} tokens read and {self.tokens_out:,} written"
        if self.dollars is None:
            cost = "What that costs is not known: llm.price_in and price_out are not set."
        else:
            cents = self.dollars.quantize(_CENT, rounding=ROUND_UP)
            cost = f"By the prices in the policy that is at most ${cents:,}."
        return (
            f"{self.tables} tables: at most {self.calls} calls, {tokens}.",
            cost,
            "The bot's budget of the day stays as it is.",
        )


def estimate_of(cases: Sequence[GoldenCase], settings: ModelSettings) -> Estimate:
    """Return the most that a run over ``cases`` can come to.

    Raises:
        InputInvalid: the prompt is not as it was released.
    """
    questions = [narrator_question(case.told) for case in cases if fits(case.told)]
    read = sum(-(-(len(q.system) + len(q.user)) // FEWEST_CHARACTERS) for q in questions)
    written = sum(max(question.max_tokens, settings.max_tokens) for question in questions)
    tokens_in, tokens_out = read * MOST_TRIES, written * MOST_TRIES
    dollars = None
    if settings.price_in is not None and settings.price_out is not None:
        price = tokens_in * settings.price_in + tokens_out * settings.price_out
        dollars = price / MILLION
    calls = len(questions) * MOST_TRIES + MOST_LESSONS
    return Estimate(len(questions), calls, tokens_in, tokens_out, dollars)
