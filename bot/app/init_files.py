"""Checked answers -> the two files, written both or not at all, and never readable by others."""

import json
import os
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import time
from decimal import Decimal
from pathlib import Path

from bot.settings import load_settings
from bot.settings.loading import TOKEN, TRADING_KEY
from core.domain.errors import InputInvalid
from core.domain.units import text_of

POLICY, SECRETS = "evenkeel.toml", ".env"
EXCHANGE_KEY, EXCHANGE_SECRET = f"{TRADING_KEY}_KEY", f"{TRADING_KEY}_SECRET"
ASKED_FOR = (TOKEN, EXCHANGE_KEY, EXCHANGE_SECRET)
TELEGRAM = "https://api.telegram.org/bot"
_COMMENTS_AT = 28


@dataclass(frozen=True, slots=True)
class Answers:
    """What a person wants, every value checked.

    Attributes:
        targets: percent by symbol, in the person's own order.
        reserve: quote currency that is never spent.
        trading_capital: the most the bot may move, None = no limit.
        approvers: Telegram ids.
        telegram_url: address of the Bot API.
        secrets: by the name of their variable; only those there are.
    """

    venue: str
    mode: str
    quote: str
    targets: Mapping[str, Decimal]
    profile: str
    reserve: Decimal
    trading_capital: Decimal | None
    approvers: tuple[int, ...]
    timezone: str
    digest_at: time
    telegram_url: str = TELEGRAM
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class Written:
    """The two files, and the older ones that were kept beside them."""

    policy: Path
    secrets: Path
    kept: tuple[Path, ...]


def policy_text(answers: Answers) -> str:
    """Return the policy file: what was asked for, with a word on each line."""
    return "\n".join(_policy_lines(answers)) + "\n"


def secrets_text(answers: Answers, others: Sequence[str] = ()) -> str:
    """Return the file of secrets.

    Args:
        answers: what a person wants.
        others: lines of an older file that nobody was asked about.
    """
    lines = [
        "# Secrets of Evenkeel. Nobody but you may read this file (mode 600).",
        "# From @BotFather:",
        _variable(TOKEN, answers.secrets),
        "# A key to your account at the exchange; it must not be able to withdraw:",
        *(_variable(name, answers.secrets) for name in (EXCHANGE_KEY, EXCHANGE_SECRET)),
        *others,
    ]
    return "\n".join(lines) + "\n"


def other_lines(secrets: Path) -> tuple[str, ...]:
    """Return the lines of a file of secrets that set something this program does not ask for."""
    try:
        lines = secrets.read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return ()
    except (OSError, UnicodeDecodeError) as error:
        raise InputInvalid(f"{secrets} cannot be read: {error}") from None
    return tuple(line for line in lines if _name_in(line) not in {"", *ASKED_FOR})


def write_files(answers: Answers, folder: Path) -> Written:
    """Write both files into ``folder``; older ones are kept as ``.bak``.

    They are written and loaded under other names first. Whatever goes wrong, also a Ctrl-C, leaves
    the folder as it was.

    Raises:
        InputInvalid: the folder cannot be written, or the answers do not make a policy.
    """
    try:
        with tempfile.TemporaryDirectory(prefix=".evenkeel-init-", dir=folder) as name:
            draft = Path(name)
            others = other_lines(folder / SECRETS)
            _write(draft / SECRETS, secrets_text(answers, others))
            _write(draft / POLICY, policy_text(answers))
            _check(draft)
            return _put_in_place(draft, folder)
    except OSError as error:
        raise InputInvalid(
            f"{folder} cannot be written: {error.strerror}; name another folder with --dir"
        ) from error


def _policy_lines(answers: Answers) -> Iterator[str]:
    quote, ids = answers.quote, ", ".join(map(str, answers.approvers))
    yield "# The rules of Evenkeel. `evenkeel settings` prints every other value in force."
    yield _line("quote", _text(quote), "what everything is measured in")
    yield _line("venue", _text(answers.venue), "kraken, binance, coinbase or simulated")
    yield _line("mode", _text(answers.mode), "paper, watch (orders nothing) or live")
    yield _line(
        "profile", _text(answers.profile), "width of the bands: tight, standard, small, tiny"
    )
    yield _line("approvers", f"[{ids}]", "Telegram ids of the people who decide")
    yield _line("reserve", text_of(answers.reserve), f"{quote} that is never spent")
    if answers.trading_capital is None:
        yield _line(
            "# trading_capital",
            "10000",
            f"without the # the most {quote} it may move",
        )
    else:
        capital = text_of(answers.trading_capital)
        yield _line("trading_capital", capital, f"the most {quote} the bot may move")
    yield ""
    yield f"{'[targets]':{_COMMENTS_AT}}# percent; with cash they sum to 100"
    yield from (f"{symbol} = {text_of(share)}" for symbol, share in answers.targets.items())
    yield ""
    yield "[messages]"
    yield _line("timezone", _text(answers.timezone), "of all local times")
    yield _line("digest_at", _text(f"{answers.digest_at:%H:%M}"), "local time of the daily digest")
    yield from ("", "[health]")
    yield _line("port", "8787", "`evenkeel health` asks here; 0 = nowhere")
    if answers.telegram_url != TELEGRAM:
        yield from ("", "[telegram]", f"base_url = {_text(answers.telegram_url)}")


def _line(key: str, value: str, comment: str) -> str:
    return f"{f'{key} = {value}':{_COMMENTS_AT}}# {comment}"


def _text(value: str) -> str:
    """Return a text as TOML writes it; JSON writes it alike."""
    return json.dumps(value)


def _variable(name: str, secrets: Mapping[str, str]) -> str:
    if name not in secrets:
        return f"#{name}="
    # A key of Coinbase has several lines, and a variable has one.
    value = "\\n".join(line.strip() for line in secrets[name].splitlines())
    return f"{name}={value}"


def _name_in(line: str) -> str:
    name, found, _ = line.partition("=")
    name = name.strip().removeprefix("export ").strip()
    return name if found and not name.startswith("#") else ""


def _write(path: Path, text: str) -> None:
    """Write a new file that nobody else could read at any moment."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())


def _check(draft: Path) -> None:
    """Load both files as the bot will, with nothing else to lean on."""
    try:
        settings = load_settings(draft / POLICY, data_dir=draft, environment={})
        settings.policy  # noqa: B018  # its mistakes show when it is made
    except InputInvalid as error:
        words = (line.replace(f"{draft}/", "") for line in error.problems)
        raise InputInvalid(*words, code=error.code) from None


def _put_in_place(draft: Path, folder: Path) -> Written:
    """Give both files their names; what is taken back is known before it is done."""
    kept = []
    with ExitStack() as undo:
        for name in (SECRETS, POLICY):
            place = folder / name
            if place.exists() or place.is_symlink():
                aside = _unused(folder, name)
                undo.callback(_bring_back, aside, place)
                place.rename(aside)
                kept.append(aside)
            else:
                undo.callback(place.unlink, missing_ok=True)
            (draft / name).rename(place)
        undo.pop_all()
    return Written(folder / POLICY, folder / SECRETS, tuple(kept))


def _bring_back(aside: Path, place: Path) -> None:
    if aside.exists() or aside.is_symlink():
        aside.replace(place)


def _unused(folder: Path, name: str) -> Path:
    """Return a name for an older file; an even older one is kept as well."""
    names = (f"{name}.bak", *(f"{name}.bak{number}" for number in range(2, 1_000)))
    free = (folder / one for one in names if not (folder / one).exists())
    found = next(free, None)
    if found is None:
        raise InputInvalid(f"{folder} holds too many older copies of {name}; remove some")
    return found
