"""Who has left its band, and for how long: the gate that starts a proposal (gate 6)."""

from dataclasses import replace

from core.domain.decision import Gate, GateResult, Reason, ReasonCode
from core.domain.market import Side
from core.domain.snapshot import Occasion
from core.domain.state import EngineState
from core.domain.units import ONE, Asset, Weight
from core.planning.guards import update_streaks
from core.planning.holdings import untradable
from core.planning.proposing import View
from core.signals.drift import is_beyond


def breach_gate(view: View, state: EngineState) -> tuple[GateResult, EngineState]:
    """Say who left its band and whether that is confirmed; return the memory with its streaks."""
    breaches, snapshot = view.breaches, view.snapshot
    sides = [(asset, _side(view, asset)) for asset in breaches.breached]
    memory = state
    if snapshot.occasion is Occasion.DAILY:
        streaks = update_streaks(state.streaks, sides, snapshot.as_of.date())
        memory = replace(state, streaks=streaks)
    if not breaches.breached:
        reasons = (Reason(ReasonCode.NO_BREACH), *_stuck(view), *_margins(view))
        return GateResult(Gate.BREACH, passed=False, reasons=reasons), memory
    reasons = tuple(_breach_reason(view, asset) for asset in breaches.breached)
    if breaches.first_funding:
        reasons = (Reason(ReasonCode.FIRST_FUNDING), *reasons)
    if _is_confirmed(view, memory):
        return GateResult(Gate.BREACH, passed=True, reasons=reasons), memory
    waiting = _waiting(view, memory)
    return GateResult(Gate.BREACH, passed=False, reasons=(*reasons, waiting)), memory


def _is_confirmed(view: View, memory: EngineState) -> bool:
    if view.breaches.hard or view.snapshot.occasion is Occasion.RECHECK:
        return True
    if view.snapshot.occasion is Occasion.INTRADAY:
        return False
    return view.breaches.first_funding or _longest(view, memory) >= view.policy.bands.confirm


def _longest(view: View, memory: EngineState) -> int:
    """Return for how many daily evaluations in a row a present breach has stood."""
    today = view.snapshot.as_of.date()
    counts = [
        row.days
        for row in memory.streaks
        if row.asset in view.breaches.breached
        and row.side is _side(view, row.asset)
        and (today - row.last_on).days <= 1
    ]
    return max(counts, default=0)


def _waiting(view: View, memory: EngineState) -> Reason:
    values = (("days", _longest(view, memory)), ("needed", view.policy.bands.confirm))
    return Reason(ReasonCode.AWAIT_CONFIRMATION, "", values)


def _side(view: View, asset: Asset) -> Side:
    stand = view.stands[asset]
    return Side.SELL if stand.weight > stand.target else Side.BUY


def _breach_reason(view: View, asset: Asset) -> Reason:
    is_hard = asset in view.breaches.hard
    code = ReasonCode.HARD_BREACH if is_hard else ReasonCode.BREACH
    stand = view.stands[asset]
    above = stand.weight > stand.target
    edge = stand.target + stand.band.upper if above else stand.target - stand.band.lower
    figures = (("weight", stand.weight), ("target", stand.target), ("edge", Weight(edge)))
    return Reason(code, asset, (*figures, ("side", "above" if above else "below")))


def _stuck(view: View) -> tuple[Reason, ...]:
    """Say of every asset that left its band why it is no breach: it takes no orders now."""
    return tuple(
        reason
        for reason in untradable(view.snapshot, view.policy)
        if (stand := view.stands.get(Asset(reason.subject))) is not None
        and is_beyond(stand.weight, stand.target, stand.band, units=ONE)
    )


def _margins(view: View) -> tuple[Reason, ...]:
    """Say for every asset where it would trade: "ETH trades at 21.4 %, now 23.0 %"."""
    return tuple(
        Reason(
            ReasonCode.MARGIN,
            asset,
            (
                ("weight", stand.weight),
                ("low", Weight(stand.target - stand.band.lower)),
                ("high", Weight(stand.target + stand.band.upper)),
            ),
        )
        for asset, stand in view.stands.items()
    )
