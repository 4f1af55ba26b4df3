"""A person, a market and a venue that do anything in any order (METHODS A11)."""

import asyncio
import shutil
import tempfile
from collections.abc import Callable, Coroutine
from datetime import timedelta
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)

from bot.ports.messages import Card, Report, SecondCard
from bot.workflow.approve import TapResult, approve, confirm, reject, remind_later
from bot.workflow.cards import show_again
from bot.workflow.check import safely_check
from bot.workflow.controls import halt, pause, resume, unhalt
from bot.workflow.execute import carry_out
from bot.workflow.expire import expire_due, remind_due
from bot.workflow.flows import sync_flows
from bot.workflow.reconcile import recover
from core.domain.policy import ApprovalRules, CadenceRules
from core.domain.proposal import Order, Proposal, ProposalState
from core.domain.snapshot import Occasion
from core.domain.units import ONE, Money, Quantity, Weight
from core.lifecycle import PROPOSAL_ENDED, PROPOSAL_LIVE
from tests.emulators.flaky_venue import Delay, Fault, FillPartly, LoseAnswer, LoseRequest, Refuse
from tests.workflow.office import CHAT, OWNER, USD, Office, policy

RESERVE = Money(Decimal(1000))
BUSY = policy(
    reserve=RESERVE,
    cadence=CadenceRules(after_execution=timedelta(), max_turnover=Weight(Decimal(100))),
    approval=ApprovalRules(day_max_share=Weight(ONE), day_max_executions=10),
)
ACTS = {"approve": approve, "confirm": confirm, "reject": reject, "later": remind_later}
DECIDED = (ProposalState.DONE, ProposalState.PARTIAL, ProposalState.FAILED)

faults: st.SearchStrategy[Fault] = st.one_of(
    st.sampled_from([LoseAnswer(), LoseRequest(), Refuse(), Delay(2), Delay(7)]),
    st.integers(1, 4000).map(lambda n: FillPartly(Quantity(Decimal(n) / 100_000))),
)


class Killed(BaseException):
    """Stands for the end of the process."""


