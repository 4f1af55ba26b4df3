"""How long the blocks of a bootstrap should be, from the series itself."""

import math

import numpy as np

from core.simulation.bar_table import Floats

LEAST_BLOCK = 20.0
"""Shortest automatic mean block, days. Source: METHODS 6.3."""

_BAND = 2.0
_LEAST_RUN = 5


def optimal_block(series: Floats) -> float:
    """Return the mean block length of a stationary bootstrap of ``series``, in observations.

    Autocovariances are summed under a flat-top window that ends where they have become
    insignificant for ``max(5, log10 n)`` lags in a row.

    Args:
        series: at least 10 observations, finite, not all equal.

    Returns:
        At least 1, at most ``ceil(min(3 sqrt(n), n / 3))``.

    Raises:
        ValueError: a series that is too short, not finite, or constant.

    Source: Politis & White 2004 with the correction of Patton, Politis & White 2009
    (the variance of the stationary bootstrap is ``2 g(0)^2``).
    """
    count = len(series)
    if count < 10:  # noqa: PLR2004  # fewer say nothing about dependence
        raise ValueError(f"{count} observations; a block length needs at least 10")
    if not np.isfinite(series).all():
        raise ValueError("the series holds values that are not finite; leave them out first")
    centred = series - series.mean()
    scale = float(np.abs(centred).max())
    if scale <= 1e-14 * float(np.abs(series).max()):
        raise ValueError("every observation is the same; a block length needs a series that moves")
    centred /= scale
    run = max(_LEAST_RUN, int(math.log10(count)))
    most = math.ceil(math.sqrt(count)) + run
    covariances = _autocovariances(centred, min(most, count - 2))
    window = _window(covariances, count=count, run=run, most=most)
    lags = np.arange(1, min(window, len(covariances) - 1) + 1)
    taper = np.minimum(1.0, 2.0 * (1.0 - lags / window))
    weighted = 2.0 * taper * covariances[lags]
    spectrum = covariances[0] + float(weighted.sum())
    slope = float((lags * weighted).sum())
    longest = math.ceil(min(3.0 * math.sqrt(count), count / 3.0))
    if spectrum == 0.0:
        return float(longest)
    block = (slope * slope / (spectrum * spectrum) * count) ** (1.0 / 3.0)
    return float(min(max(block, 1.0), longest))


def _autocovariances(centred: Floats, most: int) -> Floats:
    """Return the autocovariances of lag 0 to ``most``, each divided by n."""
    count = len(centred)
    sums = [float(centred[lag:] @ centred[: count - lag]) for lag in range(most + 1)]
    return np.asarray(sums) / count


def _window(covariances: Floats, *, count: int, run: int, most: int) -> int:
    """Return twice the first lag from which ``run`` correlations in a row are insignificant.

    That lag itself is taken, as the authors' own program does, not the one before it.
    """
    limit = _BAND * math.sqrt(math.log10(count) / count)
    is_small = np.abs(covariances[1:]) < limit * covariances[0]
    runs = np.convolve(is_small, np.ones(run), mode="valid")
    first = np.flatnonzero(runs > run - 0.5)
    return min(2 * (int(first[0]) + 1), most) if first.size else most
