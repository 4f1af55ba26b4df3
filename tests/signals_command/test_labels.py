"""Labelling history: the batch and the live way agree, and nothing knows the future."""

from dataclasses import replace
from decimal import Decimal

import pytest

from core.domain.decision import ReasonCode
from core.domain.errors import InputInvalid
from core.domain.market import BarSeries
from core.domain.readings import ReadingSeries
from core.domain.regime import Regime
from core.domain.stress import Family, Stress
from core.domain.units import Asset
from core.domain.watching import RegimeRules, StressRules
from core.signals.history import DayLabel, first_difference, label_days, label_days_streaming
from tests.signals_command.made_up_days import DAY, NAN, WATCHED, fear_greed, made_up, multiplied

BTC = Asset("BTC")
SIX = Decimal("0.000001")
OTHERS = ("ETH", "LTC", "SOL")


def _labels(
    bars: list[BarSeries], index: ReadingSeries | None = None, stress: StressRules = WATCHED
) -> tuple[DayLabel, ...]:
    return label_days(bars, asset=BTC, fear_greed=index, regime=RegimeRules(), stress=stress)


def _several(days: int) -> list[BarSeries]:
    """Return four coins: one with missing days, one that comes late, one that goes early."""
    own = made_up(days, skipped=(450, 500, 501, 502, 503))
    early = made_up(days, 3, asset="LTC", ends_early=60)
    late = made_up(150, 4, asset="SOL")
    late = replace(late, opened_at=own.opened_at)
    return [own, made_up(days, 2, asset="ETH", skipped=(480,)), early, late]


def test_day_by_day_equals_one_batch() -> None:
    """Every row of the live fold is the row of the batch, with gaps, late and lost coins."""
    bars, index = _several(640), fear_greed(640, skipped=(470, 471, 472))
    rules = {"asset": BTC, "fear_greed": index, "regime": RegimeRules(), "stress": WATCHED}
    batch = label_days(bars, **rules)  # type: ignore[arg-type]
    lived = label_days_streaming(bars, **rules)  # type: ignore[arg-type]
    assert first_difference(batch, lived) is None
    assert batch == lived
    assert len(batch) == 241
    assert batch[-1].day == bars[0].opened_at.date()


@pytest.mark.parametrize("back", [1, 30, 200])
def test_nothing_knows_the_future(back: int) -> None:
    """Every bar after a day times 7: no row up to that day changes, and later ones do."""
    bars, index = _several(640), fear_greed(640)
    after = bars[0].opened_at - back * DAY
    one = _labels(bars, index)
    other = _labels([multiplied(row, after) for row in bars], index)
    kept = len(one) - back
    assert first_difference(one[:kept], other[:kept]) is None
    assert one[kept] != other[kept]


def test_a_difference_is_named_by_day_and_field() -> None:
    """The first row that differs is found, and rows that are missing as well."""
    rows = _labels([made_up(405)], stress=StressRules(families=()))
    changed = (*rows[:3], replace(rows[3], rank=Decimal("0.5")), *rows[4:])
    words = first_difference(rows, changed)
    assert words is not None
    assert f"{rows[3].day} differs in rank" in words
    assert first_difference(rows, rows[:-1]) == ("there are 6 days in one batch and 5 day by day")


def test_rows_begin_with_the_400th_day_and_labels_60_days_later() -> None:
    """The window fills silently, the warm-up is published as unknown, with its code."""
    rows = _labels([made_up(470)], stress=StressRules(families=()))
    assert len(rows) == 71
    warming = [row for row in rows if ReasonCode.WARMUP in row.codes]
    assert warming == list(rows[:60])
    assert {row.regime for row in warming} == {Regime.UNKNOWN}
    assert Regime.UNKNOWN not in {row.regime for row in rows[60:]}


@pytest.mark.parametrize("days", [0, 399])
def test_too_little_history_is_refused(days: int) -> None:
    """With fewer than 400 closes there is one sentence: how many there are, how many it takes."""
    bars = [made_up(days)] if days else []
    with pytest.raises(InputInvalid, match=f"{days} daily closes of BTC; at least 400") as caught:
        _labels(bars)
    assert caught.value.code == "SHORT_HISTORY"


def test_figures_have_six_decimals() -> None:
    """Scores, parts and volatility are rounded to six decimals, and parts lie within -1 and 1."""
    for row in _labels(_several(540), fear_greed(540)):
        for figure in (row.score, row.slope, row.er, row.adx, row.vp, row.rank, row.ratio, row.z1):
            assert figure is not None
            assert figure == figure.quantize(SIX)
        assert max(abs(part) for part in (row.score, row.slope, row.er, row.adx, row.vp)) <= 1  # type: ignore[arg-type]


def test_points_are_unknown_or_absent() -> None:
    """A family that is off has no key; one that is on and cannot speak is None, with its code."""
    bars = [made_up(460)]
    off = _labels(bars, stress=StressRules(families=(Family.PRICE, Family.CORRELATION)))[-1]
    assert dict(off.points).keys() == {Family.PRICE, Family.CORRELATION}
    assert dict(off.points)[Family.CORRELATION] is None
    assert off.codes == (ReasonCode.CORRELATION_UNKNOWN,)
    silent = _labels(bars, fear_greed(300))[-1]
    assert dict(silent.points)[Family.SENTIMENT] is None
    assert ReasonCode.SENTIMENT_UNKNOWN in silent.codes
    known = _labels(_several(640), fear_greed(640))[-1]
    assert known.codes == ()
    assert None not in dict(known.points).values()


def test_missing_inputs_leave_their_parts_out() -> None:
    """Without volume there is no profile, without highs no ADX; the codes say so."""
    full = made_up(470)
    bare = replace(full, volumes=(NAN,) * 470, highs=(NAN,) * 470, lows=(NAN,) * 470)
    row = _labels([bare], stress=StressRules(families=()))[-1]
    assert (row.adx, row.vp) == (None, None)
    assert row.codes == (ReasonCode.NO_VOLUME, ReasonCode.NO_RANGE)
    assert row.regime is not Regime.UNKNOWN


def test_a_missing_day_is_named_and_three_of_them_leave_no_label() -> None:
    """A day without a bar bears its code; from the third in a row on the label is unknown."""
    rows = _labels(_several(640))
    by_row = {number + 399: row for number, row in enumerate(rows)}
    assert ReasonCode.MISSING_DAY in by_row[450].codes
    assert ReasonCode.MISSING_DAY not in by_row[451].codes
    assert by_row[500].regime is by_row[499].regime
    assert [by_row[day].regime for day in (502, 503)] == [Regime.UNKNOWN] * 2
    assert by_row[504].regime is not Regime.UNKNOWN


def test_a_crash_pauses_and_the_codes_follow_the_pause() -> None:
    """A fall of 30 % in a day pauses at once; paused, guarded and cooling days say so."""
    calm = made_up(480, 5)
    fallen = multiplied(calm, calm.opened_at - 40 * DAY, 0.7)
    rows = _labels([fallen], stress=StressRules(families=(Family.PRICE,)))
    crash = rows[-40]
    assert (crash.pause, dict(crash.points)[Family.PRICE]) == (Stress.PAUSED, 3)
    assert ReasonCode.PAUSED_STRESS in crash.codes
    assert rows[-41].pause is Stress.NORMAL
    end = next(n for n in range(len(rows) - 39, len(rows)) if rows[n].pause is Stress.NORMAL)
    assert ReasonCode.COOLING_DOWN not in rows[end].codes
    assert [ReasonCode.COOLING_DOWN in rows[end + n].codes for n in (1, 2, 3)] == [1, 1, 0]
