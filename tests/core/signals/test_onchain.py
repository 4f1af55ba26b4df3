"""On-chain readings: what they may add to the score, and when they say nothing."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from core.codec import reading_series
from core.domain.readings import Reading, ReadingKind, ReadingSeries
from core.domain.units import Asset
from core.domain.watching import RegimeRules
from core.signals.onchain import nudge_of

DAY = date(2024, 6, 1)
ON = replace(RegimeRules(), onchain_weight=Decimal("0.10"))
INFLOW, SCORE, MVRV = ReadingKind.NET_INFLOW, ReadingKind.ACCUMULATION, ReadingKind.MVRV

# Median 0 and median distance 1: one robust deviation is 1.4826.
WAVE = [Decimal(index % 3 - 1) for index in range(179)]


def _series(
    kind: ReadingKind,
    values: Sequence[Decimal | str],
    *,
    last: date = DAY,
    asset: str = "BTC",
    source: str = "made",
    is_point_in_time: bool = True,
) -> ReadingSeries:
    """Return daily readings, the newest about ``last``."""
    newest = datetime(last.year, last.month, last.day, tzinfo=UTC)
    days = [newest - timedelta(days=back) for back in range(len(values) - 1, -1, -1)]
    return reading_series(
        kind,
        Asset(asset),
        source,
        [
            Reading(day, Decimal(value), day + timedelta(days=1))
            for day, value in zip(days, values, strict=True)
        ],
        is_point_in_time=is_point_in_time,
    )


def test_nothing_is_added_by_default() -> None:
    """With the weight at 0 on-chain readings do not count at all."""
    assert nudge_of(DAY, [_series(SCORE, ["1"])], RegimeRules()) == 0


@pytest.mark.parametrize(
    ("newest", "nudge"),
    [("0", "0"), ("1.4826", "-0.033333"), ("-2.2239", "0.05"), ("50", "-0.1"), ("-50", "0.1")],
)
def test_inflow_to_exchanges_speaks_against(newest: str, nudge: str) -> None:
    """Net inflow votes with minus a third of its robust z, at most in full."""
    assert nudge_of(DAY, [_series(INFLOW, [*WAVE, newest])], ON) == Decimal(nudge)


@pytest.mark.parametrize(("score", "nudge"), [("0.5", "0"), ("0.75", "0.05"), ("0", "-0.1")])
def test_accumulation_speaks_around_the_middle(score: str, nudge: str) -> None:
    """The accumulation score votes with twice its distance from one half."""
    assert nudge_of(DAY, [_series(SCORE, [score])], ON) == Decimal(nudge)


def test_mvrv_speaks_by_its_monthly_change() -> None:
    """A 30-day rise of MVRV that is rare among its likes votes in full; a usual one does not."""
    steady = [str(Decimal(day) / 100) for day in range(240)]
    assert nudge_of(DAY, [_series(MVRV, steady)], ON) == 0
    assert nudge_of(DAY, [_series(MVRV, [*steady[:-1], "3"])], ON) == Decimal("0.1")
    assert nudge_of(DAY, [_series(MVRV, [*steady[:-1], "1"])], ON) == Decimal("-0.1")


def test_the_votes_present_are_averaged() -> None:
    """The nudge is the mean of the votes that there are."""
    score, inflow = _series(SCORE, ["1"]), _series(INFLOW, [*WAVE, "0"])
    assert nudge_of(DAY, [score, inflow], ON) == Decimal("0.05")
    assert nudge_of(DAY, [score], ON) == Decimal("0.1")
    assert nudge_of(DAY, [], ON) == 0


@pytest.mark.parametrize(
    "change",
    [{"is_point_in_time": False}, {"asset": "ETH"}, {"last": DAY - timedelta(days=2)}],
)
def test_what_cannot_be_trusted_has_no_vote(change: dict[str, bool | str | date]) -> None:
    """Restated series, other coins and values older than 36 hours are passed over."""
    cases: tuple[tuple[ReadingKind, list[Decimal | str]], ...] = (
        (SCORE, ["1"]),
        (INFLOW, [*WAVE, "9"]),
        (MVRV, [*["1"] * 239, "2"]),
    )
    for kind, values in cases:
        good = _series(kind, values)
        assert nudge_of(DAY, [good], ON) != 0
        assert nudge_of(DAY, [_series(kind, values, **change)], ON) == 0  # type: ignore[arg-type]


def test_yesterdays_value_still_votes() -> None:
    """A value about the day before is within 36 hours."""
    late = _series(SCORE, ["1"], last=DAY - timedelta(days=1))
    assert nudge_of(DAY, [late], ON) == Decimal("0.1")


def test_later_values_are_not_seen() -> None:
    """A value about a later day has no part in this one."""
    series = _series(SCORE, ["0.5", "1", "1"], last=DAY + timedelta(days=2))
    assert nudge_of(DAY, [series], ON) == 0


def test_too_few_values_have_no_spread() -> None:
    """Fewer than half of the window's values tell no spread, and so no vote."""
    assert nudge_of(DAY, [_series(INFLOW, [*WAVE[:88], "50"])], ON) == 0
    assert nudge_of(DAY, [_series(INFLOW, [*WAVE[:89], "50"])], ON) == Decimal("-0.1")


def test_only_half_a_year_is_looked_at() -> None:
    """What was usual more than 180 days ago does not make today's value usual."""
    still = [Decimal(0)] * 200
    recent = [*[Decimal(0)] * 88, *[Decimal(1), Decimal(-1)] * 45, Decimal(-1), Decimal("1.4826")]
    assert len(recent) == 180
    assert nudge_of(DAY, [_series(INFLOW, [*still, *recent])], ON) == Decimal("-0.033333")
    assert nudge_of(DAY, [_series(INFLOW, [*still, *recent[1:]])], ON) == Decimal("-0.033333")


def test_sources_are_not_mixed() -> None:
    """Of two sources of one kind the first by name speaks, in whatever order they come."""
    one, two = _series(SCORE, ["1"], source="a"), _series(SCORE, ["0"], source="b")
    assert nudge_of(DAY, [one, two], ON) == nudge_of(DAY, [two, one], ON) == Decimal("0.1")
