"""The last gate against everything a planner, a bug or a thief could hand it."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.ports.messages import NoticeCode
from bot.workflow.last_gate import HOLDS_AT_LEAST, Situation, refuse
from core.domain.decision import Plan, PlannedTrade
from core.domain.ids import client_order_id
from core.domain.market import Quote, Side
from core.domain.policy import ApprovalRules, Policy
from core.domain.portfolio import Balance
from core.domain.proposal import Fill, Order, OrderState, Proposal, ProposalState
from core.domain.state import EngineState, Halt
from core.domain.units import ONE, ZERO, Asset, Money, Price, Quantity, Rate, Weight
from tests.workflow.conftest import Opener
from tests.workflow.office import BTC, ETH, MORNING, USD, Office, policy

ROOT = Path(__file__).resolve().parents[2]
LATER = MORNING + timedelta(minutes=1)
FEE = Rate(Decimal("0.004"))
MIDS = {BTC: Decimal(100), ETH: Decimal(10)}


@dataclass(frozen=True)
class Case:
    """An order and everything the gate sees with it."""

    order: Order
    now: Situation

    def with_order(self, **changes: Any) -> "Case":  # noqa: ANN401  # handed to the order
        """Return the same situation with a changed order."""
        return replace(self, order=replace(self.order, **changes))

    def with_now(self, **changes: Any) -> "Case":  # noqa: ANN401  # handed to the situation
        """Return the same order in a changed situation."""
        return replace(self, now=replace(self.now, **changes))

    def with_proposal(self, **changes: Any) -> "Case":  # noqa: ANN401  # handed to the proposal
        """Return the same order of a changed proposal."""
        return self.with_now(proposal=replace(self.now.proposal, **changes))

    def with_plan(self, **changes: Any) -> "Case":  # noqa: ANN401  # handed to the plan
        """Return the same order of a changed plan."""
        return self.with_proposal(plan=replace(self.now.proposal.plan, **changes))

    @property
    def answer(self) -> str:
        """What the gate says."""
        return refuse(self.order, self.now)


def trade(leg: int, asset: Asset, side: Side, quantity: str) -> PlannedTrade:
    """Return a leg at the middle price, bound at 1 % from it."""
    mid = MIDS[asset]
    return PlannedTrade(
        leg,
        asset,
        side,
        Quantity(Decimal(quantity)),
        Price(mid),
        Price(mid * (1 + side.sign / 100)),
        cash=Money(-side.sign * Decimal(quantity) * mid),
        fee=Money(ZERO),
        slippage=Money(ZERO),
        received=Quantity(Decimal(quantity)),
    )


def plan(*trades: PlannedTrade, turnover: str = "0.1", first_funding: bool = False) -> Plan:
    """Return a plan of these legs."""
    return Plan(
        trades=trades,
        value=Money(Decimal(2000)),
        value_after=Money(Decimal(2000)),
        cash_after=Money(Decimal(500)),
        weights_after=(),
        cost=Money(ONE),
        turnover=Weight(Decimal(turnover)),
        benefit=Rate(ONE),
        cost_rate=Rate(ZERO),
        first_funding=first_funding,
        hard=False,
    )


def proposal(*trades: PlannedTrade) -> Proposal:
    """Return a proposal that was approved a moment ago and is executing."""
    return Proposal(
        proposal_id="7f3k9q2m",
        decision_id="d",
        state=ProposalState.EXECUTING,
        plan=plan(*trades),
        plan_digest="p",
        tier=1,
        created_at=MORNING,
        expires_at=MORNING + timedelta(hours=12),
        decided_by="owner",
        decided_at=MORNING,
    )


def order(leg: PlannedTrade, *, quantity: Decimal | None = None) -> Order:
    """Return the intent of a leg at its bound."""
    return Order(
        client_id=client_order_id("7f3k9q2m", leg.leg, 1),
        proposal_id="7f3k9q2m",
        leg=leg.leg,
        attempt=1,
        asset=leg.asset,
        side=leg.side,
        quantity=leg.quantity if quantity is None else Quantity(quantity),
        limit_price=leg.worst_price,
        state=OrderState.NEW,
        intent_at=MORNING,
    )


def quotes() -> tuple[Quote, ...]:
    """Return quotes without a spread."""
    return tuple(Quote(asset, Price(mid), Price(mid), LATER, "made") for asset, mid in MIDS.items())


def situation(plan_of: Proposal, *balances: Balance, rules: Policy, **changes: Any) -> Situation:  # noqa: ANN401  # handed to the situation
    """Return a situation in which nothing speaks against an order."""
    calm = Situation(
        at=LATER,
        policy=rules,
        state=EngineState(),
        proposal=plan_of,
        fills=(),
        unsettled=(),
        executions_today=1,
        turnover_today=Decimal("0.1"),
        balances=balances,
        quotes=quotes(),
        fee=FEE,
    )
    return replace(calm, **changes)


def money(amount: str) -> Balance:
    """Return free cash."""
    return Balance(USD, Quantity(Decimal(amount)))


def coins(asset: Asset, amount: str, **held: Quantity) -> Balance:
    """Return free coins."""
    return Balance(asset, Quantity(Decimal(amount)), **held)


def sale(rules: Policy | None = None) -> Case:
    """Return a sale of 2 BTC out of 10 that nothing speaks against."""
    leg = trade(1, BTC, Side.SELL, "2")
    now = situation(proposal(leg), coins(BTC, "10"), money("500"), rules=rules or policy())
    return Case(order(leg), now)


def purchase(rules: Policy | None = None) -> Case:
    """Return a purchase of 20 ETH for 200 out of 500 that nothing speaks against."""
    leg = trade(1, ETH, Side.BUY, "20")
    now = situation(proposal(leg), coins(BTC, "10"), money("500"), rules=rules or policy())
    return Case(order(leg), now)


def fill(asset: Asset, side: Side, quantity: str, price: str | None = None) -> Fill:
    """Return a fill without a fee."""
    cost = MIDS[asset] if price is None else Decimal(price)
    amount = Quantity(Decimal(quantity))
    return Fill("f", "c", asset, side, amount, Price(cost), Money(ZERO), USD, MORNING)


@pytest.mark.parametrize("case", [sale(), purchase()])
def test_a_proper_order_passes(case: Case) -> None:
    """An approved order within every limit may leave."""
    assert case.answer == ""


STAKED = {"staked": Quantity(Decimal(9)), "locked": Quantity(Decimal(9))}

REFUSED = [
    ("halted", sale().with_now(state=EngineState(halt=Halt(MORNING, "stop"))), "halted"),
    ("not approved", sale().with_proposal(state=ProposalState.PROPOSED), "not approved"),
    ("only approved", sale().with_proposal(state=ProposalState.APPROVED), "not approved"),
    ("ended", sale().with_proposal(state=ProposalState.DONE), "not approved"),
    ("nobody approved", sale().with_proposal(decided_by=""), "not approved"),
    ("no instant of approval", sale().with_proposal(decided_at=None), "too old"),
    ("too old", sale().with_now(at=MORNING + timedelta(hours=12, seconds=1)), "too old"),
    ("another proposal's", sale().with_order(proposal_id="00000000"), "belongs to"),
    ("a strange coin", sale().with_order(asset=Asset("DOGE")), "not in the policy"),
    ("the quote currency", sale().with_order(asset=USD), "not in the policy"),
    ("a coin of the policy, not of the plan", sale().with_order(asset=ETH), "never approved"),
    ("the other side", sale().with_order(side=Side.BUY), "never approved"),
    ("sent before", sale().with_order(state=OrderState.SENDING), "sent before"),
    ("ended before", sale().with_order(state=OrderState.ABSENT), "sent before"),
    ("one step more", sale().with_order(quantity=Quantity(Decimal("2.00001"))), "exceed"),
    ("twice", sale().with_now(fills=(fill(BTC, Side.SELL, "0.00001"),)), "exceed"),
    ("nothing", sale().with_order(quantity=Quantity(ZERO)), "above 0"),
    ("less than nothing", sale().with_order(quantity=Quantity(Decimal(-1))), "above 0"),
    ("no number", sale().with_order(quantity=Quantity(Decimal("NaN"))), "above 0"),
    ("no end", purchase().with_order(quantity=Quantity(Decimal("Infinity"))), "above 0"),
    ("no price", sale().with_order(limit_price=Price(Decimal("NaN"))), "above 0"),
    ("a negative price", purchase().with_order(limit_price=Price(Decimal(-1))), "above 0"),
    ("cheaper than printed", sale().with_order(limit_price=Price(Decimal("98.99"))), "beyond"),
    ("dearer than printed", purchase().with_order(limit_price=Price(Decimal("10.11"))), "beyond"),
    ("a fourth today", sale().with_now(executions_today=4), "executions today"),
    ("too much today", sale().with_now(turnover_today=Decimal("0.31")), "today"),
    ("more than there is", sale().with_now(balances=(coins(BTC, "1.99"),)), "may be sold"),
    ("staked and locked", sale().with_now(balances=(coins(BTC, "1", **STAKED),)), "may be sold"),
    ("no coins at all", sale().with_now(balances=()), "may be sold"),
    (
        "excluded coins",
        sale(policy(excluded=((BTC, Quantity(Decimal("8.5"))),))),
        "may be sold",
    ),
    ("beyond the trading capital", sale(policy(trading_capital=Money(Decimal(200)))), "be sold"),
    ("buying beyond the capital", purchase(policy(trading_capital=Money(Decimal(300)))), "spent"),
    ("the reserve", purchase(policy(reserve=Money(Decimal(400)))), "may be spent"),
    ("excluded cash", purchase(policy(excluded=((USD, Quantity(Decimal(400))),))), "be spent"),
    ("locked cash", purchase().with_now(balances=(money("200"),)), "may be spent"),
    ("no cash", purchase().with_now(balances=()), "may be spent"),
    ("the fee on top", purchase().with_now(balances=(money("202.4"),)), "may be spent"),
]


@pytest.mark.parametrize(
    ("case", "why"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED]
)
def test_an_improper_order_is_refused(case: Case, why: str) -> None:
    """Each single thing that is wrong with an order keeps it from leaving, with its reason."""
    assert why in case.answer


def test_an_open_question_keeps_every_other_order_back() -> None:
    """While any order's outcome is open, no other one leaves, whatever proposal it is of."""
    case = sale()
    other = replace(case.order, client_id="another", proposal_id="another")
    assert "not known" in case.with_now(unsettled=(other,)).answer
    assert case.with_now(unsettled=(case.order,)).answer == ""


