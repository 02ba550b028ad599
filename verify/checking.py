"""``verify check``: the search of a conjecture file, what a person reads of it, and where it is kept."""

from __future__ import annotations

import argparse
import json
import shlex
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from verify.errors import ConjectureError, UsageError
from verify.pasteable import as_code
from verify.report.text import in_digits
from verify.run import journal, worker
from verify.run.conjectures import Effort, Outcome, Search
from verify.run.known import Store
from verify.run.pool import Failure, Pool, Task
from verify.search import sources

if TYPE_CHECKING:
    from verify.search.account import Account

ROUNDS = {"quick": (12, 20.0), "standard": (200, 120.0), "deep": (2000, 3600.0)}
"""Budget -> rounds, and seconds unless they are given."""
FOLDER = ".verify"
WRITTEN = (journal.NAME, "report.json", "report.html", "report.md", "junit.xml")
"""What a search writes into its folder, beside certificates."""
MEMORY = 4096
INTERRUPTED = 130


def effort_of(options: argparse.Namespace) -> Effort:
    """What the options allow.

    Raises:
        UsageError: for a budget that is neither a name nor a number of rounds.
    """
    if options.budget in ROUNDS:
        rounds, seconds = ROUNDS[options.budget]
    elif options.budget.isdecimal() and 0 < int(options.budget) <= 10**7:
        rounds, seconds = int(options.budget), ROUNDS["deep"][1]
    else:
        names = ", ".join(ROUNDS)
        raise UsageError(f"--budget {options.budget}: give one of {names}, or a number of rounds")
    return Effort(rounds, options.seconds or seconds, options.seed, options.precision, options.fresh)


def check_command(options: argparse.Namespace) -> int:
    """Search the conjecture of a file.

    Returns:
        0 if it is not refuted, 1 if it is or nothing could be decided, 130 if somebody interrupted.

    Raises:
        UsageError: if the file is no conjecture, or no draw meets its assumptions.
    """
    effort = effort_of(options)
    path = str(Path(options.file))
    sources.compiled(path, sources.read(path))  # a wrong path, or wrong syntax, is told before any process starts
    folder = Path(options.save) if options.save else Path(path).parent / FOLDER
    if folder.exists() and not folder.is_dir():
        raise UsageError(f"--save {folder}: this is a file; give a folder, or the name of one to be made")
    # the default follows the number of processors: nothing of what is found depends on it
    search = Search(path, effort, lambda: Pool(options.jobs, effort.seconds, MEMORY), Store(folder))
    with _progress(quiet=options.quiet or options.format == "json") as progress:
        outcome = search.run(progress)
    row = outcome.described["row"]
    command = _command(path, options, outcome)
    report, place = _report(row, outcome, effort, options, command, folder)
    facts = _facts(report, outcome, effort, command, place)
    if options.format == "json":
        print(json.dumps(facts, indent=1, ensure_ascii=False))
    else:
        _tell(facts, outcome, quiet=options.quiet)
    if not report["self_test"]["passed"]:
        print("verify: the soundness self-test failed: nothing above counts", file=sys.stderr)
        return 3
    if outcome.stopped == "interrupted":
        return INTERRUPTED
    account = outcome.account
    nothing_met = not account.total("met") and not account.total("undecided") and account.total("draws")
    if nothing_met and not facts["counterexamples"]:
        raise ConjectureError(
            f"{outcome.described['place']}: {account.warnings()[0] if account.warnings() else 'no draw met the assumptions'}"
        )
    return int(report["exit_code"])


def _command(path: str, options: argparse.Namespace, outcome: Outcome) -> str:
    """The line that repeats exactly what was done: as many rounds as were played."""
    rounds = outcome.account.rounds or options.budget
    saved = f" --save {shlex.quote(options.save)}" if options.save else ""
    numbers = f"--budget {rounds} --seed {options.seed} --precision {options.precision}"
    # once something is kept, only --fresh repeats the search itself
    fresh = " --fresh" if outcome.result["outcome"] == "refuted" and not outcome.replayed else ""
    return f"python -m verify check {shlex.quote(path)} {numbers}{fresh}{saved}"


