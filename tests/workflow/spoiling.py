"""Every way to spoil a plan, and plans that no planner would make, drawn from a seed.

A spoilt plan is forbidden when nothing of it may be ordered at all. Of the others something may
leave, within what the plan says and what the account allows.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any, Final

from bot.ports.messages import Mode
from core.domain.ids import client_order_id
from core.domain.market import Side
from core.domain.policy import ApprovalRules
from core.domain.proposal import ProposalState
from core.domain.units import ZERO, Asset, Money, Price, Quantity, Weight
from tests.workflow.flat_market import BTC, ETH, MIDS, SOL, USD
from tests.workflow.malformed_plans import Spoilt, leg_of, order_of, proper

NUMBERS: Final[Sequence[Any]] = tuple(
    Decimal(text)
    for text in ("0", "-1", "-0.0001", "NaN", "Infinity", "-Infinity", "1E+20", "1E+400", "1E-30")
)
NAMES = tuple(Asset(name) for name in ("XYZ", "DOGE", "USD", "btc", "", "BTC/USD", "BTC.F", "ETH2"))
Way = Callable[[Random, Spoilt], bool]
"""Spoils a plan; tells whether nothing of it may be ordered any more."""


def spoilt(draw: Random, number: int, at: datetime) -> Spoilt:
    """Return a plan that is spoilt in one, two or three ways."""
    plan = proper(draw, number, at)
    ways = draw.sample(WAYS, draw.choice((1, 1, 2, 3)))
    for way in sorted(ways, key=lambda way: way is _no_legs):
        is_fatal = way(draw, plan)
        plan.is_forbidden = plan.is_forbidden or is_fatal
        plan.ways.append(way.__name__.strip("_"))
    plan.is_forbidden = plan.is_forbidden or is_senseless(plan)
    return plan


def is_senseless(plan: Spoilt) -> bool:
    """Tell whether the legs contradict each other, or one is no amount at no price at all.

    This is told in the end: of two ways to spoil a plan, one may undo the other.
    """
    legs = plan.legs
    numbers = [number for leg in legs for number in (leg.quantity, leg.worst_price)]
    sides = [leg.side for leg in legs]
    return (
        not legs
        or len({leg.asset for leg in legs}) < len(legs)
        or len({leg.leg for leg in legs}) < len(legs)
        or sides != sorted(sides, key=[Side.SELL, Side.BUY].index)
        or not all(n.is_finite() and Decimal("1E-18") <= n <= 10**15 for n in numbers)
    )


# ------------------------------------------------------------------------------------- the legs


def _put(plan: Spoilt, at: int, **changes: Any) -> None:  # noqa: ANN401  # handed to the leg
    """Change a leg, and its order with it."""
    plan.legs[at] = replace(plan.legs[at], **changes)
    if at < len(plan.orders):
        plan.orders[at] = order_of(plan, plan.legs[at])


def _same_leg_twice(_draw: Random, plan: Spoilt) -> bool:
    plan.legs.append(plan.legs[-1])
    return False


def _same_asset_twice(_draw: Random, plan: Spoilt) -> bool:
    again = replace(plan.legs[-1], leg=9)
    plan.legs.append(again)
    plan.orders.append(order_of(plan, again))
    return False


def _both_sides(_draw: Random, plan: Spoilt) -> bool:
    last = plan.legs[-1]
    if last.asset not in MIDS:
        return False
    other = leg_of(8, last.asset, Side.BUY if last.side is Side.SELL else Side.SELL, last.quantity)
    plan.legs.append(other)
    plan.orders.append(order_of(plan, other))
    return False


def _odd_quantity(draw: Random, plan: Spoilt) -> bool:
    _put(plan, draw.randrange(len(plan.legs)), quantity=draw.choice(NUMBERS))
    return False


def _odd_worst_price(draw: Random, plan: Spoilt) -> bool:
    _put(plan, draw.randrange(len(plan.legs)), worst_price=draw.choice(NUMBERS))
    return False


def _absurd_worst_price(draw: Random, plan: Spoilt) -> bool:
    at = draw.randrange(len(plan.legs))
    factor = Decimal(draw.choice(("0.01", "0.5", "1.5", "100")))
    _put(plan, at, worst_price=Price(plan.legs[at].mid * factor))
    return False


def _odd_estimate(draw: Random, plan: Spoilt) -> bool:
    name = draw.choice(("mid", "cash", "fee", "slippage", "received"))
    at = draw.randrange(len(plan.legs))
    plan.legs[at] = replace(plan.legs[at], **{name: draw.choice(NUMBERS)})
    return False


def _strange_asset(draw: Random, plan: Spoilt) -> bool:
    _put(plan, draw.randrange(len(plan.legs)), asset=draw.choice(NAMES))
    return False


def _too_much(draw: Random, plan: Spoilt) -> bool:
    at = draw.randrange(len(plan.legs))
    _put(plan, at, quantity=Quantity(plan.legs[at].quantity * draw.choice((3, 10, 1000))))
    return False


def _backwards(_draw: Random, plan: Spoilt) -> bool:
    plan.legs.reverse()
    return False


def _no_legs(_draw: Random, plan: Spoilt) -> bool:
    plan.legs.clear()
    return False


# -------------------------------------------------------------------- the plan and its proposal


def _another_plan(_draw: Random, plan: Spoilt) -> bool:
    plan.proposal["plan_digest"] = "0" * 64
    return True


def _odd_value(draw: Random, plan: Spoilt) -> bool:
    plan.plan["value"] = draw.choice(NUMBERS)
    return False


def _hidden_size(draw: Random, plan: Spoilt) -> bool:
    plan.plan["turnover"] = draw.choice(NUMBERS)
    return False


def _first_funding(_draw: Random, plan: Spoilt) -> bool:
    plan.plan["first_funding"] = True
    return True


def _expired(draw: Random, plan: Spoilt) -> bool:
    plan.proposal["created_at"] = plan.at - timedelta(hours=draw.randrange(13, 1000))
    plan.proposal["expires_at"] = plan.at - timedelta(seconds=1)
    return True


def _never_expires(_draw: Random, plan: Spoilt) -> bool:
    plan.proposal["expires_at"] = plan.at + timedelta(days=3650)
    return True


def _nobody(_draw: Random, plan: Spoilt) -> bool:
    plan.approver = ""
    return True


def _too_early(draw: Random, plan: Spoilt) -> bool:
    plan.reaches = draw.choice((ProposalState.PROPOSED, ProposalState.APPROVED))
    return True


# ------------------------------------------------------------------------------------ the orders


def _some(draw: Random, plan: Spoilt, **changes: Any) -> None:  # noqa: ANN401  # handed to the order
    if plan.orders:
        at = draw.randrange(len(plan.orders))
        plan.orders[at] = replace(plan.orders[at], **changes)


def _larger_order(draw: Random, plan: Spoilt) -> bool:
    _some(draw, plan, quantity=Quantity(Decimal(draw.choice((50, 300, 10**6)))))
    return False


def _odd_order_quantity(draw: Random, plan: Spoilt) -> bool:
    _some(draw, plan, quantity=draw.choice(NUMBERS))
    return False


def _odd_limit(draw: Random, plan: Spoilt) -> bool:
    _some(draw, plan, limit_price=draw.choice((*NUMBERS, Decimal(1), Decimal(10**6))))
    return False


def _other_asset(draw: Random, plan: Spoilt) -> bool:
    _some(draw, plan, asset=draw.choice((BTC, ETH, SOL, *NAMES)))
    return False


def _other_side(draw: Random, plan: Spoilt) -> bool:
    _some(draw, plan, side=draw.choice(list(Side)))
    return False


def _other_leg(draw: Random, plan: Spoilt) -> bool:
    _some(draw, plan, leg=draw.choice((0, -1, 2, 77)), attempt=5)
    return False


def _other_id(draw: Random, plan: Spoilt) -> bool:
    _some(draw, plan, client_id=f"made-up-{draw.random()}")
    return False


def _many_attempts(draw: Random, plan: Spoilt) -> bool:
    """Let one leg have been sent so often before that no further attempt is allowed."""
    if not plan.orders or not plan.legs:
        return False
    order = plan.orders[0]
    for attempt in range(2, draw.randrange(3, 6)):
        name = client_order_id(plan.name, order.leg, attempt)
        plan.orders.append(replace(order, client_id=name, attempt=attempt))
    for row in plan.orders[len(plan.legs) - 1 : -1]:
        plan.tried[row.client_id] = ZERO
    return False


def _traded_before(draw: Random, plan: Spoilt) -> bool:
    """Let an order have brought something already: a part, all, or more than was approved."""
    if not plan.orders:
        return False
    order = draw.choice(plan.orders)
    if (
        not order.quantity.is_finite()
        or not ZERO < order.quantity < 10**9
        or order.asset not in MIDS
    ):
        return False
    part = Decimal(draw.choice(("0.1", "0.5", "1", "1.5", "20")))
    plan.tried[order.client_id] = order.quantity * part
    return False


# ------------------------------------------------------------------------------------- the world


def _watching(_draw: Random, plan: Spoilt) -> bool:
    plan.mode = Mode.WATCH
    return True


def _halted(_draw: Random, plan: Spoilt) -> bool:
    plan.is_halted = True
    return True


def _old_quotes(draw: Random, plan: Spoilt) -> bool:
    plan.market["age"] = timedelta(seconds=draw.choice((11, 600, 10**6, -600)))
    return True


def _crossed_quotes(_draw: Random, plan: Spoilt) -> bool:
    plan.market["crossed"] = True
    return True


def _missing_quotes(_draw: Random, plan: Spoilt) -> bool:
    plan.market["missing"] = frozenset(MIDS)
    return True


def _quotes_from_elsewhere(draw: Random, plan: Spoilt) -> bool:
    plan.market["factor"] = Decimal(draw.choice(("0.5", "0.97", "1.03", "2")))
    return False


def _no_executions_left(_draw: Random, plan: Spoilt) -> bool:
    plan.rules["approval"] = ApprovalRules(day_max_executions=0)
    return True


def _small_day(_draw: Random, plan: Spoilt) -> bool:
    plan.rules["approval"] = ApprovalRules(
        day_max_executions=10**6, day_max_share=Weight(Decimal("0.001"))
    )
    return True


def _reserve(draw: Random, plan: Spoilt) -> bool:
    share = Decimal(draw.choice(("0.5", "0.99", "1", "1.5")))
    plan.rules["reserve"] = Money(plan.holdings[USD] * share)
    return False


def _excluded(draw: Random, plan: Spoilt) -> bool:
    asset = draw.choice((BTC, ETH, SOL, USD))
    share = Decimal(draw.choice(("0.5", "0.99", "1", "1.5")))
    plan.rules["excluded"] = ((asset, Quantity(plan.holdings[asset] * share)),)
    return False


def _trading_capital(draw: Random, plan: Spoilt) -> bool:
    plan.rules["trading_capital"] = Money(Decimal(draw.choice((1, 100, 1000, 5000))))
    return False


WAYS: Final[Sequence[Way]] = tuple(
    value
    for name, value in list(globals().items())
    if name.startswith("_") and getattr(value, "__annotations__", {}).get("return") is bool
)
"""Every way to spoil a plan."""
