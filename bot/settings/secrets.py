"""Secrets from the environment, from files named there, or from ``.env``; never from the policy."""

import os
import stat
from collections.abc import Mapping
from pathlib import Path

from pydantic import SecretStr

from core.domain.errors import InputInvalid


def read_secret(name: str, dotenv: Path, environment: Mapping[str, str]) -> SecretStr | None:
    """Return a secret from the environment, a file named there, or ``.env``; None without one.

    Raises:
        InputInvalid: a secret's file that cannot be read or that others may read.
    """
    if value := environment.get(name, "").strip():
        return SecretStr(value)
    if file := environment.get(f"{name}_FILE", "").strip():
        return SecretStr(_private_text(Path(file)).strip())
    if not dotenv.exists():
        return None
    for line in _private_text(dotenv).splitlines():
        key, found, value = line.partition("=")
        if found and key.strip().removeprefix("export ").strip() == name and value.strip():
            return SecretStr(value.strip().strip("\"'"))
    return None


def _private_text(path: Path) -> str:
    try:
        mode = stat.S_IMODE(path.stat().st_mode)
        if os.name == "posix" and mode & 0o077:
            raise InputInvalid(
                f"{path} holds a secret and others may read it (mode {mode:03o}); "
                f"run: chmod 600 {path}"
            )
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputInvalid(f"{path} cannot be read: {error}") from None
