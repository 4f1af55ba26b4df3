"""One policy over one matrix: what was proposed, what was held, and the record of it."""

from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from core.domain.errors import InputInvalid
from core.domain.stress import Stress
from core.simulation.bar_table import Floats, instant
from core.simulation.kernel.engine import Walk, plain_walk
from core.simulation.kernel.layout import Indexes, Log, Tape, empty_pages, packed
from core.simulation.kernel.rules import KernelRules
from core.simulation.kernel.series import REGIMES, KernelSeries
from core.simulation.kernel.stand import set_bands
from core.simulation.kernel.state import ASKED, HELD, OVERDRAWN, SIZED, TOTALS, log_of
from core.simulation.kernel.tape import tape_of
from core.simulation.matrix import Flags, PriceMatrix
from core.simulation.runs import SimulatedRun

_FIRST_ROOM = 2_048

Number = TypeVar("Number", np.float64, np.int64)


@dataclass(frozen=True, slots=True, eq=False)
class KernelProposals:
    """Every question to the person; one row each, in order of time.

    Attributes:
        bars: the close each was decided on.
        filled: the bar in whose open it filled, -1 if it did not.
        orders: orders that filled.
        planned: one-way turnover by the plan, a share of the portfolio.
        turnover: the same as it came out.
        costs, predicted: what the fills cost, and what the plan had said of them, quote currency.
    """

    bars: Indexes
    filled: Indexes
    orders: Indexes
    planned: Floats
    turnover: Floats
    costs: Floats
    predicted: Floats


@dataclass(frozen=True, slots=True, eq=False)
class KernelRun:
    """One policy's way through one matrix: what changed, from which everything else follows.

    Attributes:
        matrix, series, rules: what it was run on.
        held_from: first bar of each stretch of constant holdings; stretches.
        coins: held in it; stretches x assets.
        cash: held in it, quote currency; stretches.
        sized_from, sizes: first bar of each size profile, and its place in ``SIZES``.
        proposals: every question to the person.
        final_value: at the last close, quote currency.
        near: the closest that any comparison came to its threshold on a bar that was looked at by
            itself, as a share; below 1e-9 two honest computations may decide differently. A
            compiled run does not look and leaves 1.
    """

    matrix: PriceMatrix
    series: KernelSeries
    rules: KernelRules
    held_from: Indexes
    coins: Floats
    cash: Floats
    sized_from: Indexes
    sizes: Indexes
    proposals: KernelProposals
    final_value: float
    near: float

    def to_run(self) -> SimulatedRun:
        """Return the record bar by bar; a pass over the prices, and room for what it holds.

        Taxes are left at 0: the reference backtest knows them.
        """
        return _record(self, tape_of(self.matrix, self.series))

    def holdings(self) -> tuple[Floats, Floats]:
        """Return coins (bars x assets) and cash (bars) at each close."""
        stretch = np.searchsorted(self.held_from, np.arange(len(self.matrix)), side="right") - 1
        return self.coins[stretch], self.cash[stretch]


def run_kernel(
    matrix: PriceMatrix,
    series: KernelSeries,
    rules: KernelRules,
    *,
    walk: Walk = plain_walk,
) -> KernelRun:
    """Run one policy over one matrix.

    The last matrix and series stay prepared, so that further policies on them start at once.

    Args:
        matrix: prices of the policy's coins, in the same order.
        series: what is given for each bar.
        rules: the policy.
        walk: plain or compiled, see ``engine``; the results are the same.

    Raises:
        InputInvalid: prices that are none, series that do not fit, other coins than the policy's, a
            withdrawal of more than there is.

    Source: METHODS 1, 5.4, 6.1 and 9a.
    """
    tape = tape_of(matrix, series)
    row = packed_for(matrix, rules)
    room = min(_FIRST_ROOM, 2 * len(matrix) + 2)
    while True:
        pages = empty_pages(len(matrix.assets), room)
        coins, cash = start_of(matrix, series, rules)
        totals, near = np.zeros(TOTALS), np.ones(1)
        held, spent = coins.copy(), cash
        walk(tape, row, held, spent, pages, np.zeros(0), totals, near)
        refuse_overdraft(matrix, rules, totals)
        needed = int(max(totals[HELD], totals[SIZED], totals[ASKED]))
        if needed <= room:
            break
        room = needed + 1
    log = log_of(pages)
    return _run_of(matrix, series, rules, log=log, start=(coins, cash), totals=totals, near=near)


