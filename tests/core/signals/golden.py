"""Bitcoin's regime from 2016 to 2024, as it was labelled when the rules were last agreed.

``python -m tests.core.signals.golden --write`` writes the file anew from the market history beside
the repository. Whoever does that says why in the changelog: the same past now has another name.
"""

import csv
import sys
from datetime import date
from itertools import pairwise
from pathlib import Path

from core.domain.market import BarSeries
from core.domain.regime import RegimeState
from core.domain.watching import WINDOW, RegimeRules
from core.signals.indicators import indicators
from core.signals.regime import step_regime
from tests.core.signals.bars import yahoo_bars

LABELS = Path(__file__).with_name("golden_labels.csv")
HISTORY = Path(__file__).resolve().parents[4] / "shared" / "data"
FIRST = date(2016, 1, 1)

Change = tuple[str, str, str]


def folded(bars: BarSeries, rules: RegimeRules) -> list[RegimeState]:
    """Return the memory after each bar, from a cold start at the 400th."""
    state, states = RegimeState(), []
    for features in indicators(bars, len(bars.closes) - WINDOW + 1, rules):
        state = step_regime(state, features, rules, source=bars.source)
        states.append(state)
    return states


def label_changes(bars: BarSeries) -> list[Change]:
    """Return (day, from, to) of every change of the published label since 2016."""
    states = folded(bars, RegimeRules())
    changes = []
    for before, after in pairwise(states):
        if after.published is not before.published and after.day and after.day >= FIRST:
            changes.append((after.day.isoformat(), str(before.published), str(after.published)))
    return changes


def stored() -> list[Change]:
    """Return the changes that were agreed on."""
    with LABELS.open(newline="", encoding="utf-8") as file:
        return [(row["date"], row["from"], row["to"]) for row in csv.DictReader(file)]


def write() -> None:
    """Replace the file by what the rules say today."""
    with LABELS.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("date", "from", "to"))
        writer.writerows(label_changes(yahoo_bars(HISTORY)))


if __name__ == "__main__":
    if sys.argv[1:] != ["--write"]:
        sys.exit("usage: python -m tests.core.signals.golden --write")
    write()
