"""Activations: each property that one declares is checked by itself."""

from __future__ import annotations

from itertools import product

import pytest
from flint import arb, fmpq, fmpq_poly
from hypothesis import given, settings
from hypothesis import strategies as st

from verify.arithmetic import precision
from verify.errors import InstanceError
from verify.networks.activations import NAMES, read_activation

SMOOTH = tuple(name for name in NAMES if name != "relu")
ODD = {"rational": [["0", "1"], ["1", "0", "1"]]}
EVEN = {"rational": [["1"], ["1", "0", "1"]]}
GENERIC = {"rational": [["1", "1"], ["1", "0", "1"]]}
FLAT = {"rational": [["0", "0", "1"], ["1", "0", "1"]]}
POLE = {"rational": [["1", "1"], ["2", "1"]]}
EXACT = (
    ODD, EVEN, GENERIC, FLAT, POLE, "relu", {"power": 2}, {"power": 3}, {"polynomial": ["1", "-2", "0", "5/3"]},
    {"polynomial": ["0", "0", "1"]}, {"polynomial": ["0", "-3"]}, {"rational": [["0", "1", "1", "1"], ["1", "0", "1"]]},
)  # fmt: skip
POINTS = [fmpq(k, 3) for k in range(-9, 10)]
fractions = st.fractions(-6, 6, max_denominator=12).map(lambda x: fmpq(x.numerator, x.denominator))


def may_be_zero(number):
    """Of an exact number: whether it is 0."""
    return arb(number).contains(arb(0)) if isinstance(number, arb) else number == 0


def jets(form, points=POINTS):
    """The jets at the points where all of them exist."""
    found = ((z, read_activation(form).jet(z)) for z in points)
    return [(z, jet) for z, jet in found if jet is not None and None not in jet]


@pytest.mark.parametrize("name", SMOOTH)
def test_derivatives_agree_with_ball_difference_quotients(name):
    """(f(z + h) - f(z - h))/2h = f'(z) + h^2/6 f'''(somewhere): within 10^-17 for h = 2^-30."""
    sigma, h = read_activation(name), arb(fmpq(1, 2**30))
    with precision(160):
        for point in POINTS:
            z = arb(point)
            below, here, above = (sigma.jet(z + shift) for shift in (-h, arb(0), h))
            for order in (0, 1):
                quotient = (above[order] - below[order]) / (2 * h)
                assert abs(quotient - here[order + 1]) < arb(1) / 10**17
                assert quotient.rad() < arb(1) / 10**20


@pytest.mark.parametrize("form", EXACT, ids=str)
@settings(derandomize=True, deadline=None, max_examples=40, database=None)
@given(z=fractions)
def test_derivatives_of_exact_ones_are_exact(form, z):
    """f(z + t) as a power series in t, by polynomials: numerator(z + t) = f(z + t) denominator(z + t) mod t^3."""
    sigma = read_activation(form)
    jet = sigma.jet(z)
    if jet is None or None in jet:
        return
    value, first, second = jet
    series = fmpq_poly([value, first, second / 2])
    if isinstance(sigma.form, dict) and "power" not in sigma.form:
        ((kind, numbers),) = sigma.form.items()
        sides = [numbers, ["1"]] if kind == "polynomial" else numbers
        p, q = (fmpq_poly([fmpq(*map(int, text.split("/"))) for text in side])(fmpq_poly([z, 1])) for side in sides)
        assert [(series * q - p)[k] for k in range(3)] == [0, 0, 0]
    else:
        k = 1 if sigma.form == "relu" else sigma.form["power"]
        expected = fmpq_poly([z, 1]) ** k if z > 0 else fmpq_poly([0])
        assert [expected[k] for k in range(3)] == [series[k] for k in range(3)]


@pytest.mark.parametrize("form", [*SMOOTH, *EXACT], ids=str)
def test_balls_enclose_the_values_of_their_points(form):
    sigma = read_activation(form)
    with precision(90):
        for z, exact in jets(form):
            wide = sigma.jet(arb(z) + arb(1).union(arb(-1)) / 100)
            if wide is not None:
                for ball, value in zip(wide, exact, strict=True):
                    assert ball is None or ball.overlaps(arb(value))


