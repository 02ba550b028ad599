"""The report of a run: its form, its certificates, and that nothing but the seed decides what is in it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from calling import Done, only_run

from verify.report import schema
from verify.run.execute import seed_of

Verify = Callable[..., Done]
Json = Any
SOME = ("recurrent-terminals", "locc-invariant", "rest-window")


def timeless(value: Json) -> Json:
    """Without what one machine does differently twice: times, memory, when, where, how many processes."""
    gone = {"seconds", "cpu_seconds", "peak_mb", "created", "run", "jobs"}
    if isinstance(value, dict):
        return {key: timeless(entry) for key, entry in value.items() if key not in gone}
    return [timeless(entry) for entry in value] if isinstance(value, list) else value


def seedless(entry: Json) -> Json:
    """A statement's entry without its seeds and without what a search or an experiment drew with them."""
    drawn = {check["name"] for check in entry["checks"] if check["kind"] in ("search", "experiment")}
    checks = [{**check, "seed": None} for check in entry["checks"] if check["name"] not in drawn]
    return {**entry, "checks": checks, "searches": []}


@pytest.fixture(scope="module")
def some_run(verify: Verify, tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Json]:
    def run(*arguments: object, **variables: str) -> Json:
        output = tmp_path_factory.mktemp("some")
        options = ("--budget", "quick", "--no-figures", "--output", output)
        done = verify("run", *SOME, *options, *arguments, **variables)
        assert done.returncode == 0, done.stdout + done.stderr
        return json.loads((only_run(output) / "report.json").read_text(encoding="utf-8"))

    return run


def test_the_report_fits_its_schema(quick_report: Json) -> None:
    jsonschema.Draft202012Validator.check_schema(schema())
    jsonschema.validate(quick_report, schema())


def test_every_statement_is_in_it(verify: Verify, quick_report: Json) -> None:
    rows = json.loads(verify("list", "--format", "json").stdout)
    assert {row["id"] for row in rows} == {entry["id"] for entry in quick_report["statements"]}
    assert quick_report["exit_code"] == 0
    assert quick_report["self_test"]["passed"]
    assert all(entry["meets"] for entry in quick_report["statements"])
    assert sum(quick_report["summary"].values()) == len(rows)


def test_certificates_have_the_hashes_that_the_report_gives(quick_run: Path, quick_report: Json) -> None:
    listed = [certificate for entry in quick_report["statements"] for certificate in entry["certificates"]]
    assert listed
    for certificate in listed:
        content = (quick_run / certificate["path"]).read_bytes()
        assert hashlib.sha256(content).hexdigest() == certificate["sha256"]
        assert len(content) == certificate["bytes"]
        assert json.loads(content)["kind"] == certificate["kind"]
    paths = {certificate["path"] for certificate in listed}
    files = (path for path in (quick_run / "certificates").rglob("*") if path.is_file())
    assert {path.relative_to(quick_run).as_posix() for path in files} == paths


def test_every_certificate_was_accepted_and_belongs_to_a_check(quick_report: Json) -> None:
    for entry in quick_report["statements"]:
        used = {sha256 for check in entry["checks"] for sha256 in check["certificates"]}
        assert used == {certificate["sha256"] for certificate in entry["certificates"]}
        assert {check["recheck"] for check in entry["checks"] if check["certificates"]} == {"accepted"}


def test_seeds_depend_on_names_alone(quick_report: Json) -> None:
    checks = [(entry["id"], check) for entry in quick_report["statements"] for check in entry["checks"]]
    assert all(check["seed"] == seed_of(0, identity, check["name"]) for identity, check in checks)
    seeds = [check["seed"] for _, check in checks]
    assert len(set(seeds)) == len(seeds)
    assert seed_of(0, "a", "b") != seed_of(1, "a", "b")


def test_neither_selection_nor_order_nor_processes_nor_hash_seed_matter(some_run: Any, quick_report: Json) -> None:
    found = some_run("--jobs", 1, PYTHONHASHSEED="2")
    whole = {entry["id"]: timeless(entry) for entry in quick_report["statements"]}
    assert {entry["id"] for entry in found["statements"]} == set(SOME)
    for entry in found["statements"]:
        # what rests on statements that were not run shows them as undecided
        own = {**timeless(entry), "weakest_ancestor": None}
        assert own == {**whole[entry["id"]], "weakest_ancestor": None}
    for key in ("environment", "seed", "budget", "precision", "self_test", "exit_code", "errors"):
        assert found[key] == quick_report[key]


def test_another_seed_changes_only_what_is_drawn(some_run: Any, quick_report: Json) -> None:
    found = some_run("--jobs", 2, "--seed", 7)
    whole = {entry["id"]: timeless(entry) for entry in quick_report["statements"]}
    for entry in found["statements"]:
        own, other = seedless(timeless(entry)), seedless(whole[entry["id"]])
        assert {**own, "weakest_ancestor": None} == {**other, "weakest_ancestor": None}
        assert all(a["seed"] != b["seed"] for a, b in zip(entry["checks"], whole[entry["id"]]["checks"], strict=True))
