"""A market made of bars."""

import math
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.exchange.bar_sources import BarSource, ReplayedBars, SimulatedBars
from bot.exchange.markets import BarMarket
from core.domain.errors import InputInvalid
from core.domain.market import BarSeries, Book, FeeMode, MarketRules, MarketStatus, Quote
from core.domain.units import Asset, Rate
from core.simulation.bar_table import AssetBars, BarTable
from tests.exchange.made_up_bars import hourly, table
from tests.exchange.manual_clock import START, ManualClock

BTC, ETH, XYZ = Asset("BTC"), Asset("ETH"), Asset("XYZ")
HOUR = timedelta(hours=1)


def _market(source: BarTable | BarSource, at: datetime, **terms: Any) -> BarMarket:  # noqa: ANN401
    bars = ReplayedBars(source) if isinstance(source, BarTable) else source
    return BarMarket(bars, ManualClock(at), **terms)


async def _quote(market: BarMarket, asset: Asset = BTC) -> Quote:
    return (await market.quotes([asset]))[0]


async def _seen(
    market: BarMarket,
) -> tuple[tuple[Quote | Book | MarketRules | BarSeries, ...], ...]:
    assets = [BTC, ETH, XYZ]
    return (
        await market.quotes(assets),
        await market.books(assets),
        await market.rules(assets),
        await market.daily_bars(assets),
    )


@pytest.mark.parametrize("minutes", [0, 1, 59])
async def test_the_price_is_the_open_of_the_bar(minutes: int) -> None:
    """Anywhere inside a bar the middle is its open, seen just now."""
    at = START + 40 * HOUR + timedelta(minutes=minutes)
    quote = await _quote(_market(table(hourly("BTC", range(60))), at))
    assert abs(quote.mid - 140) <= Decimal("0.001")
    assert quote.observed_at == at
    assert quote.source == "made_up"
    assert quote.references == ()


async def test_a_missing_bar_lets_the_price_grow_stale() -> None:
    """In a gap the last close is shown as of the end of its bar, and there is no book."""
    market = _market(table(hourly("BTC", [*range(30), *range(33, 40)])), START + 31.5 * HOUR)
    quote = await _quote(market)
    assert abs(quote.mid - Decimal("129.5")) <= Decimal("0.001")
    assert quote.observed_at == START + 30 * HOUR
    assert await market.books([BTC]) == ()
    assert len(await market.rules([BTC])) == 1


async def test_the_end_of_the_file_is_a_gap_that_stays() -> None:
    """After the last bar its close is shown with its age; nothing is made up."""
    market = _market(table(hourly("BTC", range(30))), START + 500 * HOUR)
    assert (await _quote(market)).observed_at == START + 30 * HOUR == market.ends_at
    assert await market.books([BTC]) == ()


async def test_before_its_first_bar_a_coin_is_unknown() -> None:
    """A coin that is not listed yet is left out of every answer."""
    market = _market(table(hourly("BTC", range(60)), hourly("ETH", range(50, 60))), START + HOUR)
    for read in (market.quotes, market.books, market.rules):
        assert [row.asset for row in await read([ETH, BTC, XYZ])] == [BTC]
    assert await market.daily_bars([BTC]) == ()


async def test_the_first_bar_has_a_price_but_no_book() -> None:
    """Until one bar has closed no volume is known, and so no book."""
    market = _market(table(hourly("BTC", range(60))), START)
    assert len(await market.quotes([BTC])) == 1
    assert await market.books([BTC]) == ()


def _changed_later(bars: AssetBars, now: datetime) -> AssetBars:
    """Return bars that differ in everything that cannot be known at ``now``."""
    seconds = int(now.timestamp())
    running = bars.starts + 3600 > seconds
    future = bars.starts > seconds
    return AssetBars(
        bars.asset,
        bars.starts,
        np.where(future, bars.opens * 2, bars.opens),
        np.where(running, bars.highs * 3, bars.highs),
        np.where(running, bars.lows / 3, bars.lows),
        np.where(running, bars.closes * 2, bars.closes),
        np.where(running, bars.volumes * 7, bars.volumes),
    )


