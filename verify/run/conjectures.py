"""A search of a conjecture file, in worker processes: what a worker does, and the order of the whole."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, cast

from verify.errors import ConjectureError, InstanceError, QuantityError, UsageError, VerifyError, WorkerError
from verify.run.known import Store
from verify.run.pool import Failure, Pool, Task

if TYPE_CHECKING:
    from verify.search.account import Account

REPLAY_SECONDS = 20.0
"""For all that was found before; what takes longer is left out."""
LEAST_SECONDS = 5.0
"""For whatever comes before the first round."""

# ---- in a worker process ---------------------------------------------------------------------------------------------


_HUNTERS: dict[tuple[int, int], Any] = {}
"""By statement and precision: what a hunter keeps of the shapes that it met serves the next round."""


def _hunter(path: str, bits: int) -> Any:
    from verify.search import files
    from verify.search.engine import Hunter

    statement, check = files.load(path)

    def play(draw: Any) -> dict[str, Any]:
        return files.play_checked(statement, check, draw, path)

    key = id(statement), bits
    if key not in _HUNTERS:
        _HUNTERS[key] = Hunter(statement, check, bits=bits, play=play)
    return _HUNTERS[key]


@contextmanager
def _explained(path: str, hunter: Any) -> Iterator[None]:
    """An instance that cannot be evaluated is told with the line of the draw function."""
    from verify.search import files

    try:
        yield
    except ConjectureError:
        raise
    except (InstanceError, QuantityError) as error:
        raise files.unfit(error, hunter.check, path) from None


def describe_file(path: str, bits: int) -> dict[str, Any]:
    """The statement of a conjecture file, the name of its search and where the function stands.

    Raises:
        ConjectureError: if it is no conjecture file.
    """
    from verify.run.describe import describe

    hunter = _hunter(path, bits)
    function = hunter.check.function
    return {
        "row": {**describe(hunter.statement), "module": Path(path).stem},
        "name": next(name for name, value in function.__globals__.items() if value is hunter.statement),
        "check": hunter.check.name,
        "place": f"{path}:{function.__code__.co_firstlineno}",
        "unseen": hunter.unseen,
    }


def play_round(path: str, bits: int, seed: int, number: int) -> dict[str, Any]:
    """One round: its account, and the tape of what it found."""
    from verify.search.rounds import draws_of_round
    from verify.search.tapes import to_json

    hunter, started = _hunter(path, bits), time.process_time()
    with _explained(path, hunter):
        played = hunter.round(seed, number, draws_of_round(number))
    found = None
    if played.found is not None:
        found = {"choices": to_json(played.found), "raw": played.raw, "found_by": played.found_by, "round": number}
    return {
        "account": played.account.to_json(),
        "found": found,
        "slowest": played.slowest,
        "cpu_seconds": time.process_time() - started,
    }


def replay_known(path: str, bits: int, known: list[dict[str, Any]]) -> dict[str, Any] | None:
    """The first of the stored counterexamples that still is one."""
    from random import Random

    from verify.search.distributions import SMALL
    from verify.search.draws import Draw
    from verify.search.tapes import values_from_json

    hunter = _hunter(path, bits)
    for entry in known:
        try:
            if hunter.judge(entry["raw"]).verdict != "false":
                continue
        except VerifyError:  # of another form of the statement
            continue
        try:
            # the choices count only if the draw function still makes this instance of them
            drawn = hunter.drawn(Draw.replay(values_from_json(entry["choices"])))
            same = drawn is not None and drawn[0] == entry["raw"]
        except VerifyError:
            same = False
        hunter.drawn(Draw(Random(0), SMALL))  # whether the draw function works is not to be hidden by what is stored
        return {**entry, "choices": entry["choices"] if same else []}
    return None


def conclude(
    path: str, bits: int, seed: int, account: dict[str, Any], found: dict[str, Any] | None, shrinking: bool
) -> dict[str, Any]:
    """The result of the search as a check's, certificates replayed; what was found is shrunk if there is time for it."""
    from verify.run import execute
    from verify.search.account import Account
    from verify.search.engine import MOST_STEPS, Finding
    from verify.search.tapes import values_from_json

    hunter, started = _hunter(path, bits), time.process_time()
    counterexample = None
    if found is not None and found["choices"]:
        values = values_from_json(found["choices"])
        how = {"found_by": found["found_by"], "number": found["round"]}
        counterexample = hunter.shrunk(values, found["raw"], **how, most=MOST_STEPS if shrinking else 0)
    elif found is not None:
        counterexample = hunter.certified(found["raw"], choices=[], found_by=found["found_by"], number=found["round"])
    finding = Finding(hunter.statement, counterexample, Account.of_json(account), seed, bits)
    result = execute.result_of_search(hunter.check, finding)
    result.seed = seed
    execute.replay(hunter.statement, result)
    result.cpu_seconds = time.process_time() - started
    return asdict(result)


# ---- in the main process ---------------------------------------------------------------------------------------------


@dataclass
class Outcome:
    """How a search of a file ended."""

    described: dict[str, Any]
    account: Account
    result: dict[str, Any]
    seconds: float
    cpu_seconds: float = 0.0
    slowest: float = 0.0
    stopped: str = ""
    replayed: bool = False
    left_out: str = ""
    """Why what earlier searches found was not replayed to the end, if that is so."""


@dataclass(frozen=True)
class Effort:
    """How much is searched: numbered rounds, each the same whatever the number of workers, within some seconds."""

    rounds: int
    seconds: float
    seed: int
    bits: int
    fresh: bool = False
    """Do not replay what was found before."""


