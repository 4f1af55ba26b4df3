"""The simple policies that every other one stands beside: drift, hold, calendar, plain bands.

None of them has a guard: no confirmation, no smallest trade, no benefit test, no pause. All open at
the first close with their targets already bought, free of cost, as the reference backtest does;
they decide on a close, fill at ``PriceMatrix.fills``, and end in the same record. Flows are not
part of them.
"""

from core.simulation.comparisons.policies import (
    Calendar,
    calendar,
    drift,
    fixed_bands,
    hold,
    to_target_bands,
)
from core.simulation.comparisons.terms import Terms

__all__ = ["Calendar", "Terms", "calendar", "drift", "fixed_bands", "hold", "to_target_bands"]
