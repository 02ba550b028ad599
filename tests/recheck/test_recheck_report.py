"""Whole reports: verdicts, files, hostile input."""

import ast
import json
import os
import sys
from pathlib import Path
from typing import Any

import handmade as h
import pytest

import verify.recheck
from verify.recheck import Entry, Recheck, ReportError, certificate_sha256, recheck_report, replay, statement_sha256
from verify.recheck import supported_level as level
from verify.recheck.definitions.spiking import parse_events, parse_network


def listed(*certificates: h.Data) -> list[h.Data]:
    return [{"kind": c["kind"], "sha256": certificate_sha256(c), "inline": c} for c in certificates]


def entry(of: h.Data, outcome: str, *certificates: h.Data, necessary: tuple[str, ...] = ()) -> h.Data:
    assumptions = [{"name": a["name"], "text": "...", "necessary": a["name"] in necessary} for a in of["assumptions"]]
    return {
        "id": of["id"],
        "declared": "proved",
        "outcome": outcome,
        "statement": of,
        "statement_sha256": statement_sha256(of),
        "assumptions": assumptions,
        "certificates": listed(*certificates),
        "seconds": 0.25,
    }


def report(*entries: h.Data) -> h.Data:
    return {"schema_version": "1.0", "seed": 1, "environment": {}, "statements": list(entries)}


def check(folder: Path, data: Any) -> Recheck:
    file = folder / "report.json"
    file.write_text(data if isinstance(data, str) else json.dumps(data), encoding="utf-8")
    return recheck_report(file)


SQUARES = entry(h.SQUARES, "proved", h.SQUARES_SMT, h.SQUARES_CASE, h.SQUARES_CONTROL, necessary=("large",))
GOOD = report(
    SQUARES,
    entry(h.FALSE, "refuted", h.COUNTEREXAMPLE),
    entry(h.IDENTITIES, "proved", h.IDENTITY),
    entry(h.SPIKING, "certified", h.SPIKING_CASE, h.SPIKING_CONTROL, h.EXPLORATION, necessary=("acyclic",)),
)


def test_a_good_report(tmp_path: Path) -> None:
    seen: list[Entry] = []
    (tmp_path / "report.json").write_text(json.dumps(GOOD), encoding="utf-8")
    result = recheck_report(tmp_path, progress=seen.append)
    assert result.ok
    assert not result.problems
    assert not result.not_replayed
    assert result.findings == seen
    assert [(e.statement, e.kind) for e in seen][:2] == [("s", "smt"), ("s", "instance")]
    assert {e.finding.status for e in seen} == {"accepted"}
    assert len(seen) == 8


CLAIMS: list[tuple[h.Data, bool]] = [
    (entry(h.SQUARES, "proved", h.SQUARES_CASE), False),
    (entry(h.SQUARES, "proved", h.SQUARES_FAMILY), False),
    (entry(h.SQUARES, "proved", h.ARGUMENT, *h.OBLIGATIONS, h.SQUARES_CASE), False),
    (entry(h.SQUARES, "proved", h.OBLIGATION_SMT, h.SQUARES_CASE), False),
    (entry(h.SQUARES, "reduced", h.ARGUMENT, *h.OBLIGATIONS, h.SQUARES_CASE, h.SQUARES_CONTROL), True),
    (entry(h.SQUARES, "reduced", h.ARGUMENT, *h.OBLIGATIONS, h.SQUARES_FAMILY, h.SQUARES_CONTROL), True),
    (entry(h.SQUARES, "reduced", h.ARGUMENT, *h.OBLIGATIONS), False),
    (entry(h.SQUARES, "reduced", *h.OBLIGATIONS, h.SQUARES_CASE), False),
    (entry(h.SQUARES, "reduced", h.SQUARES_SMT, h.SQUARES_CONTROL), True),
    (entry(h.SQUARES, "exhausted", h.SQUARES_FAMILY, h.SQUARES_CONTROL), True),
    (entry(h.SQUARES, "exhausted", h.SQUARES_CASE), False),
    (entry(h.SQUARES, "certified", h.SQUARES_CASE, h.SQUARES_CONTROL), True),
    (entry(h.SQUARES, "certified", h.SQUARES_FAMILY, h.SQUARES_CONTROL), True),
    (entry(h.SQUARES, "certified", h.SQUARES_CONTROL), False),
    (entry(h.SQUARES, "certified"), False),
    (entry(h.SQUARES, "proved", h.SQUARES_SMT, necessary=("large",)), False),
    (entry(h.SQUARES, "supported"), True),
    (entry(h.SQUARES, "observed"), True),
    (entry(h.SQUARES, "inconclusive"), True),
    (entry(h.SQUARES, "vacuous"), True),
    (entry(h.SQUARES, "error"), True),
    (entry(h.SQUARES, "obvious"), False),
    (entry(h.SQUARES, "refuted", h.SQUARES_SMT), False),
    (entry(h.FALSE, "refuted"), False),
    (entry(h.FALSE, "supported", h.COUNTEREXAMPLE), False),
    (entry(h.FALSE, "inconclusive", h.COUNTEREXAMPLE), False),
    (entry({**h.SQUARES, "quantifier": "exists"}, "proved", h.SQUARES_SMT), False),
]