class Progress(Protocol):
    """Called with the account so far after each round."""

    def __call__(self, account: Account, seconds: float) -> None: ...


class Search:
    """The search of one conjecture file: what was found before is replayed first, then rounds are played in order.

    Args:
        make_pool: worker processes; called again after an interruption, which leaves workers in the middle of something.
    """

    def __init__(self, path: str, effort: Effort, make_pool: Callable[[], Pool], store: Store) -> None:
        self.path, self.effort, self.store = path, effort, store
        self._make_pool = make_pool
        self._started = time.monotonic()
        self._found: dict[str, Any] | None = None

    def run(self, progress: Progress) -> Outcome:
        """Search until something is found, the rounds are played, the time is over, or somebody interrupts.

        Raises:
            UsageError: if the file is no conjecture, with the line and a remedy.
        """
        from verify.search.account import Account

        with self._make_pool() as pool:
            pool.timeout = max(self.effort.seconds, LEAST_SECONDS)
            described = self._one(pool, describe_file)
            outcome = Outcome(described, Account(unseen=described["unseen"]), {}, 0.0)
            try:
                if not self.effort.fresh and (known := self.store.known(described["row"]["id"])):
                    outcome.left_out = self._replay(pool, known)
                    outcome.replayed = self._found is not None
                if self._found is None:
                    self._rounds(pool, outcome, progress)
                if self._found is not None:
                    self.store.keep(described["row"]["id"], self._found)
                outcome.result = self._concluded(pool, outcome, shrinking=True)
            except KeyboardInterrupt:
                outcome.stopped = "interrupted"
        if not outcome.result:
            with self._make_pool() as pool:
                outcome.result = self._concluded(pool, outcome, shrinking=False)
        self._keep_smallest(outcome)
        outcome.seconds = time.monotonic() - self._started
        outcome.cpu_seconds += outcome.result["cpu_seconds"]
        outcome.result.update(seconds=outcome.seconds, cpu_seconds=outcome.cpu_seconds)
        return outcome

    def _replay(self, pool: Pool, known: list[dict[str, Any]]) -> str:
        """Take the first of what was found before that still is a counterexample; why this did not come to its end, if so."""
        pool.timeout = REPLAY_SECONDS
        try:
            self._found = self._one(pool, replay_known, known)
        except WorkerError as error:
            return f"what earlier searches found was not replayed to the end, within {REPLAY_SECONDS:g} s ({error})"
        return ""

    def _one(self, pool: Pool, function: Callable[..., Any], *arguments: Any) -> Any:
        """The result of one task.

        Raises:
            UsageError: with the message, if it failed by a fault of the file.
            WorkerError: if it failed otherwise.
        """
        task = Task(function.__name__, function, (self.path, self.effort.bits, *arguments), self.path)
        for key, result in pool.run([task]):
            if key == task.key:
                if isinstance(result, Failure):
                    raise self._error(result)
                return result
        raise AssertionError(task.key)

    def _error(self, failure: Failure) -> VerifyError:
        """The file's fault, if the message names it; else a limit, or the worker's fault."""
        if failure.message.startswith(self.path):
            return UsageError(failure.message)
        why = {
            "time": f"it exceeded the limit of {max(self.effort.seconds, LEAST_SECONDS):g} s; look for a loop that does not "
            "end, or allow more with --seconds",
            "memory": "it ran out of memory; draw smaller instances",
            "died": f"it ended its worker process ({failure.message.partition(';')[0]}); nothing in it may leave Python",
        }
        return WorkerError(f"{self.path}: {why.get(failure.kind, failure.message)}")

    def _rounds(self, pool: Pool, outcome: Outcome, progress: Progress) -> None:
        """Play rounds, until the lowest one that found something and all before it are played."""
        from verify.search.account import Account

        effort, deadline = self.effort, self._started + self.effort.seconds
        arguments = (self.path, effort.bits, effort.seed)
        tasks = [Task(k, play_round, (*arguments, k), self.path) for k in range(effort.rounds)]
        played: dict[int, dict[str, Any]] = {}
        pool.timeout = effort.seconds
        for key, result in pool.run(tasks):
            late = time.monotonic() >= deadline
            if isinstance(result, Failure) and not late:
                raise self._error(result)
            if not isinstance(result, Failure):
                played[key] = result
            while (number := outcome.account.rounds) in played:
                one = played.pop(number)
                outcome.account.add(Account.of_json(one["account"]))
                outcome.slowest = max(outcome.slowest, one["slowest"])
                outcome.cpu_seconds += one["cpu_seconds"]
                if one["found"] is not None:
                    self._found = one["found"]
                    return
                progress(outcome.account, time.monotonic() - self._started)
                if outcome.account.is_hopeless:
                    return
            if late:
                outcome.stopped = f"the limit of {effort.seconds:g} s"
                return
            pool.timeout = max(deadline - time.monotonic(), 0.1)

    def _concluded(self, pool: Pool, outcome: Outcome, *, shrinking: bool) -> dict[str, Any]:
        pool.timeout = max(self.effort.seconds, 60.0)
        arguments = (self.effort.seed, outcome.account.to_json(), self._found, shrinking)
        return cast(dict[str, Any], self._one(pool, conclude, *arguments))

    def _keep_smallest(self, outcome: Outcome) -> None:
        """The shrunk counterexample takes the place of the one that it came from."""
        for counterexample in outcome.result["details"].get("counterexamples", []):
            entry = {key: counterexample[key] for key in ("choices", "raw", "found_by", "round")}
            self.store.keep(outcome.described["row"]["id"], entry)
