"""The exit code of a run, and the report behind it."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from calling import Done, environment, only_run

from verify.report import schema

Verify = Callable[..., Done]

STATEMENTS = """
from sympy import And
from court._toys import toy, x
from verify import Claim

weak = toy("toy-weak", declared="proved")
false = toy("toy-false", x * x <= 50)
published = toy("toy-published", x * x <= 50, "refuted", variant="as-published", pair="toy-corrected")
corrected = toy("toy-corrected", x * x <= 81, "proved", variant="corrected", pair="toy-published")
blunt = toy("toy-blunt", x * x >= 0)
deep = toy("toy-deep")


@corrected.proof
def for_all_values():
    yield Claim("smt")


@deep.certificate(budget="deep")
@blunt.certificate
@weak.certificate
def three():
    yield {"x": 3}


@published.certificate
@false.certificate
def eight():
    yield {"x": 8}


@blunt.control(drops="small")
@corrected.control(drops="small")
@published.control(drops="small")
@false.control(drops="small")
@weak.control(drops="small")
def eleven():
    yield {"x": 11}
"""
FAILING_SELF_TEST = """
import sys
import types

planted = types.ModuleType("verify.selftest")
planted.run_probes = lambda: [{"name": "planted", "expected": "refused", "outcome": "accepted", "passed": False}]
sys.modules["verify.selftest"] = planted
"""


@pytest.fixture(scope="module")
def court(toys: Callable[..., Path]) -> Path:
    return toys("court", {"statements": STATEMENTS})


@pytest.fixture
def run(verify: Verify, court: Path, tmp_path: Path) -> Callable[..., tuple[Done, dict[str, Any]]]:
    def call(*arguments: object, paths: tuple[Path, ...] = ()) -> tuple[Done, dict[str, Any]]:
        done = verify("run", *arguments, "--output", tmp_path, paths=(court, *paths))
        report = json.loads((only_run(tmp_path) / "report.json").read_text(encoding="utf-8"))
        jsonschema.validate(report, schema())
        assert report["exit_code"] == done.returncode
        return done, report

    return call


def test_published_and_corrected(run: Any, verify: Verify, court: Path, tmp_path: Path) -> None:
    done, report = run("toy-published", "toy-corrected")
    assert done.returncode == 0
    found = {entry["id"]: entry for entry in report["statements"]}
    assert (found["toy-published"]["outcome"], found["toy-published"]["meets"]) == ("refuted", True)
    assert found["toy-published"]["counterexamples"] == [{"check": "eight", "raw": {"x": 8}, "values": {}}]
    assert (found["toy-corrected"]["outcome"], found["toy-corrected"]["meets"]) == ("proved", True)
    assert (found["toy-corrected"]["pair"], found["toy-published"]["pair"]) == ("toy-published", "toy-corrected")
    assert report["summary"] == {"refuted": 1, "proved": 1}
    page = (only_run(tmp_path) / "report.html").read_text(encoding="utf-8")
    assert "toy-published" in page
    assert "toy-corrected" in page
    assert verify("recheck", only_run(tmp_path), "--quiet", paths=(court,)).returncode == 0


def test_below_its_level(run: Any) -> None:
    done, report = run("toy-weak", "toy-good")
    assert done.returncode == 1
    assert {entry["id"]: entry["outcome"] for entry in report["statements"]} == {
        "toy-weak": "certified",
        "toy-good": "certified",
    }
    assert "(!) toy-weak declares proved, is certified" in done.stdout


def test_refuted_against_its_declaration_and_vacuous(run: Any) -> None:
    done, report = run("toy-false", "toy-blunt")
    assert done.returncode == 1
    assert {entry["id"]: entry["outcome"] for entry in report["statements"]} == {
        "toy-false": "refuted",
        "toy-blunt": "vacuous",
    }
    assert "(!) toy-false declares certified, is refuted" in done.stdout


def test_a_self_test_that_fails(run: Any, tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("planted")
    (folder / "sitecustomize.py").write_text(FAILING_SELF_TEST, encoding="utf-8")
    done, report = run("toy-good", paths=(folder,))
    assert done.returncode == 3
    assert report["self_test"]["passed"] is False
    assert "soundness self-test: FAILED\n  planted: accepted, expected refused" in done.stdout


def test_nothing_to_do(run: Any) -> None:
    done, report = run("toy-deep", "--budget", "quick")
    assert done.returncode == 5
    assert report["statements"][0]["checks"] == []
    assert not report["statements"][0]["meets"]


@pytest.mark.parametrize("place", ["below a file", "/proc"])
def test_a_folder_that_cannot_be_written(verify: Verify, court: Path, tmp_path: Path, place: str) -> None:
    file = tmp_path / "file"
    file.write_text("", encoding="utf-8")
    output = Path(place) if place == "/proc" else file / "reports"
    done = verify("run", "toy-good", "--output", output, paths=(court,))
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.splitlines()[-1].startswith(f"verify: --output {output}: no folder can be made there")


def test_a_reader_that_leaves_has_seen_no_success(court: Path, tmp_path: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "verify", "run", "toy-good", "--output", str(tmp_path)],
        cwd=tmp_path, env=environment(court), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stdout is not None
    process.stdout.close()
    assert process.stderr is not None
    with process.stderr as stderr:
        assert "Traceback" not in stderr.read()
    assert process.wait() == 130


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interruption_before_the_first_check(toys: Callable[..., Path], tmp_path: Path, number: int) -> None:
    folder = toys(
        "dormouse",
        {"sleeps": f"import pathlib, time\npathlib.Path({str(tmp_path / 'here')!r}).touch()\ntime.sleep(1000)"},
    )
    process = subprocess.Popen(
        [sys.executable, "-m", "verify", "all", "--output", str(tmp_path / "reports")],
        cwd=tmp_path, env=environment(folder), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    while not (tmp_path / "here").exists():
        assert process.poll() is None
    process.send_signal(number)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 130
    assert errors.splitlines()[-1] == "verify: interrupted"
