"""The facts of a changed stress pause -> the sentences below the notice that tells of it."""

from collections.abc import Iterator

from bot.explain.reasons import reason_in
from bot.explain.signals import held_line
from bot.explain.speech import Speech
from core.domain.decision import ReasonCode
from core.facts import Fact, FactTable, figure_id

C = ReasonCode


def tell_pause(speech: Speech, table: FactTable) -> tuple[str, ...]:
    """Return why a pause began, or what has ended, and what comes of it: two to four lines.

    The notice above has said already that it is so, and until when.
    """
    now = table.find("stress")
    lines = _began if now is not None and now.value == "paused" else _ended
    return tuple(line for line in lines(speech, table) if line)


def _began(speech: Speech, table: FactTable) -> Iterator[str]:
    if table.subjects_of(C.INTRADAY_SHOCK):
        yield reason_in(speech, table, C.INTRADAY_SHOCK)
    yield _votes(speech, table, "pause.votes")
    taken_back = table.find("taken_back")
    if taken_back is not None:
        yield speech.say("pause.taken_back", {"proposal": speech.words(taken_back)})
    yield held_line(speech, table)
    yield speech.say("pause.afresh")


def _ended(speech: Speech, table: FactTable) -> Iterator[str]:
    was, since = table.find("was"), table.find("was_since")
    if was is not None and since is not None and speech.has(f"pause.over.{was.value}"):
        yield speech.say(f"pause.over.{was.value}", speech.gaps([since]))
    yield _votes(speech, table, "pause.still") or speech.say("pause.calm")
    if table.subjects_of(C.COOLING_DOWN):
        yield reason_in(speech, table, C.COOLING_DOWN)


def _votes(speech: Speech, table: FactTable, key: str) -> str:
    """Return which kinds of evidence count how many points; empty when none does."""
    counted = [
        (family, fact)
        for family in table.subjects_of(C.STRESS_VOTE)
        if (fact := _points(table, family)) is not None
    ]
    # An item is no sentence, so its first letter stays as it is.
    item = speech.wording.SENTENCES["pause.vote"][0]
    items = [
        item.format(family=speech.word("family", family), points=speech.words(fact))
        for family, fact in counted
    ]
    if not items:
        return ""
    total = sum(int(str(fact.value)) for _, fact in counted)
    return speech.say(key, {"votes": speech.wording.listed(items), "total": str(total)})


def _points(table: FactTable, family: str) -> Fact | None:
    return table.find(figure_id(C.STRESS_VOTE, family, "points"))
