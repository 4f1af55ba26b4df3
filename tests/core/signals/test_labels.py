"""From bars to label: the same labels live and in a batch, and the past as it was agreed."""

import math
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from statistics import median

import numpy as np
import pytest

from core.codec import decode, encode
from core.domain.regime import Regime, RegimeState
from core.domain.watching import WARM_UP, WINDOW, RegimeRules
from core.signals.indicators import indicators
from core.signals.regime import step_regime
from tests.core.signals.bars import (
    PRICES,
    changed,
    cut,
    random_bars,
    scaled,
    series,
    with_gaps,
    yahoo_bars,
)
from tests.core.signals.golden import folded, label_changes, stored

RULES = RegimeRules()
NAN = math.nan
UP, DOWN, RANGING = Regime.UP, Regime.DOWN, Regime.RANGING
TURBULENT, UNKNOWN = Regime.TURBULENT, Regime.UNKNOWN


def test_a_streaming_fold_equals_a_batch() -> None:
    """R1: 2,000 days seen one by one, the memory stored each night, equal one fold over all."""
    bars = random_bars(1, 2_000)
    state, nights = RegimeState(), []
    for end in range(WINDOW, len(bars.closes) + 1):
        (ind,) = indicators(cut(bars, end - WINDOW, end), 1, RULES)
        state = step_regime(state, ind, RULES, source="made")
        state = decode(RegimeState, encode(RegimeState, state))
        nights.append(state)
    assert nights == folded(bars, RULES)


@pytest.mark.parametrize("seed", range(5))
def test_a_cold_start_is_forgotten_in_the_warm_up(seed: int) -> None:
    """A bot that starts later shows the same label from its first published day on."""
    bars = random_bars(seed, 1_000)
    late = folded(cut(bars, 300, 1_000), RULES)[WARM_UP:]
    long = folded(bars, RULES)[-len(late) :]
    assert [one.published for one in late] == [one.published for one in long]


@pytest.mark.parametrize("after", [450, 700, 899])
def test_the_future_changes_no_label(after: int) -> None:
    """R2: every later bar times 7 leaves each label up to then as it was."""
    bars = random_bars(3, 900)
    other = scaled(bars, 7, names=(*PRICES, "volumes"), start=after + 1)
    past = after - 398
    assert folded(other, RULES)[:past] == folded(bars, RULES)[:past]


def test_the_currency_changes_no_label() -> None:
    """R3: prices times 1,000 have the same labels."""
    bars = random_bars(5, 1_500)
    dearer = scaled(bars, 1000, names=PRICES)
    ours, theirs = ([state.published for state in folded(one, RULES)] for one in (bars, dearer))
    assert ours == theirs
    assert len(set(ours)) >= 4


@pytest.mark.parametrize(("sign", "label"), [(1, UP), (-1, DOWN)])
def test_a_drift_is_a_trend(sign: int, label: Regime) -> None:
    """R4: a drift of 1.2 % a day in noise of 2 % is told in 20 bars as a rule, 40 at most."""
    waits = []
    for seed in range(20):
        returns = np.random.default_rng(seed).normal(0, 0.02, 520)
        returns[460:] += sign * 0.012
        closes = (100 * np.exp(np.cumsum(returns))).tolist()
        labels = [state.published for state in folded(series(closes), RULES)][-60:]
        waits.append(labels.index(label) + 1 if label in labels else 99)
    assert median(waits) <= 20
    assert sum(wait <= 40 for wait in waits) >= 19


def test_a_wave_is_a_range() -> None:
    """R4: a price that swings by 5 % every 14 days is ranging."""
    closes = [100 * (1 + 0.05 * math.sin(2 * math.pi * day / 14)) for day in range(1_000)]
    labels = [state.published for state in folded(series(closes), RULES)[WARM_UP:]]
    assert labels.count(RANGING) / len(labels) >= 0.98


def test_a_crash_is_turbulent_the_same_day() -> None:
    """R6: a single bar of -25 % is turbulent on its own day."""
    bars = random_bars(13, 500, sigma=0.02)
    fall = bars.closes[498] * 0.75
    crash = changed(bars, closes={499: fall}, lows={499: fall * 0.99})
    before, after = folded(crash, RULES)[-2:]
    assert before.published is not TURBULENT
    assert after.published is TURBULENT


@pytest.mark.parametrize(
    "missing", [("volumes",), ("highs",), ("lows", "highs"), ("lows", "volumes")]
)
def test_a_year_without_some_input_still_has_labels(missing: Sequence[str]) -> None:
    """R7: without volume, highs or lows the rest of the score carries the label."""
    lost = {name: dict.fromkeys(range(700), NAN) for name in missing}
    states = folded(changed(random_bars(14, 700), **lost), RULES)
    assert all(state.published is not UNKNOWN for state in states[WARM_UP:])
    score = states[-1].score
    assert score is not None
    assert (score.vp is None) is ("volumes" in missing)
    assert (score.adx is None) is (missing[0] != "volumes")


def test_missing_days_in_a_series() -> None:
    """R7: two lost days are bridged, three are not, and a bar brings the label back."""
    states = folded(with_gaps(random_bars(15, 560), [500, 501, 520, 521, 522]), RULES)
    labels = [state.published for state in states]
    assert labels[500 - 399] is labels[501 - 399] is labels[499 - 399] is not UNKNOWN
    assert labels[521 - 399] is labels[519 - 399] is not UNKNOWN
    assert labels[522 - 399] is UNKNOWN
    assert labels[523 - 399] is not UNKNOWN


@pytest.mark.parametrize(("volume", "label"), [(1.0, RANGING), (0.0, RANGING), (NAN, UNKNOWN)])
def test_a_flat_price_has_a_dull_label(volume: float, label: Regime) -> None:
    """R8: a price that never moves is ranging, and unknown when nothing was traded or told."""
    states = folded(series([5.0] * 470, volumes=[volume] * 470), RULES)
    assert {state.published for state in states[WARM_UP:]} == {label}


@pytest.mark.data
def test_the_past_is_labelled_as_agreed(market_data_dir: Path) -> None:
    """R9: bitcoin's label changes from 2016 to 2024 are those of the stored file."""
    assert label_changes(yahoo_bars(market_data_dir)) == stored()


def test_the_stored_past_is_within_reason() -> None:
    """R9: 11 changes a year, each from the last label, and turbulent on the known crash days."""
    changes = stored()
    assert 10 <= len(changes) / 9 <= 13
    assert all(earlier[2] == later[1] for earlier, later in pairwise(changes))
    begun = {day for day, _, label in changes if label == "turbulent"}
    assert {"2020-03-12", "2022-06-13", "2022-11-09"} <= begun
