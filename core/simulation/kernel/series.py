"""What a run of the kernel is given beside prices: bar by bar, from outside, the same for all."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.domain.errors import InputInvalid
from core.domain.regime import Regime
from core.simulation.bar_table import DAY, Floats
from core.simulation.matrix import Flags, PriceMatrix

Codes = NDArray[np.int8]

REGIMES = (Regime.UP, Regime.DOWN, Regime.RANGING, Regime.TURBULENT, Regime.UNKNOWN)
"""A regime's code in arrays is its place here."""


@dataclass(frozen=True, slots=True, eq=False)
class DailyCloses:
    """Daily closes for the covariance of the benefit test, from before the first bar on.

    Attributes:
        first_day: the UTC day of the first column, days since the epoch.
        closes: held closes (a missing day has the close before), NaN before a coin's first day and
            for good where a coin has no history; assets x days.
    """

    first_day: int
    closes: Floats


def daily_closes(matrix: PriceMatrix, before: Floats | None = None) -> DailyCloses:
    """Return the daily closes of a matrix, with those of the days before it.

    Args:
        matrix: bars of a day or shorter.
        before: held closes of the days just before the matrix's first day; assets x days.
    """
    closed_at = matrix.starts + int(matrix.interval.total_seconds())
    last = np.flatnonzero(closed_at % DAY == 0)
    own = matrix.closes[:, last]
    first_day = int(closed_at[last[0]]) // DAY - 1 if len(last) else int(closed_at[0]) // DAY
    if before is None:
        return DailyCloses(first_day, own)
    return DailyCloses(first_day - before.shape[1], np.hstack([before, own]))


@dataclass(frozen=True, slots=True, eq=False)
class KernelSeries:
    """What is given for each bar's close, and what the portfolio starts with.

    Every column may be None, which means: the policy's own targets, no regime known, never paused,
    never guarded, always believable, no flows, every plan approved.

    Attributes:
        value: what the portfolio is worth at the first close, quote currency.
        coins: coins at the first close, the rest of ``value`` being cash; assets; None spreads the
            value by the policy's own targets, free of cost.
        targets: in force at each close, tilts included; bars x (assets + 1), cash last.
        regime: codes of the published labels, places in ``REGIMES``; bars.
        paused: whether proposals are held back; bars.
        guarded: whether bands are widened and trades halved after a long pause; bars.
        believable: whether the data could be believed, as far as that does not follow from the
            coins' own bars (history of the watched coin, for one); bars.
        flows: quote currency that arrives (positive) or leaves right after the close before, and
            before the decision on it; bars. The first one is part of ``value``.
        approved: what a person says to a plan of this close; bars.
        daily: closes for the covariance; None takes the matrix's own days.
    """

    value: float = 10_000.0
    coins: Floats | None = None
    targets: Floats | None = None
    regime: Codes | None = None
    paused: Flags | None = None
    guarded: Flags | None = None
    believable: Flags | None = None
    flows: Floats | None = None
    approved: Flags | None = None
    daily: DailyCloses | None = None

    def __post_init__(self) -> None:
        """Make every array read-only."""
        names = (
            "coins",
            "targets",
            "regime",
            "paused",
            "guarded",
            "believable",
            "flows",
            "approved",
        )
        for column in (getattr(self, name) for name in names):
            if column is not None:
                column.flags.writeable = False


def regime_codes(labels: Sequence[str]) -> Codes:
    """Return the codes of published labels; an empty text is ``unknown``.

    Raises:
        InputInvalid: a label that is none.
    """
    codes = {regime.value: code for code, regime in enumerate(REGIMES)} | {"": len(REGIMES) - 1}
    strange = sorted({str(label) for label in labels} - codes.keys())
    if strange:
        raise InputInvalid(
            f"the regime is called {', '.join(strange)}; known are "
            f"{', '.join(regime.value for regime in REGIMES)}"
        )
    return np.array([codes[str(label)] for label in labels], dtype=np.int8)


def check_series(matrix: PriceMatrix, series: KernelSeries) -> None:
    """Refuse series that do not fit the matrix, or hold what is no number.

    Raises:
        InputInvalid: with one sentence per mistake.
    """
    kinds = _kind_problems(series)
    # What is no number cannot be looked at as one.
    numbers = [] if kinds else _number_problems(series)
    problems = [*_shape_problems(matrix, series), *kinds, *numbers]
    if problems:
        raise InputInvalid(*problems, code="KERNEL_SERIES")


def _shape_problems(matrix: PriceMatrix, series: KernelSeries) -> list[str]:
    bars, assets = len(matrix), len(matrix.assets)
    wanted = {
        "coins": (assets,),
        "targets": (bars, assets + 1),
        **dict.fromkeys(
            ("regime", "paused", "guarded", "believable", "flows", "approved"), (bars,)
        ),
    }
    found = {name: getattr(series, name) for name in wanted}
    problems = [
        f"the series {name} has the shape {column.shape}; {wanted[name]} is needed"
        for name, column in found.items()
        if column is not None and column.shape != wanted[name]
    ]
    daily = series.daily
    if daily is not None and (daily.closes.ndim, len(daily.closes)) != (2, assets):
        problems.append(
            f"the daily closes have the shape {daily.closes.shape}; {assets} coins, each with its "
            "days, are needed"
        )
    return problems


def _kind_problems(series: KernelSeries) -> list[str]:
    """Return which columns hold numbers in place of yes and no, or the other way round."""
    wanted = dict.fromkeys(("paused", "guarded", "believable", "approved"), "b")
    wanted |= dict.fromkeys(("coins", "targets", "flows"), "fiu") | {"regime": "iu"}
    columns = {name: getattr(series, name) for name in wanted}
    return [
        f"the series {name} holds {column.dtype}; {'yes and no' if kinds == 'b' else 'numbers'} "
        "are needed"
        for (name, kinds), column in zip(wanted.items(), columns.values(), strict=True)
        if column is not None and column.dtype.kind not in kinds
    ]


def _number_problems(series: KernelSeries) -> list[str]:
    problems = []
    for name in ("coins", "targets", "flows"):
        column = getattr(series, name)
        if column is not None and not np.isfinite(column).all():
            problems.append(
                f"the series {name} has a value that is no number; mend it or leave it out"
            )
    for name in ("coins", "targets"):
        column = getattr(series, name)
        if column is not None and (column < 0).any():
            problems.append(f"the series {name} goes below 0; coins and targets cannot")
    if (
        series.regime is not None
        and not ((series.regime >= 0) & (series.regime < len(REGIMES))).all()
    ):
        problems.append(f"the series regime has a code outside 0 to {len(REGIMES) - 1}")
    if not (np.isfinite(series.value) and series.value > 0):
        problems.append(f"the run starts with a value of {series.value}; more than 0 is needed")
    return problems
