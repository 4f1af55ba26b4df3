"""Who does the work: threads, processes or a Dask cluster, all behind joblib's one setting."""
# ruff: noqa: PLC0415  # joblib, and Dask all the more, take long to import

import asyncio
import logging
import pickle
import signal
import sys
import warnings
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from enum import StrEnum
from importlib.util import find_spec
from typing import Any, Final, cast

from bot.research import compiled_kernel
from bot.research.sweep.given import Given
from core.domain.errors import InputInvalid

CONNECT_SECONDS: Final = 5
WORKERS_SECONDS: Final = 5


class PoolKind(StrEnum):
    """Where tasks run."""

    THREADS = "threads"
    PROCESSES = "processes"
    DASK = "dask"


@dataclass(frozen=True, slots=True)
class Pool:
    """Who does the work.

    Attributes:
        kind: where tasks run.
        workers: how many at once; a cluster tells by itself.
        address: of the cluster's scheduler.
    """

    kind: PoolKind
    workers: int = 1
    address: str = ""


@contextmanager
def joined(pool: Pool, given: Given) -> Iterator[Given]:
    """Let every ``joblib.Parallel`` inside use this pool; yield what its tasks are given.

    On a cluster that is a promise of ``given``, which its scheduler keeps: it is sent once, and a
    worker that dies takes nothing with it that others wait for.

    Raises:
        InputInvalid: the cluster cannot be reached, has no workers, or Dask is not installed.
    """
    from joblib import parallel_config

    with ExitStack() as stack:
        if pool.kind is PoolKind.DASK:
            client = stack.enter_context(_connected(pool.address))
            from bot.research.sweep.dask_backend import ClusterBackend

            backend = ClusterBackend(client=client, wait_for_workers_timeout=0)
            config = parallel_config(backend)
            given = _sent(client, given)
        elif pool.kind is PoolKind.PROCESSES:
            config = parallel_config("loky", n_jobs=pool.workers, initializer=_ignore_interrupt)
        else:
            config = parallel_config("threading", n_jobs=pool.workers)
        stack.enter_context(config)
        yield given


def broken_errors() -> tuple[type[BaseException], ...]:
    """Return the errors that mean: a worker died or the cluster went away, so try again."""
    from joblib.externals.loky.process_executor import BrokenProcessPool

    if "distributed" not in sys.modules:
        return (BrokenProcessPool,)
    from distributed.client import FutureCancelledError
    from distributed.comm.core import CommClosedError

    from bot.research.sweep.dask_backend import ClusterLost

    return (BrokenProcessPool, ClusterLost, FutureCancelledError, CommClosedError)


def _ignore_interrupt() -> None:
    """Leave Ctrl-C to the parent, which ends its workers in order."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


@contextmanager
def _connected(address: str) -> Iterator[Any]:
    """Yield a connection to a cluster that has workers."""
    if find_spec("distributed") is None:
        raise InputInvalid(
            "--backend dask needs the extra cluster; in the project's folder, install it with: "
            ".venv/bin/pip install -e '.[cluster]'"
        )
    from distributed import Client

    # What it has to say about a cluster is said by us, once, in a sentence.
    for name in ("distributed", "tornado"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    try:
        # A client that failed to connect would still try to say goodbye, and wait.
        asyncio.run(_greet(address))
        # Dask's own methods have no types.
        client: Any = Client(address, timeout=CONNECT_SECONDS, set_as_default=False)  # type: ignore[no-untyped-call]
    except (OSError, ValueError) as error:
        raise InputInvalid(
            f"no Dask scheduler answers at {address} ({error}); look whether it runs and whether "
            "--address is right. What was computed before is kept",
            code="NO_CLUSTER",
        ) from None
    with client:
        if not client.ncores():
            try:
                client.wait_for_workers(1, timeout=WORKERS_SECONDS)
            except TimeoutError:
                raise InputInvalid(
                    f"the Dask scheduler at {address} has no workers; start some with "
                    f"`dask worker {address}`. What was computed before is kept",
                    code="NO_CLUSTER",
                ) from None
        yield client


def usual_kind() -> PoolKind:
    """Return who works when nobody said: a compiled kernel lets threads run beside each other."""
    return PoolKind.THREADS if compiled_kernel.can_compile() else PoolKind.PROCESSES


def _sent(client: Any, given: Given) -> Given:  # noqa: ANN401  # Dask has no types
    packed = pickle.dumps(given, protocol=pickle.HIGHEST_PROTOCOL)
    with warnings.catch_warnings():
        # It is large, and it is one.
        warnings.filterwarnings("ignore", "Sending large graph", UserWarning)
        return cast(Given, client.submit(pickle.loads, packed, pure=False))


async def _greet(address: str) -> None:
    """Open and close one connection.

    Raises:
        OSError: nobody answers within a few seconds.
        ValueError: this is no address.
    """
    from distributed.comm.core import connect

    comm: Any = await connect(address, timeout=CONNECT_SECONDS)  # type: ignore[no-untyped-call]
    await comm.close()
