"""Fresh quote and printed bound -> the limit of a marketable order."""

from core.domain.market import MarketRules, Quote, Side
from core.domain.policy import OrderRules
from core.domain.units import ONE, Price, ceil_tick, exact, floor_tick


@exact
def limit_price(
    side: Side, quote: Quote, market: MarketRules, *, worst: Price, rules: OrderRules
) -> Price | None:
    """Return the limit of a marketable order, never beyond the price printed on the card.

    Args:
        side: buy or sell.
        quote: bid and ask, at most ten seconds old.
        market: the price tick.
        worst: the bound on the card: a buyer never pays more, a seller never takes less.
        rules: how far a limit may lie from the quote.

    Returns:
        The limit, or None when the market itself is beyond the bound.

    Source: METHODS 1.6 and 8.3.
    """
    reach = max(rules.cap, rules.cap_spread_mult * quote.half_spread)
    if side is Side.BUY:
        if quote.ask > worst:
            return None
        return min(floor_tick(Price(quote.ask * (ONE + reach)), market.price_tick), worst)
    if quote.bid < worst:
        return None
    return max(ceil_tick(Price(quote.bid * (ONE - reach)), market.price_tick), worst)
