"""Rules of the house that no linter knows."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.domain import errors
from core.domain.decision import Gate, ReasonCode
from core.domain.errors import EvenkeelError

ROOT = Path(__file__).resolve().parents[2]
SOURCES = sorted(path for folder in ("core", "bot") for path in (ROOT / folder).rglob("*.py"))
LONGEST_FILE = 350
LONGEST_FUNCTION = 45
LAST_RESORTS = {"bot/jobs.py", "bot/app/running.py"}
VENUE_WORDS = re.compile(r"\b(withdraw\w*|transfer_?\w*|walletTransfer)\s*\(", re.IGNORECASE)
MADE_UP_ACCOUNT = {"bot/exchange/paper.py", "bot/exchange/account_file.py"}
OUR_OWN_WORDS = {"withdraw_open(", "_withdraw(", "withdrawal_flows("}


def _name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def _functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


@pytest.mark.parametrize("path", SOURCES, ids=_name)
def test_a_file_holds_one_idea(path: Path) -> None:
    """No source file grows past 350 lines, no function past 45."""
    assert len(path.read_text(encoding="utf-8").splitlines()) <= LONGEST_FILE
    for node in _functions(path):
        length = (node.end_lineno or node.lineno) - node.lineno + 1
        assert length <= LONGEST_FUNCTION, f"{node.name} has {length} lines"


def test_everything_is_caught_only_at_the_outermost_loops() -> None:
    """``except Exception`` stands in the two places that keep the bot alive, and nowhere else."""
    found = {
        _name(path)
        for path in SOURCES
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ExceptHandler)
        and (node.type is None or (isinstance(node.type, ast.Name) and node.type.id == "Exception"))
    }
    assert found == LAST_RESORTS


def test_no_withdrawal_call_exists() -> None:
    """Nothing in the program could move coins off an account."""
    found = []
    for path in SOURCES:
        if _name(path) in MADE_UP_ACCOUNT:
            continue
        found += [
            f"{_name(path)}: {match.group()}"
            for match in VENUE_WORDS.finditer(path.read_text(encoding="utf-8"))
            if not any(match.string[: match.end()].endswith(word) for word in OUR_OWN_WORDS)
        ]
    assert found == []


def test_only_the_clocks_read_the_time() -> None:
    """No module but bot/clocks.py asks the machine what time it is."""
    pattern = re.compile(r"datetime\.(now|utcnow|today)\(|\btime\.(time|monotonic)\(|date\.today\(")
    found = {_name(path) for path in SOURCES if pattern.search(path.read_text(encoding="utf-8"))}
    assert found == {"bot/clocks.py"}


def test_progress_is_drawn_in_one_place() -> None:
    """No command sets up a progress display of its own, so none forgets pipes."""
    pattern = re.compile(r"\brich\.(progress|status|live)\b|\bconsole\.status\(", re.IGNORECASE)
    found = {_name(path) for path in SOURCES if pattern.search(path.read_text(encoding="utf-8"))}
    assert found == {"bot/cli/progress.py"}


def test_errors_have_one_parent_and_gates_their_order() -> None:
    """Every error of the core is an EvenkeelError, and the ten gates stand in METHODS' order."""
    kinds = [kind for kind in vars(errors).values() if isinstance(kind, type)]
    assert all(issubclass(kind, EvenkeelError) for kind in kinds)
    order = [
        "data",
        "halt",
        "pause",
        "targets",
        "bands",
        "breach",
        "plan",
        "orders",
        "benefit",
        "limits",
    ]
    assert [gate.value for gate in Gate] == order


def test_every_reason_code_is_used_by_the_engine_or_kept_for_the_stress_pause() -> None:
    """A reason that nothing can give is a promise nobody keeps."""
    text = "\n".join(
        path.read_text(encoding="utf-8") for path in (ROOT / "core" / "planning").rglob("*.py")
    )
    unused = {code for code in ReasonCode if f"ReasonCode.{code.name}" not in text}
    assert unused == set()


def test_the_locks_name_no_host() -> None:
    """What is installed is fixed by version and hash; where it comes from is everybody's choice."""
    locks = sorted(ROOT.glob("requirements*.lock"))
    assert len(locks) == 3
    for path in locks:
        text = path.read_text(encoding="utf-8")
        assert "://" not in text
        assert "--hash=sha256:" in text
