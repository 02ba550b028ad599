"""How fast the inertia of exact Hessians is decided: the kernel against sympy's two exact ways.

The matrices are Hessians of networks with one hidden layer and a rational activation: rational numbers of thousands of bits, some
of the matrices singular. All parties must count the same signs. Run as `python benchmarks/inertia.py`; it takes half a minute.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import statistics
import sys
import time
from collections.abc import Callable
from functools import partial
from itertools import pairwise
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # CPU time would count the spinning of threads that wait

import flint
import sympy
from flint import arb, arb_mat, fmpq_mat
from sympy.external.gmpy import GROUND_TYPES
from sympy.polys.matrices import DomainMatrix

from verify.arithmetic import precision
from verify.decide import inertia
from verify.networks.dense import Data, Network, evaluate

TARGET = 50.0
CASES = {(2, 2, 4): True, (3, 3, 30): True, (4, 4, 40): True, (8, 4, 3): False, (8, 4, 60): False}
"""Hidden neurons, inputs, samples; and whether sympy's LDL decomposition is asked.

It fails on the singular matrix (40 x 40, 3 samples), and takes more than a minute on the other of that size.
"""

Counts = tuple[int, int, int]


def hessian(neurons: int, inputs: int, samples: int) -> fmpq_mat:
    """The Hessian of the loss of a random network with the activation z/(1 + z^2), at random data."""
    draw = random.Random(1)

    def rows(height: int, width: int) -> list[list[str]]:
        return [[f"{draw.randint(-8, 8)}/{draw.randint(1, 4)}" for _ in range(width)] for _ in range(height)]

    network = Network.of({"rational": [["0", "1"], ["1", "0", "1"]]}, [rows(neurons, inputs), rows(1, neurons)])
    found = evaluate(network, Data.of(rows(samples, inputs), rows(samples, 1))).hessian
    assert isinstance(found, fmpq_mat)
    return found


def enclosed(size: int) -> arb_mat:
    """A symmetric matrix of balls with both signs."""
    with precision(128):
        rows = [
            [arb(2 * (i == j) * (-1) ** i * size) + arb(1 + i * j % 7).sqrt() for j in range(size)] for i in range(size)
        ]
        return arb_mat(rows)


def by_charpoly(matrix: sympy.Matrix) -> Counts:
    """Sympy's fastest exact way: the characteristic polynomial over its domain of rationals, and Descartes' rule."""
    coefficients = DomainMatrix.from_Matrix(matrix).to_field().charpoly()
    signs = [coefficient > 0 for coefficient in coefficients if coefficient != 0]
    positive, size = sum(a is not b for a, b in pairwise(signs)), len(coefficients) - 1
    zero = size + 1 - max(index for index, coefficient in enumerate(coefficients, start=1) if coefficient != 0)
    return positive, size - positive - zero, zero


def by_ldl(matrix: sympy.Matrix) -> Counts:
    """What a reader would type; it fails at pivots that are zero."""
    _, diagonal = matrix.LDLdecomposition(hermitian=False)
    entries = [diagonal[i, i] for i in range(diagonal.rows)]
    positive, negative = sum(bool(x > 0) for x in entries), sum(bool(x < 0) for x in entries)
    return positive, negative, len(entries) - positive - negative


def seconds(way: Callable[[], Counts | None], expected: Counts | None, repeats: int) -> float:
    """The median CPU time of a count that must come out as expected."""
    found = []
    for _ in range(repeats):
        begin = time.process_time()
        answer = way()
        found.append(time.process_time() - begin)
        if answer != expected:
            raise SystemExit(f"{way} says {answer}, expected {expected}")
    return statistics.median(found)


def main() -> int:
    """Print the table and the figures; 1 if one misses its target."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=5, help="of the kernel's counts; sympy's are taken once")
    repeats = parser.parse_args().repeats

    print(f"{'Hessian':>9}{'bits':>7}{'inertia':>14}{'kernel':>9}{'charpoly':>11}{'ratio':>7}{'LDL':>11}{'ratio':>7}")
    ratios: dict[str, tuple[int, float]] = {}
    for shape, ask in CASES.items():
        matrix = hessian(*shape)
        size, counts = matrix.nrows(), inertia.of_exact(matrix)
        entries = [sympy.Rational(int(entry.p), int(entry.q)) for entry in matrix.entries()]
        mirrored = sympy.Matrix(size, size, entries)
        kernel = seconds(partial(inertia.of_exact, matrix), counts, repeats)
        charpoly = seconds(partial(by_charpoly, mirrored), counts, 1)
        ldl = seconds(partial(by_ldl, mirrored), counts, 1) if ask else None
        ratios["charpoly"] = size, charpoly / kernel
        bits = max(entry.bit_length() for entry in matrix.numer_denom()[0].entries())
        line = f"{size:>4} x {size:<2}{bits:>7}{counts!s:>14}{1000 * kernel:>9.2f}"
        line += f"{1000 * charpoly:>11.1f}{charpoly / kernel:>6.0f}x"
        if ldl is not None:
            ratios["LDL"] = size, ldl / kernel
            line += f"{1000 * ldl:>11.1f}{ldl / kernel:>6.0f}x"
        print(line)
    print()
    for size in (20, 150):
        enclosure = enclosed(size)
        with precision(128):
            shown = inertia.of_balls(enclosure)
            took = seconds(partial(inertia.of_balls, enclosure), shown, repeats)
        print(f"enclosure, {size} x {size}, 128 bits: {1000 * took:.2f} ms, inertia {shown}")
    peers = {"LDL": "Matrix.LDLdecomposition", "charpoly": "DomainMatrix.charpoly"}
    figures = [
        {
            "figure": f"CPU time of sympy {peers[peer]} / kernel, inertia of an exact {size} x {size} Hessian",
            "value": round(ratio, 1), "target": f">= {TARGET:g}", "ok": ratio >= TARGET,
        }
        for peer, (size, ratio) in ratios.items()
    ]  # fmt: skip
    versions = f"sympy {sympy.__version__} on {GROUND_TYPES}, python-flint {flint.__version__}"
    print(f"\nCPU milliseconds, medians of {repeats} (sympy: once); Python {sys.version.split()[0]}, {versions}")
    for figure in figures:
        print(json.dumps(figure))
    return 0 if all(figure["ok"] for figure in figures) else 1


if __name__ == "__main__":
    sys.exit(main())
