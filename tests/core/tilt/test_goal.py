"""Where tilts are heading: which shifts are wanted, and how bounds scale them."""

from decimal import Decimal
from random import Random

import pytest

from core.domain.regime import Regime
from core.domain.tilt import TiltName
from core.domain.units import Asset
from core.signals.tilt_goal import goal_of, size_of
from tests.core.tilt.arranging import (
    TRENDS,
    crowded,
    drawn_froths,
    drawn_policy,
    points,
    targets,
)
from tests.core.tilt.checks import assert_bounds, assert_sums_to_zero, net

UP, DOWN, RANGING = Regime.UP, Regime.DOWN, Regime.RANGING


def test_every_goal_sums_to_zero_and_keeps_every_bound() -> None:
    """T1: for 10,000 random targets and states, to the last digit."""
    random, seen = Random(4), set()
    for _ in range(10_000):
        policy = drawn_policy(random)
        goal = goal_of(policy, random.choice(TRENDS), drawn_froths(random))
        rows = [row.shifts for row in goal]
        assert_sums_to_zero(rows)
        assert_bounds(net(rows), policy)
        assert [row.key for row in goal] == sorted({row.key for row in goal})
        seen |= {(row.name, len(goal) > 1) for row in goal}
    assert seen == {(name, many) for name in TiltName for many in (False, True)}


@pytest.mark.parametrize(
    ("line", "regime", "expected"),
    [
        # as METHODS 4.1 has them
        ("BTC 40, ETH 30, SOL 10, USD 20", DOWN, "BTC +5, ETH -7.5, SOL -2.5, USD +5"),
        ("BTC 40, ETH 30, SOL 10, USD 20", UP, "ETH +3.75, SOL +1.25, USD -5"),
        # cash without a target takes no part: half of the bear is left, and no bull
        ("BTC 50, ETH 50, USD 0", DOWN, "BTC +5, ETH -5"),
        ("BTC 50, ETH 50, USD 0", UP, ""),
        # no anchor among the targets, or one on its way out
        ("ETH 60, SOL 20, USD 20", DOWN, "ETH -3.75, SOL -1.25, USD +5"),
        ("BTC 0, ETH 60, SOL 20, USD 20", DOWN, "ETH -3.75, SOL -1.25, USD +5"),
        # without alts all tilts are off
        ("BTC 80, USD 20", DOWN, ""),
        ("BTC 80, USD 20", UP, ""),
        ("BTC 80, ETH 0, USD 20", DOWN, ""),
        # half of a small target binds: 8 % of ETH may give 4 points, so all is scaled by 0.4
        ("BTC 72, ETH 8, USD 20", DOWN, "BTC +2, ETH -4, USD +2"),
        # half of a small cash target binds, then its floor
        ("BTC 40, ETH 56, USD 4", DOWN, "BTC +2, ETH -4, USD +2"),
        ("BTC 40, ETH 56, USD 4", UP, "ETH +2, USD -2"),
        ("BTC 40, ETH 52, USD 8", UP, "ETH +3, USD -3"),
        ("BTC 40, ETH 55, USD 5", UP, ""),
        ("BTC 40, ETH 40, USD 20", RANGING, ""),
        ("BTC 40, ETH 40, USD 20", Regime.TURBULENT, ""),
        ("BTC 40, ETH 40, USD 20", Regime.UNKNOWN, ""),
    ],
)
def test_the_market_tilt(line: str, regime: Regime, expected: str) -> None:
    """Bear and bull move the points of METHODS, between ends that take part, scaled as a whole."""
    goal = goal_of(targets(line), regime, ())
    assert [points(row.shifts) for row in goal] == ([expected] if expected else [])


