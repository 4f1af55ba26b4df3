"""The claims of the article that speak of a case: a quarter, a mood, a small account.

Source: METHODS 0.3.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

import numpy as np

from bot.research.study.claims import (
    Claim,
    Evidence,
    Fact,
    effect_evidence,
    rate_bounds,
    rate_unit,
)
from bot.research.study.findings import Draws, part_of
from bot.research.study.kernel_view import LADDER
from bot.research.study.living import Name
from bot.research.study.resampling import joint_bounds
from bot.research.study.subjects import POINTS, Subject, each_window
from bot.research.study.verdicts import Claimed
from bot.research.windows import Window
from core.domain.policy import PROFILES, ProfileName
from core.domain.readings import ReadingSeries
from core.domain.stress import Stress
from core.domain.units import Asset, text_of
from core.simulation.bar_table import DAY, Floats
from core.simulation.runs import SimulatedRun

QUARTER = Window(date(2022, 10, 1), date(2022, 12, 31))
FALL = Window(date(2022, 11, 1), date(2022, 11, 9))
CRASH_DAYS = (date(2022, 11, 8), date(2022, 11, 9))
LOST = Claimed(-10.0, -6.0)
"""About 8 %, as a range."""

FEAR = 25
CRASH = -0.10
"""A day on which BTC closes this much lower counts as a crash."""

MORE_FEAR = 0.25
"""From how much more fear on crash days than on others it would be a sign."""

_ETH = Asset("ETH")
_FEWEST = 5
_NO_FEAR = 100.0


def fourth_quarter(
    subjects: Sequence[Subject], fear_greed: ReadingSeries | None, draws: Draws
) -> Claim:
    """Return the claim about the last quarter of 2022, on portfolios that lived through it."""
    there = [one for one in subjects if one.covers(QUARTER)]
    own, beside = (Name.FIXED, Name.DRIFT), (Name.FULL, Name.FIXED)
    facts = [fact for one in there for fact in _quarter_facts(one)]
    if there:
        facts.extend(_fear_then(fear_greed))
    return Claim(
        "q4-2022",
        "The fourth quarter of 2022",
        "A bot with a 10 % drift trigger sold Bitcoin for Ether into the fall of FTX, and lost "
        "about 8 % by it.",
        "Fixed bands less drift from October to December 2022, in log points over the quarter, "
        "held against a loss of 6 to 10. Three months hold few independent days, so the interval "
        "is rough.",
        tuple(
            effect_evidence(
                (one.name, QUARTER),
                "growth of fixed bands less drift, in the quarter",
                one.effect(own, QUARTER, draws),
                LOST,
            )
            for one in there
        ),
        tuple(
            effect_evidence(
                (one.name, QUARTER),
                "growth of full less fixed bands, in the quarter",
                one.effect(beside, QUARTER, draws),
            )
            for one in there
        ),
        tuple(facts),
    )


def extreme_fear(
    subjects: Sequence[Subject], fear_greed: ReadingSeries | None, draws: Draws
) -> Claim:
    """Return the claim about the fear index, once for each venue's Bitcoin."""
    evidence: list[Evidence] = []
    facts: list[Fact] = []
    seen: dict[tuple[str, Window], Subject] = {}
    for one, window in each_window(subjects):
        seen.setdefault((one.runs.portfolio.venue.name, window), one)
    for (venue, window), one in seen.items() if fear_greed is not None else ():
        if fear_greed is None:
            continue
        crash, fear = _crash_days(one.run(Name.BTC, window), fear_greed)
        if crash.sum() < _FEWEST:
            continue
        seed = draws.seeds("fear", venue, str(window.first))
        bounds = joint_bounds(crash, fear, _more_fear, seed=seed, draws=draws.bootstrap)
        name, claimed = f"BTC on {venue}", Claimed(MORE_FEAR, 1.0)
        what = f"share of crash days at {FEAR} or below, less that of all days"
        evidence.append(Evidence(name, window, what, bounds, "share", claimed))
        on_crashes = f"{_share_caught(crash[None], fear[None])[0] * POINTS:.1f} %"
        facts.append(Fact(name, window, f"share of crash days at {FEAR} or below", on_crashes))
        every = f"{fear.mean() * POINTS:.1f} %"
        facts.append(Fact(name, window, f"share of all days at {FEAR} or below", every))
        facts.append(Fact(name, window, "crash days", f"{int(crash.sum())}"))
    return Claim(
        "fear",
        "Pausing on extreme fear",
        "Extreme fear tells a crash, so it is the moment to pause.",
        "Of the days on which BTC closed at least 10 % lower, the share whose Fear & Greed "
        "reading, known before that close, was 25 or below, less the share of all days on which it "
        "was; held against at least 25 more of each hundred days.",
        tuple(evidence),
        (),
        tuple(facts),
    )


