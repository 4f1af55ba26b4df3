"""Fixed bands over floats: who left one, and where every weight should go."""

from dataclasses import dataclass, replace

import numpy as np

from core.domain.policy import BandRules, Policy
from core.domain.units import ONE, Weight, exact
from core.planning.bands import band_around, base_half_width, widths_of
from core.simulation.bar_table import Floats
from core.simulation.matrix import Flags


@dataclass(frozen=True, slots=True, eq=False)
class Bands:
    """Targets and half-widths; cash is the last column.

    Attributes:
        targets, upper, lower: weights; assets + 1.
        tradable: whether an asset may trade; one that ended keeps out; assets + 1.
    """

    targets: Floats
    upper: Floats
    lower: Floats
    tradable: Flags

    @classmethod
    @exact
    def of(cls, policy: Policy) -> "Bands":
        """Return the bands of a policy's own profile, without regime and size.

        Source: METHODS 1.2.
        """
        assets = (*policy.risk_assets, policy.quote)
        targets = [policy.target_of(asset) for asset in assets]
        around = [band_around(t, _width(t, policy.bands), upper=ONE, lower=ONE) for t in targets]
        return cls(
            np.array([float(target) for target in targets]),
            np.array([float(band.upper) for band in around]),
            np.array([float(band.lower) for band in around]),
            np.ones(len(assets), dtype=np.bool_),
        )

    def without(self, index: int) -> "Bands":
        """Return the same bands with one coin, by its column, out of all trades."""
        tradable = self.tradable.copy()
        tradable[index] = False
        return replace(self, tradable=tradable)

    def widths(self, weights: Floats) -> Floats:
        """Return the half-width on the side where each weight stands."""
        return np.where(weights > self.targets, self.upper, self.lower)

    def outside(self, weights: Floats) -> Flags:
        """Return who stands at or beyond the edge of a band, one that ended included."""
        away = np.abs(weights - self.targets)
        is_out: Flags = (away >= self.widths(weights)) & (away > 0.0)
        return is_out

    def breached(self, weights: Floats) -> Flags:
        """Return who is outside and may trade; bars x (assets + 1), or one row."""
        is_out: Flags = self.outside(weights) & self.tradable
        return is_out

    def any_breached(self, weights: Floats) -> Flags:
        """Return on which bars somebody is breached; bars."""
        is_out: Flags = np.logical_or.reduce(self.breached(weights), axis=1)
        return is_out

    def all_to_target(self, weights: Floats) -> Floats:
        """Return the targets; what cannot trade keeps its weight, and cash takes the rest."""
        goal = np.where(self.tradable, self.targets, weights)
        goal[-1] += 1.0 - goal.sum()
        return goal

    def destination(self, weights: Floats, *, delta: float) -> Floats:
        """Return where every weight should go when the breached ones go back into their bands.

        Args:
            weights: one row, at least one of them breached.
            delta: where inside its band a breached weight ends, 0 = target, 1 = edge.

        Returns:
            Weights that sum to 1; nobody is pushed past a target.

        Source: METHODS 1.3, 1.4 and 9a.
        """
        moved = self.breached(weights)
        edges = self.targets + np.sign(weights - self.targets) * delta * self.widths(weights)
        goal = np.where(moved, edges, weights)
        gap = 1.0 - goal.sum()
        sign = float(np.sign(gap))
        raised, level = self._common_level(sign, goal, abs(gap))
        goal[raised] = self.targets[raised] + sign * level * self.widths(goal)[raised]
        rest = 1.0 - goal.sum()
        if rest >= 0.0:
            goal[-1] += rest
            return goal
        # What cannot be found makes the buys of the breached smaller.
        rises = np.where(moved, np.maximum(goal - weights, 0.0), 0.0)
        if rises.sum() > 0.0:
            goal = goal - rises * min(-rest / rises.sum(), 1.0)
        return goal

    def _common_level(self, sign: float, goal: Floats, amount: float) -> tuple[list[int], float]:
        """Return who is raised and to which level, at most 0, so that ``amount`` finds its place.

        Source: METHODS 1.4: the water-fill in band units.
        """
        widths = self.widths(goal)
        able = np.flatnonzero(self.tradable & (widths > 0.0) & (sign * (goal - self.targets) < 0.0))
        depth = {int(i): sign * float((goal[i] - self.targets[i]) / widths[i]) for i in able}
        raised: list[int] = []
        level = 0.0
        width_sum = weighted_sum = 0.0
        for index in sorted(depth, key=depth.__getitem__):
            if raised and level <= depth[index]:
                break
            raised.append(index)
            width_sum += float(widths[index])
            weighted_sum += depth[index] * float(widths[index])
            level = min((amount + weighted_sum) / width_sum, 0.0)
        return raised, level


def _width(target: Weight, rules: BandRules) -> Weight:
    return base_half_width(target, widths_of(rules.profile, rules), rules.mode)
