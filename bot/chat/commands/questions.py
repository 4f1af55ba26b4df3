"""``/ask``: a question in a person's own words, answered from the records."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from typing import Final

from bot.chat.gate import Place, needs
from bot.chat.render.pages import text
from bot.chat.requests import Role
from bot.chat.visit import Visit
from bot.ports.questions import Asked
from bot.workflow.ask import REACH, Answered, Outcome, answer
from core.domain.asked import Intent

ID_SHOWN: Final = 10
MOST_NAMED: Final = 5

BURST: Final = 12
"""Questions of one person within the window; a model's budget is there for cards as well."""

WINDOW: Final = 600
"""Seconds."""


@needs(Role.VIEWER, place=Place.FAMILIAR)
async def ask(visit: Visit) -> str:
    """Answer a question from the records; one at a time in each chat."""
    question, chat = " ".join(visit.arguments), visit.request.chat_id
    if not question:
        visit.say(_words(visit, "head.unsupported"), text(_words(visit, "usage"), *_tries(visit)))
    elif chat in visit.desk.asking:
        visit.say(_words(visit, "head.busy"), text(_words(visit, "busy")))
    elif not _is_allowed(visit):
        visit.say(_words(visit, "head.often"), text(_words(visit, "often")))
    else:
        visit.desk.asking.add(chat)
        try:
            await _answer(visit, question)
        finally:
            visit.desk.asking.discard(chat)
    return ""


async def _answer(visit: Visit, question: str) -> None:
    """Understand a question, look it up, and say what was found; its words go no further."""
    desk = visit.desk
    assets = tuple(asset for asset, _ in desk.policy.targets)
    today = visit.now.astimezone(desk.audience.zone).date()
    asked = await desk.questions.read(question, assets=assets, today=today)
    answered = await answer(visit.telling, asked)
    match answered.outcome:
        case Outcome.TOLD:
            told = answered.explanation
            lines = () if told is None else told.lines
            records = _words(visit, "records", list=", ".join(_records(visit, answered)))
            shortened = _shortened(visit, asked, answered)
            visit.say(_heading(visit, answered), text(*lines, *shortened), text(records))
        case Outcome.FIXED:
            words = _words(visit, _fixed(answered))
            visit.say(_heading(visit, answered), text(words), text(_words(visit, "record.own")))
        case Outcome.NOTHING:
            visit.say(_heading(visit, answered), text(*_nothing(visit, answered, today)))
        case Outcome.UNPROVED:
            visit.say(_words(visit, "head.unproved"), text(_words(visit, "unproved")))
        case Outcome.UNSUPPORTED:
            words = _words(visit, "unsupported")
            visit.say(_words(visit, "head.unsupported"), text(words), text(*_tries(visit)))


def _is_allowed(visit: Visit) -> bool:
    """Tell whether a person has asked few enough questions lately, and count this one."""
    desk = visit.desk
    with desk.store.transaction() as tx:
        return any(
            tx.inbox.allow_once(
                f"ask:{visit.person}:{place}", at=desk.clock.now(), every_seconds=WINDOW
            )
            for place in range(BURST)
        )


def _heading(visit: Visit, answered: Answered) -> str:
    """Return what was understood: about what, which coin, which days."""
    asked = answered.asked
    parts = [_words(visit, f"head.{asked.intent.value}")]
    if asked.asset is not None:
        parts.append(asked.asset)
    if asked.first is not None and asked.last is not None:
        first, last = (_day(visit, day) for day in (asked.first, asked.last))
        key = "span.one" if first == last else "span.many"
        parts.append(_piece(visit, key, first=first, last=last))
    return " · ".join(parts)


def _day(visit: Visit, day: date) -> str:
    """Return a day of the reader's own calendar, "today" and "yesterday" by that calendar too."""
    reader = visit.reader
    here = reader.now.astimezone(reader.zone).replace(tzinfo=UTC)
    return reader.wording.day(datetime.combine(day, time(), tzinfo=UTC), now=here)


def _records(visit: Visit, answered: Answered) -> Iterator[str]:
    """Yield the records an answer rests on, by their names."""
    for name in answered.decisions:
        yield _piece(visit, "record.decision", name=name[:ID_SHOWN])
    for name in answered.proposals[:MOST_NAMED]:
        yield _piece(visit, "record.proposal", name=name)
    more = len(answered.proposals) - MOST_NAMED
    if more > 0:
        yield _piece(visit, "record.more", count=str(more))
    if answered.entries is not None:
        first, last = map(str, answered.entries)
        key = "record.entry" if first == last else "record.entries"
        yield _piece(visit, key, first=first, last=last)


def _shortened(visit: Visit, asked: Asked, answered: Answered) -> Iterator[str]:
    """Yield that the answer reaches less far back than the question did, where it does."""
    meant, told = asked.first, answered.asked.first
    if meant is not None and told is not None and meant < told:
        yield _words(visit, "none.reach")


def _nothing(visit: Visit, answered: Answered, today: date) -> Iterator[str]:
    yield _words(visit, "none")
    last = answered.asked.last
    if last is not None and today - last > REACH:
        yield _words(visit, "none.reach")


def _fixed(answered: Answered) -> str:
    asked = answered.asked
    return "tax.text" if asked.intent is Intent.TAX else f"how.{asked.subject.value}"


def _tries(visit: Visit) -> Iterator[str]:
    """Yield three questions to try, about a coin that is kept here."""
    coins = visit.desk.policy.risk_assets
    for number in (1, 2, 3):
        yield _words(visit, f"example.{number}", asset=coins[-1])


def _words(visit: Visit, key: str, **gaps: str) -> str:
    return visit.reader.speech.say(f"answer.{key}", gaps)


def _piece(visit: Visit, key: str, **gaps: str) -> str:
    """Return a part of a line, which begins with no capital of its own."""
    return visit.reader.wording.SENTENCES[f"answer.{key}"][0].format(**gaps)