@pytest.mark.parametrize("form", [*SMOOTH, *EXACT], ids=str)
def test_declared_parity(form):
    sigma = read_activation(form)
    found = dict(jets(form))
    differences = {1: [], -1: []}
    for z, jet in found.items():
        if -z in found:
            for sign in (1, -1):
                differences[sign].append(found[-z][0] - sign * jet[0])
    vanishes = {sign: all(may_be_zero(d) for d in values) for sign, values in differences.items()}
    assert sigma.parity == ("even" if vanishes[1] else "odd" if vanishes[-1] else None)
    if sigma.signed:
        assert sigma.parity == {"O": "odd", "E": "even"}[sigma.letter]
        assert sigma.sign(-1) == (-1 if sigma.parity == "odd" else 1)
    else:
        with pytest.raises(InstanceError, match="class O or E"):
            sigma.sign(-1)


@pytest.mark.parametrize("form", [*SMOOTH, *EXACT], ids=str)
def test_declared_homogeneity(form):
    """sigma(t z) = t^k sigma(z), exactly; a declared None is shown by a violation of every small degree."""
    sigma = read_activation(form)
    pairs = [(z, t) for z, t in product(POINTS, (fmpq(2), fmpq(1, 3))) if sigma.jet(z) and sigma.jet(t * z)]
    for degree in range(-1, 5) if sigma.degree is None else (sigma.degree,):
        broken = any(sigma.jet(t * z)[0] != t**degree * sigma.jet(z)[0] for z, t in pairs)
        assert broken is (sigma.degree is None)


@pytest.mark.parametrize("form", [*SMOOTH, *EXACT], ids=str)
def test_declared_zero_at_zero(form):
    """The multiplicity k: sigma(h)/h^k tends to a number that is not 0."""
    sigma = read_activation(form)
    jet = sigma.jet(fmpq(0))
    at_zero = None if jet is None else jet[0]
    assert sigma.zero_at_zero is (at_zero is not None and may_be_zero(at_zero))
    if sigma.value_at_zero is not None:
        assert may_be_zero(sigma.value_at_zero - at_zero)
    if jet is not None and jet[1] is not None:
        assert sigma.flat_at_zero is may_be_zero(jet[1])
    else:
        assert sigma.flat_at_zero is None
    if sigma.zero_order is not None:
        assert sigma.zero_at_zero is (sigma.zero_order > 0)
        with precision(400):
            for side in (1, -1) if sigma.analytic else (1,):
                h, smaller = (side * arb(1) / 10**k for k in (20, 24))
                quotients = [sigma.jet(step)[0] / step**sigma.zero_order for step in (h, smaller)]
                assert abs(quotients[0]) > 1e-3
                assert abs(quotients[0] - quotients[1]) < 1e-6
    else:
        assert sigma.form == "relu"


@pytest.mark.parametrize(
    ("form", "letter"),
    [
        ("tanh", "O"), ("sin", "O"), ("x-tanh", "E"), ("exp", "G"), ("sigmoid", "M"), ("softplus", "M"), ("gelu", "M"),
        ("swish", "M"), ("relu", "N"), ({"power": 2}, "N"), ({"polynomial": [0, 1]}, "P"), (ODD, "O"), (EVEN, "E"),
        (GENERIC, "G"), (FLAT, "E"), (POLE, "N"), ({"rational": [[1, 1], [2]]}, "P"), ({"rational": [[1, 1], [2, 2]]}, "N"),
        ({"rational": [[1, 2, 1], [1, 0, 1]]}, "M"), ({"rational": [[0, 1, 1, 1], [1, 0, 1]]}, "M"),
        ({"rational": [[0, 1], [0, 1, 0, 1]]}, "N"), ({"rational": [[1, 1], [1, 1, 1, 1]]}, "N"),
        ({"rational": [[1, 1, 1], [1, 0, 1, 0, 1]]}, "G"),
        # odd part -z/(1 + z^2 + z^4), even part (1 + z^2)/(1 + z^2 + z^4)
        ({"rational": [[1], [1, 1, 1]]}, "G"), ({"rational": [[1], [-2, 0, 1]]}, "N"),
    ],
    ids=str,
)  # fmt: skip
def test_classes(form, letter):
    assert read_activation(form).letter == letter


