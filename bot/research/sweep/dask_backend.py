"""joblib's Dask backend, mended where a cluster that breaks down would be waited for forever.

Imported only when a cluster is named; it needs the extra ``cluster``.
"""

import asyncio
from typing import Any, Final

from joblib._dask import DaskDistributedBackend

LOST_SECONDS: Final = 10


class ClusterLost(Exception):  # named by what happened
    """A task was lost with its workers, or the cluster went away."""


class ClusterBackend(DaskDistributedBackend):  # type: ignore[misc]  # joblib has no types
    """Hands tasks to a cluster, of one core too, and tells when they cannot come back."""

    def effective_n_jobs(self, n_jobs: int) -> int:
        """Return how many tasks run at once; never 1, for which joblib would not ask a cluster."""
        return max(2, int(super().effective_n_jobs(n_jobs)))

    def start_call(self) -> None:
        """Begin to collect results, and to watch the cluster."""
        super().start_call()
        self.client.loop.add_callback(self._watch)

    def retrieve_result_callback(self, out: Any) -> Any:  # noqa: ANN401  # whatever a task returns
        """Return a task's result, or raise what became of it."""
        if isinstance(out, ClusterLost):
            raise out
        return super().retrieve_result_callback(out)

    async def _collect(self) -> None:
        """Pass on every result; joblib's own version keeps quiet about tasks that were lost."""
        while self._continue:
            async for future, result in self.waiting_futures:
                told = self._results.pop(future, None)
                callback = self._callbacks.pop(future, None)
                if told is None or callback is None:
                    continue
                is_whole = future.status == "finished"
                out = result if is_whole else ClusterLost(_words(result) or future.status)
                told.set_result(out)
                callback(out)
            await asyncio.sleep(0.01)

    async def _watch(self) -> None:
        """Give all tasks up once the cluster has had no worker, or no scheduler, for a while."""
        seconds = 0
        while self._continue:
            await asyncio.sleep(1)
            seconds = 0 if await self._has_workers() else seconds + 1
            if seconds >= LOST_SECONDS:
                self._give_up(f"no worker for {LOST_SECONDS} seconds")

    async def _has_workers(self) -> bool:
        if self.client.status != "running":
            return False
        try:
            return bool(await asyncio.wait_for(self.client.scheduler.ncores(), LOST_SECONDS))
        except (OSError, TimeoutError):
            return False

    def _give_up(self, why: str) -> None:
        for future in list(self._results):
            self._results.pop(future).set_result(ClusterLost(why))
            self._callbacks.pop(future)(ClusterLost(why))


def _words(result: object) -> str:
    """Return the error of (kind, error, traceback), as Dask tells it."""
    error = result[1] if isinstance(result, tuple) and len(result) > 1 else result
    return str(error)
