"""The forty golden tables that people meet: each kind of message in each of its states."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from core.domain.asked import Cause, Intent
from core.domain.portfolio import Flow, FlowKind
from core.domain.proposal import OrderState, ProposalState
from core.domain.state import EngineState
from core.domain.stress import Stress
from core.domain.units import Asset, Money, Price, Weight
from core.facts import Costs, Course, Evidence, answer_facts, digest_facts, pause_facts
from core.planning.shortfall import Prices
from tests.dsl import MORNING, decide_on
from tests.evals.tables import Golden, sampled
from tests.explain.executions import executed_facts, fill_of, order_for, proposal_in
from tests.explain.market_samples import VOTES, under
from tests.explain.samples import STATE, confirmed, worked

USD, BTC, ETH = Asset("USD"), Asset("BTC"), Asset("ETH")
SOON = MORNING + timedelta(minutes=2)


def common() -> list[Golden]:
    """Return the forty, in the order of their numbers."""
    return [*_proposals(), *_idle(), *_executions(), *_pauses(), *_digests(), *_answers()]


def _proposals() -> list[Golden]:
    return [
        sampled("one-breach", "one breach", "BTC is below", "all of the BTC"),
        sampled("first-funding", "all cash, first funding", "stands above", "sells"),
        sampled("hard-breach", "hard breach", "ETH is above", "SOL is above"),
        sampled("two-breaches", "two breaches", "BTC is inside its band", "stays inside its band"),
        sampled("bought-from-cash", "bought from cash", "sell ETH", "ETH is above"),
        sampled("an-exit", "an exit", "part of the DOGE", "DOGE stays"),
        sampled("cold-limited", "cold limited", "sells the cold coins"),
        sampled("new-money", "new money", "profit", "gain"),
        sampled("market-halted-leg", "market halted", "ETH market is open", "buy ETH"),
        sampled("guarded", "guarded", "still paused", "no proposals"),
    ]


def _idle() -> list[Golden]:
    return [
        sampled("inside", "nothing", "outside its band", "outside their bands"),
        sampled("awaiting", "awaiting confirmation", "inside its band", "will be traded"),
        sampled("paused-by-hand", "paused", "under stress", "halted"),
        sampled("halted", "halted", "paused by"),
        sampled("stale-price", "stale price", "BTC is too old", "prices are fresh"),
        sampled("sources-disagree", "sources disagree", "the sources agree"),
        sampled("short-history", "no history", "enough history"),
        sampled("cost-above-benefit", "cost above benefit", "worth the cost", "pays for itself"),
        sampled("too-small", "too small", "large enough"),
        sampled("proposal-open", "proposal open", "no proposal is open"),
        sampled("turnover-limit", "turnover limit", "within the limit"),
        sampled("stress-pause", "stress pause", "paused by hand", "the market is calm"),
        sampled("rising-kept", "rising, kept", "falling steadily", "outside its band"),
    ]


def _executions() -> list[Golden]:
    done, partial = proposal_in(ProposalState.DONE), proposal_in(ProposalState.PARTIAL)
    failed = proposal_in(ProposalState.FAILED)
    sold = order_for(done, 1, OrderState.FILLED)
    bought = order_for(done, 2, OrderState.FILLED)
    half = order_for(done, 2, OrderState.PARTLY_FILLED)
    both = [
        fill_of(sold, "0.03195", "109950", fee="14.05"),
        fill_of(bought, "0.62", "4203", fee="10.42"),
    ]
    part = [both[0], fill_of(half, "0.2", "4204", fee="3.36")]
    refused = [
        order_for(done, 1, OrderState.REJECTED),
        order_for(done, 2, OrderState.NEW, sent=False),
    ]
    lost = [sold, order_for(done, 2, OrderState.UNKNOWN)]
    unsent = [sold, order_for(done, 2, OrderState.NEW, sent=False)]
    return [
        Golden("executed", executed_facts(done, [sold, bought], both), ("in part", "not bought")),
        Golden("executed-in-part", executed_facts(partial, [sold, half], part), ("in full",)),
        Golden(
            "order-refused", executed_facts(failed, refused, []), ("sold 0.03195", "bought 0.62")
        ),
        Golden("order-unknown", executed_facts(partial, lost, both[:1]), ("was bought",)),
        Golden("leg-not-sent", executed_facts(partial, unsent, both[:1]), ("was bought",)),
    ]


def _pauses() -> list[Golden]:
    calm = EngineState()
    waiting = replace(calm, open_proposal="7f3k9q2m")
    hot = decide_on(worked(), replace(STATE, stress=under(Stress.PAUSED, *VOTES)))
    mild = decide_on(worked(), replace(STATE, stress=under(Stress.GUARDED, since=0)))
    over = decide_on(worked(), calm)
    paused = replace(calm, stress=under(Stress.PAUSED, *VOTES, since=9))
    guarded = replace(calm, stress=under(Stress.GUARDED, since=7))
    return [
        Golden("pause-begins", pause_facts(hot, waiting), ("is over", "prices rose")),
        Golden("pause-eases", pause_facts(mild, paused), ("still on hold",)),
        Golden("pause-ends", pause_facts(over, guarded), ("still on hold", "still guarded")),
    ]


def _digests() -> list[Golden]:
    quiet = decide_on(worked("0.2273", "2.738", "13500"))
    acted = confirmed(worked())
    open_now = proposal_in(ProposalState.PROPOSED)
    flows = [
        Flow("f1", USD, FlowKind.DEPOSIT, Decimal(2500), Money(Decimal(2500)), MORNING),
        Flow("f2", ETH, FlowKind.REWARD, Decimal("0.01"), Money(Decimal(42)), MORNING),
        Flow("f3", USD, FlowKind.WITHDRAWAL, Decimal(-300), Money(Decimal(-300)), MORNING),
    ]
    ended = [proposal_in(ProposalState.EXPIRED), proposal_in(ProposalState.REJECTED)]
    return [
        Golden("quiet-day", digest_facts([quiet], quote=USD), ("1 proposal", "outside its band")),
        Golden("day-with-a-card", digest_facts([acted], [open_now], quote=USD), ("no proposal",)),
        Golden("day-of-flows", digest_facts([quiet], ended, flows, quote=USD), ("profit", "gain")),
    ]


def _answers() -> list[Golden]:
    idle = decide_on(worked())
    acted = confirmed(worked())
    done = replace(proposal_in(ProposalState.DONE), decision_id=acted.decision_id)
    days = ((Cause.WAITING, 3), (Cause.INSIDE, 2), (Cause.COSTS, 2))
    course = Course(
        began_at=MORNING - timedelta(days=7),
        ended_at=MORNING,
        before=Money(Decimal(48200)),
        after=Money(Decimal(50000)),
        weights=(
            (BTC, Weight(Decimal("0.58")), Weight(Decimal("0.62"))),
            (ETH, Weight(Decimal("0.24")), Weight(Decimal("0.22"))),
        ),
        deposits=Money(Decimal(2500)),
        taken_out=Money(Decimal(0)),
        rewards=Money(Decimal(0)),
        are_flows_priced=True,
    )
    costs = Costs(3, Money(Decimal("41.20")), Money(Decimal("6.35")))
    now = Evidence(decisions=(idle,))
    week = Evidence(
        decisions=(idle,), proposals=(done,), days=days, fates=((ProposalState.DONE, 1),)
    )

    def answered(
        name: str, intent: Intent, evidence: Evidence, *forbidden: str, asset: Asset | None = None
    ) -> Golden:
        table = answer_facts(intent, evidence, quote=USD, asset=asset)
        return Golden(name, table, forbidden, SOON)

    return [
        answered("asked-why-nothing", Intent.WHY_NO_TRADE, now, "inside its band", asset=BTC),
        answered("asked-about-a-week", Intent.WHY_NO_TRADE, week, "every day", asset=ETH),
        answered(
            "asked-why-traded",
            Intent.WHY_TRADE,
            Evidence(decisions=(acted,), proposals=(done,), fates=((ProposalState.DONE, 1),)),
            "was rejected",
        ),
        answered("asked-what-it-cost", Intent.COST, Evidence(costs=costs), "profit", "tax"),
        answered("asked-what-changed", Intent.WHAT_CHANGED, Evidence(course=course), "profit"),
        answered("asked-for-a-result", Intent.PERFORMANCE, Evidence(course=course), "a profit of"),
    ]


def prices_at(approved: str) -> dict[Asset, Prices]:
    """Return what BTC stood at when an order left, and after it."""
    price = Price(Decimal(approved))
    return {BTC: Prices(price, price, is_end_fresh=True)}
