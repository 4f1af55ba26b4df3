"""How much the coins move together (METHODS 3.2, 9a)."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from itertools import combinations
from math import nan

import numpy as np
import pytest

from core.codec import bar_series
from core.domain.market import BarSeries
from core.domain.stress import Family, Silence, Vote
from core.domain.units import Asset
from core.domain.watching import CORRELATED
from core.signals.correlation import correlation_vote, correlations
from tests.core.stress.days import RULES, day, start_of

UNKNOWN = (None, None)


def coin(
    asset: str, closes: Sequence[float], *, newest: int = 0, carried: Sequence[int] = ()
) -> BarSeries:
    """Return bars up to day ``newest``; on the days ``carried`` (0 = newest) no bar came."""
    prices, volumes = list(closes), [1.0] * len(closes)
    opens = [price * 0.999 for price in prices]
    for back in sorted(carried, reverse=True):
        place = len(prices) - 1 - back
        opens[place] = prices[place] = prices[place - 1]
        volumes[place] = nan
    return bar_series(
        Asset(asset),
        "somewhere",
        start_of(day(newest)),
        opens=opens,
        highs=[max(pair) for pair in zip(opens, prices, strict=True)],
        lows=[min(pair) for pair in zip(opens, prices, strict=True)],
        closes=prices,
        volumes=volumes,
    )


def market(days: int, coins: int = 5, *, seed: int = 7) -> list[BarSeries]:
    """Return coins that share a part of their movement."""
    generator = np.random.default_rng(seed)
    common = generator.normal(0, 0.03, days)
    return [
        coin(asset, np.exp(np.cumsum(common + generator.normal(0, 0.02, days))).tolist())
        for asset in CORRELATED[:coins]
    ]


def by_hand(bars: Sequence[BarSeries], back: int, days: int) -> float:
    """Return the mean pairwise correlation, pair by pair."""
    returns = [np.diff(np.log(row.closes))[: len(row.closes) - 1 - back][-days:] for row in bars]
    pairs = [np.corrcoef(one, other)[0, 1] for one, other in combinations(returns, 2)]
    return float(np.mean(pairs))


def test_the_mean_of_all_pairs() -> None:
    """Every day has the plain mean of the pairs' correlations, to six decimals."""
    bars = market(140)
    found = correlations(bars, 40, RULES)
    for back, (short, long) in enumerate(reversed(found)):
        assert short is not None
        assert long is not None
        assert abs(float(short) - by_hand(bars, back, 10)) < 6e-7
        assert abs(float(long) - by_hand(bars, back, 90)) < 6e-7
        assert short == short.quantize(Decimal("0.000001"))


def test_day_by_day_is_the_same_as_all_at_once() -> None:
    """Live and backtest get the same figures, whatever came before or after."""
    bars = market(200)
    whole = correlations(bars, 100, RULES)
    for back in range(100):
        cut = [coin(row.asset, row.closes[: len(row.closes) - back], newest=-back) for row in bars]
        assert correlations(cut, 1, RULES) == (whole[-1 - back],)


def test_the_coins_order_and_others_do_not_matter() -> None:
    """Only the coins of the fixed list count, and none of them comes first."""
    bars = market(95)
    stranger = coin("PEPE", [1.0 + n % 3 for n in range(95)])
    assert correlations([stranger, *reversed(bars)], 3, RULES) == correlations(bars, 3, RULES)


def test_a_coin_takes_part_when_it_has_ninety_returns() -> None:
    """Ninety-one closes are enough, ninety are not."""
    bars = market(91, coins=3)
    assert correlations(bars, 1, RULES)[0] != UNKNOWN
    younger = [*bars[:2], coin(bars[2].asset, bars[2].closes[1:])]
    assert correlations(younger, 1, RULES) == (UNKNOWN,)
    assert correlations(bars, 2, RULES)[0] == UNKNOWN


def test_a_young_coin_joins_on_its_day() -> None:
    """Before it has its ninety returns the others are measured without it."""
    bars = market(100, coins=5)
    young = [*bars[:4], coin(bars[4].asset, bars[4].closes[-92:])]
    found = correlations(young, 4, RULES)
    assert found[:2] == correlations(bars[:4], 4, RULES)[:2]
    assert found[2:] == correlations(bars, 4, RULES)[2:]