def small_portfolios(subjects: Sequence[Subject], draws: Draws) -> Claim:
    """Return the claim about wide bands for small portfolios, on those that are small."""
    evidence: list[Evidence] = []
    facts: list[Fact] = []
    for one, window in each_window([one for one in subjects if one.profiles]):
        cut = {name: part_of(run, window) for name, run in one.profiles.items()}
        for name in (ProfileName.SMALL, ProfileName.TINY):
            evidence.extend(_saved_by((one, window), cut, name, draws))
        facts.extend(_ladder_facts((one, window), cut))
    return Claim(
        "small",
        "Small portfolios",
        "Below 5,000 to 10,000 dollars, bands of 15 to 20 points are the right ones: fewer "
        "approvals and less cost.",
        "The plain policy on the small portfolio under each band profile. Held against the claim: "
        "approvals and trading cost saved against the narrowest bands.",
        tuple(evidence),
        (),
        tuple(facts),
    )


def _quarter_facts(one: Subject) -> Iterator[Fact]:
    fixed, full = one.run(Name.FIXED, QUARTER), one.run(Name.FULL, QUARTER)
    drifting = one.run(Name.DRIFT, FALL)
    if _ETH in drifting.assets:
        weights = drifting.weights[:, drifting.assets.index(_ETH)]
        change = float(weights[-1] / weights[0] - 1.0) * POINTS
        text = f"{_signed(change)} % of itself"
        yield Fact(one.name, FALL, "change of Ether's weight from 1 to 9 November, alone", text)
    days = int((fixed.orders > 0).sum())
    yield Fact(one.name, QUARTER, "days on which fixed bands traded", f"{days}")
    asked = int(full.is_proposed.sum())
    yield Fact(one.name, QUARTER, "days on which full proposed a trade", f"{asked}")
    paused = sum(phase == Stress.PAUSED.value for phase in full.phases)
    yield Fact(one.name, QUARTER, "days on which full was paused", f"{paused}")


def _fear_then(fear_greed: ReadingSeries | None) -> Iterator[Fact]:
    if fear_greed is None:
        return
    readings = {row.about.date(): row.value for row in fear_greed.readings}
    told = [text_of(readings[day]) for day in CRASH_DAYS if day in readings]
    if told:
        text = " and ".join(told)
        yield Fact("all portfolios", FALL, "Fear & Greed on 8 and 9 November", text)


def _saved_by(
    pair: tuple[Subject, Window],
    cut: Mapping[ProfileName, SimulatedRun],
    profile: ProfileName,
    draws: Draws,
) -> Iterator[Evidence]:
    one, window = pair
    tight, wide = cut[ProfileName.TIGHT], cut[profile]
    fewer = tight.is_proposed.astype(np.float64) - wide.is_proposed
    saved = (tight.costs / tight.values - wide.costs / wide.values) * POINTS
    bands = _bands(profile)
    for daily, what, unit in (
        (fewer, f"approvals that {bands} save against 5-point ones", "approvals"),
        (saved, f"trading cost that {bands} save against 5-point ones", "percent points"),
    ):
        bounds = rate_bounds(daily, window, draws, purpose=f"{what} {one.name} {window.first}")
        yield Evidence(one.name, window, what, bounds, rate_unit(unit, window), Claimed(0.0))


def _ladder_facts(
    pair: tuple[Subject, Window], cut: Mapping[ProfileName, SimulatedRun]
) -> Iterator[Fact]:
    one, window = pair
    for profile in LADDER:
        run = cut[profile]
        grown = _signed(float(run.log_returns.sum()) * POINTS)
        text = f"{int(run.is_proposed.sum())} approvals and {grown} log points in all"
        yield Fact(one.name, window, f"with {_bands(profile)}", text)


def _bands(profile: ProfileName) -> str:
    return f"{text_of(PROFILES[profile].cap * 100)}-point bands"


def _signed(figure: float) -> str:
    return f"{figure:+.1f}".replace("-", "−")


def _share_caught(crash: Floats, fear: Floats) -> Floats:
    """Return the share of crash days that were fearful; draws without a crash have none."""
    days = crash.sum(axis=1)
    caught: Floats = np.where(days > 0, (crash * fear).sum(axis=1) / np.maximum(days, 1.0), 0.0)
    return caught


def _more_fear(crash: Floats, fear: Floats) -> Floats:
    more: Floats = _share_caught(crash, fear) - fear.mean(axis=1)
    return more


def _crash_days(hold: SimulatedRun, fear_greed: ReadingSeries) -> tuple[Floats, Floats]:
    """Return crash days and fearful days, 1 or 0 for each day that has a reading.

    The reading stamped with a day is out at its start, so it was known before that day's close.
    """
    readings = {int(row.about.timestamp()) // DAY: float(row.value) for row in fear_greed.readings}
    days = (hold.starts[1:] // DAY).tolist()
    known = np.array([day in readings for day in days])
    fear = np.array([readings.get(day, _NO_FEAR) <= FEAR for day in days], dtype=np.float64)
    crash = (np.expm1(hold.log_returns) <= CRASH).astype(np.float64)
    return crash[known], fear[known]
