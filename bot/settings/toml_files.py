"""A TOML file that a person wrote -> its text and its values, or one sentence on what is wrong."""

import tomllib
from decimal import Decimal
from pathlib import Path
from typing import Any

from core.domain.errors import InputInvalid


def text_of(path: Path, what: str) -> str:
    """Return the text of a file; ``what`` says which kind is meant, e.g. "policy file".

    Raises:
        InputInvalid: it is not there, is a folder, is no text, or cannot be read.
    """
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise InputInvalid(f"{path} does not exist; give the path of a {what}") from None
    except IsADirectoryError:
        raise InputInvalid(f"{path} is a folder; give the path of a {what}") from None
    except UnicodeDecodeError:
        raise InputInvalid(f"{path} is no text in UTF-8; give the path of a {what}") from None
    except OSError as error:
        raise InputInvalid(f"{path} cannot be read: {error.strerror}") from None


def values_of(path: Path, text: str) -> dict[str, Any]:
    """Return what a file's text says; numbers with a point are exact.

    Raises:
        InputInvalid: it is no TOML; the file, the line and the column are named.
    """
    try:
        return tomllib.loads(text, parse_float=Decimal)
    except tomllib.TOMLDecodeError as error:
        raise InputInvalid(f"{path} is not valid TOML: {error}") from None
