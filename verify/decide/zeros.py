"""Zeros of systems of equations: exactly one in a box.

Rests on Krawczyk's test (R. Krawczyk 1969; R. E. Moore 1977): let f be continuously differentiable on a closed box X with
centre c, J an interval matrix that encloses its Jacobian at every point of X, and Y any matrix. If
K = c - Y f(c) + (I - Y J)(X - c) lies in the interior of X, then f has exactly one zero in X. By the mean value theorem the
map x -> x - Y f(x) takes X into K, so it has a fixed point (Brouwer). The radii of K are at least |I - Y J| times those of X, and
less than these: so the spectral radius of |I - Y J| is below 1, and Y and every matrix in J are invertible. A fixed point is
then a zero of f, and two zeros x, x' would give M (x - x') = 0 with M in J.

Derivatives are taken by the rules for sums, products, powers, exp, log and tanh, on balls (forward mode).

Certificate: kind ``zero``, the box and the equations; the rechecker works out its own enclosures.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import reduce

from flint import arb, arb_mat, fmpq

from verify import expressions, guesses
from verify.arithmetic import exact, is_usable, precision
from verify.evidence import Decision
from verify.expressions import LARGEST_EXPONENT, Expression, whole_power

LEAST_BITS, MOST_BITS = 64, 1024

Jet = tuple[arb, list[arb]]
"""Enclosures of a value and of the partial derivatives."""


class OutsideLanguage(Exception):
    """The expression has an operation that is not differentiated here."""


class Undefined(Exception):
    """The expression is not certainly defined everywhere on the box."""


def decide(box: Sequence[tuple[str, fmpq, fmpq]], equations: Sequence[Expression]) -> Decision:
    """Decide whether exactly one point of a closed box is a zero of all expressions.

    Args:
        box: symbol, centre and radius of each side.
        equations: as many expressions in these symbols.

    Returns:
        True with a certificate; false if some expression is certainly not zero anywhere in the box; else undecided.
    """
    names = [name for name, _, _ in box]
    if not names or len(set(names)) < len(names) or len(names) != len(equations):
        return Decision(None, f"{len(equations)} equations on a box with the symbols {', '.join(names) or 'none'}")
    if any(radius <= 0 for _, _, radius in box):
        return Decision(None, "a radius of the box is not positive")
    if free := sorted(set().union(*map(expressions.symbols, equations)).difference(names)):
        return Decision(None, f"the box has no side for {free[0]!r}")
    bits = LEAST_BITS
    while bits <= MOST_BITS:
        with precision(bits):
            try:
                truth = _attempt(box, equations)
            except OutsideLanguage as error:
                return Decision(None, str(error))
            except Undefined as error:
                truth, why = None, str(error)
            else:
                why = "Krawczyk's test does not show it: take a smaller box, or a centre nearer to the zero"
        if truth is False:
            return Decision(False, "an equation has no zero in the box")
        if truth is True:
            written = [[name, str(centre), str(radius)] for name, centre, radius in box]
            certificate = {"kind": "zero", "box": written, "equations": list(equations)}
            return Decision(True, f"Krawczyk's test at {bits} bits", certificate)
        bits *= 2
    return Decision(None, why)


def _attempt(box: Sequence[tuple[str, fmpq, fmpq]], equations: Sequence[Expression]) -> bool | None:
    radii = [arb(radius) for _, _, radius in box]
    centre = [arb(middle) for _, middle, _ in box]
    around = [middle + radius.union(-radius) for middle, radius in zip(centre, radii, strict=True)]
    names = [name for name, _, _ in box]
    over_box = [jet(equation, _variables(names, around)) for equation in equations]
    if any(0 not in value for value, _ in over_box):
        return False
    at_centre = [jet(equation, _variables(names, centre))[0] for equation in equations]
    return krawczyk(at_centre, arb_mat([gradient for _, gradient in over_box]), radii) or None


def krawczyk(value_at_centre: Sequence[arb], jacobian_over_box: arb_mat, radii: Sequence[arb]) -> bool:
    """Whether Krawczyk's test shows exactly one zero in the closed box; False says nothing.

    Args:
        value_at_centre: enclosures of f at the centre of the box.
        jacobian_over_box: enclosure of the Jacobian of f at every point of the box, square.
        radii: half the side lengths of the box, positive.
    """
    candidates: tuple[Callable[[arb_mat], arb_mat | None], ...] = (guesses.inverse, _inverse)
    for approximate in candidates:
        y = approximate(jacobian_over_box.mid())
        if y is not None and _maps_inside(y, value_at_centre, jacobian_over_box, radii):
            return True
    return False


def _inverse(matrix: arb_mat) -> arb_mat | None:
    """An approximate inverse at the working precision, where floats are too coarse."""
    try:
        return matrix.inv().mid()
    except ZeroDivisionError:
        return None


def _maps_inside(y: arb_mat, value: Sequence[arb], jacobian: arb_mat, radii: Sequence[arb]) -> bool:
    size = len(radii)
    identity = arb_mat([[int(i == j) for j in range(size)] for i in range(size)])
    around = arb_mat(size, 1, [radius.union(-radius) for radius in radii])
    image = (identity - y * jacobian) * around - y * arb_mat(size, 1, list(value))
    return all(entry.abs_upper() < radius.lower() for entry, radius in zip(image.entries(), radii, strict=True))


def _variables(names: Sequence[str], values: Sequence[arb]) -> dict[str, Jet]:
    return {
        name: (value, [arb(int(name == other)) for other in names]) for name, value in zip(names, values, strict=True)
    }


def jet(form: Expression, variables: Mapping[str, Jet]) -> Jet:
    """Enclosures of an expression and its partial derivatives, at every point of what the variables enclose.

    Raises:
        OutsideLanguage: for an operation other than sums, products, whole powers, ``exp``, ``log`` and ``tanh``.
        Undefined: if it is not certainly defined there.
    """
    value, gradient = _jet(form, variables)
    if not all(map(is_usable, (value, *gradient))):
        raise Undefined("an equation is not certainly defined everywhere on the box")
    return value, gradient


def _jet(form: Expression, variables: Mapping[str, Jet]) -> Jet:
    head = form[0]
    if head == "sym":
        return variables[form[1]]
    if head == "num":
        return arb(exact(form[1])), [arb(0)] * len(variables)
    if head == "pow":
        return _power(form, variables)
    parts = [jet(part, variables) for part in form[1:]]
    if head == "add":
        return reduce(_plus, parts)
    if head == "mul":
        return reduce(_times, parts)
    if len(parts) == 1 and head in ("exp", "log", "tanh"):
        ((inner, gradient),) = parts
        if head == "log" and not inner > 0:
            raise Undefined("the argument of a logarithm is not certainly positive on the box")
        low, high = inner.lower(), inner.upper()  # all three are increasing
        if head == "exp":
            value = low.exp().union(high.exp())
            slope = value
        elif head == "log":
            value, slope = low.log().union(high.log()), 1 / inner
        else:
            value = low.tanh().union(high.tanh())
            slope = 1 - whole_power(value, 2)
        return value, [slope * entry for entry in gradient]
    raise OutsideLanguage(f"{head!r} is not differentiated")


def _plus(left: Jet, right: Jet) -> Jet:
    return left[0] + right[0], [a + b for a, b in zip(left[1], right[1], strict=True)]


def _times(left: Jet, right: Jet) -> Jet:
    (u, du), (v, dv) = left, right
    return u * v, [a * v + u * b for a, b in zip(du, dv, strict=True)]


def _power(form: Expression, variables: Mapping[str, Jet]) -> Jet:
    exponent = form[2]
    if exponent[0] != "num" or "/" in exponent[1] or abs(int(exponent[1])) > LARGEST_EXPONENT:
        raise OutsideLanguage(f"a power that is not a whole number up to {LARGEST_EXPONENT}")
    base, gradient = jet(form[1], variables)
    power = int(exponent[1])
    if power == 0:
        return arb(1), [arb(0)] * len(gradient)
    if power < 0 and 0 in base:
        raise Undefined("a denominator is not certainly different from zero on the box")
    slope = power * whole_power(base, power - 1)
    return whole_power(base, power), [slope * entry for entry in gradient]