class Life(RuleBasedStateMachine):
    """One bot, and everything that may happen to it."""

    def __init__(self) -> None:
        """Prepare; the first event opens the bot."""
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="life"))
        self.runner = asyncio.Runner()
        self.office: Office | None = None
        self.sent_under_halt: list[str] = []
        self.ended: dict[str, Proposal] = {}

    # ---------------------------------------------------------------------------------- plumbing

    @property
    def bot(self) -> Office:
        """The bot, once it is open."""
        assert self.office is not None
        return self.office

    def run(self, work: Coroutine[Any, Any, Any]) -> Any:  # noqa: ANN401  # passes through
        """Let something happen to its end."""
        return self.runner.run(work)

    @initialize()
    def open(self) -> None:
        """Open the bot on the golden portfolio."""
        self.office = self.run(Office.open(self.folder, policy=BUSY))
        self.guard()

    def guard(self, meanwhile: Callable[[], object] | None = None) -> None:
        """Look at the halt whenever an order leaves; let something happen then, once."""

        def before(office: Office) -> None:
            if office.state().halt is not None:
                self.sent_under_halt.append(office.venue.sent[-1].client_id)

        def after() -> None:
            self.bot.watched.after = None
            if meanwhile is not None:
                meanwhile()

        self.bot.watched.before = partial(before, self.bot)
        self.bot.watched.after = after

    def teardown(self) -> None:
        """Bring everything to rest, and compare every book with every other."""
        try:
            if self.office is not None:
                self.come_to_rest(self.office)
        finally:
            if self.office is not None:
                self.office.close()
            self.runner.close()
            shutil.rmtree(self.folder)

    def come_to_rest(self, office: Office) -> None:
        """Let everything answer again, settle what is open, and look at all the books."""
        self.guard()
        office.market.is_down = False
        self.run(office.restart())
        self.run(recover(office.desk))
        self.run(sync_flows(office.desk))
        assert self.run(office.problems()) == []
        self.every_execution_has_one_report()

    # ------------------------------------------------------------------------------------ events

    @rule(days=st.integers(1, 2))
    def tomorrow(self, days: int) -> None:
        """The next daily evaluation comes."""
        now = self.bot.clock.now()
        self.bot.clock.advance_to(now.replace(hour=0, minute=6) + timedelta(days=days))
        expire_due(self.bot.desk)
        self.run(safely_check(self.bot.desk, Occasion.DAILY))

    @rule()
    def look_between(self) -> None:
        """The look between two evaluations comes."""
        self.run(safely_check(self.bot.desk, Occasion.INTRADAY))

    @rule(asset=st.sampled_from(["BTC", "ETH"]), percent=st.integers(-25, 30))
    def move(self, asset: str, percent: int) -> None:
        """A price moves."""
        self.run(self.bot.market.shift(asset, str(percent)))

    @rule(asset=st.sampled_from(["BTC", "ETH"]), points=st.integers(-13, 13))
    def twitch(self, asset: str, points: int) -> None:
        """A price moves a little."""
        self.run(self.bot.market.shift(asset, str(Decimal(points) / 10)))

    @rule(seconds=st.sampled_from([1, 4, 70, 1000, 10_000, 43_200]))
    def wait(self, seconds: int) -> None:
        """Time passes, and what is due is done."""
        self.bot.clock.step(seconds=seconds)
        expire_due(self.bot.desk)
        remind_due(self.bot.desk)

    @rule()
    def set_clock_back(self) -> None:
        """Somebody sets the machine's clock back by an hour."""
        self.bot.clock.jump(-timedelta(hours=1))

    @rule(
        asset=st.sampled_from(["BTC", "ETH"]),
        percent=st.sampled_from([-24, -18, 20, 27]),
        event=st.sampled_from(["", "", "", "halt", "pause", "die", "price", "clock"]),
        expected=st.lists(faults, max_size=3),
    )
    def a_whole_day(self, asset: str, percent: int, event: str, expected: list[Fault]) -> None:
        """Nothing is held back, a price moves far, and what is proposed for it is approved."""
        unhalt(self.bot.store, OWNER, at=self.bot.clock.now())
        resume(self.bot.desk, OWNER)
        self.bot.market.is_down = False
        self.run(recover(self.bot.desk))
        self.run(self.bot.market.shift(asset, str(percent)))
        self.tomorrow(1)
        self.interrupted(event, expected)

    @rule(expected=st.lists(faults, max_size=3), hidden=st.integers(0, 1), down=st.integers(0, 4))
    def carry_out(self, expected: list[Fault], hidden: int, down: int) -> None:
        """A person approves what waits, and the venue does what it likes."""
        self.bot.venue.expect(*expected)
        self.bot.venue.hide_orders(hidden)
        self.bot.venue.go_down(down)
        self.approve_in_full()

    @rule(
        event=st.sampled_from(["halt", "pause", "die", "price", "clock"]),
        expected=st.lists(faults, max_size=2),
    )
    def interrupted(self, event: str, expected: list[Fault]) -> None:
        """A person approves what waits, and something happens while the first order is sent."""

        def die() -> None:
            raise Killed

        events: dict[str, Callable[[], object]] = {
            "": lambda: None,
            "halt": partial(halt, self.bot.desk, OWNER, why="stop"),
            "pause": partial(pause, self.bot.desk, OWNER),
            "die": die,
            "price": partial(self.bot.market.move, "ETH", "4100"),
            "clock": partial(self.bot.clock.jump, -timedelta(hours=1)),
        }
        self.bot.venue.expect(*expected)
        self.guard(events[event])
        try:
            self.approve_in_full()
        except Killed:
            self.restart()
        self.guard()

    def approve_in_full(self) -> None:
        """Tap, wait and confirm the newest card, and carry it out if that approved it."""
        live = self.bot.live()
        if live is None:
            return
        if live.state is ProposalState.PROPOSED:
            show_again(self.bot.desk, CHAT)
            if self.tap("approve", -1) is TapResult.SECOND_STEP:
                self.bot.clock.step(seconds=3)
                self.tap("confirm", -1)
        self.run(carry_out(self.bot.desk, live.proposal_id))

    @rule(act=st.sampled_from(sorted(ACTS)), which=st.integers(-6, -1))
    def press(self, act: str, which: int) -> None:
        """A person presses a button, on a new card or on an old one."""
        self.tap(act, which)

    def tap(self, act: str, which: int) -> TapResult | None:
        """Press a button; None when there is no such card."""
        self.bot.deliver()
        kind = SecondCard if act == "confirm" else Card
        cards = [
            row
            for row in self.bot.letters
            if row.outgoing.nonce and isinstance(row.outgoing.message, kind)
        ]
        if len(cards) < -which:
            return None
        return ACTS[act](self.bot.desk, self.bot.tap(cards[which]))

    @rule()
    def show_the_card(self) -> None:
        """A person asks to see the open card again."""
        show_again(self.bot.desk, CHAT)

    @rule(is_meant=st.integers(0, 3))
    def pause(self, is_meant: int) -> None:
        """A person pauses, sometimes."""
        if not is_meant:
            pause(self.bot.desk, OWNER)

    @rule()
    def resume(self) -> None:
        """A person resumes."""
        resume(self.bot.desk, OWNER)

    @rule(is_meant=st.integers(0, 5))
    def halt(self, is_meant: int) -> None:
        """A person halts, now and then."""
        if not is_meant:
            halt(self.bot.desk, OWNER, why="stop")

    @precondition(lambda self: self.office is not None and self.bot.state().halt is not None)
    @rule()
    def unhalt(self) -> None:
        """The halt is lifted at the machine."""
        unhalt(self.bot.store, OWNER, at=self.bot.clock.now())

    @rule(amount=st.integers(1, 9000))
    def deposit(self, amount: int) -> None:
        """Money comes in."""
        self.run(self.bot.paper.deposit(USD, Quantity(Decimal(amount))))

    @rule(percent=st.integers(1, 60))
    def take_out(self, percent: int) -> None:
        """Money goes out."""
        amount = (self.run(self.bot.held(USD)) * percent / 100).quantize(Decimal("0.01"))
        if amount > 0:
            self.run(self.bot.paper.withdraw(USD, Quantity(amount)))

    @rule()
    def silence(self) -> None:
        """The market stops answering, or begins again."""
        self.bot.market.is_down = not self.bot.market.is_down

    @rule()
    def restart(self) -> None:
        """The program starts anew on the same files."""
        self.run(self.bot.restart())
        self.guard()

    # -------------------------------------------------------------------------------- invariants

    @invariant()
    def i1_no_order_without_an_approval_before_it(self) -> None:
        """I1: an order is written down after the approval of its proposal, and only then."""
        if self.office is None:
            return
        approved: set[str] = set()
        for entry in self.bot.journal("proposal.approved", "order.intended"):
            name = entry.payload.split('"proposal_id":"')[1][:8]
            if entry.kind == "proposal.approved":
                approved.add(name)
            assert name in approved

    @invariant()
    def i2_nothing_beyond_the_approval(self) -> None:
        """I2: no leg is filled beyond what was approved, in size or in price."""
        if self.office is None:
            return
        found = [line for row in self.bot.proposals() for line in self.bot.order_problems(row)]
        assert found == []
        ids = [row.client_id for row in self.bot.sent()]
        assert len(ids) == len(set(ids))
        asked = [order.client_id for order in sent_orders(self.bot)]
        assert len(asked) == len(set(asked))

    @invariant()
    def i3_one_live_proposal(self) -> None:
        """I3: one proposal at most is live, the memory names it, and what ended stays ended."""
        if self.office is None:
            return
        rows = self.bot.proposals()
        live = [row for row in rows if row.state in PROPOSAL_LIVE]
        assert len(live) <= 1
        assert self.bot.state().open_proposal == "".join(row.proposal_id for row in live)
        for row in rows:
            if row.state in PROPOSAL_ENDED:
                assert self.ended.setdefault(row.proposal_id, row).state is row.state

    @invariant()
    def i4_nothing_is_sent_under_a_halt(self) -> None:
        """I4: no order leaves under a halt, and no card waits under one."""
        assert self.sent_under_halt == []
        if self.office is not None and self.bot.state().halt is not None:
            live = self.bot.live()
            assert live is None or live.state is not ProposalState.PROPOSED

    @invariant()
    def every_execution_has_one_report(self) -> None:
        """What was carried out is reported once, and nothing else is."""
        if self.office is None:
            return
        reported = [row.proposal.proposal_id for row in self.bot.said(Report)]
        done = [row.proposal_id for row in self.bot.proposals() if row.state in DECIDED]
        assert sorted(reported) == sorted(done)


def sent_orders(office: Office) -> list[Order]:
    """Return every order the bot handed to the venue in this life of the program."""
    return office.venue.sent


TestLife = Life.TestCase
TestLife.settings = settings(
    max_examples=25,
    stateful_step_count=30,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
