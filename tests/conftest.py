"""Options, the command line as a user calls it, packages of toy theorems, one run for all who need a report."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest
from calling import GOOD, TOYS, Done, environment, only_run
from hypothesis import settings

settings.register_profile("derandomized", derandomize=True)
settings.load_profile("derandomized")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--slow", action="store_true", help="run also the tests that are marked slow")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption("--slow"):
        return
    slow = [item for item in items if item.get_closest_marker("slow")]
    config.hook.pytest_deselected(items=slow)
    items[:] = [item for item in items if item not in slow]


@pytest.fixture(scope="session")
def verify(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Done]:
    """`python -m verify ...` in a process of its own and in a folder that is empty at first."""
    folder = tmp_path_factory.mktemp("cwd")

    def call(*arguments: object, paths: tuple[Path, ...] = (), cwd: Path = folder, **variables: str) -> Done:
        return subprocess.run(
            [sys.executable, "-m", "verify", *map(str, arguments)],
            cwd=cwd, env=environment(*paths, **variables), stdin=subprocess.DEVNULL, capture_output=True, text=True,
            encoding="utf-8", check=False, timeout=600,
        )  # fmt: skip

    return call


@pytest.fixture(scope="session")
def toys(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """Install a package of toy theorems: a folder for the search path with the package and its entry point."""

    def install(package: str, modules: Mapping[str, str] | None = None, *, announce: tuple[str, ...] = ()) -> Path:
        folder = tmp_path_factory.mktemp(package)
        metadata = folder / f"{package}-1.0.dist-info"
        metadata.mkdir()
        lines = "\n".join(f"{name.replace('.', '-')} = {name}" for name in (package, *announce))
        text = f"[console_scripts]\nother = {package}:main\n\n[verify.theorems]\n{lines}\n"
        (metadata / "entry_points.txt").write_text(text, encoding="utf-8")
        (folder / package).mkdir()
        content = {"__init__": "", "_toys": TOYS, "good": GOOD.format(package=package), **(modules or {})}
        for name, source in content.items():
            (folder / package / f"{name}.py").write_text(dedent(source).lstrip(), encoding="utf-8")
        return folder

    return install


@pytest.fixture(scope="session")
def quick_run(verify: Callable[..., Done], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of one run of the whole library, without figures."""
    output = tmp_path_factory.mktemp("reports")
    done = verify("all", "--budget", "quick", "--no-figures", "--jobs", 2, "--output", output, PYTHONHASHSEED="1")
    assert done.returncode == 0, done.stdout + done.stderr
    return only_run(output)


@pytest.fixture(scope="session")
def quick_report(quick_run: Path) -> dict[str, Any]:
    """The report of that run."""
    loaded: dict[str, Any] = json.loads((quick_run / "report.json").read_text(encoding="utf-8"))
    return loaded


@pytest.fixture
def part_of_the_run(quick_run: Path, quick_report: dict[str, Any], tmp_path: Path) -> Path:
    """A copy of that run to tamper with, cut down to three statements."""
    wanted = {"locc-invariant", "rest-window", "recurrent-terminals"}
    kept = [entry for entry in quick_report["statements"] if entry["id"] in wanted]
    assert len(kept) == len(wanted)
    folder = tmp_path / "run"
    for entry in kept:
        shutil.copytree(quick_run / "certificates" / entry["id"], folder / "certificates" / entry["id"])
    counts = dict(Counter(entry["outcome"] for entry in kept))
    cut = {**quick_report, "statements": kept, "summary": counts}
    (folder / "report.json").write_text(json.dumps(cut), encoding="utf-8")
    return folder
