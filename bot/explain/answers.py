"""The facts of an answer from the records -> sentences."""

from collections.abc import Callable, Iterator
from decimal import Decimal

from bot.explain.idle import tell_idle
from bot.explain.reasons import reason_in
from bot.explain.reports import tell_ended
from bot.explain.signals import signal_line, stress_lines
from bot.explain.speech import Speech
from core.domain.asked import Cause, Intent
from core.domain.decision import Gate, ReasonCode
from core.domain.proposal import ProposalState
from core.facts import Fact, FactTable, Polarity

C = ReasonCode

MOST_LINES = 8

_PAUSING = (Cause.STRESS, Cause.PAUSED, Cause.HALTED)
_BY_HAND = (C.HALTED, C.PAUSED_BY_HAND, C.OVERRIDDEN, C.GUARDED)
_MARKET = (C.REGIME, C.REGIME_PLAIN, C.WARMUP, C.TILT, C.TILT_FROZEN, C.FUNDING_UNKNOWN)
_FLOWS = ("deposits", "withdrawals", "rewards")


def tell_answer(speech: Speech, table: FactTable) -> tuple[str, ...]:
    """Return what the records say, in at most eight lines; of no known kind, the reasons."""
    about = table.find("about")
    tell = _TELLERS.get("" if about is None else str(about.value), _reasons)
    return tuple(line for line in tell(speech, table) if line)[:MOST_LINES]


def _reasons(speech: Speech, table: FactTable) -> Iterator[str]:
    yield from (reason_in(speech, table, *pair) for pair in table.codes)


def _why_no_trade(speech: Speech, table: FactTable) -> Iterator[str]:
    if table.find("looked") is not None:
        yield from _days(speech, table, tuple(Cause))
        yield _stood(speech, table, "seen")
        yield from _fate(speech, table)
        return
    yield _lead(speech, table)
    if not _is_told(table):
        yield _stood(speech, table, "stood")
    gate = table.find("gate")
    if gate is not None:
        yield from tell_idle(speech, table)
    for code, own in ((C.HALTED, (Gate.HALT,)), (C.PAUSED_BY_HAND, (Gate.HALT, Gate.PAUSE))):
        # A decision that ends elsewhere knew of none: it was switched since then.
        if table.subjects_of(code) and (gate is None or gate.value not in own):
            yield reason_in(speech, table, code)
    yield from _fate(speech, table)


def _is_told(table: FactTable) -> bool:
    """Tell whether the story of the decision speaks of the coin that was asked about anyway."""
    about, closest = table.find("about"), table.find("closest")
    names = {fact.subject for fact in table.of_kind("drift")}
    names |= set() if closest is None else {str(closest.value)}
    return about is not None and about.subject in names


def _why_trade(speech: Speech, table: FactTable) -> Iterator[str]:
    count = table.find("proposals")
    if count is not None and int(str(count.value)) > 1:
        yield _say(speech, "plan.many", count=str(count.value))
    yield _trigger(speech, table)
    trades = [speech.phrase(fact) for fact in table.of_kind("trade")]
    cost = table.find("cost")
    if trades:
        gaps = {"trades": speech.wording.listed_short(trades)}
        gaps |= {} if cost is None else speech.gaps([cost])
        yield speech.say("answer.plan.trades", gaps)
    yield from _fate(speech, table)


def _trigger(speech: Speech, table: FactTable) -> str:
    """Return what set a plan off: the furthest drift, or the first purchase."""
    made, drifts = table.find("made"), table.of_kind("drift")
    if made is None:
        return ""
    gaps = {"made": speech.words(made), "quote": speech.quote}
    if table.subjects_of(C.FIRST_FUNDING):
        return speech.say("answer.plan.first", gaps)
    if not drifts:
        return ""
    first = drifts[0]
    gaps["asset"] = first.subject
    target, room = (table.find(f"{kind}_{first.subject}".lower()) for kind in ("target", "room"))
    if target is not None and target.value == Decimal(0) and first.polarity is Polarity.UP:
        return speech.say("answer.plan.exit", gaps)
    gaps |= speech.gaps([fact for fact in (first, room) if fact is not None])
    line = speech.say(f"answer.plan.{first.polarity}", gaps)
    outside = table.find("outside")
    if outside is not None and int(str(outside.value)) > 1:
        line = f"{line} {_say(speech, 'plan.more', count=str(outside.value))}"
    return line


def _why_paused(speech: Speech, table: FactTable) -> Iterator[str]:
    days = [*_days(speech, table, _PAUSING)]
    yield from days
    if table.find("looked") is not None and len(days) < 2:  # noqa: PLR2004  # the first only counts
        yield _say(speech, "paused.none.days")
        return
    told = [*_pause(speech, table)]
    yield _lead(speech, table)
    yield from told or (_say(speech, "paused.none"),)


def _pause(speech: Speech, table: FactTable) -> Iterator[str]:
    for code in _BY_HAND:
        if table.subjects_of(code):
            yield reason_in(speech, table, code)
    if not table.subjects_of(C.OVERRIDDEN):
        yield from stress_lines(speech, table)


def _why_regime(speech: Speech, table: FactTable) -> Iterator[str]:
    yield _lead(speech, table)
    told = [
        reason_in(speech, table, code, subject)
        for code in _MARKET
        for subject in table.subjects_of(code)
    ]
    yield from told or (_say(speech, "market.none"),)
    yield signal_line(speech, table)


