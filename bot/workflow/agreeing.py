"""Balances that contradict the books are not believed, so nothing is planned on them.

An answer that lacks a row looks like a coin that was sold; bought again, it would be bought twice.
"""

from collections.abc import Sequence
from decimal import Decimal

from bot.ports.messages import Mode, Reconciliation
from bot.workflow.desk import Desk
from bot.workflow.flows import reconcile, unexplained
from core.domain.errors import FeedUnavailable
from core.domain.readings import Trouble
from core.domain.snapshot import Snapshot
from core.domain.units import ONE, ZERO, Asset, exact, text_of

# Source: METHODS 8.5: what balances may be off by between two looks.
OFF_SHARE = Decimal("0.005")
OFF_AMOUNT = Decimal(5)


def refuse_contradiction(desk: Desk, snapshot: Snapshot) -> None:
    """Refuse a snapshot of a live account whose balances the books do not explain.

    Raises:
        FeedUnavailable: naming the asset; it is looked at again, and the hourly check of the books
            tells people.
    """
    if desk.mode is not Mode.LIVE:
        return
    with desk.store.reading() as tx:
        rows = reconcile(tx.flows.all(), snapshot.balances)
    prices = {quote.asset: Decimal(quote.mid) for quote in snapshot.quotes}
    prices[snapshot.quote] = ONE
    watched = {*desk.policy.risk_assets, snapshot.quote}
    gap = _largest_gap([row for row in rows if row.asset in watched], prices)
    if gap is not None:
        raise FeedUnavailable(
            f"the account shows {text_of(gap.actual)} {gap.asset} where the books expect "
            f"{text_of(gap.expected)}",
            trouble=Trouble.LATE,
        )


async def is_explained(desk: Desk) -> bool:
    """Tell whether the books, read anew, agree with the balances: then nothing is wrong.

    Raises:
        FeedUnavailable, AccountProblem: the account cannot be read.
    """
    quotes = await desk.market.quotes(desk.policy.risk_assets)
    rows = await unexplained(desk)
    prices = {quote.asset: Decimal(quote.mid) for quote in quotes} | {desk.policy.quote: ONE}
    return _largest_gap(rows, prices) is None


@exact
def _largest_gap(
    rows: Sequence[Reconciliation], prices: dict[Asset, Decimal]
) -> Reconciliation | None:
    """Return the row that is off by most, None when none is off by more than it may be."""
    value = sum((row.expected * prices.get(row.asset, ZERO) for row in rows), ZERO)
    most = max(OFF_AMOUNT, OFF_SHARE * value)
    gaps = [(abs(row.unexplained) * prices.get(row.asset, ZERO), row) for row in rows]
    off, row = max(gaps, key=lambda pair: pair[0], default=(ZERO, None))
    return row if off > most else None
