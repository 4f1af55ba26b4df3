"""The comparisons by name. Each raises InputInvalid for terms that do not fit together."""

from dataclasses import replace
from enum import StrEnum

import numpy as np

from core.domain.units import ONE, ZERO, Asset, Weight
from core.simulation.comparisons.bands import Bands
from core.simulation.comparisons.loop import Rule, live
from core.simulation.comparisons.market import Market
from core.simulation.comparisons.terms import Terms
from core.simulation.matrix import Flags
from core.simulation.runs import SimulatedRun

BTC = Asset("BTC")


class Calendar(StrEnum):
    """On which UTC midnights a calendar policy goes back to its targets."""

    MONTHLY = "monthly"
    QUARTERLY = "quarterly"


_MONTHS = {Calendar.MONTHLY: 1, Calendar.QUARTERLY: 3}


def drift(terms: Terms, *, name: str = "drift") -> SimulatedRun:
    """Hold the targets of the first close and never trade.

    Source: METHODS 6.4.
    """
    never = Rule(
        due=lambda _, weights, __: np.zeros(len(weights), dtype=np.bool_),
        goal=Bands.all_to_target,
    )
    return live(Market.of(terms), never, name)


def hold(terms: Terms, *, asset: Asset = BTC, name: str = "") -> SimulatedRun:
    """Hold one coin and nothing else; a weight of 100 % is its target.

    Args:
        terms: the coin needs prices, and no target in the policy.
        asset: which coin.
        name: in tables; by default the coin's symbol and ``hold``.

    Source: METHODS 6.4.
    """
    targets = ((asset, Weight(ONE)), (terms.policy.quote, Weight(ZERO)))
    alone = replace(terms.policy, targets=targets, cold=())
    return drift(replace(terms, policy=alone), name=name or f"{asset} hold")


def calendar(terms: Terms, every: Calendar, *, name: str = "") -> SimulatedRun:
    """Go back to the targets at the start of every UTC month or quarter.

    It decides on the last close before that midnight and fills at the open after it. Where a coin
    cannot be traded then, it waits for the next close on which all can.

    Args:
        terms: the conditions.
        every: months or quarters.
        name: in tables; by default ``to-target`` and the period.

    Source: METHODS 6.4.
    """
    market = Market.of(terms)
    due = _rebalancing_bars(market, every)
    rule = Rule(due=lambda _, __, bars: due[bars], goal=Bands.all_to_target)
    return live(market, rule, name or f"to-target {every}")


def fixed_bands(terms: Terms, *, name: str = "fixed bands") -> SimulatedRun:
    """Trade whenever a weight stands at or beyond its band, back to the policy's destination.

    The bands are those of the policy's own profile, without regime and size. A breached weight goes
    to ``bands.delta`` of its half-width; the most opposite assets close the gap.

    Source: METHODS 1.2 to 1.5, 6.4.
    """
    delta = float(terms.policy.bands.delta)
    rule = Rule(
        due=lambda bands, weights, _: bands.any_breached(weights),
        goal=lambda bands, weights: bands.destination(weights, delta=delta),
    )
    return live(Market.of(terms), rule, name)


def to_target_bands(terms: Terms, *, name: str = "to-target bands") -> SimulatedRun:
    """Trade whenever a weight stands at or beyond its band, every asset back to its target.

    Source: METHODS 0.3, 1.2, 1.5.
    """
    rule = Rule(due=lambda bands, weights, _: bands.any_breached(weights), goal=Bands.all_to_target)
    return live(Market.of(terms), rule, name)


def _rebalancing_bars(market: Market, every: Calendar) -> Flags:
    """Return the last close before each month or quarter, or the next one that can be traded."""
    starts, step = market.matrix.starts, int(market.matrix.interval.total_seconds())
    around = np.stack([starts, starts + step]).astype("datetime64[s]").astype("datetime64[M]")
    period = around.astype(np.int64) // _MONTHS[every]
    able = np.flatnonzero(market.fillable())
    places = np.searchsorted(able, np.flatnonzero(period[0] != period[1]))
    due = np.zeros(len(starts), dtype=np.bool_)
    due[able[places[places < len(able)]]] = True
    return due
