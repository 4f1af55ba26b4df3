"""Secrets from the environment, from files named there, or from ``.env``; never from the policy."""

import os
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pydantic import SecretStr

from core.domain.errors import InputInvalid


@dataclass(frozen=True, slots=True)
class KeyPair:
    """A key to an account: the venue's name of it, and what signs."""

    public: SecretStr
    secret: SecretStr


def read_key_pair(name: str, dotenv: Path, environment: Mapping[str, str]) -> KeyPair | None:
    """Return the pair under ``NAME_KEY`` and ``NAME_SECRET``; None when neither is there.

    Raises:
        InputInvalid: one half is missing, or a secret's file that others may read.
    """
    names = (f"{name}_KEY", f"{name}_SECRET")
    public, secret = (read_secret(half, dotenv, environment) for half in names)
    if public is None and secret is None:
        return None
    if public is None or secret is None:
        there, missing = names if secret is None else reversed(names)
        raise InputInvalid(f"{there} is set and {missing} is not; a key has both parts, give both")
    # A key of Coinbase has several lines; in one line of a file they are written as \\n.
    return KeyPair(public, SecretStr(secret.get_secret_value().replace("\\n", "\n")))


def read_secret(name: str, dotenv: Path, environment: Mapping[str, str]) -> SecretStr | None:
    """Return a secret from the environment, a file named there, or ``.env``; None without one.

    Raises:
        InputInvalid: a secret's file that cannot be read or that others may read.
    """
    if value := environment.get(name, "").strip():
        return SecretStr(value)
    if file := environment.get(f"{name}_FILE", "").strip():
        return SecretStr(_private_text(Path(file), environment).strip())
    if not dotenv.exists():
        return None
    for line in _private_text(dotenv, environment).splitlines():
        key, found, value = line.partition("=")
        if found and key.strip().removeprefix("export ").strip() == name and value.strip():
            return SecretStr(value.strip().strip("\"'"))
    return None


def _private_text(path: Path, environment: Mapping[str, str]) -> str:
    # systemd lends a unit's user its credentials by a list of rights, which looks like a group's.
    is_lent = str(path.parent) == environment.get("CREDENTIALS_DIRECTORY")
    try:
        mode = stat.S_IMODE(path.stat().st_mode)
        if os.name == "posix" and mode & (0o007 if is_lent else 0o077):
            raise InputInvalid(
                f"{path} holds a secret and others may read it (mode {mode:03o}); "
                f"run: chmod 600 {path}"
            )
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputInvalid(f"{path} cannot be read: {error}") from None
