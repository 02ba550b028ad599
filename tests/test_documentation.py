"""What the documentation shows has to work as it stands there."""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path

import pytest

from verify.decide.verdict import conclude
from verify.evidence import CheckResult
from verify.run.execute import run_check
from verify.statement import Statement

ROOT = Path(__file__).parent.parent


def blocks(path: str) -> list[str]:
    return re.findall(r"```python\n(.*?)```", (ROOT / path).read_text(encoding="utf-8"), re.DOTALL)


@pytest.mark.parametrize("code", blocks("README.md"))
def test_the_examples_in_the_readme_print_what_they_say(code: str) -> None:
    expected = [comment.split(":")[0].strip() for comment in re.findall(r"print\(.*# (.*)", code)]
    assert expected
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.splitlines() == expected


def test_the_example_theorems_reach_their_levels() -> None:
    for code, expected in zip(
        blocks("docs/theorems.md"), [["proved", "certified", "exhausted", "bit"], ["certified", "bit"]], strict=True
    ):
        names: dict[str, object] = {}
        exec(code, names)
        (statement,) = [value for value in names.values() if isinstance(value, Statement)]
        results = [CheckResult(**asdict(run_check(statement, check, seed=0, bits=128))) for check in statement.checks]
        assert [(result.outcome, result.recheck) for result in results] == [(outcome, "accepted") for outcome in expected]
        assert conclude(statement.declared, True, results).outcome == statement.declared


def test_the_functions_that_the_page_on_certificates_names_exist_twice() -> None:
    from verify.quantities import lookup
    from verify.recheck.definitions.functions import FUNCTIONS

    text = (ROOT / "docs/certificates.md").read_text(encoding="utf-8")
    names = set(re.findall(r"`((?:sets|spiking|quantized|floats)\.[a-z0-9_]+)\(", text))
    for part in text.split("\n### ")[1:]:
        home = re.match(r"`([a-z]+)\.`\n", part)
        if home:
            names |= {f"{home[1]}.{name}" for name in re.findall(r"`([a-z0-9_]+)\(", part)}
    assert len(names) > 140
    assert names <= FUNCTIONS.keys()
    for name in names:
        lookup(name)


def test_the_project_speaks_of_itself_alone() -> None:
    """No path of a machine stands in a file that is kept."""
    listed = subprocess.run(["git", "ls-files"], capture_output=True, text=True, check=True, cwd=ROOT).stdout.split()
    for name in listed:
        text = (ROOT / name).read_text(encoding="utf-8", errors="replace")
        assert not re.search(r"/(work|root|home)/[a-z]", text), name
