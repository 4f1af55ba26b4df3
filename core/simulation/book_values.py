"""What a book is worth, and what comes into it and leaves it, whoever owns it.

Flows hit all books alike, in coins. Source: METHODS 6.6 and, for what counts, 9a.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from decimal import Decimal

from core.domain.policy import Policy
from core.domain.portfolio import Flow, FlowKind
from core.domain.snapshot import Snapshot
from core.domain.units import ONE, ZERO, Asset, Money, Quantity, exact

Amounts = tuple[tuple[Asset, Quantity], ...]
Prices = Mapping[Asset, Decimal]

_CAME_OR_WENT = frozenset(
    {FlowKind.OPENING, FlowKind.DEPOSIT, FlowKind.WITHDRAWAL, FlowKind.REWARD}
)


def prices_of(snapshot: Snapshot) -> dict[Asset, Decimal]:
    """Return the middle price of every coin that has a quote."""
    return {row.asset: row.mid for row in snapshot.quotes}


@exact
def counted(balances: Amounts, policy: Policy, prices: Prices) -> Money:
    """Return what of ``balances`` counts under ``policy``, in quote currency.

    Cold coins count, excluded ones and those without a target or a price do not. An amount below
    zero, which only a difference can have, counts as it is.
    Source: METHODS 9a, holdings; equals the value ``decide()`` sees.
    """
    held, cold, excluded = dict(balances), dict(policy.cold), dict(policy.excluded)
    unit = {**prices, policy.quote: ONE}
    total = ZERO
    for asset, _ in policy.targets:
        if asset in unit:
            own = held.get(asset, ZERO)
            own -= min(excluded.get(asset, ZERO), max(own, ZERO))
            total += (own + cold.get(asset, ZERO)) * unit[asset]
    return Money(total)


def flows_for_all(
    flows: Sequence[Flow], counting: Collection[Asset], quote: Asset
) -> tuple[tuple[Asset, Decimal], ...]:
    """Return (asset, signed amount) of the flows that hit every book.

    Args:
        flows: every change of the account's balances.
        counting: the assets that count.
        quote: the quote currency.
    """
    came = {flow.flow_id for flow in flows if flow.kind in _CAME_OR_WENT}
    hit = []
    for flow in flows:
        is_fee_of_it = flow.kind is FlowKind.FEE and flow.flow_id.removesuffix(":fee") in came
        if flow.kind in _CAME_OR_WENT or is_fee_of_it:
            hit.append((flow.asset, flow.amount))
        elif flow.kind is FlowKind.TRADE and flow.asset not in counting and flow.value is not None:
            hit.append((quote, -flow.value))
    return tuple(hit)


def counting_of(policy: Policy, prices: Prices) -> frozenset[Asset]:
    """Return the assets that count: quote currency, and targets with a price."""
    return frozenset({policy.quote, *(asset for asset, _ in policy.targets if asset in prices)})


def without_flows(balances: Amounts, came: Iterable[tuple[Asset, Decimal]]) -> Amounts:
    """Return what the account would hold without the flows; a coin may come out below zero."""
    held = dict(balances)
    for asset, amount in came:
        held[asset] = Quantity(held.get(asset, ZERO) - amount)
    return tuple(sorted(held.items()))


def with_flows(
    balances: Amounts, came: Iterable[tuple[Asset, Decimal]], prices: Prices, quote: Asset
) -> Amounts:
    """Return what a book holds after the flows; none of it below zero.

    A book that lacks a coin which left gives up the same value: of quote currency first, then of
    all other coins that have a price, in proportion. More than there is cannot leave.
    """
    held: dict[Asset, Decimal] = dict(balances)
    for asset, amount in came:
        held[asset] = held.get(asset, ZERO) + amount
    unit = {**prices, quote: ONE}
    missing = ZERO
    for asset, amount in held.items():
        if amount < ZERO:
            missing -= amount * unit.get(asset, ZERO)
            held[asset] = ZERO
    return _paid(held, missing, unit, quote)


def _paid(held: dict[Asset, Decimal], missing: Decimal, unit: Prices, quote: Asset) -> Amounts:
    """Take a value out: of quote currency first, then of all coins in proportion."""
    cash = min(held.get(quote, ZERO), missing)
    if missing > ZERO:
        held[quote] = held.get(quote, ZERO) - cash
    rest = missing - cash
    coins = sum((held[asset] * unit.get(asset, ZERO) for asset in held if asset != quote), ZERO)
    if rest > ZERO and coins > ZERO:
        kept = max(ONE - rest / coins, ZERO)
        for asset in held:
            if asset != quote and asset in unit:
                held[asset] *= kept
    return tuple((asset, Quantity(amount)) for asset, amount in sorted(held.items()))
