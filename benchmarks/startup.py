"""How soon the command line answers: `python -m verify list` against `python -c pass`, by CPU time.

Run as `python benchmarks/startup.py`; it takes a few seconds.
"""

from __future__ import annotations

import json
import statistics
import sys

from processor import cpu_seconds

REPEATS, AT_MOST = 11, 5.0
COMMANDS = {
    "python -c pass": ["-c", "pass"],
    "python -m verify list": ["-m", "verify", "list"],
    "python -m verify show locc-invariant": ["-m", "verify", "show", "locc-invariant"],
    "python -m verify --help": ["-m", "verify", "--help"],
    'python -c "import sympy"': ["-c", "import sympy"],
}


def main() -> int:
    """Print the table and the figure; 1 if it misses its target."""
    found: dict[str, list[float]] = {name: [] for name in COMMANDS}
    for _ in range(REPEATS):  # interleaved, so that a slow moment strikes all of them
        for name, arguments in COMMANDS.items():
            seconds, done = cpu_seconds([sys.executable, *arguments])
            if done.returncode or "imported now" in done.stderr:
                raise SystemExit(f"{name}: {done.stderr.strip() or done.returncode}")
            found[name].append(seconds)
    medians = {name: statistics.median(values) for name, values in found.items()}
    base = medians["python -c pass"]
    print(f"{'command':<40}{'CPU ms':>8}{'against python -c pass':>25}")
    for name, value in medians.items():
        print(f"{name:<40}{1000 * value:>8.1f}{value / base:>24.2f}x")
    print(f"\nmedians of {REPEATS} interleaved repeats; Python {sys.version.split()[0]}")
    ratio = medians["python -m verify list"] / base
    figure = {
        "figure": "CPU time of `python -m verify list` / `python -c pass`",
        "value": round(ratio, 2), "target": f"<= {AT_MOST:g}", "ok": ratio <= AT_MOST,
    }  # fmt: skip
    print(json.dumps(figure))
    return 0 if figure["ok"] else 1


if __name__ == "__main__":
    sys.exit(main())
