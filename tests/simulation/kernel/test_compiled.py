"""Numba adds speed, and nothing else."""

import os
import subprocess
import sys
from pathlib import Path
from shutil import copy
from typing import Any

import numpy as np
import pytest
from platformdirs import user_cache_path

from bot.research import compiled_kernel
from bot.research.compiled_kernel import compiled_walk
from core.domain.errors import InputInvalid
from core.simulation.kernel import (
    KernelRun,
    KernelSeries,
    compiling,
    fixed_band_rules,
    kernel_rules,
    machine_code,
    run_grid,
    run_kernel,
)
from core.simulation.kernel.engine import Walk, plain_walk
from core.simulation.kernel.layout import empty_pages, packed
from core.simulation.kernel.state import TOTALS
from core.simulation.kernel.tape import tape_of
from tests.simulation.kernel.equality import compiled_alike, lived_by_reference
from tests.simulation.kernel.made import COSTS, made_matrix, made_policy, made_series
from tests.simulation.kernel.worlds import world_of


def _same(one: KernelRun, other: KernelRun) -> None:
    for name in ("bars", "filled", "orders"):
        assert np.array_equal(getattr(one.proposals, name), getattr(other.proposals, name))
    assert np.array_equal(one.held_from, other.held_from)
    np.testing.assert_allclose(one.coins, other.coins, rtol=1e-12)
    np.testing.assert_allclose(one.cash, other.cash, rtol=1e-12, atol=1e-9)


@pytest.mark.timeout(600)  # compiles when nothing is kept from before
def test_compiled_and_plain_decide_alike() -> None:
    """The compiled walk makes the decisions of the plain one: random worlds, hours, and a grid."""
    pytest.importorskip("numba")
    for number in range(12):
        world = world_of(number, days=80)
        assert compiled_alike(world, *lived_by_reference(world))
    matrix = made_matrix(3_000, 6)
    rules = kernel_rules(made_policy(6), matrix.assets, COSTS)
    simple = fixed_band_rules(made_policy(6), matrix.assets, COSTS)
    for series, one in ((made_series(matrix, rules.targets), rules), (KernelSeries(), simple)):
        plain = run_kernel(matrix, series, one)
        _same(plain, run_kernel(matrix, series, one, walk=compiled_walk()))
        assert len(plain.proposals.bars) > 5
    tables = [
        run_grid(matrix, KernelSeries(), [rules, simple], walk=walk)
        for walk in (plain_walk, compiled_walk())
    ]
    np.testing.assert_allclose(tables[0], tables[1], rtol=1e-9)


@pytest.mark.timeout(600)  # compiles when nothing is kept from before
def test_compiled_code_is_never_given_an_array_of_another_kind() -> None:
    """Whole numbers in place of prices, or prices that lie apart, end the run before it begins."""
    pytest.importorskip("numba")
    matrix = made_matrix(60, 3)
    rules = fixed_band_rules(made_policy(3), matrix.assets, COSTS)
    whole = KernelSeries(targets=np.tile(np.array([1, 0, 0, 0]), (60, 1)))
    _same(*(run_kernel(matrix, whole, rules, walk=walk) for walk in (plain_walk, compiled_walk())))
    tape, row = tape_of(matrix, KernelSeries()), packed(rules)
    whole_closes: Any = tape.closes.astype(np.int64)
    for closes in (whole_closes, tape.closes[:, ::2], tape.closes.astype("f4")):
        with pytest.raises(TypeError, match="in place of one of float64"):
            compiled_walk()(
                tape._replace(closes=closes), row, np.zeros(3), 1.0, empty_pages(3, 9),
                np.zeros(0), np.zeros(TOTALS), np.ones(1),
            )  # fmt: skip


