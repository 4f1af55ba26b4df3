"""A flat-rate estimate of the tax on gains; losses of the same calendar year are set off."""

from dataclasses import dataclass

import numpy as np


@dataclass(slots=True)
class TaxYear:
    """The gains of the calendar year that is under way, and the tax estimated on them so far.

    Attributes:
        rate: one flat rate on the net gain of a year.
        year: the UTC calendar year.
        gain: net gain of that year so far, quote currency.
    """

    rate: float
    year: int = 0
    gain: float = 0.0

    def add(self, gain: float, at_seconds: int) -> float:
        """Return by how much a gain or a loss changes the year's tax, quote currency.

        Negative when a loss takes back what was estimated earlier in the same year.
        """
        year = int(np.int64(at_seconds).astype("datetime64[s]").astype("datetime64[Y]").astype(int))
        if year != self.year:
            self.year, self.gain = year, 0.0
        before = max(self.gain, 0.0)
        self.gain += gain
        return self.rate * (max(self.gain, 0.0) - before)
