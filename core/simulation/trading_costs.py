"""What a simulated trade costs: fee, spread, and the price it moves. Shared by all simulations."""

from dataclasses import dataclass
from decimal import Decimal

from core.domain.errors import InputInvalid
from core.domain.units import BPS, ONE, ZERO, Asset, Quantity, Rate, text_of

FINE_STEP = Quantity(Decimal("1e-8"))
"""Orders of a backtest are whole numbers of this many coins, as at most venues."""

FINEST_STEP = Quantity(Decimal("1e-12"))
"""For comparisons with the kernel, whose orders have no steps."""


@dataclass(frozen=True, slots=True)
class TradingCosts:
    """What the simulated venue charges, and how deep its markets are.

    A sale at price p brings ``p * (1 - h) * (1 - fee)`` a coin and a buy costs
    ``p * (1 + h) * (1 + fee)``, with h = half-spread, plus the walk while ``impact`` is on.

    Attributes:
        fee: taker fee, a fraction of the traded value, in quote currency.
        half_spread: half of the spread as a fraction of the price, for coins not named below.
        half_spreads: (coin, half-spread) where it differs.
        impact: whether an order moves the price: the square-root law on the bars' volumes; off, a
            market takes any size at its best price.
        quantity_step: orders are whole numbers of it, coins.

    Source: METHODS 5.1 and 9a.
    """

    fee: Rate = Rate(Decimal("0.004"))
    half_spread: Rate = Rate(5 * BPS)
    half_spreads: tuple[tuple[Asset, Rate], ...] = ((Asset("BTC"), Rate(3 * BPS)),)
    impact: bool = False
    quantity_step: Quantity = FINE_STEP

    def __post_init__(self) -> None:
        """Refuse what no venue charges.

        Raises:
            InputInvalid: a rate is not from 0 to below 1, or the step is not above 0.
        """
        named = (("fee", self.fee), ("half_spread", self.half_spread), *self.half_spreads)
        for name, rate in named:
            if not (rate.is_finite() and ZERO <= rate < ONE):
                raise InputInvalid(
                    f"the trading cost {name} is {rate}; a fraction from 0 to below 1 is expected, "
                    "for example 0.004 for 0.4 %"
                )
        if not (self.quantity_step.is_finite() and self.quantity_step > ZERO):
            raise InputInvalid(
                f"quantity_step is {text_of(self.quantity_step)}; it must be above 0"
            )

    def half_spread_of(self, asset: Asset) -> Rate:
        """Return half of the spread of ``asset`` as a fraction of its price."""
        return dict(self.half_spreads).get(asset, self.half_spread)


FREE = TradingCosts(fee=Rate(ZERO), half_spread=Rate(ZERO), half_spreads=())
"""A venue that charges nothing, for proofs."""
