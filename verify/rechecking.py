"""``verify recheck``: prints what the independent checker finds, and holds a report against the installed library."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections import Counter
from typing import Any

from verify import recheck
from verify.errors import UsageError
from verify.evidence import LEVELS, at_least
from verify.run.session import load_library


def recheck_command(options: argparse.Namespace) -> int:
    """Replay a report's certificates.

    Returns:
        0 if every certificate is accepted and no verdict claims more than its certificates support, else 1.

    Raises:
        UsageError: if the report cannot be read.
    """
    path = os.path.join(options.report, "report.json") if os.path.isdir(options.report) else options.report
    loud = options.format == "text" and not options.quiet

    def tell(finding: Any) -> None:
        if loud or (options.format == "text" and finding.finding.status == "rejected"):
            reason = (
                f": {finding.finding.reason}"
                if finding.finding.status != "accepted"
                else f" by {finding.finding.checker}"
            )
            print(
                f"{finding.finding.status:<12}  {finding.statement}  {finding.path or finding.sha256}{reason}",
                flush=True,
            )

    try:
        result = recheck.recheck_report(path, progress=tell)
    except recheck.ReportError as error:
        raise UsageError(str(error)) from None
    foreign, notes = ([], []) if options.any_statement else _foreign(path)
    ok = result.ok and not foreign
    if options.format == "json":
        print(json.dumps(_plain(result, foreign, ok), indent=1, ensure_ascii=False))
        return 0 if ok else 1
    for problem in [*result.problems, *foreign]:
        print(f"problem: {problem}")
    for note in notes:
        print(f"note: {note}")
    for note in result.not_replayed:
        print(f"not replayed: {note}")
    statuses = [finding.finding.status for finding in result.findings]
    print(
        f"{len(statuses)} certificates: {statuses.count('accepted')} accepted, {statuses.count('rejected')} rejected, "
        f"{statuses.count('not-replayed')} not replayed; {len(result.problems) + len(foreign)} problems with the report"
    )
    if not ok:
        print("verify: the report does not stand as it is", file=sys.stderr)
    return 0 if ok else 1


WORDS = ("title", "summary", "area", "variant", "source", "declared", "latex", "symbols")
"""What a report shows of a statement beside its canonical form."""


def _foreign(path: str) -> tuple[list[str], list[str]]:
    """Where a report differs from the installed library, or from itself, in what a reader sees; what was not compared."""
    with open(path, encoding="utf-8") as file:
        report = json.load(file)
    found = load_library(lambda: _pool(), details=True)
    known = {row["id"]: row for row in found.statements}
    notes = [f"{error['where']}: {error['message']}" for error in found.errors]
    problems: list[str] = []
    for entry in report["statements"]:
        row = known.get(entry["id"])
        if row is None:
            notes.append(f"{entry['id']}: not in the installed library, so its words were not compared")
        elif entry.get("statement_sha256") != row["statement_sha256"]:
            problems.append(
                f"{entry['id']}: the report's statement is not the installed library's (another version, or altered)"
            )
        else:
            problems += [
                f"{entry['id']}: its {key} is not the library's" for key in WORDS if entry.get(key) != row[key]
            ]
            texts = [[a.get("text"), a.get("latex")] for a in entry["assumptions"]]
            if texts != [[a["text"], a["latex"]] for a in row["assumptions"]]:
                problems.append(f"{entry['id']}: the text of its assumptions is not the library's")
        problems += _inconsistent(entry)
    if report.get("summary") != dict(Counter(entry["outcome"] for entry in report["statements"])):
        problems.append("the counts of the summary are not those of the statements")
    if report.get("self_test", {}).get("passed") is not True:
        problems.append("the soundness self-test of the run did not pass")
    return problems, notes


def _inconsistent(entry: dict[str, Any]) -> list[str]:
    """What an entry says of its own verdict that its outcome contradicts."""
    scopes = {"proved": "universal", "reduced": "universal", "exhausted": "family"}
    kind = scopes.get(
        entry["outcome"], "none" if entry["outcome"] in ("inconclusive", "vacuous", "error") else "instances"
    )
    declared = entry.get("declared")
    met = (
        entry["outcome"] == "refuted"
        if declared == "refuted"
        else declared in LEVELS and at_least(entry["outcome"], declared)
    )
    problems = []
    if (entry.get("scope") or {}).get("kind") != kind:
        problems.append(f"{entry['id']}: the scope of {entry['outcome']} is {kind}, not what the report says")
    if entry.get("meets") is not met:
        problems.append(f"{entry['id']}: whether it meets its declared level is told wrongly")
    broken = [
        check["name"]
        for check in entry.get("checks", [])
        if check["outcome"] == "error" or check["recheck"] == "rejected"
    ]
    if broken and entry["outcome"] != "error" and entry["outcome"] != "refuted":
        problems.append(f"{entry['id']}: {', '.join(broken)} failed, which the outcome hides")
    return problems


def _pool() -> Any:
    from verify.run.pool import Pool

    return Pool(jobs=1, timeout=60.0, memory=4096)


def _plain(result: Any, foreign: list[str], ok: bool) -> dict[str, Any]:
    return {
        "ok": ok,
        "findings": [
            {
                "statement": f.statement,
                "kind": f.finding.kind,
                "path": f.path,
                "sha256": f.sha256,
                "status": f.finding.status,
                "reason": f.finding.reason,
                "checker": f.finding.checker,
            }
            for f in result.findings
        ],
        "problems": [*result.problems, *foreign],
        "not_replayed": list(result.not_replayed),
    }
