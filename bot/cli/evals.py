"""``evenkeel evals``: how good the words are, and what the checks let through."""

import typer

from bot.cli.evals_check import check
from bot.cli.evals_run import run

evals_commands = typer.Typer(
    help="The words: what a model writes, and what its texts are let through."
)


@evals_commands.callback(invoke_without_command=True)
def evals(context: typer.Context) -> None:
    """Measure the words; without another word, as ``evals run`` does."""
    if context.invoked_subcommand is None:
        run()


evals_commands.command()(run)
evals_commands.command()(check)
