"""The terms of a comparison as arrays."""

from dataclasses import dataclass

import numpy as np

from core.domain.errors import InputInvalid
from core.domain.policy import Policy
from core.domain.units import Asset
from core.simulation.bar_table import Floats
from core.simulation.comparisons.bands import Bands
from core.simulation.comparisons.terms import Terms
from core.simulation.matrix import Flags, PriceMatrix


@dataclass(frozen=True, slots=True, eq=False)
class Market:
    """One market, one set of targets, one price list.

    Attributes:
        matrix: where the bars come from.
        quote: the quote currency.
        assets: the policy's coins, by symbol.
        closes, fills: of those coins; assets x bars.
        usable: whether every coin that has not ended has a bar of its own, so that a decision can
            be made on this close; bars.
        ends: index of each coin's last bar, -1 where it goes on; assets.
        bands: targets and half-widths, cash last.
        sells, buys: what a trade costs per traded value, fee and half-spread together; assets.
        value: what the portfolio is worth at the first close, quote currency.
        tax_rate: one flat rate.
    """

    matrix: PriceMatrix
    quote: Asset
    assets: tuple[Asset, ...]
    closes: Floats
    fills: Floats
    usable: Flags
    ends: tuple[int, ...]
    bands: Bands
    sells: Floats
    buys: Floats
    value: float
    tax_rate: float

    @classmethod
    def of(cls, terms: Terms) -> "Market":
        """Gather the arrays.

        Raises:
            InputInvalid: the matrix is empty or lacks a coin, a price is missing or not above 0,
                the portfolio is worth nothing, or the costs ask for market impact, which only the
                reference backtest knows.
        """
        matrix, policy, costs = terms.matrix, terms.policy, terms.costs
        rows = _rows(matrix, policy)
        _check(terms, rows)
        ends = tuple(matrix.delisted_after[row] for row in rows)
        fee = float(costs.fee)
        halves = np.array([float(costs.half_spread_of(asset)) for asset in policy.risk_assets])
        return cls(
            matrix=matrix,
            quote=policy.quote,
            assets=policy.risk_assets,
            closes=matrix.closes[rows],
            fills=matrix.fills[rows],
            usable=np.logical_and.reduce(matrix.has_bar[rows] | _is_over(ends, len(matrix))),
            ends=ends,
            bands=Bands.of(policy),
            sells=1.0 - (1.0 - halves) * (1.0 - fee),
            buys=(1.0 + halves) * (1.0 + fee) - 1.0,
            value=float(terms.value),
            tax_rate=float(terms.tax_rate),
        )

    def filled_at(self, bar: int) -> int:
        """Return when a decision on the close of a bar is carried out, epoch seconds."""
        return int(self.matrix.starts[bar]) + int(self.matrix.interval.total_seconds())

    def fillable(self) -> Flags:
        """Return on which bars every coin that has not ended could be traded; bars."""
        is_over = _is_over(self.ends, len(self.matrix))
        could: Flags = self.usable & (np.isfinite(self.fills) | is_over).all(axis=0)
        return could


def _is_over(ends: tuple[int, ...], bars: int) -> Flags:
    """Return where each coin has ended before a bar; assets x bars."""
    is_over: Flags = np.array([(np.arange(bars) > end) & (end >= 0) for end in ends])
    return is_over


def _rows(matrix: PriceMatrix, policy: Policy) -> list[int]:
    if not len(matrix):
        raise InputInvalid(f"the prices of {matrix.source} hold no bar; choose a longer span")
    missing = [asset for asset in policy.risk_assets if asset not in matrix.assets]
    if missing:
        raise InputInvalid(
            f"the prices of {matrix.source} lack {', '.join(missing)}; they hold "
            f"{', '.join(matrix.assets)}"
        )
    return [matrix.assets.index(asset) for asset in policy.risk_assets]


def _check(terms: Terms, rows: list[int]) -> None:
    closes = terms.matrix.closes[rows]
    if not (np.isfinite(closes) & (closes > 0.0)).all():
        raise InputInvalid(
            f"{terms.matrix.source} has a close that is missing or not above 0; begin on a day on "
            "which every coin has had a price"
        )
    if terms.costs.impact:
        raise InputInvalid(
            "the comparisons know fees and spreads only; switch market impact off, or use the "
            "reference backtest"
        )
    if not terms.value > 0:
        raise InputInvalid(f"the portfolio starts with {terms.value}; an amount above 0 is needed")
