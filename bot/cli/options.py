"""Options that several commands share."""

import os
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Annotated

import typer
from platformdirs import user_data_path

from bot.settings import Settings, load_settings
from bot.settings.redaction import hide_secrets_of
from core.domain.errors import InputInvalid

DATABASE = "evenkeel.db"
DATA = "EVENKEEL_DATA"

PolicyPath = Annotated[
    Path | None,
    typer.Option(
        "--policy", "-p", metavar="FILE", help="The policy file; without it ./evenkeel.toml."
    ),
]
DataDir = Annotated[
    Path | None,
    typer.Option("--data", "-d", metavar="DIR", help=f"The folder of the databases; also {DATA}."),
]
BarFile = Annotated[
    Path,
    typer.Option(
        "--bars",
        metavar="FILE",
        help="Bars of one source, parquet or CSV: asset, ts, open, high, low, close, volume.",
    ),
]
FearGreedFile = Annotated[
    Path | None,
    typer.Option(
        "--fear-greed", metavar="FILE", help="The Fear & Greed index, parquet or CSV: ts, value."
    ),
]
LastUnsealedDay = Annotated[
    str | None,
    typer.Option(
        "--to", metavar="DAY", help="Last UTC day; without it the last one before the seal."
    ),
]
Unseal = Annotated[
    str | None,
    typer.Option(
        "--unseal",
        metavar="REASON",
        help="Also read the last twelve months, which are kept shut; every opening is logged.",
    ),
]
TrialFile = Annotated[
    Path | None,
    typer.Option(
        "--trials",
        metavar="FILE",
        help="The log of everything ever tried; without it trials.jsonl beside --out.",
    ),
]
# A switch takes no value, so its help names none.
AsJson = Annotated[bool, typer.Option("--json", metavar="", help="Print JSON.")]


def data_dir_of(given: Path | None) -> Path:
    """Return the folder of the databases: the option, the environment, or the usual place."""
    if given is not None:
        return given
    if named := os.environ.get(DATA):
        return Path(named)
    return user_data_path("evenkeel")


def settings_of(policy: Path | None, data: Path | None) -> Settings:
    """Return the settings in force for a command; from here on nothing written tells a secret."""
    settings = load_settings(policy, data_dir=data_dir_of(data), environment=os.environ)
    hide_secrets_of(settings)
    return settings


def database_of(data: Path | None) -> Path:
    """Return the newest database of the folder: the bot's own, or the last demonstration's.

    Raises:
        InputInvalid: the folder holds none.
    """
    return databases_of(data)[0]


def databases_of(data: Path | None) -> list[Path]:
    """Return the databases of all runs, the one that was written to last at the head.

    Raises:
        InputInvalid: the folder holds none.
    """
    # Opening a store costs a moment that most commands need not pay.
    from bot.store.database_file import last_written

    folder = data_dir_of(data)
    if folder.is_file():
        return [folder]
    found = sorted(folder.glob("*/" + DATABASE), key=last_written, reverse=True)
    if not found:
        raise InputInvalid(
            f"{folder} holds no database yet; run `evenkeel run` first, or name the folder "
            "with --data"
        )
    return found


def date_of(text: str | None, option: str) -> date | None:
    """Return a UTC day as a person types it, None for none.

    Raises:
        InputInvalid: it is no day; ``option`` says where it stands.
    """
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise InputInvalid(f"{option} is {text!r}; a day such as 2022-09-01 is expected") from None


def day_of(text: str | None, option: str) -> datetime | None:
    """Return the midnight that begins a UTC day as a person types it, None for none.

    Raises:
        InputInvalid: it is no day; ``option`` says where it stands.
    """
    day = date_of(text, option)
    return None if day is None else datetime.combine(day, time(), tzinfo=UTC)


def day_after(text: str | None, option: str) -> datetime | None:
    """Return the midnight that ends a UTC day; the calendar's last day ends with itself."""
    day = day_of(text, option)
    try:
        return None if day is None else day + timedelta(days=1)
    except OverflowError:  # no file reaches it
        return day
