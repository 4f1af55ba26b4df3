"""What all comparisons of one study share: a market, the policy whose targets they hold, costs."""

from dataclasses import dataclass, field
from decimal import Decimal

from core.domain.policy import Policy
from core.domain.units import ZERO, Money, Rate
from core.simulation.matrix import PriceMatrix
from core.simulation.trading_costs import TradingCosts


@dataclass(frozen=True, slots=True, eq=False)
class Terms:
    """The conditions of a comparison.

    Attributes:
        matrix: prices of at least the policy's coins.
        policy: its targets, and its ``bands``; nothing else of it acts here.
        costs: fee and spreads; market impact must be off.
        value: what the portfolio is worth at the first close, quote currency.
        tax_rate: one flat rate on average-cost gains, an estimate that is never paid.
    """

    matrix: PriceMatrix
    policy: Policy
    costs: TradingCosts = field(default_factory=TradingCosts)
    value: Money = Money(Decimal(10_000))
    tax_rate: Rate = Rate(ZERO)
