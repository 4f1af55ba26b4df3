"""What a reader of a backtest should know before its figures, as finished sentences."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta

from bot.research.seal import Seal
from bot.research.windows import Window
from core.domain.policy import Policy, ProfileName
from core.domain.units import text_of
from core.planning.bands import wider
from core.simulation.backtest import Approvals, Course, TradingCosts
from core.simulation.bar_table import DAY, BarTable, instant

_ONE_DAY = timedelta(days=1)


def days_note(table: BarTable, course: Course, end: datetime | None) -> Iterator[str]:
    """Yield why the run ends before the file, or before the day that was asked for.

    Args:
        table: the file.
        course: the days that are lived.
        end: the end that was asked for, None for all there is.
    """
    whole = instant(int(table.ends_at.timestamp()) // DAY * DAY)
    if end is not None and end > whole:
        last = whole - _ONE_DAY
        yield f"The file ends with {last:%Y-%m-%d}, before the last day that was asked for."
    if course.ends_at >= (whole if end is None else min(end, whole)):
        return
    needed = {*course.matrix.assets, *([course.regime_asset] if course.needs_history else [])}
    over = [
        bars.asset
        for bars in table.series
        # A day that a coin has only in part is none that can be lived.
        if bars.asset in needed
        and instant(int(bars.starts[-1])) + table.interval < course.ends_at + _ONE_DAY
    ]
    yield (
        f"The run ends on {course.ends_at - _ONE_DAY:%Y-%m-%d}, before the file does: "
        f"{', '.join(over)} {'has' if len(over) == 1 else 'have'} no later whole day here. What "
        "became of the holdings after that day is not told."
    )


def sealed_note(window: Window, seal: Seal) -> Iterator[str]:
    """Yield how many of the days a sweep and a study would keep sealed; a backtest reads them.

    Source: METHODS 6.2.
    """
    shared = window.shared_with(Window(seal.first, seal.last))
    if shared is not None:
        yield (
            f"{shared.days:,} of the {window.days:,} days lie in the last twelve months of the "
            f"file, {seal.first} to {seal.last}, which a sweep and a study keep sealed. A backtest "
            "reads them and is in no log of trials: what you choose after this page, you choose "
            "with them in view."
        )


def comparisons_note(costs: TradingCosts, *, has_btc: bool) -> Iterator[str]:
    """Yield in what the columns beside the policy differ from it, or which is absent."""
    if costs.impact:
        yield (
            "Only the policy's orders move the price: the comparisons beside it pay fees and "
            "spreads alone, so the policy looks dearer than they do by its impact."
        )
    if not has_btc:
        yield "The file lacks bars of BTC for these days, so holding BTC does not stand beside."


def answers_note(approvals: Approvals, days: Collection[date]) -> Iterator[str]:
    """Yield how many recorded answers belong to no day of the run."""
    strange = len(set(approvals.answers) - set(days))
    if strange:
        yield (
            f"{strange:,} of {len(approvals.answers):,} recorded answers are of days outside of "
            "this run, and act on nothing."
        )


def size_note(policy: Policy, sizes: Mapping[ProfileName, int]) -> Iterator[str]:
    """Yield on how many days the portfolio was so small that wider bands took over.

    Args:
        policy: the rules.
        sizes: on how many days which profile was asked for by the portfolio's size.

    Source: METHODS 1.2.
    """
    rules = policy.bands
    small = {
        name: sizes[name]
        for name in (ProfileName.SMALL, ProfileName.TINY)
        if rules.adapt_to_size and sizes.get(name) and wider(rules.profile, name) != rules.profile
    }
    if not small:
        return
    told = " and ".join(f"{days:,} days of the {name} profile" for name, days in small.items())
    limits = f"{text_of(rules.small_below)} and {text_of(rules.tiny_below)} {policy.quote}"
    yield (
        f"The portfolio was small, so that wider bands were in force: {told}, of "
        f"{sum(sizes.values()):,} days (the limits are {limits}). Fixed bands beside it keep the "
        f"{rules.profile} profile."
    )


def all_of(*notes: Iterable[str]) -> tuple[str, ...]:
    """Return the sentences of several kinds in one row."""
    return tuple(note for kind in notes for note in kind)
