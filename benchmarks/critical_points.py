"""What a certified critical point costs: existence, uniqueness and inertia, against mpmath's intervals, and by size.

The points are found in floats and polished by Newton's method before; only the certification is timed. Run as
`python benchmarks/critical_points.py`; it takes about half a minute.
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
from typing import Any

os.environ.update(OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1")  # one core: before numpy is imported
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import flint
import mpmath
import numpy as np
from flint import fmpq
from mpmath import iv

from verify.networks.boxes import CriticalPoint, certify_critical_point
from verify.networks.critical_search import find_critical_point, polish
from verify.networks.dense import Data, Network
from verify.networks.dense_floats import FloatBatch, parameters_of

BITS, RADIUS, DIGITS = 113, fmpq(1, 10**10), 25
SMALL_AT_MOST, AGAINST_INTERVALS, LARGE_AT_MOST = 20.0, 20.0, 10.0
WIDTHS = (5, 10, 20, 30)

Problem = tuple[Network, Data]


def rounded(value: float) -> str:
    """A dyadic number with few digits."""
    return f"{round(float(value) * 64)}/64"


def draw(inputs: int, width: int, samples: int, biases: bool, seed: int) -> Problem:
    """A tanh network with random weights, and what it says of random inputs, with some noise."""
    random = np.random.default_rng(seed)
    inner = [[rounded(w) for w in row] for row in 1.2 * random.normal(size=(width, inputs))]
    outer = [rounded(a) for a in random.choice([-1, 1], width) * random.uniform(0.5, 1.5, width)]
    bias = [rounded(b) for b in 0.5 * random.normal(size=width)] if biases else None
    network = Network.of("tanh", [inner, [outer]], [bias, None])
    points = [[rounded(x) for x in row] for row in random.uniform(-2, 2, (samples, inputs))]
    said = FloatBatch(network, Data.of(points, [[0]] * samples)).outputs(parameters_of(network)[None])[0, :, 0]
    return network, Data.of(points, [[rounded(y)] for y in said + random.normal(size=samples) / 64])


def critical_problem(inputs: int, width: int, samples: int, biases: bool) -> Problem:
    """The first of the seeds whose network leads to an isolated critical point, moved there."""
    for seed in range(20):
        network, data = draw(inputs, width, samples, biases, seed)
        found = find_critical_point(network, data, attempts=1, steps=300)
        if found is not None:
            return polish(found, data, DIGITS), data
    raise SystemExit(f"no critical point of width {width} was found")


# ---- the same algorithm with mpmath's intervals ---------------------------------------------------------------------


def interval(value: fmpq) -> Any:
    """An enclosure of an exact number."""
    return iv.mpf(int(value.p)) / int(value.q)


def by_intervals(network: Network, data: Data, radius: fmpq, bits: int) -> tuple[bool, tuple[int, int, int] | None]:
    """Krawczyk's test and inertia for one hidden layer of tanh with biases, one output: existence and inertia."""
    iv.prec = mpmath.mp.prec = bits
    spread = interval(radius) * iv.mpf([-1, 1])
    centre = [interval(value) for value in network.parameters]
    gradient, _ = derivatives(network, data, centre)
    _, hessian = derivatives(network, data, [value + spread for value in centre])
    size = len(centre)
    middle = np.array([[float(entry.mid) for entry in row] for row in hessian])
    y = exact_rows(np.linalg.inv(middle))
    product = times(y, hessian)
    reach = [
        sum((((1 if i == j else 0) - product[i][j]) * spread for j in range(size)), iv.mpf(0))
        - sum((y[i][j] * gradient[j] for j in range(size)), iv.mpf(0))
        for i in range(size)
    ]
    unique = all(abs(entry) < interval(radius) for entry in reach)
    return unique, inertia_by_intervals(hessian, middle)


def derivatives(network: Network, data: Data, values: list[Any]) -> tuple[list[Any], list[list[Any]]]:
    """Gradient and Hessian of the loss, in the order of the parameters: W_1, b_1, W_2."""
    m, d = network.width, network.dimension
    rows, biases, outer = (
        [values[k * d : (k + 1) * d] for k in range(m)],
        values[m * d : m * d + m],
        values[m * d + m :],
    )
    size, zero = len(values), iv.mpf(0)
    places = [[*range(k * d, (k + 1) * d), m * d + k] for k in range(m)]
    gradient = [zero] * size
    hessian = [[zero] * size for _ in range(size)]
    for x, (target,) in zip(data.inputs, data.targets, strict=True):
        point = [*(interval(entry) for entry in x), iv.mpf(1)]
        t = []
        for row, bias in zip(rows, biases, strict=True):
            z = sum((w * entry for w, entry in zip(row, point, strict=False)), bias)
            t.append(1 - 2 / (iv.exp(2 * z) + 1))
        residual = sum((a * value for a, value in zip(outer, t, strict=True)), -interval(target))
        slopes = [1 - value * value for value in t]
        jacobian = [zero] * size
        for k in range(m):
            for place, entry in zip(places[k], point, strict=True):
                jacobian[place] = outer[k] * slopes[k] * entry
            jacobian[m * d + m + k] = t[k]
        for i in range(size):
            gradient[i] += residual * jacobian[i]
            for j in range(i, size):
                hessian[i][j] += jacobian[i] * jacobian[j]
        for k in range(m):
            second = residual * outer[k] * (-2 * t[k] * slopes[k])
            for p, place in enumerate(places[k]):
                for q in range(p, d + 1):
                    hessian[place][places[k][q]] += second * point[p] * point[q]
                hessian[place][m * d + m + k] += residual * slopes[k] * point[p]
    for i in range(size):
        for j in range(i):
            hessian[i][j] = hessian[j][i]
    return gradient, hessian