@given(
    day=st.integers(0, 40),
    minute=st.sampled_from([0, 1, 4, 5, 30, 60, 1290, 1350, 1410, 1439]) | st.integers(0, 1439),
    earlier=st.integers(0, 60 * 24 * 5),
)
@settings(max_examples=60)
async def test_nothing_is_known_before_it_happened(day: int, minute: int, earlier: int) -> None:
    """Changing what had not happened at an instant changes nothing at or before it."""
    now = START + timedelta(days=day, minutes=minute)
    hours = [h for h in range(24 * 41) if h % 100 < 95]
    truth = table(hourly("BTC", hours), hourly("ETH", hours[500:], price=3000))
    changed = replace(truth, series=tuple(_changed_later(bars, now) for bars in truth.series))
    for at in (now, max(now - timedelta(minutes=earlier), START)):
        assert await _seen(_market(changed, at)) == await _seen(_market(truth, at))


@given(days=st.integers(0, 200))
@settings(max_examples=10)
async def test_the_simulated_market_does_not_look_ahead(days: int) -> None:
    """What the simulated market shows does not depend on how much of it was drawn."""
    at = START + timedelta(days=days, hours=7, minutes=11)
    drawn = SimulatedBars(7, START)
    drawn.table(START + timedelta(days=400))
    assert await _seen(_market(drawn, at)) == await _seen(_market(SimulatedBars(7, START), at))


@given(steps=st.lists(st.integers(-2000, 5000), min_size=1, max_size=20))
@settings(max_examples=30)
async def test_the_answer_depends_on_the_instant_alone(steps: list[int]) -> None:
    """A market that was asked before answers like a fresh one, whichever way time went."""
    truth = table(hourly("BTC", [h for h in range(300) if h % 50 < 45]))
    clock = ManualClock(START + 100 * HOUR)
    market = BarMarket(ReplayedBars(truth), clock)
    for minutes in steps:
        clock.at = max(clock.at + timedelta(minutes=minutes), START)
        assert await _seen(market) == await _seen(_market(truth, clock.at))


async def test_the_quote_is_the_top_of_the_book() -> None:
    """Quote and book are one market: the same best prices at the same instant."""
    market = _market(table(hourly("BTC", range(60))), START + 50 * HOUR)
    quote, (book,) = await _quote(market), await market.books([BTC])
    assert (quote.bid, quote.ask) == (book.bids[0].price, book.asks[0].price)
    assert quote.observed_at == book.observed_at


async def test_busy_hours_widen_the_spread() -> None:
    """Four times the usual volume over a day doubles the spread; nine times and more triple it."""
    quiet = hourly("BTC", range(24 * 40), price=60_000)

    async def spread(factor: float) -> Decimal:
        volumes = quiet.volumes.copy()
        volumes[24 * 39 :] *= factor
        bars = AssetBars(
            BTC, quiet.starts, quiet.opens, quiet.highs, quiet.lows, quiet.closes, volumes
        )
        return (await _quote(_market(table(bars), START + timedelta(days=40)))).half_spread

    calm = await spread(1.0)
    assert await spread(0.1) == calm
    # The busy day is part of the usual month, so the ratio is a little below the factor.
    assert 1.8 < float(await spread(4.0) / calm) < 2
    assert 2.6 < float(await spread(20.0) / calm) <= 3


