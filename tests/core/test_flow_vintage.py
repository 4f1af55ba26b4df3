"""Exchange flows are restated: a rule that acts on history as it reads today would deceive itself.

Two vintages of the same days differ in sign on every fifth day. Marked as what they are, not known
at the time, they must not change a single decision.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from pyarrow import parquet

from core.codec import bar_series, reading_series
from core.domain.decision import Decision
from core.domain.market import BarSeries
from core.domain.readings import Reading, ReadingKind, ReadingSeries
from core.domain.state import EngineState
from core.domain.stress import Family, Silence
from core.domain.units import Asset
from core.domain.watching import RegimeRules, StressRules
from core.engine import decide
from tests.core.stress.test_history import bars_of
from tests.dsl import MORNING, Situation, portfolio

pytestmark = pytest.mark.data

BTC, ONE_DAY = Asset("BTC"), timedelta(days=1)
FIRST, DAYS = datetime(2022, 1, 1, 0, 6, tzinfo=MORNING.tzinfo), 365
WATCHED = portfolio(
    "BTC 0.6 @ 100000 -> 50",
    "ETH 5.0 @ 4000 -> 30",
    cash="20000 -> 20",
    stress=StressRules(families=tuple(Family)[:4], flow_asset=BTC),
    regime=RegimeRules(onchain_weight=Decimal("0.10")),
)


def flows(folder: Path, vintage: str) -> list[Reading]:
    """Return the net flow of BTC onto exchanges in USD, by day, in one of the two vintages."""
    names = [f"FlowInExUSD{vintage}", f"FlowOutExUSD{vintage}"]
    table = parquet.read_table(folder / "onchain_btc_1d.parquet", columns=["ts", *names])
    rows = zip(*(table.column(name).to_pylist() for name in ("ts", *names)), strict=True)
    return [
        Reading(at, Decimal(str(round(into - out, 6))), at + ONE_DAY)
        for at, into, out in rows
        if into is not None and out is not None
    ]


def until(bars: BarSeries, newest: datetime) -> BarSeries:
    """Return the 460 days of a series that end on ``newest``."""
    last = len(bars.closes) - (bars.opened_at - newest) // ONE_DAY
    names = ("opens", "highs", "lows", "closes", "volumes")
    columns = {name: getattr(bars, name)[last - 460 : last] for name in names}
    return bar_series(bars.asset, bars.source, newest, **columns)


def year(
    bars: list[BarSeries], readings: list[Reading], *, is_point_in_time: bool
) -> Iterator[Decision]:
    """Yield a year's daily decisions, the flows as known on each day."""
    state, there = EngineState(), prices(WATCHED)
    for number in range(DAYS):
        at = FIRST + number * ONE_DAY
        newest = at.replace(hour=0, minute=0) - ONE_DAY
        told = [row for row in readings if row.about <= newest][-200:]
        snapshot = replace(
            there.snapshot,
            as_of=at,
            quotes=tuple(replace(row, observed_at=at) for row in there.snapshot.quotes),
            books=(),
            bars=tuple(until(one, newest) for one in bars),
            readings=(_series(told, is_point_in_time=is_point_in_time),),
        )
        decision = decide(snapshot, there.policy, state)
        state = replace(decision.next_state, proposed_on=(), open_proposal="")
        yield decision


def prices(situation: Situation) -> Situation:
    """Return the account with generous bounds between a quote and its last close."""
    rules = replace(situation.policy.data, max_jump=Decimal(1000))
    return situation.ruled(data=rules)


def _series(rows: list[Reading], *, is_point_in_time: bool) -> ReadingSeries:
    return reading_series(
        ReadingKind.NET_INFLOW, BTC, "coinmetrics.io", rows, is_point_in_time=is_point_in_time
    )


def said(decision: Decision) -> tuple[object, ...]:
    """Return everything of a decision but what bears the names of its inputs."""
    state = replace(decision.next_state, open_proposal="")
    return decision.outcome, decision.gates, decision.standings, state


def test_another_vintage_of_the_flows_changes_no_decision(market_data_dir: Path) -> None:
    """A year of decisions is the same with either vintage; the family is unknown and says why."""
    bars = [one for one in bars_of(market_data_dir, "yahoo") if one.asset in ("BTC", "ETH", "LTC")]
    first = flows(market_data_dir, "")
    later = flows(market_data_dir, "_later_vintage")
    assert (
        sum(a.value * b.value < 0 for a, b in zip(first[-1000:], later[-1000:], strict=True)) > 100
    )
    ours = list(year(bars, first, is_point_in_time=False))
    theirs = list(year(bars, later, is_point_in_time=False))
    assert [said(one) for one in ours] == [said(one) for one in theirs]
    votes = {vote for one in ours for vote in one.next_state.stress.votes}
    silences = {vote.silence for vote in votes if vote.family is Family.FLOWS}
    assert silences == {Silence.NOT_POINT_IN_TIME}


def test_the_same_flows_would_count_had_they_been_known(market_data_dir: Path) -> None:
    """Marked as known at the time, the family does vote: the rule above is what protects."""
    bars = [one for one in bars_of(market_data_dir, "yahoo") if one.asset in ("BTC", "ETH", "LTC")]
    known = list(year(bars, flows(market_data_dir, ""), is_point_in_time=True))
    points = {
        vote.points
        for one in known
        for vote in one.next_state.stress.votes
        if vote.family is Family.FLOWS
    }
    assert points >= {0, 1}
