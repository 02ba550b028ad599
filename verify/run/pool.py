"""Worker processes with a limit of time and of memory for each task (Pebble does the work)."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Iterator
from concurrent.futures import Future, TimeoutError, as_completed
from dataclasses import dataclass
from typing import Any

from pebble import ProcessExpired, ProcessPool

from verify.run import worker


@dataclass(frozen=True)
class Task:
    """A function of ``verify.run.worker`` with plain arguments, and a key to know its result by."""

    key: Any
    function: Callable[..., Any]
    arguments: tuple[Any, ...]


@dataclass(frozen=True)
class Failure:
    """Why a task has no result: it raised, met its time limit, or its process died."""

    message: str


class Pool:
    """Runs tasks in worker processes; a task that hangs or dies costs nothing but itself.

    Args:
        jobs: how many processes.
        timeout: seconds for each task.
        memory: megabytes of address space for each process.
    """

    def __init__(self, jobs: int, timeout: float, memory: int) -> None:
        methods = multiprocessing.get_all_start_methods()
        context = multiprocessing.get_context("forkserver" if "forkserver" in methods else "spawn")
        if "forkserver" in methods:
            context.set_forkserver_preload(list(worker.MODULES_OF_A_WORKER))
        self.timeout, self.memory = timeout, memory
        self._pool = ProcessPool(max_workers=jobs, context=context, initializer=worker.limit_memory, initargs=(memory,))

    def __enter__(self) -> Pool:
        return self

    def __exit__(self, kind: Any, *_: object) -> None:
        if kind is None:
            self._pool.close()
        else:
            self._pool.stop()
        self._pool.join()

    def run(self, tasks: list[Task]) -> Iterator[tuple[Any, Any]]:
        """Yield (key, result or ``Failure``) as the tasks finish."""
        futures: dict[Future[Any], Task] = {
            self._pool.schedule(task.function, args=task.arguments, timeout=self.timeout): task for task in tasks
        }
        for future in as_completed(futures):
            yield futures[future].key, self._result(future)

    def _result(self, future: Future[Any]) -> Any:
        try:
            return future.result()
        except TimeoutError:
            return Failure(f"exceeded the time limit of {self.timeout:g} s: raise --timeout or make it smaller")
        except ProcessExpired as error:
            code = error.exitcode
            how = f"by signal {-code}" if code < 0 else f"with exit code {code}"
            return Failure(f"its process ended {how}; all other checks went on")
        except MemoryError:
            return Failure(f"ran out of memory (limit {self.memory} MB): raise --memory or make it smaller")
        except Exception as error:
            return Failure(str(error) if type(error).__module__.startswith("verify") else f"{type(error).__name__}: {error}")
