"""Growth over band width x destination and over fees: a default lies on a plateau, not a peak.

Source: METHODS 6.3.
"""

from dataclasses import dataclass, replace
from decimal import Decimal

import numpy as np

from bot.research.study.findings import Draws
from bot.research.study.kernel_view import LADDER, Kernel, log_points
from bot.research.study.living import COSTS
from core.domain.policy import PROFILES, Policy, Profile
from core.domain.units import Rate, Weight
from core.simulation.bar_table import Floats
from core.simulation.metrics import daily_log_returns
from core.simulation.runs import SimulatedRun
from core.simulation.statistics import Overfit, overfit_probability, paired_interval
from core.simulation.trading_costs import TradingCosts

CAPS = tuple(Decimal(text) for text in ("5", "7.5", "10", "12.5", "15", "17.5", "20"))
"""Band widths of the plateau: the widest half-width, points. The profiles lie on this line."""

DELTAS = tuple(Decimal(text) for text in ("0", "0.25", "0.5", "0.75", "0.9"))
"""Destinations of the plateau: 0 = target, 1 = edge."""

FEES = tuple(Decimal(text) for text in ("0", "0.1", "0.2", "0.4", "0.6", "0.8", "1.0"))
"""Fees of the plateau, percent."""

_PERCENT = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Cell:
    """One setting of a plateau.

    Attributes:
        log_points: growth over the window, log points.
        proposals: how many over the window.
        turnover: one-way, in portfolios, over the window.
        gap: (low, high), log points over the window: the 95 % interval of this setting less the
            default.
    """

    log_points: float
    proposals: int
    turnover: float
    gap: tuple[float, float]


@dataclass(frozen=True, slots=True)
class PlateauResult:
    """Band width x destination, and fees.

    Attributes:
        cells: CAPS x DELTAS.
        default: place of the default in it.
        by_fee: growth over the window under each fee, log points.
        turnover_by_fee: in portfolios.
        default_fee: place of the default in FEES, None if it is not among them.
        overfit: CSCV over all cells.
        sharpe_variance: of daily Sharpe ratios between cells.
    """

    cells: tuple[tuple[Cell, ...], ...]
    default: tuple[int, int]
    by_fee: tuple[float, ...]
    turnover_by_fee: tuple[float, ...]
    default_fee: int | None
    overfit: Overfit
    sharpe_variance: float

    @property
    def neighbours(self) -> tuple[Cell, ...]:
        """The settings around the default."""
        row, column = self.default
        return tuple(
            self.cells[r][c]
            for r in range(max(row - 1, 0), min(row + 2, len(self.cells)))
            for c in range(max(column - 1, 0), min(column + 2, len(self.cells[0])))
            if (r, c) != self.default
        )

    @property
    def is_flat(self) -> bool:
        """Whether no neighbour of the default differs from it beyond noise (METHODS 6.3)."""
        return all(cell.gap[0] <= 0.0 <= cell.gap[1] for cell in self.neighbours)

    @property
    def is_peak(self) -> bool:
        """Whether the default is the best setting of all."""
        own = self.cells[self.default[0]][self.default[1]].log_points
        return all(own >= cell.log_points for row in self.cells for cell in row)


def plateau(kernel: Kernel, draws: Draws, *, key: str) -> PlateauResult:
    """Return growth over band width x destination and over fees, each beside the default.

    Source: METHODS 6.3.
    """
    each = iter(plateau_policies(kernel.policy))
    runs = [[kernel.run(next(each), name="cell") for _ in DELTAS] for _ in CAPS]
    default = _place_of(kernel.policy)
    returns = [[daily_log_returns(run) for run in row] for row in runs]
    own = returns[default[0]][default[1]]
    cells = tuple(
        tuple(
            _cell(run, returns[r][c], own, draws, purpose=f"{key} {CAPS[r]} {DELTAS[c]}")
            for c, run in enumerate(row)
        )
        for r, row in enumerate(runs)
    )
    by_fee = [kernel.run(kernel.policy, name="fee", costs=_costs_of(fee)) for fee in FEES]
    flat = np.column_stack([column for row in returns for column in row])
    fee = COSTS.fee / _PERCENT
    return PlateauResult(
        cells=cells,
        default=default,
        by_fee=tuple(log_points(run) for run in by_fee),
        turnover_by_fee=tuple(float(run.turnover.sum()) for run in by_fee),
        default_fee=FEES.index(fee) if fee in FEES else None,
        overfit=overfit_probability(flat),
        sharpe_variance=float(np.var(_daily_sharpes(flat), ddof=1)),
    )


def plateau_policies(policy: Policy) -> tuple[Policy, ...]:
    """Return the rules of all cells of a plateau, row by row, so that they can be counted first."""
    return tuple(_with_bands(policy, cap, delta) for cap in CAPS for delta in DELTAS)


def widths_at(cap: Decimal) -> Profile:
    """Return the widths of a cap in points, on straight lines between the four profiles."""
    points = [float(PROFILES[name].cap / _PERCENT) for name in LADDER]

    def between(name: str) -> Weight:
        known = [float(getattr(PROFILES[one], name)) for one in LADDER]
        value = float(np.interp(float(cap), points, known))
        return Weight(Decimal(str(round(value, 6))))

    return Profile(Weight(cap * _PERCENT), between("rel"), between("floor"))


def _with_bands(policy: Policy, cap: Decimal, delta: Decimal) -> Policy:
    bands = replace(policy.bands, custom=widths_at(cap), delta=Weight(delta), adapt_to_size=False)
    return replace(policy, bands=bands)


def _place_of(policy: Policy) -> tuple[int, int]:
    """Return the place of a policy's own bands on the grid: the nearest where it lies between."""
    bands = policy.bands
    cap = (bands.custom or PROFILES[bands.profile]).cap / _PERCENT
    row = min(range(len(CAPS)), key=lambda n: abs(CAPS[n] - cap))
    column = min(range(len(DELTAS)), key=lambda n: abs(DELTAS[n] - bands.delta))
    return row, column


def _cell(
    run: SimulatedRun, returns: Floats, default: Floats, draws: Draws, *, purpose: str
) -> Cell:
    gap = paired_interval(
        returns, default, seed=draws.stream("plateau", purpose), draws=draws.bootstrap
    ).over_all_days()
    return Cell(
        log_points(run), int(run.is_proposed.sum()), float(run.turnover.sum()), (gap.low, gap.high)
    )


def _daily_sharpes(returns: Floats) -> Floats:
    simple = np.expm1(returns)
    ratios: Floats = simple.mean(axis=0) / simple.std(axis=0, ddof=1)
    return ratios


def _costs_of(fee: Decimal) -> TradingCosts:
    return replace(COSTS, fee=Rate(fee * _PERCENT))
