"""Which level a statement's certificates support, and whether a report claims more than that."""

import re
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .load import MAX_CERTIFICATE, MAX_REPORT, Rejected, ReportError, digest, read_json
from .replay import Finding, replay

STRENGTH = {"none": 0, "certified": 1, "exhausted": 2, "reduced": 3, "proved": 4}
UNREPLAYABLE = ("supported", "observed")
CLAIMS_NOTHING = ("inconclusive", "vacuous", "error")
OUTCOMES = (*(level for level in STRENGTH if level != "none"), *UNREPLAYABLE, *CLAIMS_NOTHING, "refuted")

Pair = tuple[dict[str, Any], Finding]


@dataclass(frozen=True)
class Entry:
    """The finding on one certificate that a report lists."""

    statement: str
    kind: str
    sha256: str
    path: str  # "inline" if the report itself holds it
    finding: Finding


@dataclass(frozen=True)
class Problem:
    """Something that the report says of a statement and that its certificates do not bear out."""

    statement: str
    text: str


@dataclass
class Recheck:
    """What came of rechecking a report."""

    path: Path
    findings: list[Entry] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
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

    def has(kind: str, **fields: str) -> bool:
        return any(c["kind"] == kind and all(c.get(key) == value for key, value in fields.items()) for c in valid)

    universal = statement["quantifier"] == "for-all"
    if universal and has("instance", role="counterexample"):
        return "refuted"
    case = has("instance", role="case")
    if not universal:
        return "certified" if case else "none"
    identity = has("identity", target="claim")
    if case or has("family") or has("smt", target="claim") or (identity and not statement["assumptions"]):
        if identity or has("smt", target="claim"):
            return "proved"
        if has("argument"):
            return "reduced"
        if has("family"):
            return "exhausted"
        if case:
            return "certified"
    return "none"


def controlled(certificates_with_findings: Iterable[Pair]) -> set[str]:
    """The names of the assumptions that an accepted control shows to be necessary."""
    return {
        certificate["drops"]
        for certificate, finding in certificates_with_findings
        if finding.status == "accepted" and certificate["kind"] == "instance" and certificate["role"] == "control"
    }


def _problems(entry: dict[str, Any], statement: Any, pairs: list[Pair]) -> list[str]:
    """Where a report's entry and its replayed certificates disagree."""
    found = []
    outcome = entry.get("outcome")
    supported = supported_level(pairs, statement)
    if outcome not in OUTCOMES:
        found.append(f"the outcome {outcome!r:.40} is none of {', '.join(OUTCOMES)}")
    elif supported == "refuted" and outcome not in ("refuted", "vacuous", "error"):
        found.append(f"a counterexample was replayed, and yet the report says {outcome!r}")
    elif outcome == "refuted" and supported != "refuted":
        found.append("the report says 'refuted', and no counterexample was replayed")
    elif outcome in STRENGTH and supported in STRENGTH and STRENGTH[outcome] > STRENGTH[supported]:
        level = "no level" if supported == "none" else f"only {supported!r}"
        found.append(f"the report says {outcome!r}, the replayed certificates support {level}")
    assumptions = entry.get("assumptions")
    if type(assumptions) is not list or not all(type(item) is dict for item in assumptions):
        return [*found, "the report's entry has no array of assumptions"]
    names = [item.get("name") for item in assumptions]
    declared = [item["name"] for item in statement["assumptions"]]
    if len(names) != len(declared) or any(name not in declared for name in names) or len(set(names)) != len(names):
        found.append("the assumptions that the report prints are not those of the statement")
    have = controlled(pairs)
    for item in assumptions:
        if item.get("necessary") not in (True, False, None) or type(item.get("necessary")) is int:
            found.append(f"the assumption {item.get('name')!r:.60} is marked neither necessary, nor not, nor unknown")
        elif item.get("necessary") is True and item.get("name") not in have:
            found.append(f"the assumption {item['name']!r:.60} is called necessary, and no control for it was replayed")
    return found


def _load(listed: dict[str, Any], folder: Path) -> dict[str, Any]:
    """The certificate that a report lists, with its hash and kind checked."""
    if ("inline" in listed) == ("path" in listed):
        raise Rejected("a certificate is listed with exactly one of 'path' and 'inline'")
    if "inline" in listed:
        certificate = listed["inline"]
    else:
        name = listed["path"]
        if type(name) is not str or not re.fullmatch(r"[\w.+=-]+(/[\w.+=-]+)*", name) or ".." in name.split("/"):
            raise Rejected(f"the path {name!r:.200} is not a plain relative path")
        try:
            file = (folder / name).resolve()
            outside = not file.is_relative_to(folder.resolve())
        except (OSError, RuntimeError, ValueError) as error:
            raise Rejected(f"the file {name} is unreadable ({error})") from None
        if outside:
            raise Rejected(f"the file {name} lies outside the report's folder")
        try:
            certificate = read_json(file, MAX_CERTIFICATE)
        except Rejected as error:
            raise Rejected(f"the file {name}: {error}") from None
    if type(certificate) is not dict:
        raise Rejected("the certificate is not an object")
    if digest(certificate) != listed.get("sha256"):
        where = f"the file {listed['path']}" if "path" in listed else "the inline certificate"
        raise Rejected(f"{where} does not have the hash that the report gives for it")
    if certificate.get("kind") != listed.get("kind"):
        raise Rejected("the certificate is not of the kind that the report gives for it")
    return certificate


