"""Standings -> the table of weights: where each asset is, should be, may be, and will be."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import product

from bot.chat.render.columns import aligned, first_that_fits, shortened
from bot.chat.render.figures import percent, short_percent, signed_points, whole_percent
from bot.chat.render.words import Words
from core.domain.decision import PlannedTrade, Standing
from core.domain.market import Side
from core.domain.units import Asset, Weight
from core.facts.standings import closest

UP, DOWN, MARK = "▲", "▼", "◂"

_LONGEST_NAMES = (12, 8, 6)
_WHOLE_FROM = Decimal("0.1")

_Edge = Callable[[Weight, Words], str]


@dataclass(frozen=True, slots=True)
class LastColumn:
    """What stands right of the band: a heading, a figure per asset, and a mark per asset."""

    heading: str
    figures: Mapping[Asset, str]
    marks: Mapping[Asset, str]


def after_column(
    trades: Iterable[PlannedTrade], after: Iterable[tuple[Asset, Weight]], words: Words
) -> LastColumn:
    """Return the card's last column: where each asset lands, and which way it moves."""
    marks = {trade.asset: UP if trade.side is Side.BUY else DOWN for trade in trades}
    figures = {asset: percent(weight, words) for asset, weight in after}
    return LastColumn(words.say("weights.after"), figures, marks)


def room_column(standings: Sequence[Standing], words: Words) -> LastColumn:
    """Return how many points each asset has left to its nearer edge, the one closest to it marked.

    Closest is measured in bands, as the engine measures it, not in points.
    """
    room = {row.asset: min(row.high - row.weight, row.weight - row.low) for row in standings}
    near = closest(standings)
    marks = {} if near is None else {near.asset: MARK}
    figures = {asset: signed_points(left, words) for asset, left in room.items()}
    return LastColumn(words.say("weights.room"), figures, marks)


def weights_table(
    standings: Sequence[Standing], quote: Asset, *, last: LastColumn, words: Words
) -> tuple[str, ...]:
    """Return where every asset stands: now, goal, band, and one column more; cash comes last.

    The most exact layout that fits a phone is used: bands lose their decimals first, names their
    middle last.
    """
    ordered = sorted(standings, key=lambda row: (row.asset == quote, row.asset))
    return first_that_fits(_layouts(ordered, last, words))


def _layouts(
    standings: Sequence[Standing], last: LastColumn, words: Words
) -> Iterator[tuple[str, ...]]:
    for longest, edge in product(_LONGEST_NAMES, _EDGES):
        rows = _rows(standings, last, longest=longest, edge=edge, words=words)
        for gap in ("  ", " "):
            yield aligned(rows, "<>><><", (gap, " ", " ", " ", " "))


def _rows(
    standings: Sequence[Standing], last: LastColumn, *, longest: int, edge: _Edge, words: Words
) -> list[tuple[str, ...]]:
    heads = [words.say(f"weights.{head}") for head in ("now", "goal", "band")]
    rows: list[tuple[str, ...]] = [("", *heads, last.heading, "")]
    rows += [
        (
            shortened(row.asset, longest),
            percent(row.weight, words),
            short_percent(row.target, words),
            f"{edge(row.low, words)}–{edge(row.high, words)}",
            last.figures.get(row.asset, ""),
            last.marks.get(row.asset, ""),
        )
        for row in standings
    ]
    return rows


def _roomy_percent(share: Weight, words: Words) -> str:
    """Return a share without decimals from 10 % on, where they matter least."""
    return whole_percent(share) if share >= _WHOLE_FROM else short_percent(share, words)


def _whole_percent(share: Weight, words: Words) -> str:
    del words
    return whole_percent(share)


_EDGES: tuple[_Edge, ...] = (short_percent, _roomy_percent, _whole_percent)
"""How the edges of a band are written, the most exact first."""
