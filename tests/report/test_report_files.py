"""Schema, Markdown, JUnit XML, and what lands on disk."""

from __future__ import annotations

import copy
import doctest
import json
import math
import re
import subprocess
import sys
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import jsonschema
import pytest

from verify import report
from verify.report import text as text_module

Json = dict[str, Any]
HOSTILE = "<script>alert(1)</script> | a\n| --- |\n```\n# x `y` *z* [l](javascript:x) \x00\x1b\ud800"


def validator() -> jsonschema.Draft202012Validator:
    schema = report.schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


def test_sample_meets_the_schema(sample: Json) -> None:
    validator().validate(sample)


@pytest.mark.parametrize(
    ("where", "value"),
    [
        (("statements", 0, "outcome"), "true"),
        (("statements", 0, "declared"), None),
        (("statements", 0, "scope"), {"kind": "universal"}),
        (("statements", 0, "scope", "kind"), "everything"),
        (("statements", 0, "statement_sha256"), "abc"),
        (("statements", 0, "assumptions", 0), {"name": "a", "text": "b"}),
        (("statements", 0, "checks", 0), {"name": "a", "kind": "proof", "outcome": "proved"}),
        (("statements", 0, "checks", 0, "kind"), "belief"),
        (("statements", 0, "checks", 0, "outcome"), "passed"),
        (("statements", 0, "certificates", 0), {"kind": "smt", "sha256": "0" * 64}),
        (("statements", 0, "certificates", 0, "path"), "../../etc/passwd"),
        (("statements", 0, "controls", 0, "bit"), "yes"),
        (("statements", 0, "figures", 0, "path"), "/x.svg"),
        (("statements", 0, "statement", "claim"), "x = y"),
        (("summary",), {"true": 3}),
        (("schema_version",), "2.0"),
        (("self_test", "passed"), None),
    ],
)
def test_schema_refuses(sample: Json, where: tuple[str | int, ...], value: Any) -> None:
    target: Any = sample
    for key in where[:-1]:
        target = target[key]
    target[where[-1]] = value
    assert not validator().is_valid(sample)


@pytest.mark.parametrize(
    "key", ["controls", "statement_sha256", "checks", "certificates", "scope", "assumptions", "id"]
)
def test_schema_wants_these_of_a_statement(sample: Json, key: str) -> None:
    del sample["statements"][0][key]
    assert not validator().is_valid(sample)


def test_certificates_may_be_inline(sample: Json) -> None:
    sample["statements"][0]["certificates"][0] = {"kind": "smt", "inline": {"kind": "smt"}, "sha256": "0" * 64}
    validator().validate(sample)
    assert "in report.json" in report.render_html(sample, {})


def test_markdown_says_the_same(sample: Json) -> None:
    text = report.render_markdown(sample)
    for words in (
        "9 statements, **8 as declared**",
        "declared reduced, found vacuous",
        "| `single-neuron-terminal`<br>A neuron at rest",
        "The argument itself is not machine-checked",
        "python -m verify recheck ./report.json",
        "```math\n",
        "```bibtex\n",
        "[file](certificates/single-neuron-terminal/",
    ):
        assert words in text, words


def test_markdown_of_hostile_strings(sample: Json) -> None:
    sample["run"] = sample["command"] = HOSTILE
    for entry in sample["statements"]:
        entry["title"] = entry["summary"] = entry["scope"]["text"] = HOSTILE
        entry["latex"]["claim"] = HOSTILE
        for check in entry["checks"]:
            check["name"] += HOSTILE
            check["message"] = check["scope"] = HOSTILE
    text = report.render_markdown(sample)
    text.encode()
    assert not re.search("[\x00-\x08\x0b-\x1f]", text)
    columns = 0
    fence = ""
    for line in text.splitlines():
        ticks = re.match("`{3,}", line)
        if fence:
            fence = "" if line == fence else fence
            continue
        if ticks:
            fence = ticks[0]
            continue
        bare = re.sub(r"\\.", "", line)
        outside = re.sub(r"(`+).*?\1", "", line if "`" in bare else bare)
        assert not re.search(r"(?<!\\)<(?!br>|/?code>)", re.sub(r"\\.", "", outside)), line
        if line.startswith("|"):
            cells = len(re.findall(r"(?<!\\)\|", line))
            assert columns in (0, cells), line
            columns = cells
        else:
            columns = 0
    assert not fence


