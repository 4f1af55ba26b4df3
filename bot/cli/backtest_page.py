"""A finished backtest -> the page that ``evenkeel backtest`` prints. Source: METHODS 6.4, 6.5."""

import textwrap
from collections import Counter
from collections.abc import Callable, Iterator
from decimal import Decimal

from bot.research.backtests import FIXED, Told
from bot.research.trials import BEFORE_ALL
from bot.research.windows import SEEN_FROM, SEEN_TO, Sample
from core.domain.decision import Gate
from core.domain.units import Rate
from core.simulation.backtest import Fate
from core.simulation.metrics import Metrics
from core.simulation.statistics import Interval

WIDTH = 80
_LABEL, _COLUMN = 28, 10
_HASH = 12
_SHORT = {
    FIXED: "fixed",
    "to-target monthly": "monthly",
}
_WHY = {
    Gate.DATA: "the data lacked a price",
    Gate.PAUSE: "the market was too rough",
    Gate.BREACH: "everything stood in its band, or a day's confirmation was awaited",
    Gate.ORDERS: "no order was left that is worth sending, or that the market could take",
    Gate.BENEFIT: "the cost was above the benefit",
    Gate.LIMITS: "a limit held it back: one a day, days after a trade, turnover",
}

Row = tuple[str, Callable[[Metrics], str]]


def page_lines(told: Told) -> Iterator[str]:
    """Yield the page's lines: what was run, the figures side by side, what would be asked."""
    yield from _wrapped(_title(told))
    yield ""
    yield from _what_was_run(told)
    yield ""
    for note in _notes(told):
        yield from _wrapped(note)
    yield ""
    yield from _table(told)
    yield ""
    yield from _asked(told)
    yield ""
    for sentence in _what_it_says(told):
        yield from _wrapped(sentence)


def _title(told: Told) -> str:
    window, source = told.prepared.window, told.prepared.course.matrix.source
    return (
        f"Backtest on {source}: {_days(window.days)} from {window.first} to {window.last}, "
        f"{told.sample.value}"
    )


def _what_was_run(told: Told) -> Iterator[str]:
    prepared = told.prepared
    asked, policy = prepared.asked, prepared.policy
    targets = ", ".join(f"{asset} {_percent(weight)}" for asset, weight in policy.targets)
    yield from _entry("targets", targets)
    yield from _entry("begins with", f"{asked.value:,.2f} {policy.quote}, at its targets")
    yield from _entry("person", _person(told))
    yield from _entry("costs", _costs(told))
    for what, name, digest in prepared.inputs:
        yield from _entry(what, f"{name}, SHA-256 {digest[:_HASH]}")
    yield from _entry("rules", f"config hash {told.config_hash[:_HASH]}")
    yield from _entry("code", told.code)


def _person(told: Told) -> str:
    name = told.prepared.approvals.name
    later = told.prepared.approvals.delay
    when = "fills at the next day's open"
    if later:
        when = f"fills {later + 1} opens later, without a second look"
    return f"{name}; what is approved {when}"


def _costs(told: Told) -> str:
    costs = told.prepared.asked.costs
    named = (f"{asset} {_percent(rate)}" for asset, rate in costs.half_spreads)
    spreads = f"half-spread {_percent(costs.half_spread)} ({', '.join(named)})"
    walk = "orders move the price by the square-root law" if costs.impact else "no market impact"
    tax = told.prepared.asked.tax_rate
    flat = (
        f"; tax estimated at a flat {_percent(tax)} of average-cost gains, not paid" if tax else ""
    )
    return f"fee {_percent(costs.fee)}, {spreads}, {walk}{flat}"


def _percent(rate: Rate | Decimal) -> str:
    return f"{(rate * 100).normalize():f} %"


def _entry(label: str, text: str) -> Iterator[str]:
    head = f"{label:<13}"
    yield from textwrap.wrap(
        head + text, WIDTH, subsequent_indent=" " * len(head), break_on_hyphens=False
    )


def _notes(told: Told) -> Iterator[str]:
    if not told.backtest.delistings and all(
        last < 0 for last in told.prepared.course.matrix.delisted_after
    ):
        yield (
            "Survivors only: no coin of these targets ended, and coins that did not end were "
            "chosen with hindsight. The growth of every column is flattered by that; differences "
            "between columns less so."
        )
    yield from told.notes


def _table(told: Told) -> Iterator[str]:
    names = [_SHORT.get(one.name, one.name) for one in told.metrics]
    # Every column stands under its sample, so that no figure stands without the word.
    yield f"{told.sample.value:<{_LABEL}}" + "".join(f"{name:>{_COLUMN}}" for name in names)
    for label, cell in _rows(told):
        cells = [cell(one) for one in told.metrics]
        if any(cell != "-" for cell in cells):
            yield f"{label:<{_LABEL}}" + "".join(f"{cell:>{_COLUMN}}" for cell in cells)


def _rows(told: Told) -> Iterator[Row]:
    yield "grown in all", lambda one: _share(one.returns.total)
    yield "growth a year", lambda one: _share(one.returns.growth)
    yield "volatility a year", lambda one: _share(one.returns.volatility)
    yield "Sharpe", lambda one: _plain(one.returns.sharpe)
    yield "Sortino", lambda one: _plain(one.returns.sortino)
    yield "deepest fall", lambda one: _share(-one.underwater.max_drawdown)
    yield "  days until made up", _days_down
    yield "days below an earlier high", lambda one: _share(one.underwater.share_of_days)
    yield "Ulcer index", lambda one: _share(one.underwater.ulcer_index)
    yield "worst 30 days", lambda one: _share(one.returns.worst_30_days)
    yield "off target, mean", lambda one: _share(one.tracking.distance_mean)
    yield "off target, 95th percentile", lambda one: _share(one.tracking.distance_p95)
    yield "tracking error, mean", lambda one: _share(one.tracking.error_mean)
    yield "days inside all bands", lambda one: _share(one.tracking.inside_share)
    yield from _trading_rows(told)
    yield "pauses", lambda one: _count(one.watching.pauses)
    yield "days paused", lambda one: _share(one.watching.paused_share)
    yield "changes of regime", lambda one: _count(one.watching.regime_flips)


