"""How fast false conjectures are refuted: the search against hypothesis, on the graded set of ``graded.py``.

The search is timed until it has a certified and shrunk counterexample. hypothesis tests the same property, written with
strategies for the same ranges (floats, or fractions where floats could not tell) and plain Python, with its default of 100
examples and with 10,000; it shrinks what it finds. Every counterexample of the search must break the property, too.
One process, one core. Run as `python benchmarks/conjectures.py`; it takes about six minutes.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import statistics
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import permutations
from pathlib import Path
from typing import Any

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(variable, "1")  # one core; read when NumPy is imported
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import hypothesis  # noqa: E402
import numpy as np  # noqa: E402
from graded import GRADED, NEAR, PLANE, SIDES, THREE, Graded  # noqa: E402
from hypothesis import HealthCheck, Phase, assume, given, settings  # noqa: E402
from hypothesis import strategies as st  # noqa: E402
from hypothesis.errors import Unsatisfiable  # noqa: E402

from verify.search.engine import Finding, Hunter, falsify, search_check  # noqa: E402

ROUNDS = 100
EXAMPLES = (100, 10_000)
SECONDS = 60.0
REACH = ((-3, 3),)
Numbers = Sequence[Any]
Rows = Sequence[Sequence[Any]]


class Violated(Exception):
    """What a property raises where it fails."""


@dataclass(frozen=True)
class Property:
    """What is given to hypothesis: a strategy, and whether the claim holds of an example (None: an assumption fails).

    ``of`` makes the example of a raw instance.
    """

    strategy: st.SearchStrategy[Any]
    holds: Callable[[Any], bool | None]
    of: Callable[[dict[str, Any]], Any]


def _floats(ends: Sequence[tuple[Any, Any]], holds: Callable[[Numbers], bool | None]) -> Property:
    """A property of floats; the numbers of an instance are those of ``_numbers``."""
    strategy = st.tuples(*(st.floats(float(lo), float(hi)) for lo, hi in ends))
    return Property(strategy, holds, lambda raw: [float(value) for value in _numbers(raw)])


def _fractions(
    ends: Sequence[tuple[Any, Any]], holds: Callable[[Numbers], bool | None], most: int | None = 60
) -> Property:
    """A property of fractions, evaluated exactly."""
    strategy = st.tuples(*(st.fractions(Fraction(lo), Fraction(hi), max_denominator=most) for lo, hi in ends))
    return Property(strategy, holds, lambda raw: list(_numbers(raw)))


def _numbers(raw: dict[str, Any]) -> Iterator[Fraction]:
    """The numbers that were drawn: scalars in order; or weights, biases, targets if they are not fixed."""
    if "network" not in raw:
        yield from (Fraction(value) for value in raw.values())
        return
    yield from (Fraction(entry) for layer in raw["network"]["layers"] for row in layer for entry in row)
    if "biases" in raw["network"]:
        yield from (Fraction(entry) for entry in raw["network"]["biases"][0])
    if raw.get("data", {}).get("inputs") == THREE:
        yield from (Fraction(row[0]) for row in raw["data"]["targets"])


def _ball(centre: str, square: float) -> Callable[[Numbers], bool]:
    points = [float(Fraction(entry)) for entry in centre.split()]
    return lambda x: sum((a - b) ** 2 for a, b in zip(x, points, strict=True)) >= square


# ---- the claims in plain Python --------------------------------------------------------------------------------------


def _wells(x: Numbers) -> bool:
    return bool(sum((a * a - 2) ** 2 + (a - side) ** 2 / 8 for a, side in zip(x, SIDES, strict=True)) >= 0.2)


def _motzkin(x: Numbers) -> bool:
    a, b = 8 * x[0] / 11, 7 * x[1] / 9
    return bool(a**4 * b**2 + a**2 * b**4 + 1 - 3 * a**2 * b**2 >= 1 / 20000)


def _hermite(numbers: Numbers) -> bool:
    (x,) = numbers
    shifted = x + Fraction(2, 3) + Fraction(1, 5000)
    return math.floor(x) + math.floor(x + Fraction(1, 3)) + math.floor(shifted) == math.floor(3 * x)


def _shell(x: Numbers) -> bool | None:
    if not 1.21 <= sum(a * a for a in x) <= 1.3:
        return None
    return bool(2 * x[0] - 3 * x[1] + x[2] - x[3] <= 4.35)


def _two_quadrics(numbers: Numbers) -> bool:
    x, y, z = numbers
    return x * y + z != Fraction(13, 11) or x * z - y != Fraction(-9, 5)


def _loss(weights: Numbers, inputs: Rows, targets: Numbers, activation: Callable[[Any], Any]) -> Any:
    """Half the sum of squares; the weights are the inner ones row by row, then the outer ones."""
    dimension = len(inputs[0])
    width = len(weights) // (dimension + 1)
    total: Any = 0
    for x, y in zip(inputs, targets, strict=True):
        output: Any = 0
        for j in range(width):
            inner = sum(weights[j * dimension + i] * x[i] for i in range(dimension))
            output += weights[width * dimension + j] * activation(inner)
        total += (output - y) ** 2
    return total / 2


def _data(data: dict[str, Any], number: Callable[[Any], Any]) -> tuple[Rows, Numbers]:
    inputs = [[number(Fraction(entry)) for entry in row] for row in data["inputs"]]
    return inputs, [number(Fraction(row[0])) for row in data["targets"]]


def _fit(data: dict[str, Any], bound: float) -> Callable[[Numbers], bool]:
    inputs, targets = _data(data, float)
    return lambda weights: bool(_loss(weights, inputs, targets, math.tanh) > bound)


POINTS = np.array([float(row[0]) for row in THREE])


def _gradient(x: Numbers) -> bool:
    t = np.tanh(np.outer(x[:2], POINTS))
    e = np.array(x[2:4]) @ t - np.array(x[4:])
    return bool(((t @ e) ** 2).sum() >= e @ e / 2e5)


def _least_eigenvalue(x: Numbers) -> tuple[float, float]:
    """The loss of tanh neurons at POINTS, and the least eigenvalue of its Hessian."""
    m = (len(x) - 3) // 2
    w, a, y = np.array(x[:m]), np.array(x[m : 2 * m]), np.array(x[2 * m :])
    t = np.tanh(np.outer(w, POINTS))
    slope, e = (1 - t * t) * POINTS, a @ t - y
    jacobian = np.vstack([a[:, None] * slope, t])
    hessian = jacobian @ jacobian.T
    for j in range(m):
        hessian[j, j] -= 2 * a[j] * (t[j] * slope[j] * POINTS) @ e
        hessian[j, m + j] += slope[j] @ e
        hessian[m + j, j] += slope[j] @ e
    return float(e @ e / 2), float(np.linalg.eigvalsh(hessian)[0])


def _convex(x: Numbers) -> bool | None:
    loss, least = _least_eigenvalue(x)
    return least > -1e-12 if loss < 1 / 50 else None


def _saddles(x: Numbers) -> bool:
    loss, least = _least_eigenvalue(x)
    return loss <= 14 or least < 1e-12


def _irreducible(x: Numbers) -> bool:
    """No weight is 0 and none is negative."""
    return len({tuple(x[4 * j : 4 * j + 4]) for j in range(3)}) == 3


def _quadratic_fit(data: dict[str, Any]) -> Callable[[Numbers], bool]:
    inputs, targets = _data(data, Fraction)
    return lambda weights: bool(_loss(weights, inputs, targets, lambda z: z * z) > 0)


def _tanh_fit(data: dict[str, Any]) -> Callable[[Numbers], bool]:
    targets = [Fraction(row[0]) for row in data["targets"]]

    def holds(x: Numbers) -> bool:
        outputs = [sum(a * (u**n - 1) / (u**n + 1) for u, a in zip(x[:2], x[2:], strict=True)) for n in range(1, 5)]
        return outputs != targets

    return holds


def _relu_fit(data: dict[str, Any]) -> Callable[[Numbers], bool]:
    inputs, targets = _data(data, Fraction)

    def holds(x: Numbers) -> bool:
        def output(z: Any) -> Any:
            return sum(x[2 + j] * max(x[j] * z + x[4 + j], 0) for j in range(2))

        return [output(row[0]) for row in inputs] != targets

    return holds


def _judged(name: str) -> Callable[[Any], bool]:
    """Evaluated exactly by the functions of this package: spiking networks are not written again here."""
    statement = GRADED[name].statement
    hunter = Hunter(statement, search_check(statement))
    return lambda raw: bool(hunter.judge(raw).verdict != "false")


@st.composite
def _spiking(draw: Callable[[Any], Any], acyclic: bool, events: int) -> dict[str, Any]:
    n = draw(st.integers(1, 3)) if acyclic else 3
    weights = st.sampled_from(["0", "1", "-1", "1/2", "-1/2", "3/4", "-5/4"])
    rows = [[draw(weights) if not acyclic or j < i else "0" for j in range(n)] for i in range(n)]
    lower = [draw(st.sampled_from([0, -1])) for _ in range(n)]
    potentials = st.sampled_from(["0", "1/2", "1/4", "3/4"])
    network = {
        "weights": rows, "threshold": ["1"] * n, "potential": [draw(potentials) for _ in range(n)],
        "lower": lower, "upper": [end + draw(st.integers(1, 2)) for end in lower],
    }  # fmt: skip
    event = st.tuples(st.integers(0, n - 1), st.sampled_from(["1", "-1", "1/2", "-1/2", "5/4"]))
    raw = {"network": network, "events": [list(entry) for entry in draw(st.lists(event, max_size=events))]}
    return {**raw, "semantics": "delayed"} if acyclic else raw


def _binary64(twentieths: Sequence[int]) -> bool:
    found = set()
    for order in permutations(twentieths):
        potential, spikes = 0.0, 0
        for charge in order:
            potential += charge / 20
            while potential >= 1:
                potential, spikes = potential - 1, spikes + 1
        found.add(spikes)
    return len(found) == 1


def _fixed_data(name: str) -> dict[str, Any]:
    """The data of a conjecture whose draws all have the same."""
    from random import Random

    from verify.search.distributions import DENSE
    from verify.search.draws import Draw

    found: dict[str, Any] = Hunter(GRADED[name].statement, search_check(GRADED[name].statement)).play(
        Draw(Random(0), DENSE)
    )
    return dict(found["data"])


def properties() -> dict[str, Property]:
    """The property of each conjecture."""
    return {
        "disc": _floats(REACH * 2, _ball("0 0", 1)),
        "ball-3": _floats(REACH * 3, _ball("17/12 -19/13 5/7", 16 / 25)),
        "ball-5": _floats(REACH * 5, _ball("3/7 -11/7 29/12 -5/9 16/11", 4 / 9)),
        "ball-6": _floats(REACH * 6, _ball("5/13 -18/13 30/13 -8/13 -31/13 21/13", 81 / 400)),
        "slab": _floats(REACH * 3, lambda x: abs(3 * x[0] - 5 * x[1] + 7 * x[2] - 1.7853) >= 1 / 50000),
        "spike": _floats(REACH * 2, _ball("29/23 -37/19", 1 / 9000)),
        "needle": _floats(REACH * 3, _ball("29/23 -37/19 18/31", 1 / 725)),
        "wells": _floats(REACH * 6, _wells),
        "motzkin": _floats(REACH * 2, _motzkin),
        "hermite": _fractions(REACH, _hermite, None),
        "shell": _floats(REACH * 4, _shell),
        "curve": _fractions(REACH * 3, lambda x: x[0] * x[1] - x[2] ** 2 != Fraction(22, 7)),
        "two-quadrics": _fractions(REACH * 3, _two_quadrics),
        "fit-2": _floats(REACH * 4, _fit(NEAR, 1 / 190)),
        "fit-3": _floats(REACH * 9, _fit(PLANE, 1.5)),
        "gradient": _floats(((0.5, 1), (2, 3), *REACH * 5), _gradient),
        "convex": _floats(REACH * 5, _convex),
        "saddles": _floats(REACH * 7, _saddles),
        "coincidence": _floats(((0.5, 3),) * 15, _irreducible),
        "quadratic-fit": _fractions(REACH * 6, _quadratic_fit(_fixed_data("quadratic-fit"))),
        "tanh-fit": _fractions(((Fraction(1, 3), 3),) * 2 + REACH * 2, _tanh_fit(_fixed_data("tanh-fit"))),
        "relu-fit": _fractions(REACH * 6, _relu_fit(_fixed_data("relu-fit"))),
        "spikes": Property(_spiking(acyclic=True, events=3), _judged("spikes"), dict),
        "fixed-points": Property(_spiking(acyclic=False, events=2), _judged("fixed-points"), dict),
        "binary64": Property(
            st.tuples(*[st.integers(1, 19)] * 3), _binary64, lambda raw: [int(20 * Fraction(c)) for c in raw["charges"]]
        ),
    }


# ---- the two parties -------------------------------------------------------------------------------------------------


def by_search(graded: Graded, seed: int) -> tuple[Finding, int, float]:
    """The search's finding, its trials of all kinds, and its CPU seconds; it gives up after about a minute."""
    begin, trials = time.process_time(), 0
    while True:
        finding = falsify(graded.statement, rounds=ROUNDS, seed=seed)
        account = finding.account
        trials += account.total("draws") + account.total("screened")
        trials += account.descended + account.mutated + account.confirmations
        took = time.process_time() - begin
        if finding.refuted or took > SECONDS:
            return finding, trials, took
        seed += 1_000_000


