"""The review once more, from the journal and the stored decisions alone, by other arithmetic.

Nothing of the scorecard, the books or their tables is read or imported. What is shared is the
product itself: ``decide()``. Money is added up as fractions, growth as products of floats.
"""

import json
import math
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal, localcontext
from fractions import Fraction
from typing import Any

import numpy as np

from bot.ports.records import StoredDecision
from bot.store.sqlite import SqliteStore
from bot.store.verify import export_journal
from core.domain.decision import Plan, Propose
from core.domain.policy import Policy
from core.domain.portfolio import Balance
from core.domain.snapshot import Snapshot
from core.domain.state import EngineState, Turnover
from core.domain.stress import StressState
from core.domain.tilt import TiltState
from core.domain.units import Asset, Money, Quantity, Weight
from core.domain.watching import RegimeRules, StressRules, TiltRules
from core.engine import decide

DAY = timedelta(days=1)


@dataclass
class Paper:
    """A book as a dictionary of fractions."""

    held: dict[str, Fraction]
    memory: EngineState
    values: list[Fraction] = field(default_factory=list)
    flows: list[Fraction] = field(default_factory=list)
    costs: Fraction = Fraction(0)


class Witness:
    """What the journal and the stored decisions say, and what follows from it."""

    def __init__(self, store: SqliteStore) -> None:
        """Read everything once."""
        self.entries = [json.loads(line) for line in export_journal(store)]
        with store.reading() as tx:
            found = [tx.decisions.get(row["payload"]["decision_id"]) for row in self._made()]
        self.decisions = {row.decision.decision_id: row for row in found if row is not None}
        self.days = self._daily()
        self.books = self._follow()

    def said(self, kind: str) -> list[dict[str, Any]]:
        """Return the payloads of one kind of entry, oldest first."""
        return [row["payload"] for row in self.entries if row["kind"] == kind]

    def _made(self) -> list[dict[str, Any]]:
        return [row for row in self.entries if row["kind"] == "decision.made"]

    def _daily(self) -> list[tuple[int, StoredDecision]]:
        """Return (number, decision) of the first valid daily evaluation of every day."""
        days: dict[str, tuple[int, StoredDecision]] = {}
        for row in self._made():
            said = row["payload"]
            if said["occasion"] == "daily" and said["value"] is not None:
                stored = self.decisions[said["decision_id"]]
                days.setdefault(said["decided_at"][:10], (row["seq"], stored))
        return list(days.values())

    # --------------------------------------------------------------------------------- the books

    def _follow(self) -> dict[str, Paper]:
        first = self.days[0][1]
        start = replace(first.state, open_proposal="", halt=None, pause=None, override=None)
        calm = replace(start, stress=StressState(), tilt=TiltState())
        account = _account(first.snapshot)
        books = {
            "actual": Paper(account, EngineState()),
            "always": Paper(dict(account), start),
            "never": Paper(dict(account), EngineState()),
            "plain": Paper(dict(account), calm),
        }
        before = -1
        for number, stored in self.days:
            came = self._came(before, number) if before >= 0 else []
            self._one_day(books, stored, came)
            before = number
        return books

    def _came(self, after: int, until: int) -> list[dict[str, Any]]:
        return [
            row["payload"]
            for row in self.entries
            if after < row["seq"] < until
            and row["kind"] == "flow.booked"
            and row["payload"]["kind"] in ("deposit", "withdrawal", "reward", "opening")
        ]

    def _one_day(
        self, books: dict[str, Paper], stored: StoredDecision, came: list[dict[str, Any]]
    ) -> None:
        prices = prices_at(stored)
        for name, book in books.items():
            if name == "actual":
                book.held = _account(stored.snapshot)
            else:
                for flow in came:
                    amount = Fraction(flow["amount"])
                    book.held[flow["asset"]] = book.held.get(flow["asset"], Fraction(0)) + amount
                assert all(amount >= 0 for amount in book.held.values())
                book.memory = _placing(book.memory, came, stored.policy.quote)
            book.flows.append(
                sum((Fraction(row["amount"]) * prices[row["asset"]] for row in came), Fraction(0))
            )
            worth = (amount * prices[asset] for asset, amount in book.held.items())
            book.values.append(sum(worth, Fraction(0)))
            if name in ("always", "plain"):
                _act(book, stored, is_plain=name == "plain")

    # ------------------------------------------------------------------------------ the figures

    def steps(self, name: str, first: int = 0) -> list[float]:
        """Return growth factors from mark to mark, flows taken out, from the mark ``first`` on."""
        book = self.books[name]
        factors = []
        for day in range(first + 1, len(book.values)):
            flow, was, now = book.flows[day], book.values[day - 1], book.values[day]
            came, went = max(flow, Fraction(0)), max(-flow, Fraction(0))
            factors.append(float((now + went) / (was + came)))
        return factors

    def growth(self, name: str, first: int = 0) -> float:
        """Return what grew over all steps."""
        return math.prod(self.steps(name, first)) - 1

    def apart(self, one: str, other: str, first: int = 0) -> float:
        """Return how far two books grew apart, in log growth."""
        return math.log((1 + self.growth(one, first)) / (1 + self.growth(other, first)))

    def interval(self, one: str, other: str, first: int = 0) -> tuple[float, float]:
        """Return a 95 % interval by walking a stationary bootstrap step by step, other draws."""
        pairs = zip(self.steps(one, first), self.steps(other, first), strict=True)
        gaps = np.array([math.log(a / b) for a, b in pairs])
        rng, count = np.random.Generator(np.random.PCG64(1)), len(gaps)
        stay = 1 - 1 / min(60.0, count / 10)
        sums = []
        for _ in range(1000):
            at = np.empty(count, dtype=int)
            for n in range(count):
                jump = n == 0 or rng.random() > stay
                at[n] = rng.integers(count) if jump else (at[n - 1] + 1) % count
            sums.append(float(gaps[at].sum()))
        low, high = np.quantile(sums, (0.025, 0.975))
        return float(low), float(high)

    def outcome(self, legs: list[dict[str, Any]], at: datetime, days: int) -> Fraction | None:
        """Return coins at the prices of the first evaluation so many days later, plus cash."""
        due = at + days * DAY
        later = [row for _, row in self.days if row.snapshot.as_of >= due - timedelta(hours=1)]
        if not later or later[0].snapshot.as_of >= due + 7 * DAY:
            return None
        prices = prices_at(later[0])
        total = Fraction(0)
        for leg in legs:
            sign = 1 if leg["side"] == "BUY" else -1
            total += sign * leg["quantity"] * prices[leg["asset"]] + leg["cash"]
        return total

    def traded(self, proposal: str) -> list[dict[str, Any]]:
        """Return what the venue booked for a proposal; fees are in quote currency here."""
        rows = [row for row in self.said("fill.booked") if row["proposal_id"] == proposal]
        legs = []
        for row in rows:
            sign = 1 if row["side"] == "BUY" else -1
            paid = Fraction(row["quantity"]) * Fraction(row["price"])
            assert row["fee_asset"] == "USD"
            legs.append(
                {
                    "side": row["side"],
                    "asset": row["asset"],
                    "quantity": Fraction(row["quantity"]),
                    "cash": -sign * paid - Fraction(row["fee"]),
                }
            )
        return legs

    def meant(self, decision_id: str) -> list[dict[str, Any]]:
        """Return the legs of the plan that a decision proposed or held back."""
        outcome = self.decisions[decision_id].decision.outcome
        plan = outcome.plan if isinstance(outcome, Propose) else outcome.withheld
        assert plan is not None
        return legs_of(plan)

    def answers(self) -> dict[str, str]:
        """Return what became of every proposal, by id."""
        ends = {}
        for row in self.entries:
            name, _, event = row["kind"].partition(".")
            if name != "proposal":
                continue
            if event in ("approved", "rejected", "expired", "withdrawn", "superseded"):
                ends[row["payload"]["proposal_id"]] = event
            elif event == "drafted":
                ends[row["payload"]["proposal_id"]] = "open"
        return ends