def _trading_rows(told: Told) -> Iterator[Row]:
    yield "questions in all", lambda one: _count(one.trading.proposals)
    yield "questions a year", lambda one: _plain(one.trading.proposals_a_year, 1)
    yield "median days between", lambda one: _plain(one.trading.median_days_between, 0)
    yield "orders in all", lambda one: _count(one.trading.orders)
    yield "turnover in all", lambda one: _share(one.trading.turnover)
    yield "turnover a year", lambda one: _share(one.trading.turnover_a_year)
    yield "cost in all, bp", lambda one: _plain(one.trading.cost_bps, 0)
    yield "cost a year, bp", lambda one: _plain(one.trading.cost_bps_a_year, 1)
    yield "cost, real over planned", lambda one: _plain(one.trading.realised_over_predicted)
    if told.prepared.asked.tax_rate:
        yield "tax estimate in all, bp", lambda one: _plain(one.trading.tax_bps, 0)


def _days_down(one: Metrics) -> str:
    days = f"{one.underwater.max_drawdown_days:,.0f}"
    return days if one.underwater.is_recovered else f"{days}+"


def _days(count: int) -> str:
    return f"{count:,} {'day' if count == 1 else 'days'}"


def _share(value: float | None) -> str:
    """Return percent, always narrower than a column, so that no two figures touch."""
    if value is None:
        return "-"
    percent = value * 100
    for text in (f"{percent:,.1f} %", f"{percent:,.0f} %"):
        if len(text) < _COLUMN:
            return text
    return f"{percent:.1e} %"


def _plain(value: float | None, digits: int = 2) -> str:
    return "-" if value is None else f"{value:,.{digits}f}"


def _count(value: int | None) -> str:
    return "-" if value is None else f"{value:,}"


def _asked(told: Told) -> Iterator[str]:
    """Yield what the person was asked, year by year, and why not on the other days."""
    proposals = told.backtest.proposals
    yield from _wrapped(f"What the person was asked, {told.sample.value}")
    years = Counter(row.asked_on.year for row in proposals)
    window = told.prepared.window
    for year in range(window.first.year, window.last.year + 1):
        of_year = [row for row in proposals if row.asked_on.year == year]
        fates = Counter(row.fate for row in of_year)
        told_fates = ", ".join(f"{fates[fate]} {fate.value}" for fate in Fate if fates[fate])
        asked = f"{years[year]} {'question' if years[year] == 1 else 'questions'}"
        yield f"  {year}   {asked}" + (f": {told_fates}" if told_fates else "")
    for gate, days in Counter(told.backtest.failed_gates).most_common():
        if gate is not None:
            why = _WHY.get(gate, f"the {gate.value} gate said no")
            yield from _wrapped(f"{_days(days)} without a question: {why}.", indent="  ")


def _what_it_says(told: Told) -> Iterator[str]:
    window = told.prepared.window
    if told.difference is None:
        yield (
            f"{_days(window.days)} are too few to say how the policy differs from fixed bands. No "
            "conclusion should rest on this run."
        )
    else:
        yield _difference_sentence(told, told.difference)
    if told.metrics[0].returns.growth is None:
        yield (
            f"The run covers {window.years:.1f} years; figures a year are left out below three, "
            "since one good or bad season would decide them. Volatility is no gain and stays."
        )
    yield _sample_sentence(told)
    yield (
        "Losses and gains weigh the same here. History is one path; what comes next is another. "
        "Take from this page how often the policy asks, what it costs and how it falls, and leave "
        "the growth aside."
    )


def _difference_sentence(told: Told, found: Interval) -> str:
    shown = found if found.is_yearly else found.over_all_days()
    per = "log points a year" if found.is_yearly else "log points over all days"
    verdict = (
        "The interval holds zero, so this run shows no difference in growth between the two."
        if found.covers_zero
        else (
            "The interval leaves zero out; by chance alone one run in twenty does that, and with "
            "few years nearer to one in ten."
        )
    )
    return (
        f"Policy less fixed bands: {shown.mean:+z.1f} {per}, 95 % interval "
        f"{shown.low:+z.1f} to {shown.high:+z.1f} ({told.sample.value}; paired stationary "
        f"bootstrap, {found.draws:,} draws, blocks of {found.block:.0f} days). {verdict}"
    )


def _sample_sentence(told: Told) -> str:
    if told.sample is Sample.IN:
        return (
            f"In sample: the rules were chosen with the days from {SEEN_FROM} to {SEEN_TO} in "
            f"view, after about {BEFORE_ALL} variants had been looked at. Every figure is "
            "flattered by that."
        )
    return (
        f"Out of sample: the rules were chosen with the days from {SEEN_FROM} to {SEEN_TO} in "
        "view, and none of those is part of this run. What you tried on it yourself since is not "
        "counted."
    )


def _wrapped(text: str, indent: str = "") -> list[str]:
    return textwrap.wrap(text, WIDTH, initial_indent=indent, subsequent_indent=indent)
