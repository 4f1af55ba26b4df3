"""What a decision rested on: how old the bars and readings were, and which feeds said nothing."""

from collections.abc import Iterable, Iterator
from datetime import datetime, time

from bot.explain.speech import Speech
from core.domain.readings import FeedTrouble, ReadingSeries
from core.domain.snapshot import Snapshot
from core.domain.units import Asset


def input_lines(speech: Speech, snapshot: Snapshot) -> Iterator[str]:
    """Yield one line per source of bars, per source of readings, and per feed that is silent."""
    yield from _bars(speech, snapshot)
    yield from _readings(speech, snapshot.readings)
    yield from _troubles(speech, snapshot.troubles)


def _bars(speech: Speech, snapshot: Snapshot) -> Iterator[str]:
    groups: dict[tuple[datetime, str], list[str]] = {}
    for row in snapshot.bars:
        groups.setdefault((row.opened_at, row.source), []).append(row.asset)
    if not groups:
        yield speech.say("market.no_bars")
    for (opened_at, source), assets in groups.items():
        gaps = {"assets": speech.wording.listed_short(assets), "day": speech.day(opened_at)}
        yield speech.say("market.bars", {**gaps, "source": speech.source(source)})


def _readings(speech: Speech, series: Iterable[ReadingSeries]) -> Iterator[str]:
    groups: dict[tuple[str, str, str, str, bool], list[Asset]] = {}
    for row in series:
        if row.readings:
            newest = row.readings[-1]
            known = speech.when(newest.known_at)
            about = _about(speech, newest.about)
            alike = (row.kind.value, about, known, row.source, row.is_point_in_time)
            groups.setdefault(alike, []).append(row.asset)
    for (kind, about, known, source, is_point_in_time), assets in groups.items():
        gaps = {"what": _named(speech, kind, assets), "about": about, "known": known}
        key = "market.reading" if is_point_in_time else "market.reading.late"
        yield speech.say(key, {**gaps, "source": speech.source(source)})


def _troubles(speech: Speech, troubles: Iterable[FeedTrouble]) -> Iterator[str]:
    own = speech.wording.VOCABULARY["source"]
    groups: dict[tuple[str, str], list[FeedTrouble]] = {}
    for row in troubles:
        groups.setdefault((row.kind.value, row.trouble.value), []).append(row)
    for (kind, trouble), rows in groups.items():
        sources = dict.fromkeys(row.source for row in rows)
        gaps = {
            "what": _named(speech, kind, [row.asset for row in rows]),
            "trouble": speech.word("trouble", trouble),
            "sources": speech.wording.listed_short([own.get(name, name) for name in sources]),
        }
        yield speech.say("market.trouble", gaps)


def _named(speech: Speech, kind: str, assets: Iterable[Asset]) -> str:
    """Return what is measured, with the coins it is about: "funding (BTC and ETH)"."""
    names = [name for name in dict.fromkeys(assets) if name]
    words = speech.word("kind", kind)
    return f"{words} ({speech.wording.listed_short(names)})" if names else words


def _about(speech: Speech, about: datetime) -> str:
    """Return the time a value is about: a day's value bears the start of its UTC day."""
    return speech.day(about) if about.time() == time() else speech.when(about)
