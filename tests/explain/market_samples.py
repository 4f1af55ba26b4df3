"""Decisions in markets of every kind: rising, falling, under stress, crowded, half blind."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from core.domain.policy import Policy
from core.domain.readings import FeedTrouble, ReadingKind, Trouble
from core.domain.regime import Regime, RegimeState, Score
from core.domain.state import EngineState, Halt, StressOverride
from core.domain.stress import Family, Shock, Silence, Stress, StressState, Vote
from core.domain.tilt import Froth, Tilt, TiltName, TiltState
from core.domain.units import Asset, Rate, Weight
from core.domain.watching import RegimeRules, StressRules
from tests.dsl import MORNING, decide_on, history
from tests.explain.samples import STATE, Sample, confirmed, five, worked

TODAY = date(2026, 3, 1)
"""The newest closed day at MORNING."""

_BTC, _ETH, _SOL, _LINK, _USD = (Asset(name) for name in ("BTC", "ETH", "SOL", "LINK", "USD"))


def days_ago(count: int) -> date:
    """Return a day before the newest closed one."""
    return TODAY - timedelta(days=count)


def regime(label: Regime, total: str = "0", **changes: object) -> RegimeState:
    """Return a market of one kind since 12 Feb, with a score."""
    score = Score(
        Decimal(total),
        slope=Decimal(total),
        er=Decimal(total) / 2,
        adx=Decimal("0.4"),
        vp=Decimal(total),
    )
    state = RegimeState(
        published=label,
        published_since=days_ago(17),
        label=label,
        age=17,
        wanted=(label, label),
        folded=200,
        day=TODAY,
        source="made",
        score=score,
    )
    return replace(state, **changes)  # type: ignore[arg-type]


def under(phase: Stress, *votes: Vote, since: int = 2, **changes: object) -> StressState:
    """Return a phase that began some days ago; without a day its votes stand as they are."""
    total = sum(vote.points or 0 for vote in votes)
    state = StressState(phase, since=days_ago(since), votes=votes, total=total)
    return replace(state, **changes)  # type: ignore[arg-type]


VOTES = (
    Vote(Family.PRICE, 2, measured=Decimal("-0.162")),
    Vote(Family.SENTIMENT, 1, measured=Decimal(22)),
    Vote(Family.CORRELATION, 1, measured=Decimal("0.93")),
)
ALL_VOTES = (
    *VOTES,
    Vote(Family.FLOWS, 2, measured=Decimal("4.218")),
    Vote(Family.QUOTE, 1, measured=Decimal("-0.0062")),
    Vote(Family.VENUE, 1, measured=Decimal(1)),
)
SILENT = tuple(
    Vote(family, None, silence) for family, silence in zip(Family, Silence, strict=False)
)
SILENT += (
    Vote(Family.QUOTE, None, Silence.TOO_FEW),
    Vote(Family.VENUE, None, Silence.MISSING),
)


def tilt(name: TiltName, subject: str = "", *, fading: bool = False, **shifts: str) -> Tilt:
    """Return a tilt that began five days ago and stands where it wants to be."""
    moved = tuple((Asset(name), Weight(Decimal(shift))) for name, shift in sorted(shifts.items()))
    return Tilt(name, subject, days_ago(5), moved, () if fading else moved)


BEAR = tilt(TiltName.BEAR, BTC="0.03", ETH="-0.06", USD="0.03")
BULL = tilt(TiltName.BULL, ETH="0.05", USD="-0.05")
FROTH = tilt(TiltName.FROTH, "SOL", BTC="0.02", SOL="-0.02")

TROUBLES = (
    FeedTrouble(ReadingKind.NET_INFLOW, _ETH, "glassnode", Trouble.OFF),
    *(
        FeedTrouble(kind, Asset(""), "alternative.me", trouble)
        for kind, trouble in zip(
            (
                ReadingKind.FEAR_GREED,
                ReadingKind.VENUE,
                ReadingKind.MVRV,
                ReadingKind.ACCUMULATION,
                ReadingKind.FUNDING,
            ),
            (trouble for trouble in Trouble if trouble is not Trouble.OFF),
            strict=False,
        )
    ),
)


def market() -> list[Sample]:
    """Return decisions in which the market has a say: together they hold all its reasons."""
    return [*_regimes(), *_pauses(), *_tilts(), *_inputs()]


def _regimes() -> list[Sample]:
    def in_a(label: Regime, total: str = "0", **changes: object) -> EngineState:
        return replace(STATE, regime=regime(label, total, **changes))

    narrow = worked("0.2273", "2.738", "13500")
    return [
        Sample("rising, inside", decide_on(narrow, in_a(Regime.UP, "0.71"))),
        Sample("rising, kept", decide_on(worked("0.29"), in_a(Regime.UP, "0.71"))),
        Sample("rising, trimmed", confirmed(worked("0.36"), in_a(Regime.UP, "0.71"))),
        Sample("falling, kept", decide_on(worked("0.22", "1.6"), in_a(Regime.DOWN, "-0.66"))),
        Sample("falling, bought", confirmed(worked("0.3", "0.6"), in_a(Regime.DOWN, "-0.66"))),
        Sample("falling, cash", confirmed(worked("0.2", "2", "26000"), in_a(Regime.DOWN, "-0.66"))),
        Sample("sideways, trimmed", confirmed(worked("0.27"), in_a(Regime.RANGING, "0.05"))),
        Sample("turbulent", confirmed(worked("0.4", "1.8"), in_a(Regime.TURBULENT, "-0.2"))),
        Sample("plain bands", decide_on(worked(regime=RegimeRules(is_directional=False)))),
        Sample("not known", decide_on(narrow, in_a(Regime.UNKNOWN, folded=30))),
        Sample("not known for one more day", decide_on(narrow, in_a(Regime.UNKNOWN, folded=60))),
        Sample("a day missing", decide_on(narrow, in_a(Regime.UP, "0.6", missing=1))),
        Sample("two days missing", decide_on(narrow, in_a(Regime.UP, "0.6", missing=2))),
        Sample(
            "bars without volume and range",
            decide_on(
                narrow,
                in_a(
                    Regime.UP,
                    score=Score(
                        Decimal("0.6"), slope=Decimal(1), er=Decimal("0.2"), adx=None, vp=None
                    ),
                ),
            ),
        ),
    ]


def _pauses() -> list[Sample]:
    paused = replace(STATE, stress=under(Stress.PAUSED, *VOTES))
    shocked = under(Stress.PAUSED, *VOTES, shock=Shock(TODAY, Decimal("-0.171")))
    override = StressOverride(MORNING + timedelta(hours=30), "Ana", "rent")
    calm = under(Stress.NORMAL, exited_on=days_ago(1), day=TODAY)
    watched = worked(stress=StressRules(families=(Family.PRICE,)))
    year = history("BTC", 110000, days=400)
    return [
        Sample("stress pause", decide_on(worked(), paused)),
        Sample("stress pause, confirmed", confirmed(worked(), paused)),
        Sample("stress pause, inside", decide_on(worked("0.2273", "2.738", "13500"), paused)),
        Sample("stress within a day", decide_on(worked(), replace(STATE, stress=shocked))),
        Sample(
            "stress of every kind",
            confirmed(worked(), replace(STATE, stress=under(Stress.PAUSED, *ALL_VOTES))),
        ),
        Sample(
            "stress and silence",
            decide_on(worked(), replace(STATE, stress=under(Stress.PAUSED, *SILENT))),
        ),
        Sample("resumed under stress", confirmed(worked(), replace(paused, override=override))),
        Sample(
            "guarded",
            confirmed(
                worked("0.33", "2", "5000"),
                replace(STATE, stress=under(Stress.GUARDED, Vote(Family.PRICE, 0))),
            ),
        ),
        Sample("cooling down", decide_on(watched, replace(STATE, stress=calm), bars=(year,))),
        Sample(
            "halted under stress",
            decide_on(worked(), replace(paused, halt=Halt(MORNING, "a strange fill"))),
        ),
        Sample(
            "quote coin off par",
            confirmed(
                worked(),
                replace(STATE, stress=under(Stress.NORMAL, ALL_VOTES[-2])),
            ),
        ),
    ]


def _tilts() -> list[Sample]:
    def with_tilts(*tilts: Tilt, label: Regime = Regime.DOWN, **changes: object) -> EngineState:
        state = replace(TiltState(tilts, day=TODAY), **changes)  # type: ignore[arg-type]
        return replace(STATE, regime=regime(label, "-0.7"), tilt=state)

    hot = Froth(_SOL, is_on=True, since=days_ago(5), rate=Rate(Decimal("0.0012")))
    silent = Froth(_LINK)
    return [
        Sample("bear tilt", confirmed(worked("0.33", "3.2", "2500"), with_tilts(BEAR))),
        Sample("bear tilt, inside", decide_on(worked("0.24", "2.5", "13500"), with_tilts(BEAR))),
        Sample(
            "bull tilt",
            confirmed(worked("0.36", "2.0", "5000"), with_tilts(BULL, label=Regime.UP)),
        ),
        Sample(
            "bear tilt, fading",
            confirmed(
                worked("0.33", "3.6", "2500"),
                with_tilts(
                    tilt(TiltName.BEAR, fading=True, BTC="0.01", ETH="-0.02", USD="0.01"),
                    label=Regime.RANGING,
                ),
            ),
        ),
        Sample(
            "crowded coin",
            confirmed(
                five(sol="90", btc="0.19", eth="2.8"),
                with_tilts(FROTH, label=Regime.UNKNOWN, froths=(silent, hot), is_frozen=True),
            ),
        ),
        Sample(
            "crowded coin, sold",
            confirmed(
                five(sol="46", btc="0.2", eth="3", cash="6000"),
                with_tilts(FROTH, label=Regime.UNKNOWN, froths=(hot,)),
            ),
        ),
        Sample(
            "fading, sold",
            confirmed(
                worked("0.292", "2.619", "8000"),
                with_tilts(
                    tilt(TiltName.BEAR, fading=True, BTC="0.01", ETH="-0.02", USD="0.01"),
                    label=Regime.UNKNOWN,
                ),
            ),
        ),
        Sample(
            "beside a crowded coin",
            confirmed(
                five(btc="0.33", eth="2", cash="6000", sol="30"),
                with_tilts(FROTH, label=Regime.UNKNOWN, froths=(hot,)),
            ),
        ),
    ]


def _inputs() -> list[Sample]:
    watched = worked(stress=StressRules())
    late = history("BTC", 110000, days=400)
    return [
        Sample("no history", decide_on(watched)),
        Sample("late bars", decide_on(watched, day=2, bars=(late,))),
        Sample("feeds in trouble", decide_on(worked(), troubles=TROUBLES)),
    ]


def watching_policy() -> Policy:
    """Return the worked example's policy with the stress pause as it is unless told otherwise."""
    return worked(stress=StressRules()).policy
