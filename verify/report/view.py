"""What a page says about a run, worked out once from the report and then laid out as HTML, Markdown or JUnit XML.

Nothing here makes a verdict: it counts, groups and puts into words what the report holds. Where the report leaves
something out, the page says so rather than to look better.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from verify.pasteable import as_code
from verify.report import levels
from verify.report.text import clean_all, holds_enclosure

Json = dict[str, Any]

LONGEST_CODE = 20_000
"""Characters of an instance beyond which a page does not show it as Python code: the certificate holds it."""

_REPORT: Json = {
    "schema_version": "",
    "package": {"name": "", "version": ""},
    "run": "",
    "created": "",
    "command": "",
    "environment": {"python": "", "platform": "", "packages": {}, "cpu_count": None},
    "seed": None,
    "budget": "",
    "precision": None,
    "jobs": None,
    "seconds": None,
    "cpu_seconds": None,
    "exit_code": None,
    "self_test": {"passed": False, "probes": []},
    "summary": {},
    "errors": [],
    "statements": [],
}
_STATEMENT: Json = {
    "id": "",
    "title": "",
    "area": "",
    "variant": "",
    "pair": None,
    "source": {"authors": "", "title": "", "year": None, "arxiv": None, "where": "", "status": "", "bibtex": ""},
    "summary": "",
    "declared": "inconclusive",
    "outcome": "inconclusive",
    "reason": "",
    "meets": False,
    "scope": {"kind": "none", "text": ""},
    "weakest_ancestor": None,
    "rests_on": [],
    "statement": {},
    "statement_sha256": "",
    "latex": {"claim": ""},
    "symbols": [],
    "assumptions": [],
    "argument": [],
    "checks": [],
    "certificates": [],
    "controls": [],
    "counterexamples": [],
    "searches": [],
    "figures": [],
}
_ENTRIES: dict[str, Json] = {
    "symbols": {"name": "", "sort": "", "meaning": "", "latex": "", "origin": "", "definition": None},
    "assumptions": {"name": "", "text": "", "latex": "", "necessary": False, "control": None},
    "argument": {"text": "", "obligations": [], "cites": []},
    "checks": {
        "name": "",
        "kind": "",
        "outcome": "inconclusive",
        "scope": "",
        "seconds": None,
        "cpu_seconds": None,
        "peak_mb": None,
        "seed": None,
        "message": "",
        "certificates": [],
        "recheck": None,
        "details": {},
    },
    "certificates": {"kind": "", "path": None, "sha256": "", "bytes": None, "inline": None},
    "controls": {"assumption": "", "check": "", "bit": False, "note": "", "raw": {}, "values": {}},
    "counterexamples": {"check": "", "raw": {}, "values": {}, "found_by": "", "minimal": False},
    "searches": {
        "check": "",
        "trials": 0,
        "met": 0,
        "failures": 0,
        "screened": 0,
        "descended": 0,
        "smallest_margin": None,
        "where": None,
        "warnings": [],
        "bound95": None,
        "seed": None,
        "distribution": "",
    },
    "figures": {"name": "", "title": "", "caption": "", "path": ""},
}
_OBLIGATION: Json = {"kind": "", "sha256": "", "latex": ""}


def complete(report: Json) -> Json:
    """A copy of `report` with every key present and every string fit for XML and HTML; nothing is recomputed."""
    whole = _filled(clean_all(report), _REPORT)
    whole["errors"] = [_filled(entry, {"where": "", "message": ""}) for entry in whole["errors"]]
    probe = {"name": "", "expected": "", "outcome": "", "passed": False}
    whole["self_test"]["probes"] = [_filled(entry, probe) for entry in whole["self_test"]["probes"]]
    whole["statements"] = [_filled(entry, _STATEMENT) for entry in whole["statements"]]
    for statement in whole["statements"]:
        for key, entry in _ENTRIES.items():
            statement[key] = [_filled(given, entry) for given in statement[key]]
        for step in statement["argument"]:
            step["obligations"] = [_filled(given, _OBLIGATION) for given in step["obligations"]]
    return whole


def _filled(given: Json, defaults: Json) -> Json:
    filled = dict(given)
    for key, default in defaults.items():
        value = filled.get(key)
        if isinstance(default, dict):
            filled[key] = _filled(value or {}, default)
        elif value is None:
            filled[key] = list(default) if isinstance(default, list) else default
    return filled


@dataclass
class StatementView:
    """A statement of the report (`data`) with what a reader wants to know first about it."""

    data: Json
    anchor: str
    verdict: str = ""
    controls_bitten: int = 0
    controls_total: int = 0
    recheck: str = "none"
    recheck_counts: dict[str, int] = field(default_factory=dict)
    seconds: float = 0.0
    certificate_anchors: dict[str, str] = field(default_factory=dict)
    figure_anchors: list[str] = field(default_factory=list)
    assumptions: list[Json] = field(default_factory=list)
    supports: list[str] = field(default_factory=list)

    @property
    def id(self) -> str:
        return str(self.data["id"])

    @property
    def outcome(self) -> str:
        return str(self.data["outcome"])


@dataclass
class Remark:
    """A line of the first screen: what is wrong, weak or refuted, and where."""

    text: str
    statement: StatementView | None = None


@dataclass
class Discrepancy:
    """A published result and its correction; either may be missing from the run."""

    published: StatementView | None
    corrected: StatementView | None
    absent: str = ""


@dataclass
class Page:
    """A whole report, ready to be laid out."""

    data: Json
    statements: list[StatementView]
    counts: list[tuple[levels.Level, int]]
    met: int
    failures: list[Remark]
    weak: list[Remark]
    refuted: list[Remark]
    discrepancies: list[Discrepancy]
    areas: list[tuple[str, list[StatementView]]]
    totals: dict[str, int]

    @property
    def single(self) -> StatementView | None:
        """The statement of a run that has no other: its page is about that one."""
        return self.statements[0] if len(self.statements) == 1 else None

    def find(self, identifier: str) -> StatementView | None:
        """The statement with this id, if it is part of the run."""
        return next((view for view in self.statements if view.id == identifier), None)


def build(report: Json) -> Page:
    """Work out the page of a report."""
    data = complete(report)
    names = _Anchors()
    statements = [_statement(entry, names) for entry in data["statements"]]
    by_id = {view.id: view for view in statements}
    for view in statements:
        for ancestor in view.data["rests_on"]:
            if ancestor in by_id:
                by_id[ancestor].supports.append(view.id)
    areas: dict[str, list[StatementView]] = {}
    for view in statements:
        areas.setdefault(view.data["area"] or "other", []).append(view)
    return Page(
        data=data,
        statements=statements,
        counts=[(level, many) for level in levels.LEVELS if (many := sum(v.outcome == level.name for v in statements))],
        met=sum(bool(view.data["meets"]) for view in statements),
        failures=_failures(data, statements),
        weak=_weak(statements),
        refuted=[
            Remark(view.data["summary"] or view.data["title"] or "refuted", view)
            for view in statements
            if view.outcome == "refuted" and view.data["declared"] == "refuted"
        ],
        discrepancies=_discrepancies(statements, by_id),
        areas=list(areas.items()),
        totals=_totals(statements),
    )


class _Anchors:
    """Identifiers for a page, each used once, whatever strings they are made from."""

    def __init__(self) -> None:
        self._taken: set[str] = set()

    def new(self, prefix: str, text: str) -> str:
        stem = f"{prefix}-{re.sub(r'[^a-zA-Z0-9]+', '-', text).strip('-').lower()[:80]}"
        anchor, count = stem, 1
        while anchor in self._taken:
            count += 1
            anchor = f"{stem}-n{count}"
        self._taken.add(anchor)
        return anchor


def _statement(data: Json, names: _Anchors) -> StatementView:
    anchor = names.new("s", data["id"])
    stem = anchor[2:]
    view = StatementView(data=data, anchor=anchor)
    view.verdict = verdict(data)
    controls = _by_check(data)
    view.controls_total = len(controls)
    view.controls_bitten = sum(controls.values())
    view.seconds = sum(check["seconds"] or 0.0 for check in data["checks"])
    for check in data["checks"]:
        if check["recheck"]:
            view.recheck_counts[check["recheck"]] = view.recheck_counts.get(check["recheck"], 0) + 1
        check["anchor"] = names.new("check", f"{stem}-{check['name']}")
        means = ", ".join(map(str, check["details"].get("replayed_by") or [])).split(", ")
        check["replayed_by"] = ", ".join(dict.fromkeys(filter(None, means)))
        check["shown"] = {key: value for key, value in check["details"].items() if key != "replayed_by"}
        check["said"] = "" if _redundant(check) else check["message"]
    for search in data["searches"]:
        if search["failures"]:  # it came to something: how healthy it was, and how near it came, no longer matter
            search.update(warnings=[], bound95=None, smallest_margin=None)
        search["counted"] = _counted(search)
        search["empty"] = not search["met"] and not search["failures"]
    for entry in [*data["counterexamples"], *data["controls"]]:
        entry["enclosed"] = holds_enclosure(entry["values"])
        entry["python"] = as_code(entry["raw"]) if len(str(entry["raw"])) <= LONGEST_CODE else ""
    for control in data["controls"]:
        control["anchor"] = names.new("control", f"{stem}-{control['check']}")
        if control["note"] == f"without '{control['assumption']}' the claim is false":
            control["note"] = ""
    for certificate in data["certificates"]:
        certificate["anchor"] = names.new("cert", certificate["sha256"][:16])
        view.certificate_anchors.setdefault(certificate["sha256"], certificate["anchor"])
    view.figure_anchors = [names.new("fig", f"{stem}-{figure['name']}") for figure in data["figures"]]
    view.recheck = next(
        (word for word in ("rejected", "not-replayed", "accepted") if word in view.recheck_counts), "none"
    )
    view.assumptions = [_assumption(entry, view) for entry in data["assumptions"]]
    return view


def _assumption(entry: Json, view: StatementView) -> Json:
    """The assumption with `mark` (shown, unshown or failed) and, where there is one, the anchor of its control."""
    matching = [
        control
        for control in view.data["controls"]
        if control["assumption"] == entry["name"] or (entry["control"] and control["check"] == entry["control"])
    ]
    standing = _by_check(view.data)
    bit = next((control for control in matching if standing[control["check"]]), None)
    control = bit or (matching[0] if matching else None)
    if entry["necessary"] and bit:
        mark, words = "shown", "necessary: without it alone, the claim is false at the control's instance"
    elif control and control["bit"]:
        mark, words = "failed", "its control does not stand: necessity is not shown"
    elif control:
        mark, words = "failed", "its control did not bite: necessity is not shown"
    elif entry["necessary"]:
        mark, words = "failed", "marked as necessary, but the report holds no control that shows it"
    else:
        mark, words = "unshown", "not shown to be necessary"
    return {
        **entry,
        "mark": mark,
        "words": words,
        "anchor": control["anchor"] if control else None,
        "control": control["check"] if control else entry["control"],
    }


def verdict(data: Json) -> str:
    """The verdict of a statement in one or two plain sentences that claim no more than the level does."""
    obligations = sum(len(step["obligations"]) for step in data["argument"])
    sentences = {
        "proved": "The claim itself was decided by machine for all values of its parameters in the stated domain.",
        "reduced": (
            f"The written argument below reduces the claim to {count(obligations, 'obligation')}, "
            f"{'which was' if obligations == 1 else 'all of them'} discharged by machine. "
            "The argument itself is not machine-checked: it is for you to read and judge."
        ),
        "exhausted": "Every case of the finite family named below was computed exactly. Nothing is said outside it.",
        "certified": "Rigorous for these instances only; it is not a proof of the general statement.",
        "supported": "Numbers or a search agree with the claim. Nothing is proved.",
        "observed": "An experiment in floating point shows the effect. Nothing is proved, and nothing is rigorous.",
        "inconclusive": "Undecided. This run is no evidence for or against the claim.",
        "refuted": "A counterexample meets every assumption and violates the claim: the statement, as written here, "
        "is false.",
        "vacuous": "The checks would have passed a false statement too, so they say nothing about this one.",
        "error": "A check crashed or ran out of time or memory. This run says nothing about the claim.",
    }
    quantifier = data["statement"].get("quantifier") if isinstance(data["statement"], dict) else None
    if quantifier == "exists" and data["outcome"] == "certified":
        text = "The claim is that an instance exists, and one was found and checked rigorously."
    else:
        text = sentences.get(data["outcome"], "The report names a level that this page does not know.")
    if not data["meets"]:
        text += f" This falls short of what the statement declares ({data['declared']})."
    elif data["outcome"] == "refuted":
        text += " This is what the statement declares."
    ancestor = data["weakest_ancestor"]
    if ancestor and levels.weaker(ancestor, data["outcome"]):
        text += f" It rests on a statement whose outcome is {ancestor}: as a whole it is no stronger than that."
    return text


def _redundant(check: Json) -> bool:
    """Whether a check's message only repeats what stands beside it."""
    if check["recheck"] == "rejected":
        return False
    return check["outcome"] == "bit" or check["message"] in check["scope"]