def exact_rows(values: np.ndarray) -> list[list[Any]]:
    """Floats as intervals without width."""
    return [[iv.mpf(float(entry)) for entry in row] for row in values]


def times(left: list[list[Any]], right: list[list[Any]]) -> list[list[Any]]:
    """The product of two matrices."""
    columns = list(zip(*right, strict=True))
    return [[sum((a * b for a, b in zip(row, col, strict=True)), iv.mpf(0)) for col in columns] for row in left]


def inertia_by_intervals(hessian: list[list[Any]], middle: np.ndarray) -> tuple[int, int, int] | None:
    """By congruence with approximate eigenvectors, and Gershgorin's circles."""
    vectors = exact_rows(np.linalg.eigh(middle)[1])
    product = times(times([list(row) for row in zip(*vectors, strict=True)], hessian), vectors)
    positive = negative = 0
    for i, row in enumerate(product):
        others = sum((abs(entry) for j, entry in enumerate(row) if j != i), iv.mpf(0))
        positive += row[i] > others
        negative += -row[i] > others
    return (positive, negative, 0) if positive + negative == len(product) else None


# ---- the table ------------------------------------------------------------------------------------------------------


def seconds(call: Callable[[], Any], repeats: int) -> tuple[float, Any]:
    """The median CPU time of a call, and what it gave."""
    found, answer = [], None
    for _ in range(repeats):
        begin = time.process_time()
        answer = call()
        found.append(time.process_time() - begin)
    return statistics.median(found), answer


def certified(network: Network, data: Data, repeats: int) -> tuple[float, CriticalPoint]:
    """The time of a certification, which must succeed."""
    taken, point = seconds(lambda: certify_critical_point(network, data, RADIUS, BITS), repeats)
    if point.unique is not True or point.inertia is None:
        raise SystemExit(f"width {network.width}: not certified: {point}")
    return taken, point


def row(name: str, problem: Problem, taken: float, point: CriticalPoint) -> None:
    """One line of the table."""
    network, data = problem
    shape = f"{name:<22}{network.size:>11}{data.samples:>9}{1000 * taken:>12.1f}"
    print(f"{shape}   {point.inertia}, loss {point.loss.str(6) if point.loss is not None else None}")


def main() -> int:
    """Print the table and the figures; 1 if one misses its target."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=11, help="of the small certification")
    repeats = parser.parse_args().repeats

    print(f"{'network':<22}{'parameters':>11}{'samples':>9}{'CPU ms':>12}   result")
    small = critical_problem(2, 5, 40, biases=True)
    taken, point = certified(*small, repeats)
    row("2-5-1, biases", small, taken, point)
    slow, (unique, inertia) = seconds(lambda: by_intervals(*small, RADIUS, BITS), 3)
    print(f"{'  mpmath intervals':<42}{1000 * slow:>12.1f}   {inertia}")
    if (unique, inertia) != (point.unique, point.inertia):
        raise SystemExit(f"mpmath's intervals say {unique}, {inertia}, the library {point.unique}, {point.inertia}")

    by_size: list[tuple[int, float]] = []
    for width in WIDTHS:
        problem = critical_problem(4, width, 10 * width, biases=False)
        large, point = certified(*problem, 3)
        row(f"4-{width}-1", problem, large, point)
        by_size.append((problem[0].size, large))
    exponent = np.polyfit(np.log([size for size, _ in by_size]), np.log([spent for _, spent in by_size]), 1)[0]
    print(
        f"\nCPU milliseconds, medians, at {BITS} bits; the time grows as (number of parameters)^{exponent:.2f} "
        f"(least squares, {len(WIDTHS)} widths, 10 samples per neuron)"
    )
    print(f"Python {sys.version.split()[0]}, python-flint {flint.__version__}, mpmath {mpmath.__version__}")
    figures = [
        {
            "figure": "CPU milliseconds of a certified critical point: 2-5-1 tanh, biases, 40 samples",
            "value": round(1000 * taken, 1), "target": f"<= {SMALL_AT_MOST:g}", "ok": 1000 * taken <= SMALL_AT_MOST,
        },
        {
            "figure": "CPU time of mpmath's intervals / the library, the same certification",
            "value": round(slow / taken, 1), "target": f">= {AGAINST_INTERVALS:g}",
            "ok": slow / taken >= AGAINST_INTERVALS,
        },
        {
            "figure": f"CPU seconds of a certified critical point: 4-{WIDTHS[-1]}-1 tanh, {10 * WIDTHS[-1]} samples",
            "value": round(large, 2), "target": f"<= {LARGE_AT_MOST:g}", "ok": large <= LARGE_AT_MOST,
        },
    ]  # fmt: skip
    for line in figures:
        print(json.dumps(line))
    return 0 if all(line["ok"] for line in figures) else 1


if __name__ == "__main__":
    sys.exit(main())
