"""The reference backtest: ``decide()`` itself, day by day over one stretch of history.

How a run goes (METHODS 6.1), for all who must agree with it:

- It opens at the first close with ``value`` quote currency, already spread by the policy's targets
  at that close, free of cost and in unrounded quantities, so that a run nobody approves anything in
  is the drift portfolio. The first decision is made on that same close.
- On each close, flows of the next day arrive first, then ``decide()`` sees the account, 5 minutes
  after the close. What it proposes and a person approves fills at the next day's open.
- ``executed_at`` is the open time of the bar it filled in. The turnover that is remembered is
  max(buys, sells) at fill prices before costs, over the plan's value; 0 for a first funding.
- Sells never exceed holdings. Buys go in the plan's order, each cut to what the cash less the
  reserve pays for, rounded down to the step; without any fill a proposal counts as expired.
- A coin that ended is sold on the bar after its last one, before that bar is marked.
"""

from core.simulation.backtest.approvals import (
    ALWAYS,
    NEVER,
    Approvals,
    delayed,
    random_approvals,
    recorded,
)
from core.simulation.backtest.course import Course, course_of, first_possible_day
from core.simulation.backtest.result import (
    AskedProposal,
    Backtest,
    BookedTrade,
    CashFlow,
    Delisting,
    Fate,
    GivenSeries,
)
from core.simulation.backtest.run import LivedDay, run_backtest
from core.simulation.trading_costs import FINE_STEP, FINEST_STEP, FREE, TradingCosts

__all__ = [
    "ALWAYS",
    "FINEST_STEP",
    "FINE_STEP",
    "FREE",
    "NEVER",
    "Approvals",
    "AskedProposal",
    "Backtest",
    "BookedTrade",
    "CashFlow",
    "Course",
    "Delisting",
    "Fate",
    "GivenSeries",
    "LivedDay",
    "TradingCosts",
    "course_of",
    "delayed",
    "first_possible_day",
    "random_approvals",
    "recorded",
    "run_backtest",
]
