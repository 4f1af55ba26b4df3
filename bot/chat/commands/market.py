"""``/regime``: what the market is doing, what follows from it, and what all that rests on."""

from collections.abc import Iterator
from dataclasses import dataclass

from bot.chat.commands.inputs import input_lines
from bot.chat.gate import Place, needs
from bot.chat.render.cards import headline
from bot.chat.render.legs import plan_table
from bot.chat.render.market import points_table, score_table, targets_table
from bot.chat.render.pages import Block, table, text
from bot.chat.requests import Role
from bot.chat.visit import Visit
from bot.explain.market import day_words, factors_line, mark_line, next_line, open_marks_line
from bot.explain.reasons import reason_lines
from bot.explain.speech import Speech
from bot.explain.states import stress_standing
from bot.ports.records import StoredDecision
from bot.ports.withheld import MARK_DAYS, Withheld
from core.domain.decision import Reason, ReasonCode
from core.domain.policy import Policy
from core.domain.state import EngineState
from core.domain.stress import Stress
from core.planning.market_reasons import regime_reasons, stress_reasons, tilt_reasons
from core.signals.regime import NextChange, closest_change
from core.signals.stress import earliest_exit, exits_on

C = ReasonCode

# What keeps the market from being watched at all, and what a pause leaves behind.
_NO_HISTORY = frozenset({C.SHORT_HISTORY, C.BARS_LATE})
_AFTERMATH = frozenset({C.INTRADAY_SHOCK, C.COOLING_DOWN})
_SHIFTS = frozenset({C.TARGETS_TILTED, C.TILT, C.TILT_FROZEN})


@dataclass(frozen=True, slots=True)
class _View:
    """The newest stored decision with its inputs, and the memory, for one reader."""

    visit: Visit
    stored: StoredDecision
    state: EngineState
    withheld: Withheld | None

    @property
    def policy(self) -> Policy:
        return self.visit.desk.policy

    @property
    def speech(self) -> Speech:
        return self.visit.reader.speech

    def sentences(self, reasons: Iterator[Reason]) -> tuple[str, ...]:
        reader = self.visit.reader
        return reason_lines(reasons, now=reader.now, zone=reader.zone, wording=reader.wording)


@needs(Role.VIEWER, place=Place.FAMILIAR)
async def regime(visit: Visit) -> str:
    """Say what the market is doing since when, what that changes, what is on hold, and why."""
    with visit.desk.store.reading() as tx:
        last = next(iter(tx.decisions.latest(1)), None)
        stored = None if last is None else tx.decisions.get(last.decision_id)
        state = visit.reader.named(tx.memory.state())
        withheld = next(iter(tx.withheld.latest(1)), None)
    words = visit.words
    if stored is None:
        not_yet = visit.reader.speech.say("market.not_yet")
        visit.say(words.say("regime.head.not_yet"), text(not_yet))
        return ""
    view = _View(visit, stored, state, withheld)
    label = words.word("label", state.regime.published)
    visit.say(
        words.say("regime.head", label=label),
        text(*_doing(view)),
        *_score(view),
        text(*_stress(view)),
        *_points(view),
        *_held(view),
        text(*_shifts(view)),
        *_targets(view),
        text(words.say("regime.data"), *input_lines(view.speech, stored.snapshot)),
    )
    return ""


def _doing(view: _View) -> Iterator[str]:
    """Yield the market's state in words, and how much room that leaves."""
    late = (r for r in view.stored.decision.reasons if r.code in _NO_HISTORY)
    yield from view.sentences(late)
    yield from view.sentences(iter(regime_reasons(view.policy, view.state)))
    rules, label = view.policy.regime, view.state.regime.published
    if rules.is_directional:
        factors = ((above, below) for name, above, below in rules.multipliers if name is label)
        yield from (line for pair in factors if (line := factors_line(view.speech, *pair)))


def _score(view: _View) -> Iterator[Block]:
    """Yield the score as bars, what its parts are, and how close the next change is."""
    memory, rules = view.state.regime, view.policy.regime
    if memory.score is None:
        return
    change = closest_change(memory, rules)
    threshold, words = None if change is None else change.threshold, view.visit.words
    yield table(score_table(memory.score, rules, threshold=threshold, words=words))
    legend = view.speech.say("market.score", {"sma": str(rules.sma), "er": str(rules.er)})
    yield text(legend, *([] if change is None else [_next(view, change)]))


def _next(view: _View, change: NextChange) -> str:
    return next_line(
        view.speech,
        view.state.regime.published,
        change.towards,
        threshold=change.threshold,
        distance=change.distance,
        earliest=change.earliest,
    )


def _stress(view: _View) -> Iterator[str]:
    """Yield whether anything is on hold, since when, until when, and who passed it over."""
    speech, rules, stress = view.speech, view.policy.stress, view.state.stress
    if not rules.families:
        yield speech.say("market.pause.off")
        return
    lines = tuple(stress_standing(speech, view.state))
    yield from lines or (speech.say("market.pause.calm", {"enter": str(rules.enter_points)}),)
    latest, earliest = exits_on(stress, rules), earliest_exit(stress, rules)
    if stress.phase is not Stress.NORMAL and latest is not None and earliest is not None:
        ends = {"latest": day_words(speech, latest), "earliest": day_words(speech, earliest)}
        yield speech.say(f"market.{stress.phase.lower()}.ends", ends)
    said = stress_reasons(view.stored.snapshot, view.policy, view.state)
    yield from view.sentences(reason for reason in said if reason.code in _AFTERMATH)


def _points(view: _View) -> Iterator[Block]:
    rules = view.policy.stress
    if rules.families:
        yield table(points_table(view.state.stress, rules, view.visit.words))


def _held(view: _View) -> Iterator[Block]:
    """Yield the plan that the present or the last pause held back, and what became of it."""
    row = view.withheld
    if row is None:
        return
    speech, words, quote = view.speech, view.visit.words, view.policy.quote
    told = speech.say("market.held", {"when": speech.when(row.withheld_at)})
    yield text(told, headline(row.plan, words))
    yield table(plan_table(row.plan.trades, quote, words))
    marked = {mark.days for mark in row.marks}
    left = [days for days in MARK_DAYS if days not in marked and _is_ahead(view, row, days)]
    lines = [mark_line(speech, mark.days, mark.gained) for mark in row.marks]
    yield text(*lines, *filter(None, [open_marks_line(speech, left)]))


def _is_ahead(view: _View, row: Withheld, days: int) -> bool:
    return (view.visit.now - row.withheld_at).days <= days


def _shifts(view: _View) -> Iterator[str]:
    """Yield which targets are shifted, why, how far and until when."""
    reasons = [r for r in tilt_reasons(view.policy, view.state) if r.code in _SHIFTS]
    if reasons:
        yield from view.sentences(iter(reasons))
    else:
        key = "market.tilt.none" if view.policy.tilt.is_on else "market.tilt.off"
        yield view.speech.say(key)


def _targets(view: _View) -> Iterator[Block]:
    tilt = view.state.tilt
    if any(tilt.shift_of(asset) for asset, _ in view.policy.targets):
        yield table(targets_table(view.policy, tilt, view.visit.words))
