"""``verify recheck``: prints what the independent checker finds, and holds a report against the installed library."""

from __future__ import annotations

import argparse
import json
import os
import sys
from typing import Any

from verify import recheck
from verify.errors import UsageError
from verify.run import library


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
    foreign = [] if options.any_statement else _foreign(path)
    ok = result.ok and not foreign
    if options.format == "json":
        print(json.dumps(_plain(result, foreign, ok), indent=1, ensure_ascii=False))
        return 0 if ok else 1
    for problem in [*result.problems, *foreign]:
        print(f"problem: {problem}")
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


def _foreign(path: str) -> list[str]:
    """Statements of a report that are not those of the installed library under the same id."""
    with open(path, encoding="utf-8") as file:
        statements = json.load(file)["statements"]
    rows, _ = library.indexed()
    known = {row["id"]: row["statement_sha256"] for row in rows}
    return [
        f"{entry['id']}: the report's statement is not the installed library's (another version, or altered); "
        "--any-statement accepts it"
        for entry in statements
        if entry["id"] in known and entry.get("statement_sha256") != known[entry["id"]]
    ]


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
