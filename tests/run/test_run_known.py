"""Counterexamples that are kept beside a conjecture: plain JSON, read as a proposal and never more."""

from __future__ import annotations

from pathlib import Path

import pytest

from verify.errors import UsageError
from verify.run.known import MOST, Store

ENTRY = {"choices": [["0", "index", 3]], "raw": {"x": "3"}, "found_by": "a draw", "round": 0}


def test_what_is_kept_comes_first_and_once(tmp_path: Path) -> None:
    store = Store(tmp_path / "kept")
    assert store.known("a-guess") == []
    other = {**ENTRY, "raw": {"x": "4"}}
    for entry in (ENTRY, other, ENTRY):
        store.keep("a-guess", entry)
    assert store.known("a-guess") == [ENTRY, other]
    assert store.known("another-guess") == []


def test_no_more_than_a_handful_is_kept(tmp_path: Path) -> None:
    store = Store(tmp_path)
    for k in range(MOST + 5):
        store.keep("a-guess", {**ENTRY, "round": k})
    assert [entry["round"] for entry in store.known("a-guess")] == list(range(MOST + 4, 4, -1))


@pytest.mark.parametrize(
    "text",
    ["", "{", '{"raw": {}}', '[{"raw": 1, "choices": [], "found_by": ""}]', '["x"]', "[[]]", "\xff"],
)
def test_what_cannot_be_read_is_named_with_a_remedy(tmp_path: Path, text: str) -> None:
    store = Store(tmp_path)
    path = store.path("a-guess")
    path.parent.mkdir()
    path.write_bytes(text.encode("latin-1"))
    with pytest.raises(UsageError, match="delete it to begin anew") as caught:
        store.known("a-guess")
    assert str(path) in str(caught.value)


def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "counterexamples").write_text("in the way", encoding="utf-8")
    with pytest.raises(UsageError, match="--save"):
        Store(tmp_path).keep("a-guess", ENTRY)
