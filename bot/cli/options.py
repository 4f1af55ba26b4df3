"""Options that several commands share."""

import os
from pathlib import Path
from typing import Annotated

import typer
from platformdirs import user_data_path

from bot.settings import Settings, load_settings
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
    """Return the settings in force for a command."""
    return load_settings(policy, data_dir=data_dir_of(data), environment=os.environ)


def database_of(data: Path | None) -> Path:
    """Return the newest database of the folder: the bot's own, or the last demonstration's.

    Raises:
        InputInvalid: the folder holds none.
    """
    folder = data_dir_of(data)
    if folder.is_file():
        return folder
    found = sorted(folder.glob("*/" + DATABASE), key=lambda path: path.stat().st_mtime)
    if not found:
        raise InputInvalid(
            f"{folder} holds no database yet; run `evenkeel run` first, or name the folder "
            "with --data"
        )
    return found[-1]