def test_a_first_funding_may_exceed_the_share_of_a_day_and_nothing_else() -> None:
    """The first purchase of a portfolio is exempt from the day's share, not from its count."""
    case = purchase().with_plan(first_funding=True).with_now(turnover_today=Decimal("0.9"))
    assert case.answer == ""
    assert "executions" in case.with_now(executions_today=4).answer


def test_an_approval_in_the_last_second_holds_for_a_while() -> None:
    """A plan approved in its last second may be carried out for a quarter of an hour."""
    expired = sale().with_proposal(expires_at=MORNING)
    assert expired.with_now(at=MORNING + HOLDS_AT_LEAST).answer == ""
    assert "too old" in expired.with_now(at=MORNING + HOLDS_AT_LEAST + timedelta(seconds=1)).answer


def test_a_reserve_is_filled_up_before_anything_is_bought() -> None:
    """Below the reserve, what sales bring is not spent until the reserve is whole."""
    rules = policy(reserve=Money(Decimal(600)))
    sold = (fill(BTC, Side.SELL, "2"),)
    buys = purchase(rules).with_now(fills=sold)
    assert "may be spent" in buys.with_now(balances=(money("600"),)).answer
    assert "may be spent" in buys.with_now(balances=(money("800"),)).answer
    assert buys.with_now(balances=(money("803"),)).answer == ""


