"""What the market was doing on the day in ``tests.store.samples``, every field filled."""

from datetime import date
from decimal import Decimal

from core.domain.regime import Indicators, Regime, RegimeState, Score
from core.domain.stress import Family, Shock, Silence, Stress, StressState, Vote
from core.domain.tilt import Froth, Tilt, TiltName, TiltState
from core.domain.units import Asset, Weight

BTC, ETH, USD = Asset("BTC"), Asset("ETH"), Asset("USD")
YESTERDAY = date(2026, 3, 1)

REGIME = RegimeState(
    published=Regime.RANGING,
    published_since=date(2026, 2, 18),
    label=Regime.RANGING,
    age=12,
    wanted=(Regime.RANGING, Regime.UP),
    calm=1,
    folded=77,
    missing=1,
    day=YESTERDAY,
    source="kraken",
    indicators=Indicators(
        YESTERDAY,
        z_slope=Decimal("-0.123456"),
        z_er=Decimal("0.25"),
        adx=None,
        direction=-1,
        vp=None,
        rank=Decimal("0.41"),
        ratio=Decimal("0.9"),
        z1=Decimal("-1.5"),
        r3=Decimal("-0.031"),
        z3=Decimal("-0.8"),
        is_missing=True,
    ),
    score=Score(
        Decimal("0.1"),
        slope=Decimal("-0.1"),
        er=Decimal("0.2"),
        adx=None,
        vp=None,
        nudge=Decimal("0.01"),
    ),
)

STRESS = StressState(
    phase=Stress.GUARDED,
    since=YESTERDAY,
    day=YESTERDAY,
    calm=1,
    exited_on=YESTERDAY,
    votes=(
        Vote(Family.PRICE, 2, measured=Decimal("-4.1")),
        Vote(Family.SENTIMENT, None, Silence.LATE),
    ),
    total=3,
    last_known=((Family.SENTIMENT, 1),),
    silent_since=((Family.SENTIMENT, YESTERDAY),),
    shock=Shock(YESTERDAY, Decimal("-0.16")),
)

_SHIFTS = ((BTC, Weight(Decimal("0.02"))), (USD, Weight(Decimal("-0.02"))))
TILT = TiltState(
    tilts=(Tilt(TiltName.BEAR, "", YESTERDAY, _SHIFTS, _SHIFTS),),
    froths=(
        Froth(ETH, is_on=True, since=YESTERDAY, low_days=2, is_spent=True, rate=Decimal("0.001")),
    ),
    day=YESTERDAY,
    is_frozen=True,
)