@pytest.mark.parametrize(
    ("line", "coins", "expected"),
    [
        ("BTC 50, ETH 20, SOL 10, USD 20", "SOL", ["BTC +2, SOL -2"]),
        ("BTC 50, ETH 30, USD 20", "ETH", ["BTC +5, ETH -5"]),
        # on the anchor itself it goes to cash, unless cash takes no part
        ("BTC 50, ETH 30, USD 20", "BTC", ["BTC -5, USD +5"]),
        ("BTC 50, ETH 50, USD 0", "BTC", []),
        # without alts, without an anchor, without a target
        ("BTC 80, USD 20", "BTC", []),
        ("ETH 80, USD 20", "ETH", []),
        ("BTC 50, ETH 30, USD 20", "SOL", []),
        ("BTC 50, ETH 30, SOL 0, USD 20", "SOL", []),
        # the anchor has room for 5 points: ADA comes first, ETH gets what is left
        ("ADA 20, BTC 10, ETH 50, USD 20", "ETH ADA", ["ADA -4, BTC +4", "BTC +1, ETH -1"]),
        ("ADA 40, BTC 10, ETH 30, USD 20", "ETH ADA", ["ADA -5, BTC +5"]),
        # what the anchor gives to cash makes room again, for those after it
        (
            "ADA 20, BTC 10, ETH 50, USD 20",
            "ETH ADA BTC",
            ["ADA -4, BTC +4", "BTC -2, USD +2", "BTC +3, ETH -3"],
        ),
    ],
)
def test_a_crowded_coin(line: str, coins: str, expected: list[str]) -> None:
    """A crowded coin gives a fifth of its target, at most 5 points, to the anchor."""
    goal = goal_of(targets(line), RANGING, crowded(*coins.split()))
    assert [points(row.shifts) for row in goal] == expected
    assert {row.name for row in goal} <= {TiltName.FROTH}


def test_the_market_comes_first_and_the_rest_share_the_room() -> None:
    """With bear at 10 points, two crowded coins get the 5 that the whole may still take."""
    policy = targets("BTC 30, ETH 25, SOL 25, USD 20")
    goal = goal_of(policy, DOWN, crowded("ETH", "SOL"))
    assert [(row.name.value, row.subject, points(row.shifts)) for row in goal] == [
        ("bear", "", "BTC +5, ETH -5, SOL -5, USD +5"),
        ("froth", "ETH", "BTC +5, ETH -5"),
    ]
    assert sum(size_of(row.shifts) for row in goal) == Decimal("0.15")


def test_the_order_of_switches_does_not_matter() -> None:
    """Equal inputs in another order, or twice, give the same goal."""
    policy = targets("ADA 20, BTC 10, ETH 50, USD 20")
    one = goal_of(policy, UP, crowded("ADA", "ETH"))
    assert goal_of(policy, UP, crowded("ETH", "ADA", "ETH")) == one


def test_thirds_still_sum_to_zero() -> None:
    """Three equal alts share 10 points to 12 decimals, and the first one gets the odd quantum."""
    goal = goal_of(targets("ADA 20, BTC 20, ETH 20, SOL 20, USD 20"), DOWN, ())
    given = dict(goal[0].shifts)
    assert [given[Asset(name)] for name in ("ADA", "ETH", "SOL")] == [
        Decimal("-0.033333333334"),
        Decimal("-0.033333333333"),
        Decimal("-0.033333333333"),
    ]
    assert_sums_to_zero([goal[0].shifts])


def test_the_anchor_is_never_the_quote_currency() -> None:
    """Who counts in BTC has no anchor among the coins; the falling alts give to cash only."""
    goal = goal_of(targets("ETH 40, SOL 40, BTC 20", quote="BTC"), DOWN, crowded("ETH"))
    assert [points(row.shifts) for row in goal] == ["BTC +5, ETH -2.5, SOL -2.5"]


def test_a_large_target_is_held_by_ten_points() -> None:
    """Where half of the target would allow more, ten points are the bound."""
    policy = targets("BTC 10, ETH 70, USD 20", bear_to_cash=Decimal("0.15"))
    goal = goal_of(policy, DOWN, ())
    # ETH may give 10 of the 20 wanted, BTC take 5: all is halved
    assert [points(row.shifts) for row in goal] == ["BTC +2.5, ETH -10, USD +7.5"]


def test_bounds_that_leave_no_room_leave_no_tilt() -> None:
    """Bounds at the target itself, or beyond it on the wrong side, switch every tilt off."""
    for most in ("1", "0.9"):
        policy = targets("BTC 40, ETH 40, USD 20", most=Decimal(most))
        assert goal_of(policy, DOWN, crowded("ETH", "BTC")) == ()
        assert goal_of(policy, UP, ()) == ()
