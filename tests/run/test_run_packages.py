"""Packages of other people: what is wrong with one of their modules costs nothing that the others computed."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from calling import Done, only_run

from verify.report import schema

Verify = Callable[..., Done]

MODULES = {
    "raises": 'raise ValueError("no such axiom")',
    "broken": "def (",
    "leaves": "import sys\nsys.exit(0)",
    "sleeps": "import time\ntime.sleep(1000)",
    "dies": "import os\nos._exit(0)",
    "twin": """
        from zoo._toys import toy
        again = toy("toy-good")
        """,
    "usurper": """
        from zoo._toys import toy
        mine = toy("rest-window")
        """,
    "_private": 'raise ValueError("nobody looks here")',
    "animals": """
        import os, signal, sys
        from zoo._toys import toy

        animals = toy("toy-animals")

        @animals.certificate
        def loops_for_ever():
            while True:
                pass

        @animals.certificate
        def eats_memory():
            yield {"x": len(bytearray(1 << 40))}

        @animals.certificate
        def exits_with_success():
            os._exit(0)

        @animals.certificate
        def is_killed():
            os.kill(os.getpid(), signal.SIGKILL)

        @animals.certificate
        def leaves():
            sys.exit(0)

        @animals.certificate
        def raises():
            raise KeyError("\\ud800 \\u2028 { \\u00e9")

        @animals.certificate
        def yields_a_float():
            yield {"x": 0.5}

        @animals.certificate
        def works():
            print("noise on standard output")
            yield {"x": 4}

        @animals.control(drops="small")
        def works_too():
            yield {"x": 11}
        """,
}
LIMIT = "exceeded the time limit of 4 s: raise --timeout or make it smaller"


@dataclass(frozen=True)
class Run:
    done: Done
    report: dict[str, Any]

    def outcomes(self, identity: str) -> dict[str, tuple[str, str]]:
        (entry,) = (entry for entry in self.report["statements"] if entry["id"] == identity)
        return {check["name"]: (check["outcome"], check["message"]) for check in entry["checks"]}


@pytest.fixture(scope="module")
def run(verify: Verify, toys: Callable[..., Path], tmp_path_factory: pytest.TempPathFactory) -> Run:
    folder = toys("zoo", MODULES, announce=("ghost_package", "zoo.animals"))
    output = tmp_path_factory.mktemp("zoo-reports")
    options = ("--timeout", 4, "--memory", 1024, "--jobs", 2, "--output", output, "--format", "json")
    done = verify("run", "toy-*", *options, paths=(folder,))
    return Run(done, json.loads((only_run(output) / "report.json").read_text(encoding="utf-8")))


def test_the_code_says_that_something_broke(run: Run) -> None:
    assert run.done.returncode == run.report["exit_code"] == 3
    assert "Traceback" not in run.done.stderr


@pytest.mark.parametrize(
    ("module", "message"),
    [
        ("zoo.raises", "module zoo.raises cannot be imported: line 1: ValueError: no such axiom"),
        ("zoo.broken", "module zoo.broken cannot be imported: SyntaxError: "),
        ("zoo.leaves", "module zoo.leaves cannot be imported: line 2: SystemExit: 0"),
        ("zoo.sleeps", LIMIT),
        ("zoo.dies", "its process ended with exit code 0"),
        ("zoo.twin", "declares 'toy-good', which zoo.good declares already: ids are unique"),
        ("zoo.usurper", "declares 'rest-window', which theorems.charge_conservation.rest_window declares already"),
        ("ghost_package", "module ghost_package cannot be imported: ModuleNotFoundError: "),
    ],
)
def test_modules_that_cannot_be_read(run: Run, module: str, message: str) -> None:
    (found,) = (error["message"] for error in run.report["errors"] if error["where"] == module)
    assert found.startswith(message)
    assert f"verify: {module}: {message}" in run.done.stderr


def test_nothing_else_is_complained_about(run: Run) -> None:
    assert len(run.report["errors"]) == 8
    assert "nobody looks here" not in run.done.stderr


def test_checks_that_break(run: Run) -> None:
    found = run.outcomes("toy-animals")
    expected = {
        "loops_for_ever": LIMIT,
        "eats_memory": "ran out of memory: raise --memory or make the check smaller",
        "exits_with_success": "its process ended with exit code 0; all other checks went on",
        "is_killed": "its process ended by signal 9; all other checks went on",
        "leaves": "SystemExit: 0 (raised at animals.py:",
        "raises": "KeyError: '\\ud800 \\u2028 { é' (raised at animals.py:",
        "yields_a_float": "an instance holds the float 0.5: write it exactly, as a string such as '1/10'",
    }
    for name, message in expected.items():
        assert found[name][0] == "error"
        assert found[name][1].startswith(message)


def test_checks_beside_them_have_their_outcome(run: Run) -> None:
    found = run.outcomes("toy-animals")
    assert (found["works"][0], found["works_too"][0]) == ("certified", "bit")
    assert {name: outcome for name, (outcome, _) in run.outcomes("toy-good").items()} == {
        "three": "certified",
        "eleven": "bit",
    }
    assert [(entry["id"], entry["outcome"]) for entry in run.report["statements"]] == [
        ("toy-animals", "error"),
        ("toy-good", "certified"),
    ]


def test_standard_output_holds_the_report_and_nothing_else(run: Run) -> None:
    assert json.loads(run.done.stdout) == run.report


def test_the_report_fits_its_schema(run: Run) -> None:
    jsonschema.validate(run.report, schema())


def test_a_wrong_id_comes_with_what_could_not_be_read(
    verify: Verify, toys: Callable[..., Path], tmp_path: Path
) -> None:
    folder = toys("half", {"raises": MODULES["raises"]})
    done = verify("run", "toy-lost", "--output", tmp_path, paths=(folder,))
    assert done.returncode == 2
    assert "half.raises cannot be imported: line 1: ValueError: no such axiom" in done.stderr
    assert "no statement is called 'toy-lost' (did you mean toy-good" in done.stderr
    listing = verify("list", "toy-*", paths=(folder,))
    assert listing.returncode == 3
    assert "Squares, toy-good" in listing.stdout
    assert "half.raises cannot be imported" in listing.stderr
