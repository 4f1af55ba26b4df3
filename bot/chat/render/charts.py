"""Pictures -> the words on them, their captions, and the tables that say the same."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Final

from bot.charts.look import ChartFormat
from bot.charts.words import ChartWords
from bot.chat.render.columns import aligned, first_that_fits, shortened, spread
from bot.chat.render.figures import signed_share, signed_tenths
from bot.chat.render.words import Words
from bot.ports.pictures import (
    Allocation,
    BookValues,
    DayLine,
    DayMark,
    Drawdowns,
    DriftHistory,
    MarketRibbon,
    Picture,
)
from core.domain.regime import Regime
from core.domain.scorecard import BookName

MARKS: Final = ("executed", "rejected", "expired", "withheld")
PHASES: Final = ("NORMAL", "PAUSED", "GUARDED")

_NAMES: Final[Mapping[type, str]] = {
    Allocation: "weights",
    DriftHistory: "drift",
    BookValues: "books",
    MarketRibbon: "market",
    Drawdowns: "drawdown",
}
_LONGEST_NAME: Final = 14
_NOTHING: Final = "–"


def title_of(picture: Picture, words: Words) -> str:
    """Return what a picture is called, with how many days it covers."""
    name = _NAMES[type(picture)]
    gaps = {"asset": picture.asset} if isinstance(picture, MarketRibbon) else {}
    title = words.say(f"chart.{name}", **gaps)
    count = 1 if isinstance(picture, Allocation) else covered_days(picture.days)
    return words.say("chart.span", title=title, days=str(count)) if count > 1 else title


def covered_days(days: Sequence[date]) -> int:
    """Return how many days lie between the first and the last, both included."""
    return (days[-1] - days[0]).days + 1 if days else 0


def picture_table(picture: Picture, words: Words) -> tuple[str, ...]:
    """Return the table that stands beside a picture over days; at most 34 characters wide.

    The weights have a table of their own, made from what they were drawn from.
    """
    match picture:
        case DriftHistory():
            return _drift_table(picture, words)
        case BookValues():
            return _books_table(picture.lines, words, _growth, marks=picture.marks)
        case Drawdowns():
            return _books_table(picture.lines, words, _value)
        case MarketRibbon():
            return _market_table(picture, words)
        case Allocation():
            return ()


def chart_words(words: Words) -> ChartWords:
    """Return the words that stand on pictures in a language."""
    return ChartWords(
        allocation=words.say("chart.on.allocation"),
        allocation_note=words.say("chart.on.allocation.note"),
        drift=words.say("chart.on.drift"),
        drift_note=words.say("chart.on.drift.note"),
        books=words.say("chart.on.books"),
        books_note=words.say("chart.on.books.note"),
        market=words.say("chart.on.market", asset="{asset}", quote="{quote}"),
        market_note=words.say("chart.on.market.note"),
        drawdowns=words.say("chart.on.drawdowns"),
        drawdowns_note=words.say("chart.on.drawdowns.note"),
        now=words.say("chart.on.now"),
        goal=words.say("chart.on.goal"),
        inside=words.say("chart.on.inside"),
        outside=words.say("chart.on.outside"),
        band=words.say("chart.on.band"),
        target=words.say("chart.on.goal"),
        edge=words.say("chart.on.edge"),
        hard_edge=words.say("chart.on.hard_edge"),
        regime=words.say("chart.on.regime"),
        phase=words.say("chart.on.phase"),
        names={book.value: words.say(f"chart.book.{book}") for book in BookName},
        marks={mark: words.say(f"chart.mark.{mark}") for mark in MARKS},
        regimes={label.value: words.word("label", label) for label in Regime},
        phases={phase: words.say(f"chart.on.{phase}") for phase in PHASES},
        nothing=words.say("chart.on.nothing"),
        too_short=words.say("chart.on.too_short"),
        without=words.say("chart.on.without", names="{names}"),
    )


def chart_format(words: Words) -> ChartFormat:
    """Return how a language writes the figures and days of a picture."""
    gap = "{figure}"
    return ChartFormat(
        decimal=words.say("figure.point"),
        thousands=words.say("figure.thousands"),
        percent=f"{gap} %",
        times=words.say("chart.on.times", figure=gap),
        months=tuple(words.say("chart.on.months").split()),
        date=words.say("chart.on.date", day="{day}", month="{month}"),
    )


def _drift_table(picture: DriftHistory, words: Words) -> tuple[str, ...]:
    """Return per asset: its distance now, its furthest, and on how many days it stood outside."""
    heads = [words.say(f"chart.head.{head}") for head in ("now", "most", "out")]
    return first_that_fits(
        (
            *aligned([("", *heads), *_drift_rows(picture, words, longest)], "<>>>", ("  ",) * 3),
            *_happened(picture.marks, words),
        )
        for longest in (12, 8, 6)
    )


def _drift_rows(
    picture: DriftHistory, words: Words, longest: int
) -> Iterator[tuple[str, str, str, str]]:
    for line in picture.lines:
        known = [value for value in line.values if value is not None]
        furthest = max(known, key=abs, default=None)
        outside = sum(abs(value) >= 1 for value in known)
        now, most = (_or_nothing(value, words, signed_tenths) for value in (_now(line), furthest))
        yield shortened(line.name, longest), now, most, str(outside)


def _books_table(
    lines: Sequence[DayLine],
    words: Words,
    figure: Callable[[float], float],
    *,
    marks: Sequence[DayMark] = (),
) -> tuple[str, ...]:
    """Return per book: where it stands, and its lowest of these days."""
    rows = [("", words.say("chart.head.now"), words.say("chart.head.deepest"))]
    for line in lines:
        known = [value for value in line.values if value is not None]
        ends = _now(line), min(known, default=None)
        figures = (None if end is None else figure(end) for end in ends)
        now, lowest = (_or_nothing(value, words, signed_share) for value in figures)
        rows.append((book_name(line.name, words), now, lowest))
    return (*aligned(rows, "<>>", ("  ", "  ")), *_happened(marks, words))


def book_name(name: str, words: Words) -> str:
    """Return what a book is called; a line that is no book keeps its name."""
    known = words.has(f"chart.book.{name}")
    return words.say(f"chart.book.{name}") if known else shortened(name, _LONGEST_NAME)


def _market_table(picture: MarketRibbon, words: Words) -> tuple[str, ...]:
    """Return the price at both ends and its extremes, and how many days were of which kind."""
    known = [price for price in picture.prices if price is not None]
    ends = (known[0], known[-1], max(known), min(known)) if known else ()
    names = ("first", "last", "highest", "lowest")
    prices = [
        spread(words.say(f"chart.row.{name}"), words.wording.price(price, picture.quote))
        for name, price in zip(names, (Decimal(str(end)) for end in ends), strict=False)
    ]
    labels = [
        spread(words.word("label", label), days_text(picture.regimes.count(label), words))
        for label in Regime
        if label in picture.regimes
    ]
    phases = [
        spread(words.say(f"chart.on.{phase}"), days_text(picture.phases.count(phase), words))
        for phase in PHASES[1:]
        if phase in picture.phases
    ]
    return (*prices, *([""] if prices else []), *labels, *(["", *phases] if phases else []))


def _happened(marks: Sequence[DayMark], words: Words) -> Iterator[str]:
    """Yield how often each kind of thing happened, below an empty line."""
    counts = [(kind, sum(mark.kind == kind for mark in marks)) for kind in MARKS]
    told = [spread(words.say(f"chart.mark.{kind}"), str(count)) for kind, count in counts if count]
    yield from ["", *told] if told else []


def days_text(count: int, words: Words) -> str:
    """Return a number of days: "1 day", "12 days"."""
    key = "chart.days.one" if count == 1 else "chart.days.many"
    return words.say(key) if count == 1 else words.say(key, count=str(count))


def _now(line: DayLine) -> float | None:
    return next((value for value in reversed(line.values) if value is not None), None)


def _growth(multiple: float) -> float:
    return multiple - 1


def _value(share: float) -> float:
    return share


def _or_nothing(value: float | None, words: Words, written: Callable[[float, Words], str]) -> str:
    return _NOTHING if value is None else written(value, words)