class _Run:
    """One pass over a report."""

    def __init__(self, path: Path, progress: Callable[[Entry], object] | None) -> None:
        self.result = Recheck(path)
        self.progress = progress

    def problem(self, statement: str, text: str) -> None:
        self.result.problems.append(Problem(statement, text))

    def entry(self, entry: dict[str, Any]) -> None:
        """Replay the certificates of one statement and judge what the report says of it."""
        name = str(entry["id"])
        statement = entry.get("statement")
        listed = entry.get("certificates", [])
        if type(listed) is not list:
            self.problem(name, "'certificates' is not an array")
            listed = []
        try:
            sha256 = digest(statement)
        except Rejected as error:
            sha256 = ""
            self.problem(name, f"the statement is malformed: {error}")
        if sha256 != entry.get("statement_sha256"):
            self.problem(name, "statement_sha256 is not the hash of the statement")
        if type(statement) is not dict or statement.get("id") != entry["id"]:
            self.problem(name, "the entry's statement has another id than the entry")
        loaded = [self.load(item, name) for item in listed]
        certificates = {key: certificate for key, certificate in loaded if type(certificate) is dict}
        findings: dict[str, Finding] = {}
        for key, count in Counter(key for key, _ in loaded).items():
            if count > 1:
                self.problem(name, f"the certificate {key:.12} is listed {count} times")
        # arguments last, so that what they rest on is replayed once
        for key, certificate in sorted(
            certificates.items(), key=lambda item: item[1].get("kind") == "argument"
        ):
            findings[key] = replay(certificate, statement, certificates, findings)
        for (key, certificate), item in zip(loaded, listed, strict=True):
            finding = findings[key] if type(certificate) is dict else certificate
            self.report(Entry(name, finding.kind, key, _where(item), finding))
        try:
            texts = _problems(entry, statement, [(certificates[key], finding) for key, finding in findings.items()])
        except (KeyError, TypeError, AttributeError):
            texts = ["the statement is malformed"]
        for text in texts:
            self.problem(name, text)
        if entry.get("outcome") in UNREPLAYABLE:
            self.result.not_replayed.append(f"{name}: the outcome {entry['outcome']!r} has no certificates")

    def load(self, item: Any, name: str) -> tuple[str, Any]:
        """(hash, certificate), or (what is given as its hash, a rejection)."""
        key = item.get("sha256") if type(item) is dict else None
        key = key if type(key) is str else ""
        kind = item.get("kind") if type(item) is dict else None
        try:
            if type(item) is not dict:
                raise Rejected("a listed certificate is not an object")
            return key, _load(item, self.result.path.parent)
        except Rejected as error:
            return key, Finding("rejected", kind if type(kind) is str else "unknown", str(error), "")

    def report(self, entry: Entry) -> None:
        self.result.findings.append(entry)
        if entry.finding.status == "not-replayed":
            self.result.not_replayed.append(
                f"{entry.statement}: {entry.kind} {entry.sha256:.12} ({entry.path}): {entry.finding.reason}"
            )
        if self.progress is not None:
            self.progress(entry)


def _where(item: Any) -> str:
    path = item.get("path") if type(item) is dict else None
    return path if type(path) is str else "inline"


def recheck_report(path: str | Path, progress: Callable[[Entry], object] | None = None) -> Recheck:
    """Replay every certificate of a report, and compare what the report says with what they support.

    `path`: the report's JSON file, or the folder that holds it as `report.json`; `progress` gets each `Entry`.
    Raises `ReportError` if the report cannot be read at all.
    """
    path = Path(path)
    if path.is_dir():
        path = path / "report.json"
    advice = "give the report.json, or the folder, that a run of the checks has written"
    try:
        report = read_json(path, MAX_REPORT)
    except Rejected as error:
        raise ReportError(f"{path}: {error}; {advice}") from None
    if type(report) is not dict:
        raise ReportError(f"{path}: the JSON is not an object; {advice}")
    for key in ("schema_version", "statements"):
        if key not in report:
            raise ReportError(f"{path}: the key {key!r} is missing, so this is no report; {advice}")
    if type(report["schema_version"]) is not str or not re.fullmatch(r"1\.[0-9]+", report["schema_version"]):
        version = repr(report["schema_version"])
        raise ReportError(f"{path}: schema_version is {version:.40}, and this checker reads 1.x; use its own release")
    entries = report["statements"]
    if type(entries) is not list or not entries:
        raise ReportError(f"{path}: 'statements' is not a non-empty array, so there is nothing to recheck; {advice}")
    for k, entry in enumerate(entries):
        if type(entry) is not dict or type(entry.get("id")) is not str:
            raise ReportError(f"{path}: entry {k + 1} of 'statements' is not an object with an 'id'; {advice}")
    run = _Run(path, progress)
    for name, count in Counter(entry["id"] for entry in entries).items():
        if count > 1:
            run.problem(name, f"the statement occurs {count} times in the report")
    for entry in entries:
        run.entry(entry)
    return run.result