amounts = st.decimals(0, 1000, places=3, allow_nan=False)
positive = st.decimals(Decimal("0.001"), 1000, places=3)


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """Draw an order and a world that need not fit together at all."""
    side = draw(st.sampled_from(Side))
    asset = draw(st.sampled_from([BTC, ETH]))
    leg = replace(trade(1, asset, side, "1"), quantity=Quantity(draw(positive)))
    rules = policy(
        reserve=Money(draw(amounts)),
        excluded=((asset, Quantity(draw(amounts))), (USD, Quantity(draw(amounts)))),
        trading_capital=draw(st.none() | positive.map(Money)),
        approval=ApprovalRules(day_max_executions=draw(st.integers(1, 5))),
    )
    intent = replace(
        order(leg),
        quantity=Quantity(draw(st.just(leg.quantity) | positive)),
        limit_price=Price(draw(st.just(leg.worst_price) | positive)),
        side=draw(st.just(side) | st.sampled_from(Side)),
    )
    partial = draw(st.none() | positive)
    fills = () if partial is None else (fill(asset, side, str(partial)),)
    now = situation(
        proposal(leg),
        coins(asset, str(draw(amounts))),
        money(str(draw(amounts | st.just(Decimal(100_000))))),
        rules=rules,
        fills=fills,
        executions_today=draw(st.integers(1, 5)),
        state=draw(st.sampled_from([EngineState(), EngineState(halt=Halt(MORNING, "x"))])),
    )
    return Case(intent, now)


