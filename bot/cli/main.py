"""``evenkeel``: one program, one command per thing a person wants."""

import errno
import inspect
import os
import sys
from collections.abc import Callable

import typer

from bot.cli.backtest import backtest
from bot.cli.backup import backup, restore
from bot.cli.check import check
from bot.cli.doctor import doctor
from bot.cli.evals import evals_commands
from bot.cli.health import health
from bot.cli.history import history_commands
from bot.cli.init import init
from bot.cli.journal import journal_commands
from bot.cli.plan import plan
from bot.cli.records import replay, settings, unhalt
from bot.cli.run import run
from bot.cli.signals import signals
from bot.cli.study import study
from bot.cli.sweep import sweep
from bot.settings.redaction import guard_tracebacks, redacted
from core.domain.errors import EvenkeelError, InvariantBroken

BAD_INPUT = 2
NO_OUTPUT = 74

app = typer.Typer(
    name="evenkeel",
    help="Keeps a crypto portfolio on its targets: proposes, explains, and waits for a person.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


def _flowing(text: str) -> str:
    """Return a docstring with every paragraph on one line."""
    return "\n\n".join(" ".join(part.split()) for part in text.split("\n\n"))


_COMMANDS: tuple[Callable[..., None], ...] = (
    init,
    run,
    doctor,
    check,
    plan,
    signals,
    backtest,
    sweep,
    study,
    replay,
    settings,
    backup,
    restore,
    unhalt,
    health,
)
for _command in _COMMANDS:
    app.command()(_command)
for _group in (app, history_commands, journal_commands, evals_commands):
    for _info in _group.registered_commands:
        # Help breaks its lines where the terminal ends, not where the source does.
        _info.help = _flowing(inspect.getdoc(_info.callback) or "")
app.add_typer(history_commands, name="history")
app.add_typer(journal_commands, name="journal")
app.add_typer(evals_commands, name="evals")


def main() -> None:
    """Run one command; a mistake in what was given ends with its message and exit code 2."""
    guard_tracebacks()
    try:
        app()
    except InvariantBroken:
        # Our own bug: the traceback is what we need to mend it.
        raise
    except EvenkeelError as error:
        for line in str(error).splitlines():
            print(f"evenkeel: {redacted(line)}", file=sys.stderr)
        sys.exit(BAD_INPUT)
    except OSError as error:
        # A write to standard output names no file.
        if error.errno != errno.ENOSPC or error.filename is not None:
            raise
        print(f"evenkeel: the output has no room: {error.strerror}", file=sys.stderr)
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(NO_OUTPUT)


if __name__ == "__main__":
    main()
