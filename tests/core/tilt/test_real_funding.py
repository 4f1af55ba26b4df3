"""The funding switch on six years of real funding."""

import sys
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

import pytest
from pyarrow import parquet

from core.codec import bar_series, reading_series
from core.domain.market import BarSeries
from core.domain.readings import Reading, ReadingKind, ReadingSeries
from core.domain.tilt import Froth
from core.domain.units import Asset
from core.domain.watching import TiltRules
from core.signals.froth import step_froth

RULES = TiltRules()
A_DAY = timedelta(days=1)
PERCENT = Decimal("0.01")


def _funding(folder: Path, asset: str) -> ReadingSeries:
    """Return the daily means of Binance's rates, which are settled every 8 hours."""
    chosen = [("venue", "=", "binance"), ("asset", "=", asset)]
    table = parquet.read_table(folder / "funding.parquet", filters=chosen).to_pydict()
    days: dict[datetime, list[Decimal]] = {}
    for ts, rate in zip(table["ts"], table["rate"], strict=True):
        midnight = ts.replace(hour=0, minute=0, second=0, microsecond=0)
        days.setdefault(midnight, []).append(Decimal(str(rate)))
    rows = [
        Reading(about, (sum(rates, Decimal(0)) / len(rates)), about + A_DAY)
        for about, rates in sorted(days.items())
    ]
    return reading_series(ReadingKind.FUNDING, Asset(asset), "binance", rows, is_point_in_time=True)


def _bars(folder: Path, asset: str) -> dict[date, BarSeries]:
    """Return the newest 50 flat bars as of each day."""
    chosen = [("source", "=", "binance"), ("asset", "=", asset)]
    table = parquet.read_table(folder / "spot_1d.parquet", filters=chosen).to_pydict()
    found, closes = {}, table["close"]
    for end in range(50, len(closes) + 1):
        opened_at, newest = table["ts"][end - 1], closes[end - 50 : end]
        flat = dict.fromkeys(("opens", "highs", "lows", "closes", "volumes"), newest)
        found[opened_at.date()] = bar_series(Asset(asset), "binance", opened_at, **flat)
    return found


@pytest.mark.data
@pytest.mark.parametrize(("asset", "least", "most"), [("BTC", 4, 12), ("ETH", 4, 12)])
def test_the_switch_is_rare_on_real_funding(
    market_data_dir: Path, asset: str, least: int, most: int
) -> None:
    """In over five years it comes on a few times a year at most, and stays on for few days."""
    series, bars = _funding(market_data_dir, asset), _bars(market_data_dir, asset)
    froth, episodes, days_on, rates = Froth(Asset(asset)), [], 0, []
    for row in series.readings:
        day = row.about.date()
        after = step_froth(froth, day, series, bars.get(day), RULES)
        if after.is_on and not froth.is_on:
            episodes.append((day, after.rate))
        days_on += after.is_on
        rates += [] if after.rate is None else [after.rate]
        froth = after
    shown = ", ".join(f"{day} at {(rate or 0) / PERCENT:.3f} %" for day, rate in episodes)
    share = days_on / len(series.readings)
    sys.stdout.write(f"\n{asset}: {len(episodes)} times, {share:.1%} of days: {shown}\n")
    high = sorted(rates)[int(len(rates) * 0.99)] / PERCENT
    sys.stdout.write(f"{asset}: median {sorted(rates)[len(rates) // 2] / PERCENT}, p99 {high}\n")
    waves = sum(old < RULES.funding_min <= new for old, new in pairwise(rates))
    assert 15 <= waves <= 30  # METHODS 0.3 counts about 20 of BTC above 0.05 %
    assert len(rates) == len(series.readings) - 2
    assert least <= len(episodes) <= most
    assert 0 < share < 0.10
    assert Decimal("0.06") < high < Decimal("0.15")
