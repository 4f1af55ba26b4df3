"""Targets as the tilts shift them, day by day: given to a run, since they follow from the market.

Two things that live tilts also heed depend on what a portfolio did, and are left out here: the
yearly turnover that tilts may cause, and that a tiny portfolio has none.
"""

from collections import OrderedDict
from datetime import date
from threading import Lock
from typing import Final

import numpy as np

from bot.research.sweep.given import Market
from core.domain.policy import Policy
from core.domain.stress import Stress
from core.domain.tilt import TiltState
from core.domain.units import ZERO, Weight
from core.signals.tilt import step_tilt, tilted_targets
from core.simulation.bar_table import Floats
from core.simulation.kernel.series import REGIMES

_EPOCH: Final = date(1970, 1, 1).toordinal()
# Rows are worked on in order, so only the few kinds of policy in work need theirs at a time.
_KEPT: Final = 4


class TargetPaths:
    """The paths that were needed last, one per kind of policy; safe to share between threads."""

    def __init__(self) -> None:
        """Hold nothing yet."""
        self._held: OrderedDict[object, Floats] = OrderedDict()
        self._lock = Lock()

    def path(self, key: str, policy: Policy, market: Market) -> Floats | None:
        """Return the targets at each bar; bars x (coins + 1), cash last. None = never shifted.

        Args:
            key: of the inputs that ``market`` belongs to.
            policy: whose targets and tilts.
            market: what the market was called.
        """
        if not policy.tilt.is_on:
            return None
        kind = (key, policy.quote, policy.targets, policy.tilt, policy.regime, policy.stress)
        with self._lock:
            found = self._held.get(kind)
            if found is None:
                found = self._held[kind] = target_days(policy, market)
            self._held.move_to_end(kind)
            while len(self._held) > _KEPT:
                self._held.popitem(last=False)
        return found[market.at]


def target_days(policy: Policy, market: Market) -> Floats:
    """Return the targets in force after each closed day; days x (coins + 1), cash last.

    Nothing is shifted before the first decision: until then the regime is not published.

    Source: METHODS 4.1 and 4.2, as ``decide()`` folds them.
    """
    state, rows = TiltState(), []
    for at, code in enumerate(market.regime.tolist()):
        state = step_tilt(
            state,
            policy,
            day=date.fromordinal(_EPOCH + market.first + at),
            regime=REGIMES[code],
            phase=_phase(market, at),
            froths=(),
            is_fresh=bool(market.is_fresh[at]),
            spent=Weight(ZERO),
        )
        weights = dict(tilted_targets(policy, state))
        rows.append([*(weights[asset] for asset in policy.risk_assets), weights[policy.quote]])
    return np.array(rows, dtype=np.float64)


def _phase(market: Market, at: int) -> Stress:
    if market.paused[at]:
        return Stress.PAUSED
    return Stress.GUARDED if market.guarded[at] else Stress.NORMAL