@pytest.mark.parametrize("k", range(len(CLAIMS)))
def test_no_report_claims_more_than_its_certificates_support(tmp_path: Path, k: int) -> None:
    data, fine = CLAIMS[k]
    result = check(tmp_path, report(data))
    assert result.ok == fine, result
    if data["outcome"] in ("supported", "observed"):
        assert any("no certificates" in line for line in result.not_replayed)


def test_exists_statements(tmp_path: Path) -> None:
    of = {**h.SQUARES, "quantifier": "exists"}
    case = {**h.SQUARES_CASE, "statement_sha256": statement_sha256(of)}
    assert check(tmp_path, report(entry(of, "certified", case))).ok
    assert not check(tmp_path, report(entry(of, "exhausted", case))).ok


def test_identities_need_a_witness_when_there_are_assumptions(tmp_path: Path) -> None:
    of = {**h.IDENTITIES, "assumptions": [{"name": "a", "expr": ["lt", h.ONE, h.X]}]}
    proof = h.certificate("identity", of, target="claim", equations=[h.FRACTIONS, h.SQUARE])
    raw = {"x": "2", "y": "1"}
    case = h.certificate(
        "instance", of, role="case", drops=None, raw=raw, values={}, assumptions={"a": True}, claim=True
    )
    control = {**case, "role": "control", "drops": "a", "raw": {"x": "1", "y": "1"}, "assumptions": {"a": False}}
    assert not check(tmp_path, report(entry(of, "proved", proof))).ok
    assert not check(tmp_path, report(entry(of, "proved", proof, case))).ok, "a true identity has no control that bites"
    assert replay(control, of).status == "rejected"
    pairs = [(c, replay(c, of)) for c in (proof, case)]
    assert level(pairs, of) == "none"
    assert level(pairs[1:], of) == "none"
    assert level(pairs[:1], of) == level([], of) == "none"


def test_an_implication_that_was_not_replayed_supports_nothing(tmp_path: Path) -> None:
    of = h.statement([h.parameter("x", "real")], {}, ["lt", h.num(0), ["exp", h.X]])
    fields = {"target": "claim", "symbols": [["x", "real"]], "hypotheses": [], "conclusion": of["claim"]}
    proof = h.certificate("smt", of, **fields, model={"x": "1"})
    result = check(tmp_path, report(entry(of, "proved", proof, h.case(of, {"x": "1"}))))
    assert not result.ok
    assert len(result.not_replayed) == 1
    assert not result.rejected
    result = check(tmp_path, report(entry(of, "certified", proof, h.case(of, {"x": "1"}))))
    assert result.ok
    assert len(result.not_replayed) == 1


