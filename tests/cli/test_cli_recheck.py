"""`recheck`: accepts what a run wrote, names what was tampered with, and refuses what is no report."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from calling import Done

Verify = Callable[..., Done]


def change(path: Path, edit: Callable[[Any], object]) -> None:
    content = json.loads(path.read_text(encoding="utf-8"))
    edit(content)
    path.write_text(json.dumps(content, sort_keys=True, separators=(",", ":")), encoding="utf-8")


def entry_of(report: Any, identity: str) -> Any:
    return next(entry for entry in report["statements"] if entry["id"] == identity)


def test_an_honest_run(verify: Verify, part_of_the_run: Path) -> None:
    done = verify("recheck", part_of_the_run, "--format", "json")
    found = json.loads(done.stdout)
    assert (done.returncode, found["ok"], found["problems"]) == (0, True, [])
    assert {finding["status"] for finding in found["findings"]} == {"accepted"}


@pytest.mark.slow
def test_the_whole_honest_run(verify: Verify, quick_run: Path) -> None:
    done = verify("recheck", quick_run / "report.json", "--quiet")
    assert done.returncode == 0
    assert " 0 rejected, " in done.stdout


def test_a_certificate_that_was_tampered_with(verify: Verify, part_of_the_run: Path) -> None:
    folder = part_of_the_run / "certificates" / "recurrent-terminals"
    path = min(folder.glob("instance-*.json"))
    change(path, lambda content: content.update(claim=not content["claim"]))
    done = verify("recheck", part_of_the_run)
    assert done.returncode == 1
    assert f"rejected      recurrent-terminals  {path.relative_to(part_of_the_run)}" in done.stdout
    assert "does not have the hash that the report gives for it" in done.stdout
    assert "verify: the report does not stand as it is" in done.stderr


def test_a_certificate_that_was_tampered_with_together_with_its_hash(verify: Verify, part_of_the_run: Path) -> None:
    path = min((part_of_the_run / "certificates" / "recurrent-terminals").glob("instance-*.json"))
    before = hashlib.sha256(path.read_bytes()).hexdigest()
    change(path, lambda content: content["values"].update(outcomes=[["7", "7"]]))
    after = hashlib.sha256(path.read_bytes()).hexdigest()
    report = part_of_the_run / "report.json"
    report.write_text(report.read_text(encoding="utf-8").replace(before, after), encoding="utf-8")
    done = verify("recheck", part_of_the_run, "--quiet")
    assert done.returncode == 1
    (line,) = (line for line in done.stdout.splitlines() if line.startswith("rejected"))
    assert path.name in line


def test_a_verdict_that_claims_too_much(verify: Verify, part_of_the_run: Path) -> None:
    change(part_of_the_run / "report.json", lambda r: entry_of(r, "locc-invariant").update(outcome="proved"))
    done = verify("recheck", part_of_the_run, "--quiet")
    assert done.returncode == 1
    assert (
        "problem: locc-invariant: the report says 'proved', the replayed certificates support only 'reduced'"
        in done.stdout
    )


def test_a_lost_certificate(verify: Verify, part_of_the_run: Path) -> None:
    path = min((part_of_the_run / "certificates" / "rest-window").iterdir())
    path.unlink()
    done = verify("recheck", part_of_the_run, "--quiet")
    assert done.returncode == 1
    assert path.name in done.stdout


def test_statements_of_another_version(verify: Verify, part_of_the_run: Path) -> None:
    def forge(report: Any) -> None:
        entry = entry_of(report, "rest-window")
        report["statements"] = [entry]
        entry["statement"]["assumptions"].pop()
        entry["assumptions"].pop()
        text = json.dumps(entry["statement"], sort_keys=True, separators=(",", ":"))
        entry.update(
            statement_sha256=hashlib.sha256(text.encode()).hexdigest(),
            certificates=[],
            controls=[],
            outcome="inconclusive",
        )
        for assumption in entry["assumptions"]:
            assumption.update(necessary=False)

    change(part_of_the_run / "report.json", forge)
    done = verify("recheck", part_of_the_run)
    assert done.returncode == 1
    assert "problem: rest-window: the report's statement is not the installed library's" in done.stdout
    assert verify("recheck", part_of_the_run, "--any-statement").returncode == 0


def test_a_control_that_is_not_its_certificates(verify: Verify, part_of_the_run: Path) -> None:
    """The numbers that people copy are held against the certificates."""

    def forge(report: Any) -> None:
        control = entry_of(report, "rest-window")["controls"][0]
        control["raw"] = dict.fromkeys(control["raw"], "1")

    change(part_of_the_run / "report.json", forge)
    done = verify("recheck", part_of_the_run)
    assert done.returncode == 1
    assert "is that of no replayed certificate" in done.stdout


def test_a_control_that_is_said_not_to_have_bitten(verify: Verify, part_of_the_run: Path) -> None:
    change(part_of_the_run / "report.json", lambda r: entry_of(r, "rest-window")["controls"][0].update(bit=False))
    done = verify("recheck", part_of_the_run)
    assert done.returncode == 1
    assert "although a control did not bite" in done.stdout


def test_a_statement_without_its_hash(verify: Verify, part_of_the_run: Path) -> None:
    change(part_of_the_run / "report.json", lambda r: entry_of(r, "rest-window").pop("statement_sha256"))
    done = verify("recheck", part_of_the_run, "--quiet")
    assert done.returncode == 1
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    "content", [b"", b"{}", b"[1, 2]", b"no JSON", b'{"schema_version": "9.0", "statements": []}', b"\xff\xfe\x00"]
)
def test_what_is_no_report(verify: Verify, tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "report.json"
    path.write_bytes(content)
    done = verify("recheck", path)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(f"verify: {path}: ")
    assert "Traceback" not in done.stderr


def test_what_is_not_there(verify: Verify, tmp_path: Path) -> None:
    done = verify("recheck", tmp_path / "nowhere")
    assert done.returncode == 2
    assert "nowhere" in done.stderr
    assert verify("recheck", tmp_path).returncode == 2  # a folder without a report
