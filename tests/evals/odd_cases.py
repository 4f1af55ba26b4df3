"""The twenty golden tables that were made to lead a writer astray."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from core.domain.asked import Intent
from core.domain.policy import BandRules
from core.domain.proposal import OrderState, ProposalState
from core.domain.stress import Stress
from core.domain.units import Asset, Money, Weight
from core.facts import Costs, Course, Evidence, answer_facts
from tests.dsl import MORNING, Situation, decide_on, portfolio
from tests.evals.common_cases import USD, prices_at
from tests.evals.tables import Golden, decided, sampled
from tests.explain.executions import executed_facts, fill_of, order_for, proposal_in
from tests.explain.market_samples import ALL_VOTES, under
from tests.explain.samples import STATE, confirmed, worked

ONCE = BandRules(confirm=1)


def odd() -> list[Golden]:
    """Return the twenty, in the order of their numbers."""
    return [*_figures(), *_names(), *_contradictions(), *_extremes()]


def _figures() -> list[Golden]:
    huge = portfolio(
        "BTC 28182000 @ 110000 -> 50", "ETH 261900000 @ 4200 -> 30", cash="800000000000 -> 20"
    )
    tiny = portfolio(
        "PEPE 4900000 @ 0.0000121 -> 50, step 1, min 0.01",
        "DOGE 60 @ 0.2 -> 30, min 0.01",
        cash="8 -> 20",
    )
    # Both stand 11 points out, one above and one below: only a hundredth of a point apart.
    twins = portfolio(
        "BTC 0.51009 @ 100000 -> 40", "ETH 4.7475 @ 4000 -> 30", cash="30000 -> 30", bands=ONCE
    )
    same = portfolio("SOL 160 @ 200 -> 20", "AVAX 160 @ 200 -> 20", cash="36000 -> 60", bands=ONCE)
    return [
        decided("huge-numbers", confirmed(huge), "small portfolio"),
        decided("tiny-numbers", confirmed(tiny), "a large order"),
        decided("two-near-equal", decide_on(twins), "the same distance", "equally far"),
        decided("same-figure-twice", decide_on(same), "AVAX is below", "SOL is below"),
        sampled("all-below", "far below", "BTC is below its band"),
    ]


def _words(first: str, second: str) -> Situation:
    return portfolio(
        f"{first} 2400 @ 16 -> 30", f"{second} 900 @ 20 -> 30", cash="40000 -> 40", bands=ONCE
    )


def _names() -> list[Golden]:
    return [
        decided("coins-link-and-near", decide_on(_words("LINK", "NEAR")), "near the target"),
        decided("coins-one-and-gas", decide_on(_words("ONE", "GAS")), "one coin", "gas fees"),
        decided(
            "quote-euro",
            confirmed(
                portfolio(
                    "BTC 0.28182 @ 110000 -> 50",
                    "ETH 2.6190 @ 4200 -> 30",
                    cash="8000 -> 20",
                    quote="EUR",
                )
            ),
            "dollars",
            "USD",
            quote="EUR",
        ),
        decided(
            "two-dollar-coins",
            decide_on(
                portfolio(
                    "BTC 0.2 @ 100000 -> 20",
                    "USDC 30000 @ 1 -> 60",
                    cash="50000 -> 20",
                    quote="USDT",
                    bands=ONCE,
                )
            ),
            "USDC is above",
            quote="USDT",
        ),
        decided(
            "words-with-markup",
            decide_on(worked()),
            "<b>bold",
            texts=(
                ("drift_btc", "<b>12.0 points</b> above target & more"),
                ("gate", "the check of {{drift_btc}} {drift}"),
                ("await_confirmation_days", "1 daily look <so far>"),
            ),
        ),
    ]


def _contradictions() -> list[Golden]:
    done = proposal_in(ProposalState.DONE)
    sold = order_for(done, 1, OrderState.FILLED)
    bought = order_for(done, 2, OrderState.FILLED)
    dear = [fill_of(sold, "0.03195", "109000", fee="13.93")]
    cheap = [fill_of(sold, "0.03195", "111000", fee="14.18")]
    low = [fill_of(bought, "0.62", "4100", fee="10.17")]
    rest = order_for(done, 2, OrderState.CANCELLED)
    course = Course(
        began_at=MORNING - timedelta(days=30),
        ended_at=MORNING,
        before=Money(Decimal(61000)),
        after=Money(Decimal(50000)),
        weights=((Asset("BTC"), Weight(Decimal("0.49")), Weight(Decimal("0.62"))),),
        deposits=Money(Decimal(0)),
        taken_out=Money(Decimal(4000)),
        rewards=Money(Decimal(35)),
        are_flows_priced=True,
    )
    partial = replace(done, state=ProposalState.PARTIAL)
    return [
        Golden(
            "sold-after-a-fall",
            executed_facts(partial, [sold, rest], dear, prices_at("109000")),
            ("in the plan's favour", "bought back"),
        ),
        Golden(
            "sold-better-than-planned",
            executed_facts(partial, [sold, rest], cheap, prices_at("110900")),
            ("against the plan",),
        ),
        Golden(
            "bought-while-down",
            executed_facts(partial, [order_for(done, 1, OrderState.ABSENT), bought], low),
            ("the sale went through",),
        ),
        sampled("cash-is-the-one-outside", "cash below its band", "buys", "cash is above"),
        Golden(
            "value-down-weight-up",
            answer_facts(Intent.WHAT_CHANGED, Evidence(course=course), quote=USD),
            ("a loss of $11,000",),
        ),
    ]


def _extremes() -> list[Golden]:
    every_vote = replace(STATE, stress=under(Stress.PAUSED, *ALL_VOTES))
    empty = executed_facts(
        proposal_in(ProposalState.FAILED),
        [
            order_for(proposal_in(ProposalState.FAILED), 1, OrderState.ABSENT),
            order_for(proposal_in(ProposalState.FAILED), 2, OrderState.NEW, sent=False),
        ],
        [],
    )
    return [
        sampled("thirty-rows", "cash too short", "enough cash"),
        decided("every-vote", confirmed(worked(), every_vote), "only prices"),
        sampled("empty-account", "empty account", "sells", "buys", "the value is"),
        Golden("nothing-traded", empty, ("is done", "it cost")),
        Golden(
            "zero-of-everything",
            answer_facts(
                Intent.COST,
                Evidence(costs=Costs(0, Money(Decimal(0)), Money(Decimal(0)))),
                quote=USD,
            ),
            ("fees were",),
        ),
    ]
