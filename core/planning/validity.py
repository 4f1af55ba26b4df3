"""Snapshot -> the reasons why it cannot be believed; none means it can (gate 1)."""

from collections.abc import Iterator
from decimal import Decimal
from statistics import median

from core.domain.decision import Reason, ReasonCode
from core.domain.errors import SnapshotInvalid
from core.domain.market import Quote
from core.domain.policy import DataRules, Policy
from core.domain.snapshot import Snapshot
from core.domain.units import ZERO, Asset


def find_faults(snapshot: Snapshot, policy: Policy) -> tuple[Reason, ...]:
    """Return every fault of the data that forbids a trade.

    Raises:
        SnapshotInvalid: the snapshot is of another quote currency or its instant has no zone.

    Source: METHODS 1.9 and 3.4.
    """
    if snapshot.quote != policy.quote:
        raise SnapshotInvalid(
            f"the snapshot is in {snapshot.quote}, the policy in {policy.quote}; use one currency"
        )
    if snapshot.as_of.tzinfo is None:
        raise SnapshotInvalid(f"as_of {snapshot.as_of} has no time zone; give an aware UTC instant")
    return (
        *_account_faults(snapshot, policy),
        *(
            fault
            for asset in policy.risk_assets
            for fault in _price_faults(snapshot, policy, asset)
        ),
    )


def find_unmanaged(snapshot: Snapshot, policy: Policy) -> tuple[Reason, ...]:
    """Return a reason for each coin on the account that the policy does not name.

    Source: METHODS 1.9: not counted in V, flagged.
    """
    known = {asset for asset, _ in (*policy.targets, *policy.excluded)}
    return tuple(
        Reason(ReasonCode.UNMANAGED, row.asset, (("quantity", row.free + row.locked + row.staked),))
        for row in snapshot.balances
        if row.asset not in known and row.free + row.locked + row.staked > ZERO
    )


def stale_quote(quote: Quote, snapshot: Snapshot, rules: DataRules) -> Reason | None:
    """Return a reason when a quote is too old to trade on."""
    age = snapshot.as_of - quote.observed_at
    if age <= rules.traded_quote_max_age:
        return None
    return Reason(ReasonCode.PRICE_STALE, quote.asset, (("observed_at", quote.observed_at),))


def _account_faults(snapshot: Snapshot, policy: Policy) -> Iterator[Reason]:
    if abs(snapshot.clock_skew) > policy.data.max_clock_skew:
        seconds = Decimal(str(abs(snapshot.clock_skew).total_seconds()))
        yield Reason(ReasonCode.CLOCK_SKEW, "", (("seconds", seconds),))
    for warning in snapshot.warnings:
        yield Reason(ReasonCode.DATA_UNSAFE, "", (("what", warning),))
    for row in snapshot.balances:
        parts = (row.free, row.locked, row.staked)
        if not all(part.is_finite() and part >= ZERO for part in parts):
            yield Reason(ReasonCode.BALANCE_ABSURD, row.asset)


def _price_faults(snapshot: Snapshot, policy: Policy, asset: Asset) -> Iterator[Reason]:
    quote, rules = snapshot.quote_of(asset), policy.data
    if quote is None:
        if policy.target_of(asset) or snapshot.balance_of(asset) is not None:
            yield Reason(ReasonCode.PRICE_MISSING, asset)
        return
    if _is_absurd(quote, snapshot, rules):
        values = (("bid", quote.bid), ("ask", quote.ask))
        yield Reason(ReasonCode.PRICE_ABSURD, asset, values if quote.bid.is_finite() else ())
        return
    if snapshot.as_of - quote.observed_at > rules.held_quote_max_age:
        yield Reason(ReasonCode.PRICE_STALE, asset, (("observed_at", quote.observed_at),))
    if quote.references:
        middle = median([quote.mid, *quote.references])
        gap = abs(quote.mid / middle - 1)
        if gap > rules.max_source_gap:
            yield Reason(ReasonCode.SOURCES_DISAGREE, asset, (("gap", gap),))


def _is_absurd(quote: Quote, snapshot: Snapshot, rules: DataRules) -> bool:
    """Tell whether a price is impossible.

    That is: no number, not positive, crossed, from the future, or far from the last close.
    """
    prices = (quote.bid, quote.ask, *quote.references)
    if not all(price.is_finite() and price > ZERO for price in prices) or quote.bid > quote.ask:
        return True
    if quote.observed_at - snapshot.as_of > rules.max_clock_skew:
        return True
    bars = snapshot.bars_of(quote.asset)
    if bars is None or not bars.closes:
        return False
    # A statistic meets a price only here, as a ratio of floats that is compared with a wide bound.
    ratio = float(quote.mid) / bars.closes[-1]
    return not 1 / float(rules.max_jump) < ratio < float(rules.max_jump)