def _report(
    row: dict[str, Any], outcome: Outcome, effort: Effort, options: argparse.Namespace, command: str, folder: Path
) -> tuple[dict[str, Any], Path]:
    """The report of a run of this one check, on disk."""
    from verify import report
    from verify.run.session import Library, Session, Settings

    place = _emptied(folder / row["id"])
    # a report knows three budgets: the least that allows so many rounds
    budget = next((name for name, (rounds, _) in ROUNDS.items() if effort.rounds <= rounds), "deep")
    settings = Settings(effort.seed, budget, effort.bits, options.jobs, effort.seconds, MEMORY, False, command)
    row = {**row, "checks": [check for check in row["checks"] if check["name"] == outcome.described["check"]]}
    session = Session(Library([row]), [row], settings, place)
    session.finished[row["id"], outcome.result["name"]] = session.journal.record(
        row["id"], session.bases[row["id"]], outcome.result
    )
    session.journal.close()
    with Pool(1, 120.0, MEMORY) as pool:
        ((_, probes),) = pool.run([Task("self-test", worker.self_test, (), "self-test")])
    if isinstance(probes, Failure):
        probes = [{"name": "the self-test itself", "expected": "runs", "outcome": probes.message, "passed": False}]
    final = {**session.report(probes), "seconds": round(outcome.seconds, 3)}
    report.write(final, {}, str(place))
    return final, place


def _emptied(place: Path) -> Path:
    """The folder of a statement, without what an earlier search left there.

    Raises:
        UsageError: if it holds something else, or cannot be written.
    """
    try:
        if place.exists() and any(place.iterdir()):
            if not (place / journal.NAME).is_file():
                raise UsageError(f"{place}: it holds something else than a search; give another folder with --save")
            for name in WRITTEN:
                (place / name).unlink(missing_ok=True)
            shutil.rmtree(place / "certificates", ignore_errors=True)
        place.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"{place}: it cannot be written ({error.strerror}); give another folder with --save") from None
    return place


def _facts(report: dict[str, Any], outcome: Outcome, effort: Effort, command: str, place: Path) -> dict[str, Any]:
    """What the search came to, as plain data."""
    (entry,) = report["statements"]
    module, row = outcome.described["row"]["module"], outcome.described["row"]
    return {
        "statement": row["id"],
        "title": row["title"],
        "statement_sha256": row["statement_sha256"],
        "outcome": entry["outcome"],
        "reason": entry["reason"],
        "declared": entry["declared"],
        "claim": row["unicode"]["claim"],
        "counterexamples": [
            {**one, "python": _python_of(one["raw"], module, outcome.described["name"])}
            for one in entry["counterexamples"]
        ],
        "account": outcome.account.shown(),
        "bounds95": outcome.account.bounds(),
        "warnings": [] if entry["counterexamples"] else outcome.account.warnings(),
        "stopped": outcome.stopped,
        "left_out": outcome.left_out,
        "replayed": outcome.replayed,
        "recheck": outcome.result["recheck"],
        "seed": effort.seed,
        "precision": effort.bits,
        "seconds": round(outcome.seconds, 3),
        "cpu_seconds": round(outcome.cpu_seconds, 3),
        "command": command,
        "report": str(place / "report.json"),
    }


def _python_of(raw: dict[str, Any], module: str, name: str) -> str:
    """A counterexample as Python that can be pasted."""
    loaded = (
        f"from verify import evaluate\nfrom {module} import {name}"
        if module.isidentifier()
        else f"from verify import evaluate\nfrom verify.search.files import load\n\n{name}, _ = load({module + '.py'!r})"
    )
    return (
        f"{loaded}\n\n{as_code(raw)}\n"
        f"found = evaluate({name}, raw)\nprint(found.assumptions, found.claim)  # every assumption True, the claim False\n"
    )