def packed_for(matrix: PriceMatrix, rules: KernelRules) -> Floats:
    """Return a policy as one row of numbers, for the coins of a matrix.

    Raises:
        InputInvalid: the policy is of other coins.
    """
    if rules.assets != matrix.assets:
        raise InputInvalid(
            f"the rules {rules.name} are of {', '.join(rules.assets)}, the prices of "
            f"{', '.join(matrix.assets)}; make the rules for these coins"
        )
    return packed(rules)


def start_of(matrix: PriceMatrix, series: KernelSeries, rules: KernelRules) -> tuple[Floats, float]:
    """Return coins and cash at the first close.

    Raises:
        InputInvalid: the given coins are worth more than the given value.
    """
    first = matrix.closes[:, 0]
    coins = series.value * rules.targets[:-1] / first if series.coins is None else series.coins
    cash = series.value - float(coins @ first)
    if cash < -1e-9 * series.value:
        raise InputInvalid(
            f"the coins at the start are worth {series.value - cash:.2f}, more than the "
            f"portfolio's {series.value:.2f}; raise the value or take coins away"
        )
    return coins.astype(np.float64), max(cash, 0.0)


def refuse_overdraft(matrix: PriceMatrix, rules: KernelRules, totals: Floats) -> None:
    """Refuse a run in which more was withdrawn than there was."""
    if totals[OVERDRAWN] > 0:
        at = instant(
            int(matrix.starts[int(totals[OVERDRAWN]) - 1]) + int(matrix.interval.total_seconds())
        )
        raise InputInvalid(
            f"a withdrawal after the close of {at:%Y-%m-%d %H:%M} is more than the cash that "
            f"{rules.name} has then; make it smaller, or move it to another day"
        )


def _run_of(  # noqa: PLR0913  # a run's parts
    matrix: PriceMatrix,
    series: KernelSeries,
    rules: KernelRules,
    *,
    log: Log,
    start: tuple[Floats, float],
    totals: Floats,
    near: Floats,
) -> KernelRun:
    held, sized, asked = (int(totals[place]) for place in (HELD, SIZED, ASKED))
    return KernelRun(
        matrix=matrix,
        series=series,
        rules=rules,
        held_from=_after(0, log.held_from[:held]),
        coins=_after(start[0], log.coins[:held]),
        cash=_after(start[1], log.cash[:held]),
        sized_from=_after(0, log.sized_from[:sized]),
        sizes=_after(0, log.size[:sized]),
        proposals=KernelProposals(
            bars=log.asked[:asked].copy(),
            filled=log.filled[:asked].copy(),
            orders=log.orders[:asked].copy(),
            planned=log.planned[:asked].copy(),
            turnover=log.turnover[:asked].copy(),
            costs=log.cost[:asked].copy(),
            predicted=log.predicted[:asked].copy(),
        ),
        final_value=_final_value(matrix, log, held, start),
        near=float(near[0]),
    )


def _after(first: Floats | float, rest: NDArray[Number]) -> NDArray[Number]:
    """Return the rest with something before it; a run is so short that NumPy's own way costs it."""
    both = np.empty((len(rest) + 1, *rest.shape[1:]), rest.dtype)
    both[0], both[1:] = first, rest
    return both


