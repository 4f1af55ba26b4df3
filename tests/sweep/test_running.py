"""Running a sweep: whoever does the work, and whatever ends it, the file is the same in the end."""

import functools
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from pyarrow import parquet

from bot.research.sweep.identity import CODE
from bot.research.sweep.merging import is_finished, merge
from bot.research.sweep.parts import Parts, Rows
from bot.research.sweep.pools import Pool, PoolKind
from bot.research.sweep.preparing import Prepared
from bot.research.sweep.running import Work, run_missing
from core.domain.errors import InputInvalid
from core.simulation.kernel import GRID_COLUMNS
from tests.sweep import working

ONE = Pool(PoolKind.THREADS, 1)


def finished(
    prepared: Prepared, out: Path, pool: Pool = ONE, work: Work = working.quick, chunk: int = 4
) -> bytes:
    """Run what is missing, and return the bytes of the file."""
    parts = Parts(out, GRID_COLUMNS)
    parts.open(prepared.identity)
    run_missing(prepared.given, parts, pool, chunk=chunk, work=work)
    merge(parts, prepared.given.grid, out, prepared.identity)
    return out.read_bytes()


@pytest.fixture(scope="module")
def whole(prepared: Prepared, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """Return the file of a run that nothing disturbed."""
    return finished(prepared, tmp_path_factory.mktemp("whole") / "out.parquet")


def test_rows_stand_in_the_order_of_the_grid(
    prepared: Prepared, whole: bytes, tmp_path: Path
) -> None:
    """Each row has its number, its settings and its own figures."""
    out = tmp_path / "out.parquet"
    out.write_bytes(whole)
    table = parquet.read_table(out)
    assert table.column_names == [
        "point", "profile", "bands.delta", "bands.confirm_days", "costs.taker_fee", *GRID_COLUMNS,
    ]  # fmt: skip
    rows = table.to_pylist()
    assert [row["point"] for row in rows] == list(range(60))
    assert [row["bands.delta"] for row in rows[:30:6]] == [0.0, 0.25, 0.5, 0.75, 1.0]
    assert {row["profile"] for row in rows[30:]} == {"standard"}
    figures = np.array([[row[name] for name in GRID_COLUMNS] for row in rows])
    assert np.array_equal(figures, working.figures_of(0, 60))


@pytest.mark.parametrize("chunk", [1, 7, 60], ids=str)
def test_threads_and_chunks_change_nothing(
    prepared: Prepared, whole: bytes, tmp_path: Path, chunk: int
) -> None:
    """Tasks of any size that come back out of order make the same bytes."""
    work = functools.partial(working.slow, seconds=0.01)
    pool = Pool(PoolKind.THREADS, 3)
    assert finished(prepared, tmp_path / "out.parquet", pool, work, chunk) == whole


def test_row_groups_do_not_tell_the_parts(
    prepared: Prepared, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Groups of rows have one size, however the parts were cut."""
    monkeypatch.setattr("bot.research.sweep.merging.ROW_GROUP", 16)
    one = finished(prepared, tmp_path / "a.parquet", chunk=4)
    other = finished(prepared, tmp_path / "b.parquet", chunk=25)
    assert one == other
    metadata = parquet.read_metadata(tmp_path / "a.parquet")
    sizes = [metadata.row_group(at).num_rows for at in range(metadata.num_row_groups)]
    assert sizes == [16, 16, 16, 12]


def test_a_process_that_is_killed(prepared: Prepared, whole: bytes, tmp_path: Path) -> None:
    """A worker process that dies costs its task, which is computed again."""
    work = functools.partial(working.dies_once, marker=tmp_path / "died")
    pool = Pool(PoolKind.PROCESSES, 2)
    assert finished(prepared, tmp_path / "out.parquet", pool, work) == whole
    assert (tmp_path / "died").exists()


def test_processes_that_keep_dying(
    prepared: Prepared, whole: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Workers that die every time end the run with a sentence, and what was computed is kept."""
    monkeypatch.setattr("bot.research.sweep.running.TRIES", 2)
    out, pool = tmp_path / "out.parquet", Pool(PoolKind.PROCESSES, 2)
    with pytest.raises(
        InputInvalid, match=r"broke down 2 times in a row .* of 60 policies are kept"
    ):
        finished(prepared, out, pool, working.dies_always)
    assert not out.exists()
    kept = sum(map(len, Parts(out, GRID_COLUMNS).known(60)))
    assert kept >= 8
    assert finished(prepared, out) == whole


def test_a_cluster_makes_the_same_file(
    prepared: Prepared, whole: bytes, tmp_path: Path, scheduler: str
) -> None:
    """A real Dask cluster over TCP gives the bytes of the local run."""
    pool = Pool(PoolKind.DASK, address=scheduler)
    assert finished(prepared, tmp_path / "out.parquet", pool, working.quick) == whole


def test_a_worker_of_a_cluster_that_is_killed(
    prepared: Prepared, whole: bytes, tmp_path: Path, scheduler: str
) -> None:
    """A Dask worker that dies in the middle costs its task, and the file is the same."""
    work = functools.partial(working.dies_once, marker=tmp_path / "died")
    pool = Pool(PoolKind.DASK, address=scheduler)
    assert finished(prepared, tmp_path / "out.parquet", pool, work) == whole
    assert (tmp_path / "died").exists()


def test_workers_of_another_version(prepared: Prepared, tmp_path: Path) -> None:
    """Figures of other code are not taken in."""
    with pytest.raises(InputInvalid, match="run other code"):
        finished(prepared, tmp_path / "out.parquet", work=working.other_code)
    assert Parts(tmp_path / "out.parquet", GRID_COLUMNS).known(60) == []


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:9", "nonsense"], ids=str)
def test_a_cluster_that_does_not_answer(
    prepared: Prepared, whole: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    """An unreachable cluster is told with its address, and nothing is lost."""
    monkeypatch.setattr("bot.research.sweep.pools.CONNECT_SECONDS", 0.5)
    out = tmp_path / "out.parquet"
    parts = Parts(out, GRID_COLUMNS)
    parts.open(prepared.identity)
    parts.write(0, working.figures_of(0, 20))
    with pytest.raises(InputInvalid, match=f"no Dask scheduler answers at {address}"):
        finished(prepared, out, Pool(PoolKind.DASK, address=address))
    assert parts.known(60) == [Rows(0, 20)]
    assert finished(prepared, out) == whole


def test_a_part_that_was_damaged_is_computed_again(
    prepared: Prepared, whole: bytes, tmp_path: Path
) -> None:
    """A part that is cut short or changed on the disk never gets into the result."""
    out = tmp_path / "out.parquet"
    parts = Parts(out, GRID_COLUMNS)
    parts.open(prepared.identity)
    run_missing(prepared.given, parts, ONE, chunk=20, work=working.quick)
    first, second, _ = sorted(parts.folder.glob("*-*.parquet"))
    first.write_bytes(first.read_bytes()[:100])
    damaged = bytearray(second.read_bytes())
    damaged[60:64] = b"\0\0\0\0"
    second.write_bytes(bytes(damaged))
    assert parts.known(60) == [Rows(20, 40), Rows(40, 60)]
    with pytest.raises(InputInvalid, match=r"is damaged .* was thrown away"):
        finished(prepared, out)
    assert not out.exists()
    assert finished(prepared, out) == whole


def test_a_sweep_that_computed_nothing_is_in_nobodys_way(
    prepared: Prepared, tmp_path: Path
) -> None:
    """A folder without a part, left by a cluster that never answered, takes another sweep."""
    out = tmp_path / "out.parquet"
    Parts(out, GRID_COLUMNS).open({**prepared.identity, "grid": "0"})
    finished(prepared, out)
    assert is_finished(out, prepared.identity)


def test_another_sweep_is_not_mixed_in(prepared: Prepared, tmp_path: Path) -> None:
    """Parts and results of other inputs are refused, with what differs."""
    out = tmp_path / "out.parquet"
    other = {**prepared.identity, "bars": "0", "grid": "0"}
    parts = Parts(out, GRID_COLUMNS)
    parts.open(other)
    parts.write(0, np.zeros((20, len(GRID_COLUMNS))))
    with pytest.raises(InputInvalid, match="another sweep: the grid and the bars differ"):
        finished(prepared, out)
    shutil.rmtree(parts.folder)
    finished(prepared, out)
    assert is_finished(out, prepared.identity)
    with pytest.raises(InputInvalid, match="another sweep: the bars differ"):
        is_finished(out, {**prepared.identity, "bars": "0"})
    out.write_bytes(b"something else")
    with pytest.raises(InputInvalid, match="is no result of a sweep"):
        is_finished(out, prepared.identity)


@pytest.mark.parametrize("limit", [2_000, 6_000], ids=["part", "result"])
def test_a_full_disk(prepared: Prepared, whole: bytes, tmp_path: Path, limit: int) -> None:
    """A disk that takes no more ends the run with a sentence; no half of a file is left behind."""
    out = tmp_path / "out.parquet"
    pid = os.fork()
    if pid == 0:
        import resource  # noqa: PLC0415  # only this child gives itself a limit

        code = 3
        try:
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
            finished(prepared, out, chunk=20)
        except InputInvalid as error:
            code = 0 if "cannot be written: File too large" in str(error) else 4
        finally:
            os._exit(code)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
    assert not out.exists()
    assert not list(tmp_path.glob("*.part"))
    assert not list(Parts(out, GRID_COLUMNS).folder.glob("*.part"))
    assert finished(prepared, out) == whole


def test_the_code_of_a_sweep_is_all_that_its_figures_follow_from() -> None:
    """A change in any module that a worker loads of the bot makes another sweep."""
    code = (
        "import sys, bot.research.sweep.computing; "
        "print(*(m.__file__ for n, m in sys.modules.items() if n.startswith('bot.')))"
    )
    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    files = [Path(name) for name in loaded.stdout.split() if not name.endswith("__init__.py")]
    assert len(files) > 5
    assert all(any(file.is_relative_to(one) for one in CODE) for file in files)
