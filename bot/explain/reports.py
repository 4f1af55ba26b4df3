"""The facts of an execution, an ended proposal or a day -> sentences."""

from collections.abc import Iterator
from decimal import Decimal

from bot.explain.idle import tell_idle, where
from bot.explain.signals import stress_lines
from bot.explain.speech import Speech
from core.domain.decision import Gate, ReasonCode
from core.facts import Fact, FactTable, Polarity

C = ReasonCode

MOST_LEGS = 6
# Of what trading was to cost; prices always move a little while a person thinks.
_WORTH_A_WORD = Decimal("0.25")

_ENDINGS = ("done", "partial", "failed", "rejected", "expired", "superseded", "withdrawn")
_FLOWS = ("deposits", "withdrawals", "rewards")


def tell_execution(speech: Speech, table: FactTable) -> tuple[str, ...]:
    """Return how an execution went: the outcome, what was left, the cost, and what comes next."""
    return tuple(line for line in _execution(speech, table) if line)


def _execution(speech: Speech, table: FactTable) -> Iterator[str]:
    state = table.find("state")
    name = "" if state is None else str(state.value)
    if speech.has(f"execution.{name}"):
        yield speech.say(f"execution.{name}")
    if name != "DONE":  # of a whole plan the table above these words tells the same
        for fact in table.of_kind("filled")[:MOST_LEGS]:
            yield _filled(speech, table, fact)
    for fact in table.of_kind("unfilled")[:MOST_LEGS]:
        yield _unfilled(speech, table, fact)
    cost = table.find("cost")
    if cost is not None:
        names = ("cost", "estimate", "fees")
        # Cost and estimate may well read the same; digits below a cent would tell nobody anything.
        found = (table.find(name) for name in names)
        gaps = {figure.kind: speech.words(figure) for figure in found if figure is not None}
        is_gain = isinstance(cost.value, Decimal) and cost.value <= 0
        yield speech.say("execution.gain" if is_gain else "execution.cost", gaps)
        yield _delay(speech, table)
    if name == "PARTIAL":
        yield speech.say("execution.rest")


def _delay(speech: Speech, table: FactTable) -> str:
    """Return what prices did before the approved plan was begun; empty when it is not much."""
    delay, estimate = table.find("delay"), table.find("estimate")
    if delay is None or estimate is None:
        return ""
    moved, expected = delay.value, estimate.value
    if not isinstance(moved, Decimal) or not isinstance(expected, Decimal):
        return ""
    if moved <= expected * _WORTH_A_WORD:
        return ""
    way = "against" if delay.polarity is Polarity.UP else "for"
    return speech.say(f"execution.delay.{way}", {"delay": speech.words(delay)})


def _filled(speech: Speech, table: FactTable, fact: Fact) -> str:
    way = "sell" if fact.polarity is Polarity.SELL else "buy"
    gaps = {"quantity": speech.words(fact)}
    average = table.find(f"average_{fact.subject}".lower())
    if average is not None:
        gaps["price"] = speech.words(average)
    return speech.say(f"filled.{way}", gaps)


def _unfilled(speech: Speech, table: FactTable, fact: Fact) -> str:
    way = "sell" if fact.polarity is Polarity.SELL else "buy"
    why = table.find(f"why_{fact.subject}".lower())
    cause = "open" if why is None else str(why.value)
    return speech.say(f"unfilled.{way}.{cause}", {"quantity": speech.words(fact)})


def tell_ended(speech: Speech, table: FactTable) -> tuple[str, ...]:
    """Return how a proposal ended, or where it stands."""
    kinds = ("name", "by", "at", "note")
    facts = [fact for kind in kinds for fact in table.of_kind(kind)]
    gaps = speech.gaps(facts)
    expiry, state = table.find("expiry"), table.find("state")
    if expiry is not None:
        gaps["expiry"] = speech.words(expiry)
    return (speech.say(f"proposal.{'' if state is None else state.value}", gaps),)


def tell_digest(speech: Speech, table: FactTable) -> tuple[str, ...]:
    """Return where things stand, what waits, what happened and what moved in or out."""
    return tuple(line for line in _digest(speech, table) if line)


def _digest(speech: Speech, table: FactTable) -> Iterator[str]:
    value = table.find("value")
    if value is not None:
        yield speech.say("digest.value", speech.gaps([value]))
    waiting, expiry = table.find("open"), table.find("expiry")
    if waiting is not None and expiry is not None:
        yield where(speech, table)
        gaps = {"name": speech.words(waiting), "expiry": speech.words(expiry)}
        yield speech.say("digest.open", gaps)
    elif table.find("gate") is not None:
        yield from tell_idle(speech, table)
    elif table.of_kind("drift"):
        yield where(speech, table)
    elif value is None:
        yield speech.say("digest.no_looks")
    if not _tells_pause(table):
        yield from stress_lines(speech, table)
    yield _counted(speech, table)
    yield from _moved(speech, table)


def _moved(speech: Speech, table: FactTable) -> Iterator[str]:
    for name in _FLOWS:
        amount = table.find(name)
        if amount is not None:
            yield speech.say(f"digest.{name}", {"amount": speech.words(amount)})


def _tells_pause(table: FactTable) -> bool:
    """Tell whether the reason for doing nothing is the stress pause itself."""
    gate = table.find("gate")
    is_pause = gate is not None and gate.value == Gate.PAUSE.value
    return is_pause and not table.subjects_of(C.PAUSED_BY_HAND)


def _counted(speech: Speech, table: FactTable) -> str:
    ended = [(name, fact) for name in _ENDINGS if (fact := table.find(name)) is not None]
    if not ended:
        return ""
    items = [_counted_one(speech, name, fact) for name, fact in ended]
    return speech.say("digest.proposals", {"list": speech.wording.listed(items)})


def _counted_one(speech: Speech, name: str, fact: Fact) -> str:
    gaps = {"count": speech.words(fact), "state": speech.word("state", name.upper())}
    return speech.say("digest.counted", gaps)
