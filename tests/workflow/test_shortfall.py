"""What an execution cost is measured when it ends, and later plans reckon with it (METHODS 5.2)."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from core.domain.decision import Reason, ReasonCode
from core.domain.proposal import Proposal, ProposalState
from core.domain.shortfall import Shortfall
from core.domain.snapshot import Occasion
from core.domain.units import ZERO, Asset, Money, Quantity, exact
from tests.core.worked import plan_of
from tests.emulators.flaky_venue import FillPartly, Fine, LoseAnswer
from tests.workflow.office import BTC, ETH, Office


def legs_of(office: Office, proposal: Proposal) -> Sequence[Shortfall]:
    """Return the measured legs of a proposal."""
    with office.store.reading() as tx:
        return tx.shortfalls.of(proposal.proposal_id)


def teach(office: Office, asset: Asset, *ratios: str) -> None:
    """Let the newest legs of ``asset`` have cost so many times what was expected."""
    with office.store.transaction() as tx:
        one = tx.shortfalls.latest(1, asset=asset)[0]
        for number, ratio in enumerate(ratios):
            fees = Money(one.predicted * Decimal(ratio) - one.execution)
            tx.shortfalls.add([replace(one, leg=100 + number, fees=fees)])


async def test_every_leg_is_measured(office: Office) -> None:
    """Decided at one price, checked again at another, filled at a third: each part is on record."""
    await office.check()
    await office.market.shift("BTC", "-0.4")
    ended = await office.approve_all()
    assert ended.state is ProposalState.DONE
    sale, buy = legs_of(office, ended)
    trade = ended.plan.trades[0]
    assert (sale.asset, buy.asset) == (BTC, ETH)
    assert sale.decided_price == trade.mid
    assert Decimal("0.0039") < 1 - sale.approved_price / trade.mid < Decimal("0.0041")
    fills = [fill for fill in office.fills(ended.proposal_id) if fill.asset == BTC]
    assert sale.filled == sum(fill.quantity for fill in fills)
    assert sale.delay == exact(lambda: (trade.mid - sale.approved_price) * sale.filled)()
    assert sale.execution > ZERO
    assert sale.fees == sum(fill.fee for fill in fills)
    assert (sale.unfilled, sale.is_end_fresh) == (ZERO, True)
    assert buy.delay == 0
    assert Decimal("0.9") < (sale.ratio or ZERO) < Decimal("1.1")


async def test_it_is_written_with_the_end_of_the_execution(office: Office) -> None:
    """The legs stand in the journal right after the proposal's end, in one commit with it."""
    await office.check()
    await office.approve_all()
    kinds = [entry.kind for entry in office.journal()]
    end = kinds.index("proposal.done")
    assert kinds[end + 1 : end + 3] == ["shortfall.measured"] * 2
    assert kinds.count("shortfall.measured") == 2
    assert await office.problems() == []


async def test_a_fill_in_part_and_a_lost_answer_are_measured_too(office: Office) -> None:
    """What was not bought counts with what its price did; two tries of a leg are one."""
    await office.check()
    some = FillPartly(Quantity(Decimal("0.2")))
    office.venue.expect(LoseAnswer(), some, FillPartly(Quantity(Decimal("0.1"))))
    office.watched.after = lambda: office.market.move("ETH", "4215")
    ended = await office.approve_all()
    assert ended.state is ProposalState.PARTIAL
    sale, buy = legs_of(office, ended)
    assert (sale.unfilled, buy.filled) == (ZERO, Decimal("0.3"))
    left = buy.wanted - buy.filled
    assert buy.unfilled == exact(lambda: (buy.ended_price - buy.decided_price) * left)()
    assert buy.unfilled > ZERO


async def test_without_a_fresh_price_the_last_one_stands_and_the_record_says_so(
    office: Office,
) -> None:
    """When the market is silent at the end, the re-check's price is taken, marked as such."""
    await office.check()
    office.venue.expect(Fine(), Fine())

    def silence() -> None:
        office.market.is_down = len(office.venue.sent) == 2

    office.watched.after = silence
    ended = await office.approve_all()
    assert ended.state is ProposalState.DONE
    for leg in legs_of(office, ended):
        assert (leg.is_end_fresh, leg.ended_price) == (False, leg.approved_price)


async def test_the_report_tells_the_cost_against_the_estimate(office: Office) -> None:
    """A person reads in one sentence what trading cost and what was expected."""
    await office.check()
    await office.approve_all()
    (report,) = office.reports()
    (cost,) = [line for line in report.explanation.lines if line.startswith("It cost $")]
    assert "was expected." in cost


async def test_what_trading_cost_enters_the_next_decision(office: Office) -> None:
    """Trades that keep costing twice the estimate raise the walk, and the decision says so."""
    await office.gather_experience()
    office.market.move("BTC", "150000")
    office.market.depth = Decimal("0.002")
    plain = plan_of(await office.check(Occasion.ASKED))
    teach(office, BTC, "2", "2", "2")
    decision = await office.check(Occasion.ASKED)
    (said,) = [row for row in decision.reasons if row.code is ReasonCode.WALK_RAISED]
    assert said == Reason(ReasonCode.WALK_RAISED, "BTC", (("factor", Decimal(2)),))
    raised = plan_of(decision)
    assert plain is not None
    assert raised is not None
    assert raised.trades[0].slippage > plain.trades[0].slippage
    with office.store.reading() as tx:
        stored = tx.decisions.get(decision.decision_id)
    assert stored is not None
    assert stored.snapshot.walk_ratios == ((BTC, Decimal(2)),)


async def test_ordinary_costs_teach_nothing(office: Office) -> None:
    """Legs that cost about what was expected leave snapshots as they were."""
    await office.gather_experience()
    teach(office, BTC, "1", "1.5", "0.8")
    snapshot = await office.desk.snapshots.take(Occasion.ASKED)
    assert snapshot.walk_ratios == ()
    assert (await office.desk.snapshots.glance()).walk_ratios == ()