async def test_the_market_knows_its_hours() -> None:
    """The next change is the next bar of any coin; after the last bar there is none."""
    market = _market(table(hourly("BTC", [0, 1, 4]), hourly("ETH", [2])), START)
    assert market.assets == (BTC, ETH)
    assert (market.begins_at, market.ends_at) == (START, START + 5 * HOUR)
    changes = []
    at: datetime | None = START - timedelta(days=3)
    while at is not None and (at := market.next_change(at)) is not None:
        changes.append((at - START) // HOUR)
    assert changes == [0, 1, 2, 4]
    assert market.next_change(START + timedelta(minutes=1)) == START + HOUR


async def test_the_simulated_market_never_ends() -> None:
    """Whenever somebody asks, there is another bar."""
    market = _market(SimulatedBars(7, START), START)
    assert market.ends_at is None
    late = START + timedelta(days=1000, minutes=30)
    assert market.next_change(late) == late + timedelta(minutes=30)
    assert market.assets == ("ADA", "BTC", "ETH", "SOL")


async def test_the_simulated_market_has_its_history() -> None:
    """From the first moment there are at least 400 closed days of every coin."""
    market = _market(SimulatedBars(1, START), START)
    for series in await market.daily_bars(market.assets):
        assert len(series.closes) >= 400
        assert series.opened_at == START - timedelta(days=2)


async def test_daily_bars_are_made_once_a_day() -> None:
    """Within a day the same object comes back, so that it costs nothing per tick."""
    clock = ManualClock(START + timedelta(days=2, minutes=5))
    market = BarMarket(ReplayedBars(table(hourly("BTC", range(24 * 5)))), clock)
    (morning,) = await market.daily_bars([BTC])
    clock.at += timedelta(hours=23)
    (evening,) = await market.daily_bars([BTC])
    assert evening is morning
    clock.at += HOUR
    (tomorrow,) = await market.daily_bars([BTC])
    assert tomorrow.digest != morning.digest
    assert len(tomorrow.closes) == 3


async def test_a_day_without_bars_is_a_missing_day() -> None:
    """An outage of a day is kept as a day with the last close and no volume."""
    hours = [h for h in range(24 * 5) if h // 24 != 2]
    market = _market(table(hourly("BTC", hours)), START + timedelta(days=5, minutes=5))
    (series,) = await market.daily_bars([BTC])
    assert len(series.closes) == 5
    assert series.opens[2] == series.closes[2] == series.closes[1]
    assert math.isnan(series.volumes[2])


async def test_terms_are_what_was_agreed() -> None:
    """Fee and fee mode come from the one who opens the market; markets can be halted."""
    terms = {"taker_fee": Rate(Decimal("0.001")), "fee_mode": FeeMode.BASE}
    market = _market(table(hourly("BTC", range(60))), START + HOUR, **terms)
    (rules,) = await market.rules([BTC])
    assert (rules.taker_fee, rules.fee_mode) == (Decimal("0.001"), FeeMode.BASE)
    market.set_status(BTC, MarketStatus.POST_ONLY)
    (rules,) = await market.rules([BTC])
    assert rules.status is MarketStatus.POST_ONLY


@pytest.mark.parametrize(
    ("asset", "price", "tick", "step"),
    [
        ("BTC", 60_000.0, "0.1", "0.00001"),
        ("SOL", 2.9, "0.0001", "0.001"),
        ("XYZ", 5.0, "0.0001", "0.01"),
        ("XYZ", 0.00002, "0.000000001", "1000"),
        ("XYZ", 40_000.0, "1", "0.000001"),
    ],
)
async def test_steps_fit_the_price(asset: str, price: float, tick: str, step: str) -> None:
    """A tick is at most a basis point of the oldest price, a step is worth little."""
    starts = hourly(asset, range(3)).starts
    opens, highs, lows, closes = (np.full(3, price) for _ in range(4))
    flat = AssetBars(
        Asset(asset), starts, opens, highs, lows, closes, volumes=np.full(3, 10 / price)
    )
    market = _market(table(flat), START + HOUR)
    (rules,) = await market.rules([Asset(asset)])
    assert (rules.price_tick, rules.quantity_step) == (Decimal(tick), Decimal(step))
    quote = await _quote(market, Asset(asset))
    assert 0 < quote.bid < quote.ask
    assert quote.half_spread < Decimal("0.0011")


def test_an_impossible_simulation_is_refused() -> None:
    """A negative seed and a broken hour are named with their mend."""
    with pytest.raises(InputInvalid, match="seed is -1; give a whole number from 0"):
        SimulatedBars(-1, START)
    with pytest.raises(InputInvalid, match="give a whole hour"):
        SimulatedBars(1, START + timedelta(minutes=30))
