"""What the market does to bands and targets -> sentences: its state, the pause, the tilts."""

from collections.abc import Iterator, Sequence
from decimal import Decimal

from bot.explain.foreign import FALL_WITHIN_THE_DAY, listed_keys
from bot.explain.speech import Speech
from core.domain.decision import ReasonCode
from core.facts import Fact, FactTable, Polarity

C = ReasonCode


def effect_words(speech: Speech, facts: Sequence[Fact]) -> dict[str, str]:
    """Return what the market's state does to the bands, as the gap ``effect``; none if unknown."""
    factors = {fact.kind: fact.value for fact in facts if fact.kind in ("above", "below")}
    if len(factors) < 2:  # noqa: PLR2004  # a band has two sides
        return {}
    key = f"{_width(factors['above'])}.{_width(factors['below'])}"
    return {"effect": speech.word("effect", key)}


def signal_line(speech: Speech, table: FactTable) -> str:
    """Return what the market's state and the tilts did to what matters here; else empty."""
    return " ".join(line for line in (_edge(speech, table), _target(speech, table)) if line)


def evidence(speech: Speech, table: FactTable) -> str:
    """Return which kinds of evidence count towards a pause, as a list of clauses; may be empty."""
    keys = [str(fact.value) for fact in table.of_kind("family")]
    if table.subjects_of(C.INTRADAY_SHOCK):
        keys = [FALL_WITHIN_THE_DAY, *keys]
    return listed_keys(speech.wording, "because", ", ".join(keys))


def held_line(speech: Speech, table: FactTable) -> str:
    """Return what would be proposed if there were no pause; empty when that is nothing."""
    parts = [speech.phrase(fact) for fact in table.of_kind("held")]
    if not parts:
        return ""
    return speech.say("stress.held", {"trades": speech.wording.listed_short(parts)})


def stress_lines(speech: Speech, table: FactTable) -> Iterator[str]:
    """Yield since when a stress pause is in force, what counts, and what it holds back."""
    state = table.find("stress")
    if state is None or state.value != "paused":
        return
    facts = [fact for fact in table.facts if fact.fact_id in _PAUSE]
    yield speech.say("stress.paused", speech.gaps(facts))
    why = evidence(speech, table)
    if why:
        yield speech.say("stress.why", {"why": why})
    yield held_line(speech, table)


_PAUSE = frozenset({"stress_since", "paused_stress_until"})


def _edge(speech: Speech, table: FactTable) -> str:
    """Return why an edge stands elsewhere than usual: the market's state moved it."""
    plain = next(iter(table.of_kind("plain")), None)
    label, since = table.find("regime_label"), table.find("regime_since")
    edge = None if plain is None else table.find(f"edge_{plain.subject}".lower())
    if plain is None or edge is None or label is None:
        return ""
    way = plain.polarity.value
    texts = speech.told_apart([edge, plain])
    gaps = {"asset": plain.subject, "edge": texts[0], "plain": texts[1]}
    gaps["side"] = speech.word("edge_side", way)
    gaps["effect"] = speech.word("edge_effect", _edge_effect(speech, edge, plain))
    if since is not None:
        gaps["since"] = speech.words(since)
    return speech.say(f"signal.edge.{label.value}", gaps)


def _edge_effect(speech: Speech, edge: Fact, plain: Fact) -> str:
    """Return what the moved edge means for the coins; cash stands against them."""
    is_up = plain.polarity is Polarity.UP
    is_wider = (Decimal(str(edge.value)) > Decimal(str(plain.value))) is is_up
    is_rise = is_up is not (plain.subject == speech.quote)
    return f"{'rise' if is_rise else 'fall'}.{'later' if is_wider else 'sooner'}"


def _target(speech: Speech, table: FactTable) -> str:
    """Return why a target stands elsewhere than the person put it: a tilt moved it."""
    cause = next(iter(table.of_kind("tilt")), None)
    if cause is None:
        return ""
    asset = cause.subject.lower()
    target, base = table.find(f"target_{asset}"), table.find(f"base_{asset}")
    if target is None or base is None:
        return ""
    texts = speech.told_apart([target, base])
    gaps = {"asset": cause.subject, "target": texts[0], "base": texts[1]}
    return speech.say(f"signal.tilt.{cause.value}", gaps)


def _width(factor: object) -> str:
    number = Decimal(str(factor))
    return "same" if number == 1 else "wider" if number > 1 else "narrower"
