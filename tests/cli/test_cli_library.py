"""`list` and `show`: what they say, how they fail, and what they must not import to say it."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from calling import Done, environment

from verify import __version__

Verify = Callable[..., Done]
ROW = {"id", "title", "area", "declared", "variant", "source"}


def test_version_and_help(verify: Verify) -> None:
    assert verify("--version").stdout == f"verify {__version__}\n"
    done = verify("--help")
    assert done.returncode == 0
    assert all(f"    {verb}" in done.stdout for verb in ("all", "run", "list", "show", "recheck", "doctor"))
    assert "exit codes: 0 all declared levels reached" in done.stdout
    for verb, codes in [
        ("all", "0 all declared"),
        ("check", "0 not refuted; 1 refuted"),
        ("new", "0 the file is written"),
    ]:
        assert f"exit codes: {codes}" in " ".join(verify(verb, "--help").stdout.split())


def test_list(verify: Verify) -> None:
    done = verify("list", "--format", "json")
    rows = json.loads(done.stdout)
    assert (done.returncode, done.stderr) == (0, "")
    assert all(row.keys() >= ROW for row in rows)
    text = verify("list").stdout.splitlines()
    assert text[-1] == f"{len(rows)} statements; `verify show ID` shows one"
    for row in rows:
        (line,) = (line for line in text if line.startswith(f"  {row['id']} "))
        assert line.endswith(row["title"])
        assert f" {row['declared']} " in line


def test_list_of_some(verify: Verify) -> None:
    rows = json.loads(verify("list", "locc-*", "rest-window", "--format", "json").stdout)
    assert {row["id"] for row in rows} == {"locc-invariant", "rest-window"}
    done = verify("list", "no-such-*")
    assert (done.returncode, done.stdout, done.stderr) == (5, "", "verify: no statement matches\n")


def test_show(verify: Verify) -> None:
    unicode, latex = (
        verify("show", "single-neuron-terminal").stdout,
        verify("show", "single-neuron-terminal", "--format", "latex").stdout,
    )
    for text in (unicode, latex):
        assert text.startswith("single-neuron-terminal: ")
        assert "declared   proved" in text
        assert "A1 conservation: charge is conserved" in text
        assert "for_all_values (proof; quick)" in text
        assert "a_lost_unit (control, without conservation; quick)" in text
        assert "never run (no report below reports/ has it)" in text
    assert "⌊" in unicode
    assert r"\lfloor" in latex
    shown = json.loads(verify("show", "single-neuron-terminal", "--format", "json").stdout)
    assert shown["declared"] == "proved"
    assert shown["statement"]["claim"][0] == "and"


def test_show_tells_the_last_verdict(verify: Verify, quick_run: Path) -> None:
    shown = verify("show", "rest-window", "--output", quick_run.parent).stdout
    assert "verdict    proved: " in shown
    assert str(quick_run / "report.json") in shown


def test_a_terminal_without_the_characters(verify: Verify) -> None:
    done = verify("show", "single-neuron-terminal", PYTHONIOENCODING="ascii")
    assert done.returncode == 0
    assert r"\u230a" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "the following arguments are required: VERB"),
        (["prove"], "invalid choice: 'prove'"),
        (["run"], "the following arguments are required: ID"),
        (["run", "x", "--jobs", "0"], "0 is less than 1"),
        (["run", "x", "--jobs", "two"], "'two' is not a whole number"),
        (["all", "--budget", "huge"], "invalid choice: 'huge'"),
        (["all", "--timeout", "-3"], "-3 is not a number of seconds above 0"),
        (["all", "--timeout", "nan"], "nan is not a number of seconds above 0"),
        (["all", "--memory", "1"], "1 is less than 256"),
        (["all", "--no-such-option"], "unrecognized arguments: --no-such-option"),
        (["show", "locc-invarian"], "(did you mean locc-invariant"),
        (["show", "zzz"], "no statement is called 'zzz'; `verify list` names all"),
        (["show", "*loop*"], "give one of "),
        (["run", "no-such-*"], "no statement is called 'no-such-*'"),
        (["run", "rest-window", "gauge-equivalenc"], "(did you mean gauge-equivalence"),
        (["index", "no_such_package"], "there is no package 'no_such_package'"),
    ],
)
def test_wrong_usage(verify: Verify, arguments: list[str], message: str) -> None:
    done = verify(*arguments)
    assert done.returncode == 2
    assert done.stdout == ""
    assert message in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    "arguments",
    [["list"], ["list", "--format", "json"], ["show", "rest-window"], ["show", "zzz"], ["run", "zzz"], ["run"]],
)
def test_answers_without_heavy_imports(arguments: list[str], tmp_path: Path) -> None:
    main = f"verify.cli.main({arguments!r})"
    probe = f"import sys, verify.cli\ntry:\n    {main}\nfinally:\n    print(*sys.modules, file=sys.stderr)"
    done = subprocess.run(
        [sys.executable, "-c", probe],
        cwd=tmp_path,
        env=environment(),
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    loaded = set(done.stderr.splitlines()[-1].split())
    assert "verify.cli" in loaded
    assert not loaded & {
        "numpy",
        "sympy",
        "flint",
        "z3",
        "rich",
        "mpmath",
        "matplotlib",
        "networkx",
        "verify.statement",
    }


@pytest.mark.parametrize("arguments", [["list"], ["show", "rest-window"]])
def test_a_reader_that_leaves(arguments: list[str], tmp_path: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "verify", *arguments], cwd=tmp_path, env=environment(), stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )  # fmt: skip
    assert process.stdout is not None
    process.stdout.close()
    assert process.stderr is not None
    with process.stderr as stderr:
        assert stderr.read() == b""
    assert process.wait() == 0


def test_show_writes_words_and_definitions_in_unicode(verify: Verify) -> None:
    shown = verify("show", "rest-window").stdout
    assert "number_at_a ≥ 2" in shown
    assert ":= ⌊A - a⌋ - ⌊A - b⌋" in shown
    assert "\\lfloor" in verify("show", "rest-window", "--format", "latex").stdout
