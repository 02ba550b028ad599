"""What a run prints: live progress on a terminal, plain lines in a pipe, a table of results."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from rich import console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from verify.run.session import Session

STYLES = {
    "proved": "bold green", "reduced": "green", "exhausted": "cyan", "certified": "blue", "supported": "yellow",
    "observed": "yellow", "inconclusive": "magenta", "refuted": "bold red", "vacuous": "bold red", "error": "bold red",
}  # fmt: skip


class Terminal(console.Console):
    """Leaves it to the command line what a closed pipe means; rich would end the program with the code for a refutation."""

    def on_broken_pipe(self) -> None:
        raise BrokenPipeError


class Console:
    """Prints a run."""

    def __init__(self, *, quiet: bool) -> None:
        self.quiet = quiet
        # a pipe has no width: a table must not be cut there
        self.terminal = Terminal(width=None if sys.stdout.isatty() else 140, highlight=False)

    @contextmanager
    def progress(self, session: Session) -> Iterator[Callable[[str, dict[str, Any]], None]]:
        """A function to call with each finished check."""
        planned = session.planned()
        total = len(planned)
        if self.quiet:
            yield lambda statement, result: None
        elif self.terminal.is_terminal:
            columns = (BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), TextColumn("{task.description}"))
            with Progress(*columns, console=self.terminal, transient=True) as bar:
                task = bar.add_task("", total=total)

                def advance(statement: str, result: dict[str, Any]) -> None:
                    bar.update(task, advance=1, description=f"{statement}: {result['name']}")
                    if (
                        result["outcome"] in ("error", "refuted", "not-bitten", "inconclusive")
                        or result["recheck"] == "rejected"
                    ):
                        self._line(statement, result)

                yield advance
        else:
            done = 0

            def tell(statement: str, result: dict[str, Any]) -> None:
                nonlocal done
                done += 1
                self._line(statement, result, f"[{done}/{total}] ")

            yield tell

    def _line(self, statement: str, result: dict[str, Any], before: str = "") -> None:
        text = Text(f"{before}{statement}: {result['name']} ({result['kind']}): ")
        text.append(result["outcome"], STYLES.get(result["outcome"], ""))
        bad = result["outcome"] in ("error", "refuted", "not-bitten", "inconclusive") or result["recheck"] == "rejected"
        text.append(f", {result['message']}" if bad and result["message"] else f", {result['seconds']:.2f} s")
        self._say(text)

    def _say(self, text: Text) -> None:
        """One line, never broken: paths and commands have to be copied."""
        self.terminal.print(text, soft_wrap=True)

    def result(self, report: dict[str, Any], folder: Path) -> None:
        """The table of results, what is weak, and where the report is."""
        table = Table(box=None, pad_edge=False, header_style="bold")
        for title in ("statement", "verdict", "declared", "controls", "recheck", "seconds"):
            table.add_column(title, justify="right" if title == "seconds" else "left", no_wrap=True)
        for entry in report["statements"]:
            controls = [check for check in entry["checks"] if check["kind"] == "control"]
            bitten = sum(check["outcome"] == "bit" for check in controls)
            replays = {check["recheck"] for check in entry["checks"]} - {None}
            replay = next((r for r in ("rejected", "not-replayed", "accepted") if r in replays), "-")
            verdict = Text(entry["outcome"], STYLES.get(entry["outcome"], ""))
            if not entry["meets"]:
                verdict.append(" (!)", "bold red")
            seconds = sum(check["seconds"] for check in entry["checks"])
            table.add_row(
                entry["id"], verdict, entry["declared"], f"{bitten}/{len(controls)} bit", replay, f"{seconds:.2f}"
            )
        self.terminal.print(table)
        for entry in report["statements"]:
            if not entry["meets"]:
                self._say(
                    Text(
                        f"(!) {entry['id']} declares {entry['declared']}, is {entry['outcome']}: {entry['reason']}",
                        "bold red",
                    )
                )
        for entry in report["statements"]:
            for check in entry["checks"]:
                if entry["meets"] and check["outcome"] in ("inconclusive", "error", "not-bitten"):
                    shown = f"(?) {entry['id']}: {check['name']} is {check['outcome']}: {check['message']}"
                    self._say(Text(shown, "magenta"))
        counts = ", ".join(f"{count} {outcome}" for outcome, count in report["summary"].items())
        test = report["self_test"]
        state = f"passed ({len(test['probes'])} probes)" if test["passed"] else "FAILED"
        self._say(Text(f"{len(report['statements'])} statements: {counts}"))
        self._say(Text(f"soundness self-test: {state}", "" if test["passed"] else "bold red"))
        for probe in test["probes"]:
            if not probe["passed"]:
                self._say(Text(f"  {probe['name']}: {probe['outcome']}, expected {probe['expected']}", "bold red"))
        self._say(Text(f"{report['seconds']:.1f} s, seed {report['seed']}, budget {report['budget']}"))
        self._say(Text(f"report: {folder / 'report.html'}"))
        self._say(Text(f"recheck: {_python()} -m verify recheck {folder / 'report.json'}"))


def _python() -> str:
    """How the reader can call the Python that runs now: by name if that is the one on the path, else by its own path."""
    found = shutil.which("python")
    if found and os.path.samefile(found, sys.executable):
        return "python"
    near = os.path.relpath(sys.executable)
    return sys.executable if near.startswith("..") else near
