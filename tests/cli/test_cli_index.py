"""The generated index: it says what the modules declare, and whoever lacks one is imported, with a note."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from calling import Done

from verify.run import library
from verify.run.rows import row
from verify.run.worker import describe_module

Verify = Callable[..., Done]


def read(name: str) -> Any:
    place = library.locate(library.BUILT_IN)
    assert place is not None
    return json.loads((Path(place) / name).read_text(encoding="utf-8"))


def test_the_index_is_what_the_modules_declare() -> None:
    modules = {module.name: module for module in library.modules(library.BUILT_IN)}
    described = {name: describe_module(name) for name in modules}
    for index, statements in (
        (library.INDEX, {name: [row(one) for one in found] for name, found in described.items()}),
        (library.DETAILS, described),
    ):
        found = read(index)
        hint = f"{index} is stale: run `python -m verify index`"
        assert found["version"] == library.INDEX_VERSION
        assert found["modules"].keys() == statements.keys(), hint
        for name, expected in statements.items():
            assert found["modules"][name]["statements"] == json.loads(json.dumps(expected)), f"{hint} ({name})"
            assert found["modules"][name]["sha256"] == library.fingerprint(modules[name]), f"{hint} ({name})"


def test_ids_are_unique_and_what_they_refer_to_exists() -> None:
    statements, unknown = library.indexed(library.DETAILS)
    assert not unknown
    by_id = {statement["id"]: statement for statement in statements}
    assert len(by_id) == len(statements)
    for statement in statements:
        assert set(statement["rests_on"]) <= by_id.keys() - {statement["id"]}
        if statement["pair"]:  # several published statements may have one that corrects them
            other = by_id[statement["pair"]]
            assert {statement["variant"], other["variant"]} == {"as-published", "corrected"}
            assert other["pair"] == statement["id"] or statement["variant"] == "as-published"


def test_an_index_that_is_missing_stale_or_broken(verify: Verify, toys: Callable[..., Path]) -> None:
    folder = toys("indexed_toys")
    note = "verify: not in the index, so imported now: indexed_toys.good\n"

    def listed() -> tuple[str, str]:
        done = verify("list", "toy-*", "--format", "json", paths=(folder,))
        assert done.returncode == 0
        (found,) = json.loads(done.stdout)
        return found["title"], done.stderr

    assert listed() == ("Squares, toy-good", note)
    done = verify("index", "indexed_toys", paths=(folder,))
    assert done.stdout.startswith("1 statements of 1 modules in ")
    assert listed() == ("Squares, toy-good", "")
    base = folder / "indexed_toys" / "_toys.py"
    base.write_text(base.read_text(encoding="utf-8").replace("Squares,", "Other squares,"), encoding="utf-8")
    assert listed() == ("Other squares, toy-good", note)
    (folder / "indexed_toys" / library.INDEX).write_text('{"version": 1, "modules": [', encoding="utf-8")
    assert listed() == ("Other squares, toy-good", note)
