"""The search for the next bar on which something changes, in NumPy: blocks of growing length."""

# The same arguments as the compiled search:
# ruff: noqa: PLR0913, PLR0917

from core.simulation.bar_table import Floats

_FIRST_BLOCK = 64
_LARGEST_BLOCK = 8_192


def next_change(
    closes: Floats,
    coins: Floats,
    highs: Floats,
    lows: Floats,
    cash: float,
    span: Floats,
    room: Floats,  # noqa: ARG001  # of the compiled search
    start: int,
    end: int,
) -> int:
    """Return the first bar from ``start`` on that may leave the limits, ``end`` for none.

    Within them ``max(price * highs) < value``, ``min(price * lows) > value`` and the value lies
    between the two of ``span``.

    Args:
        closes: assets x bars.
        coins: held; assets.
        highs: coins over the highest weight; assets.
        lows: coins over the lowest weight; assets.
        cash: part of the value that does not move.
        span: least and most value.
        room: for the compiled search to work in; 3 x SEARCH_ROOM.
        start: the first bar to look at.
        end: the bar after the last one.
    """
    length = _FIRST_BLOCK
    while start < end:
        block = closes[:, start : min(start + length, end)]
        value = coins @ block + cash
        outside = (highs[:, None] * block).max(axis=0) >= value
        outside |= (lows[:, None] * block).min(axis=0) <= value
        outside |= (value <= span[0]) | (value >= span[1])
        place = int(outside.argmax())
        if outside[place]:
            return start + place
        start += block.shape[1]
        length = min(2 * length, _LARGEST_BLOCK)
    return end
