"""The order of a search of a file: what is not done is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from verify.run import conjectures
from verify.run.conjectures import Effort, Search
from verify.run.known import Store
from verify.run.pool import Pool

SLOW_AT_SEVEN = """
import time
from sympy import Ne
from verify import Statement, parameter

X = parameter("x", "integer", "a number")
guess = Statement("not-seven", title="x is not 7", quantities=[X], claim=Ne(X.symbol, 7))


@guess.search
def instances(draw):
    x = draw.integer(0, 10**9)
    if x == 7:
        time.sleep(60)
    return {X: x}
"""


def test_a_known_counterexample_that_takes_too_long_is_not_forgotten_in_silence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(conjectures, "REPLAY_SECONDS", 1.0)
    path = tmp_path / "guess.py"
    path.write_text(SLOW_AT_SEVEN, encoding="utf-8")
    store = Store(tmp_path / "kept")
    store.keep("not-seven", {"choices": [["0", "index", 7]], "raw": {"x": 7}, "found_by": "a draw", "round": 0})
    search = Search(str(path), Effort(1, 20.0, 0, 128), lambda: Pool(1, 20.0, 4096), store)
    outcome = search.run(lambda account, seconds: None)
    assert outcome.result["outcome"] == "supported"
    assert "not replayed to the end, within 1 s" in outcome.left_out
