"""Every feed asked once: does it answer, and is its newest value as new as it should be."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Sequence
from datetime import datetime, timedelta

from bot.app.checks.finding import Check, Finding, Level, fine, listed
from bot.app.checks.visit import Visit
from bot.app.feeds import feeds_off, live_feeds
from bot.feeds.strict import midnight
from bot.feeds.venue_status import HALTED
from bot.ports.feeds import FeedReading, ReadingFeed
from core.domain.errors import FeedUnavailable, InputInvalid
from core.domain.readings import ReadingKind, Trouble

FEED = "feed"

LATE_AFTER = timedelta(days=2)
"""Yesterday's value comes in the course of today; an older one is late."""

NAMES = {
    ReadingKind.FEAR_GREED: "Fear & Greed",
    ReadingKind.NET_INFLOW: "exchange flows",
    ReadingKind.EXCHANGE_BALANCE: "coins on exchanges",
    ReadingKind.ACCUMULATION: "accumulation",
    ReadingKind.MVRV: "market over realised value",
    ReadingKind.FUNDING: "funding",
    ReadingKind.PEG: "the quote coin's peg",
    ReadingKind.VENUE: "venue status",
}

MENDS = {
    Trouble.DOWN: "the bot goes on without it; look at the connection if it stays so",
    Trouble.LIMITED: "the bot goes on without it; it was asked too often",
    Trouble.REFUSED: "look at its key and its address under [feeds]",
    Trouble.MALFORMED: "the bot goes on without it; look at its address under [feeds]",
    Trouble.LATE: "nothing: it is asked again",
}


def feed_checks(visit: Visit) -> Sequence[Check]:
    """Return one check per source, and one for what is off; a simulated market has no feeds."""
    if not visit.settings.is_live_market:
        return ()
    by_source: dict[str, list[ReadingFeed]] = {}
    try:
        for feed in live_feeds(visit.settings, visit.clock, visit.stack):
            by_source.setdefault(feed.source, []).append(feed)
    except InputInvalid as problem:
        return (_told(Finding(FEED, Level.FAIL, str(problem))),)
    checks = [
        Check(FEED, f"the feed of {source}", _asking(visit, source, feeds), Level.WARN)
        for source, feeds in by_source.items()
    ]
    off = sorted({row.source for row in feeds_off(visit.settings)})
    if off:
        checks.append(_told(fine(FEED, f"off, with no key or not switched on: {listed(off)}")))
    return checks


def _told(finding: Finding) -> Check:
    async def look() -> Sequence[Finding]:
        await asyncio.sleep(0)
        return (finding,)

    return Check(finding.check, "", look)


def _asking(
    visit: Visit, source: str, feeds: Sequence[ReadingFeed]
) -> Callable[[], Awaitable[Sequence[Finding]]]:
    async def look() -> Sequence[Finding]:
        answers = await asyncio.gather(*map(_ask, feeds))
        rows = [row for answer in answers if not isinstance(answer, Finding) for row in answer]
        troubles = {answer for answer in answers if isinstance(answer, Finding)}
        told = sorted(troubles, key=lambda finding: finding.said)
        return (*told, *_about(source, rows, midnight(visit.clock.now())))

    return look


async def _ask(feed: ReadingFeed) -> Sequence[FeedReading] | Finding:
    try:
        return await feed.read()
    except FeedUnavailable as failure:
        return Finding(FEED, Level.WARN, str(failure), MENDS.get(Trouble(failure.trouble), ""))


def _about(source: str, rows: Sequence[FeedReading], today: datetime) -> Iterator[Finding]:
    """Yield what a source told, and how new it is."""
    for kind in sorted({row.kind for row in rows}):
        dated = sorted((row for row in rows if row.kind is kind), key=lambda row: row.about)
        newest = {row.asset: row for row in dated}
        assets = sorted(filter(None, newest))
        what = f"{NAMES.get(kind, kind)} of {listed(assets)}" if assets else NAMES.get(kind, kind)
        oldest = min(newest.values(), key=lambda row: row.about)
        if kind is ReadingKind.VENUE and oldest.value:
            word = "does not trade now" if oldest.value >= HALTED else "holds a coin of yours in"
            mend = "look at its status page; nothing is proposed while it lasts"
            yield Finding(FEED, Level.WARN, f"{source} says that it {word}", mend)
        elif oldest.about < today - LATE_AFTER:
            said = f"{source}: {what} is late, the newest is of {oldest.about:%Y-%m-%d}"
            yield Finding(FEED, Level.WARN, said, MENDS[Trouble.LATE])
        else:
            yield fine(FEED, f"{source}: {what}, newest of {oldest.about:%Y-%m-%d}")
