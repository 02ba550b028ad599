"""What a run of each library costs: CPU seconds of all its processes, and seconds per check.

Run as `python benchmarks/run_all.py`; it takes about a minute.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
from collections import defaultdict
from pathlib import Path
from typing import Any

from processor import adopt_orphans, cpu_seconds

CPU_A_STATEMENT, MEDIAN_AT_MOST = 1.5, 0.15


def _areas() -> dict[str, list[str]]:
    """The ids of the statements of each area."""
    done = subprocess.run([sys.executable, "-m", "verify", "list", "--format", "json"], capture_output=True, check=True)
    areas: dict[str, list[str]] = defaultdict(list)
    for row in json.loads(done.stdout):
        areas[row["area"]].append(row["id"])
    return areas


def _run(ids: list[str]) -> tuple[float, dict[str, Any]]:
    """CPU seconds and the report of a run."""
    with tempfile.TemporaryDirectory() as folder:
        options = ["--budget", "quick", "--quiet", "--output", folder]
        total, done = cpu_seconds([sys.executable, "-m", "verify", "run", *ids, *options])
        if done.returncode:
            raise SystemExit(f"the run left with {done.returncode}:\n{done.stdout}{done.stderr}")
        (path,) = Path(folder).glob("*/report.json")
        return total, json.loads(path.read_text(encoding="utf-8"))


def main() -> int:
    """Print the tables and the figures; 1 if one misses its target or a run fails."""
    complete = adopt_orphans()
    if not complete:
        print("this system does not let orphaned processes be counted: the CPU seconds miss the workers")
    figures = []
    for area, ids in _areas().items():
        total, report = _run(ids)
        median, most = _table(area, report), CPU_A_STATEMENT * len(ids)
        figures += [
            {
                "figure": f"{area}: CPU seconds of `python -m verify run` of {len(ids)} statements with --budget quick",
                "value": round(total, 1), "target": f"<= {most:g}", "ok": total <= most,
            },
            {
                "figure": f"{area}: median seconds per check",
                "value": round(median, 4), "target": f"<= {MEDIAN_AT_MOST:g}", "ok": median <= MEDIAN_AT_MOST,
            },
        ]  # fmt: skip
    for line in figures:
        print(json.dumps(line))
    return 0 if all(line["ok"] for line in figures) else 1


def _table(area: str, report: dict[str, Any]) -> float:
    """Print what each kind of check cost; the median of seconds per check."""
    by_kind: dict[str, list[float]] = defaultdict(list)
    slowest: list[tuple[float, str]] = []
    for entry in report["statements"]:
        for check in entry["checks"]:
            by_kind[check["kind"]].append(check["seconds"])
            slowest.append((check["seconds"], f"{entry['id']}: {check['name']}"))
    print(f"\n{area}\n{'kind of check':<16}{'checks':>7}{'median s':>10}{'most s':>9}{'all s':>9}")
    for kind, values in sorted(by_kind.items()):
        print(f"{kind:<16}{len(values):>7}{statistics.median(values):>10.3f}{max(values):>9.2f}{sum(values):>9.2f}")
    print("\nslowest checks")
    for seconds, name in sorted(slowest, reverse=True)[:8]:
        print(f"{seconds:>8.2f} s  {name}")
    median = statistics.median(seconds for seconds, _ in slowest)
    wall = f"{report['jobs']} processes, {report['seconds']:.1f} s of wall-clock time"
    print(f"\none run, {wall}; Python {sys.version.split()[0]}")
    return median


if __name__ == "__main__":
    sys.exit(main())