def _rejected(data: Json) -> set[str]:
    return {check["name"] for check in data["checks"] if check["recheck"] == "rejected"}


def _by_check(data: Json) -> dict[str, bool]:
    """Whether each control stands: it bit at all its instances, and the independent checker rejected none."""
    rejected = _rejected(data)
    bit = {control["check"]: False for control in data["controls"] if control["check"] in rejected}
    for control in data["controls"]:
        bit[control["check"]] = bit.get(control["check"], True) and bool(control["bit"])
    return bit


def _counted(search: Json) -> str:
    """What a search found, in how much."""
    found, trials, met = (search[key] for key in ("failures", "trials", "met"))
    if found and not trials:
        return f"{count(found, 'counterexample')}, found before any trial"
    first = f"{count(found, 'counterexample')} in {count(trials, 'trial')}"
    # What breaks the claim may come from local optimisation: then no trial need have met the assumptions.
    return f"{first}, of which {met} met the assumptions" if met or not found else first


def count(number: int, noun: str) -> str:
    """A number of things."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


_REACHED = {
    "refuted": "but refuted by a counterexample",
    "vacuous": "found vacuous",
    "error": "ended in an error",
}


def _failures(data: Json, statements: list[StatementView]) -> list[Remark]:
    remarks = []
    if not data["self_test"]["passed"]:
        remarks.append(Remark("the soundness self-test did not pass: no verdict of this run can be relied on"))
    for error in data["errors"]:
        remarks.append(Remark(f"{error['where']}: {error['message']}"))
    for view in statements:
        rejected = _rejected(view.data)
        if not view.data["meets"]:
            reached = _REACHED.get(view.outcome, "reached only {}").format(view.outcome)
            remarks.append(Remark(f"declared {view.data['declared']}, {reached}", view))
        for check in view.data["checks"]:
            if check["outcome"] == "error":
                remarks.append(
                    Remark(f"check {check['name']} ended in an error: {_first_line(check['message'])}", view)
                )
            if check["recheck"] == "rejected":
                remarks.append(Remark(f"the independent checker rejected a certificate of {check['name']}", view))
        for name, bit in _by_check(view.data).items():
            if not bit and name not in rejected:
                remarks.append(Remark(f"the control {name} did not bite", view))
    return remarks


def _weak(statements: list[StatementView]) -> list[Remark]:
    remarks = []
    for view in statements:
        ancestor = view.data["weakest_ancestor"]
        if view.data["meets"] and view.outcome in levels.WEAK:
            remarks.append(Remark(f"only {view.outcome}, and no more was declared", view))
        if ancestor and levels.weaker(ancestor, view.outcome):
            remarks.append(Remark(f"{view.outcome} itself, but rests on a statement whose outcome is {ancestor}", view))
        if view.data["meets"]:
            for check in view.data["checks"]:
                if check["outcome"] in ("inconclusive", "error", "not-bitten"):
                    remarks.append(Remark(f"its check {check['name']} is {check['outcome']}: {check['message']}", view))
        unreplayed = view.recheck_counts.get("not-replayed", 0)
        if unreplayed and view.outcome not in levels.WEAK:
            remarks.append(Remark(f"the independent checker could not replay {count(unreplayed, 'check')}", view))
    return remarks


def _discrepancies(statements: list[StatementView], by_id: dict[str, StatementView]) -> list[Discrepancy]:
    pair_of: dict[str, str] = {}
    for view in statements:
        if view.data["pair"]:
            pair_of[view.id] = view.data["pair"]
            pair_of.setdefault(view.data["pair"], view.id)
    found = []
    for view in statements:
        other = pair_of.get(view.id, "")
        if view.data["variant"] == "as-published" and (other or "refuted" in (view.outcome, view.data["declared"])):
            found.append(Discrepancy(view, by_id.get(other), other))
        elif view.data["variant"] == "corrected" and other not in by_id:
            found.append(Discrepancy(None, view, other))
    return found


def _totals(statements: list[StatementView]) -> dict[str, int]:
    checks = [check for view in statements for check in view.data["checks"]]
    assumptions = [entry for view in statements for entry in view.assumptions]
    return {
        "checks": len(checks),
        "certificates": sum(len(view.data["certificates"]) for view in statements),
        "controls": sum(view.controls_total for view in statements),
        "bitten": sum(view.controls_bitten for view in statements),
        "accepted": sum(check["recheck"] == "accepted" for check in checks),
        "rejected": sum(check["recheck"] == "rejected" for check in checks),
        "not-replayed": sum(check["recheck"] == "not-replayed" for check in checks),
        "assumptions": len(assumptions),
        "necessary": sum(entry["mark"] == "shown" for entry in assumptions),
    }


def _first_line(text: str) -> str:
    return text.strip().splitlines()[0] if text.strip() else "no message"


EXIT_CODES: dict[int, str] = {
    0: "every selected statement reached its declared level",
    1: "something is refuted against its declaration, vacuous or below its declared level",
    2: "wrong usage or unreadable input",
    3: "a check crashed or ran out of time or memory, a certificate was rejected, or the self-test failed",
    5: "nothing was selected",
    130: "interrupted; what was done is kept",
}