def test_without_numba_the_same_lines_run(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where Numba is not installed a run is plain, and asking for compiled code says what to do."""
    monkeypatch.setattr(compiled_kernel, "find_spec", lambda _: None)
    assert compiled_kernel.best_walk() is plain_walk
    with pytest.raises(InputInvalid, match="install the extra fast"):
        compiled_walk()


def test_the_environment_of_others_does_not_change_what_is_compiled(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A shell that switches Numba off, or asks it for checks, still gets the one compiled walk."""
    numba = pytest.importorskip("numba")
    for name in ("DISABLE_JIT", "BOUNDSCHECK", "DEBUGINFO_DEFAULT"):
        monkeypatch.setattr(numba.config, name, 1)

    def ready(*_: object, **__: object) -> None:
        config = numba.config
        assert not any([config.DISABLE_JIT, config.BOUNDSCHECK, config.DEBUGINFO_DEFAULT])
        raise InterruptedError

    monkeypatch.setattr(compiling, "_ready", ready)
    with pytest.raises(InterruptedError):
        compiling.compiled_text()


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    """Give a folder with the compiled code of this machine, as a run before would leave it."""
    pytest.importorskip("numba")
    compiled_walk()
    folder = tmp_path / "cache"
    folder.mkdir()
    file = user_cache_path("evenkeel", appauthor=False) / compiled_kernel.file_name()
    if not file.exists():
        pytest.skip("nothing can be kept in the user's folder of caches here")
    copy(file, folder)
    return folder


_WITHOUT = """
import sys
from pathlib import Path
sys.modules["numba"] = None
from bot.research import compiled_kernel
compiled_kernel.can_compile = lambda: True
from core.simulation.kernel import run_kernel
from tests.simulation.kernel.test_compiled import one_run
walk = compiled_kernel.compiled_walk(Path(sys.argv[1]))
print(len(one_run(walk).proposals.bars))
"""


def one_run(walk: Walk) -> KernelRun:
    """Return a run with some proposals."""
    matrix = made_matrix(400, 3)
    rules = fixed_band_rules(made_policy(3), matrix.assets, COSTS)
    return run_kernel(matrix, KernelSeries(), rules, walk=walk)


@pytest.mark.timeout(600)  # compiles when nothing is kept from before
def test_kept_code_runs_without_the_compiler(kept: Path) -> None:
    """A process that finds compiled code never imports Numba, and comes to the same proposals."""
    found = subprocess.run(
        [sys.executable, "-c", _WITHOUT, str(kept)], capture_output=True, text=True, check=False
    )
    assert found.returncode == 0, found.stderr
    assert int(found.stdout) == len(one_run(plain_walk).proposals.bars) > 0


def _harm(file: Path, how: str) -> None:
    whole = file.read_bytes()
    if how == "gone":
        file.unlink()
    else:
        file.write_bytes(whole[:-1] if how == "cut" else b"" if how == "empty" else whole[::-1])


@pytest.mark.timeout(600)  # compiles when nothing is kept from before
@pytest.mark.parametrize("how", ["gone", "cut", "empty", "other bytes"])
def test_damaged_code_is_never_run(how: str, kept: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Kept code that is not whole is made anew and kept whole."""
    (file,) = kept.iterdir()
    whole, made = file.read_bytes(), []

    def make(*_: str) -> bytes:
        made.append(how)
        return whole[32:]

    monkeypatch.setattr(compiled_kernel, "compiled_text", lambda: ("", ""))
    monkeypatch.setattr(compiled_kernel, "code_of", make)
    _harm(file, how)
    _same(one_run(compiled_walk(kept)), one_run(plain_walk))
    assert made == [how]
    assert file.read_bytes() == whole
    assert [one.name for one in kept.iterdir()] == [file.name]


@pytest.mark.timeout(600)  # compiles when nothing is kept from before
def test_code_that_cannot_be_kept_runs_all_the_same(
    kept: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where no folder can be made, a process compiles for itself."""
    (file,) = kept.iterdir()
    code = file.read_bytes()[32:]
    monkeypatch.setattr(compiled_kernel, "compiled_text", lambda: ("", ""))
    monkeypatch.setattr(compiled_kernel, "code_of", lambda *_: code)
    _same(one_run(compiled_walk(file / "below a file")), one_run(plain_walk))


@pytest.mark.timeout(600)  # compiles when nothing is kept from before
def test_code_that_others_could_write_is_never_run(kept: Path) -> None:
    """A file in a folder that is open to everybody may be anybody's."""
    (file,) = kept.iterdir()
    assert compiled_kernel._kept(file) is not None  # noqa: SLF001  # what the disk is asked for
    for place, mode in ((file, 0o666), (kept, 0o1777)):
        before = place.stat().st_mode
        place.chmod(mode)
        assert compiled_kernel._kept(file) is None  # noqa: SLF001  # as above
        place.chmod(before)
    assert compiled_kernel._kept(file) is not None  # noqa: SLF001  # as above


def test_other_lines_of_the_compiler_are_other_code(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Code that was made, or is entered, in another way has another name: it would not fit."""
    pytest.importorskip("numba")
    before = compiled_kernel.file_name()
    source = Path(machine_code.__file__)
    changed = tmp_path / source.name
    changed.write_text(source.read_text(encoding="utf-8") + "#", encoding="utf-8")
    monkeypatch.setattr(machine_code, "__file__", str(changed))
    assert compiled_kernel.file_name() != before


def test_the_compiler_runs_nothing_of_the_folder_one_is_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever keeps a ``bot.py`` of their own where they work does not find it run."""
    (tmp_path / "bot.py").write_text("open('ran', 'w')", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(compiled_kernel, "__name__", "bot")
    compiled_kernel.compile_apart()
    assert not (tmp_path / "ran").exists()


def test_the_name_of_kept_code_is_the_same_in_every_process() -> None:
    """What is compiled in one process is found by the next, whatever order its sets are in."""
    command = [sys.executable, "-c", "from core.simulation.kernel.engine import *; print(digest())"]
    told = {
        subprocess.run(
            command, env={**os.environ, "PYTHONHASHSEED": seed}, capture_output=True, check=True
        ).stdout
        for seed in ("1", "2", "3")
    }
    assert len(told) == 1


@pytest.mark.parametrize(
    ("what", "stranger"),
    [
        ("import bot.cli.main, bot.app, bot.stage, bot.workflow.propose", "core.simulation.kernel"),
        ("import core.simulation.kernel", "numba"),
    ],
)
def test_nothing_loads_more_than_it_needs(what: str, stranger: str) -> None:
    """The live bot never loads the kernel, and the kernel loads Numba only for a compiled run."""
    check = f"{what}; import sys; sys.exit({stranger!r} in sys.modules)"
    assert subprocess.run([sys.executable, "-c", check], check=False).returncode == 0
