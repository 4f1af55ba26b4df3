"""Day by day: a snapshot, ``decide()``, the person's answer, fills at the next open.

Source: METHODS 6.1.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from core.domain.decision import Decision, Propose
from core.domain.errors import InputInvalid
from core.domain.market import BarSeries
from core.domain.policy import Policy
from core.domain.snapshot import Snapshot
from core.domain.state import EngineState, Turnover
from core.domain.units import ONE, ZERO, Money, Rate, Weight, exact, share, text_of
from core.engine import decide
from core.simulation.backtest.account import Account
from core.simulation.backtest.approvals import ALWAYS, Approvals
from core.simulation.backtest.batches import Batches
from core.simulation.backtest.course import NEEDED_DAYS, Course, needs_history
from core.simulation.backtest.filling import Venue, one_way
from core.simulation.backtest.ledger import Ledger
from core.simulation.backtest.result import AskedProposal, Backtest, CashFlow, Fate
from core.simulation.backtest.snapshots import SnapshotMaker
from core.simulation.bar_table import instant
from core.simulation.trading_costs import TradingCosts

_USUAL_COSTS = TradingCosts()


@dataclass(frozen=True, slots=True)
class LivedDay:
    """One evaluation: what was seen and remembered, and what was decided.

    Attributes:
        bar: index of the close.
        snapshot, state: what ``decide()`` was given.
        decision: what it said.
    """

    bar: int
    snapshot: Snapshot
    state: EngineState
    decision: Decision


@exact
def run_backtest(  # noqa: PLR0913  # the conditions of a run, each by name
    course: Course,
    policy: Policy,
    *,
    approvals: Approvals = ALWAYS,
    costs: TradingCosts = _USUAL_COSTS,
    flows: Sequence[CashFlow] = (),
    tax_rate: Rate = Rate(ZERO),
    value: Money = Money(Decimal(10_000)),
    name: str = "policy",
    watch: Callable[[LivedDay], None] | None = None,
) -> Backtest:
    """Live one policy through one course.

    Args:
        course: the market.
        policy: the rules; its cold and excluded coins belong to a real account, not to this one.
        approvals: what the person says.
        costs: what trading costs.
        flows: deposits and withdrawals.
        tax_rate: one flat rate on average-cost gains, losses of the same calendar year set off; an
            estimate that is recorded and never paid from the portfolio.
        value: what the portfolio is worth at the first close, quote currency.
        name: the policy's name in tables.
        watch: told of every evaluation, e.g. to move a progress bar or to keep snapshots.

    Raises:
        InputInvalid: the course is not one of this policy, or an amount or a day is impossible.
    """
    _check(course, policy, value, tax_rate)
    run = _Run(course, policy, approvals, costs, _by_bar(course, flows), value=value)
    ledger = Ledger(course, policy, tax_rate=tax_rate)
    for bar in range(len(course)):
        lived = run.live(bar, ledger)
        if watch is not None:
            watch(lived)
    run.end(ledger)
    return ledger.close(name)


class _Run:
    """What goes on from day to day: the account, the memory, and the plan under way."""

    def __init__(  # the conditions of a run
        self,
        course: Course,
        policy: Policy,
        approvals: Approvals,
        costs: TradingCosts,
        flows: Mapping[int, Money],
        *,
        value: Money,
    ) -> None:
        self._course = course
        self._policy = policy
        self._approvals = approvals
        self._flows = flows
        self._batches = Batches(course, policy)
        self._maker = SnapshotMaker(policy, costs)
        self._venue = Venue(costs, policy)
        self._account = Account(
            policy.quote,
            value,
            targets={asset: policy.target_of(asset) for asset in policy.risk_assets},
            prices={asset: course.mark(0, asset) for asset in policy.risk_assets},
        )
        self._state = EngineState()
        self._open: AskedProposal | None = None
        self._bars: tuple[BarSeries, ...] = ()

    def live(self, bar: int, ledger: Ledger) -> LivedDay:
        """Live from the close before to the decision on this one."""
        self._settle(bar, ledger)
        for asset, price in self._course.ended(bar):
            if self._account.coins[asset]:
                ledger.sold_out(self._account.sell_out(asset, price, self._course.day(bar)))
        ledger.mark(bar, self._account)
        self._receive(bar, ledger)
        known = self._course.known(bar)
        self._bars = known.bars
        self._batches.prepare(bar, known.bars)
        snapshot = self._maker.at(known, self._account.balances())
        lived = LivedDay(bar, snapshot, self._state, decide(snapshot, self._policy, self._state))
        self._state = lived.decision.next_state
        ledger.decided(bar, lived.decision)
        if isinstance(lived.decision.outcome, Propose):
            self._ask(lived, lived.decision.outcome, ledger)
        return lived

    def _receive(self, bar: int, ledger: Ledger) -> None:
        """Book what arrives right after this close: the new money of the live bot."""
        amount = self._flows.get(bar + 1)
        if amount is None:
            return
        self._account.move(amount, self._course.asked_on(bar))
        ledger.flowed(bar + 1, amount)
        total = max(ZERO, (self._state.new_money or ZERO) + amount)
        self._state = replace(self._state, new_money=Money(total) if total else None)

    def _ask(self, lived: LivedDay, outcome: Propose, ledger: Ledger) -> None:
        asked_on = self._course.asked_on(lived.bar)
        asked = AskedProposal(
            lived.bar,
            asked_on,
            lived.decision.decided_at,
            lived.decision.decision_id,
            self._state.open_proposal,
            outcome.plan,
            Fate.OPEN,
        )
        if self._approvals.approves(asked_on):
            self._open = asked
            return
        is_no = self._approvals.is_answered(asked_on)
        ledger.asked(replace(asked, fate=Fate.REJECTED if is_no else Fate.EXPIRED))
        self._state = replace(self._state, open_proposal="")

    def _settle(self, bar: int, ledger: Ledger) -> None:
        """Carry the plan under way out at the open of this bar, if it is due then."""
        asked = self._open
        if asked is None or bar != asked.bar + 1 + self._approvals.delay:
            return
        course = self._course
        day = course.day(bar)
        trades = self._venue.carry_out(
            self._account,
            asked.plan,
            day=day,
            price_of=lambda asset: course.fill_price(bar - 1, asset),
            bars=self._bars,
        )
        fate = Fate.EXECUTED if trades else Fate.EXPIRED
        filled_on = day if trades else None
        ledger.asked(replace(asked, fate=fate, filled_on=filled_on, trades=trades))
        self._open = None
        self._state = replace(self._state, open_proposal="")
        if trades:
            done = share(one_way(trades), asked.plan.value)
            # A first funding is exempt from the limit on turnover: it does not use it up either.
            counted = Weight(ZERO) if asked.plan.first_funding else done
            tilt = Weight(min(asked.plan.tilt_turnover, counted))
            opened_at = instant(int(course.matrix.starts[bar]))
            self._state = self._state.after_execution(Turnover(opened_at, counted, tilt))

    def end(self, ledger: Ledger) -> None:
        """Book the plan that still waits when history ends."""
        if self._open is not None:
            ledger.asked(self._open)


def _check(course: Course, policy: Policy, value: Money, tax_rate: Rate) -> None:
    if policy.risk_assets != course.matrix.assets:
        raise InputInvalid(
            f"the history holds {', '.join(course.matrix.assets)}, the policy's targets are "
            f"{', '.join(policy.risk_assets)}; make the history for these targets"
        )
    if needs_history(policy) and not course.needs_history:
        raise InputInvalid(
            "the policy reads regime and pause, and the history was made for one that does not; "
            f"make it for this policy, so that {NEEDED_DAYS} days lie before its start"
        )
    if policy.regime.asset != course.regime_asset:
        raise InputInvalid(
            f"the policy reads the market by {policy.regime.asset}, the history by "
            f"{course.regime_asset}; make the history for this policy"
        )
    if policy.cold or policy.excluded:
        raise InputInvalid(
            "the policy names cold or excluded coins, which a simulated account does not have; "
            "take them out for a backtest"
        )
    if not (value.is_finite() and value > ZERO):
        raise InputInvalid(f"the portfolio begins with {value}; an amount above 0 is expected")
    if not (tax_rate.is_finite() and ZERO <= tax_rate <= ONE):
        raise InputInvalid(
            f"the tax rate is {text_of(tax_rate)}; a fraction from 0 to 1 is expected"
        )


def _by_bar(course: Course, flows: Sequence[CashFlow]) -> dict[int, Money]:
    """Return the flows of each bar, by its index.

    Raises:
        InputInvalid: a flow lies outside the course.
    """
    first = course.day(0)
    found: dict[int, Money] = {}
    for flow in flows:
        bar = (flow.day - first).days
        if not 0 < bar < len(course):
            raise InputInvalid(
                f"a flow of {text_of(flow.amount)} is of {flow.day}; days after {first} up to "
                f"{course.day(len(course) - 1)} are expected"
            )
        found[bar] = Money(found.get(bar, ZERO) + flow.amount)
    return found
