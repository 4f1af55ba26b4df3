"""Labelled days -> how often, how long, and how much of it noise would show as well."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from statistics import median

import numpy as np

from bot.cli.signals_table import DOUBT
from core.domain.decision import ReasonCode
from core.domain.regime import Regime
from core.domain.stress import Stress
from core.domain.watching import WARM_UP, WINDOW, RegimeRules
from core.signals.history import DayLabel
from core.simulation.walk import noise_shares

WALKS = 12
LEAST_WALK = 1_000
"""Labelled days of a walk at least: the shares of a few weeks would say nothing."""

SEED = 1

_DAYS_A_YEAR = 365.25


@dataclass(frozen=True, slots=True)
class Pause:
    """One pause: its first day, the first day after it (None = still on), and its days so far."""

    entry: date
    exit: date | None
    days: int
    is_guarded: bool


def summary_lines(rows: Sequence[DayLabel], volatility: float, rules: RegimeRules) -> Iterator[str]:
    """Yield the closing summary.

    Args:
        rows: the labelled days.
        volatility: of the file's driving asset, the standard deviation of a daily log return.
        rules: the rules of the labels, for the random walks beside them.
    """
    published = [row for row in rows if ReasonCode.WARMUP not in row.codes]
    warming = len(rows) - len(published)
    yield ""
    span = f"{_days(len(rows))} from {rows[0].day} to {rows[-1].day}"
    yield f"{span}; the first {warming} warm up." if warming > 1 else f"{span}."
    if published:
        yield ""
        yield from _label_lines(published, volatility, rules)
    else:
        yield f"Labels begin with the {WINDOW + WARM_UP}th day; none is published yet."
    yield ""
    yield from _pause_lines(rows)


def pauses_of(rows: Sequence[DayLabel]) -> tuple[Pause, ...]:
    """Return every pause, oldest first."""
    runs = [(phase, list(run)) for phase, run in groupby(rows, key=lambda row: row.pause)]
    found = []
    for number, (phase, run) in enumerate(runs):
        if phase is Stress.PAUSED:
            after = runs[number + 1] if number + 1 < len(runs) else None
            end = None if after is None else after[1][0].day
            is_guarded = after is not None and after[0] is Stress.GUARDED
            found.append(Pause(run[0].day, end, len(run), is_guarded))
    return tuple(found)


def _label_lines(rows: Sequence[DayLabel], volatility: float, rules: RegimeRules) -> Iterator[str]:
    runs = [(label, len(list(run))) for label, run in groupby(rows, key=lambda row: row.regime)]
    walked = max(len(rows), LEAST_WALK)
    days, rng = walked + WINDOW + WARM_UP - 1, np.random.default_rng(SEED)
    noise = noise_shares(days, volatility, rules=rules, walks=WALKS, rng=rng)
    yield f"{'label':12}{'days':>7}{'share':>9}{'noise':>9}{'median stay':>15}"
    for label in Regime:
        stays = [length for name, length in runs if name is label]
        share = sum(stays) / len(rows)
        stay = _days(round(median(stays))) if stays else "-"
        yield f"{label:12}{sum(stays):>7,}{share:>9.1%}{noise[label]:>9.1%}{stay:>15}"
    yield (
        f"noise: the same rules on {WALKS} driftless random walks of {walked:,} labelled days, "
        f"with this file's volatility of {volatility:.1%} a day"
    )
    flips = (len(runs) - 1) / len(rows) * _DAYS_A_YEAR
    middle = median(length for _, length in runs)
    yield f"The label changes {flips:.1f} times a year; its median stay is {_days(round(middle))}."


def _pause_lines(rows: Sequence[DayLabel]) -> Iterator[str]:
    pauses = pauses_of(rows)
    paused = sum(pause.days for pause in pauses)
    if not pauses:
        yield "No pause."
        yield from _unknown_lines(rows)
        return
    yield f"{'pause entry':14}{'exit':12}{'days':>5}"
    for pause in pauses:
        end = "still on" if pause.exit is None else str(pause.exit)
        after = "  then guarded" if pause.is_guarded else ""
        yield f"{pause.entry!s:14}{end:12}{pause.days:>5}{after}"
    rate = len(pauses) / len(rows) * _DAYS_A_YEAR
    yield (
        f"pauses: {len(pauses)}, {rate:.1f} a year; "
        f"paused days: {paused:,} of {len(rows):,} ({paused / len(rows):.1%})"
    )
    yield from _unknown_lines(rows)


def _unknown_lines(rows: Sequence[DayLabel]) -> Iterator[str]:
    """Yield on how many days a kind of evidence had nothing to say; a doubt counts in a fall."""
    silent: dict[str, list[date]] = {}
    for row in rows:
        for family, points in row.points:
            if points is None:
                silent.setdefault(family, []).append(row.day)
    if silent:
        told = (f"{name} on {_days(len(days))}, last {days[-1]}" for name, days in silent.items())
        yield f"unknown: {'; '.join(told)}"
        yield f"An unknown kind of evidence counts 1 point while the price has {DOUBT} or more."


def _days(count: int) -> str:
    return f"{count:,} day" if count == 1 else f"{count:,} days"
