"""Which level a statement's certificates support, and whether a report claims more than that."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .load import MAX_CERTIFICATE, MAX_REPORT, Rejected, ReportError, canonical, digest, read_json, require
from .replay import Finding, replay
from .shapes import of_type, text

LEVELS = ("none", "certified", "exhausted", "reduced", "proved")  # from weak to strong
UNREPLAYABLE = ("supported", "observed")
OUTCOMES = (*LEVELS[1:], *UNREPLAYABLE, "inconclusive", "vacuous", "error", "refuted")
PATH = re.compile(r"(?!\.\.?(/|$))[\w.+=-]+(/(?!\.\.?(/|$))[\w.+=-]+)*")

Pair = tuple[dict[str, Any], Finding]


@dataclass(frozen=True)
class Entry:
    """The finding on one certificate that a report lists."""

    statement: str
    kind: str
    sha256: str
    path: str  # empty if the report itself holds it
    finding: Finding


@dataclass
class Recheck:
    """What came of rechecking a report."""

    path: Path
    findings: list[Entry] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)  # what the certificates do not bear out, statement first
    not_replayed: list[str] = field(default_factory=list)

    @property
    def rejected(self) -> list[Entry]:
        return [entry for entry in self.findings if entry.finding.status == "rejected"]

    @property
    def ok(self) -> bool:
        """No certificate was rejected, and no statement claims more than replayed certificates support."""
        return not self.rejected and not self.problems


def supported_level(certificates_with_findings: Iterable[Pair], statement: Any) -> str:
    """The strongest of proved, reduced, exhausted, certified, none that accepted certificates support; or refuted."""
    valid = [certificate for certificate, finding in certificates_with_findings if finding.status == "accepted"]
    has = {(c["kind"], c.get("role") or c.get("target")) for c in valid}
    case, family, argument = ("instance", "case") in has, ("family", None) in has, ("argument", None) in has
    proof, identity = ("smt", "claim") in has, ("identity", "claim") in has
    if statement["quantifier"] != "for-all":
        return "certified" if case else "none"
    if ("instance", "counterexample") in has:
        return "refuted"
    witness = case or family or proof or (identity and not statement["assumptions"])
    if not witness or (statement["assumptions"] and ("instance", "control") not in has):
        return "none"
    return "proved" if proof or identity else "reduced" if argument else "exhausted" if family else "certified"


def _problems(entry: dict[str, Any], statement: Any, pairs: list[Pair]) -> Iterator[str]:
    """Where a report's entry and its replayed certificates disagree."""
    outcome, supported = entry.get("outcome"), supported_level(pairs, statement)
    if outcome not in OUTCOMES:
        yield f"the outcome {outcome!r:.40} is none of {', '.join(OUTCOMES)}"
    elif supported == "refuted" and outcome not in ("refuted", "vacuous", "error"):
        yield f"a counterexample was replayed, and yet the report says {outcome!r}"
    elif outcome == "refuted" and supported != "refuted":
        yield "the report says 'refuted', and no counterexample was replayed"
    elif outcome in LEVELS and supported in LEVELS and LEVELS.index(outcome) > LEVELS.index(supported):
        level = "no level" if supported == "none" else f"only {supported!r}"
        yield f"the report says {outcome!r}, the replayed certificates support {level}"
    controlled = {c["drops"] for c, finding in pairs if finding.status == "accepted" and c.get("role") == "control"}
    exhibited = {
        (c["role"], c["drops"], canonical(c["raw"]))
        for c, f in pairs
        if f.status == "accepted" and c["kind"] == "instance"
    }
    listed = entry.get("controls", [])
    if outcome in LEVELS and not all(item["bit"] is True for item in listed):
        yield "the report claims a level although a control did not bite"
    controls = [("control", item["assumption"], item) for item in listed if item["bit"]]
    others = [("counterexample", None, item) for item in entry.get("counterexamples", [])]
    for role, dropped, item in (*controls, *others):
        if (role, dropped, canonical(item["raw"])) not in exhibited:
            yield f"the {role} that it prints for the check {item['check']!r:.60} is that of no replayed certificate"
    argument = [c for c, finding in pairs if finding.status == "accepted" and c["kind"] == "argument"]
    if argument and "argument" in entry:
        shown = [(step["text"], [o["sha256"] for o in step["obligations"]]) for step in entry["argument"]]
        if shown not in [[(step["text"], step["obligations"]) for step in c["steps"]] for c in argument]:
            yield "the argument that the report prints is not that of its certificate"
    printed, declared = (sorted(item["name"] for item in holder["assumptions"]) for holder in (entry, statement))
    if printed != declared:
        yield "the assumptions that the report prints are not those of the statement"
    for item in entry["assumptions"]:
        name, necessary = item["name"], item.get("necessary")
        if necessary is not None and type(necessary) is not bool:
            yield f"the assumption {name!r:.60} is marked neither necessary, nor not, nor unknown"
        elif necessary and name not in controlled:
            yield f"the assumption {name!r:.60} is called necessary, and no control for it was replayed"