# ---- what is printed -------------------------------------------------------------------------------------------------


@contextmanager
def _progress(*, quiet: bool) -> Iterator[Any]:
    """One line on a terminal that is written anew after each round; nothing in a pipe."""
    if quiet or not sys.stderr.isatty():
        yield lambda account, seconds: None
        return
    from rich.console import Console

    with Console(stderr=True).status("searching") as status:

        def tell(account: Account, seconds: float) -> None:
            nearest = "" if account.smallest is None else f", smallest margin {account.smallest:.3g}"
            trials = account.total("draws") + account.total("screened")
            status.update(f"round {account.rounds}, {trials:,} trials, {seconds:.0f} s{nearest}")

        yield tell


def _tell(facts: dict[str, Any], outcome: Outcome, *, quiet: bool) -> None:
    from rich.text import Text

    from verify.console import STYLES, Terminal
    from verify.search.words import account_lines

    terminal = Terminal(width=None if sys.stdout.isatty() else 140, highlight=False)

    def say(text: str = "", style: str = "") -> None:
        terminal.print(Text(text, style), soft_wrap=True)

    say(f"{facts['statement']}: {facts['title']}")
    if not quiet:
        for line in facts["claim"].splitlines():
            say(f"    {line}")
        say()
    say(facts["outcome"].upper(), STYLES.get(facts["outcome"], ""))
    for one in facts["counterexamples"]:
        _tell_counterexample(say, one, outcome)
    if not quiet and not outcome.replayed:
        for line in account_lines(outcome.account, refuted=bool(facts["counterexamples"])):
            say(line)
    if outcome.left_out:
        say(f"(?) {outcome.left_out}: a counterexample may stand in {FOLDER}, or the folder of --save", "magenta")
    if outcome.stopped:
        say(f"stopped by {outcome.stopped}" if outcome.stopped != "interrupted" else "interrupted", "magenta")
    if outcome.slowest > 0.5:
        say(f"(?) a draw took {outcome.slowest:.1f} s of processor time: smaller networks allow more trials", "magenta")
    for warning in facts["warnings"]:
        say(f"(?) {warning}", "magenta")
    say(
        f"{facts['seconds']:.1f} s ({facts['cpu_seconds']:.1f} s of processor time in the search), seed {facts['seed']}"
    )
    say(f"again:   {facts['command']}")
    say(f"report:  {Path(facts['report']).with_name('report.html')}")
    if facts["counterexamples"]:
        say(f"recheck: python -m verify recheck {shlex.quote(facts['report'])}")


def _tell_counterexample(say: Any, one: dict[str, Any], outcome: Outcome) -> None:
    how = (
        "replayed from an earlier search"
        if outcome.replayed
        else f"found by {one['found_by']}, in round {one['round']}"
    )
    if one["minimal"]:
        small = f"{one['steps']:,} steps of shrinking tried, no single one leaves a counterexample"
    elif one["choices"]:
        small = f"shrinking was cut short after {one['steps']:,} steps"
    else:
        small = "as it was: the draw function does not make it again from the same choices, so it cannot be shrunk"
    say(f"a certified counterexample, {how}; {small}")
    say(f"certificates: {outcome.result['recheck']} by the independent checker")
    say()
    for line in one["python"].splitlines():
        say(f"    {line}")
    say()
    width = max((len(name) for name in one["values"]), default=0)
    for name, value in one["values"].items():
        say(f"    {name:<{width}} {_shown(value)}")
    say()


def _shown(value: Any) -> str:
    """A value of a certificate for the eye: enclosures in decimals that cover them."""
    shown = in_digits(value)
    text = shown if isinstance(shown, str) else json.dumps(shown, ensure_ascii=False)
    return f"= {text if len(text) <= 100 else text[:100] + ' ...'}"
