"""The runbook names commands that exist, and explains every alarm and every reason."""

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer
from typer.core import TyperGroup

from bot.cli.main import app
from bot.ports.messages import NoticeCode
from bot.settings import PolicyFile
from bot.workflow.readiness import Unready
from tests.deploy.conftest import DEPLOY

ROOT = DEPLOY.parent
NOTICES = ROOT / "bot" / "explain" / "wording" / "en" / "notices.toml"
# The shorthand of the runbook, or the program itself; not the user and the container of that name.
CALL = re.compile(r"(?<![\w/-])(?<!-u )(?<!exec )(?:ek|evenkeel) ([a-z]+)((?: [^\s`.;,]+)*)")


def calls(text: str) -> Iterator[tuple[str, str]]:
    """Yield each command of the program in a text, and what follows it."""
    code = re.findall(r"```\n(.*?)```|`([^`\n]+)`", text, re.DOTALL)
    for block, inline in code:
        for line in (block or inline).splitlines():
            for found in CALL.finditer(line):
                yield found[1], found[2]


def test_every_command_in_it_exists(runbook: str) -> None:
    """Subcommands and options are those of the command line."""
    group = typer.main.get_command(app)
    assert isinstance(group, TyperGroup)
    found = list(calls(runbook))
    named = {name for name, _ in found}
    assert named >= {"init", "doctor", "health", "backup", "restore", "unhalt", "journal", "replay"}
    for name, rest in found:
        assert name in group.commands, name
        command, words = group.commands[name], rest.split()
        if isinstance(command, TyperGroup):
            assert words[0] in command.commands, f"{name} {words[0]}"
            command = command.commands[words[0]]
        options = {option for one in command.params for option in one.opts}
        assert {word for word in words if word.startswith("--")} <= options, f"{name}{rest}"


def test_every_alarm_is_explained(runbook: str) -> None:
    """The table of alarms has a row for each that the program can post, and no other."""
    assert set(re.findall(r"^\| ([A-Z_]+) \|", runbook, re.MULTILINE)) == set(alarms())


def alarms() -> Iterator[str]:
    """Yield the codes of every notice that is posted as an alarm."""
    for path in sorted((ROOT / "bot").rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        if "MessageType.ALARM" not in text:
            continue
        for function in ast.walk(ast.parse(text)):
            if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
                body = ast.unparse(function)
                if "MessageType.ALARM" in body:
                    yield from _posted(function)


def _posted(function: ast.AST) -> Iterator[str]:
    for call in ast.walk(function):
        if isinstance(call, ast.Call) and any(word.arg == "kind" for word in call.keywords):
            yield from re.findall(r"NoticeCode\.([A-Z_]+)", ast.unparse(call))


def test_alarms_are_quoted_as_they_are_worded(runbook: str) -> None:
    """What an alarm is said to say stands in its wording, so that a person finds it here."""
    wording = tomllib.loads(NOTICES.read_text(encoding="utf-8"))
    rows = re.findall(r"^\| ([A-Z_]+) \| ([^|]*) \|", runbook, re.MULTILINE)
    assert rows
    for code, says in rows:
        NoticeCode(code)
        told = [texts for name, texts in wording.items() if name.partition(".")[0] == code]
        text = " ".join(str(texts) for texts in told)
        for quoted in re.findall(r'"([^"]+)"', says):
            for part in quoted.split("…"):
                assert part.strip() in text, f"{code}: {part}"


def test_every_reason_of_not_being_ready_is_explained(runbook: str) -> None:
    """The table of /readyz has a row for each word, and no other."""
    found = re.findall(r"^\| `([a-z_]+)` \|", runbook, re.MULTILINE)
    assert set(found) == {str(reason) for reason in Unready}


@pytest.mark.parametrize("name", ["approvers", "reserve", "trading_capital", "excluded", "mode"])
def test_the_settings_it_names_exist(runbook: str, name: str) -> None:
    """Whoever follows it finds the setting."""
    assert f"`{name}" in runbook
    assert name in PolicyFile.model_fields


def test_the_files_it_names_exist(runbook: str) -> None:
    """Every file of this repository that it names is there."""
    for name in set(re.findall(r"deploy/[\w./-]*\w", runbook)) - {"deploy/config"}:
        assert (ROOT / Path(name)).exists(), name