def _final_value(matrix: PriceMatrix, log: Log, held: int, start: tuple[Floats, float]) -> float:
    # What arrives right after the last close is held from a bar that is not there.
    while held and log.held_from[held - 1] >= len(matrix):
        held -= 1
    coins, cash = (log.coins[held - 1], float(log.cash[held - 1])) if held else start
    return float(coins @ matrix.closes[:, -1]) + cash


def _record(run: KernelRun, tape: Tape) -> SimulatedRun:
    matrix, bars = run.matrix, len(run.matrix)
    segment = np.searchsorted(tape.starts, np.arange(bars), side="right") - 1
    coins, cash = run.holdings()
    worth = np.column_stack([coins * matrix.closes.T, cash])
    values = worth.sum(axis=1)
    weights = worth / values[:, None]
    targets = np.tile(run.rules.targets, (bars, 1))
    if len(tape.targets):
        targets = tape.targets[segment]
    asked = run.proposals
    columns = {name: np.zeros(bars) for name in ("turnover", "costs", "predicted")}
    for name, column in columns.items():
        column[asked.bars] = getattr(asked, name)
    orders = np.zeros(bars, np.int64)
    orders[asked.bars] = asked.orders
    is_proposed = np.zeros(bars, np.bool_)
    is_proposed[asked.bars] = True
    flows = np.zeros(bars) if run.series.flows is None else run.series.flows.copy()
    flows[0] = 0.0
    watched = run.series.regime is not None
    return SimulatedRun(
        name=run.rules.name,
        source=matrix.source,
        interval=matrix.interval,
        quote=run.rules.quote,
        assets=matrix.assets,
        starts=matrix.starts,
        values=values,
        flows=flows,
        weights=weights,
        targets=targets,
        is_inside=_inside(run, tape, segment, weights, targets),
        is_proposed=is_proposed,
        orders=orders,
        turnover=columns["turnover"],
        costs=columns["costs"],
        predicted_costs=columns["predicted"],
        taxes=np.zeros(bars),
        regimes=tuple(REGIMES[code].value for code in tape.regime[segment]) if watched else (),
        phases=_phases(run.series, bars),
    )


def bands_at(run: KernelRun, tape: Tape, segment: Indexes) -> tuple[Floats, Floats]:
    """Return upper and lower half-widths on each bar; each bars x (assets + 1).

    Args:
        run: whose bands.
        tape: of its matrix and series.
        segment: of each bar.
    """
    size = run.sizes[np.searchsorted(run.sized_from, np.arange(len(segment)), side="right") - 1]
    pairs, which = np.unique(np.column_stack([segment, size]), axis=0, return_inverse=True)
    row = packed(run.rules)
    bands = np.empty((2, len(pairs), len(run.rules.targets)))
    for place, (one, profile) in enumerate(pairs):
        targets = tape.targets[one] if len(tape.targets) else run.rules.targets
        regime, guarded = int(tape.regime[one]), bool(tape.guarded[one])
        set_bands(row, targets, int(profile), regime, guarded, bands[0, place], bands[1, place])
    return bands[0][which.ravel()], bands[1][which.ravel()]


def _inside(
    run: KernelRun, tape: Tape, segment: Indexes, weights: Floats, targets: Floats
) -> Flags:
    """Return on which bars every asset was inside its band; a coin that ended counts as well."""
    upper, lower = bands_at(run, tape, segment)
    distance = weights - targets
    half = np.where(distance > 0.0, upper, lower)
    is_beyond = (distance != 0.0) & (np.abs(distance) >= half)
    inside: Flags = ~is_beyond.any(axis=1)
    return inside


def _phases(series: KernelSeries, bars: int) -> tuple[str, ...]:
    if series.paused is None and series.guarded is None:
        return ()
    paused = np.zeros(bars, np.bool_) if series.paused is None else series.paused
    guarded = np.zeros(bars, np.bool_) if series.guarded is None else series.guarded
    names = np.where(paused, Stress.PAUSED.value, np.where(guarded, Stress.GUARDED.value, "NORMAL"))
    return tuple(names.tolist())
