"""The facts of a decision to do nothing -> why, what it waits for, and what is closest."""

from collections.abc import Iterator

from bot.explain.proposals import trigger_line
from bot.explain.reasons import reason_in
from bot.explain.signals import signal_line, stress_lines
from bot.explain.speech import Speech
from core.domain.decision import Gate, ReasonCode
from core.facts import FactTable

C = ReasonCode

MOST_REASONS = 3

_FAULTS = (
    C.CLOCK_SKEW,
    C.DATA_UNSAFE,
    C.SHORT_HISTORY,
    C.BARS_LATE,
    C.BALANCE_ABSURD,
    C.PRICE_MISSING,
    C.PRICE_ABSURD,
    C.PRICE_STALE,
    C.BOOK_ABSURD,
    C.SOURCES_DISAGREE,
)
_OBSTACLES = (
    C.PRICE_STALE,
    C.BOOK_FROZEN,
    C.FEE_TOKEN_SHORT,
    C.COLD_LIMITED,
    C.NOT_TRADABLE,
    C.MARKET_HALTED,
    C.ILLIQUID,
    C.CASH_LIMITED,
    C.BELOW_MIN,
)
_LIMITS = (
    C.PROPOSAL_OPEN,
    C.AFTER_EXECUTION,
    C.TURNOVER_LIMIT,
    C.YEARLY_LIMIT,
    C.OFF_PEG,
    C.ONE_A_DAY,
)


def tell_idle(speech: Speech, table: FactTable) -> tuple[str, ...]:
    """Return why nothing is proposed, in two to five lines."""
    gate = table.find("gate")
    tell = {
        Gate.DATA.value: _data,
        Gate.HALT.value: _halt,
        Gate.PAUSE.value: _pause,
        Gate.BREACH.value: _breach,
        Gate.PLAN.value: _orders,
        Gate.ORDERS.value: _orders,
        Gate.BENEFIT.value: _benefit,
        Gate.LIMITS.value: _limits,
    }.get("" if gate is None else str(gate.value))
    if tell is None:
        return (speech.say("nothing.plan"),)
    return tuple(line for line in tell(speech, table) if line)


def _data(speech: Speech, table: FactTable) -> Iterator[str]:
    if table.subjects_of(C.NO_VALUE):
        yield reason_in(speech, table, C.NO_VALUE)
        yield speech.say("nothing.until_money")
        return
    yield from _grouped(speech, table, _FAULTS)
    yield speech.say("nothing.until_data")


def _halt(speech: Speech, table: FactTable) -> Iterator[str]:
    yield reason_in(speech, table, C.HALTED)
    yield speech.say("nothing.until_unhalt")
    yield where(speech, table)


def _pause(speech: Speech, table: FactTable) -> Iterator[str]:
    if table.subjects_of(C.PAUSED_BY_HAND):
        yield reason_in(speech, table, C.PAUSED_BY_HAND)
        yield speech.say("nothing.until_resume")
    else:
        yield from stress_lines(speech, table)
    yield where(speech, table)


def _breach(speech: Speech, table: FactTable) -> Iterator[str]:
    if not table.subjects_of(C.NO_BREACH):
        yield where(speech, table)
        yield from _waiting(speech, table)
        yield signal_line(speech, table)
        return
    stuck = (*_grouped(speech, table, (C.NOT_TRADABLE, C.MARKET_HALTED)),)
    if stuck:
        yield speech.say("nothing.stuck")
        yield from stuck
        return
    yield speech.say("nothing.inside")
    yield closest_line(speech, table) or speech.say("nothing.on_target")
    yield signal_line(speech, table)


def _waiting(speech: Speech, table: FactTable) -> Iterator[str]:
    if table.subjects_of(C.FIRST_FUNDING):
        yield speech.say("nothing.until_daily")
        return
    days, needed = (table.find(f"await_confirmation_{name}") for name in ("days", "needed"))
    if days is None or needed is None:
        yield speech.say("nothing.so")
        return
    left = int(str(needed.value)) - int(str(days.value))
    key = "nothing.until_tomorrow" if left == 1 else "nothing.until_seen"
    if left > 1 and not days.value:
        key = "nothing.until_seen.none"
    yield speech.say(key, speech.gaps([days, needed]))
    yield speech.say("nothing.odd_price")


def _orders(speech: Speech, table: FactTable) -> Iterator[str]:
    yield where(speech, table)
    # A buy that is too small says more than the money that was short for it.
    too_small = bool(table.subjects_of(C.BELOW_MIN))
    codes = tuple(code for code in _OBSTACLES if not (too_small and code is C.CASH_LIMITED))
    yield from _grouped(speech, table, codes) or (speech.say("nothing.plan"),)
    yield speech.say("nothing.so")
    yield signal_line(speech, table)


def _benefit(speech: Speech, table: FactTable) -> Iterator[str]:
    yield where(speech, table)
    ids = ("cost", "cost_gt_benefit_benefit", "cost_gt_benefit_needed")
    facts = [fact for name in ids if (fact := table.find(name)) is not None]
    yield speech.say("nothing.costs", speech.gaps(facts))
    yield speech.say("nothing.so")
    yield signal_line(speech, table)


def _limits(speech: Speech, table: FactTable) -> Iterator[str]:
    yield where(speech, table)
    yield from _grouped(speech, table, _LIMITS)
    yield speech.say("nothing.so_for_now")


def where(speech: Speech, table: FactTable) -> str:
    """Return who is outside its band, or an empty text; a portfolio not yet bought says so."""
    if table.subjects_of(C.FIRST_FUNDING):
        return speech.say("nothing.first", {"quote": speech.quote})
    return trigger_line(speech, table)


def closest_line(speech: Speech, table: FactTable) -> str:
    """Return which asset is nearest to an edge, with the margin; empty when none has drifted."""
    closest = table.find("closest")
    if closest is None:
        return ""
    asset = str(closest.value)
    rows = [table.find(f"{kind}_{asset}".lower()) for kind in ("weight", "edge")]
    facts = [fact for fact in rows if fact is not None]
    return speech.say("nothing.closest", {"asset": asset, **speech.gaps(facts)})


def _grouped(speech: Speech, table: FactTable, codes: tuple[ReasonCode, ...]) -> tuple[str, ...]:
    """Return a sentence for each code that stands in the table; several assets share one."""
    lines = []
    for code in codes:
        subjects = table.subjects_of(code)
        if len(subjects) > 1 and speech.has(f"many.{code}"):
            gaps = {"assets": speech.wording.listed_short(subjects)}
            lines.append(speech.say(f"many.{code}", gaps))
        else:
            lines += [reason_in(speech, table, code, subject) for subject in subjects]
    return tuple(lines[:MOST_REASONS])