def test_mixed_class_means_that_one_part_is_a_polynomial():
    """sigmoid - 1/2 is odd; softplus, gelu and swish minus z/2 are even."""
    with precision(100):
        for name, rest, sign in (("sigmoid", 0, -1), ("softplus", 1, 1), ("gelu", 1, 1), ("swish", 1, 1)):
            sigma = read_activation(name)
            for z in (fmpq(1, 3), fmpq(2), fmpq(7, 2)):
                values = [sigma.jet(x)[0] - (x / 2 if rest else fmpq(1, 2)) for x in (z, -z)]
                assert abs(values[0] - sign * values[1]) < arb(1) / 2**80
            assert sigma.parity is None


@pytest.mark.parametrize("form", [*SMOOTH, *EXACT], ids=str)
def test_analytic_means_without_poles_and_kinks(form):
    """Balls around every point of a grid have all derivatives, or else some point has none."""
    sigma = read_activation(form)
    with precision(64):
        covered = [sigma.jet(arb(fmpq(k, 50)) + arb(1).union(arb(-1)) / 90) for k in range(-400, 400)]
    smooth = all(jet is not None and None not in jet and all(entry.is_finite() for entry in jet) for jet in covered)
    broken = sigma.form == {"power": 3}  # its third derivative is the first that does not exist
    assert smooth is (sigma.analytic or broken)


@pytest.mark.parametrize("name", ["tanh", "sigmoid", "exp"])
def test_from_the_exponential(name):
    sigma = read_activation(name)
    assert sigma.has_exponential
    for e in (fmpq(1), fmpq(2), fmpq(1, 3), fmpq(9, 4)):
        exact = sigma.jet_of_exponential(e)
        z = arb(e).log() / (2 if name == "tanh" else 1)
        assert all(isinstance(entry, fmpq) for entry in exact)
        assert all(a.overlaps(arb(b)) for a, b in zip(sigma.jet(z), exact, strict=True))


def test_only_three_have_an_exponential():
    assert [name for name in NAMES if read_activation(name).has_exponential] == ["tanh", "sigmoid", "exp"]
    with pytest.raises(InstanceError, match="logarithmic"):
        read_activation("sin").jet_of_exponential(fmpq(2))


def test_kinks_and_poles_are_undefined():
    assert read_activation("relu").jet(fmpq(0)) == (0, None, None)
    assert read_activation({"power": 2}).jet(fmpq(0)) == (0, 0, None)
    assert read_activation({"power": 3}).jet(fmpq(0)) == (0, 0, 0)
    assert read_activation(POLE).jet(fmpq(-2)) is None
    around = arb(0, 1)
    assert read_activation("relu").jet(around)[1:] == (None, None)
    assert read_activation("relu").jet(around)[0].contains(arb(1))
    assert read_activation({"power": 2}).jet(around)[2] is None
    assert read_activation(POLE).jet(arb(-2, 1)) is None
    # the denominator as it is written counts, also where the fraction could be reduced
    assert read_activation({"rational": [[0, 1], [0, 1, 0, 1]]}).jet(fmpq(0)) is None


def test_equality_is_that_of_forms():
    assert read_activation({"polynomial": [0, "1"]}) == read_activation({"polynomial": ["0", 1]})
    assert read_activation("tanh") != read_activation("sin")
    assert len({read_activation(ODD), read_activation(ODD), read_activation(EVEN)}) == 2
    assert read_activation(ODD).form == ODD


@pytest.mark.parametrize(
    ("form", "message"),
    [
        ("Tanh", "unknown; give one of tanh"), (None, "unknown"), ({"power": 1}, "'relu'"), ({"power": True}, ">= 2"),
        ({"power": 2.0}, ">= 2"), ({"polynomial": []}, "list of coefficients"), ({"polynomial": [0.5]}, "exact number"),
        ({"rational": [[1], [0, 0]]}, "denominator is 0"), ({"rational": [[1]]}, "unknown"),
        ({"rational": [[1], "1"]}, "list of coefficients"), ({"power": 2, "polynomial": [1]}, "unknown"),
    ],
    ids=str,
)  # fmt: skip
def test_bad_forms_are_refused(form, message):
    with pytest.raises(InstanceError, match=message):
        read_activation(form)
