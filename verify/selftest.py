"""The soundness self-test: for each kind of checker, a known-false claim must be refused and a tampered certificate rejected.

It runs at the end of every run; if it fails, the run fails, whatever the theorems said.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

from sympy import And, Eq, Rational, Symbol, exp, floor, log, sqrt, tanh

from verify import recheck
from verify.decide.claims import digest
from verify.evidence import (
    CheckResult,
    Claim,
    Family,
    Grid,
    Identity,
    Inertia,
    Obligation,
    Rank,
    Roots,
    Step,
    UniqueZero,
    Valid,
    axis,
)
from verify.run.execute import run_check
from verify.statement import Quantity, Source, Statement, computed, defined, parameter

SOURCE = Source("self-test", "known truths and falsehoods", 2026)
x, y, n = Symbol("x"), Symbol("y"), Symbol("n")
X, Y, N = parameter("x", "real", ""), parameter("y", "real", ""), parameter("n", "integer", "")
LOOP = {"weights": [[1]], "threshold": [1], "potential": [0], "lower": [0], "upper": [1]}

TINY = Rational(1, 10**40)
FALSE_OBLIGATIONS: dict[str, Obligation] = {
    "inertia: a tiny negative eigenvalue": Inertia([[1, 1], [1, 1 - TINY]], (2, 0, 0)),
    "inertia: a tiny eigenvalue is not zero": Inertia([[1, 1], [1, 1 + TINY]], (1, 0, 1)),
    "rank: a minor that is nearly zero": Rank([[x, y], [x * y, y**2 + TINY]], 1),
    "rank: a minor that is zero": Rank([[x, y], [x * y, y**2]], 2),
    "roots: a double zero that is two": Roots((x**2 - 2) ** 2 - TINY, x, [2, 2]),
    "roots: a zero at the end of the interval": Roots(x**2 - x, x, [1], (0, 1)),
    "zero: three zeros in the box": UniqueZero({x: (0, 1)}, [x**3 - x / 100]),
    "zero: a double zero that is two": UniqueZero({x: (0, 1)}, [x**2 - TINY]),
    "zero: none in the box": UniqueZero({x: (1, Rational(1, 4))}, [tanh(x) - Rational(1, 2)]),
}

Probe = dict[str, Any]


def _statement(claim: Any, quantities: list[Quantity], assume: dict[str, tuple[str, Any]] | None = None) -> Statement:
    return Statement(
        "self-test", title="", summary="", area="self-test", source=SOURCE, declared="proved", quantities=quantities,
        assume=assume or {}, claim=claim,
    )  # fmt: skip


def _outcomes_are(number: int) -> Statement:
    """A self-exciting neuron with the events +1 and -1 has so many outcomes (in truth two)."""
    net, events = (parameter(name, name, "") for name in ("network", "events"))
    semantics = parameter("semantics", "choice", "")
    fair = parameter("fair", "boolean", "")
    outcomes = computed("outcomes", "tuple", "spiking.outcomes", [net, events, semantics, fair], "")
    size = computed("size", "integer", "sets.size", [outcomes], "")
    return _statement(
        Eq(size.symbol, number), [net, events, semantics, fair, outcomes, size], {"fair": ("", fair.symbol)}
    )


def _loop(*, fair: bool) -> dict[str, Any]:
    return {"network": LOOP, "events": [[0, 1], [0, -1]], "semantics": "delayed", "fair": fair}


def _run(statement: Statement, kind: str, *proposals: Any, drops: str | None = None) -> CheckResult:
    def propose() -> Iterator[Any]:
        yield from proposals

    (statement.control(drops=drops) if drops else getattr(statement, kind))(propose)
    return run_check(statement, statement.checks[-1], seed=0, bits=128)


def _false_claims() -> Iterator[tuple[str, Statement, str, list[Any], str | None]]:
    """(name, statement, kind of check, proposals, dropped assumption): none of these may come out true."""
    square = _statement(Eq((x + y) ** 2, x**2 + y**2), [X, Y])
    yield "identity: (x + y)^2 = x^2 + y^2", square, "proof", [Claim("identity")], None
    exponential = _statement(Eq(exp(x) * exp(y), exp(x * y)), [X, Y])
    yield "identity: exp(x) exp(y) = exp(xy)", exponential, "proof", [Claim("identity")], None
    doubled = _statement(Eq(tanh(2 * x), 2 * tanh(x)), [X])
    yield "identity: tanh(2x) = 2 tanh(x)", doubled, "proof", [Claim("identity")], None
    root = _statement(Eq(sqrt(x**2), x), [X])
    yield "identity: a square root is no rational function", root, "proof", [Claim("identity")], None
    yield "smt: floor(x) > x - 1/2", _statement(2 * floor(x) > 2 * x - 1, [X]), "proof", [Claim("smt")], None
    nothing = _statement(Eq(x, 7), [X, Y], {"impossible": ("", And(x < y, y < x))})
    yield "smt: contradictory hypotheses", nothing, "proof", [Claim("smt")], None
    equal = _statement(Eq(x, y), [X, Y])
    yield "argument: a false obligation", equal, "argument", [Step("wrong", [Valid({x: "real"}, x**2 > 0)])], None
    yield "argument: words alone", _statement(Eq(x, y), [X, Y]), "argument", [Step("trust me")], None
    for name, obligation in FALSE_OBLIGATIONS.items():
        yield name, _statement(Eq(x, y), [X, Y]), "argument", [Step("wrong", [obligation])], None
    grid = [Step("wrong", [Grid({n: range(41)}, n**2 + n < 1640)])]
    yield "enumeration: a false last point", _statement(n > 0, [N]), "argument", grid, None
    family = Family({"n": axis("n")}, {"n": list(range(5))})
    yield "family: n^2 < 16 for n up to 4", _statement(n**2 < 16, [N]), "exhaustive", [family], None
    empty = _statement(n > 0, [N], {"large": ("", n > 9)})
    yield "family: nothing meets the assumptions", empty, "exhaustive", [family], None
    logarithm = defined("l", "real", log(x), "")
    power = defined("e", "real", exp(logarithm.symbol), "")
    balls = _statement(Eq(power.symbol, x), [X, logarithm, power])
    yield "balls: equality of overlapping balls", balls, "certificate", [{"x": "2"}], None
    yield "exploration: one outcome of two", _outcomes_are(1), "certificate", [_loop(fair=True)], None
    yield "control: the assumption holds", _outcomes_are(1), "control", [_loop(fair=True)], "fair"
    yield "control: the claim holds", _outcomes_are(2), "control", [_loop(fair=False)], "fair"


def _certificates() -> Iterator[tuple[Statement, CheckResult]]:
    """A true check for each kind of certificate."""
    mean = _statement(2 * floor(x) <= 2 * x, [X])
    yield mean, _run(mean, "proof", Claim("smt"))
    square = _statement(Eq((x + y) ** 2, x**2 + 2 * x * y + y**2), [X, Y])
    yield square, _run(square, "proof", Claim("identity"))
    steps = [Step("on a grid", [Grid({n: range(5)}, n**2 < 17), Identity(x - x * y, x * (1 - y))])]
    written = _statement(n**2 >= n, [N])
    yield written, _run(written, "argument", *steps)
    continuous: list[Obligation] = [
        Inertia([[1, 2], [2, 1]], (1, 1, 0)),
        Rank([[x, y], [x * y, y**2]], 1),
        Roots(x**3 - 2 * x**2, x, [2, 1]),
        UniqueZero({x: (Rational(7, 5), Rational(1, 10))}, [x**2 - 2]),
        Identity(tanh(2 * x) * (1 + tanh(x) ** 2), 2 * tanh(x)),
    ]
    analytic = _statement(n**2 >= n, [N])
    yield analytic, _run(analytic, "argument", Step("by linear algebra and analysis", continuous))
    small = _statement(n**2 < 17, [N], {"small": ("", n < 5)})
    yield small, _run(small, "exhaustive", Family({"n": axis("n")}, {"n": list(range(7))}))
    two = _outcomes_are(2)
    yield two, _run(two, "certificate", _loop(fair=True))


TAMPERINGS: dict[str, tuple[tuple[Any, ...], Any]] = {
    "smt": (("conclusion",), ["lt", ["sym", "x"], ["num", "0"]]),
    "identity": (("equations", 0, 0), ["sym", "x"]),
    "enumeration": (("count",), 4),
    "inertia": (("inertia",), [2, 0, 0]),
    "rank": (("kernel", 0, 0), ["sym", "y"]),
    "roots": (("roots", 1, 0), "5/2"),
    "zero": (("box", 0, 1), "3"),
    "argument": (("steps", 0, "obligations", 0), "0" * 64),
    "family": (("outside",), 1),
    "instance": (("raw", "events", 0, 1), 2),
    "exploration": (("states",), 3),
}
"""Kind of certificate -> the place that is changed, and what to."""


def tampered(certificate: dict[str, Any]) -> dict[str, Any]:
    """A copy with one field changed, such that it certifies nothing."""
    changed = copy.deepcopy(certificate)
    (*way, last), value = TAMPERINGS[certificate["kind"]]
    place: Any = changed
    for key in way:
        place = place[key]
    place[last] = value
    return changed


def run_probes() -> list[Probe]:
    """Run every probe.

    Returns:
        For each its name, what was expected (``refused``, ``accepted`` or ``rejected``), what came out, and whether it passed.
    """
    probes = []
    for name, statement, kind, proposals, drops in _false_claims():
        result = _run(statement, kind, *proposals, drops=drops)
        # an error would only show that the probe itself is broken
        passed = result.outcome in ("refuted", "inconclusive", "not-bitten")
        probes.append({"name": name, "expected": "refused", "outcome": result.outcome, "passed": passed})
    seen = set()
    for statement, result in _certificates():
        known = {digest(certificate): certificate for certificate in result.certificates}
        for certificate in result.certificates:
            seen.add(certificate["kind"])
            for candidate, expected in ((certificate, "accepted"), (tampered(certificate), "rejected")):
                finding = recheck.replay(candidate, statement.form, known)
                probes.append(
                    {
                        "name": f"recheck: {'genuine' if candidate is certificate else 'tampered'} {certificate['kind']}",
                        "expected": expected,
                        "outcome": finding.status,
                        "passed": finding.status == expected,
                    }
                )
    missing = sorted(set(TAMPERINGS) - seen)
    probes.append(
        {
            "name": "every kind of certificate was probed",
            "expected": "accepted",
            "outcome": f"missing: {missing}" if missing else "accepted",
            "passed": not missing,
        }
    )
    return probes
