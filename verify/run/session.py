"""A run from the selection of statements to the report as plain data."""

from __future__ import annotations

import platform
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from verify import __version__
from verify.decide.verdict import Verdict, conclude
from verify.errors import UsageError
from verify.evidence import BUDGETS, CheckResult, weakest
from verify.run import journal, library, worker
from verify.run.pool import Failure, Pool, Task

SCHEMA_VERSION = "1.0"
PACKAGES = ("python-flint", "sympy", "z3-solver", "cvc5", "numpy", "networkx", "numba", "matplotlib")


@dataclass(frozen=True)
class Settings:
    """The options of a run that decide what it finds (``jobs``, ``timeout`` and ``memory`` only whether it gets there)."""

    seed: int = 0
    budget: str = "standard"
    precision: int = 128
    jobs: int = 2
    timeout: float = 300.0
    memory: int = 4096
    figures: bool = True
    command: str = "python -m verify"


@dataclass
class Library:
    """Every statement that could be found, and every module that could not be read."""

    statements: list[dict[str, Any]]
    errors: list[dict[str, str]] = field(default_factory=list)

    def select(self, patterns: Iterable[str]) -> list[dict[str, Any]]:
        """The statements whose id matches one of the patterns (shell globs).

        Raises:
            UsageError: for a pattern that matches nothing, with ids that look like it.
        """
        return library.matching(self.statements, patterns)


def load_library(pool: Callable[[], Pool] | None, *, details: bool) -> Library:
    """The library from its generated indices; modules that these do not describe are imported in worker processes."""
    from verify.run.rows import row

    statements, unknown = library.indexed(library.DETAILS if details else library.INDEX)
    found = Library(statements)
    if unknown and pool is not None:
        with pool() as workers:
            tasks = [Task(m.name, worker.describe_module, (m.name,), m.name) for m in unknown]
            results = dict(workers.run(tasks))
        for module in unknown:
            result = results[module.name]
            if isinstance(result, Failure):
                found.errors.append({"where": module.name, "message": result.message})
            else:
                found.statements += [{**(s if details else row(s)), "module": module.name} for s in result]
    # the built-in package first: what another one declares anew is the other one's error
    found.statements.sort(key=lambda s: (not s["module"].startswith(f"{library.BUILT_IN}."), s["module"], s["id"]))
    first: dict[str, dict[str, Any]] = {}
    for statement in found.statements:
        kept = first.setdefault(statement["id"], statement)
        if kept is not statement:
            message = f"declares {statement['id']!r}, which {kept['module']} declares already: ids are unique"
            found.errors.append({"where": statement["module"], "message": message})
    found.statements = list(first.values())
    if details:
        found.errors += _circles(found.statements)
    return found


def _circles(statements: list[dict[str, Any]]) -> list[dict[str, str]]:
    """Statements that rest on themselves by way of others, or on one that does not exist: neither shows anything."""
    import networkx

    graph = networkx.DiGraph((s["id"], base) for s in statements for base in s["rests_on"])
    where = {s["id"]: s["module"] for s in statements}
    errors = [
        {"where": where[identity], "message": f"{identity!r} rests on {base!r}, which no module declares"}
        for identity, base in graph.edges
        if base not in where
    ]
    for circle in networkx.strongly_connected_components(graph):
        first = min(circle)
        if len(circle) > 1 or graph.has_edge(first, first):
            message = f"an argument in a circle: {', '.join(sorted(circle))} rest on each other"
            errors.append({"where": where.get(first, first), "message": message})
    return errors


def _bases(statements: list[dict[str, Any]]) -> dict[str, str]:
    """What each statement's results depend on: the statement and its module's source."""
    packages = (library.modules(package) for package in library.packages())
    sources = {module.name: library.fingerprint(module) for found in packages for module in found if module.path}
    return {s["id"]: f"{s['statement_sha256']} {sources.get(s['module'])}" for s in statements}


Progress = Callable[[str, dict[str, Any]], None]


