"""What every policy is measured by, as values.

A year is 365.25 days. Figures a year are None where the run is shorter than three years (METHODS
6.5), volatility apart, which claims no gain; the same figures over the whole run are always there.
A figure that does not exist (a ratio with nothing below it) is None, never NaN.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Returns:
    """What the portfolio grew, flows taken out.

    Attributes:
        total: simple return over the whole run, a fraction; 0.05 is 5 % more.
        log_points: log return over the whole run in log points; one is 0.01 of log growth.
        growth: simple return a year, a fraction.
        log_growth: log return a year, log points.
        volatility: standard deviation (n - 1) of daily log returns times sqrt(365.25), a fraction;
            None with fewer than two daily returns.
        sharpe: mean over standard deviation (n - 1) of daily simple returns, times sqrt(365.25), no
            interest taken off. Source: Sharpe 1994.
        sortino: mean of daily simple returns over the root of the mean square of the negative ones
            (all days count), times sqrt(365.25). Source: Sortino & Price 1994, target 0.
        worst_30_days: lowest simple return over any 30 days in a row, a fraction; None below that.
    """

    total: float
    log_points: float
    growth: float | None
    log_growth: float | None
    volatility: float | None
    sharpe: float | None
    sortino: float | None
    worst_30_days: float | None


@dataclass(frozen=True, slots=True)
class Underwater:
    """How far and how long the portfolio stood below its highest close so far.

    Attributes:
        max_drawdown: deepest fall below the highest close before it, on every bar's close, as a
            positive fraction.
        max_drawdown_days: days from that highest close until it was reached again, or to the end.
        is_recovered: whether it was reached again.
        longest_days: the longest such stretch of all, days.
        ulcer_index: root of the mean square of the daily drawdown, a fraction. Source: Martin &
            McCann 1989.
        share_of_days: UTC days whose close is below the highest close so far, a fraction.
    """

    max_drawdown: float
    max_drawdown_days: float
    is_recovered: bool
    longest_days: float
    ulcer_index: float
    share_of_days: float


@dataclass(frozen=True, slots=True)
class Tracking:
    """How close to its targets the portfolio stayed, at the close of each UTC day.

    Attributes:
        distance_mean, distance_p95: half the sum of absolute deviations of all weights, cash
            included, as a fraction: what would have to be traded one way to be on target. Mean, and
            95th percentile.
        error_mean, error_p95: tracking error a year to the targets that were in force, a fraction:
            sqrt(d' C d), d = deviations of the coins, C = (0.8 S + 0.2 diag S) x 365 with S the
            covariance of the run's daily log returns (METHODS 5.4, 9a). None without prices.
        inside_share: share of UTC days that end with every asset inside its band.
    """

    distance_mean: float
    distance_p95: float
    error_mean: float | None
    error_p95: float | None
    inside_share: float


@dataclass(frozen=True, slots=True)
class Trading:
    """What was asked, traded and paid.

    Attributes:
        proposals, orders: how many over the whole run.
        proposals_a_year, orders_a_year: the same a year.
        median_days_between: median days from one proposal to the next; None below two proposals.
        turnover: one-way, summed over the run, in portfolios: 1.0 = the whole portfolio once.
        turnover_a_year: the same a year.
        cost: fees and slippage paid, quote currency.
        cost_bps: each day's cost over the portfolio's value, summed, in basis points.
        cost_bps_a_year: the same a year.
        cost_bps_of_turnover: basis points paid for each portfolio turned over; None without any.
        tax: flat-rate estimate, quote currency; never paid from the portfolio.
        tax_bps: each day's estimate over the portfolio's value, summed, basis points.
        tax_bps_a_year: the same a year.
        realised_over_predicted: costs paid over what the plans had said; None where those are 0.
    """

    proposals: int
    orders: int
    proposals_a_year: float | None
    orders_a_year: float | None
    median_days_between: float | None
    turnover: float
    turnover_a_year: float | None
    cost: float
    cost_bps: float
    cost_bps_a_year: float | None
    cost_bps_of_turnover: float | None
    tax: float
    tax_bps: float
    tax_bps_a_year: float | None
    realised_over_predicted: float | None


@dataclass(frozen=True, slots=True)
class Watching:
    """What the watched market did to the run; None everywhere where it was not watched.

    Attributes:
        pauses: how often PAUSED began, a run that opens paused included.
        pauses_a_year: the same a year.
        paused_share, guarded_share: share of UTC days that end PAUSED, GUARDED.
        regime_flips: how often the label changed from one day to the next.
        regime_flips_a_year: the same a year.
        regime_shares: (label, share of UTC days), by label.
    """

    pauses: int | None
    pauses_a_year: float | None
    paused_share: float | None
    guarded_share: float | None
    regime_flips: int | None
    regime_flips_a_year: float | None
    regime_shares: tuple[tuple[str, float], ...] | None


@dataclass(frozen=True, slots=True)
class Metrics:
    """All figures of one run.

    Attributes:
        name: the policy's name in tables.
        days: UTC days of the run, first and last included even where they are not whole.
        years: time from the first close to the last.
        returns, underwater, tracking, trading, watching: the figures by kind.

    Source: METHODS 6.4.
    """

    name: str
    days: int
    years: float
    returns: Returns
    underwater: Underwater
    tracking: Tracking
    trading: Trading
    watching: Watching
