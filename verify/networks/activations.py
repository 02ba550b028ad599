"""Activations of dense networks: their values and derivatives over exact numbers and balls, and what theorems ask of them.

The list of activations and the letters of their classes are those of ``docs/certificates.md``, section 8.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

from flint import arb, fmpq, fmpq_poly

from verify.arithmetic import exact
from verify.errors import InstanceError

Number = Any
"""An ``fmpq`` or an ``arb``."""

_Smooth = tuple[Number, Number, Number]
Jet = tuple[Number, Number | None, Number | None]
"""The value and the first two derivatives; a derivative that does not exist is None."""


@dataclass(frozen=True)
class Activation:
    """A scalar function sigma with the properties that it declares (each is checked by a test of its own).

    ``form`` is its JSON with numbers as strings; two activations are equal if their forms are. ``letter`` is the
    class: O odd, E even, G generic, M a polynomial plus something of a parity (not itself of one), P polynomial,
    N not analytic. ``parity`` is "odd", "even" or None; ``analytic`` says whether sigma is so on the whole real line;
    ``zero_order`` is the multiplicity of the zero at 0 (0 where sigma(0) != 0; None if sigma is identically 0, not
    defined at 0, or has no integral order there); ``degree`` is the k with sigma(t z) = t^k sigma(z) for all t > 0
    (None if there is none); ``derivative`` says what the derivative is, in words.
    """

    text: str
    letter: str
    exact: bool
    parity: str | None
    analytic: bool
    zero_order: int | None
    degree: int | None
    derivative: str
    _jet: Callable[[Number], Jet | None]
    _jet_of_exponential: Callable[[Number], Jet] | None = None

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Activation) and self.text == other.text

    def __hash__(self) -> int:
        return hash(self.text)

    def __repr__(self) -> str:
        return f"Activation({self.text})"

    @property
    def form(self) -> Any:
        """The activation as JSON."""
        return json.loads(self.text)

    @property
    def signed(self) -> bool:
        """Whether sigma(-z) = +-sigma(z) makes neurons with opposite weights equivalent (class O or E)."""
        return self.letter in ("O", "E")

    def sign(self, orientation: int) -> int:
        """The factor s(eps) with sigma(eps z) = s(eps) sigma(z), eps = 1 or -1.

        Raises:
            InstanceError: for eps = -1 if the class is neither O nor E.
        """
        if orientation == 1:
            return 1
        if not self.signed:
            raise InstanceError(f"activation {self.text}: a sign -1 needs an odd or even one (class O or E)")
        return -1 if self.letter == "O" else 1

    @property
    def has_exponential(self) -> bool:
        """Whether sigma is a rational function of an exponential: what ``"inner": "log"`` needs."""
        return self._jet_of_exponential is not None

    def jet(self, z: Number) -> Jet | None:
        """sigma, sigma' and sigma'' at z: an ``fmpq`` (then exact activations give exact values) or an ``arb``.

        None at a pole, or where a ball cannot exclude one. A derivative that does not exist (relu at 0), or that a
        ball cannot tell from one, is None.
        """
        return self._jet(z if self.exact or isinstance(z, arb) else arb(z))

    def jet_of_exponential(self, exponential: Number) -> Jet:
        """The same from E = exp(2 z) (tanh) or exp(z) (sigmoid, exp) > 0: exact for an exact E.

        Raises:
            InstanceError: for other activations.
        """
        if self._jet_of_exponential is None:
            raise InstanceError(f"activation {self.text}: only tanh, sigmoid and exp go with logarithmic weights")
        return self._jet_of_exponential(exponential)

    @cached_property
    def _at_zero(self) -> Jet | None:
        return self.jet(fmpq(0))

    @property
    def value_at_zero(self) -> Number | None:
        """sigma(0): exact where it is rational, a ball for softplus; None if 0 is a pole."""
        if self.text == '"softplus"':
            return arb(2).log()
        if not self.exact:
            return _VALUE_AT_ZERO.get(self.form, fmpq(0))
        return None if self._at_zero is None else self._at_zero[0]

    @property
    def zero_at_zero(self) -> bool:
        """Whether sigma(0) = 0."""
        value = self.value_at_zero
        return isinstance(value, fmpq) and value == 0

    @property
    def flat_at_zero(self) -> bool | None:
        """Whether sigma'(0) = 0; None where sigma has no derivative at 0."""
        if not self.exact:
            return self.letter == "E"  # x-tanh; the slope of the others is 1/4, 1/2 or 1
        if self._at_zero is None or self._at_zero[1] is None:
            return None
        return bool(self._at_zero[1] == 0)


_VALUE_AT_ZERO = {"sigmoid": fmpq(1, 2), "exp": fmpq(1)}
NAMES = ("tanh", "sigmoid", "softplus", "exp", "sin", "x-tanh", "gelu", "swish", "relu")