def prices_at(stored: StoredDecision) -> dict[str, Fraction]:
    """Return the middle prices a decision saw, and 1 for its quote currency."""
    prices: dict[str, Fraction] = {stored.policy.quote: Fraction(1)}
    for row in stored.snapshot.quotes:
        prices[row.asset] = (Fraction(row.bid) + Fraction(row.ask)) / 2
    return prices


def legs_of(plan: Plan) -> list[dict[str, Any]]:
    """Return the legs of a plan as the card promises them."""
    return [
        {
            "side": row.side.value,
            "asset": row.asset,
            "quantity": Fraction(row.received),
            "cash": Fraction(row.cash),
        }
        for row in plan.trades
    ]


def _account(snapshot: Snapshot) -> dict[str, Fraction]:
    return {
        row.asset: Fraction(row.free) + Fraction(row.locked) + Fraction(row.staked)
        for row in snapshot.balances
    }


def _placing(memory: EngineState, came: list[dict[str, Any]], quote: str) -> EngineState:
    moved = sum(
        (
            Fraction(row["amount"])
            for row in came
            if row["asset"] == quote and row["kind"] in ("deposit", "withdrawal")
        ),
        Fraction(0),
    )
    if not moved:
        return memory
    total = max(Fraction(memory.new_money or 0) + moved, Fraction(0))
    return replace(memory, new_money=Money(_decimal(total)) if total else None)


def _act(book: Paper, stored: StoredDecision, *, is_plain: bool) -> None:
    """Let the book be decided for, and carry out what it is proposed."""
    policy, memory = stored.policy, book.memory
    if is_plain:
        policy = _plain(policy)
    elif memory.stress.day == stored.state.stress.day:
        memory = replace(memory, stress=stored.state.stress)
    balances = tuple(
        Balance(Asset(asset), Quantity(_decimal(amount))) for asset, amount in book.held.items()
    )
    decision = decide(replace(stored.snapshot, balances=balances), policy, memory)
    book.memory = decision.next_state
    if isinstance(decision.outcome, Propose):
        plan = decision.outcome.plan
        for leg in legs_of(plan):
            sign = 1 if leg["side"] == "BUY" else -1
            book.held[leg["asset"]] += sign * leg["quantity"]
            book.held["USD"] += leg["cash"]
        book.costs += Fraction(plan.cost)
        share = Weight(_decimal(Fraction(0))) if plan.first_funding else plan.turnover
        done = Turnover(stored.snapshot.as_of, share, min(plan.tilt_turnover, share))
        asked = replace(decision.next_state, open_proposal="")
        book.memory = asked.after_execution(done)


def _plain(policy: Policy) -> Policy:
    return replace(
        policy,
        regime=RegimeRules(is_directional=False),
        stress=StressRules(families=()),
        tilt=TiltRules(is_on=False),
    )


def _decimal(amount: Fraction) -> Decimal:
    with localcontext(prec=34):
        return Decimal(amount.numerator) / Decimal(amount.denominator)
