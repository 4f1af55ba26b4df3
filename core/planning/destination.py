"""Breached weights -> where every weight should go, and who gives or takes the money."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from core.domain.decision import Band
from core.domain.units import ONE, ZERO, Asset, Weight
from core.signals.drift import side_of_band

_NOISE = Decimal("1e-24")
"""What 34 digits leave over when weights are summed: no money, and nobody is sold for it."""


@dataclass(frozen=True, slots=True)
class Stand:
    """One asset's target, band and present weight; ``tradable`` False keeps the weight."""

    target: Weight
    band: Band
    weight: Weight
    tradable: bool = True


@dataclass(frozen=True, slots=True)
class Destination:
    """Where the weights should go.

    Attributes:
        weights: desired weight of every asset; sums to 1.
        gap: what the breached assets leave to place (positive) or to find (negative).
        level: the common level in band units of the raised assets, None without a gap.
        raised: the assets that close the gap, by symbol.
    """

    weights: dict[Asset, Weight]
    gap: Decimal
    level: Decimal | None
    raised: tuple[Asset, ...]


def edge_destination(stand: Stand, delta: Decimal) -> Weight:
    """Return where a breached asset goes: ``delta`` of its half-width from the target.

    Source: METHODS 1.3.
    """
    width = side_of_band(stand.weight, stand.target, stand.band)
    sign = ONE if stand.weight > stand.target else -ONE
    return Weight(stand.target + sign * delta * width)


def find_destination(
    stands: Mapping[Asset, Stand],
    *,
    moved: Mapping[Asset, Weight],
    cash: Asset,
) -> Destination:
    """Close the gap that ``moved`` leaves with the assets that are most opposite, as few as needed.

    Args:
        stands: every asset, cash included.
        moved: the breached assets with their new weights.
        cash: the quote currency's symbol.

    Returns:
        Weights that sum to 1; nothing is pushed past its own target.

    Source: METHODS 1.4 and 9a.
    """
    weights = {asset: moved.get(asset, stand.weight) for asset, stand in stands.items()}
    gap = ONE - sum(weights.values(), ZERO)
    if abs(gap) <= _NOISE:
        weights[cash] = Weight(weights[cash] + gap)
        return Destination(weights, ZERO, None, ())
    sign = gap.copy_sign(ONE) / gap
    level, raised = _common_level(stands, weights, sign=sign, amount=abs(gap))
    for asset in raised:
        stand = stands[asset]
        width = side_of_band(weights[asset], stand.target, stand.band)
        weights[asset] = Weight(stand.target + sign * level * width)
    settle_rest(stands, weights, moved=moved, cash=cash)
    return Destination(weights, gap, level, tuple(sorted(raised)))


def _common_level(
    stands: Mapping[Asset, Stand],
    weights: Mapping[Asset, Weight],
    *,
    sign: Decimal,
    amount: Decimal,
) -> tuple[Decimal, list[Asset]]:
    """Return the level that absorbs ``amount``, at most 0, and the assets raised to it."""
    positions = []
    for asset, stand in stands.items():
        width = side_of_band(weights[asset], stand.target, stand.band)
        if not stand.tradable or (not width and weights[asset] != stand.target):
            continue
        distance = weights[asset] - stand.target
        positions.append((sign * distance / width if distance else ZERO, asset, width))
    positions.sort()
    raised: list[Asset] = []
    width_sum = weighted_sum = ZERO
    for index, (position, asset, width) in enumerate(positions):
        if position >= ZERO:
            break
        raised.append(asset)
        width_sum += width
        weighted_sum += position * width
        level = (amount + weighted_sum) / width_sum
        following = positions[index + 1][0] if index + 1 < len(positions) else ZERO
        if level <= min(following, ZERO):
            return level, raised
    return ZERO, raised


def settle_rest(
    stands: Mapping[Asset, Stand],
    weights: dict[Asset, Weight],
    *,
    moved: Mapping[Asset, Weight],
    cash: Asset,
) -> None:
    """Keep as cash what cannot be placed; scale the breached buys by what cannot be found.

    What rounding leaves over goes to the cash, in either direction.
    """
    rest = ONE - sum(weights.values(), ZERO)
    if rest >= -_NOISE:
        weights[cash] = Weight(weights[cash] + rest)
        return
    buys = {a: moved[a] - stands[a].weight for a in moved if moved[a] > stands[a].weight}
    total = sum(buys.values(), ZERO)
    if total > ZERO:
        kept = max(ZERO, ONE + rest / total)
        for asset, rise in buys.items():
            weights[asset] = Weight(stands[asset].weight + rise * kept)


def place_new_money(
    stands: Mapping[Asset, Stand], *, amount: Weight, cash: Asset
) -> dict[Asset, Weight]:
    """Raise the lowest risk assets to a common level with ``amount`` of cash; nothing is sold.

    Returns:
        The risk assets that rise, with their new weights.

    Source: METHODS 9a, new money first.
    """
    risk = {asset: stand for asset, stand in stands.items() if asset != cash}
    weights = {asset: stand.weight for asset, stand in risk.items()}
    level, raised = _common_level(risk, weights, sign=ONE, amount=amount)
    return {a: Weight(risk[a].target + level * risk[a].band.lower) for a in raised}
