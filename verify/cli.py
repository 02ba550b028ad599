"""The command line. ``list``, ``show`` and every usage error answer without importing numpy or sympy.

Exit codes: 0 every selected statement reached its declared level; 1 something is refuted against its declaration,
vacuous or below its level, or a certificate was rejected; 2 wrong usage or unreadable input; 3 a check crashed, or ran
out of time or memory, or the soundness self-test failed; 5 nothing was selected; 130 interrupted. ``check`` and ``new``
have codes of their own, at the end of their helps.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from verify import __version__

if TYPE_CHECKING:
    from pathlib import Path

    from verify.run.session import Library, Settings

OK, BELOW, USAGE, BROKEN, NOTHING, INTERRUPTED = 0, 1, 2, 3, 5, 130


def _whole(least: int) -> Any:
    def number(text: str) -> int:
        try:
            value = int(text)
        except ValueError:
            raise argparse.ArgumentTypeError(f"{text!r} is not a whole number") from None
        if value < least:
            raise argparse.ArgumentTypeError(f"{value} is less than {least}")
        return value

    return number


def _seconds(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of seconds") from None
    if not 0 < value < 1e7:
        raise argparse.ArgumentTypeError(f"{text} is not a number of seconds above 0")
    return value


class _Help(argparse.HelpFormatter):
    """Knows the width without shutil, which takes longer to import than the parser to build."""

    def __init__(self, prog: str) -> None:
        try:
            columns = int(os.environ.get("COLUMNS") or os.get_terminal_size().columns)
        except (OSError, ValueError):
            columns = 80
        super().__init__(prog, width=max(columns - 2, 40))


def parser() -> argparse.ArgumentParser:
    """The grammar of the command line."""
    main = argparse.ArgumentParser(
        prog="verify", description="Check the theorems of deep-learning theory by machine.", epilog=_EXIT_CODES,
        formatter_class=_Help,
    )  # fmt: skip
    main.add_argument("--version", action="version", version=f"verify {__version__}")
    verbs = main.add_subparsers(dest="verb", metavar="VERB", required=True, prog="verify")

    def verb(name: str, text: str, codes: str = _EXIT_CODES) -> argparse.ArgumentParser:
        description = f"{text[0].upper()}{text[1:]}."
        return verbs.add_parser(name, help=text, description=description, epilog=codes, formatter_class=_Help)

    everything = verb("all", "run every statement of the library and write a report")
    _run_options(everything)
    some = verb("run", "run some statements and write a report")
    some.add_argument("ids", nargs="+", metavar="ID", help="an id, or a glob such as 'dag-*'")
    _run_options(some)

    listing = verb("list", "list the statements of the library")
    listing.add_argument("ids", nargs="*", metavar="ID", help="ids or globs; all by default")
    listing.add_argument("--format", choices=("text", "json"), default="text")

    show = verb("show", "show a statement: claim, assumptions, checks, last verdict")
    show.add_argument("id", metavar="ID")
    show.add_argument("--format", choices=("unicode", "latex", "json"), default="unicode")
    show.add_argument(
        "--output", default="reports", metavar="DIR", help="where earlier runs are looked for (%(default)s)"
    )

    check = verb("check", "search the conjecture of a file for a counterexample", _EXIT_CODES_OF_CHECK)
    check.add_argument("file", metavar="FILE", help="a Python file with a Statement and its search function")
    check.add_argument(
        "--budget", default="standard", metavar="B",
        help="quick, standard, deep, or a number of rounds (%(default)s)",
    )  # fmt: skip
    check.add_argument(
        "--seconds", type=_seconds, metavar="SECONDS", help="end after this time (quick: 20, standard: 120, else 3600)"
    )
    check.add_argument(
        "--save", metavar="DIR", help="where the report and the counterexamples are kept (.verify beside the file)"
    )
    check.add_argument("--fresh", action="store_true", help="do not replay what earlier searches found")
    _search_options(check)

    new = verb("new", "write a file to begin with", _EXIT_CODES_OF_NEW)
    new.add_argument("kind", choices=("conjecture",))
    new.add_argument("name", metavar="NAME", help="of the file, and of the statement in it")

    replay = verb("recheck", "replay every certificate of a report with the independent checker")
    replay.add_argument("report", metavar="REPORT", help="a report.json, or the folder that holds it")
    replay.add_argument("--format", choices=("text", "json"), default="text")
    replay.add_argument("--quiet", action="store_true", help="print problems and the result only")
    replay.add_argument(
        "--any-statement", action="store_true",
        help="do not hold the report against the installed library (another version, statements of others)",
    )  # fmt: skip

    doctor = verb("doctor", "show the backends with their versions, and run the soundness self-test")
    doctor.add_argument("--format", choices=("text", "json"), default="text")

    index = verb("index", "generate the index of a package of theorems anew (for its authors)")
    index.add_argument("package", nargs="?", default="theorems", metavar="PACKAGE")
    return main


_EXIT_CODES = (
    "exit codes: 0 all declared levels reached; 1 below level, refuted, vacuous, or a certificate rejected; 2 wrong usage or "
    "unreadable input; 3 a check crashed or met a limit, or the self-test failed; 5 nothing selected; 130 interrupted"
)

_EXIT_CODES_OF_CHECK = (
    "exit codes: 0 not refuted; 1 refuted, or nothing decided; 2 wrong usage, or a file that is no conjecture; 3 a crash, "
    "a limit of time or memory, or the self-test failed; 130 interrupted"
)
_EXIT_CODES_OF_NEW = "exit codes: 0 the file is written; 2 a wrong name, or the file exists or cannot be written"


def _search_options(verb: argparse.ArgumentParser) -> None:
    """What a search has in common with a run of the library."""
    verb.add_argument(
        "--jobs",
        type=_whole(1),
        default=min(os.cpu_count() or 1, 8),
        metavar="N",
        help="worker processes (%(default)s)",
    )
    verb.add_argument("--seed", type=_whole(0), default=0, metavar="N", help="of every random choice (%(default)s)")
    verb.add_argument(
        "--precision", type=_whole(32), default=128, metavar="BITS", help="of balls, to start with (%(default)s)"
    )
    verb.add_argument("--format", choices=("text", "json"), default="text", help="of what is printed (%(default)s)")
    verb.add_argument("--quiet", action="store_true", help="print the result only")


def _run_options(verb: argparse.ArgumentParser) -> None:
    verb.add_argument(
        "--budget", choices=("quick", "standard", "deep"), default="standard", help="how much to do (%(default)s)"
    )
    _search_options(verb)
    verb.add_argument("--timeout", type=_seconds, default=300.0, metavar="SECONDS", help="for each check (%(default)g)")
    verb.add_argument(
        "--memory", type=_whole(256), default=4096, metavar="MB", help="for each worker process (%(default)s)"
    )
    verb.add_argument("--output", default="reports", metavar="DIR", help="where the run's folder is made (%(default)s)")
    verb.add_argument("--resume", metavar="RUN", help="go on with an interrupted run, given its folder")
    verb.add_argument("--no-figures", action="store_true", help="draw no figures")


def main(arguments: Sequence[str]) -> int:
    """Run one command.

    Returns:
        The exit code.
    """
    options = parser().parse_args(arguments)
    from verify.errors import VerifyError, WorkerError

    try:
        code = int(_VERBS[options.verb](options))
        sys.stdout.flush()
        return code
    except VerifyError as error:
        print(f"verify: {error}", file=sys.stderr)
        return BROKEN if isinstance(error, WorkerError) else USAGE
    except BrokenPipeError:
        # the reader of a pipe left: nothing to report to anybody; but what was not brought to its end did not succeed
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        return OK if options.verb in ("list", "show") else INTERRUPTED
    except OSError as error:
        print(f"verify: {error}", file=sys.stderr)
        return BROKEN
    except KeyboardInterrupt:
        print("verify: interrupted", file=sys.stderr)
        return INTERRUPTED


def _rows(details: bool) -> tuple[list[dict[str, Any]], list[dict[str, str]]]:
    """The library from its index; what the index does not know is imported in a worker process, with a note."""
    from verify.run import library

    statements, unknown = library.indexed(library.DETAILS if details else library.INDEX)
    if not unknown:
        return statements, []
    from verify.run.session import Settings, load_library

    names = ", ".join(module.name for module in unknown)
    print(f"verify: not in the index, so imported now: {names}", file=sys.stderr)
    found = load_library(lambda: _pool(Settings(jobs=1, timeout=60.0)), details=details)
    return found.statements, found.errors


def _complain(errors: list[dict[str, str]]) -> None:
    for error in errors:
        print(f"verify: {error['where']}: {error['message']}", file=sys.stderr)


def _list(options: argparse.Namespace) -> int:
    import fnmatch

    rows, errors = _rows(details=False)
    if options.ids:
        rows = [row for row in rows if any(fnmatch.fnmatchcase(row["id"], pattern) for pattern in options.ids)]
    if options.format == "json":
        import json

        print(json.dumps(rows, indent=1, ensure_ascii=False))
    else:
        width = max((len(row["id"]) for row in rows), default=0)
        area = None
        for row in rows:
            if row["area"] != area:
                area = row["area"]
                print(f"{area}")
            print(f"  {row['id']:<{width}}  {row['declared']:<9}  {row['variant']:<12}  {row['title']}")
        if rows:
            print(f"{len(rows)} statements; `verify show ID` shows one")
    _complain(errors)
    if not rows:
        print("verify: no statement matches", file=sys.stderr)
    return BROKEN if errors else OK if rows else NOTHING


def _show(options: argparse.Namespace) -> int:
    from verify.errors import UsageError
    from verify.run import library
    from verify.show import last_verdict, shown

    rows, errors = _rows(details=True)
    _complain(errors)
    found = library.matching(rows, [options.id])
    if len(found) > 1:
        names = ", ".join(row["id"] for row in found)
        raise UsageError(f"{options.id!r} matches {len(found)} statements: give one of {names}")
    print(shown(found[0], options.format, last_verdict(options.output, found[0])))
    return OK


def _pool(settings: Settings, figures: int = 0) -> Any:
    """The worker processes; with several figures to draw the plotting library is imported once for all of them."""
    from verify.run.pool import Pool

    return Pool(settings.jobs, settings.timeout, settings.memory, ("verify.plots",) if figures > 1 else ())


def _run(options: argparse.Namespace) -> int:
    from verify.run import library

    if options.verb == "run":
        rows, unknown = library.indexed()
        if not unknown:
            library.matching(rows, options.ids)  # a wrong id is told at once
    from verify.console import Console
    from verify.errors import VerifyError
    from verify.run.session import Settings, load_library

    settings = Settings(
        seed=options.seed,
        budget=options.budget,
        precision=options.precision,
        jobs=options.jobs,
        timeout=options.timeout,
        memory=options.memory,
        figures=not options.no_figures,
        command=_command(options),
    )
    console = Console(quiet=options.quiet or options.format == "json")
    found = load_library(lambda: _pool(settings), details=True)
    try:
        selected = found.statements if options.verb == "all" else found.select(options.ids)
    except VerifyError:
        _complain(found.errors)  # perhaps that is why it is not there
        raise
    if not selected:
        _complain(found.errors)
        print("verify: nothing was selected", file=sys.stderr)
        return BROKEN if found.errors else NOTHING
    return _session(options, settings, found, selected, console)


def _session(
    options: argparse.Namespace, settings: Settings, found: Library, selected: list[dict[str, Any]], console: Any
) -> int:
    from verify import report
    from verify.run import worker
    from verify.run.pool import Failure, Task
    from verify.run.session import Session

    folder = _folder(options)
    session = Session(found, selected, settings, folder, resume=bool(options.resume))
    drawn = sum(check["kind"] == "figure" for row in selected for check in row["checks"]) if settings.figures else 0
    try:
        with _pool(settings, drawn) as pool:
            with console.progress(session) as progress:
                session.run(pool, progress)
            ((_, probes),) = pool.run([Task("self-test", worker.self_test, (), "self-test")])
    except KeyboardInterrupt:
        session.journal.close()
        print(
            f"verify: interrupted; what is finished is kept: go on with {settings.command} --resume {folder}",
            file=sys.stderr,
        )
        return INTERRUPTED
    session.journal.close()
    if isinstance(probes, Failure):
        probes = [{"name": "the self-test itself", "expected": "runs", "outcome": probes.message, "passed": False}]
    final = session.report(probes)
    report.write(final, session.figures(), str(folder))
    if options.format == "json":
        import json

        print(json.dumps(final, ensure_ascii=False))
    else:
        console.result(final, folder)
    _complain(found.errors)
    return int(final["exit_code"])


def _command(options: argparse.Namespace) -> str:
    """The line that repeats the run: only what decides the result."""
    words = ["python -m verify", options.verb, *(f"'{i}'" if "*" in i else i for i in getattr(options, "ids", []))]
    words += [f"--budget {options.budget}", f"--seed {options.seed}", f"--precision {options.precision}"]
    return " ".join(words)


def _folder(options: argparse.Namespace) -> Path:
    from datetime import datetime
    from pathlib import Path

    from verify.errors import UsageError

    if options.resume:
        return Path(options.resume)
    base = Path(options.output)
    stamp = datetime.now().strftime("%Y-%m-%d-%H%M%S")
    try:
        base.mkdir(parents=True, exist_ok=True)
        for name in (stamp, *(f"{stamp}-{k}" for k in range(2, 1000))):
            try:
                (base / name).mkdir()
            except FileExistsError:  # another run began in the same second
                continue
            return base / name
    except OSError as error:
        raise UsageError(f"--output {base}: no folder can be made there ({error.strerror})") from None
    raise UsageError(f"--output {base}: a thousand runs began in this second")


def _check(options: argparse.Namespace) -> int:
    from verify.checking import check_command

    return check_command(options)


def _new(options: argparse.Namespace) -> int:
    from verify.search.new import write_conjecture

    path = write_conjecture(options.name)
    print(f"{path} is written; python -m verify check {path} runs it")
    return OK


def _recheck(options: argparse.Namespace) -> int:
    from verify.rechecking import recheck_command

    return recheck_command(options)


def _doctor(options: argparse.Namespace) -> int:
    import json

    from verify.run.session import environment
    from verify.selftest import run_probes

    found, probes = environment(), run_probes()
    passed = all(probe["passed"] for probe in probes)
    if options.format == "json":
        print(json.dumps({"environment": found, "probes": probes, "passed": passed}, indent=1))
    else:
        print(f"verify {__version__} on Python {found['python']}, {found['platform']}, {found['cpu_count']} processors")
        for name, version in found["packages"].items():
            print(f"  {name:<14} {version or 'not installed (optional)'}")
        for probe in probes:
            mark = "ok  " if probe["passed"] else "FAIL"
            print(f"  {mark} {probe['name']}: {probe['outcome']} (expected: {probe['expected']})")
        print(f"soundness self-test: {'passed' if passed else 'FAILED'}, {len(probes)} probes")
    return OK if passed else BROKEN


def _index(options: argparse.Namespace) -> int:
    from verify.errors import UsageError
    from verify.run import library
    from verify.run.rows import row
    from verify.run.worker import describe_module

    place = library.locate(options.package)
    if place is None or not os.path.isdir(place):
        raise UsageError(f"there is no package {options.package!r} with a folder to write an index to")
    described = {module.name: describe_module(module.name) for module in library.modules(options.package)}
    rows = {name: [row(statement) for statement in statements] for name, statements in described.items()}
    library.write_index(options.package, described, rows)
    print(f"{sum(map(len, rows.values()))} statements of {len(rows)} modules in {os.path.join(place, library.INDEX)}")
    return OK


_VERBS = {
    "all": _run,
    "run": _run,
    "list": _list,
    "show": _show,
    "check": _check,
    "new": _new,
    "recheck": _recheck,
    "doctor": _doctor,
    "index": _index,
}
