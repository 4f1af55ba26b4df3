"""For whom a message is put into words: when they read it, where, and who they are."""

from dataclasses import dataclass, replace
from datetime import datetime, tzinfo

from bot.chat.render.words import Words
from bot.explain.speech import Speech
from bot.explain.states import proposal_line, standing_in_brief, standing_lines
from bot.explain.wording import Wording, en
from core.domain.decision import Decision, Reason
from core.domain.proposal import Proposal
from core.domain.state import EngineState
from core.domain.units import Asset


@dataclass(frozen=True, slots=True)
class Reader:
    """One reader at one moment.

    Attributes:
        now: the moment of sending.
        zone: their time zone.
        quote: the currency of money that comes without one.
        person: their id, so that what they did reads "by you"; empty in a group.
        wording: their language.
    """

    now: datetime
    zone: tzinfo
    quote: Asset
    person: str = ""
    wording: Wording = en

    @property
    def words(self) -> Words:
        """The chat's own words in their language."""
        return Words(self.wording)

    @property
    def speech(self) -> Speech:
        """What it takes to put facts into words for them now."""
        return Speech(self.wording, self.now, self.zone, self.quote)

    def when(self, at: datetime) -> str:
        """Return an instant: "today 21:00", "Sun 22 Nov 21:00"."""
        return self.wording.instant(at, now=self.now, zone=self.zone)

    def until(self, at: datetime) -> str:
        """Return an instant for a heading, where today goes without saying: "21:00"."""
        return self.when(at).removeprefix(self.words.say("today"))

    def name(self, person: str) -> str:
        """Return "you" for the reader, else the id as it is."""
        return self.words.say("you") if self.person and person == self.person else person

    def named(self, state: EngineState) -> EngineState:
        """Return the memory with the reader as "you" in it."""
        pause, override = state.pause, state.override
        return replace(
            state,
            pause=pause and replace(pause, by=self.name(pause.by)),
            override=override and replace(override, by=self.name(override.by)),
        )

    def told(self, decision: Decision) -> Decision:
        """Return a decision with the reader as "you" in its reasons."""
        gates = (
            replace(gate, reasons=(*map(self._told, gate.reasons),)) for gate in decision.gates
        )
        return replace(decision, gates=tuple(gates))

    def _told(self, reason: Reason) -> Reason:
        values = ((k, self.name(str(v)) if k == "by" else v) for k, v in reason.values)
        return replace(reason, values=tuple(values))

    def standing(self, state: EngineState) -> tuple[str, ...]:
        """Return what holds proposals back now: who switched it on, since when, how it ends."""
        return standing_lines(self.named(state), self.now, self.zone, wording=self.wording)

    def standing_brief(self, state: EngineState) -> tuple[str, ...]:
        """Return the same in a few words, below a text that tells the rest."""
        return standing_in_brief(self.named(state), self.now, self.zone, wording=self.wording)

    def outcome(self, proposal: Proposal) -> str:
        """Return where a proposal stands, or how it ended: who, when and why."""
        named = replace(proposal, decided_by=self.name(proposal.decided_by))
        return proposal_line(named, self.now, self.zone, quote=self.quote, wording=self.wording)
