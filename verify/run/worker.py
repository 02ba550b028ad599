"""What a worker process does: describe the statements of a module, or run one check of one of them."""

from __future__ import annotations

import importlib
import json
import multiprocessing
import os
import signal
import sys
import threading
import traceback
from dataclasses import asdict
from typing import Any

from verify.errors import DiscoveryError

MODULES_OF_A_WORKER = (
    "verify.run.execute", "verify.search.engine", "verify.networks.spiking_quantities", "networkx", "z3",
)  # fmt: skip
"""Imported once before workers are forked, where the platform forks."""


def limit_memory(megabytes: int) -> None:
    """Bound this process's address space, so that a check that eats memory gets a MemoryError of its own."""
    try:
        import resource
    except ImportError:  # no such module on Windows: there the limit is not enforced
        return
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    wanted = min(megabytes * 1024 * 1024, 2**62)
    resource.setrlimit(resource.RLIMIT_AS, (wanted if hard < 0 else min(wanted, hard), hard))


def serve(pipe: Any, megabytes: int) -> None:
    """The life of a worker process: answer each (function, arguments) from the pipe with one line of JSON."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # an interruption is for the main process to deal with
    os.dup2(2, 1)  # what a theorem module prints must not get between the lines of a report on standard output
    limit_memory(megabytes)
    if parent := multiprocessing.parent_process():
        threading.Thread(target=_leave_with, args=(parent,), daemon=True).start()
    while True:
        try:
            function, arguments = pipe.recv()
        except EOFError:
            return
        try:
            answer = json.dumps(["done", function(*arguments)])
        except MemoryError:
            answer = json.dumps(["memory", ""])
        except BaseException as error:  # also SystemExit and KeyboardInterrupt: they come from the task
            mine = type(error).__module__.startswith("verify")
            answer = json.dumps(["failed", str(error) if mine else f"{type(error).__name__}: {error}"])
        pipe.send_bytes(answer.encode())


def _leave_with(parent: Any) -> None:
    """Nobody is left to end a check that hangs once the main process is killed."""
    parent.join()
    os._exit(1)


def _statements(module: str) -> list[Any]:
    from verify.statement import Statement

    try:
        loaded = importlib.import_module(module)
    except MemoryError:
        raise
    except BaseException as error:
        sys.modules.pop(module, None)
        where = _line_in(module, error)
        raise DiscoveryError(f"module {module} cannot be imported: {where}{type(error).__name__}: {error}") from None
    found = [value for value in vars(loaded).values() if isinstance(value, Statement)]
    return list(dict.fromkeys(found))


def _line_in(module: str, error: BaseException) -> str:
    """Where in the module's own file its import failed, if it was there."""
    ending = module.replace(".", "/")
    frames = traceback.extract_tb(error.__traceback__)
    lines = [frame.lineno for frame in frames if frame.filename.endswith((f"{ending}.py", f"{ending}/__init__.py"))]
    return f"line {lines[-1]}: " if lines else ""


def describe_module(module: str) -> list[dict[str, Any]]:
    """The descriptions of the statements that a module declares.

    Raises:
        DiscoveryError: if it cannot be imported.
    """
    from verify.run.describe import describe

    return [describe(statement) for statement in _statements(module)]


def run_one(module: str, statement_id: str, sha256: str, check_name: str, seed: int, bits: int) -> dict[str, Any]:
    """Run one check; the result as plain data.

    Raises:
        DiscoveryError: if the module, the statement or the check is not there.
    """
    from verify.run.execute import run_check

    for statement in _statements(module):
        if statement.id == statement_id:
            # the report shows the statement that the index describes: no other one may be checked in its name
            if statement.sha256 != sha256:
                package = module.partition(".")[0]
                raise DiscoveryError(f"{module} now declares another {statement_id!r}: run `verify index {package}`")
            for check in statement.checks:
                if check.name == check_name:
                    return asdict(run_check(statement, check, seed=seed, bits=bits))
    raise DiscoveryError(f"module {module} has no check {check_name!r} of {statement_id!r}")


def self_test() -> list[dict[str, Any]]:
    """The probes of the soundness self-test."""
    from verify.selftest import run_probes

    return run_probes()
