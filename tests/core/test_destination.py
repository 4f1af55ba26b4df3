"""Where the weights should go (METHODS 1.3, 1.4, 9a)."""

from collections.abc import Iterable
from decimal import Decimal

import pytest
from hypothesis import given

from core.domain.decision import Band
from core.domain.units import ONE, ZERO, Asset, Weight
from core.planning.destination import (
    Destination,
    Stand,
    edge_destination,
    find_destination,
    place_new_money,
    settle_rest,
)
from tests.core.worked import by_calculator
from tests.strategies import FEWER, World, worlds

USD = Asset("USD")
NEARLY = Decimal("1e-12")


def stand(weight: str, target: str, *, width: str = "0.10", tradable: bool = True) -> Stand:
    """Return an asset with a symmetric band."""
    half = Weight(Decimal(width))
    return Stand(Weight(Decimal(target)), Band(half, half), Weight(Decimal(weight)), tradable)


def find(stands: dict[str, Stand], **moved: str) -> Destination:
    """Return the destination once ``moved`` assets have their new weights."""
    named = {Asset(name): row for name, row in stands.items()}
    goals = {Asset(name): Weight(Decimal(text)) for name, text in moved.items()}
    return find_destination(named, moved=goals, cash=USD)


def texts(weights: dict[Asset, Weight], names: Iterable[str]) -> list[str]:
    """Return weights with four places."""
    return [str(weights[Asset(name)].quantize(Decimal("0.0001"))) for name in names]


@pytest.mark.parametrize(
    ("weight", "delta", "expected"),
    [("0.62", "0.5", "0.55"), ("0.62", "0", "0.5"), ("0.62", "1", "0.6"), ("0.3", "0.5", "0.45")],
)
def test_a_breached_asset_goes_to_delta_of_its_band(weight: str, delta: str, expected: str) -> None:
    """It ends at t + sign(u) * delta * b, on the side where it stands."""
    assert edge_destination(stand(weight, "0.5"), Decimal(delta)) == Decimal(expected)


def test_the_side_of_the_band_matters_for_the_destination() -> None:
    """With 20 points above and 10 below, half-way is 10 above or 5 below."""
    lopsided = Band(Weight(Decimal("0.2")), Weight(Decimal("0.1")))
    over = Stand(Weight(Decimal("0.5")), lopsided, Weight(Decimal("0.8")))
    under = Stand(Weight(Decimal("0.5")), lopsided, Weight(Decimal("0.3")))
    assert edge_destination(over, Decimal("0.5")) == Decimal("0.6")
    assert edge_destination(under, Decimal("0.5")) == Decimal("0.45")


def test_the_most_underweight_gets_the_money_first() -> None:
    """Three points fit below the next level, so only ETH is raised."""
    stands = {
        "BTC": stand("0.53", "0.43"),
        "ETH": stand("0.22", "0.30"),
        "SOL": stand("0.10", "0.12"),
        "USD": stand("0.15", "0.15"),
    }
    found = find(stands, BTC="0.50")
    assert found.raised == ("ETH",)
    assert found.weights["ETH"] == Decimal("0.25")  # type: ignore[index]
    assert found.level == Decimal("-0.5")


def test_the_lowest_rise_to_a_common_level() -> None:
    """The worked example: ETH from -0.8 meets cash at -0.5, both rise to -0.2778."""
    stands = {
        "BTC": stand("0.62", "0.5"),
        "ETH": stand("0.22", "0.3"),
        "USD": stand("0.16", "0.2", width="0.08"),
    }
    found = find(stands, BTC="0.55")
    assert found.level is not None
    assert found.level.quantize(Decimal("0.0001")) == Decimal("-0.2778")
    assert texts(found.weights, stands) == ["0.5500", "0.2722", "0.1778"]


def test_money_is_found_with_the_most_overweight() -> None:
    """Mirrored: a breached buy takes from the one furthest over."""
    stands = {
        "BTC": stand("0.37", "0.5"),
        "ETH": stand("0.38", "0.3"),
        "USD": stand("0.25", "0.2"),
    }
    found = find(stands, BTC="0.45")
    assert found.gap == Decimal("-0.08")
    assert found.level is not None
    assert found.level < ZERO
    assert found.weights["ETH"] < Decimal("0.38")  # type: ignore[index]
    assert sum(found.weights.values()) == ONE


def test_a_tie_is_shared_by_all_who_stand_there() -> None:
    """Two assets equally far under rise together; symbols decide nothing about the amount."""
    stands = {
        "BTC": stand("0.60", "0.40"),
        "ETH": stand("0.15", "0.20"),
        "SOL": stand("0.15", "0.20"),
        "USD": stand("0.10", "0.20"),
    }
    found = find(stands, BTC="0.48")
    assert found.raised == ("ETH", "SOL", "USD")
    assert found.weights["ETH"] == found.weights["SOL"]  # type: ignore[index]


def test_a_breached_asset_can_take_from_another_breached_one() -> None:
    """Every asset is in the sort, breached ones at their new weight."""
    stands = {
        "BTC": stand("0.65", "0.40"),
        "ETH": stand("0.15", "0.40"),
        "USD": stand("0.20", "0.20"),
    }
    found = find(stands, BTC="0.45", ETH="0.35")
    assert found.gap == ZERO
    assert found.level is None
    found = find(stands, BTC="0.42", ETH="0.35")
    assert texts(found.weights, stands) == ["0.4200", "0.3800", "0.2000"]


