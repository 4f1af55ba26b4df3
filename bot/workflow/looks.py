"""What became of the last looks at the world: when one was good, and what was wrong since."""

from datetime import datetime

from bot.ports.clock import Clock
from bot.ports.snapshots import SnapshotTaker
from core.domain.decision import Reason, ReasonCode
from core.domain.errors import AccountProblem, SnapshotInvalid
from core.domain.policy import Policy
from core.domain.snapshot import Occasion, Snapshot
from core.domain.units import exact
from core.planning.validity import find_faults, find_history_faults


class WitnessedSnapshots:
    """Implements ``SnapshotTaker``: hands every question on, and remembers what came of it.

    A source that gave nothing proves nothing bad, so only time tells then.

    Attributes:
        asked_at: when the last look was begun, None before the first.
        good_at: when the last look without a fault was taken, None before the first.
        is_account_refused: the last look failed because of the account.
    """

    def __init__(self, snapshots: SnapshotTaker, policy: Policy, clock: Clock) -> None:
        """Hand on to ``snapshots``, and judge by ``policy`` as gate 1 does."""
        self._snapshots = snapshots
        self._policy = policy
        self._clock = clock
        self._faults: tuple[Reason, ...] = ()
        self._history_faults: tuple[Reason, ...] = ()
        self.asked_at: datetime | None = None
        self.good_at: datetime | None = None
        self.is_account_refused = False

    @property
    def is_unsafe(self) -> bool:
        """Tell whether what was seen last cannot be believed."""
        return bool(self._faults or self._history_faults)

    @property
    def is_clock_off(self) -> bool:
        """Tell whether the venue's time and ours lay too far apart."""
        return any(fault.code is ReasonCode.CLOCK_SKEW for fault in self._faults)

    async def take(self, occasion: Occasion) -> Snapshot:
        """Return everything a decision needs."""
        self.asked_at = self._clock.now()
        try:
            snapshot = await self._snapshots.take(occasion)
        except AccountProblem:
            self.is_account_refused = True
            raise
        self._history_faults = exact(find_history_faults)(snapshot, self._policy)
        return self._judged(snapshot)

    async def glance(self) -> Snapshot:
        """Return balances, quotes and rules only; a glance has no history to judge."""
        self.asked_at = self._clock.now()
        try:
            snapshot = await self._snapshots.glance()
        except AccountProblem:
            self.is_account_refused = True
            raise
        return self._judged(snapshot)

    def _judged(self, snapshot: Snapshot) -> Snapshot:
        self.is_account_refused = False
        try:
            self._faults = exact(find_faults)(snapshot, self._policy)
        except SnapshotInvalid:
            self._faults = (Reason(ReasonCode.DATA_UNSAFE),)
        if not self.is_unsafe:
            self.good_at = snapshot.as_of
        return snapshot
