"""One table for every policy: what a run earned, risked, asked for and cost (METHODS 6.4)."""

from core.simulation.metrics.daily import DailyRun, daily_log_returns, daily_run
from core.simulation.metrics.figures import (
    Metrics,
    Returns,
    Tracking,
    Trading,
    Underwater,
    Watching,
)
from core.simulation.metrics.measuring import measure

__all__ = [
    "DailyRun",
    "Metrics",
    "Returns",
    "Tracking",
    "Trading",
    "Underwater",
    "Watching",
    "daily_log_returns",
    "daily_run",
    "measure",
]
