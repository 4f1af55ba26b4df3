"""Parts of balances, added up by asset."""

from collections.abc import Iterable
from decimal import Decimal

from bot.exchange.live.codes import Part
from core.domain.portfolio import Balance
from core.domain.units import ZERO, Asset, Quantity, exact


@exact
def balances_of(
    parts: Iterable[tuple[Asset, Part, Decimal, Decimal]],
) -> tuple[Balance, ...]:
    """Return balances by asset from (asset, part, free, locked), added up."""
    sums: dict[Asset, dict[Part, Decimal]] = {}
    for asset, part, free, locked in parts:
        amounts = sums.setdefault(asset, dict.fromkeys(Part, ZERO))
        amounts[part] += free
        amounts[Part.LOCKED if part is Part.FREE else part] += locked
    return tuple(
        Balance(
            asset,
            free=Quantity(amounts[Part.FREE]),
            locked=Quantity(amounts[Part.LOCKED]),
            staked=Quantity(amounts[Part.STAKED]),
        )
        for asset, amounts in sorted(sums.items())
    )
