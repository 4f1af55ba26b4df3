"""A simulated run -> its figures."""

import math
from itertools import pairwise

import numpy as np

from core.simulation.bar_table import DAY, Floats
from core.simulation.matrix import PriceMatrix
from core.simulation.metrics.daily import DailyRun, daily_run
from core.simulation.metrics.figures import Metrics, Returns, Tracking, Trading, Watching
from core.simulation.metrics.underwater import underwater_of
from core.simulation.runs import SimulatedRun
from core.simulation.statistics import DAYS_A_YEAR, YEARLY_FROM

_MONTH = 30
_BPS = 1e4
_LOG_POINTS = 100.0
_YEAR_ROOT = math.sqrt(DAYS_A_YEAR)

# Source: METHODS 5.4 and 9a.
_SHRINK = 0.2
_COVARIANCE_DAYS = 365.0


def measure(run: SimulatedRun, *, prices: PriceMatrix | None = None) -> Metrics:
    """Return every figure of METHODS 6.4 for one run.

    Args:
        run: bars of a day or shorter.
        prices: of the run's coins on the same bars, for the tracking error; None leaves it out.

    Raises:
        ValueError: a run without bars or with a value that is not above 0, or prices of other coins
            or bars.

    Source: METHODS 6.4, 6.5.
    """
    daily = daily_run(run)
    elapsed = float(run.starts[-1] - run.starts[0]) / DAY
    years = elapsed / DAYS_A_YEAR
    # None in place of years that are too few to divide by.
    told = years if elapsed >= YEARLY_FROM else None
    return Metrics(
        name=run.name,
        days=len(daily.days),
        years=years,
        returns=_returns(run, daily, told),
        underwater=underwater_of(run, daily),
        tracking=_tracking(run, daily, prices),
        trading=_trading(run, told),
        watching=_watching(run, daily, told),
    )


def _returns(run: SimulatedRun, daily: DailyRun, years: float | None) -> Returns:
    grown = math.fsum(run.log_returns.tolist())
    simple = np.expm1(daily.log_returns)
    return Returns(
        total=math.expm1(grown),
        log_points=grown * _LOG_POINTS,
        growth=None if years is None else math.expm1(grown / years),
        log_growth=_a_year(grown * _LOG_POINTS, years),
        volatility=_volatility(daily.log_returns),
        sharpe=None if years is None else _ratio(simple, _spread(simple)),
        sortino=None if years is None else _ratio(simple, _downside(simple)),
        worst_30_days=_worst_month(daily),
    )


def _a_year(amount: float, years: float | None) -> float | None:
    return None if years is None else amount / years


def _spread(returns: Floats) -> float:
    return float(np.std(returns, ddof=1)) if len(returns) > 1 else 0.0


def _downside(returns: Floats) -> float:
    return float(np.sqrt(np.mean(np.minimum(returns, 0.0) ** 2)))


def _volatility(returns: Floats) -> float | None:
    return _spread(returns) * _YEAR_ROOT if len(returns) > 1 else None


def _ratio(returns: Floats, spread: float) -> float | None:
    """Return mean over spread a year; None where what is left of the spread is rounding."""
    if spread <= 1e-14 * float(np.abs(returns).max(initial=0.0)):
        return None
    return float(returns.mean()) / spread * _YEAR_ROOT


def _worst_month(daily: DailyRun) -> float | None:
    """Return the lowest return over 30 days; days without a bar are days all the same."""
    path = np.concatenate(([0.0], np.cumsum(daily.log_returns)))
    every = np.arange(daily.days[0], daily.days[-1] + 1)
    held = path[np.searchsorted(daily.days, every, side="right") - 1]
    if len(held) <= _MONTH:
        return None
    return math.expm1(float((held[_MONTH:] - held[:-_MONTH]).min()))


