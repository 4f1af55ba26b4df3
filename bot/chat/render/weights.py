"""Standings -> the table of weights: where each asset is, should be, may be, and will be."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from bot.chat.render.columns import aligned, first_that_fits, shortened
from bot.chat.render.figures import percent, short_percent, signed_points, whole_percent
from core.domain.decision import PlannedTrade, Standing
from core.domain.market import Side
from core.domain.units import Asset, Weight
from core.facts.standings import closest

UP, DOWN, MARK = "▲", "▼", "◂"

_LONGEST_NAMES = (12, 8, 6)
_WHOLE_FROM = Decimal("0.1")

_Edge = Callable[[Weight], str]


@dataclass(frozen=True, slots=True)
class LastColumn:
    """What stands right of the band: a heading, a figure per asset, and a mark per asset."""

    heading: str
    figures: Mapping[Asset, str]
    marks: Mapping[Asset, str]


def after_column(
    trades: Iterable[PlannedTrade], after: Iterable[tuple[Asset, Weight]]
) -> LastColumn:
    """Return the card's last column: where each asset lands, and which way it moves."""
    marks = {trade.asset: UP if trade.side is Side.BUY else DOWN for trade in trades}
    return LastColumn("after", {asset: percent(weight) for asset, weight in after}, marks)


def room_column(standings: Sequence[Standing]) -> LastColumn:
    """Return how many points each asset has left to its nearer edge, the one closest to it marked.

    Closest is measured in bands, as the engine measures it, not in points.
    """
    room = {row.asset: min(row.high - row.weight, row.weight - row.low) for row in standings}
    near = closest(standings)
    marks = {} if near is None else {near.asset: MARK}
    return LastColumn("room", {asset: signed_points(left) for asset, left in room.items()}, marks)


def weights_table(standings: Sequence[Standing], quote: Asset, last: LastColumn) -> tuple[str, ...]:
    """Return where every asset stands: now, goal, band, and one column more; cash comes last.

    The most exact layout that fits a phone is used: bands lose their decimals first, names their
    middle last.
    """
    ordered = sorted(standings, key=lambda row: (row.asset == quote, row.asset))
    return first_that_fits(_layouts(ordered, last))


def _layouts(standings: Sequence[Standing], last: LastColumn) -> Iterator[tuple[str, ...]]:
    for longest in _LONGEST_NAMES:
        for edge in (short_percent, _roomy_percent, whole_percent):
            for gap in ("  ", " "):
                yield _table(standings, last, longest=longest, edge=edge, gap=gap)


def _table(
    standings: Sequence[Standing], last: LastColumn, *, longest: int, edge: _Edge, gap: str
) -> tuple[str, ...]:
    rows = [("", "now", "goal", "band", last.heading, "")]
    rows += [
        (
            shortened(row.asset, longest),
            percent(row.weight),
            short_percent(row.target),
            f"{edge(row.low)}–{edge(row.high)}",
            last.figures.get(row.asset, ""),
            last.marks.get(row.asset, ""),
        )
        for row in standings
    ]
    return aligned(rows, "<>><><", (gap, " ", " ", " ", " "))


def _roomy_percent(share: Weight) -> str:
    """Return a share without decimals from 10 % on, where they matter least."""
    return whole_percent(share) if share >= _WHOLE_FROM else short_percent(share)
