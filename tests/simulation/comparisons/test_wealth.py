"""Wealth after costs, over floats, against its own equation and the planner's exact solution."""

from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.domain.policy import PROFILES, BandRules, ProfileName
from core.domain.units import ONE, Asset, Weight, exact
from core.planning.bands import band_around, base_half_width
from core.planning.destination import Stand, edge_destination, find_destination
from core.signals.drift import is_beyond
from core.simulation.bar_table import Floats
from core.simulation.comparisons.bands import Bands
from core.simulation.comparisons.wealth import planned_trades
from tests.simulation.comparisons.markets import USD, policy_of

RULES = BandRules()


def _shares(parts: list[int]) -> Floats:
    return np.array(parts) / sum(parts)


@given(
    held=st.lists(st.integers(0, 50), min_size=3, max_size=7).filter(any),
    wanted=st.lists(st.integers(0, 50), min_size=7, max_size=7),
    sell=st.floats(0.0, 0.05),
    buy=st.floats(0.0, 0.05),
)
def test_what_is_left_is_what_was_there_less_costs(
    held: list[int], wanted: list[int], sell: float, buy: float
) -> None:
    """V' + costs = V, every traded coin ends on its weight of V', and no leg turns round."""
    before, goal = _shares(held), _shares([*wanted[: len(held)][:-1], 1])
    values, cash = 1_000 * before[:-1], 1_000 * float(before[-1])
    rates = (np.full(len(values), sell), np.full(len(values), buy))
    trades = planned_trades(values, goal[:-1], cash, sells=rates[0], buys=rates[1])
    cost = float(np.where(trades > 0, trades * buy, -trades * sell).sum())
    after = 1_000 - cost
    is_traded = trades != 0
    assert (values + trades)[is_traded] == pytest.approx(goal[:-1][is_traded] * after, abs=1e-9)
    assert ((trades * (goal[:-1] - before[:-1])) >= 0).all()
    is_left = ~is_traded & (np.abs(goal[:-1] - before[:-1]) > 1e-9)
    # Only costs leave a leg out: its goal of what is left lies on the other side of what it has.
    turned = (goal[:-1] * after - values) * (goal[:-1] - before[:-1])
    assert (turned[is_left] <= 1e-9).all()


@exact
def _by_planner(weights: dict[Asset, Decimal], stands: dict[Asset, Stand]) -> dict[Asset, Weight]:
    moved = {
        asset: edge_destination(stand, RULES.delta)
        for asset, stand in stands.items()
        if stand.tradable and is_beyond(stand.weight, stand.target, stand.band, units=ONE)
    }
    return find_destination(stands, moved=moved, cash=USD).weights


@given(
    targets=st.lists(st.integers(0, 40), min_size=2, max_size=6).filter(any),
    held=st.lists(st.integers(0, 40), min_size=7, max_size=7).filter(lambda row: any(row[:3])),
    gone=st.booleans(),
)
def test_the_gap_is_closed_as_the_planner_closes_it(
    targets: list[int], held: list[int], gone: bool
) -> None:
    """Every destination is the planner's, also with a coin that has ended and with odd targets."""
    names = [Asset(name) for name in "ABCDEF"[: len(targets)]]
    shares = [Decimal(1_000 * part // (sum(targets) + 1)) / 10 for part in targets]
    policy = policy_of({name: str(share) for name, share in zip(names, shares, strict=True)})
    now = [*held[: len(names)], held[-1] + 1]
    if gone:
        now[0] = 0
    weights = dict(zip((*names, USD), (Decimal(part) / sum(now) for part in now), strict=True))
    bands = Bands.of(policy).without(0) if gone else Bands.of(policy)
    row = np.array([float(weight) for weight in weights.values()])
    profile = PROFILES[ProfileName.STANDARD]
    stands = {}
    for asset in sorted(weights):
        target = policy.target_of(asset)
        band = band_around(
            target, base_half_width(target, profile, RULES.mode), upper=ONE, lower=ONE
        )
        tradable = not (gone and asset == names[0])
        stands[asset] = Stand(target, band, Weight(weights[asset]), tradable)
    expected = _by_planner(weights, stands)
    found = bands.destination(row, delta=float(RULES.delta))
    assert found == pytest.approx([float(expected[asset]) for asset in weights], abs=1e-12)
