"""The claims of the article that set this project off, each measured on every portfolio.

Source: METHODS 0.3.
"""

from collections.abc import Sequence
from dataclasses import replace
from operator import attrgetter

import numpy as np

from bot.research.study.article_cases import extreme_fear, fourth_quarter, small_portfolios
from bot.research.study.claims import (
    Claim,
    Evidence,
    a_year,
    effect_evidence,
    rate_bounds,
    rate_unit,
)
from bot.research.study.findings import Draws, effect_of, part_of
from bot.research.study.living import Name
from bot.research.study.resampling import drawdown_cut, volatility_cut
from bot.research.study.subjects import (
    POINTS,
    Subject,
    each_window,
    path_evidence,
)
from bot.research.study.verdicts import Claimed
from bot.research.windows import Window
from core.domain.readings import ReadingSeries
from core.simulation.bar_table import Floats

DRAWDOWN_CUT = Claimed(0.15, 0.25)


def claims_of(
    subjects: Sequence[Subject], fear_greed: ReadingSeries | None, draws: Draws
) -> tuple[Claim, ...]:
    """Return every claim with its evidence, in the order of the article."""
    return (
        _thresholds(subjects, draws),
        _trends(subjects, draws),
        _drawdowns(subjects, draws),
        fourth_quarter(subjects, fear_greed, draws),
        extreme_fear(subjects, fear_greed, draws),
        small_portfolios(subjects, draws),
        _taxes(subjects, draws),
    )


def _thresholds(subjects: Sequence[Subject], draws: Draws) -> Claim:
    pair = (Name.FIXED, Name.DRIFT)
    return Claim(
        "threshold",
        "Rebalancing by thresholds, against never rebalancing",
        "Threshold rebalancing adds 0.5 to 1.5 % a year.",
        "Fixed bands less drift: mean daily log return, paired day by day. A log point is close to "
        "a percent. Beside it, what the same bands did to risk.",
        tuple(
            effect_evidence(
                (one.name, window),
                "growth of fixed bands less that of drift",
                one.effect(pair, window, draws),
                a_year(0.5, 1.5, window),
            )
            for one, window in each_window(subjects)
        ),
        tuple(
            path_evidence(
                row, pair, volatility_cut, draws, what="volatility of fixed bands below drift's"
            )
            for row in each_window(subjects)
        ),
    )


def _trends(subjects: Sequence[Subject], draws: Draws) -> Claim:
    evidence, beside = [], []
    for one, window in each_window(subjects):
        wide = effect_of(
            part_of(one.both_sides, window),
            part_of(one.plain_again, window),
            draws,
            purpose=one.purpose(window),
        )
        own = one.effect((Name.REGIME, Name.PLAIN), window, draws)
        place, claimed = (one.name, window), a_year(2.0, 4.0, window)
        evidence.append(
            effect_evidence(place, "wide on both sides in trends, less plain", wide, claimed)
        )
        beside.append(effect_evidence(place, "wide on the trend's side only, less plain", own))
    return Claim(
        "trends",
        "Not trimming while the market trends",
        "Leaving the portfolio alone in trends, and rebalancing tightly in ranges, adds 2 to 4 % a "
        "year.",
        "Bands twice as wide on both sides in up and down trends and 0.8 times in ranges, less the "
        "plain policy with its bands always the same. Beside it the form this system uses: wider "
        "on the side the trend pushes to, and only there.",
        tuple(evidence),
        tuple(beside),
    )


def _drawdowns(subjects: Sequence[Subject], draws: Draws) -> Claim:
    held = tuple(
        path_evidence(
            row,
            (Name.FULL, Name.BTC),
            drawdown_cut,
            draws,
            what="deepest fall of full below that of BTC hold",
        )
        for row in each_window(subjects)
    )
    return Claim(
        "drawdown",
        "The deepest fall, against holding Bitcoin",
        "The adaptive system cuts the largest drawdown by 15 to 25 % against Bitcoin.",
        "One less the ratio of the two deepest falls, with the same days drawn for both. Beside it "
        "what the adaptive part has in it: the same figure against fixed bands.",
        tuple(replace(row, claimed=DRAWDOWN_CUT) for row in held),
        tuple(
            path_evidence(
                row,
                (Name.FULL, Name.FIXED),
                drawdown_cut,
                draws,
                what="deepest fall of full below that of fixed bands",
            )
            for row in each_window(subjects)
        ),
    )


def _taxes(subjects: Sequence[Subject], draws: Draws) -> Claim:
    evidence, beside = [], []
    for one, window in each_window(subjects):
        full = _drag((one, window), Name.FULL, draws)
        evidence.append(replace(full, claimed=a_year(0.5, np.inf, window)))
        beside.append(_drag((one, window), Name.MONTHLY, draws))
        beside.append(
            path_evidence(
                (one, window),
                (Name.FIXED, Name.TO_TARGET),
                _saved,
                draws,
                what="turnover that going half-way back saves against going to target",
                daily=attrgetter("turnover"),
            )
        )
    return Claim(
        "taxes",
        "Taxes and churn",
        "Taxes and churn eat what rebalancing brings.",
        "Tax at a flat 20 % on average-cost gains, and trading cost, together, in percent points "
        "of the portfolio. Held against 0.5 a year, the least the article promises as a gain. The "
        "tax is an estimate for comparison, and nobody's tax law.",
        tuple(evidence),
        tuple(beside),
    )


def _drag(pair: tuple[Subject, Window], name: Name, draws: Draws) -> Evidence:
    one, window = pair
    run = one.run(name, window)
    daily = (run.taxes + run.costs) / run.values * POINTS
    bounds = rate_bounds(daily, window, draws, purpose=f"drag {name} {one.name} {window.first}")
    what = f"tax and trading cost of {name}"
    return Evidence(one.name, window, what, bounds, rate_unit("percent points", window))


def _saved(own: Floats, other: Floats) -> Floats:
    """Return by which share one sum is below another, for each draw."""
    total = other.sum(axis=1)
    is_none = total <= 0.0
    saved: Floats = np.where(is_none, 0.0, 1.0 - own.sum(axis=1) / np.where(is_none, 1.0, total))
    return saved
