"""An interrupted run keeps what it finished, and goes on from there."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from calling import Done, environment, only_run

from verify.errors import UsageError
from verify.run import journal

Verify = Callable[..., Done]

MODULE = """
import os
import time
from long._toys import toy

PLACE = os.environ["TOY_PLACE"]
patient = toy("toy-patient")


def note(name):
    with open(os.path.join(PLACE, "log"), "a", encoding="utf-8") as file:
        file.write(name + "\\n")


@patient.certificate
def first():
    note("first")
    yield {"x": 1}


@patient.certificate
def second():
    note("second")
    yield {"x": 2}


@patient.certificate
def waits():
    note("waits")
    while not os.path.exists(os.path.join(PLACE, "go")):
        time.sleep(0.05)
    yield {"x": 3}


@patient.control(drops="small")
def last():
    note("last")
    yield {"x": 11}
"""


class Interrupted:
    """A run of `toy-patient` that was interrupted during its third check."""

    def __init__(self, folder: Path, place: Path) -> None:
        self.folder, self.place, self.output = folder, place, place / "reports"
        options = ("--jobs", "1", "--seed", "5", "--output", str(self.output))
        process = subprocess.Popen(
            [sys.executable, "-m", "verify", "run", "toy-patient", *options],
            cwd=place, env=environment(folder, TOY_PLACE=str(place)), stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            text=True, start_new_session=True,
        )  # fmt: skip
        while self.log()["waits"] == 0:
            assert process.poll() is None
            time.sleep(0.02)
        os.killpg(process.pid, signal.SIGINT)  # as a terminal does it: to every process of the run
        _, self.errors = process.communicate(timeout=60)
        self.code = process.returncode
        self.run = only_run(self.output)

    def log(self) -> Counter[str]:
        path = self.place / "log"
        return Counter(path.read_text(encoding="utf-8").split()) if path.exists() else Counter()


@pytest.fixture(scope="module")
def interrupted(toys: Callable[..., Path], tmp_path_factory: pytest.TempPathFactory) -> Interrupted:
    return Interrupted(toys("long", {"patient": MODULE}), tmp_path_factory.mktemp("place"))


@pytest.fixture
def resume(verify: Verify, interrupted: Interrupted, tmp_path: Path) -> Callable[..., Done]:
    """Resume a copy of the interrupted run; the third check no longer waits."""
    shutil.copytree(interrupted.run, tmp_path / "run")
    (tmp_path / "go").touch()

    def call(*arguments: object) -> Done:
        options = ("--jobs", 1, "--resume", tmp_path / "run", *arguments)
        return verify("run", "toy-patient", *options, paths=(interrupted.folder,), TOY_PLACE=str(tmp_path))

    return call


def log(place: Path) -> list[str]:
    path = place / "log"
    return path.read_text(encoding="utf-8").split() if path.exists() else []


def test_the_interruption(interrupted: Interrupted) -> None:
    assert interrupted.code == 130
    assert "verify: interrupted; what is finished is kept: go on with python -m verify run " in interrupted.errors
    assert interrupted.errors.endswith(f" --resume {interrupted.run}\n")
    assert "Traceback" not in interrupted.errors
    header, results = journal.read(interrupted.run)
    assert header["seed"] == 5
    assert [(identity, result["name"]) for identity, _, result in results] == [
        ("toy-patient", "first"),
        ("toy-patient", "second"),
    ]


def test_resuming_does_only_what_is_left(resume: Callable[..., Done], tmp_path: Path) -> None:
    with (tmp_path / "run" / journal.NAME).open("a", encoding="utf-8") as file:
        file.write(
            '{"statement": "toy-patient", "result": {"name": "waits", "scope": {}'
        )  # cut short, and yet it ends with }
    done = resume("--seed", 5)
    assert done.returncode == 0, done.stderr
    assert log(tmp_path) == ["waits", "last"]
    report = json.loads((tmp_path / "run" / "report.json").read_text(encoding="utf-8"))
    (entry,) = report["statements"]
    assert [check["name"] for check in entry["checks"]] == ["first", "second", "waits", "last"]
    _, results = journal.read(tmp_path / "run")
    assert [result["name"] for _, _, result in results] == ["first", "second", "waits", "last"]


def test_a_lost_certificate_is_made_again(resume: Callable[..., Done], tmp_path: Path) -> None:
    _, results = journal.read(tmp_path / "run")
    (certificate,) = results[0][2]["certificates"]
    (tmp_path / "run" / certificate["path"]).unlink()
    assert resume("--seed", 5).returncode == 0
    assert log(tmp_path) == ["first", "waits", "last"]
    assert (tmp_path / "run" / certificate["path"]).is_file()


def test_a_module_that_has_changed_is_run_again(
    resume: Callable[..., Done], interrupted: Interrupted, tmp_path: Path
) -> None:
    module = interrupted.folder / "long" / "patient.py"
    source = module.read_text(encoding="utf-8")
    module.write_text(source.replace('{"x": 1}', '{"x": 8}'), encoding="utf-8")
    try:
        assert resume("--seed", 5).returncode == 0
    finally:
        module.write_text(source, encoding="utf-8")
    assert log(tmp_path) == ["first", "second", "waits", "last"]


@pytest.mark.parametrize("arguments", [(), ("--seed", 5, "--budget", "deep"), ("--seed", 5, "--precision", 64)])
def test_resuming_with_other_settings(
    resume: Callable[..., Done], tmp_path: Path, arguments: tuple[object, ...]
) -> None:
    done = resume(*arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert "give the same, or start a new run" in done.stderr
    assert log(tmp_path) == []


def test_what_is_no_run(verify: Verify, tmp_path: Path) -> None:
    for content in (
        None,
        "",
        "[]",
        '{"header": 3}\n',
        '{"header": {}}\n{"statement": 3}\n',
        "\n\n",
        '{"header": {}}\nno JSON\n',
    ):
        if content is not None:
            (tmp_path / journal.NAME).write_text(content, encoding="utf-8")
        with pytest.raises(UsageError, match="holds no journal of a run that could be resumed"):
            journal.read(tmp_path)
    done = verify("run", "rest-window", "--resume", tmp_path)
    assert done.returncode == 2
    assert f"verify: {tmp_path} holds no journal" in done.stderr
