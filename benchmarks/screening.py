"""How fast a conjecture is screened in floats: the search's batches against hypothesis and against a NumPy loop.

The property is a bound on the loss of tanh networks with two inputs and three neurons on six samples, all 27 numbers drawn
from [-3, 3]; each party draws its own, and drawing counts. Run as `python benchmarks/screening.py`; it takes about ten
seconds.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(variable, "1")  # one core; read when NumPy is imported
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import hypothesis  # noqa: E402
import numpy as np  # noqa: E402
from hypothesis import HealthCheck, Phase, given, settings  # noqa: E402
from hypothesis import strategies as st  # noqa: E402
from hypothesis.extra.numpy import arrays  # noqa: E402
from sympy import Le  # noqa: E402

from verify import Statement, computed, parameter  # noqa: E402
from verify.search.batches import Batch, batch_of  # noqa: E402
from verify.search.distributions import DENSE, SMALL  # noqa: E402
from verify.search.draws import Draw  # noqa: E402

WIDTH, INPUTS, SAMPLES, REACH = 3, 2, 6, 3
NUMBERS = WIDTH * INPUTS + WIDTH + SAMPLES * INPUTS + SAMPLES
BOUND = SAMPLES * (WIDTH * REACH + REACH) ** 2 / 2
"""|f| <= 3 + 3 + 3 and |y| <= 3: the property is true, and nobody stops early."""
AGAINST_HYPOTHESIS, AGAINST_LOOP = 100.0, 20.0

NETWORK = parameter("network", "network", "tanh, one hidden layer, no biases")
DATA = parameter("data", "data", "inputs and targets")
LOSS = computed("loss", "nonnegative", "dense.loss", [NETWORK, DATA], "half the sum of squares")

bounded = Statement(
    "bounded-loss", title="The loss of a small network is bounded", summary="R <= 432.", quantities=[NETWORK, DATA, LOSS],
    assume={}, claim=Le(LOSS.symbol, int(BOUND)),
)  # fmt: skip


def instances(draw: Draw) -> dict[Any, Any]:
    """A network and data that fit it."""
    network = draw.network(inputs=INPUTS, width=WIDTH, activation="tanh", lo=-REACH, hi=REACH)
    return {NETWORK: network, DATA: draw.data(network, samples=SAMPLES, lo=-REACH, hi=REACH)}


def margin(numbers: np.ndarray) -> float:
    """The margin of the property at one network, by NumPy: 432 less the loss."""
    w, a = numbers[:6].reshape(WIDTH, INPUTS), numbers[6:9]
    x, y = numbers[9:21].reshape(SAMPLES, INPUTS), numbers[21:]
    residuals = a @ np.tanh(w @ x.T) - y
    return float(BOUND - residuals @ residuals / 2)


def batch() -> Batch:
    """The batch of a draw."""
    draw = Draw(Random(0), DENSE)
    instances(draw)
    made = batch_of(bounded, instances, draw.tape)
    if made is None or len(made.slots) != NUMBERS:
        raise SystemExit("the property cannot be screened")
    return made


def by_batches(made: Batch, phase: str, seed: int, count: int) -> None:
    """What the search does: draw and screen 2,048 points at a time."""
    rng = np.random.default_rng(seed)
    for _ in range(count // 2048):
        claim, _ = made.margins(made.sample(rng, 2048, phase))
        assert (claim > 0).all()


def by_loop(seed: int, count: int) -> None:
    """One network after the other."""
    rng = np.random.default_rng(seed)
    for _ in range(count):
        assert margin(rng.uniform(-REACH, REACH, NUMBERS)) > 0


def by_hypothesis(count: int) -> None:
    """A property-based test with nothing but generation: no database, no deadline, all numbers in one array."""
    tried = 0

    @settings(
        max_examples=count, phases=[Phase.generate], database=None, deadline=None, derandomize=True,
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(arrays(np.float64, NUMBERS, elements=st.floats(-REACH, REACH)))
    def bounded_loss(numbers: np.ndarray) -> None:
        nonlocal tried
        tried += 1
        assert margin(numbers) > 0

    bounded_loss()
    if tried < count:
        raise SystemExit(f"hypothesis tried {tried} of {count} examples")


def rate(call: Callable[[], None], count: int) -> float:
    """Trials per CPU second."""
    begin = time.process_time()
    call()
    return count / (time.process_time() - begin)


def main() -> int:
    """Print the table and the figures; 1 if the parties disagree or a figure misses its target."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=7)
    repeats = parser.parse_args().repeats
    made = batch()

    for phase in (DENSE, SMALL):
        points = made.sample(np.random.default_rng(0), 5000, phase)
        if not np.allclose(made.margins(points)[0], [margin(point) for point in points], rtol=1e-12):
            print("the batch and the loop do not give the same margins")
            return 1

    counts = {
        "batches, dense numbers": 512 * 2048,
        "batches, small numbers": 256 * 2048,
        "loop": 20_000,
        "hypothesis": 500,
    }
    calls: dict[str, Callable[[int], None]] = {
        "batches, dense numbers": lambda seed: by_batches(made, DENSE, seed, counts["batches, dense numbers"]),
        "batches, small numbers": lambda seed: by_batches(made, SMALL, seed, counts["batches, small numbers"]),
        "loop": lambda seed: by_loop(seed, counts["loop"]),
        "hypothesis": lambda seed: by_hypothesis(counts["hypothesis"]),
    }
    rates: dict[str, list[float]] = {name: [] for name in calls}
    for call in calls.values():
        call(0)  # imports, caches
    for repeat in range(repeats):  # interleaved, so that a slow moment strikes all of them
        for name, call in calls.items():
            rates[name].append(rate(lambda call=call, repeat=repeat: call(repeat), counts[name]))  # type: ignore[misc]

    middle = {name: statistics.median(found) for name, found in rates.items()}
    print(f"{'party':<26}{'trials':>10}{'trials / CPU s':>18}{'against the loop':>20}")
    for name, found in middle.items():
        print(f"{name:<26}{counts[name]:>10,}{found:>18,.0f}{found / middle['loop']:>19.2f}x")
    versions = f"Python {sys.version.split()[0]}, NumPy {np.__version__}, hypothesis {hypothesis.__version__}"
    print(f"\nmedians of {repeats} interleaved repeats; {NUMBERS} numbers a trial, drawn by each party; {versions}")
    figures: list[dict[str, Any]] = []
    fast = middle["batches, dense numbers"]
    for peer, target in (("hypothesis", AGAINST_HYPOTHESIS), ("loop", AGAINST_LOOP)):
        ratio = fast / middle[peer]
        said = "a loop of NumPy, network by network" if peer == "loop" else peer
        figures.append({
            "figure": f"trials per CPU second, screening in batches / {said}: width-3 tanh networks, 6 samples",
            "value": round(ratio, 1), "target": f">= {target:g}", "ok": ratio >= target,
        })  # fmt: skip
    for line in figures:
        print(json.dumps(line))
    return 0 if all(line["ok"] for line in figures) else 1


if __name__ == "__main__":
    sys.exit(main())
