"""How wide a band is and who has left it (METHODS 1.2, 1.9, 9a)."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.domain.decision import Band, Standing
from core.domain.policy import PROFILES, BandMode, BandRules, Profile, ProfileName
from core.domain.state import EngineState
from core.domain.stress import Stress, StressState
from core.domain.units import Money, Weight
from core.planning.bands import band_around, base_half_width, size_profile, wider, widths_of
from core.signals.drift import drift_in_bands, is_beyond
from tests.dsl import Situation, codes_of, decide_on, portfolio
from tests.strategies import decimals

STANDARD = PROFILES[ProfileName.STANDARD]
RULES = BandRules()
ONCE = BandRules(confirm=1)


def weight(text: str) -> Weight:
    """Return a weight."""
    return Weight(Decimal(text))


def band(
    target: str,
    upper: str = "1",
    lower: str = "1",
    *,
    widen: str = "1",
    mode: BandMode = BandMode.HYBRID,
) -> tuple[str, str]:
    """Return the standard band of a target as (upper, lower) texts."""
    base = base_half_width(weight(target), STANDARD, mode)
    found = band_around(
        weight(target), base, upper=Decimal(upper), lower=Decimal(lower), widen=Decimal(widen)
    )
    return f"{found.upper.normalize():f}", f"{found.lower.normalize():f}"


@pytest.mark.parametrize(
    ("name", "widths"),
    [
        ("tight", ("0.05", "0.25", "0.02")),
        ("standard", ("0.10", "0.40", "0.025")),
        ("small", ("0.15", "0.60", "0.05")),
        ("tiny", ("0.20", "0.80", "0.075")),
    ],
)
def test_the_four_profiles_are_those_of_the_table(name: str, widths: tuple[str, ...]) -> None:
    """Cap, relative width and floor of METHODS 1.2."""
    found = PROFILES[ProfileName(name)]
    assert (found.cap, found.rel, found.floor) == tuple(Decimal(text) for text in widths)


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        ("0.5", ("0.1", "0.1")),
        ("0.25", ("0.1", "0.1")),
        ("0.2", ("0.08", "0.08")),
        ("0.0625", ("0.025", "0.025")),
        ("0.05", ("0.025", "0.025")),
        ("0.03", ("0.025", "0.024")),
        ("0.01", ("0.025", "0.008")),
        ("0", ("0.025", "0")),
        ("1", ("0.1", "0.1")),
    ],
)
def test_a_band_is_clamped_and_never_lets_a_holding_vanish(
    target: str, expected: tuple[str, str]
) -> None:
    """clamp(0.4 t, 2.5 pp, 10 pp), and the lower side at most 0.8 t."""
    assert band(target) == expected


def test_absolute_and_relative_modes_stay_available() -> None:
    """Absolute is the cap whatever the target; relative knows no cap."""
    assert band("0.05", mode=BandMode.ABSOLUTE) == ("0.1", "0.04")
    assert band("0.5", mode=BandMode.RELATIVE) == ("0.2", "0.2")


@pytest.mark.parametrize(
    ("upper", "lower", "expected"),
    [
        ("2", "1", ("0.2", "0.1")),
        ("1", "2", ("0.1", "0.2")),
        ("0.8", "0.8", ("0.08", "0.08")),
        ("9", "0.1", ("0.25", "0.05")),
    ],
)
def test_multipliers_widen_one_side_and_are_clipped(
    upper: str, lower: str, expected: tuple[str, str]
) -> None:
    """Each side takes its own factor, between 0.5 and 2.5."""
    assert band("0.5", upper, lower) == expected


def test_guarded_widens_after_the_clip_and_keeps_the_lower_bound() -> None:
    """1.5 times on top of a clipped 2.5, and still no more than 0.8 t below."""
    assert band("0.5", "9", "9", widen="1.5") == ("0.375", "0.375")
    assert band("0.1", "1", "2", widen="1.5") == ("0.06", "0.08")


def test_guarded_widens_the_bands_of_a_decision() -> None:
    """The same portfolio is out of band in NORMAL and inside in GUARDED."""
    edge = portfolio("BTC 0.62 @ 100000 -> 50", cash="38000 -> 50", bands=ONCE)
    guarded = EngineState(stress=StressState(Stress.GUARDED))
    assert "BREACH:BTC" in codes_of(decide_on(edge))
    assert "NO_BREACH" in codes_of(decide_on(edge, guarded))
    assert decide_on(edge, guarded).standings[0].band.upper == Decimal("0.15")


def out(situation: Situation) -> list[str]:
    """Return the reasons that name a breach."""
    return [code for code in codes_of(decide_on(situation)) if "BREACH" in code]


def test_the_edge_itself_is_a_breach_and_a_hair_less_is_none() -> None:
    """abs(w - t) >= b exactly."""
    assert out(portfolio("BTC 0.6 @ 100000 -> 50", cash="40000 -> 50", bands=ONCE)) == [
        "BREACH:BTC",
        "BREACH:USD",
    ]
    inside = portfolio("BTC 0.5999999 @ 100000 -> 50", cash="40000.01 -> 50", bands=ONCE)
    assert out(inside) == ["NO_BREACH"]


def test_a_drift_that_only_rounds_to_one_is_no_breach() -> None:
    """0.9999999999 bands stay inside, whatever a printed 1.0 looks like."""
    edge = Band(weight("0.1"), weight("0.1"))
    assert not is_beyond(weight("0.59999999999999999999"), weight("0.5"), edge, units=Decimal(1))
    assert is_beyond(weight("0.6"), weight("0.5"), edge, units=Decimal(1))


def test_twice_the_band_is_a_hard_breach() -> None:
    """At exactly two half-widths the breach is hard, before that it is not."""
    assert "HARD_BREACH:BTC" in out(portfolio("BTC 0.7 @ 100000 -> 50", cash="30000 -> 50"))
    assert "BREACH:BTC" in out(portfolio("BTC 0.6999 @ 100000 -> 50", cash="30010 -> 50"))


@pytest.mark.parametrize(
    ("coins", "expected"),
    [("0.249", "NO_BREACH"), ("0.25", "BREACH:SOL"), ("5", "HARD_BREACH:SOL")],
)
def test_an_asset_with_target_zero_breaches_at_the_smallest_trade(
    coins: str, expected: str
) -> None:
    """Dust below min_trade is ignored for ever; from there on the exit is worth an order."""
    exit_ = portfolio(
        f"SOL {coins} @ 1000 -> 0, step 0.001",
        "BTC 0.4875 @ 100000 -> 50",
        cash=f"{100_000 - 48_750 - Decimal(coins) * 1000} -> 50",
        bands=ONCE,
    )
    assert expected in out(exit_)


def test_the_drift_is_zero_on_target_whatever_the_band() -> None:
    """At w = t = 0 the drift is 0, without a division by an empty band."""
    nothing = Band(weight("0.025"), weight("0"))
    assert drift_in_bands(weight("0"), weight("0"), nothing) == 0


def test_a_standing_prints_the_edges_it_was_judged_by() -> None:
    """Low and high are target less lower and plus upper half-width."""
    row = decide_on(portfolio("BTC 0.5 @ 100000 -> 50", cash="50000 -> 50")).standings[0]
    assert isinstance(row, Standing)
    assert [row.low, row.high, row.drift] == [Decimal("0.4"), Decimal("0.6"), Decimal(0)]


@pytest.mark.parametrize(
    ("value", "before", "expected"),
    [
        ("10000", "standard", "standard"),
        ("9999.99", "standard", "small"),
        ("10999", "small", "small"),
        ("11000", "small", "small"),
        ("11000.01", "small", "standard"),
        ("5000", "standard", "small"),
        ("4999.99", "standard", "tiny"),
        ("4999.99", "small", "tiny"),
        ("5500", "tiny", "tiny"),
        ("5500.01", "tiny", "small"),
        ("10500", "tiny", "small"),
        ("11000.01", "tiny", "standard"),
    ],
)
def test_the_profile_follows_the_size_with_hysteresis(
    value: str, before: str, expected: str
) -> None:
    """Down below 10,000 and 5,000, back up only above 11,000 and 5,500."""
    found = size_profile(Money(Decimal(value)), ProfileName(before), RULES)
    assert found is ProfileName(expected)


@given(st.lists(decimals("4000", "12000"), min_size=1, max_size=12))
def test_a_portfolio_that_jitters_at_a_threshold_changes_profile_once(
    values: list[Decimal],
) -> None:
    """Inside the 10 % gap above a threshold the profile never moves, whatever it was."""
    for start in (ProfileName.STANDARD, ProfileName.SMALL, ProfileName.TINY):
        seen = [start]
        for value in values:
            near = 10_000 + value % 1000
            seen.append(size_profile(Money(near), seen[-1], RULES))
        assert len(set(seen[1:])) == 1


def test_the_size_never_narrows_the_persons_own_profile() -> None:
    """Whoever chose `tiny` keeps it at any size; `tight` gives way below 10,000."""
    assert wider(ProfileName.TINY, ProfileName.STANDARD) is ProfileName.TINY
    assert wider(ProfileName.TIGHT, ProfileName.SMALL) is ProfileName.SMALL
    assert wider(ProfileName.TIGHT, ProfileName.STANDARD) is ProfileName.STANDARD


def test_own_widths_hold_until_the_size_asks_for_a_wider_profile() -> None:
    """A custom width stands in for the chosen profile only."""
    own = Profile(weight("0.3"), weight("0.5"), weight("0.01"))
    rules = replace(RULES, custom=own)
    assert widths_of(ProfileName.STANDARD, rules) == own
    assert widths_of(ProfileName.SMALL, rules) == PROFILES[ProfileName.SMALL]


def test_a_small_portfolio_gets_wider_bands_and_hears_why() -> None:
    """At 8,000 the small profile is in force and named; without adapt_to_size nothing changes."""
    small = portfolio("BTC 0.05 @ 100000 -> 50", cash="3000 -> 50", bands=ONCE)
    decision = decide_on(small)
    assert decision.profile is ProfileName.SMALL
    assert "PROFILE_BY_SIZE" in codes_of(decision)
    fixed = small.ruled(bands=replace(ONCE, adapt_to_size=False))
    assert decide_on(fixed).profile is ProfileName.STANDARD


def test_the_tight_profile_is_what_was_chosen_not_what_the_size_asks() -> None:
    """Above 10,000 a person's `tight` profile stays in force."""
    rich = portfolio(
        "BTC 0.56 @ 100000 -> 50",
        cash="44000 -> 50",
        bands=BandRules(profile=ProfileName.TIGHT, confirm=1),
    )
    decision = decide_on(rich)
    assert decision.profile is ProfileName.TIGHT
    assert "BREACH:BTC" in codes_of(decision)


def test_the_memory_of_the_size_follows_daily_and_intraday_decisions() -> None:
    """Below the threshold the memory says small; at 10,500 it still does."""
    small = portfolio("BTC 0.05 @ 100000 -> 50", cash="4000 -> 50")
    memory = decide_on(small).next_state
    assert memory.size_profile is ProfileName.SMALL
    grown = portfolio("BTC 0.05 @ 110000 -> 50", cash="5000 -> 50")
    assert decide_on(grown, memory).profile is ProfileName.SMALL
    assert decide_on(grown).profile is ProfileName.STANDARD
