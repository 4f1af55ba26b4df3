"""What trading cost, and where value and weights stood before and after -> rows of an answer."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from core.domain.units import ZERO, Asset, Money, Weight
from core.facts.table import Polarity, Row, Unit, row

MOST_MOVED = 3
"""Coins of which an answer tells the weight before and after."""

_WORTH_A_WORD = Decimal("0.001")


@dataclass(frozen=True, slots=True)
class Costs:
    """What executions cost in some time, quote currency.

    Attributes:
        executions: how many plans were carried out, in part or whole.
        fees: what the venue charged.
        slippage: what the fills were worse than the middle price; below 0 where they were better.
        unpriced: how many of them had a fee in a coin without a price, and are left out.
    """

    executions: int
    fees: Money
    slippage: Money
    unpriced: int = 0


@dataclass(frozen=True, slots=True)
class Course:
    """The portfolio at two instants, and what came in and went out between them.

    Attributes:
        began_at, ended_at: the two instants.
        before, after: its value then, quote currency.
        weights: (asset, weight before, weight after).
        deposits, taken_out, rewards: between the two, each positive, quote currency.
        are_flows_priced: False when something came or went that had no price; then nobody can
            tell what the rest of the difference is.
    """

    began_at: datetime
    ended_at: datetime
    before: Money
    after: Money
    weights: tuple[tuple[Asset, Weight, Weight], ...]
    deposits: Money
    taken_out: Money
    rewards: Money
    are_flows_priced: bool


def cost_rows(costs: Costs) -> Iterator[Row]:
    """Yield what trading cost: fees and slippage apart, and together."""
    yield row("executions", "portfolio", costs.executions, Unit.COUNT, rank=0)
    if costs.unpriced:
        yield row("unpriced", "portfolio", costs.unpriced, Unit.COUNT, rank=0)
    if costs.executions <= costs.unpriced:
        return
    yield row("fees", "portfolio", costs.fees, Unit.MONEY, rank=0)
    yield row("slippage", "portfolio", costs.slippage, Unit.MONEY, rank=0)
    yield row("cost", "portfolio", costs.fees + costs.slippage, Unit.MONEY, rank=0)


def course_rows(course: Course, asset: Asset | None) -> Iterator[Row]:
    """Yield value before and after, flows, what is left without them, and the weights that moved.

    Flows are no profit: they are taken out of the difference. Source: DESIGN 4, invariant 8.
    """
    yield row("began", "portfolio", course.began_at, Unit.INSTANT, rank=0)
    yield row("ended", "portfolio", course.ended_at, Unit.INSTANT, rank=0)
    yield row("value_before", "portfolio", course.before, Unit.MONEY, rank=0)
    yield row("value_after", "portfolio", course.after, Unit.MONEY, rank=0)
    came, went, earned = course.deposits, course.taken_out, course.rewards
    for name, amount in (("deposits", came), ("withdrawals", went), ("rewards", earned)):
        if amount:
            yield row(name, "portfolio", amount, Unit.MONEY, rank=0)
    if course.are_flows_priced:
        came_in = course.deposits + course.rewards - course.taken_out
        rest = course.after - course.before - came_in
        way = Polarity.UP if rest > ZERO else Polarity.DOWN if rest else Polarity.NONE
        yield row("difference", "portfolio", abs(rest), Unit.MONEY, rank=0, polarity=way)
    yield from _weight_rows(course, asset)


def _weight_rows(course: Course, asset: Asset | None) -> Iterator[Row]:
    moved = [line for line in course.weights if asset in (None, line[0])]
    if asset is None:
        moved = [line for line in moved if abs(line[2] - line[1]) >= _WORTH_A_WORD]
    moved.sort(key=lambda line: (-abs(line[2] - line[1]), line[0]))
    for name, before, after in moved[:MOST_MOVED]:
        way = Polarity.UP if after > before else Polarity.DOWN if after < before else Polarity.NONE
        yield row("asset", name, name, Unit.NAME)
        yield row("weight_before", name, before, Unit.WEIGHT)
        yield row("weight_after", name, after, Unit.WEIGHT)
        yield row("moved", name, abs(after - before), Unit.POINTS, polarity=way)