def _tracking(run: SimulatedRun, daily: DailyRun, prices: PriceMatrix | None) -> Tracking:
    away = run.weights[daily.last] - run.targets[daily.last]
    distances = np.abs(away).sum(axis=1) / 2.0
    errors = None if prices is None else _tracking_errors(run, daily, away[:, :-1], prices=prices)
    return Tracking(
        distance_mean=float(distances.mean()),
        distance_p95=float(np.quantile(distances, 0.95)),
        error_mean=None if errors is None else float(errors.mean()),
        error_p95=None if errors is None else float(np.quantile(errors, 0.95)),
        inside_share=float(run.is_inside[daily.last].mean()),
    )


def _tracking_errors(
    run: SimulatedRun, daily: DailyRun, away: Floats, *, prices: PriceMatrix
) -> Floats | None:
    """Return sqrt(d' C d) of each day; None with fewer than two daily returns."""
    if prices.assets != run.assets or not np.array_equal(prices.starts, run.starts):
        raise ValueError(f"the prices are not those of the run {run.name}: other coins or bars")
    closes = prices.closes[:, daily.last]
    if not (np.isfinite(closes) & (closes > 0.0)).all():
        raise ValueError(f"the prices of the run {run.name} hold a value that is no price above 0")
    returns = np.diff(np.log(closes), axis=1)
    if returns.shape[1] < 2:  # noqa: PLR2004  # one return has no covariance
        return None
    covariance = np.atleast_2d(np.cov(returns))
    shrunk = (1 - _SHRINK) * covariance + _SHRINK * np.diag(np.diag(covariance))
    variances = np.einsum("ti,ij,tj->t", away, shrunk * _COVARIANCE_DAYS, away)
    errors: Floats = np.sqrt(np.maximum(variances, 0.0))
    return errors


def _trading(run: SimulatedRun, years: float | None) -> Trading:
    proposals, orders = int(run.is_proposed.sum()), int(run.orders.sum())
    gaps = np.diff(run.starts[run.is_proposed]) / DAY
    turnover = math.fsum(run.turnover.tolist())
    cost, predicted = math.fsum(run.costs.tolist()), math.fsum(run.predicted_costs.tolist())
    cost_bps = math.fsum((run.costs / run.values).tolist()) * _BPS
    tax_bps = math.fsum((run.taxes / run.values).tolist()) * _BPS
    return Trading(
        proposals=proposals,
        orders=orders,
        proposals_a_year=_a_year(proposals, years),
        orders_a_year=_a_year(orders, years),
        median_days_between=float(np.median(gaps)) if gaps.size else None,
        turnover=turnover,
        turnover_a_year=_a_year(turnover, years),
        cost=cost,
        cost_bps=cost_bps,
        cost_bps_a_year=_a_year(cost_bps, years),
        cost_bps_of_turnover=cost_bps / turnover if turnover else None,
        tax=math.fsum(run.taxes.tolist()),
        tax_bps=tax_bps,
        tax_bps_a_year=_a_year(tax_bps, years),
        realised_over_predicted=cost / predicted if predicted else None,
    )


def _watching(run: SimulatedRun, daily: DailyRun, years: float | None) -> Watching:
    pauses = flips = None
    paused = guarded = None
    shares = None
    if run.phases:
        # Bars, not days: a pause that begins and ends within a day is one.
        phases = ["", *run.phases]
        pauses = sum(now == "PAUSED" != before for before, now in pairwise(phases))
        at_close = [run.phases[last] for last in daily.last]
        paused, guarded = (at_close.count(name) / len(at_close) for name in ("PAUSED", "GUARDED"))
    if run.regimes:
        labels = [run.regimes[last] for last in daily.last]
        flips = sum(before != now for before, now in pairwise(labels))
        shares = tuple((name, labels.count(name) / len(labels)) for name in sorted(set(labels)))
    return Watching(
        pauses=pauses,
        pauses_a_year=None if pauses is None else _a_year(pauses, years),
        paused_share=paused,
        guarded_share=guarded,
        regime_flips=flips,
        regime_flips_a_year=None if flips is None else _a_year(flips, years),
        regime_shares=shares,
    )
