"""How tilts move from day to day: speed, decay, holding still, changed targets."""

from dataclasses import replace
from decimal import Decimal, localcontext
from random import Random

import pytest

from core.domain.errors import InvariantBroken
from core.domain.regime import Regime
from core.domain.stress import Stress
from core.domain.tilt import Froth, Tilt, TiltName, TiltState
from core.domain.units import Asset, Weight
from core.signals.tilt import ends_of, fit_tilt, gone_on, tilted_targets
from core.signals.tilt_goal import goal_of
from tests.core.tilt.arranging import (
    TRENDS,
    crowded,
    day,
    drawn_froths,
    drawn_policy,
    points,
    step,
    targets,
    totals,
    walk,
)
from tests.core.tilt.checks import assert_bounds, assert_sums_to_zero

UP, DOWN, RANGING = Regime.UP, Regime.DOWN, Regime.RANGING
SPEED = Decimal("0.02")
FOUR = targets("BTC 40, ETH 30, SOL 10, USD 20")


def test_every_day_of_every_path_keeps_bounds_and_speed() -> None:
    """T1, T2: 600 random portfolios on 20 wild days each, to the last digit."""
    random = Random(7)
    for number in range(600):
        policy, state, may_doubt = drawn_policy(random), TiltState(), number % 2 == 0
        for number_of_day in range(20):
            after = step(
                policy,
                state,
                number_of_day,
                regime=random.choice(TRENDS if may_doubt else TRENDS[:3]),
                phase=random.choice((Stress.NORMAL, *Stress)) if may_doubt else Stress.NORMAL,
                froths=drawn_froths(random),
                is_fresh=not may_doubt or random.random() < 0.9,
                spent=random.choice(("0", "0", "0.25", "0.3")) if may_doubt else "0",
            )
            assert_sums_to_zero(tilt.shifts for tilt in after.tilts)
            assert_bounds(totals(after, policy), policy)
            _assert_speed(state, after)
            assert sum(tilt.size for tilt in after.tilts) <= Decimal("0.15")
            state = after


def _assert_speed(before: TiltState, after: TiltState) -> None:
    """No asset, and no part of a tilt, moves by more than two points."""
    parts: dict[tuple[str, str], dict[Asset, Decimal]] = {}
    moves: dict[Asset, Decimal] = {}
    for sign, state in ((-1, before), (1, after)):
        for tilt in state.tilts:
            part = parts.setdefault((tilt.name, tilt.subject), {})
            for asset, shift in tilt.shifts:
                part[asset] = part.get(asset, Decimal(0)) + sign * shift
                moves[asset] = moves.get(asset, Decimal(0)) + sign * shift
    assert all(abs(move) <= SPEED for move in moves.values())
    assert all(abs(move) <= SPEED for part in parts.values() for move in part.values())


def test_the_fastest_asset_moves_two_points_and_the_others_keep_step() -> None:
    """T2: on the way to a bear of 10 points ETH sets the pace, and the last step is shorter."""
    seen = [points(walk(FOUR, [DOWN] * days).tilts[0].shifts) for days in (1, 2, 3)]
    assert seen[0].split(", ")[1] == "ETH -2"
    assert seen[1].split(", ")[1] == "ETH -4"
    assert seen[2].split(", ")[1] == "ETH -6"
    assert points(walk(FOUR, [DOWN] * 4).tilts[0].shifts) == "BTC +5, ETH -7.5, SOL -2.5, USD +5"
    assert walk(FOUR, [DOWN] * 5).tilts == walk(FOUR, [DOWN] * 4).tilts


def test_two_tilts_that_pull_together_share_the_speed() -> None:
    """T2: bear and a crowded ETH both take from ETH, and together take two points a day."""
    state = walk(FOUR, [DOWN], froths=crowded("ETH"))
    assert [tilt.name for tilt in state.tilts] == [TiltName.BEAR, TiltName.FROTH]
    assert state.shift_of(Asset("ETH")) == -SPEED


def test_a_tilt_does_not_jump_behind_another_that_makes_up_for_it() -> None:
    """T2: bear goes and a froth on BTC comes; on cash they would pass each other unseen."""
    quick = targets("BTC 50, ETH 30, USD 20")
    bear = walk(quick, [DOWN] * 10)
    after = step(quick, bear, 10, regime=RANGING, froths=crowded("BTC"))
    _assert_speed(bear, after)
    cash = {tilt.name: dict(tilt.shifts)[Asset("USD")] for tilt in after.tilts}
    assert Decimal("0.03") < cash[TiltName.BEAR] < Decimal("0.05")
    assert Decimal(0) < cash[TiltName.FROTH] <= SPEED


