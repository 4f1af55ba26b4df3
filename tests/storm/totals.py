"""What many runs came to, as a table."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from rich.console import Console
from rich.table import Table

from tests.storm.audit import KINDS
from tests.storm.run import Outcome


@dataclass
class Totals:
    """Sums over runs.

    Attributes:
        runs: how many.
        breaches: how many runs broke a rule, by rule.
        examples: seed and sentence of each broken rule.
        endings: by the state of the proposal.
        halts: runs that ended halted, by reason.
        kills: by kind of step.
        happened: faults by kind.
        orders: the bot's, by state.
        accepted, partly, unseen: orders the exchange accepted, those filled in part, and those
            that traded nothing and were never shown to the bot.
        lives: how many processes the bots took.
    """

    runs: int = 0
    breaches: Counter[str] = field(default_factory=Counter)
    examples: list[tuple[int, str]] = field(default_factory=list)
    endings: Counter[str] = field(default_factory=Counter)
    halts: Counter[str] = field(default_factory=Counter)
    kills: Counter[str] = field(default_factory=Counter)
    happened: Counter[str] = field(default_factory=Counter)
    orders: Counter[str] = field(default_factory=Counter)
    accepted: int = 0
    partly: int = 0
    unseen: int = 0
    lives: int = 0

    def add(self, outcome: Outcome) -> None:
        """Add one run."""
        ending = outcome.ending
        self.runs += 1
        self.breaches.update({breach.partition(":")[0] for breach in ending.breaches})
        self.examples += [(outcome.seed, breach) for breach in ending.breaches]
        self.endings[ending.state] += 1
        self.halts[ending.halt or "not halted"] += 1
        self.kills += outcome.kills
        self.happened += outcome.happened
        self.orders += ending.orders
        self.accepted += ending.accepted
        self.partly += ending.partly
        self.unseen += ending.unseen
        self.lives += outcome.lives

    @property
    def is_clean(self) -> bool:
        """Whether no run broke a rule."""
        return not self.breaches


def print_totals(totals: Totals, seconds: float, console: Console) -> None:
    """Print the table, and the seed of every run that broke a rule."""
    console.print(_verdict(totals))
    for title, counts in _tables(totals):
        console.print(_table(title, counts))
    console.print(
        f"{totals.runs} runs, {sum(totals.kills.values())} deaths, {totals.lives} processes, "
        f"{totals.accepted} orders accepted, {totals.partly} of them filled in part and "
        f"{totals.unseen} not at all and never shown; {seconds:.0f} s"
    )
    for seed, breach in sorted(totals.examples):
        console.print(f"seed {seed}: {breach}", highlight=False, soft_wrap=True)


def _verdict(totals: Totals) -> Table:
    table = _frame("what must never be")
    for kind in KINDS:
        count = totals.breaches[kind]
        table.add_row(kind, str(count), style="bold red" if count else None)
    table.add_row("journal valid", str(totals.runs - totals.breaches["journal broken"]))
    table.add_row("left unknown, and all is blocked", str(totals.endings["UNKNOWN"]))
    return table


def _tables(totals: Totals) -> Iterator[tuple[str, Counter[str]]]:
    yield "how plans ended", totals.endings
    yield "why trading is halted then", totals.halts
    yield "orders by state", totals.orders
    yield "deaths by step", totals.kills
    yield "faults that happened", totals.happened


def _table(title: str, counts: Counter[str]) -> Table:
    table = _frame(title)
    for name, count in sorted(counts.items()):
        table.add_row(name, str(count))
    return table


def _frame(title: str) -> Table:
    table = Table(title=title, show_header=False, title_justify="left", min_width=44)
    table.add_column(ratio=1)
    table.add_column(justify="right")
    return table