TAMPERED: list[tuple[list[Any], Any]] = [
    (["statement_sha256"], "0" * 64),
    (["statement_sha256"], None),
    (["id"], "other"),
    (["statement", "claim"], ["le", h.num(9), ["pow", h.sym("y"), h.num(2)]]),
    (["statement", "assumptions"], []),
    (["statement", "claim"], 1.5),
    (["statement"], None),
    (["statement"], []),
    (["assumptions"], []),
    (["assumptions"], None),
    (["assumptions", 0, "name"], "small"),
    (["assumptions"], [*SQUARES["assumptions"], *SQUARES["assumptions"]]),
    (["assumptions", 0, "necessary"], "yes"),
    (["assumptions", 0, "necessary"], 1),
    (["certificates"], None),
    (["certificates"], []),
    (["certificates", 0], "x"),
    (["certificates", 0, "kind"], "identity"),
    (["certificates", 0, "sha256"], "0" * 64),
    (["certificates", 0, "sha256"], 7),
    (["certificates", 0, "inline"], None),
    (["certificates", 0, "inline", "model", "x"], "2"),
    (["certificates", 0, "path"], "x.json"),
    (["certificates"], [*SQUARES["certificates"], SQUARES["certificates"][0]]),
    (["certificates"], SQUARES["certificates"][:2]),
    (["certificates"], [*SQUARES["certificates"], *listed(h.COUNTEREXAMPLE)]),
    (["outcome"], ["proved"]),
    (["outcome"], None),
]


@pytest.mark.parametrize(("path", "value"), TAMPERED)
def test_tampered_entries(tmp_path: Path, path: list[Any], value: Any) -> None:
    assert not check(tmp_path, report(h.changed(SQUARES, path, value))).ok


def test_a_new_statement_under_old_certificates_is_noticed_even_with_new_hashes(tmp_path: Path) -> None:
    of = h.changed(h.SQUARES, ["claim"], ["le", h.num(9), ["pow", h.sym("y"), h.num(2)]])
    proof = {**h.SQUARES_SMT, "statement_sha256": statement_sha256(of), "conclusion": of["claim"]}
    assert not check(tmp_path, report(entry(of, "proved", proof))).ok


def test_statements_occur_once(tmp_path: Path) -> None:
    result = check(tmp_path, report(SQUARES, SQUARES))
    assert not result.ok
    assert "2 times" in result.problems[0]


def by_path(path: Any, certificate: h.Data = h.SQUARES_CASE) -> h.Data:
    data = entry(h.SQUARES, "certified", certificate, h.SQUARES_CONTROL)
    del data["certificates"][0]["inline"]
    data["certificates"][0]["path"] = path
    return report(data)