def test_a_market_that_turns_every_day_moves_little() -> None:
    """T3: 200 flips between up and down: two points a day at most, never half of a full tilt."""
    state, far = TiltState(), Decimal(0)
    moved = dict.fromkeys((asset for asset, _ in FOUR.targets), Decimal(0))
    for number in range(200):
        after = step(FOUR, state, number, regime=(UP, DOWN)[number % 2])
        for asset in moved:
            moved[asset] += abs(after.shift_of(asset) - state.shift_of(asset))
            far = max(far, abs(after.shift_of(asset)))
        assert_bounds(totals(after, FOUR), FOUR)
        state = after
    assert Decimal(1) < max(moved.values()) <= 200 * SPEED
    assert far < Decimal("0.075") / 2


def test_the_switch_gives_the_base_exactly() -> None:
    """T4: switched off, the state is empty and the targets are the person's own."""
    tilted = walk(FOUR, [DOWN] * 5, froths=crowded("ETH"))
    off = replace(FOUR, tilt=replace(FOUR.tilt, is_on=False))
    assert tilted.tilts
    assert step(off, tilted, 5, regime=DOWN, froths=crowded("ETH")) == TiltState()
    assert fit_tilt(tilted, off) == TiltState()
    assert tilted_targets(off, TiltState()) == off.targets


def test_every_tilt_has_a_name_a_size_a_beginning_and_an_end() -> None:
    """T5: bear ends with the regime, froth with its 21 days, both known when they are shown."""
    froths = crowded("SOL", since=day(1))
    state = walk(FOUR, [RANGING, DOWN, DOWN, DOWN, DOWN], froths=froths, first=1)
    bear, froth = state.tilts
    assert (bear.name, bear.subject, bear.since) == (TiltName.BEAR, "", day(2))
    assert (froth.name, froth.subject, froth.since) == (TiltName.FROTH, "SOL", day(1))
    assert bear.size == Decimal("0.10")
    assert froth.size == Decimal("0.02")
    assert bear.wanted == bear.shifts
    assert ends_of(bear, day(9), froths, FOUR.tilt) == day(9)
    assert ends_of(froth, day(9), froths, FOUR.tilt) == day(22)
    assert ends_of(froth, day(9), (), FOUR.tilt) is None
    assert gone_on(bear, day(5), FOUR.tilt) is None


def test_a_tilt_that_goes_back_ends_when_it_is_used_up() -> None:
    """T5: 7.5 points of ETH take four days, and it is gone on the day that was named."""
    state = walk(FOUR, [DOWN] * 6)
    state = step(FOUR, state, 6, regime=RANGING)
    (bear,) = state.tilts
    assert bear.wanted == ()
    assert ends_of(bear, day(9), (), FOUR.tilt) is None
    assert gone_on(bear, day(6), FOUR.tilt) == day(9)
    assert walk(FOUR, [RANGING] * 2, state, first=7).tilts
    assert not walk(FOUR, [RANGING] * 3, state, first=7).tilts


def test_a_tilt_that_is_wanted_again_keeps_its_beginning() -> None:
    """T5: half-way back the market falls again: the same bear, since the same day."""
    state = walk(FOUR, [DOWN, DOWN, DOWN, RANGING, DOWN])
    assert [(tilt.name, tilt.since) for tilt in state.tilts] == [(TiltName.BEAR, day(0))]
    gone = walk(FOUR, [DOWN, RANGING, DOWN])
    assert [tilt.since for tilt in gone.tilts] == [day(2)]


def test_what_each_tilt_does_adds_up_to_the_traded_target() -> None:
    """T7: base, bear, bull and froth sum to the target, exactly, on random ways."""
    random = Random(11)
    for _ in range(300):
        policy, state = drawn_policy(random), TiltState()
        for number in range(6):
            regime, froths = random.choice(TRENDS), drawn_froths(random)
            state = step(policy, state, number, regime=regime, froths=froths)
        tilted = dict(tilted_targets(policy, state))
        for asset, base in policy.targets:
            parts = [dict(tilt.shifts).get(asset, Decimal(0)) for tilt in state.tilts]
            assert base + sum(parts) == tilted[asset]
        assert sum(tilted.values()) == sum(weight for _, weight in policy.targets)


