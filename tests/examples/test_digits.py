"""The digits example: every code right under every timing drawn, and a wrong mapping noticed."""

from __future__ import annotations

import importlib.util
import re
import subprocess
import sys
from pathlib import Path

import pytest

RUN = Path(__file__).resolve().parents[2] / "examples" / "digits" / "run.py"


@pytest.mark.slow
def test_digits_codes_do_not_depend_on_timing() -> None:
    command = [sys.executable, str(RUN), "--images", "20", "--runs", "3"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "runs with any code, hidden or output, that differs: 0" in done.stdout
    found = re.search(r"potential 0 in place of step/2: output codes differ on (\d+) of 20 images", done.stdout)
    assert found is not None
    assert int(found[1]) > 0


@pytest.mark.slow
def test_digits_fails_when_the_mapping_is_wrong(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    spec = importlib.util.spec_from_file_location("digits_run", RUN)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, "digits_run", module)
    monkeypatch.setattr(sys, "path", list(sys.path))
    spec.loader.exec_module(module)
    monkeypatch.setattr(module.Mapping.__init__, "__defaults__", (2, module.Fraction(0), 1))
    assert module.main(["--images", "5", "--runs", "2"]) == 1
    assert "runs with any code, hidden or output, that differs: 0" not in capsys.readouterr().out