def test_what_cannot_be_placed_stays_cash() -> None:
    """When everybody else is on target, the level stops at 0 and cash keeps the rest."""
    stands = {
        "BTC": stand("0.70", "0.50"),
        "ETH": stand("0.10", "0.30", tradable=False),
        "USD": stand("0.20", "0.20"),
    }
    found = find(stands, BTC="0.55")
    assert texts(found.weights, stands) == ["0.5500", "0.1000", "0.3500"]
    assert found.level == ZERO


def test_what_cannot_be_found_scales_the_breached_buys() -> None:
    """With the overweight one locked, the buys shrink to what cash can give, alike in share."""
    stands = {
        "BTC": stand("0.10", "0.30"),
        "ETH": stand("0.10", "0.30"),
        "SOL": stand("0.70", "0.30", tradable=False),
        "USD": stand("0.10", "0.10"),
    }
    found = find(stands, BTC="0.25", ETH="0.20")
    assert texts(found.weights, stands) == ["0.1000", "0.1000", "0.7000", "0.1000"]
    stands["USD"] = stand("0.20", "0.10")
    stands["SOL"] = stand("0.60", "0.30", tradable=False)
    found = find(stands, BTC="0.25", ETH="0.20")
    assert texts(found.weights, stands) == ["0.1600", "0.1400", "0.6000", "0.1000"]


def test_an_untradable_asset_keeps_its_weight_and_leaves_the_sort() -> None:
    """The furthest under takes no orders, so the next one gets the money."""
    stands = {
        "BTC": stand("0.60", "0.40"),
        "ETH": stand("0.05", "0.20", tradable=False),
        "SOL": stand("0.15", "0.20"),
        "USD": stand("0.20", "0.20"),
    }
    found = find(stands, BTC="0.57")
    assert found.weights["ETH"] == Decimal("0.05")  # type: ignore[index]
    assert found.raised == ("SOL",)


def test_rounding_noise_moves_nobody() -> None:
    """A gap in the 34th digit is no money: nobody is raised or sold for it."""
    stands = {
        "BTC": stand("0.3333333333333333333333333333333333", "0.30"),
        "ETH": stand("0.3333333333333333333333333333333333", "0.40"),
        "USD": stand("0.3333333333333333333333333333333333", "0.30"),
    }
    found = find(stands)
    assert found.raised == ()
    assert found.gap == ZERO
    assert abs(sum(found.weights.values()) - ONE) <= NEARLY


def test_new_money_raises_the_lowest_risk_assets_only() -> None:
    """Five points of deposit go to the one furthest under; cash and the rest stay."""
    stands = {
        Asset("BTC"): stand("0.50", "0.50"),
        Asset("ETH"): stand("0.22", "0.30"),
        Asset("USD"): stand("0.28", "0.20"),
    }
    found = place_new_money(stands, amount=Weight(Decimal("0.05")), cash=USD)
    assert found == {"ETH": Decimal("0.27")}


def test_new_money_pushes_nobody_past_the_target() -> None:
    """More than the gaps is not placed."""
    stands = {Asset("BTC"): stand("0.45", "0.50"), Asset("USD"): stand("0.55", "0.50")}
    found = place_new_money(stands, amount=Weight(Decimal("0.40")), cash=USD)
    assert found == {"BTC": Decimal("0.50")}


@FEWER
@given(worlds())
def test_nobody_is_pushed_past_the_target(world: World) -> None:
    """Whatever was raised or lowered stays on its own side, and the sum is 1."""
    worked, answer = by_calculator(world.request)
    if answer.rebalance is None:
        return
    for asset, aim in answer.rebalance.destination.weights.items():
        before = worked.weights[asset]
        target = {row.asset: row.target for row in worked.portfolio.holdings} | {
            USD: worked.portfolio.cash.target
        }
        if asset == USD:
            continue
        assert (aim - target[asset]) * (before - target[asset]) >= ZERO
        assert abs(aim - target[asset]) <= abs(before - target[asset]) + NEARLY


@FEWER
@given(worlds())
def test_as_few_as_needed_are_raised(world: World) -> None:
    """Those who close the gap end at one level; everybody else already stood beyond it."""
    _, answer = by_calculator(world.request)
    plan = answer.rebalance
    if plan is None or plan.destination.level is None or plan.destination.level == ZERO:
        return
    found, sign = plan.destination, ONE if plan.destination.gap > ZERO else -ONE
    targets = {row.asset: row.target for row in answer.request.portfolio.holdings}
    targets[USD] = answer.request.portfolio.cash.target
    for asset, aim in found.weights.items():
        band = answer.bands[asset]
        width = band.upper if aim > targets[asset] else band.lower
        if not width:
            continue
        height = sign * (aim - targets[asset]) / width
        if asset in found.raised:
            assert abs(height - plan.destination.level) <= NEARLY
        else:
            assert height >= plan.destination.level - NEARLY


@pytest.mark.parametrize("rest", ["-1e-33", "0", "1e-33"])
def test_rounding_takes_nothing_from_a_breached_buy(rest: str) -> None:
    """What 34 digits leave over falls on cash; a buy that was lifted further stays where it is."""
    stands = {"BTC": stand("0.5", "0.4"), "ETH": stand("0.2", "0.4"), "USD": stand("0.3", "0.2")}
    named = {Asset(name): row for name, row in stands.items()}
    left = Decimal(rest)
    lifted = {"BTC": Decimal("0.4"), "ETH": Decimal("0.37") - left, "USD": Decimal("0.23")}
    weights = {Asset(name): Weight(weight) for name, weight in lifted.items()}
    settle_rest(named, weights, moved={Asset("ETH"): Weight(Decimal("0.35"))}, cash=USD)
    assert weights[Asset("ETH")] == lifted["ETH"]
    assert sum(weights.values(), ZERO) == ONE
