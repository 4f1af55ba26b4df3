"""``evenkeel run``: the bot. With nothing configured, paper money on a simulated market."""

import asyncio
import sys
from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.options import DataDir, PolicyPath, day_after, day_of, settings_of
from bot.settings import Settings
from bot.settings.answering import Answering
from core.domain.errors import InputInvalid
from core.domain.stress import Family

if TYPE_CHECKING:
    # The wiring takes a second to import, which no other command should pay for.
    from bot.app import Replay, RunPlan

ReplayFile = Annotated[
    Path | None,
    typer.Option(
        "--replay",
        metavar="FILE",
        help="Live on a bar file: asset, ts, open, high, low, close, volume.",
    ),
]
FearGreed = Annotated[
    Path | None,
    typer.Option(
        "--fear-greed", metavar="FILE", help="The Fear & Greed index of a replay: ts, value."
    ),
]
From = Annotated[
    str | None,
    typer.Option(
        "--from", metavar="DAY", help="First UTC day of a replay; earlier bars are history."
    ),
]
To = Annotated[
    str | None,
    typer.Option("--to", metavar="DAY", help="Last UTC day of a replay, included."),
]
StartCash = Annotated[
    str | None,
    typer.Option("--start-cash", metavar="AMOUNT", help="Opening balance of a new paper account."),
]
Approve = Annotated[
    Answering | None,
    typer.Option("--approve", help="Approve all proposals automatically, or reject all."),
]
Days = Annotated[
    int | None,
    typer.Option("--days", min=1, metavar="N", help="How many days a run without a person lasts."),
]
Fresh = Annotated[
    bool, typer.Option("--fresh", metavar="", help="Begin a new account; the old one is kept.")
]


_MODES = {
    "paper": "PAPER money",
    "watch": "WATCH, your account, no orders",
    "live": "LIVE, your account",
}
_ANSWERS = {
    Answering.ALL: "every proposal is approved automatically",
    Answering.NONE: "every proposal is rejected automatically",
}


def run(  # typer shows each option's own help
    policy: PolicyPath = None,
    data: DataDir = None,
    replay: ReplayFile = None,
    fear_greed: FearGreed = None,
    from_: From = None,
    to: To = None,
    start_cash: StartCash = None,
    approve: Approve = None,
    days: Days = None,
    fresh: Fresh = False,
) -> None:
    """Run the bot.

    With nothing configured: paper money, the built-in simulated market, a database in a data
    folder, and this terminal as the chat. Without a terminal it answers its own proposals, runs a
    fixed span to the end, and prints a summary.
    """
    from bot.app import RunPlan, run_bot
    from bot.cli.closing import closing_words

    settings = settings_of(policy, data)
    if start_cash is not None:
        settings = settings.with_start_cash(_amount(start_cash))
    if replay is not None:
        settings = settings.for_replay(*([] if fear_greed is None else [Family.SENTIMENT]))
    has_person = sys.stdin.isatty() or settings.telegram_token is not None
    answering = approve or (None if has_person else Answering.ALL)
    plan = RunPlan(
        settings=settings,
        replay=None if replay is None else _replay(replay, from_, to, fear_greed),
        answering=answering,
        days=days,
        fresh=fresh,
    )
    if replay is None and (from_ or to or fear_greed):
        raise InputInvalid("--from, --to and --fear-greed belong to --replay FILE; leave them out")
    ended = asyncio.run(run_bot(plan, ready=lambda notes: _print_start(settings, plan, notes)))
    for line in closing_words(ended):
        print(line)


def _print_start(settings: Settings, plan: "RunPlan", notes: Sequence[str]) -> None:
    market = "simulated market" if plan.replay is None else f"replay of {plan.replay.path.name}"
    if settings.is_live_market:
        market = f"real prices of {settings.file.venue}"
    what = _MODES[settings.file.mode if settings.has_real_account else "paper"]
    print(f"Evenkeel {version('evenkeel')} · {what} · {market} · policy: {settings.origin}")
    if settings.telegram_token is None:
        print(
            "To use Telegram: put EVENKEEL_TELEGRAM_TOKEN into .env, and targets and your id into "
            "evenkeel.toml."
        )
        if plan.replay is None and not settings.is_live_market:
            print('Real prices: set venue = "kraken", or --replay FILE for history.')
    elif not settings.file.approvers:
        print("Nobody may approve yet: send /start to your bot, it answers with your id.")
    if plan.answering is None and not plan.is_on_telegram:
        print(
            "Type the letter below a card, or a command: status, plan, why, regime, help.\n"
            "Time stands while a card is open; an empty line lets it go on. Ctrl-C stops."
        )
    if plan.answering is not None:
        print(f"Nobody is asked: {_ANSWERS[plan.answering]}.")
    for note in notes:
        print(note)
    print(flush=True)


def _replay(path: Path, first: str | None, last: str | None, fear_greed: Path | None) -> "Replay":
    from bot.app import Replay

    begin, end = day_of(first, "--from"), day_of(last, "--to")
    if begin is not None and end is not None and begin > end:
        raise InputInvalid(f"--from {first} lies after --to {last}; swap them")
    return Replay(path, begin, day_after(last, "--to"), fear_greed)


def _amount(text: str) -> Decimal:
    try:
        amount = Decimal(text)
    except InvalidOperation:
        amount = Decimal("NaN")
    if not amount.is_finite() or amount <= 0:
        raise InputInvalid(f"--start-cash is {text!r}; an amount above 0 is expected")
    return amount