@settings(max_examples=500, deadline=None)
@given(cases())
def test_what_passes_crosses_no_line(case: Case) -> None:
    """Whatever order and account meet, what may leave stays inside every single limit."""
    if case.answer:
        return
    now, intent = case.now, case.order
    (leg,) = now.proposal.plan.trades
    free = {row.asset: row.free for row in now.balances}
    excluded = dict(now.policy.excluded)
    assert now.state.halt is None
    assert now.executions_today <= now.policy.approval.day_max_executions
    assert (intent.asset, intent.side) == (leg.asset, leg.side)
    filled = sum((row.quantity for row in now.fills), ZERO)
    assert ZERO < intent.quantity <= leg.quantity - filled
    assert (intent.limit_price - leg.worst_price) * leg.side.sign <= 0
    capital = now.policy.trading_capital
    if intent.side is Side.SELL:
        assert intent.quantity <= free[intent.asset] - excluded[intent.asset]
        moved = intent.quantity * MIDS[intent.asset]
    else:
        moved = intent.quantity * intent.limit_price * (1 + FEE)
        assert free[USD] - moved >= now.policy.reserve + excluded[USD]
    if capital is not None:
        assert moved <= capital


async def test_a_slipped_in_order_never_leaves(office: Office) -> None:
    """An intent larger than its leg, written into the database by a bug, is stopped and told."""
    await office.check()
    office.agree()

    def slip_in() -> None:
        office.watched.before = None
        (sell, _) = office.orders()
        larger = replace(
            sell,
            client_id=client_order_id(sell.proposal_id, 2, 7),
            leg=2,
            attempt=7,
            asset=BTC,
            quantity=Quantity(Decimal("0.2")),
            state=OrderState.NEW,
            deadline_at=None,
        )
        with office.store.transaction() as tx:
            tx.orders.add([larger], at=office.clock.now())

    office.watched.before = slip_in
    ended = await office.carry_out(office.proposal().proposal_id)
    assert ended.state is ProposalState.PARTIAL
    assert [(row.side, row.quantity) for row in office.sent()] == [("SELL", Decimal("0.03195"))]
    (alarm,) = office.notices(NoticeCode.LAST_GATE)
    assert "exceed the approved" in dict(alarm.values)["why"]
    assert await office.problems() == []


