"""How fast random timings are drawn: NumPy and numba against plain Python, in one process, by CPU seconds.

The unit is the spike update: one spike fired or one delivery made. Before anything is timed, the three implementations
must agree on every integer. Run as `python benchmarks/timings.py`; it takes about half a minute.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import statistics
import sys
import time
from fractions import Fraction
from pathlib import Path
from typing import Any

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS"):
    os.environ.setdefault(variable, "1")  # one core; read when NumPy and numba are imported
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import numpy as np  # noqa: E402

from verify.networks.timings import POLICIES, Timings, random_timings, simulate_plain  # noqa: E402

Case = tuple[dict[str, Any], list[list[Any]]]
TARGETS = {"numpy": 6.0, "numba": 30.0}


def mlp() -> Case:
    """The quantized 2-3-2 classifier as a network of 7 neurons, with 6 events."""
    first = [["1/2", "-1/3"], ["2/3", "1/4"], ["-1/2", "1"]]
    second = [["1", "-3/4", "1/2"], ["-1/2", "1", "1/3"]]
    step = ["1", "1", "1/2", "1/2", "1/2", "3/4", "3/4"]
    bias = ["0", "0", "1/10", "-1/5", "0", "1/20", "0"]
    weights = [["0"] * 7 for _ in range(7)]
    for rows, to, of in ((first, 2, 0), (second, 5, 2)):
        for i, row in enumerate(rows):
            for j, w in enumerate(row):
                weights[to + i][of + j] = str(Fraction(w) * Fraction(step[of + j]))
    potential = [str(Fraction(s) / 2 + Fraction(b)) for s, b in zip(step, bias, strict=True)]
    network = {
        "weights": weights, "threshold": step, "potential": potential, "lower": [0] * 7, "upper": [3] * 5 + [7] * 2,
    }  # fmt: skip
    events = [[0, "9/5"], [0, "-4/5"], [0, "6/5"], [1, "7/10"], [1, "1/2"], [1, "4/5"]]
    return network, events


def dag() -> Case:
    """Four neurons, five edges 0->1, 0->2, 1->2, 0->3, 2->3, and the events +1, +1, -1 on neuron 0."""
    weights = [["0", "0", "0", "0"], ["1", "0", "0", "0"], ["1", "-1", "0", "0"], ["1/2", "0", "3/2", "0"]]
    network = {"weights": weights, "threshold": [1] * 4, "potential": ["1/2"] * 4, "lower": [0] * 4, "upper": [2] * 4}
    return network, [[0, 1], [0, 1], [0, -1]]


def agree(one: Timings, other: Timings) -> bool:
    """Whether two results hold the same integers."""
    names = ("counts", "potentials", "spikes", "deliveries", "finished")
    return one.scale == other.scale and all(np.array_equal(getattr(one, k), getattr(other, k)) for k in names)


def rate(case: Case, backend: Any, runs: int, seed: int) -> float:
    """Spike updates per CPU second."""
    begin = time.process_time()
    timings = random_timings(*case, runs=runs, seed=seed, backend=backend)
    seconds = time.process_time() - begin
    return float(timings.spikes.sum() + timings.deliveries.sum()) / seconds


def main() -> int:
    """Print the table and the figures; 1 if the implementations disagree or a figure misses its target."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=20_000, help="runs for NumPy; plain Python makes a tenth as many")
    parser.add_argument("--repeats", type=int, default=7)
    arguments = parser.parse_args()
    fast = ["numpy", "numba"] if importlib.util.find_spec("numba") else ["numpy"]
    sizes = {"python": max(1, arguments.runs // 10), "numpy": arguments.runs, "numba": 10 * arguments.runs}

    cases = {"2-3-2 net, 7 neurons": mlp(), "DAG, 4 neurons": dag()}
    for name, case in cases.items():
        for policy in POLICIES:  # this also compiles
            plain = simulate_plain(*case, runs=1000, seed=7, policy=policy)
            for backend in fast:
                if not agree(plain, random_timings(*case, runs=1000, seed=7, policy=policy, backend=backend)):
                    print(f"{name}, {policy}: {backend} does not give the integers of plain Python")
                    return 1
    print(f"{', '.join(['python', *fast])}: identical integers in {len(cases) * len(POLICIES)} x 1000 runs\n")

    figures: list[dict[str, Any]] = []
    print(f"{'network':<22}{'backend':<9}{'runs':>8}{'million updates / CPU s':>25}{'against plain Python':>23}")
    for name, case in cases.items():
        rates: dict[str, list[float]] = {backend: [] for backend in ["python", *fast]}
        for repeat in range(arguments.repeats):  # interleaved, so that a slow moment strikes all of them
            for backend, found in rates.items():
                found.append(rate(case, backend, sizes[backend], repeat))
        plain_rate = statistics.median(rates["python"])
        for backend, found in rates.items():
            middle = statistics.median(found)
            ratio = middle / plain_rate
            print(f"{name:<22}{backend:<9}{sizes[backend]:>8}{middle / 1e6:>25.2f}{ratio:>22.1f}x")
            if backend in TARGETS:
                target = TARGETS[backend]
                figure = f"spike updates per CPU second, {backend} / plain Python, {name}"
                figures.append(
                    {"figure": figure, "value": round(ratio, 2), "target": f">= {target:g}", "ok": ratio >= target}
                )
    versions = f"Python {sys.version.split()[0]}, NumPy {np.__version__}"
    print(f"\nmedians of {arguments.repeats} interleaved repeats; {versions}")
    for line in figures:
        print(json.dumps(line))
    return 0 if all(line["ok"] for line in figures) else 1


if __name__ == "__main__":
    sys.exit(main())