def test_a_missing_day_keeps_a_coin_out_for_ninety_days() -> None:
    """A close that only stands in for a bar is no return, neither into it nor out of it."""
    bars = market(200, coins=5)
    holed = [*bars[:4], coin(bars[4].asset, bars[4].closes, carried=[95])]
    found = correlations(holed, 10, RULES)
    assert found[:5] == correlations(bars[:4], 10, RULES)[:5]
    assert found[5:] == correlations(bars, 10, RULES)[5:]


def test_a_still_day_with_volume_is_a_bar() -> None:
    """A price that did not move is missing only when no volume came either."""
    bars = market(91, coins=3)
    closes = list(bars[0].closes)
    closes[50] = closes[49]
    still = bar_series(
        bars[0].asset,
        "somewhere",
        bars[0].opened_at,
        opens=closes,
        highs=closes,
        lows=closes,
        closes=closes,
        volumes=[1.0] * 91,
    )
    assert correlations([still, *bars[1:]], 1, RULES)[0] != UNKNOWN


def test_bars_without_any_volume_count() -> None:
    """A file may have no volumes at all; its prices move, so none of its days is missing."""
    bars = [replace(row, volumes=(nan,) * 95) for row in market(95)]
    assert correlations(bars, 3, RULES) == correlations(market(95), 3, RULES)


def test_bars_made_of_closes_alone_count() -> None:
    """One price in all columns and no volume is still a bar, as long as the price is a new one."""
    bars = [
        replace(row, opens=row.closes, highs=row.closes, lows=row.closes, volumes=(nan,) * 95)
        for row in market(95)
    ]
    assert correlations(bars, 3, RULES) == correlations(market(95), 3, RULES)


@pytest.mark.parametrize("bad", [nan, 0.0, -1.0, float("inf")])
def test_a_close_that_is_no_price_keeps_its_coin_out(bad: float) -> None:
    """Nonsense in one coin leaves the others' figure as it is."""
    bars = market(120)
    closes = list(bars[0].closes)
    closes[-40] = bad
    spoiled = coin(bars[0].asset, closes)
    assert correlations([spoiled, *bars[1:]], 2, RULES) == correlations(bars[1:], 2, RULES)


def test_a_coin_that_stands_still_correlates_with_none() -> None:
    """It takes part with 0: two coins of three that move as one make a third."""
    moving = market(91, coins=1)[0].closes
    bars = [coin("BTC", moving), coin("ETH", moving), coin("LTC", [3.0] * 91)]
    third = Decimal("0.333333")
    assert correlations(bars, 1, RULES) == ((third, third),)


def test_a_coin_that_lags_does_not_count_on_the_days_it_lacks() -> None:
    """Coins that end earlier are measured on their own days and left out afterwards."""
    bars = market(120, coins=5)
    lagging = [*bars[:4], coin(bars[4].asset, bars[4].closes[:-2], newest=-2)]
    found = correlations(lagging, 5, RULES)
    assert found[:3] == correlations(bars, 5, RULES)[:3]
    assert found[3:] == correlations(bars[:4], 5, RULES)[3:]


def test_days_after_the_wanted_one_are_not_read() -> None:
    """``until`` holds the figures to the reference's days when another coin is ahead."""
    bars = market(120)
    until = start_of(day(-3))
    assert correlations(bars, 4, RULES, until=until) == correlations(bars, 7, RULES)[:4]
    far = until - timedelta(days=1000)
    assert correlations(bars, 2, RULES, until=far) == (UNKNOWN, UNKNOWN)


def test_fewer_than_three_coins_are_too_few() -> None:
    """Two coins say nothing about a market, and none at all neither."""
    assert correlations(market(120, coins=2), 2, RULES) == (UNKNOWN, UNKNOWN)
    assert correlations([], 1, RULES) == (UNKNOWN,)


@pytest.mark.parametrize(
    ("short", "long", "points"),
    [
        ("0.90", "0.78", 1),
        ("0.899999", "0.10", 0),
        ("0.95", "0.830001", 0),
        ("0.95", "0.83", 1),
        ("1", "0.88", 1),
    ],
)
def test_the_vote_needs_a_high_and_a_risen_correlation(short: str, long: str, points: int) -> None:
    """At least 0.90 over ten days, and at least 0.12 above that of ninety."""
    found = correlation_vote((Decimal(short), Decimal(long)), RULES)
    assert found == Vote(Family.CORRELATION, points, measured=Decimal(short))


def test_too_few_coins_are_no_vote() -> None:
    """Unknown is unknown, not zero."""
    assert correlation_vote(UNKNOWN, RULES) == Vote(Family.CORRELATION, None, Silence.TOO_FEW)