def _load(listed: Any, folder: Path) -> dict[str, Any]:
    """The certificate that a report lists, with its hash and kind checked."""
    single = type(listed) is dict and ("inline" in listed) != ("path" in listed)
    require(single, "a certificate is not listed as an object with exactly one of 'path' and 'inline'")
    certificate = listed.get("inline")
    if "path" in listed:
        require(PATH.fullmatch(text(listed["path"])), "the path is not a plain relative path")
        try:
            file = (folder / listed["path"]).resolve()
            require(file.is_relative_to(folder.resolve()), "the file lies outside the report's folder")
            certificate = read_json(file, MAX_CERTIFICATE)
        except (OSError, RuntimeError, ValueError) as error:
            raise Rejected(f"unreadable ({error})") from None
    right = type(certificate) is dict and digest(certificate) == listed.get("sha256")
    require(right, "the certificate does not have the hash that the report gives for it")
    require(certificate.get("kind") == listed.get("kind"), "it is not of the kind that the report gives for it")
    return of_type(dict)(certificate)


def _recheck_entry(entry: dict[str, Any], result: Recheck, progress: Callable[[Entry], object] | None) -> None:
    """Replay the certificates of one statement, and judge what the report says of it."""
    name, statement, listed = entry["id"], entry.get("statement", {}), entry.get("certificates", [])
    problems: list[str] = []
    try:
        require(type(listed) is list, "'certificates' is not an array")
        require(digest(statement) == entry.get("statement_sha256"), "statement_sha256 is not the statement's hash")
        require(statement["id"] == name, "the entry's statement has another id than the entry")
    except (Rejected, KeyError, TypeError) as error:
        problems.append(f"the statement, or its list of certificates, is malformed: {error}")
    listed = listed if type(listed) is list else []
    certificates: dict[int, dict[str, Any]] = {}
    findings: dict[int, Finding] = {}
    for k, item in enumerate(listed):
        try:
            certificates[k] = _load(item, result.path.parent)
        except Rejected as error:
            shown = item.get("path", "inline") if type(item) is dict else item
            findings[k] = Finding("rejected", "unreadable", f"{shown!r:.200}: {error}", "")
    others = {listed[k]["sha256"]: certificate for k, certificate in certificates.items()}
    known: dict[str, Finding] = {}
    if len(others) < len(certificates):
        problems.append("a certificate is listed twice")
    # Arguments last, so that what they rest on is replayed once.
    for k in sorted(certificates, key=lambda k: certificates[k]["kind"] == "argument"):
        findings[k] = known[listed[k]["sha256"]] = replay(certificates[k], statement, others, known)
    for k, item in enumerate(listed):
        shown = item if type(item) is dict else {}
        kind, sha256, path = (str(shown.get(key, "")) for key in ("kind", "sha256", "path"))
        found = Entry(name, kind[:40], sha256[:64], path, findings[k])
        result.findings.append(found)
        if found.finding.status == "not-replayed":
            result.not_replayed.append(f"{name}: {kind} {sha256:.12} {path or 'inline'}: {found.finding.reason}")
        if progress is not None:
            progress(found)
    try:
        problems += _problems(entry, statement, [(certificates[k], findings[k]) for k in certificates])
    except (KeyError, TypeError, AttributeError):
        problems.append("the statement, or its list of assumptions, is malformed")
    result.problems += [f"{name}: {problem}" for problem in problems]
    if entry.get("outcome") in UNREPLAYABLE:
        result.not_replayed.append(f"{name}: the outcome {entry['outcome']!r} has no certificates")


def recheck_report(path: str | Path, progress: Callable[[Entry], object] | None = None) -> Recheck:
    """Replay every certificate of a report, and compare what the report says with what they support.

    `path`: the report's JSON file, or the folder that holds it as `report.json`; `progress` gets each `Entry`.
    Raises `ReportError` if the report cannot be read at all.
    """
    path = Path(path)
    path = path / "report.json" if path.is_dir() else path
    try:
        report = of_type(dict)(read_json(path, MAX_REPORT))
        version, entries = report.get("schema_version"), report.get("statements", [])
        known = type(version) is str and re.fullmatch(r"1\.[0-9]+", version)
        require(known, f"schema_version is {version!r:.40}, and this checker reads reports of 1.x")
        require(type(entries) is list and entries, "'statements' is not a non-empty array: there is nothing to recheck")
        named = all(type(entry) is dict and type(entry.get("id")) is str for entry in entries)
        require(named, "an entry of 'statements' is not an object with an 'id'")
    except Rejected as error:
        advice = "give the report.json, or the folder, that a run of the checks has written"
        raise ReportError(f"{path}: {error}; {advice}") from None
    result = Recheck(path)
    for name, count in Counter(entry["id"] for entry in entries).items():
        if count > 1:
            result.problems.append(f"{name}: the statement occurs {count} times in the report")
    for entry in entries:
        _recheck_entry(entry, result, progress)
    return result