class Session:
    """A run of the checks of some statements."""

    def __init__(
        self, found: Library, selected: list[dict[str, Any]], settings: Settings, folder: Path, resume: bool = False
    ) -> None:
        self.library, self.selected, self.settings, self.folder = found, selected, settings, folder
        self.started = datetime.now(UTC)
        self._clock = time.perf_counter()
        self.finished: dict[tuple[str, str], dict[str, Any]] = {}
        self.bases = _bases(selected)
        if resume:
            self._take_over(journal.read(folder))
        header: dict[str, Any] = {key: getattr(settings, key) for key in ("seed", "budget", "precision")}
        header["statements"] = [s["id"] for s in selected]
        self.journal = journal.Journal(folder, header, resume)

    def _take_over(self, earlier: tuple[dict[str, Any], list[tuple[str, str, dict[str, Any]]]]) -> None:
        header, results = earlier
        for key in ("seed", "budget", "precision"):
            if header.get(key) != getattr(self.settings, key):
                raise UsageError(f"the run to resume had --{key} {header.get(key)}: give the same, or start a new run")
        if header.get("statements") != [s["id"] for s in self.selected]:
            chosen = " ".join(map(str, header.get("statements") or []))
            raise UsageError(
                f"the run to resume was of other statements: select {chosen or 'the same'}, or start a new run"
            )
        for statement, basis, result in results:
            # what failed to finish, was worked out from other code, or lost a certificate is run again
            kept = all((self.folder / certificate["path"]).is_file() for certificate in result["certificates"])
            if result["outcome"] != "error" and basis == self.bases.get(statement) and kept:
                self.finished[statement, result["name"]] = result

    def planned(self) -> list[tuple[dict[str, Any], dict[str, Any]]]:
        """The (statement, check) pairs of this run's budget that are still to do."""
        allowed = BUDGETS[: BUDGETS.index(self.settings.budget) + 1]
        return [
            (statement, check)
            for statement in self.selected
            for check in statement["checks"]
            if check["budget"] in allowed
            and (check["kind"] != "figure" or self.settings.figures)
            and (statement["id"], check["name"]) not in self.finished
        ]

    def run(self, pool: Pool, progress: Progress) -> None:
        """Run what is planned; every result is on disk at once."""
        settings = self.settings
        planned = {(s["id"], c["name"]): (s, c) for s, c in self.planned()}
        common = (settings.seed, settings.precision)
        tasks = [
            Task(key, worker.run_one, (s["module"], *key[:1], s["statement_sha256"], *key[1:], *common), s["module"])
            for key, (s, _) in planned.items()
        ]
        for key, outcome in pool.run(tasks):
            statement, check = planned[key]
            if isinstance(outcome, Failure):
                from dataclasses import asdict

                failed = CheckResult(check["name"], check["kind"], "error", outcome.message, drops=check["drops"])
                outcome = asdict(failed)
            self.finished[key] = self.journal.record(statement["id"], self.bases[statement["id"]], outcome)
            progress(statement["id"], self.finished[key])

    def report(self, self_test: list[dict[str, Any]]) -> dict[str, Any]:
        """The report as plain data (``verify/report/schema``)."""
        entries = [self._entry(statement) for statement in self.selected]
        outcomes = {entry["id"]: entry["outcome"] for entry in entries}
        for entry in entries:
            entry["weakest_ancestor"] = self._weakest_ancestor(entry, outcomes)
        counts: dict[str, int] = {}
        for entry in entries:
            counts[entry["outcome"]] = counts.get(entry["outcome"], 0) + 1
        settings = self.settings
        return {
            "schema_version": SCHEMA_VERSION,
            "package": {"name": "deeptheorems", "version": __version__},
            "run": self.folder.name,
            "created": self.started.isoformat(timespec="seconds"),
            "command": settings.command,
            "environment": environment(),
            "seed": settings.seed,
            "budget": settings.budget,
            "precision": settings.precision,
            "jobs": settings.jobs,
            "seconds": round(time.perf_counter() - self._clock, 3),
            "cpu_seconds": round(sum(r["cpu_seconds"] for r in self.finished.values()), 3),
            "exit_code": self.exit_code(entries, self_test),
            "self_test": {"passed": bool(self_test) and all(p["passed"] for p in self_test), "probes": self_test},
            "summary": counts,
            "errors": self.library.errors,
            "statements": entries,
        }

    def exit_code(self, entries: list[dict[str, Any]], self_test: list[dict[str, Any]]) -> int:
        """0 all declared levels reached; 1 one is not; 3 a check or the self-test failed; 5 nothing was run."""
        if not self.finished:
            return 5
        broken = any(result["outcome"] == "error" for result in self.finished.values())
        rejected = any(result["recheck"] == "rejected" for result in self.finished.values())
        if broken or rejected or self.library.errors or not self_test or not all(p["passed"] for p in self_test):
            return 3
        return 0 if all(entry["meets"] for entry in entries) else 1

    def figures(self) -> dict[str, str]:
        """Path -> SVG text of every figure drawn."""
        return {
            f"figures/{statement}-{name}.svg": result["details"]["svg"]
            for (statement, name), result in sorted(self.finished.items())
            if result["kind"] == "figure" and result["outcome"] == "done"
        }

    # ---- one statement's entry ----

    def _entry(self, statement: dict[str, Any]) -> dict[str, Any]:
        identity = statement["id"]
        results = [
            self.finished[identity, c["name"]] for c in statement["checks"] if (identity, c["name"]) in self.finished
        ]
        verdict = conclude(statement["declared"], bool(statement["assumptions"]), [CheckResult(**r) for r in results])
        arguments = [r["details"]["argument"] for r in results if "argument" in r["details"]]
        certificates = {c["sha256"]: c for r in results for c in r["certificates"]}
        keys = ("id", "title", "area", "variant", "pair", "source", "summary", "declared")
        return {
            **{key: statement[key] for key in keys},
            "outcome": verdict.outcome,
            "reason": verdict.reason,
            "meets": verdict.meets,
            "scope": verdict.scope,
            "weakest_ancestor": None,
            "rests_on": statement["rests_on"],
            "statement": statement["statement"],
            "statement_sha256": statement["statement_sha256"],
            "latex": statement["latex"],
            "symbols": statement["symbols"],
            "assumptions": [self._assumption(a, verdict, results) for a in statement["assumptions"]],
            "argument": arguments[0] if arguments else [],
            "checks": [self._check(r) for r in results],
            "certificates": list(certificates.values()),
            "controls": [
                {
                    "assumption": r["drops"],
                    "check": r["name"],
                    "bit": r["outcome"] == "bit",
                    "note": r["message"],
                    **instance,
                }
                for r in results
                if r["kind"] == "control"
                for instance in r["details"].get("controls") or [{"raw": {}, "values": {}}]
            ],
            "counterexamples": [
                {"check": r["name"], **c} for r in results for c in r["details"].get("counterexamples", [])
            ],
            "searches": [{"check": r["name"], **r["details"]["search"]} for r in results if "search" in r["details"]],
            "figures": [
                {
                    "name": r["name"],
                    "title": r["details"]["title"],
                    "caption": r["details"]["caption"],
                    "path": f"figures/{identity}-{r['name']}.svg",
                }
                for r in results
                if r["kind"] == "figure" and r["outcome"] == "done"
            ],
        }

    @staticmethod
    def _assumption(assumption: dict[str, Any], verdict: Verdict, results: list[dict[str, Any]]) -> dict[str, Any]:
        name = assumption["name"]
        control = next((r["name"] for r in results if r["drops"] == name and r["outcome"] == "bit"), None)
        shown = {key: assumption[key] for key in ("name", "text", "latex")}
        return {**shown, "necessary": name in verdict.necessary, "control": control}

    @staticmethod
    def _check(result: dict[str, Any]) -> dict[str, Any]:
        hidden = {"svg", "argument", "controls", "counterexamples", "search", "witness"}
        return {
            "name": result["name"],
            "kind": result["kind"],
            "outcome": result["outcome"],
            "scope": result["scope"]["text"],
            "seconds": round(result["seconds"], 4),
            "cpu_seconds": round(result["cpu_seconds"], 4),
            "peak_mb": result["peak_mb"],
            "seed": result["seed"],
            "message": result["message"],
            "certificates": [c["sha256"] for c in result["certificates"]],
            "recheck": result["recheck"],
            "details": {key: value for key, value in result["details"].items() if key not in hidden},
        }

    def _weakest_ancestor(self, entry: dict[str, Any], outcomes: Mapping[str, str]) -> str | None:
        """The weakest outcome among all statements on which this one rests; one that was not run counts as undecided."""
        rests_on = {s["id"]: s["rests_on"] for s in self.library.statements}
        ancestors: set[str] = set()
        open_ids = list(entry["rests_on"])
        while open_ids:
            identity = open_ids.pop()
            if identity not in ancestors:
                ancestors.add(identity)
                open_ids += rests_on.get(identity, [])
        return weakest([outcomes.get(identity, "inconclusive") for identity in sorted(ancestors)])


def environment() -> dict[str, Any]:
    """Where and with what a run took place."""
    import os
    from importlib.metadata import PackageNotFoundError, version

    found: dict[str, str | None] = {}
    for name in PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = None
    return {
        "python": platform.python_version(),
        "platform": f"{platform.system()} {platform.machine()}",
        "packages": found,
        "cpu_count": os.cpu_count(),
    }
