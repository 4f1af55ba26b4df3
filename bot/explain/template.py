"""The narrator that needs no model: the same facts, the same words, every time."""

from collections.abc import Callable, Iterable
from datetime import tzinfo

from bot.explain.answers import tell_answer
from bot.explain.checking.verdict import Role
from bot.explain.idle import tell_idle
from bot.explain.pauses import tell_pause
from bot.explain.proposals import tell_proposal
from bot.explain.reasons import reason_in
from bot.explain.reports import tell_digest, tell_ended, tell_execution
from bot.explain.roles import HeardSpeech
from bot.explain.speech import Speech
from bot.explain.wording import Wording, en
from bot.ports.clock import Clock
from bot.ports.messages import Explanation
from core.facts import FactTable, facts_digest

SOURCE = "template"
MOST_LINES = 4

_TELLERS: dict[str, Callable[[Speech, FactTable], tuple[str, ...]]] = {
    "propose": tell_proposal,
    "no_trade": tell_idle,
    "execution": tell_execution,
    "ended": tell_ended,
    "digest": tell_digest,
    "answer": tell_answer,
    "pause": tell_pause,
}


class TemplateNarrator:
    """Puts facts into sentences by rule; complete without a language model."""

    def __init__(self, *, clock: Clock, zone: tzinfo, wording: Wording = en) -> None:
        """Keep the clock and the reader's time zone, from which instants are seen."""
        self._clock = clock
        self._zone = zone
        self._wording = wording

    async def explain(self, table: FactTable) -> Explanation:
        """Return the sentences for a table, in reading order."""
        return self.plainly(table)

    def plainly(self, table: FactTable) -> Explanation:
        """Return the sentences for a table, in reading order."""
        return Explanation(self.lines(table), SOURCE, facts_digest(table))

    def lines(self, table: FactTable) -> tuple[str, ...]:
        """Return the sentences alone; a topic of its own kind gets one per reason."""
        return _told(self.speech(table), table)

    def lines_by_role(self, table: FactTable) -> tuple[tuple[Role, str], ...]:
        """Return the same sentences, each with what it is there for."""
        speech = HeardSpeech.of(self.speech(table))
        return speech.roles_of(_told(speech, table))

    def speech(self, table: FactTable) -> Speech:
        """Return what it takes to put this table's facts into words now."""
        quote = table.find("quote")
        currency = "" if quote is None else str(quote.value)
        return Speech(self._wording, self._clock.now(), self._zone, currency)


def _told(speech: Speech, table: FactTable) -> tuple[str, ...]:
    teller = _TELLERS.get(table.topic)
    return _said(_by_reason(speech, table) if teller is None else teller(speech, table))


def _by_reason(speech: Speech, table: FactTable) -> tuple[str, ...]:
    """Return the first reasons of a table whose topic has no story of its own."""
    return _said(reason_in(speech, table, *pair) for pair in table.codes)[:MOST_LINES]


def _said(lines: Iterable[str]) -> tuple[str, ...]:
    return tuple(line.strip() for line in lines if line.strip())
