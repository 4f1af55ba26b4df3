"""The rows of the table that every policy stands in, in the order of METHODS 6.4.

A row that speaks of a year has no place in a table of less than three; its sum over all days has.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from bot.research.study.figure_words import NONE, days, interval, percent, plain_figure
from bot.research.study.findings import Effect, Measured
from bot.research.study.living import TABLE, Name
from core.domain.regime import Regime
from core.simulation.metrics import Metrics

_DAYS_ROOT = 365.25**0.5

Words = Callable[[Metrics], str]


@dataclass(frozen=True, slots=True)
class Row:
    """One figure of every policy.

    Attributes:
        label: what it is.
        words: the figure of one policy as text.
        needs_years: it speaks of a year, so three years must have gone into it.
    """

    label: str
    words: Words
    needs_years: bool = False


@dataclass(frozen=True, slots=True)
class Block:
    """Rows that belong together."""

    title: str
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class TextRow:
    """A row with its finished texts, one a policy."""

    label: str
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TextBlock:
    """Finished rows that belong together."""

    title: str
    rows: tuple[TextRow, ...]


def _length(metrics: Metrics) -> str:
    below = metrics.underwater
    return days(below.max_drawdown_days) + ("" if below.is_recovered else " and on")


def _daily_volatility(metrics: Metrics) -> str:
    yearly = metrics.returns.volatility
    return percent(None if yearly is None else yearly / _DAYS_ROOT, 2)


def _share_of(label: str) -> Words:
    def words(metrics: Metrics) -> str:
        shares = metrics.watching.regime_shares
        return NONE if shares is None else percent(dict(shares).get(label, 0.0))

    return words


BLOCKS = (
    Block(
        "Growth and risk",
        (
            Row("growth in all", lambda m: percent(m.returns.total, sign=True)),
            Row("growth a year", lambda m: percent(m.returns.growth, sign=True), needs_years=True),
            Row(
                "log points a year",
                lambda m: plain_figure(m.returns.log_growth, sign=True),
                needs_years=True,
            ),
            Row("volatility of a day", _daily_volatility),
            Row("volatility a year", lambda m: percent(m.returns.volatility), needs_years=True),
            Row("Sharpe ratio", lambda m: plain_figure(m.returns.sharpe, 2), needs_years=True),
            Row("Sortino ratio", lambda m: plain_figure(m.returns.sortino, 2), needs_years=True),
            Row("deepest fall", lambda m: percent(-m.underwater.max_drawdown)),
            Row("its length, days", _length),
            Row("Ulcer index", lambda m: percent(m.underwater.ulcer_index)),
            Row("worst 30 days", lambda m: percent(m.returns.worst_30_days)),
            Row("days below the high", lambda m: percent(m.underwater.share_of_days)),
        ),
    ),
    Block(
        "Distance from the targets",
        (
            Row("off target, mean", lambda m: percent(m.tracking.distance_mean)),
            Row("off target, 95th percentile", lambda m: percent(m.tracking.distance_p95)),
            Row(
                "tracking error a year, mean",
                lambda m: percent(m.tracking.error_mean),
                needs_years=True,
            ),
            Row(
                "tracking error a year, 95th percentile",
                lambda m: percent(m.tracking.error_p95),
                needs_years=True,
            ),
            Row("days inside all bands", lambda m: percent(m.tracking.inside_share)),
        ),
    ),
    Block(
        "What was asked, traded and paid",
        (
            Row("proposals", lambda m: plain_figure(m.trading.proposals, 0)),
            Row(
                "proposals a year",
                lambda m: plain_figure(m.trading.proposals_a_year),
                needs_years=True,
            ),
            Row("median days between", lambda m: days(m.trading.median_days_between)),
            Row("orders", lambda m: plain_figure(m.trading.orders, 0)),
            Row("turnover, portfolios", lambda m: plain_figure(m.trading.turnover, 2)),
            Row(
                "turnover a year",
                lambda m: plain_figure(m.trading.turnover_a_year, 2),
                needs_years=True,
            ),
            Row("cost, basis points", lambda m: plain_figure(m.trading.cost_bps)),
            Row(
                "cost a year, basis points",
                lambda m: plain_figure(m.trading.cost_bps_a_year),
                needs_years=True,
            ),
            Row("tax estimate, basis points", lambda m: plain_figure(m.trading.tax_bps, 0)),
            Row(
                "tax a year, basis points",
                lambda m: plain_figure(m.trading.tax_bps_a_year, 0),
                needs_years=True,
            ),
            Row(
                "cost paid over cost predicted",
                lambda m: plain_figure(m.trading.realised_over_predicted, 2),
            ),
        ),
    ),
    Block(
        "What the market was called",
        (
            Row("pauses", lambda m: plain_figure(m.watching.pauses, 0)),
            Row(
                "pauses a year",
                lambda m: plain_figure(m.watching.pauses_a_year),
                needs_years=True,
            ),
            Row("days paused", lambda m: percent(m.watching.paused_share)),
            Row("days guarded after a pause", lambda m: percent(m.watching.guarded_share)),
            Row("changes of regime", lambda m: plain_figure(m.watching.regime_flips, 0)),
            Row(
                "changes of regime a year",
                lambda m: plain_figure(m.watching.regime_flips_a_year),
                needs_years=True,
            ),
            *(Row(f"days {regime.value}", _share_of(regime.value)) for regime in Regime),
        ),
    ),
)
"""Source: METHODS 6.4."""


def text_blocks(found: Measured) -> tuple[TextBlock, ...]:
    """Return the finished table of one portfolio over one sample, one column a policy."""
    every = [found.metrics[name] for name in TABLE]
    has_years = found.window.has_years
    blocks = [
        TextBlock(
            block.title,
            tuple(
                TextRow(row.label, tuple(row.words(one) for one in every))
                for row in block.rows
                if has_years or not row.needs_years
            ),
        )
        for block in BLOCKS
    ]
    return (*blocks, TextBlock("Against fixed bands", tuple(_last_rows(found))))


def _last_rows(found: Measured) -> Iterator[TextRow]:
    effects = {effect.name: effect for effect in found.to_fixed}
    unit = found.to_fixed[0].unit
    yield TextRow(
        f"difference, {unit}", _cells(effects, lambda one: f"{plain_figure(one.value, sign=True)}")
    )
    yield TextRow(
        "95 % interval", _cells(effects, lambda one: interval(one.low, one.high, one.unit))
    )
    probabilities = (found.sharpes[name].probability for name in TABLE)
    yield TextRow("deflated Sharpe probability", tuple(plain_figure(p, 2) for p in probabilities))


def _cells(effects: Mapping[str, Effect], words: Callable[[Effect], str]) -> tuple[str, ...]:
    names: Sequence[Name] = TABLE
    return tuple(words(effects[name]) if name in effects else NONE for name in names)
