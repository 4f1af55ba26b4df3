"""Long work shows how far it is on a terminal, and nowhere else."""

from pathlib import Path

import pytest

from tests.backtest_command.files import policy_file
from tests.progress_bars.watched import piped, watch
from tests.sweep.world import GRID, bar_file, text_file

BAR = """
from bot.cli.progress import progress_bar
with progress_bar("Apples") as bar:
    bar.show(1, 4)
    print("an early result")
    bar.show(2, 4, "Pears [ripe]")
    bar.step("plums", 2)
    bar.advance()
print("a result")
"""
WORDS = """
from bot.cli.progress import waiting
with waiting("Looking ...") as show:
    show("Waiting for [somebody]")
print("a result")
"""
BOTH = pytest.mark.parametrize("program", [BAR, WORDS], ids=["bar", "words"])


def test_a_bar_moves_on_a_terminal_and_leaves_results_to_the_pipe(tmp_path: Path) -> None:
    """Each thing being done is named; what is printed meanwhile still goes to standard output."""
    ended = watch(["-c", BAR], tmp_path)
    assert (ended.code, ended.out) == (0, "an early result\na result\n")
    assert "Apples" in ended.seen
    assert ended.seen.rindex("Plums") > ended.seen.index("Apples")
    assert " 50%" in ended.seen[ended.seen.index("Plums") :]
    assert "result" not in ended.seen


def test_waiting_tells_what_for(tmp_path: Path) -> None:
    """The words change as they are told to, brackets and all."""
    ended = watch(["-c", WORDS], tmp_path)
    assert ended.seen.index("Waiting for [somebody]") > ended.seen.index("Looking ...")
    assert ended.out == "a result\n"


@BOTH
def test_what_was_drawn_is_gone_when_the_work_is_done(tmp_path: Path, program: str) -> None:
    """The line is wiped, so that results stand alone."""
    assert watch(["-c", program], tmp_path).is_wiped


@BOTH
def test_a_pipe_stays_empty_even_when_colour_is_forced(tmp_path: Path, program: str) -> None:
    """Whatever a build machine says of colours, nobody watches a pipe."""
    out, err = piped(["-c", program], tmp_path, FORCE_COLOR="1", CLICOLOR_FORCE="1")
    assert out.endswith("a result\n")
    assert err == ""


@BOTH
def test_a_terminal_that_cannot_wipe_is_left_alone(tmp_path: Path, program: str) -> None:
    """Where nothing can be taken back nothing is drawn."""
    assert watch(["-c", program], tmp_path, TERM="dumb").raw == ""


def test_the_commands_of_history_show_theirs(tmp_path: Path) -> None:
    """A backtest and a sweep draw on standard error and print on standard output."""
    bars = str(bar_file(tmp_path / "bars.parquet", 500))
    policy = str(policy_file(tmp_path))
    text_file(tmp_path / "grid.toml", GRID)
    shared = ["--bars", bars, "--policy", policy]
    lived = watch(["-m", "bot.cli.main", "backtest", *shared], tmp_path)
    assert lived.code == 0, lived.seen
    assert "Days" in lived.seen
    assert "Days ━" not in lived.out
    swept = watch(
        ["-m", "bot.cli.main", "sweep", *shared, "--grid", "grid.toml", "--out", "o.parquet"],
        tmp_path,
    )
    assert swept.code == 0, swept.seen
    assert swept.seen.index("Policies") > swept.seen.index("Checking")
    assert lived.is_wiped
    assert swept.is_wiped


COMPILING = """
from bot.research import compiled_kernel
compiled_kernel.can_compile = lambda: True
compiled_kernel.is_kept = lambda: {kept}
compiled_kernel.can_keep = lambda: {keeps}
compiled_kernel.compile_apart = lambda: print("compiled apart")
compiled_kernel.best_walk = lambda: print("compiled here")
from bot.cli.compiling import make_kernel_ready
make_kernel_ready()
"""


@pytest.mark.parametrize(
    ("kept", "keeps", "out"),
    [(False, True, "compiled apart\n"), (False, False, "compiled here\n"), (True, True, "")],
)
def test_the_first_run_of_a_machine_says_what_it_waits_for(
    tmp_path: Path, out: str, *, kept: bool, keeps: bool
) -> None:
    """The compiler is waited for with a word, once; what is compiled already is not waited for."""
    ended = watch(["-c", COMPILING.format(kept=kept, keeps=keeps)], tmp_path)
    assert (ended.code, ended.out) == (0, out)
    assert ("Compiling the kernel" in ended.seen) is not kept


SWEEPING = """
import sys
from bot.research import compiled_kernel
from core.simulation.kernel.engine import plain_walk
kept = []
def loaded():
    assert kept, "the compiler is not waited for in this process"
    return plain_walk
compiled_kernel.can_compile = lambda: True
compiled_kernel.is_kept = lambda: bool(kept)
compiled_kernel.can_keep = lambda: True
compiled_kernel.compile_apart = lambda: kept.append(True)
compiled_kernel.compiled_walk = loaded
from bot.cli.main import main
sys.argv = ["evenkeel", *sys.argv[1:]]
main()
"""


def test_a_first_sweep_compiles_before_it_loads_the_kernel(tmp_path: Path) -> None:
    """What the compiler takes of time is told, and its memory is gone when the plan is made."""
    bars = str(bar_file(tmp_path / "bars.parquet", 500))
    text_file(tmp_path / "grid.toml", '"bands.delta" = [0, 1]')
    words = ["--policy", str(policy_file(tmp_path)), "--grid", "grid.toml", "--out", "o.parquet"]
    ended = watch(["-c", SWEEPING, "sweep", "--bars", bars, *words], tmp_path)
    assert ended.code == 0, ended.seen
    assert ended.seen.index("Compiling the kernel") < ended.seen.index("Policies")
