"""What the engine remembers between two decisions; small, immutable, serialisable."""

from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

from core.domain.market import Side
from core.domain.policy import ProfileName
from core.domain.regime import RegimeState
from core.domain.stress import StressState
from core.domain.tilt import TiltState
from core.domain.units import ZERO, Asset, Money, Weight

A_YEAR = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class Streak:
    """Consecutive daily evaluations that saw one asset beyond the same edge.

    Attributes:
        asset: the asset beyond its band.
        side: SELL above the upper edge, BUY below the lower one.
        days: how many evaluations in a row.
        last_on: UTC date of the newest of them.
    """

    asset: Asset
    side: Side
    days: int
    last_on: date


@dataclass(frozen=True, slots=True)
class Turnover:
    """One execution's one-way turnover as a share of the portfolio, and when it was.

    ``tilt`` is the part that would not have been traded on the person's own targets.
    """

    executed_at: datetime
    share: Weight
    tilt: Weight = Weight(ZERO)


@dataclass(frozen=True, slots=True)
class Halt:
    """Trading is stopped until it is lifted at the machine."""

    since: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class ManualPause:
    """A person asked for quiet."""

    since: datetime
    by: str


@dataclass(frozen=True, slots=True)
class StressOverride:
    """A person resumed during a stress pause, with a reason, for a limited time."""

    until: datetime
    by: str
    reason: str


@dataclass(frozen=True, slots=True)
class EngineState:
    """The engine's memory.

    Attributes:
        size_profile: the profile the portfolio's size asks for.
        streaks: breaches waiting to be confirmed, by symbol.
        proposed_on: UTC dates of proposals in the last 366 days, oldest first.
        open_proposal: id of the proposal that waits for a person, or an empty text.
        executed_at: when the last approved plan was executed.
        turnovers: executions of the last 366 days.
        new_money: deposits less withdrawals of quote currency since the last execution.
        size_reminded_at: when the person was last told that the portfolio is small.
        halt, pause, override: what a person or a safety rule switched on.
        regime, stress, tilt: what the market is doing, and what follows from it.
    """

    size_profile: ProfileName = ProfileName.STANDARD
    streaks: tuple[Streak, ...] = ()
    proposed_on: tuple[date, ...] = ()
    open_proposal: str = ""
    executed_at: datetime | None = None
    turnovers: tuple[Turnover, ...] = ()
    new_money: Money | None = None
    size_reminded_at: datetime | None = None
    halt: Halt | None = None
    pause: ManualPause | None = None
    override: StressOverride | None = None
    regime: RegimeState = field(default_factory=RegimeState)
    stress: StressState = field(default_factory=StressState)
    tilt: TiltState = field(default_factory=TiltState)

    def after_execution(self, turned: Turnover) -> "EngineState":
        """Return the memory after a whole plan: the waiting time begins, new money is placed."""
        return replace(
            self,
            executed_at=turned.executed_at,
            turnovers=self._with(turned),
            new_money=None,
            streaks=(),
        )

    def after_partial_execution(self, turned: Turnover, *, spent: Money) -> "EngineState":
        """Return the memory after a part of a plan: what is left may be proposed tomorrow."""
        left = (self.new_money or Money(ZERO)) - spent
        return replace(
            self,
            turnovers=self._with(turned),
            new_money=Money(left) if left > ZERO else None,
        )

    def _with(self, turned: Turnover) -> tuple[Turnover, ...]:
        recent = (row for row in self.turnovers if turned.executed_at - row.executed_at <= A_YEAR)
        return (*recent, turned)