def by_hypothesis(tested: Property, examples: int, seed: int) -> tuple[bool, float]:
    """Whether hypothesis found a violation, and its CPU seconds."""

    @hypothesis.seed(seed)
    @settings(
        max_examples=examples, phases=[Phase.generate, Phase.shrink], database=None, deadline=None,
        suppress_health_check=list(HealthCheck), report_multiple_bugs=False,
    )  # fmt: skip
    @given(tested.strategy)
    def claim(example: Any) -> None:
        outcome = tested.holds(example)
        assume(outcome is not None)
        if not outcome:
            raise Violated

    begin = time.process_time()
    try:
        claim()
        found = False
    except Violated:
        found = True
    except Unsatisfiable:  # hardly an example met the assumption
        found = False
    return found, time.process_time() - begin


def main() -> int:
    """Print the table and the figures; 1 if a conjecture stands, or the parties disagree."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", metavar="NAME", choices=sorted(GRADED), help="one conjecture")
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    tested = properties()
    if tested.keys() != GRADED.keys():
        raise SystemExit(f"conjectures without a property, or the reverse: {tested.keys() ^ GRADED.keys()}")
    names = [arguments.only] if arguments.only else list(GRADED)

    heads = [f"{'search s':>10}{'trials':>11}", *(f"{f'hypothesis {n:,}':>20}" for n in EXAMPLES)]
    print(f"{'conjecture':<15}{'measure':>9}{''.join(heads)}   how the counterexample was found")
    seconds: dict[str, float] = {}
    stand, by_other = [], dict.fromkeys(EXAMPLES, 0)
    for name in names:
        graded, claim = GRADED[name], tested[name]
        finding, trials, took = by_search(graded, arguments.seed)
        seconds[name] = took
        line = f"{name:<15}{graded.measure:>9.0e}" if graded.measure else f"{name:<15}{'0':>9}"
        line += f"{took:>10.2f}{trials:>11,}"
        if finding.counterexample is None:
            stand.append(name)
        elif claim.holds(claim.of(finding.counterexample.raw)) is not False:
            print(f"{name}: the counterexample {finding.counterexample.raw} does not break the property")
            return 1
        for examples in EXAMPLES:
            found, took = by_hypothesis(claim, examples, arguments.seed)
            by_other[examples] += found
            line += f"{'found' if found else '-':>10}{took:>8.2f} s"
        print(line, "", finding.counterexample.found_by if finding.counterexample else "NONE", flush=True)

    versions = f"hypothesis {hypothesis.__version__}, NumPy {np.__version__}, Python {sys.version.split()[0]}"
    median = statistics.median(seconds.values())
    print(f"\nCPU seconds, one core; the search's with certificate and shrinking, median {median:.2f}; {versions}")
    refuted, slowest = len(names) - len(stand), max(seconds, key=lambda name: seconds[name])
    figures = [
        {
            "figure": f"false conjectures that the search refutes, of {len(names)}",
            "value": refuted, "target": f">= {len(names)}", "ok": not stand,
        },
        {
            "figure": f"CPU seconds of the slowest of them, {slowest}",
            "value": round(seconds[slowest], 2), "target": f"<= {SECONDS:g}", "ok": seconds[slowest] <= SECONDS,
        },
    ]  # fmt: skip
    if len(names) > 1:
        few, most = by_other.values()
        figures.append(
            {
                "figure": f"those that hypothesis refutes with {EXAMPLES[1]:,} examples ({EXAMPLES[0]}: {few})",
                "value": most, "target": f"<= {refuted // 2}", "ok": most <= refuted // 2,
            }
        )  # fmt: skip
    for figure in figures:
        print(json.dumps(figure))
    return 0 if all(figure["ok"] for figure in figures) else 1


if __name__ == "__main__":
    sys.exit(main())