def test_junit_counts_and_kinds(sample: Json) -> None:
    root = ElementTree.fromstring(report.render_junit(sample).encode())
    suites = {suite.get("name"): suite for suite in root.findall("testsuite")}
    assert set(suites) == {"run", *(entry["id"] for entry in sample["statements"])}
    bad = suites["dag-spike-count"]
    assert (bad.get("tests"), bad.get("failures"), bad.get("errors")) == ("3", "2", "1")
    assert bad.find("testcase[@name='verdict']/failure") is not None
    assert bad.find("testcase[@name='exploration']/error") is not None
    assert bad.find("testcase[@name='loop']/failure") is not None
    published = suites["quantized-correspondence-half-even"]
    assert (published.get("failures"), published.get("errors")) == ("0", "0")
    assert root.get("tests") == str(len(root.findall("*/testcase")))
    assert root.get("failures") == "2"


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        ({"outcome": "refuted"}, "failure"),
        ({"outcome": "vacuous"}, "failure"),
        ({"recheck": "rejected"}, "failure"),
        ({"outcome": "inconclusive"}, "skipped"),
        ({"outcome": "error"}, "error"),
        ({"recheck": "not-replayed"}, None),
    ],
)
def test_junit_of_a_check(clean: Json, change: Json, kind: str | None) -> None:
    clean["statements"][0]["checks"][0].update(change)
    root = ElementTree.fromstring(report.render_junit(clean).encode())
    marked = [child.tag for child in root.findall("*/testcase/*") if child.tag != "system-out"]
    assert marked == ([kind] if kind else [])


def test_junit_of_a_run_that_cannot_be_relied_on(clean: Json) -> None:
    clean["self_test"] = {"passed": False, "probes": [{"name": "p", "expected": "refused", "outcome": "accepted"}]}
    clean["errors"] = [{"where": "theorems.x", "message": "ImportError: \x1b[31mno module y"}]
    root = ElementTree.fromstring(report.render_junit(clean).encode())
    run = root.find("testsuite[@name='run']")
    assert run is not None
    assert (run.get("failures"), run.get("errors")) == ("2", "1")


def test_junit_of_hostile_strings(sample: Json) -> None:
    for entry in sample["statements"]:
        entry["id"] += HOSTILE
        for check in entry["checks"]:
            check["name"] = check["message"] = check["scope"] = HOSTILE
    root = ElementTree.fromstring(report.render_junit(sample).encode())
    assert "<script>" in (root.findall("testsuite")[1].get("name") or "")


def test_missing_parts_are_no_obstacle() -> None:
    bare = {"statements": [{"id": "x"}]}
    assert "`x`" in report.render_markdown(bare)
    ElementTree.fromstring(report.render_junit(bare).encode())
    assert report.render_markdown({})
    ElementTree.fromstring(report.render_junit({}).encode())


def test_files_on_disk(sample: Json, figures: dict[str, str], tmp_path: Path) -> None:
    before = copy.deepcopy(sample)
    refused = {"figures/bad.svg": "<svg><script/></svg>", "../outside.svg": figures[next(iter(figures))]}
    report.write(sample, figures | refused, str(tmp_path / "deep" / "run"))
    folder = tmp_path / "deep" / "run"
    files = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    assert files == {"report.json", "report.html", "report.md", "junit.xml", *figures}
    assert not list(tmp_path.rglob("outside.svg"))
    assert sample == before
    written = (folder / "report.json").read_text(encoding="utf-8")
    assert json.loads(written) == sample
    assert list(json.loads(written)) == list(sample)
    assert written.startswith('{\n "schema_version": "1.0"')


def test_writing_again_replaces(sample: Json, figures: dict[str, str], tmp_path: Path) -> None:
    report.write(sample, figures, str(tmp_path))
    sample["run"] = "second"
    report.write(sample, figures, str(tmp_path))
    assert json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))["run"] == "second"
    assert not [path for path in tmp_path.rglob("*") if path.name.endswith(".part")]


def test_what_json_and_utf8_cannot_hold(clean: Json, tmp_path: Path) -> None:
    clean["statements"][0]["checks"][0]["details"] = {"worst": math.nan, "text": "a\ud800b", "é": [math.inf]}
    report.write(clean, {}, str(tmp_path))
    written = (tmp_path / "report.json").read_text(encoding="utf-8")
    details = json.loads(written)["statements"][0]["checks"][0]["details"]
    assert details == {"worst": None, "text": "a\ud800b", "é": [None]}
    assert "é" in written


def test_import_stays_cheap() -> None:
    script = (
        "import sys, verify.report; verify.report.schema();"
        "print(sorted({'jinja2', 'latex2mathml', 'sympy', 'numpy', 'matplotlib'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_examples_in_docstrings() -> None:
    for module in (text_module, report):
        assert doctest.testmod(module).failed == 0


def test_compact_json_loses_nothing() -> None:
    value = {"weights": [["0", "1/2"] * 9] * 7, "long key " * 5: {"deep": [1, None, True, {}, []]}, "text": "x" * 300}
    for width in (1, 20, 92):
        assert json.loads(text_module.compact_json(value, width=width)) == value
    assert "cut after 100" in text_module.compact_json(value, limit=100)
