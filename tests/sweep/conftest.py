from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bot.research.sweep.preparing import Asked, Prepared, prepare
from bot.settings.loading import read_policy_file
from tests.sweep.world import GRID, POLICY, bar_file, text_file

Sweep = Callable[..., Prepared]


@pytest.fixture(scope="module")
def bars(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a bar file of three coins: 640 days, and twelve sealed months behind them."""
    return bar_file(tmp_path_factory.mktemp("bars") / "bars.parquet")


@pytest.fixture
def sweep_of(tmp_path: Path, bars: Path) -> Sweep:
    """Return what prepares a sweep of a grid, by default one of 60 policies."""

    def prepared(grid: str = GRID, policy: str = POLICY, **options: object) -> Prepared:
        path = text_file(tmp_path / "policy.toml", policy)
        asked = Asked(read_policy_file(path), text_file(tmp_path / "grid.toml", grid), bars)
        return prepare(Asked(asked.file, asked.grid, asked.bars, **options))  # type: ignore[arg-type]

    return prepared


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory, bars: Path) -> Prepared:
    """Return a sweep of 60 policies that can begin."""
    folder = tmp_path_factory.mktemp("sweep")
    policy = read_policy_file(text_file(folder / "policy.toml", POLICY))
    return prepare(Asked(policy, text_file(folder / "grid.toml", GRID), bars))


@pytest.fixture(scope="module")
def scheduler() -> Iterator[str]:
    """Start a real cluster of two small processes on this machine; return its address."""
    from distributed import LocalCluster  # noqa: PLC0415  # takes a second, and few tests need it

    with LocalCluster(  # type: ignore[no-untyped-call]  # Dask has no types
        n_workers=2,
        threads_per_worker=1,
        protocol="tcp://",
        host="127.0.0.1",
        dashboard_address="127.0.0.1:0",
    ) as cluster:
        yield cluster.scheduler_address