def test_certificates_in_files(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    (folder / "certificates").mkdir(parents=True)
    text = json.dumps(h.SQUARES_CASE)
    (folder / "certificates" / "a.json").write_text(text, encoding="utf-8")
    (tmp_path / "outside.json").write_text(text, encoding="utf-8")
    result = check(folder, by_path("certificates/a.json"))
    assert result.ok
    assert result.findings[0].path == "certificates/a.json"
    (folder / "link.json").symlink_to(tmp_path / "outside.json")
    (folder / "up").symlink_to(tmp_path)
    (folder / "round.json").symlink_to("round.json")
    os.mkfifo(folder / "pipe.json")
    (folder / "latin.json").write_bytes(b'{"a": "\xff"}')
    (folder / "changed.json").write_text(text.replace("3/2", "2"), encoding="utf-8")
    absolute = str(folder / "certificates" / "a.json")
    for path in (
        absolute, "../outside.json", "certificates/../../outside.json", "certificates/../certificates/a.json",
        "link.json", "up/outside.json", "round.json", "pipe.json", "certificates", "missing.json", "latin.json",
        "changed.json", "", ".", "..", "a\0b", "C:\\x.json", "x" * 9999, None, 3, ["certificates/a.json"],
    ):  # fmt: skip
        result = check(folder, by_path(path))
        assert not result.ok, path
        assert result.rejected[0].finding.reason
    assert "changed.json" in check(folder, by_path("changed.json")).rejected[0].finding.reason


def test_certificates_must_be_strict_json(tmp_path: Path) -> None:
    text = json.dumps(h.SQUARES_CASE)
    for k, bad in enumerate(
        (
            text.replace('"raw"', '"claim": true, "raw"'),
            text.replace('"3/2"', "1.5"),
            text.replace('"3/2"', "NaN"),
            text[:-5],
            "[" * 200_000,
            "7" * 100_000,
            "[]",
            "",
        )
    ):
        (tmp_path / f"{k}.json").write_text(bad, encoding="utf-8")
        result = check(tmp_path, by_path(f"{k}.json"))
        assert [e.finding.status for e in result.findings][:1] == ["rejected"]
        assert not result.ok


FOREIGN = [
    "",
    "{",
    "[]",
    "null",
    "3",
    '"report"',
    "{}",
    '{"schema_version": "1.0"}',
    '{"statements": []}',
    '{"schema_version": "1.0", "statements": []}',
    '{"schema_version": "1.0", "statements": {}}',
    '{"schema_version": "1.0", "statements": [3]}',
    '{"schema_version": "1.0", "statements": [{"id": null}]}',
    '{"schema_version": "2.0", "statements": [{"id": "a"}]}',
    '{"schema_version": 1, "statements": [{"id": "a"}]}',
    '{"schema_version": "1.0", "schema_version": "1.0", "statements": [{"id": "a"}]}',
    '{"schema_version": "1.0", "statements": [{"id": "a", "seconds": NaN}]}',
    "[" * 100_000,
]


@pytest.mark.parametrize("text", FOREIGN, ids=range(len(FOREIGN)))
def test_foreign_input_is_named_with_its_place(tmp_path: Path, text: str) -> None:
    with pytest.raises(ReportError, match=r"report\.json: "):
        check(tmp_path, text)


def test_missing_reports(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "nothing.json"):
        with pytest.raises(ReportError, match="no such file"):
            recheck_report(path)


def test_an_empty_entry_is_a_problem_and_not_a_crash(tmp_path: Path) -> None:
    assert not check(tmp_path, report({"id": "a"})).ok
    assert not check(tmp_path, report({"id": "a", "certificates": [{}, None, []]})).ok


HOSTILE: list[Any] = [
    None,
    3,
    "certificate",
    [],
    {},
    {"kind": "instance"},
    {"kind": ["instance"]},
    {"kind": "instance\n" * 10_000},
    {"kind": "smt", "statement_sha256": object()},
    {**h.SQUARES_CASE, 3: 4},
    {**h.SQUARES_CASE, "raw": {"x": 1.5}},
    {**h.SQUARES_CASE, "raw": {"x": float("inf")}},
    {**h.SQUARES_CASE, "raw": {"x": 10**20_000}},
    {**h.SQUARES_CASE, "raw": {"x": "9" * 100_000}},
    {**h.SQUARES_CASE, "raw": {"x": {"__class__": "x"}}},
]


@pytest.mark.parametrize("k", range(len(HOSTILE)))
def test_hostile_certificates_are_rejected_by_name(k: int) -> None:
    finding = replay(HOSTILE[k], h.SQUARES)
    assert finding.status == "rejected"
    assert finding.reason
    assert len(finding.kind) < 20


def test_hostile_statements_are_rejected_by_name() -> None:
    deep: Any = h.X
    for _ in range(3000):
        deep = ["not", deep]
    loop: dict[str, Any] = dict(h.SQUARES)
    loop["claim"] = loop
    for of in (None, [], "x", {}, {**h.SQUARES, "claim": deep}, {**h.SQUARES, "claim": 1.5}, loop):
        assert h.rejected(h.SQUARES_CASE, of).reason


def nested(depth: int) -> Any:
    expression: Any = h.X
    for _ in range(depth):
        expression = ["abs", expression]
    return expression


def test_deep_expressions_are_evaluated_or_rejected_but_never_crash() -> None:
    for depth in (80, 99, 200, 900):
        of = h.statement([h.parameter("x", "real")], {}, ["le", h.num(0), nested(depth)])
        finding = replay({**h.case(h.SQUARES, {"x": "1"}), "statement_sha256": "?"}, of)
        assert finding.status == "rejected"
    of = h.statement([h.parameter("x", "real")], {}, ["le", h.num(0), nested(80)])
    h.accepted(h.case(of, {"x": "-1"}), of)


def test_long_chains_of_definitions_are_evaluated_or_rejected_but_never_crash() -> None:
    symbols = [h.parameter("x", "real")]
    symbols += [h.defined(f"y{k}", "real", ["add", h.sym(f"y{k - 1}" if k else "x"), h.ONE]) for k in range(3000)]
    of = h.statement(symbols, {}, ["lt", h.X, h.sym("y2999")])
    values = {f"y{k}": str(k + 2) for k in range(3000)}
    finding = replay(h.case(of, {"x": "1"}, values), of)
    assert finding.status == "accepted" or "deep" in finding.reason


def test_numbers_that_would_explode_are_rejected() -> None:
    for claim in (
        ["le", h.ONE, ["pow", h.X, ["pow", h.num(10), h.num(9)]]],
        ["le", h.ONE, ["pow", ["pow", ["pow", h.X, h.num(9999)], h.num(9999)], h.num(9999)]],
        ["le", h.ONE, ["exp", ["pow", h.X, h.num(60)]]],
        ["le", h.ONE, ["pow", ["exp", h.X], h.num(10**7)]],
    ):
        of = h.statement([h.parameter("x", "real")], {}, claim)
        h.rejected(h.case(of, {"x": "3"}), of)


def test_huge_graphs_are_refused_in_bounded_time() -> None:
    net = h.network(1, [], [0], 0, 1) | {"lower": [None], "upper": [None], "noise": "unlimited", "leak": True}
    given = {**h.EXPLORATION, "network": net}
    assert "60,000" in h.rejected(given, h.SPIKING).reason
    many = h.network(60, [(i, j, 1) for i in range(60) for j in range(60)], [1] * 60, 0, 9)
    finding = replay({**h.EXPLORATION, "network": many, "semantics": "delayed"}, h.SPIKING)
    assert finding.status == "not-replayed"
    events = [[0, "1"]] * 30_000
    h.rejected({**h.EXPLORATION, "events": events}, h.SPIKING)
    with pytest.raises(verify.recheck.Rejected):
        parse_network(h.network(300, [], [0] * 300, 0, 1))
    with pytest.raises(verify.recheck.Rejected):
        parse_events(events)


FORBIDDEN = {"sympy", "numpy", "flint", "pickle", "mpmath", "scipy", "theorems", "marshal", "shelve"}


def test_the_checker_is_short() -> None:
    """What is read to trust it: the checker itself, and of the definitions those of the subject at hand."""
    folder = Path(verify.recheck.__file__).parent
    lines = {file: sum(map(bool, file.read_text(encoding="utf-8").split("\n"))) for file in folder.rglob("*.py")}
    assert sum(count for file, count in lines.items() if file.parent == folder) <= 2000
    assert max(lines.values()) <= 520


def test_the_checker_stands_alone() -> None:
    folder = Path(verify.recheck.__file__).parent
    for file in folder.rglob("*.py"):
        text = file.read_text(encoding="utf-8")
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.ImportFrom):
                assert node.level <= len(file.relative_to(folder).parts), file
                names = [node.module or ""] if node.level == 0 else []
            elif isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                assert node.func.id not in ("eval", "exec", "compile", "float", "__import__"), file
                continue
            else:
                assert not (isinstance(node, ast.Constant) and isinstance(node.value, float)), file
                continue
            for name in names:
                top = name.split(".")[0]
                assert top in sys.stdlib_module_names or (file.name == "solver.py" and top in ("z3", "cvc5")), name
                assert top not in FORBIDDEN
