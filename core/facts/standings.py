"""Standings -> rows about where an asset stands, which edge is near, where a plan leaves it."""

from collections.abc import Iterator, Sequence
from decimal import Decimal

from core.domain.decision import Plan, Standing
from core.domain.units import ZERO, Weight
from core.facts.table import Polarity, Row, Unit, row

# A landing within a fifth of a point of a named place is that place: lots and fees move it by less.
NEAR = Decimal("0.002")


def is_outside(standing: Standing) -> bool:
    """Tell whether an asset stands beyond one of its edges."""
    return not standing.low < standing.weight < standing.high and bool(standing.drift)


def edge_of(standing: Standing) -> Weight:
    """Return the edge on the side where the asset stands; below the target on the target itself."""
    return standing.high if standing.weight > standing.target else standing.low


def closest(standings: Sequence[Standing]) -> Standing | None:
    """Return the asset that has used most of its band, None when every one is on its target."""
    moved = [standing for standing in standings if standing.drift]
    return max(moved, key=lambda s: (abs(s.drift), s.asset), default=None)


def place_of(standing: Standing, standings: Sequence[Standing]) -> str:
    """Return how an asset stands among all: ``furthest_below``, ``below``, ``at``, ``above`` ...

    Of two that stand equally far neither is the furthest.
    """
    if not standing.drift:
        return "at"
    drifts = [other.drift for other in standings]
    is_alone = drifts.count(standing.drift) == 1
    if standing.drift < ZERO:
        return "furthest_below" if is_alone and standing.drift == min(drifts) else "below"
    return "furthest_above" if is_alone and standing.drift == max(drifts) else "above"


def landing_of(standing: Standing, after: Weight) -> str:
    """Return where a plan leaves an asset.

    Returns:
        ``gone``, ``target``, ``halfway`` (between target and edge), ``inside`` the band, ``nearer``
        to it, or ``outside``, no nearer than before.
    """
    edge = edge_of(standing)
    if not standing.target and after <= NEAR:
        return "gone"
    if abs(after - standing.target) <= NEAR:
        return "target"
    if abs(after - (standing.target + edge) / 2) <= NEAR:
        return "halfway"
    if standing.low < after < standing.high:
        return "inside"
    return "nearer" if abs(after - edge) < abs(standing.weight - edge) else "outside"


def trigger_rows(standing: Standing, plan: Plan | None, *, is_hard: bool) -> Iterator[Row]:
    """Yield where an asset outside its band stands, and where the plan would leave it."""
    asset, drift = standing.asset, standing.weight - standing.target
    way = Polarity.UP if drift > ZERO else Polarity.DOWN
    edge = edge_of(standing)
    yield row("asset", asset, asset, Unit.NAME)
    yield row("drift", asset, abs(drift), Unit.POINTS, rank=0, polarity=way)
    yield row("room", asset, abs(edge - standing.target), Unit.POINTS, rank=0)
    yield row("weight", asset, standing.weight, Unit.WEIGHT, rank=2)
    yield row("target", asset, standing.target, Unit.WEIGHT, rank=2 if standing.target else 1)
    yield row("edge", asset, edge, Unit.WEIGHT, rank=2, polarity=way)
    yield row("stretch", asset, abs(standing.drift), Unit.RATIO, rank=1 if is_hard else 2)
    if plan is None:
        return
    after = dict(plan.weights_after)[asset]
    yield row("after", asset, after, Unit.WEIGHT)
    yield row("landing", asset, landing_of(standing, after), Unit.KEY)


def margin_rows(standing: Standing) -> Iterator[Row]:
    """Yield how far an asset inside its band is from the edge it is nearest to."""
    edge = edge_of(standing)
    way = Polarity.UP if edge > standing.target else Polarity.DOWN
    asset = standing.asset
    yield row("closest", "portfolio", asset, Unit.NAME, rank=0)
    yield row("weight", asset, standing.weight, Unit.WEIGHT, rank=0)
    yield row("edge", asset, edge, Unit.WEIGHT, rank=0, polarity=way)
    yield row("margin", asset, abs(edge - standing.weight), Unit.POINTS, rank=0, polarity=way)