@pytest.mark.parametrize(
    "quiet",
    [
        {"regime": Regime.RANGING},
        {"regime": Regime.TURBULENT, "froths": crowded("ETH")},
        {"regime": Regime.UNKNOWN, "froths": crowded("ETH")},
        {"regime": Regime.DOWN, "froths": crowded("ETH"), "phase": Stress.GUARDED},
        {"regime": Regime.DOWN, "froths": crowded("ETH"), "is_fresh": False},
    ],
    ids=["ranging", "turbulent", "unknown", "guarded", "stale"],
)
def test_shifts_go_back_to_exactly_nothing(quiet: dict[str, object]) -> None:
    """Without a cause, or in doubt, tilts decay at the same speed and end at zero, not near it."""
    thirds = targets("ADA 21, BTC 19, ETH 22, SOL 18, USD 20")
    state = walk(thirds, [DOWN] * 9, froths=crowded("ETH"))
    assert len(state.tilts) == 2
    seen = []
    for number in range(9, 15):
        after = step(thirds, state, number, **quiet)  # type: ignore[arg-type]  # chosen above
        _assert_speed(state, after)
        assert all(tilt.wanted == () for tilt in after.tilts)
        seen.append(sum(tilt.size for tilt in after.tilts))
        state = after
    assert seen[0] > 0
    assert seen == sorted(seen, reverse=True)
    assert state.tilts == ()
    assert tilted_targets(thirds, state) == thirds.targets


def test_a_pause_holds_still() -> None:
    """While proposals are held back nothing moves, neither forth nor back."""
    state = walk(FOUR, [DOWN, DOWN])
    for regime in TRENDS:
        held = step(FOUR, state, 2, regime=regime, phase=Stress.PAUSED, froths=crowded("ETH"))
        assert [(row.name, row.since, row.shifts) for row in held.tilts] == [
            (row.name, row.since, row.shifts) for row in state.tilts
        ]
        assert held.day == day(2)
        assert not held.is_frozen


def test_a_used_up_budget_freezes_and_the_next_year_thaws() -> None:
    """Above a quarter of the portfolio a year nothing moves; exactly a quarter still may."""
    state = walk(FOUR, [DOWN])
    frozen = step(FOUR, state, 1, regime=DOWN, spent="0.2501")
    assert frozen.is_frozen
    assert frozen.tilts == state.tilts
    assert step(FOUR, frozen, 2, regime=RANGING, spent="0.26").tilts[0].shifts == (
        state.tilts[0].shifts
    )
    free = step(FOUR, frozen, 2, regime=DOWN, spent="0.25")
    assert not free.is_frozen
    assert free.tilts[0].size > state.tilts[0].size


def test_nothing_begins_while_nothing_moves() -> None:
    """A tilt that is wanted in a pause appears on the first day it moves, not before."""
    waiting = step(FOUR, TiltState(), 0, regime=DOWN, phase=Stress.PAUSED)
    assert waiting.tilts == ()
    begun = step(FOUR, waiting, 1, regime=DOWN)
    assert [tilt.since for tilt in begun.tilts] == [day(1)]


def test_one_day_is_one_step() -> None:
    """A day that was stepped before, or an older one, changes nothing; a gap is one step."""
    state = walk(FOUR, [DOWN])
    assert step(FOUR, state, 0, regime=DOWN) == state
    assert step(FOUR, state, -3, regime=UP, froths=crowded("ETH")) == state
    late = step(FOUR, state, 30, regime=DOWN)
    _assert_speed(state, late)
    assert late.day == day(30)


def test_the_switches_are_remembered_by_symbol() -> None:
    """The state keeps every watched switch, in one order, also those that are off."""
    froths = (Froth(Asset("SOL")), *crowded("ETH"))
    state = step(FOUR, TiltState(), 0, froths=froths)
    assert state.froths == (froths[1], froths[0])
    assert step(FOUR, TiltState(), 0, froths=froths[::-1]) == state


