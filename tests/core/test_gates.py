"""The ten gates: their order, what they say, and what is kept of a plan (METHODS 0.1)."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given

from core.domain.decision import Decision, Gate, NoTrade, Propose, ReasonCode, Verdict
from core.domain.policy import BandRules
from core.domain.snapshot import Occasion
from core.domain.state import EngineState, Halt, ManualPause, StressOverride
from core.domain.stress import Stress, StressState
from core.domain.units import Asset, Weight
from core.engine import decide
from tests.core.worked import plan_of
from tests.dsl import MORNING, codes_of, decide_on, portfolio, snapshot
from tests.strategies import FEWER, World, worlds

ONCE = BandRules(confirm=1)
OVER = portfolio("BTC 0.62 @ 100000 -> 50", cash="38000 -> 50", bands=ONCE)
INSIDE = portfolio("BTC 0.5 @ 100000 -> 50", cash="50000 -> 50", bands=ONCE)
EMPTY = portfolio("BTC 0 @ 100000 -> 50", cash="0 -> 50")

HALTED = EngineState(halt=Halt(MORNING, "balance mismatch"))
PAUSED = EngineState(pause=ManualPause(MORNING, "7"))
STRESSED = EngineState(stress=StressState(Stress.PAUSED))


def gates(decision: Decision) -> list[str]:
    """Return every gate that was asked, in order, failed ones with a minus."""
    return [("" if row.passed else "-") + row.gate.value for row in decision.gates]


def failed(decision: Decision) -> Gate | None:
    """Return the gate that decided."""
    return decision.outcome.gate if isinstance(decision.outcome, NoTrade) else None


def test_a_proposal_passed_all_ten_gates_in_order() -> None:
    """Data, halt, pause, targets, bands, breach, plan, orders, benefit, limits."""
    assert gates(decide_on(OVER)) == [gate.value for gate in Gate]


def test_unsafe_data_ends_it_at_the_first_gate() -> None:
    """Nothing is computed from what cannot be believed."""
    decision = decide_on(OVER, warnings=("UNKNOWN_BALANCE",))
    assert gates(decision) == ["-data"]
    assert [decision.standings, decision.value] == [(), None]


def test_inside_the_bands_six_gates_are_asked() -> None:
    """Without a breach nothing is planned; the margins say where it would begin (INV-6)."""
    decision = decide_on(INSIDE)
    assert gates(decision) == ["data", "halt", "pause", "targets", "bands", "-breach"]
    assert codes_of(decision)[-3:] == ["NO_BREACH", "MARGIN:BTC", "MARGIN:USD"]


@pytest.mark.parametrize(
    ("state", "gate", "code"),
    [
        (HALTED, Gate.HALT, ReasonCode.HALTED),
        (PAUSED, Gate.PAUSE, ReasonCode.PAUSED_BY_HAND),
        (STRESSED, Gate.PAUSE, ReasonCode.PAUSED_STRESS),
    ],
    ids=["halted", "paused by hand", "paused by stress"],
)
def test_a_halt_and_a_pause_hold_the_plan_back(
    state: EngineState, gate: Gate, code: ReasonCode
) -> None:
    """No trade, the reason, and the plan that would have run as a record."""
    decision = decide_on(OVER, state)
    assert failed(decision) is gate
    assert decision.has(code)
    assert isinstance(decision.outcome, NoTrade)
    assert decision.outcome.withheld == plan_of(decide_on(OVER))
    assert len(decision.gates) == 10


@pytest.mark.parametrize("occasion", [Occasion.RECHECK, Occasion.INTRADAY, Occasion.ASKED])
@pytest.mark.parametrize("state", [HALTED, PAUSED, STRESSED], ids=["halt", "hand", "stress"])
def test_a_halt_and_a_pause_hold_on_every_occasion(state: EngineState, occasion: Occasion) -> None:
    """Also for an approval that is on its way."""
    hard = portfolio("BTC 0.75 @ 100000 -> 50", cash="25000 -> 50", bands=ONCE)
    assert decide_on(hard, state, occasion=occasion).verdict is Verdict.NO_TRADE


def test_the_first_failing_gate_decides_and_all_are_recorded() -> None:
    """Halted and paused and asked today: the halt decides, the rest can be read."""
    state = replace(HALTED, pause=PAUSED.pause, proposed_on=(MORNING.date(),))
    decision = decide_on(OVER, state)
    assert failed(decision) is Gate.HALT
    assert gates(decision)[1:3] == ["-halt", "-pause"]
    assert gates(decision)[-1] == "-limits"


@pytest.mark.parametrize(("minutes", "is_paused"), [(-1, False), (0, True), (1, True)])
def test_an_override_lifts_a_stress_pause_until_it_ends(minutes: int, is_paused: bool) -> None:
    """A minute before its end it holds, at its end it is over."""
    until = MORNING - timedelta(minutes=minutes)
    state = replace(STRESSED, override=StressOverride(until, "7", "I looked"))
    assert decide_on(OVER, state).has(ReasonCode.PAUSED_STRESS) is is_paused


def test_an_override_lifts_neither_a_pause_by_hand_nor_a_halt_nor_unsafe_data() -> None:
    """It answers stress and nothing else."""
    override = StressOverride(MORNING + timedelta(hours=9), "7", "I looked")
    for state in (PAUSED, HALTED):
        assert decide_on(OVER, replace(state, override=override)).verdict is Verdict.NO_TRADE
    blind = decide_on(OVER, replace(STRESSED, override=override), warnings=("SKEW",))
    assert failed(blind) is Gate.DATA


def test_an_empty_account_has_no_value() -> None:
    """V = 0 is a reason, not an exception."""
    decision = decide_on(EMPTY)
    assert codes_of(decision) == ["NO_VALUE"]


def test_guarded_halves_every_quantity_before_rounding() -> None:
    """Half of what NORMAL would sell under the same, wider bands."""
    far = portfolio("BTC 0.8 @ 100000 -> 50", cash="20000 -> 50", bands=ONCE)
    deeper = replace(ONCE, delta=Weight(Decimal("0.75")))
    normal = plan_of(decide_on(far.ruled(bands=deeper)))
    guarded = plan_of(decide_on(far, EngineState(stress=StressState(Stress.GUARDED))))
    assert normal is not None
    assert guarded is not None
    # delta 0.75 of a band of 10 points ends where delta 0.5 of 15 points does.
    gap = abs(guarded.trades[0].quantity * 2 - normal.trades[0].quantity)
    assert gap <= 2 * far.snapshot.rules[0].quantity_step


@FEWER
@given(worlds())
def test_inv6_nobody_inside_its_band_starts_a_trade(world: World) -> None:
    """A proposal has a breach, and each breach stands at or beyond its edge (INV-6)."""
    situation = world.situation
    decision = decide(situation.snapshot, situation.policy, world.state)
    rows = {row.asset: row for row in decision.standings}
    codes = (ReasonCode.BREACH, ReasonCode.HARD_BREACH)
    breached = [reason.subject for reason in decision.reasons if reason.code in codes]
    assert breached or decision.verdict is Verdict.NO_TRADE
    for row in (rows[Asset(name)] for name in breached):
        is_exit = not row.target and row.asset != situation.policy.quote
        assert is_exit or row.weight <= row.low or row.weight >= row.high


@FEWER
@given(worlds())
def test_every_decision_names_its_reasons(world: World) -> None:
    """No gate without a reason, gates in their order, the verdict follows from the gates."""
    situation = world.situation
    decision = decide(situation.snapshot, situation.policy, world.state)
    order = list(Gate)
    asked = [row.gate for row in decision.gates]
    assert asked == order[: len(asked)]
    assert all(row.reasons for row in decision.gates)
    passed = all(row.passed for row in decision.gates)
    assert (decision.verdict is Verdict.PROPOSE) is passed
    if isinstance(decision.outcome, Propose):
        assert len(asked) == len(order)
    else:
        first = next(row.gate for row in decision.gates if not row.passed)
        assert decision.outcome.gate is first


@FEWER
@given(worlds())
def test_a_pause_changes_the_verdict_and_nothing_of_the_plan(world: World) -> None:
    """The withheld plan of a paused bot is the plan it would have proposed."""
    situation, state = world.situation, world.state
    free = decide(situation.snapshot, situation.policy, state)
    paused = replace(state, pause=PAUSED.pause)
    held = decide(situation.snapshot, situation.policy, paused)
    assert held.verdict is Verdict.NO_TRADE
    assert plan_of(held) == plan_of(free)
    assert held.standings == free.standings


def test_the_snapshot_is_seen_as_it_was_made() -> None:
    """decided_at is the snapshot's instant; the engine has no clock of its own."""
    later = snapshot(OVER, day=3, minutes=5)
    assert decide(later, OVER.policy, EngineState()).decided_at == later.as_of