def read_activation(form: Any) -> Activation:
    """The activation that a JSON form names.

    Raises:
        InstanceError: if there is none of that name, or its coefficients are not exact numbers.
    """
    if isinstance(form, str) and form in _NAMED:
        return _NAMED[form]
    if isinstance(form, dict) and len(form) == 1:
        ((kind, argument),) = form.items()
        if kind == "power":
            return _power(argument)
        if kind == "polynomial":
            return _polynomial(_coefficients("polynomial", argument))
        if kind == "rational" and isinstance(argument, (list, tuple)) and len(argument) == 2:
            return _rational(_coefficients("rational", argument[0]), _coefficients("rational", argument[1]))
    raise InstanceError(
        f"activation: {form!r:.80} is unknown; give one of {', '.join(NAMES)}, or "
        '{"power": k}, {"polynomial": [c0, c1, ...]} or {"rational": [[p0, ...], [q0, ...]]}'
    )


def _coefficients(kind: str, raw: Any) -> tuple[fmpq, ...]:
    if not isinstance(raw, (list, tuple)) or not raw:
        raise InstanceError(f"activation: {kind} needs a list of coefficients, the constant first; not {raw!r:.60}")
    try:
        return tuple(exact(entry) for entry in raw)
    except InstanceError as error:
        raise InstanceError(f"activation: {kind}: {error}") from None


# ---- transcendental ones, over balls -------------------------------------------------------------------------------


def _tanh(z: arb) -> _Smooth:
    t = z.tanh()
    slope = 1 - t * t
    return t, slope, -2 * t * slope


def _tanh_of_exponential(exponential: Number) -> _Smooth:
    t = (exponential - 1) / (exponential + 1)
    slope = 1 - t * t
    return t, slope, -2 * t * slope


def _sigmoid(z: arb) -> _Smooth:
    s = 1 / (1 + (-z).exp())
    slope = s * (1 - s)
    return s, slope, slope * (1 - 2 * s)


def _sigmoid_of_exponential(exponential: Number) -> _Smooth:
    s = exponential / (1 + exponential)
    slope = s * (1 - s)
    return s, slope, slope * (1 - 2 * s)


def _softplus(z: arb) -> _Smooth:
    s, slope, _ = _sigmoid(z)
    return z.exp().log1p(), s, slope


def _exp(z: arb) -> _Smooth:
    value = z.exp()
    return value, value, value


def _sin(z: arb) -> _Smooth:
    s, c = z.sin_cos()
    return s, c, -s


def _x_tanh(z: arb) -> _Smooth:
    t, slope, curvature = _tanh(z)
    return z * t, t + z * slope, 2 * slope + z * curvature


def _gelu(z: arb) -> _Smooth:
    below = (-z / arb(2).sqrt()).erfc() / 2
    density = (-z * z / 2).exp() / (2 * arb.pi()).sqrt()
    return z * below, below + z * density, (2 - z * z) * density


def _swish(z: arb) -> _Smooth:
    s, slope, curvature = _sigmoid(z)
    return z * s, s + z * slope, 2 * slope + z * curvature


# ---- exact ones, over both ------------------------------------------------------------------------------------------


def _positive_part(k: int) -> Callable[[Number], Jet]:
    """The jet of max(z, 0)^k; derivatives of order k at 0 do not exist, nor for a ball that contains 0."""

    def jet(z: Number) -> Jet:
        zero = z * 0
        if z > 0:
            return z**k, k * z ** (k - 1), k * (k - 1) * z ** (k - 2) if k > 1 else zero
        if z < 0:
            return zero, zero, zero
        x = z.max(arb(0)) if isinstance(z, arb) else zero
        slope = k * x ** (k - 1) if k > 1 else None
        return x**k, slope, k * (k - 1) * x ** (k - 2) if k > 2 else None

    return jet


def _horner(coefficients: Sequence[fmpq], z: Number) -> Number:
    value = z * 0
    for coefficient in reversed(coefficients):
        value = value * z + coefficient
    return value


def _derivative(coefficients: Sequence[fmpq]) -> tuple[fmpq, ...]:
    return tuple(k * c for k, c in enumerate(coefficients))[1:]


def _power(k: Any) -> Activation:
    if isinstance(k, bool) or not isinstance(k, int) or k < 2:
        raise InstanceError(f"activation: power {k!r}: give an integer >= 2 (power 1 is 'relu')")
    words = f"{k} max(z, 0)^{k - 1}"
    return Activation(json.dumps({"power": k}), "N", True, None, False, k, k, words, _positive_part(k))


def _polynomial(coefficients: tuple[fmpq, ...]) -> Activation:
    first, second = _derivative(coefficients), _derivative(_derivative(coefficients))

    def jet(z: Number) -> Jet:
        return _horner(coefficients, z), _horner(first, z), _horner(second, z)

    text = json.dumps({"polynomial": [str(c) for c in coefficients]})
    powers = [k for k, c in enumerate(coefficients) if c != 0]
    return Activation(
        text, "P", True, _parity_of(powers), True,
        powers[0] if powers else None, powers[0] if len(powers) == 1 else None,
        "the polynomial of the coefficients k c_k", jet,
    )  # fmt: skip