def test_targets_that_change_cut_the_shifts_at_once() -> None:
    """A smaller SOL halves the bear as a whole, so it still sums to zero and keeps its bounds."""
    state = walk(FOUR, [DOWN] * 5)
    smaller = targets("BTC 40, ETH 30, SOL 2.5, USD 27.5")
    fitted = fit_tilt(state, smaller)
    assert points(fitted.tilts[0].shifts) == "BTC +2.5, ETH -3.75, SOL -1.25, USD +2.5"
    assert_bounds(totals(fitted, smaller), smaller)
    assert step(smaller, state, 4, regime=DOWN) == fitted
    assert step(smaller, state, 5, regime=DOWN, phase=Stress.PAUSED).tilts[0].shifts == (
        fitted.tilts[0].shifts
    )
    assert sum(weight for _, weight in tilted_targets(smaller, fitted)) == 1


def test_a_tilt_of_a_coin_that_is_gone_is_dropped() -> None:
    """A tilt that names an asset without a target ends, the others stay as they are."""
    state = walk(FOUR, [RANGING] * 5, froths=crowded("ETH", "SOL"))
    assert [tilt.subject for tilt in state.tilts] == ["ETH", "SOL"]
    without = targets("BTC 50, ETH 30, USD 20")
    assert fit_tilt(state, without).tilts == state.tilts[:1]
    exiting = targets("BTC 50, ETH 30, SOL 0, USD 20")
    assert fit_tilt(state, exiting).tilts == state.tilts[:1]
    with pytest.raises(InvariantBroken, match="SOL"):
        tilted_targets(without, state)


def test_fitting_leaves_what_fits() -> None:
    """On random ways, what a step left behind keeps the bounds and is not touched again."""
    random = Random(13)
    for _ in range(300):
        policy, state = drawn_policy(random), TiltState()
        for number in range(5):
            regime, froths = random.choice(TRENDS), drawn_froths(random)
            state = step(policy, state, number, regime=regime, froths=froths)
        assert fit_tilt(state, policy) == state


def test_random_new_targets_are_fitted_into_their_own_bounds() -> None:
    """Whatever the targets become, the shifts under them keep the new bounds at once."""
    random, cut = Random(17), 0
    for _ in range(500):
        before, after = drawn_policy(random), drawn_policy(random)
        state = walk(before, [random.choice(TRENDS[:2])] * 5, froths=drawn_froths(random))
        fitted = fit_tilt(state, after)
        assert_sums_to_zero(tilt.shifts for tilt in fitted.tilts)
        assert_bounds({**totals(fitted, after)}, after)
        assert {asset for tilt in fitted.tilts for asset, _ in tilt.shifts} <= {
            asset for asset, weight in after.targets if weight > 0
        }
        cut += fitted.tilts != state.tilts
    assert 0 < cut < 500


def test_a_restored_state_goes_on_as_if_nothing_had_been() -> None:
    """A tilt put together from its parts steps like the one that grew, digit by digit."""
    grown = walk(FOUR, [DOWN, DOWN], froths=crowded("SOL"))
    restored = TiltState(
        tuple(Tilt(t.name, t.subject, t.since, t.shifts, t.wanted) for t in grown.tilts),
        grown.froths,
        grown.day,
    )
    assert step(FOUR, restored, 2, regime=UP) == step(FOUR, grown, 2, regime=UP)


def test_the_way_ends_at_the_goal_itself() -> None:
    """Ten calm days lead to exactly what is wanted, for random targets."""
    random = Random(19)
    for _ in range(200):
        policy, regime, froths = drawn_policy(random), random.choice(TRENDS), drawn_froths(random)
        state = walk(policy, [regime] * 12, froths=froths)
        wanted = [(row.name, row.subject, row.shifts) for row in goal_of(policy, regime, froths)]
        assert [(tilt.name, tilt.subject, tilt.shifts) for tilt in state.tilts] == wanted
        assert all(tilt.wanted == tilt.shifts for tilt in state.tilts)


def test_no_speed_is_no_tilt() -> None:
    """With a speed of zero nothing ever moves, and no end is promised."""
    still = targets("BTC 40, ETH 40, USD 20", speed=Weight(Decimal(0)))
    assert walk(still, [DOWN] * 5).tilts == ()
    bear = walk(targets("BTC 40, ETH 40, USD 20"), [DOWN] * 5).tilts[0]
    assert gone_on(replace(bear, wanted=()), day(4), still.tilt) is None


def test_the_context_of_the_caller_does_not_matter() -> None:
    """The same step under a coarser decimal context gives the same digits."""
    thirds = targets("ADA 20, BTC 20, ETH 20, SOL 20, USD 20")
    with localcontext() as context:
        context.prec = 6
        coarse = walk(thirds, [DOWN] * 3)
    assert coarse == walk(thirds, [DOWN] * 3)
