"""``evenkeel init``: a few questions, and the two files that follow from the answers."""

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.settings.loading import TOKEN, TRADING_KEY
from bot.settings.secrets import read_secret
from core.domain.errors import InputInvalid

if TYPE_CHECKING:
    from bot.app.init_files import Answers, Written
    from bot.cli.init_asking import Asker

POLICY, SECRETS = "evenkeel.toml", ".env"
LONGEST_INPUT = 65_536
STOPPED = 130
SECRET_FLAGS = {
    TOKEN: "--telegram-token-file",
    f"{TRADING_KEY}_KEY": "--exchange-key-file",
    f"{TRADING_KEY}_SECRET": "--exchange-secret-file",
}
FLAGS = (
    *("--venue", "--mode", "--quote", "--targets", "--profile", "--reserve", "--trading-capital"),
    *("--approvers", "--timezone", "--digest-at"),
)
NEXT = (("doctor", "looks at all of it, and says what is missing"), ("run", "starts the bot"))
NOWHERE = Path(os.devnull)

Folder = Annotated[
    Path, typer.Option("--dir", metavar="DIR", help="Where the two files go; without it here.")
]
Venue = Annotated[
    str | None, typer.Option(metavar="NAME", help="kraken, binance, coinbase or simulated.")
]
Mode = Annotated[str | None, typer.Option(metavar="NAME", help="paper, watch or live.")]
Quote = Annotated[str | None, typer.Option(metavar="NAME", help="Currency of it all, e.g. USD.")]
Targets = Annotated[
    str | None, typer.Option(metavar="LINE", help='Percentages, e.g. "BTC 60 ETH 30 USD 10".')
]
Profile = Annotated[
    str | None, typer.Option(metavar="NAME", help="tight, standard, small or tiny.")
]
Reserve = Annotated[
    str | None, typer.Option(metavar="AMOUNT", help="Of the currency, what is never spent.")
]
Capital = Annotated[
    str | None, typer.Option(metavar="AMOUNT", help="The most the bot may move at all.")
]
Approvers = Annotated[
    str | None, typer.Option(metavar="IDS", help='Telegram ids of who decides, e.g. "11 22".')
]
Zone = Annotated[
    str | None, typer.Option(metavar="NAME", help="Time zone; without it the machine's.")
]
DigestAt = Annotated[str | None, typer.Option(metavar="HH:MM", help="Local time of the digest.")]
TokenFile = Annotated[
    Path | None, typer.Option(metavar="FILE", help="Holds the Telegram token (mode 600).")
]
KeyFile = Annotated[
    Path | None, typer.Option(metavar="FILE", help="Holds the exchange key (mode 600).")
]
SecretFile = Annotated[
    Path | None, typer.Option(metavar="FILE", help="Holds the key's secret (mode 600).")
]
FromStdin = Annotated[
    bool,
    typer.Option(
        "--secret-from-stdin", metavar="", help="Read secrets from a pipe, NAME=value by line."
    ),
]
TelegramUrl = Annotated[
    str | None, typer.Option(metavar="URL", help="Another address of the Bot API.")
]
Offline = Annotated[bool, typer.Option("--offline", metavar="", help="Ask nobody on the network.")]
Force = Annotated[
    bool,
    typer.Option("--force", metavar="", help="Write although files are there; kept as .bak."),
]


def init(
    directory: Folder = Path(),
    venue: Venue = None,
    mode: Mode = None,
    quote: Quote = None,
    targets: Targets = None,
    profile: Profile = None,
    reserve: Reserve = None,
    trading_capital: Capital = None,
    approvers: Approvers = None,
    timezone: Zone = None,
    digest_at: DigestAt = None,
    telegram_token_file: TokenFile = None,
    exchange_key_file: KeyFile = None,
    exchange_secret_file: SecretFile = None,
    secret_from_stdin: FromStdin = False,
    telegram_url: TelegramUrl = None,
    offline: Offline = False,
    force: Force = False,
) -> None:
    """Ask a few questions and write evenkeel.toml and .env.

    Every question has an option; what is given is not asked for. Secrets never stand on the command
    line: they come from a file, the variables EVENKEEL_TELEGRAM_TOKEN, EVENKEEL_EXCHANGE_KEY and
    EVENKEEL_EXCHANGE_SECRET, or a pipe.
    """
    answers = (venue, mode, quote, targets, profile, reserve, trading_capital, approvers)
    given = dict(zip(FLAGS, (*answers, timezone, digest_at), strict=True))
    files = (telegram_token_file, exchange_key_file, exchange_secret_file)
    try:
        secrets = _secrets(dict(zip(SECRET_FLAGS, files, strict=True)), from_pipe=secret_from_stdin)
        texts = {flag: text for flag, text in given.items() if text is not None} | secrets
        _run(texts, directory, offline=offline, force=force, telegram_url=telegram_url)
    except (KeyboardInterrupt, EOFError, typer.Abort):
        typer.echo("\nStopped. Nothing was written.")
        sys.exit(STOPPED)