def _parity_of(powers: Sequence[int]) -> str | None:
    """Of a nonzero polynomial with these powers."""
    kinds = {k % 2 for k in powers}
    return None if len(kinds) != 1 else "odd" if kinds == {1} else "even"


@lru_cache(maxsize=256)
def _rational(numerator: tuple[fmpq, ...], denominator: tuple[fmpq, ...]) -> Activation:
    if not any(q != 0 for q in denominator):
        raise InstanceError("activation: rational: the denominator is 0; give it a nonzero coefficient")
    numerators = numerator, _derivative(numerator), _derivative(_derivative(numerator))
    denominators = denominator, _derivative(denominator), _derivative(_derivative(denominator))

    def jet(z: Number) -> Jet | None:
        q, q1, q2 = (_horner(c, z) for c in denominators)
        excludes_pole = q != 0  # of balls: certainly
        if not excludes_pole:
            return None
        p, p1, p2 = (_horner(c, z) for c in numerators)
        cross = p1 * q - p * q1
        return p / q, cross / q**2, ((p2 * q - p * q2) * q - 2 * q1 * cross) / q**3

    text = json.dumps({"rational": [[str(c) for c in numerator], [str(c) for c in denominator]]})
    p, q = _lowest_terms(numerator, denominator)
    tops = [k for k, c in enumerate(p.coeffs()) if c != 0]
    bottoms = [k for k, c in enumerate(q.coeffs()) if c != 0]
    # In lowest terms p/q has a parity exactly if p and q have one each.
    parities = _parity_of(tops), _parity_of(bottoms)
    parity = None if None in parities else "even" if parities[0] == parities[1] else "odd"
    has_pole = _has_real_zero(fmpq_poly(list(denominator)))  # as it is written: there it has no value
    defined_at_zero = denominator[0] != 0
    homogeneous = len(tops) == 1 and len(bottoms) == 1
    return Activation(
        text, _letter_of_rational(p, q, parity, has_pole), True, parity,
        not has_pole,
        tops[0] if tops and defined_at_zero else None, tops[0] - bottoms[0] if homogeneous else None,
        "(p' q - p q')/q^2", jet,
    )  # fmt: skip


def _lowest_terms(numerator: Sequence[fmpq], denominator: Sequence[fmpq]) -> tuple[fmpq_poly, fmpq_poly]:
    p, q = fmpq_poly(list(numerator)), fmpq_poly(list(denominator))
    common = p.gcd(q)
    return p // common, q // common


def _has_real_zero(polynomial: fmpq_poly) -> bool:
    if polynomial.degree() < 1:
        return False
    roots: Any = polynomial.numer().complex_roots()
    return any(root.imag == 0 for root, _ in roots)  # FLINT gives real roots an imaginary part that is exactly 0


def _letter_of_rational(p: fmpq_poly, q: fmpq_poly, parity: str | None, has_pole: bool) -> str:
    if has_pole:
        return "N"
    if q.degree() < 1:
        return "P"
    if parity is not None:
        return "O" if parity == "odd" else "E"
    flip = fmpq_poly([0, -1])
    mirrored_p, mirrored_q = p(flip), q(flip)
    for sign in (1, -1):  # the even and the odd part, over the common denominator q(z) q(-z)
        part = p * mirrored_q + sign * (mirrored_p * q)
        if not part % (q * mirrored_q):
            return "M"
    return "G"


_NAMED = {
    name: Activation(json.dumps(name), letter, name == "relu", parity, analytic, order, degree, words, jet, from_e)
    for name, letter, parity, analytic, order, degree, words, jet, from_e in (
        ("tanh", "O", "odd", True, 1, None, "1 - tanh(z)^2", _tanh, _tanh_of_exponential),
        ("sigmoid", "M", None, True, 0, None, "s (1 - s), s = sigmoid(z)", _sigmoid, _sigmoid_of_exponential),
        ("softplus", "M", None, True, 0, None, "sigmoid(z)", _softplus, None),
        ("exp", "G", None, True, 0, None, "exp(z)", _exp, lambda e: (e, e, e)),
        ("sin", "O", "odd", True, 1, None, "cos(z)", _sin, None),
        ("x-tanh", "E", "even", True, 2, None, "tanh(z) + z (1 - tanh(z)^2)", _x_tanh, None),
        ("gelu", "M", None, True, 1, None, "Phi(z) + z Phi'(z), Phi the normal distribution", _gelu, None),
        ("swish", "M", None, True, 1, None, "s + z s (1 - s), s = sigmoid(z)", _swish, None),
        ("relu", "N", None, False, None, 1, "1 for z > 0, 0 for z < 0, none at 0", _positive_part(1), None),
    )
}