@pytest.mark.parametrize(
    "rules",
    [
        {"reserve": Money(Decimal(11_000))},
        {"reserve": Money(Decimal(50_000))},
        {"excluded": ((USD, Quantity(Decimal(11_000))),)},
    ],
)
async def test_a_reserve_holds_end_to_end(open_office: Opener, rules: dict[str, Any]) -> None:
    """Nothing is bought that would leave less cash than the reserve or the excluded amount."""
    office = await open_office(policy=policy(**rules))
    await office.check()
    await office.approve_all()
    assert "SELL" in {row.side for row in office.sent()}
    has_bought = "BUY" in {row.side for row in office.sent()}
    assert not has_bought or await office.held(USD) >= 11_000
    assert await office.problems() == []


async def test_three_executions_a_day_are_enough(open_office: Opener) -> None:
    """When the day's executions are used up, an approved plan sends nothing and says so."""
    office = await open_office(policy=policy(approval=ApprovalRules(day_max_executions=0)))
    await office.check()
    ended = await office.approve_all()
    assert (ended.state, office.sent()) == (ProposalState.FAILED, [])
    assert len(office.notices(NoticeCode.LAST_GATE)) == 1


FORBIDDEN = frozenset(
    {
        "withdraw",
        "withdrawal",
        "withdrawals",
        "create_withdrawal",
        "request_withdrawal",
        "transfer",
        "internal_transfer",
        "send_crypto",
        "payout",
        "fetch_deposit_address",
        "fetch_deposit_addresses",
        "create_deposit_address",
        "private_post_withdraw",
        "private_post_transfer",
        "wallet_transfer",
    }
)
MADE_UP_ACCOUNT = ROOT / "bot" / "exchange" / "paper.py"


def named_calls(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Yield every name that could reach a method: attributes, and texts given to getattr."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute):
            yield node.lineno, node.attr
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.lineno, node.name
        elif isinstance(node, ast.Call):
            for argument in node.args:
                if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
                    yield node.lineno, argument.value


def is_forbidden(name: str) -> bool:
    """Tell whether a name, in any of a vendor's spellings, moves coins off an account."""
    if name.isupper():  # a state or an event of that name is no call
        return False
    plain = "".join(letter for letter in name.lower() if letter.isalnum())
    return plain in {word.replace("_", "") for word in FORBIDDEN}


def test_no_code_can_move_coins_off_an_account() -> None:
    """Nowhere in the program does a call exist that withdraws or transfers, the paper one apart."""
    files = [*(ROOT / "bot").rglob("*.py"), *(ROOT / "core").rglob("*.py")]
    assert len(files) > 100
    found = [
        f"{file.relative_to(ROOT)}:{line} {name}"
        for file in files
        if file != MADE_UP_ACCOUNT
        for line, name in named_calls(ast.parse(file.read_text()))
        if is_forbidden(name)
    ]
    assert found == []


def test_the_search_for_withdrawals_finds_them() -> None:
    """The search itself would find a withdrawal in each of its disguises."""
    disguises = (
        "await exchange.withdraw('BTC', 1, address)",
        "getattr(exchange, 'withdraw')('BTC')",
        "exchange.privatePostWithdraw({})",
        "exchange.fetchDepositAddress('BTC')",
        "async def transfer(self): ...",
    )
    for line in disguises:
        assert any(is_forbidden(name) for _, name in named_calls(ast.parse(line))), line
    made_up = ast.parse(MADE_UP_ACCOUNT.read_text())
    assert any(is_forbidden(name) for _, name in named_calls(made_up))


def test_the_ports_have_no_way_out() -> None:
    """What the bot asks of a venue holds no method that takes coins away."""
    tree = ast.parse((ROOT / "bot" / "ports" / "exchange.py").read_text())
    methods = {node.name for node in ast.walk(tree) if isinstance(node, ast.AsyncFunctionDef)}
    assert methods == {
        "quotes",
        "books",
        "rules",
        "daily_bars",
        "balances",
        "flows",
        "place",
        "find",
        "cancel",
    }
