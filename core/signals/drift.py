"""Holdings and bands -> how far each asset stands from its target."""

from collections.abc import Mapping
from decimal import Decimal

from core.domain.decision import Band
from core.domain.portfolio import Portfolio
from core.domain.units import ZERO, Asset, Money, Weight, share


def values_of(portfolio: Portfolio) -> dict[Asset, Money]:
    """Return the value of every asset, cash included, by symbol, in quote currency."""
    values = {holding.asset: holding.value for holding in portfolio.holdings}
    values[portfolio.cash.asset] = portfolio.cash.amount
    return dict(sorted(values.items()))


def targets_of(portfolio: Portfolio) -> dict[Asset, Weight]:
    """Return the target weight of every asset, cash included, by symbol."""
    targets = {holding.asset: holding.target for holding in portfolio.holdings}
    targets[portfolio.cash.asset] = portfolio.cash.target
    return dict(sorted(targets.items()))


def weights_of(values: Mapping[Asset, Money]) -> dict[Asset, Weight]:
    """Return each value as a share of their sum, which must be above zero."""
    total = Money(sum(values.values(), ZERO))
    return {asset: share(value, total) for asset, value in values.items()}


def side_of_band(weight: Weight, target: Weight, band: Band) -> Weight:
    """Return the half-width on the side of the target where ``weight`` stands."""
    return band.upper if weight > target else band.lower


def drift_in_bands(weight: Weight, target: Weight, band: Band) -> Decimal:
    """Return the drift in units of the half-width on its side; 1 is the edge.

    Source: METHODS 1.2; 9a: 0 when weight and target are equal, whatever the band.
    """
    if weight == target:
        return ZERO
    return (weight - target) / side_of_band(weight, target, band)


def is_beyond(weight: Weight, target: Weight, band: Band, *, units: Decimal) -> bool:
    """Tell whether the drift reaches ``units`` half-widths, exactly, never on a rounded quotient.

    Source: METHODS 9a.
    """
    if weight == target:
        return False
    return abs(weight - target) >= units * side_of_band(weight, target, band)
