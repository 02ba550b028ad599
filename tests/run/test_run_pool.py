"""Worker processes: whatever a task does to its process, the pool says so and goes on."""

from __future__ import annotations

import math
import os
import signal
import sys
import time
from typing import Any

import pytest

from verify.run.pool import Failure, Pool, Task


def results(*tasks: tuple[Any, ...], jobs: int = 1, timeout: float = 60, memory: int = 4096) -> dict[Any, Any]:
    planned = [Task(number, function, arguments) for number, (function, *arguments) in enumerate(tasks)]
    with Pool(jobs, timeout, memory) as pool:
        return dict(pool.run(planned))


@pytest.mark.parametrize(
    ("function", "argument", "message"),
    [
        (os._exit, 0, "its process ended with exit code 0; all other checks went on"),
        (os._exit, 9, "its process ended with exit code 9; all other checks went on"),
        (signal.raise_signal, signal.SIGKILL, "its process ended by signal 9; all other checks went on"),
        (signal.raise_signal, signal.SIGSEGV, "its process ended by signal 11; all other checks went on"),
        (sys.exit, 0, "SystemExit: 0"),
        (math.sqrt, -1, "ValueError: math domain error"),
        (bytearray, 1 << 40, "ran out of memory (limit 1024 MB): raise --memory or make it smaller"),
        (complex, 1, "TypeError: Object of type complex is not JSON serializable"),
    ],
)
def test_one_bad_task_costs_itself(function: Any, argument: Any, message: str) -> None:
    found = results((math.sqrt, 4), (function, argument), (math.sqrt, 9), memory=1024)
    assert found == {0: 2.0, 1: Failure(message), 2: 3.0}


def test_a_task_that_hangs_is_ended() -> None:
    found = results((time.sleep, 1000), (math.sqrt, 4), (math.sqrt, 9), timeout=0.5)
    assert found == {0: Failure("exceeded the time limit of 0.5 s: raise --timeout or make it smaller"), 1: 2.0, 2: 3.0}


def test_several_processes_give_what_one_gives() -> None:
    tasks = [(math.sqrt, n * n) for n in range(40)]
    assert results(*tasks, jobs=1) == results(*tasks, jobs=3) == {n: float(n) for n in range(40)}


def test_a_process_that_is_killed_while_idle_is_replaced() -> None:
    with Pool(1, 60, 4096) as pool:
        ((_, first),) = pool.run([Task(0, os.getpid, ())])
        os.kill(first, signal.SIGKILL)
        pool._idle[0].process.join()
        ((_, second),) = pool.run([Task(0, os.getpid, ())])
    assert isinstance(second, int)
    assert second != first


def test_no_process_is_left_behind() -> None:
    with Pool(2, 60, 4096) as pool:
        running = pool.run([Task(0, os.getpid, ()), Task(1, time.sleep, (1000,))])
        _, first = next(running)
    with pytest.raises(ProcessLookupError):
        os.kill(first, 0)


def test_what_a_task_prints_does_not_reach_standard_output(capfd: pytest.CaptureFixture[str]) -> None:
    assert results((print, "noise")) == {0: None}
    written = capfd.readouterr()
    assert "noise" not in written.out
