"""The unique zero of a system in a box: forward differentiation in enclosures, and Krawczyk's test."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from . import intervals
from .common import Undefined, defined
from .formula import parts, size
from .intervals import Enclosure, outward, point
from .linear import krawczyk
from .load import NotReplayed, Number, exact, integer, require
from .shapes import text

PRECISIONS = (160, 640)  # bits
MAX_WORK = 20_000  # nodes of the equations times the variables and one

Place = Mapping[str, Enclosure]
Derived = tuple[Enclosure, dict[str, Enclosure]]  # a value, and its derivatives that are not identically zero


def derived(expression: Any, place: Place, bits: int) -> Derived:
    """Value and gradient of an expression over a box; `Undefined` where it may have none."""
    head, arguments = parts(expression)
    if head == "num" and len(arguments) == 1:
        return point(exact(arguments[0])), {}
    if head == "sym" and len(arguments) == 1:
        name = text(arguments[0])
        require(name in place, f"the symbol {name!r:.60} is not one of the box")
        return outward(place[name], bits), {name: point(1)}
    known = {"pow": len(arguments) == 2, "exp": len(arguments) == 1}
    known |= {"add": len(arguments) > 0, "mul": len(arguments) > 0, "log": known["exp"], "tanh": known["exp"]}
    require(known.get(head), f"{head!r:.40} with these arguments is not part of an equation of this kind")
    below = [derived(x, place, bits) for x in (arguments[:1] if head == "pow" else arguments)]
    value, gradient = below[0]
    if head == "add":
        return _chain(sum((x for x, _ in below), point(0)), [(point(1), g) for _, g in below], bits)
    if head == "mul":
        for other, slope in below[1:]:
            value, gradient = _chain(value * other, [(other, gradient), (value, slope)], bits)
        return value, gradient
    if head == "pow":
        name, exponent = parts(arguments[1])
        require(name == "num" and len(exponent) == 1, "an exponent is not an integer")
        n = integer(exponent[0])
        first = defined(intervals.power(value, n - 1)) * n if n else point(0)
        return _chain(defined(intervals.power(value, n)), [(first, gradient)], bits)
    function = defined({"exp": intervals.exp, "log": intervals.log, "tanh": intervals.tanh}[head](value, bits))
    inner = value if head == "log" else function
    outer = {"exp": lambda x: x, "log": lambda x: 1 / x, "tanh": lambda x: 1 - defined(intervals.power(x, 2))}[head]
    return _chain(function, [(outer(inner), gradient)], bits)


def _chain(value: Enclosure, parts: Sequence[tuple[Enclosure, dict[str, Enclosure]]], bits: int) -> Derived:
    """The value with the gradient that the chain rule makes of its parts: the sum of factors times gradients."""
    total: dict[str, Enclosure] = {}
    for factor, gradient in parts:
        for name, slope in gradient.items():
            total[name] = total.get(name, point(0)) + factor * slope
    return outward(value, bits), {name: outward(slope, bits) for name, slope in total.items()}


def unique_zero(box: Mapping[str, tuple[Number, Number]], equations: Sequence[Any]) -> bool:
    """Whether Krawczyk's test shows that the closed box (centre and radius of each symbol) holds exactly one zero."""
    if sum(map(size, equations)) * (1 + len(box)) > MAX_WORK:
        raise NotReplayed("the system is too large for naive enclosures")
    require(len(equations) == len(box) > 0, "there are not as many equations as symbols, or none")
    centre = {name: point(c) for name, (c, _) in box.items()}
    whole = {name: Enclosure(Fraction(c - r), Fraction(c + r)) for name, (c, r) in box.items()}
    for bits in PRECISIONS:
        try:
            values = [derived(x, centre, bits)[0] for x in equations]
            slopes = [derived(x, whole, bits)[1] for x in equations]
        except (Undefined, ZeroDivisionError):
            continue
        jacobian = [[slope.get(name, point(0)) for name in box] for slope in slopes]
        if krawczyk(values, jacobian, [Fraction(r) for _, r in box.values()]):
            return True
    return False