def _run(
    given: Mapping[str, str],
    folder: Path,
    *,
    offline: bool,
    force: bool,
    telegram_url: str | None,
) -> None:
    if not folder.is_dir():
        raise InputInvalid(f"--dir: {folder} is not a folder; make it first, or name another one")
    is_person = sys.stdin.isatty() and sys.stdout.isatty()
    if is_person:
        typer.echo("A few questions about your portfolio. Ctrl-C stops; nothing is written before")
        typer.echo("the end. An empty answer means what stands in brackets.")
    from bot.app.init_answers import address_of
    from bot.app.init_files import write_files
    from bot.cli.init_asking import Options, Person
    from bot.cli.init_questions import Known, ask_all

    asker: Asker = Person(given) if is_person else Options(given)
    if not _may_write(asker, folder, force=force, is_person=is_person):
        typer.echo("Nothing was changed.")
        return
    url = None if telegram_url is None else address_of(telegram_url)
    answers = ask_all(asker, Known(_ready(folder), offline, url))
    if is_person and not _agrees(asker, answers):
        typer.echo("Nothing was written.")
        return
    _print_written(write_files(answers, folder), answers)


def _secrets(files: Mapping[str, Path | None], *, from_pipe: bool) -> dict[str, str]:
    """Return the secrets that were given, by option."""
    found = _piped() if from_pipe else {}
    for name, file in files.items():
        if file is None:
            continue
        secret = read_secret(name, NOWHERE, {f"{name}_FILE": str(file)})
        if secret is None or not secret.get_secret_value():
            raise InputInvalid(f"{SECRET_FLAGS[name]}: {file} is empty")
        found[name] = secret.get_secret_value()
    return {SECRET_FLAGS[name]: secret for name, secret in found.items()}


def _piped() -> dict[str, str]:
    """Return the secrets that came through a pipe, by variable."""
    names = ", ".join(SECRET_FLAGS)
    if sys.stdin.isatty():
        raise InputInvalid(
            f"--secret-from-stdin reads from a pipe, one NAME=value by line; the names are {names}"
        )
    found: dict[str, str] = {}
    for line in sys.stdin.read(LONGEST_INPUT).splitlines():
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        name, _, value = line.partition("=")
        # What cannot be read is not repeated: it may be a secret.
        if name.strip() not in SECRET_FLAGS or not value.strip():
            raise InputInvalid(
                f"--secret-from-stdin: a line is not NAME=value; the names are {names}"
            )
        found[name.strip()] = value.strip()
    return found


def _ready(folder: Path) -> dict[str, str]:
    """Return the secrets that are in the environment or in an older file."""
    found = {name: read_secret(name, folder / SECRETS, os.environ) for name in SECRET_FLAGS}
    return {name: secret.get_secret_value() for name, secret in found.items() if secret}


def _may_write(asker: "Asker", folder: Path, *, force: bool, is_person: bool) -> bool:
    """Tell whether files that are there may give way; they are kept beside."""
    there = [name for name in (POLICY, SECRETS) if os.path.lexists(folder / name)]
    if not there or force:
        return True
    names = " and ".join(there)
    verb = "is" if len(there) == 1 else "are"
    if not is_person:
        raise InputInvalid(
            f"{names} {verb} in {folder} already; --force writes anew and keeps the old as .bak",
            code="EXISTS",
        )
    asker.say(f"{names} {verb} here already. The old would be kept as .bak.")
    return asker.confirm("Write anew", default=False)


def _agrees(asker: "Asker", answers: "Answers") -> bool:
    from bot.app.init_files import policy_text

    typer.echo(f"\nThis would be {POLICY}:\n")
    for line in policy_text(answers).splitlines():
        typer.echo(f"  {line}".rstrip())
    typer.echo("")
    return asker.confirm("Write it, and .env with the secrets", default=True)


def _print_written(written: "Written", answers: "Answers") -> None:
    typer.echo(f"\nWritten: {written.policy} and {written.secrets} (only you can read them).")
    for path in written.kept:
        typer.echo(f"The old one is kept as {path}.")
    is_here = written.policy.parent.resolve() == Path.cwd()
    which = "" if is_here else f" --policy {written.policy}"
    typer.echo("\nNext:")
    for command, meaning in NEXT:
        typer.echo(f"  {f'evenkeel {command}{which}':{len(which) + 17}}{meaning}")
    if TOKEN in answers.secrets and not answers.approvers:
        typer.echo(
            "Nobody may approve yet: start the bot, send it /start, and put the id that it tells "
            f"you\ninto approvers in {POLICY}."
        )
