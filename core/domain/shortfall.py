"""What one leg of an execution really cost, against the price it was decided at."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from core.domain.market import Side
from core.domain.units import ZERO, Asset, Money, Price, Quantity


@dataclass(frozen=True, slots=True)
class Shortfall:
    """The implementation shortfall of one leg in its four parts, positive where it is a cost.

    Amounts are in quote currency. ``delay + execution + fees + unfilled`` is what the account is
    short of, against a plan that was carried out whole and free of charge at the price it was
    decided at.

    Attributes:
        proposal_id, leg: which leg of which plan.
        asset, side: what was traded.
        ended_at: when the execution ended.
        wanted: coins that the re-check meant to trade.
        filled: coins that were traded.
        paid: what they brought or took, without fees.
        decided_price: the middle when the plan was decided.
        approved_price: the middle when the approved leg left; if it never did, the re-check's.
        ended_price: the middle when the execution ended.
        is_end_fresh: ``ended_price`` was read then; else it is ``approved_price`` again.
        delay: what prices did between the decision and the order, for what was filled.
        execution: what the fills were worse than the middle then.
        fees: what the venue charged; None where a fee was taken in a coin without a price.
        unfilled: what prices did to the part that was not traded.
        predicted: fees and slippage that the card expected for what was filled.
    """

    proposal_id: str
    leg: int
    asset: Asset
    side: Side
    ended_at: datetime
    wanted: Quantity
    filled: Quantity
    paid: Money
    decided_price: Price
    approved_price: Price
    ended_price: Price
    is_end_fresh: bool
    delay: Money
    execution: Money
    fees: Money | None
    unfilled: Money
    predicted: Money

    @property
    def realised(self) -> Money | None:
        """What trading really cost: execution and fees; None while a fee has no price."""
        return None if self.fees is None else Money(self.execution + self.fees)

    @property
    def total(self) -> Money | None:
        """All four parts together; None while a fee has no price."""
        cost = self.realised
        return None if cost is None else Money(self.delay + cost + self.unfilled)

    @property
    def ratio(self) -> Decimal | None:
        """Realised over predicted cost; None where nothing was traded or nothing expected."""
        cost = self.realised
        if cost is None or not self.filled or self.predicted <= ZERO:
            return None
        return cost / self.predicted
