"""``evenkeel backtest``: one policy over past bars, on the very function that decides live."""

import json
import sys
from dataclasses import replace
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.options import (
    AsJson,
    BarFile,
    FearGreedFile,
    PolicyPath,
    day_after,
    day_of,
    settings_of,
)
from bot.cli.progress import progress_bar
from bot.settings import Settings
from core.domain.errors import InputInvalid
from core.domain.policy import Policy
from core.domain.stress import Family
from core.domain.units import ONE, ZERO, Money, Rate

if TYPE_CHECKING:
    # Numbers need numpy, which no other command should wait for.
    from bot.research.backtests import Asked, Told
    from core.simulation.trading_costs import TradingCosts

STOPPED = 130
_PERCENT = Decimal("0.01")
_HUNDRED = Decimal(100)
_MOST_VALUE = Decimal(10**12)

FundingFile = Annotated[
    Path | None,
    typer.Option(
        "--funding", metavar="FILE", help="Funding rates, parquet or CSV: venue, asset, ts, rate."
    ),
]
FirstDay = Annotated[
    str | None,
    typer.Option(
        "--from", metavar="DAY", help="First evaluated UTC day; without it as early as can be."
    ),
]
LastDay = Annotated[
    str | None,
    typer.Option("--to", metavar="DAY", help="Last evaluated UTC day; without it the last bar's."),
]
Value = Annotated[
    str, typer.Option("--value", metavar="AMOUNT", help="What the portfolio begins with.")
]
Person = Annotated[
    str,
    typer.Option(
        "--approvals",
        metavar="WHO",
        help="always, never, random:SHARE:SEED, delayed:DAYS, or a CSV file: day, answer.",
    ),
]
Fee = Annotated[
    str | None,
    typer.Option("--fee", metavar="PERCENT", help="Taker fee; without it the policy file's."),
]
TaxRate = Annotated[
    str,
    typer.Option(
        "--tax-rate",
        metavar="PERCENT",
        help="One flat rate on average-cost gains; an estimate, never paid here.",
    ),
]
WithImpact = Annotated[
    bool,
    typer.Option("--impact", metavar="", help="Let orders move the price: square-root law."),
]
DaysFile = Annotated[
    Path | None, typer.Option("--out", metavar="FILE.csv", help="Write every day to a CSV file.")
]


def backtest(
    bars: BarFile,
    policy: PolicyPath = None,
    fear_greed: FearGreedFile = None,
    funding: FundingFile = None,
    first: FirstDay = None,
    last: LastDay = None,
    value: Value = "10000",
    approvals: Person = "always",
    fee: Fee = None,
    tax_rate: TaxRate = "0",
    impact: WithImpact = False,
    as_json: AsJson = False,
    out: DaysFile = None,
) -> None:
    """Live one policy through past bars, day by day, as the bot would have, and print how it went.

    It decides on each close and fills at the next open, with costs. Beside it stand drift, holding
    BTC, fixed bands and a monthly calendar over the same days.
    """
    from bot.cli.backtest_document import check_out
    from bot.research.backtests import Asked

    if out is not None:
        check_out(out, (bars, policy, fear_greed, funding, Path(approvals)))
    settings = settings_of(policy, None)
    asked = Asked(
        _policy(settings, has_index=fear_greed is not None),
        bars,
        fear_greed,
        funding,
        start=day_of(first, "--from"),
        end=day_after(last, "--to"),
        approvals=approvals,
        value=_amount(value),
        costs=_costs(settings, fee, impact=impact),
        tax_rate=_rate(tax_rate, "--tax-rate", most=_HUNDRED),
    )
    _hand_over(_tell(asked), as_json=as_json, out=out)


def _tell(asked: "Asked") -> "Told":
    """Live the days; Ctrl-C ends it with nothing written."""
    from bot.research.backtests import prepare, tell

    try:
        with progress_bar("Days") as bar:
            return tell(prepare(asked), bar.show)
    except KeyboardInterrupt:
        print("Stopped; nothing was written.", file=sys.stderr)
        sys.exit(STOPPED)


def _hand_over(told: "Told", *, as_json: bool, out: Path | None) -> None:
    """Print first: a disk that is full costs the file of days, not what was computed."""
    from bot.cli.backtest_document import document_of, write_days
    from bot.cli.backtest_page import page_lines

    if as_json:
        print(json.dumps(document_of(told), ensure_ascii=False, indent=2))
    else:
        for line in page_lines(told):
            print(line)
    if out is not None:
        write_days(told, out)
        if not as_json:
            print(f"\nEvery day is a line of {out}.")


def _policy(settings: Settings, *, has_index: bool) -> Policy:
    """Return the rules as a replay with the same evidence has them."""
    return settings.for_replay(*((Family.SENTIMENT,) if has_index else ())).policy


def _costs(settings: Settings, fee: str | None, *, impact: bool) -> "TradingCosts":
    from core.simulation.trading_costs import TradingCosts

    rate = Rate(settings.file.costs.taker_fee * _PERCENT)
    if fee is not None:
        rate = _rate(fee, "--fee", most=Decimal(10))
    return replace(TradingCosts(), fee=rate, impact=impact)


def _rate(text: str, option: str, *, most: Decimal) -> Rate:
    percent = _number(text)
    if percent is None or not ZERO <= percent <= most:
        raise InputInvalid(f"{option} is {text!r}; percent from 0 to {most} are expected, as 0.4")
    return Rate(percent * _PERCENT)


def _amount(text: str) -> Money:
    amount = _number(text)
    if amount is None or not ONE <= amount <= _MOST_VALUE:
        raise InputInvalid(
            f"--value is {text!r}; an amount from 1 to {_MOST_VALUE:,} is expected, as 10000"
        )
    return Money(amount)


def _number(text: str) -> Decimal | None:
    try:
        number = Decimal(text.replace(",", ""))
    except InvalidOperation:
        return None
    return number if number.is_finite() else None
