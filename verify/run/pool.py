"""Worker processes with a limit of time and of memory for each task.

One process, one pipe and one task at a time: what a task does to its process, whether it hangs, is killed, or leaves
with exit code 0, is known at once and costs that task alone. Results come back as JSON, never as pickled objects.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing import connection
from typing import Any

from verify.run import worker

_THREADS = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")
"""Each worker is one of many: small matrices are several times slower on threads that wait for each other."""


@dataclass(frozen=True)
class Task:
    """A function of ``verify.run.worker`` with plain arguments, and a key to know its result by.

    Only tasks of one group ever share a process: what a theorem module does to its process touches no other module.
    """

    key: Any
    function: Callable[..., Any]
    arguments: tuple[Any, ...]
    group: str = ""


@dataclass(frozen=True)
class Failure:
    """Why a task has no result: it ``raised``, met its limit of ``time`` or ``memory``, or its process ``died``."""

    message: str
    kind: str = field(default="raised", compare=False)


class _Worker:
    """A process, the pipe to it, and the task that it is at."""

    def __init__(self, context: Any, memory: int, group: str) -> None:
        for name in _THREADS:  # before the process that workers are forked from imports numpy
            os.environ.setdefault(name, "1")
        self.group = group
        self.pipe, other = context.Pipe()
        self.process = context.Process(target=worker.serve, args=(other, memory), name="verify-worker")
        self.task: Task | None = None
        self.deadline = float("inf")
        try:
            self.process.start()
        finally:
            other.close()

    def give(self, task: Task, timeout: float) -> None:
        self.task, self.deadline = task, time.monotonic() + timeout
        with suppress(OSError):  # if it is dead, the next look at its pipe finds that out
            self.pipe.send((task.function, task.arguments))

    def stop(self) -> int:
        """End the process, whatever it is at; its exit code."""
        self.process.kill()
        self.process.join()
        self.pipe.close()
        return int(self.process.exitcode or 0)


class Pool:
    """Runs tasks in worker processes; a task that hangs or dies costs nothing but itself.

    Args:
        jobs: how many processes.
        timeout: seconds for each task.
        memory: megabytes of address space for each process.
        preload: modules that are imported once, before processes are forked, where the platform forks.
    """

    def __init__(self, jobs: int, timeout: float, memory: int, preload: Sequence[str] = ()) -> None:
        methods = multiprocessing.get_all_start_methods()
        self._context = multiprocessing.get_context("forkserver" if "forkserver" in methods else "spawn")
        if "forkserver" in methods:
            self._context.set_forkserver_preload([*worker.MODULES_OF_A_WORKER, *preload])
        self.jobs, self.timeout, self.memory = jobs, timeout, memory
        self._idle: list[_Worker] = []
        self._busy: list[_Worker] = []

    def __enter__(self) -> Pool:
        return self

    def __exit__(self, *_: object) -> None:
        for one in (*self._idle, *self._busy):
            one.stop()
        self._idle, self._busy = [], []

    def run(self, tasks: list[Task]) -> Iterator[tuple[Any, Any]]:
        """Yield (key, result or ``Failure``) as the tasks finish."""
        waiting = deque(tasks)
        while waiting or self._busy:
            while waiting and len(self._busy) < self.jobs:
                task = waiting.popleft()
                one = self._worker(task.group)
                one.give(task, self.timeout)
                self._busy.append(one)
            soonest = min(one.deadline for one in self._busy) - time.monotonic()
            events = [event for one in self._busy for event in (one.pipe, one.process.sentinel)]
            ready = set(connection.wait(events, max(soonest, 0)))
            for one in list(self._busy):
                assert one.task is not None
                if one.pipe in ready or one.process.sentinel in ready:
                    yield one.task.key, self._answer(one)
                elif time.monotonic() > one.deadline:
                    self._busy.remove(one)
                    one.stop()
                    limit = f"exceeded the time limit of {self.timeout:g} s: raise --timeout or make it smaller"
                    yield one.task.key, Failure(limit, "time")

    def _worker(self, group: str) -> _Worker:
        for one in [one for one in self._idle if one.group == group]:
            self._idle.remove(one)
            if one.process.is_alive():
                return one
            one.stop()
        while len(self._idle) + len(self._busy) >= self.jobs:
            self._idle.pop(0).stop()
        return _Worker(self._context, self.memory, group)

    def _answer(self, one: _Worker) -> Any:
        self._busy.remove(one)
        try:
            content = one.pipe.recv_bytes() if one.pipe.poll() else None
        except (EOFError, OSError):
            content = None
        if content is None:
            one.process.join(1)  # its end of the pipe is closed: it is about to be gone
            return Failure(_death(one.stop()), "died")
        self._idle.append(one)
        status, value = json.loads(content)
        if status == "done":
            return value
        if status == "memory":
            # what the task took may not all have come back
            self._idle.remove(one)
            one.stop()
            return Failure(f"ran out of memory (limit {self.memory} MB): raise --memory or make it smaller", "memory")
        return Failure(value)


def _death(code: int) -> str:
    how = f"by signal {-code}" if code < 0 else f"with exit code {code}"
    return f"its process ended {how}; all other checks went on"