def _cost(speech: Speech, table: FactTable) -> Iterator[str]:
    executions, unpriced = table.find("executions"), table.find("unpriced")
    count = 0 if executions is None else int(str(executions.value))
    left_out = 0 if unpriced is None else int(str(unpriced.value))
    if not count:
        yield _say(speech, "cost.none")
        return
    found = [table.find(name) for name in ("cost", "fees", "slippage")]
    figures = {fact.kind: fact for fact in found if fact is not None}
    if not figures:
        yield _say(speech, "cost.unpriced.all")
        return
    gaps = {kind: speech.words(fact) for kind, fact in figures.items()}
    slippage = Decimal(str(figures["slippage"].value))
    gaps["slippage"] = speech.wording.money(abs(slippage), speech.quote)
    way = "gain." if slippage < 0 else ""
    yield _say(speech, f"cost.{way}{'one' if count == 1 else 'many'}", count=str(count), **gaps)
    if left_out:
        yield _say(speech, "cost.unpriced", count=str(left_out))


def _what_changed(speech: Speech, table: FactTable) -> Iterator[str]:
    yield from _course(speech, table)
    yield from _weights(speech, table)
    yield _counted(speech, table)


def _performance(speech: Speech, table: FactTable) -> Iterator[str]:
    yield from _course(speech, table)
    yield _say(speech, "course.only")
    yield from _weights(speech, table)


def _course(speech: Speech, table: FactTable) -> Iterator[str]:
    """Yield the value before and after, what came in and went out, and what is left of it."""
    names = ("value_before", "value_after", "began", "ended")
    facts = [fact for name in names if (fact := table.find(name)) is not None]
    if len(facts) < len(names):
        return
    before, after = speech.told_apart(facts[:2])
    began, ended = (speech.words(fact) for fact in facts[2:])
    yield _say(speech, "course.value", before=before, after=after, began=began, ended=ended)
    flows = [fact for name in _FLOWS if (fact := table.find(name)) is not None]
    for fact in flows:
        yield _say(speech, f"course.{fact.kind}", amount=speech.words(fact))
    difference = table.find("difference")
    if difference is None:
        yield _say(speech, "course.unknown")
        return
    way = "same" if difference.polarity is Polarity.NONE else difference.polarity.value
    key = f"answer.course.{way}" if flows else f"answer.course.plain.{way}"
    yield speech.say(key, speech.gaps([difference]))


def _weights(speech: Speech, table: FactTable) -> Iterator[str]:
    for before in table.of_kind("weight_before"):
        after = table.find(f"weight_after_{before.subject}".lower())
        if after is not None:
            was, now = speech.told_apart([before, after])
            key = "course.weight.same" if was == now else "course.weight"
            yield _say(speech, key, asset=before.subject, was=was, now=now)


def _counted(speech: Speech, table: FactTable) -> str:
    found = [(state, table.find(state.value.lower())) for state in ProposalState]
    items = [f"{fact.value} {speech.word('state', state.value)}" for state, fact in found if fact]
    if not items:
        return ""
    return _say(speech, "course.proposals", list=speech.wording.listed(items))


def _lead(speech: Speech, table: FactTable) -> str:
    as_of = table.find("as_of")
    return "" if as_of is None else _say(speech, "as_of", as_of=speech.words(as_of))


def _days(speech: Speech, table: FactTable, causes: tuple[Cause, ...]) -> Iterator[str]:
    """Yield how many days were looked at, and what they came to, the most frequent first."""
    looked = table.find("looked")
    if looked is None:
        return
    yield _say(speech, "days", days=speech.words(looked))
    names = {f"days_{cause.value}": cause for cause in causes}
    for fact in table.facts:
        if fact.fact_id in names:
            yield _say(speech, f"days.{names[fact.fact_id].value}", days=speech.words(fact))


def _stood(speech: Speech, table: FactTable, key: str) -> str:
    """Return where a coin stood against its target and its band."""
    asset = next((fact.subject for fact in table.facts if fact.kind in _MARKS), "")
    facts = [fact for fact in table.facts if fact.subject == asset and fact.kind in _OWN]
    by_kind = {fact.kind: fact for fact in facts}
    if "weight" not in by_kind:
        return ""
    gaps = {"asset": asset, **speech.gaps(by_kind.values())}
    if "away" in by_kind:
        gaps["drift"] = gaps.pop("away")
    return speech.say(f"answer.{key}.{_standing(by_kind)}", gaps)


_MARKS = frozenset({"away", "seen"})
_OWN = frozenset({"seen", "weight", "target", "away", "room", "margin"})


def _standing(facts: dict[str, Fact]) -> str:
    away, target = facts.get("away"), facts.get("target")
    if away is None:
        return "at"
    if target is not None and target.value == Decimal(0):
        return "exit"
    return f"{'' if 'margin' in facts else 'out.'}{away.polarity.value}"


def _fate(speech: Speech, table: FactTable) -> Iterator[str]:
    if table.find("name") is not None and table.find("state") is not None:
        yield from tell_ended(speech, table)


def _say(speech: Speech, key: str, **gaps: str) -> str:
    return speech.say(f"answer.{key}", gaps)


_TELLERS: dict[str, Callable[[Speech, FactTable], Iterator[str]]] = {
    Intent.WHY_NO_TRADE.value: _why_no_trade,
    Intent.WHY_TRADE.value: _why_trade,
    Intent.WHY_PAUSED.value: _why_paused,
    Intent.WHY_REGIME.value: _why_regime,
    Intent.COST.value: _cost,
    Intent.WHAT_CHANGED.value: _what_changed,
    Intent.PERFORMANCE.value: _performance,
}
