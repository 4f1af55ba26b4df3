"""The bounds of METHODS 4.2, written again and apart from the program."""

from collections.abc import Iterable, Mapping
from decimal import Decimal

from core.domain.policy import Policy
from core.domain.units import Asset, Weight
from core.signals.tilt_goal import Shifts

HALF = Decimal("0.5")


def assert_sums_to_zero(rows: Iterable[Shifts]) -> None:
    """Each tilt gives exactly what it takes, in whole quanta, by symbol and without zeros."""
    for shifts in rows:
        assert sum(shift for _, shift in shifts) == 0
        assert all(shift != 0 for _, shift in shifts)
        assert all(shift == shift.quantize(Decimal("1e-12")) for _, shift in shifts)
        assert [asset for asset, _ in shifts] == sorted(asset for asset, _ in shifts)


def assert_bounds(shifts: Mapping[Asset, Decimal], policy: Policy) -> None:
    """Ten points, half the target, fifteen in all, never below zero, cash not below its floor."""
    assert sum(shifts.values()) == 0
    assert sum(shift for shift in shifts.values() if shift > 0) <= Decimal("0.15")
    for asset, shift in shifts.items():
        base = policy.target_of(asset)
        assert abs(shift) <= Decimal("0.10")
        assert abs(shift) <= HALF * base
        assert base + shift >= 0
    cash = policy.target_of(policy.quote)
    if cash >= Decimal("0.05"):
        assert cash + shifts.get(policy.quote, Decimal(0)) >= Decimal("0.05")


def net(rows: Iterable[Shifts]) -> dict[Asset, Weight]:
    """Return the sum of the shifts of each asset."""
    sums: dict[Asset, Weight] = {}
    for shifts in rows:
        for asset, shift in shifts:
            sums[asset] = Weight(sums.get(asset, Decimal(0)) + shift)
    return sums
