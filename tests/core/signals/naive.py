"""The features of one day a second time: plain loops over lists, written from METHODS alone.

Nothing here is shared with the product. Where both agree, a slip would have to be made twice.
"""

import math
from collections.abc import Sequence

Row = Sequence[float]

RETURNS = 399


def features(
    opens: Row, highs: Row, lows: Row, closes: Row, volumes: Row
) -> dict[str, float | int | bool | None]:
    """Return one day's features from its 400 bars, rounded to 6 decimals."""
    if {len(opens), len(highs), len(lows), len(closes), len(volumes)} != {400}:
        raise ValueError("a window has 400 bars")
    x = [math.log(close) for close in closes]
    r = [x[i] - x[i - 1] for i in range(1, 400)]
    adx, direction = adx_of(highs, lows, closes)
    rank, ratio = _rank_and_ratio(r)
    z_slope, z_er = _z_slope(x, r), _z_er(x, r)
    z3 = _quotient(x[-1] - x[-4], _sigma(r, 3) * math.sqrt(3))
    return {
        "z_slope": _six(z_slope),
        "z_er": _six(z_er),
        "adx": _six(adx),
        "direction": direction,
        "vp": _six(_vp(highs, lows, closes, volumes)),
        "rank": _six(rank),
        "ratio": _six(ratio),
        "z1": _six(_quotient(r[-1], _sigma(r, 1))),
        "r3": _six(closes[-1] / closes[-4] - 1),
        "z3": _six(z3),
        "is_missing": _is_missing(opens, highs, lows, closes, volumes),
    }


def _six(value: float | None) -> float | None:
    return None if value is None else round(max(-999.0, min(999.0, value)), 6)


def _quotient(part: float, whole: float) -> float:
    if part == 0:
        return 0.0
    return part / whole if whole else math.copysign(math.inf, part)


def _sigma(r: Row, before: int) -> float:
    """METHODS 0.2: sqrt(sum(lam^k r_{t-k}^2) / sum(lam^k)), lam = 0.5^(1/30)."""
    lam = 0.5 ** (1 / 30)
    top = bottom = 0.0
    for k in range(RETURNS - before):
        top += lam**k * r[RETURNS - 1 - before - k] ** 2
        bottom += lam**k
    return math.sqrt(top / bottom)


def _z_slope(x: Row, r: Row) -> float:
    """METHODS 2.2: (SMA_50(x)_t - SMA_50(x)_{t-10}) / (sigma * 1.3667)."""
    now = then = 0.0
    for k in range(50):
        now += x[-1 - k] / 50
        then += x[-11 - k] / 50
    change = now - then
    # Two sums of 50 equal logarithms may differ in the last bit; that is no slope.
    return _quotient(0.0 if abs(change) < 1e-13 else change, _sigma(r, 0) * 1.3667)


def _z_er(x: Row, r: Row) -> float:
    """METHODS 2.2: ER * sqrt(2n/pi), ER = (x_t - x_{t-n}) / sum abs(r), n = 30."""
    path = 0.0
    for k in range(30):
        path += abs(r[-1 - k])
    return _quotient(x[-1] - x[-31], path) * math.sqrt(60 / math.pi)


def _wilder(values: Row) -> list[float]:
    """METHODS 0.2: start from the mean of the first 14 values, then a 14th of each new one."""
    smooth = sum(values[:14]) / 14
    result = [smooth]
    for value in values[14:]:
        smooth = (smooth * 13 + value) / 14
        result.append(smooth)
    return result


def adx_of(highs: Row, lows: Row, closes: Row) -> tuple[float | None, int | None]:
    """Return Wilder's index of any number of bars, and the sign of +DI - -DI."""
    if any(math.isnan(value) for value in (*highs, *lows)):
        return None, None
    ranges, plus, minus = [], [], []
    for i in range(1, len(highs)):
        up, down = highs[i] - highs[i - 1], lows[i - 1] - lows[i]
        plus.append(up if up > down and up > 0 else 0.0)
        minus.append(down if down > up and down > 0 else 0.0)
        last = closes[i - 1]
        ranges.append(max(highs[i] - lows[i], abs(highs[i] - last), abs(lows[i] - last)))
    strength, gap = [], 0.0
    for tr, p, m in zip(_wilder(ranges), _wilder(plus), _wilder(minus), strict=True):
        di_up, di_down = 100 * _quotient(p, tr), 100 * _quotient(m, tr)
        gap = round(di_up - di_down, 6)
        strength.append(100 * _quotient(abs(di_up - di_down), di_up + di_down))
    return _wilder(strength)[-1], (gap > 0) - (gap < 0)


def _vp(highs: Row, lows: Row, closes: Row, volumes: Row) -> float | None:
    """METHODS 2.2 and 9a: 60 days, 24 bins of log typical price, value area of 70 %."""
    prices, traded, gaps = [], [], 0
    for i in range(340, 400):
        has_range = not (math.isnan(highs[i]) or math.isnan(lows[i]))
        prices.append(math.log((highs[i] + lows[i] + closes[i]) / 3 if has_range else closes[i]))
        has_volume = not math.isnan(volumes[i]) and volumes[i] > 0
        gaps += not has_volume
        traded.append(volumes[i] if has_volume else 0.0)
    if gaps > 6:
        return None
    lowest, highest = min(prices), max(prices)
    if highest - lowest < 1e-12:
        return 0.0 if abs(math.log(closes[-1]) - lowest) < 1e-12 else math.inf
    width = (highest - lowest) / 24
    bins = [0.0] * 24
    for price, volume in zip(prices, traded, strict=True):
        bins[min(23, int((price - lowest) / width))] += volume
    first, last = _area(bins)
    bottom, top = lowest + first * width, lowest + (last + 1) * width
    return (math.log(closes[-1]) - (bottom + top) / 2) / ((top - bottom) / 2)


def _area(bins: Row) -> tuple[int, int]:
    first = last = bins.index(max(bins))
    while round(sum(bins[first : last + 1]) / sum(bins), 6) < 0.70:
        below = bins[first - 1] if first > 0 else -1.0
        above = bins[last + 1] if last < 23 else -1.0
        if below > above:
            first -= 1
        else:
            last += 1
    return first, last


def _rank_and_ratio(r: Row) -> tuple[float, float]:
    """METHODS 9a: the share of 365 ten-day sample deviations that are not above today's."""
    ends = range(RETURNS - 364, RETURNS + 1)
    deviations = [round(_deviation(r[end - 10 : end]), 12) for end in ends]
    rank = sum(1 for one in deviations if one <= deviations[-1]) / 365
    year = _deviation(r[-365:])
    return rank, 0.0 if year < 1e-9 else _deviation(r[-10:]) / year


def _deviation(values: Row) -> float:
    mean = sum(values) / len(values)
    return math.sqrt(sum((value - mean) ** 2 for value in values) / (len(values) - 1))


def _is_missing(opens: Row, highs: Row, lows: Row, closes: Row, volumes: Row) -> bool:
    stood_still = opens[-1] == highs[-1] == lows[-1] == closes[-1] == closes[-2]
    return math.isnan(volumes[-1]) and stood_still
