"""How obligations about matrices, roots and zeros are printed."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
from sympy import Rational, exp, symbols, tanh

from verify import Inertia, Rank, Roots, UniqueZero
from verify.report.maths import typeset
from verify.run.describe import obligation_latex

x, y = symbols("x y")


@pytest.mark.parametrize(
    ("obligation", "parts"),
    [
        (Inertia([[1, "-1/2"], [Rational(-1, 2), Fraction(3, 4)]], (2, 0, 0)), ["1 & -\\frac{1}{2} \\\\", "(2, 0, 0"]),
        (Inertia([[0] * 40] * 40, (0, 0, 40)), ["M_{40 \\times 40}", "(0, 0, 40"]),
        (Rank([[x, x * y], [1, y]], 1), ["x & x y", "= 1"]),
        (Roots(x**3 - 2 * x, x, [1, 1, 1]), ["x^{3} - 2 x = 0", "\\mathbb{R}", "1, 1, 1"]),
        (Roots([0, "-1/2", 0, 3], "u", [1], ("-1/3", None)), ["3 u^{3} = 0", "-\\frac{1}{3} < u"]),
        (Roots(list(range(30)), x, [], (None, 5)), ["p_{29}", "x < 5", "\\text{none}"]),
        (UniqueZero({x: (0, 1), y: ("-1/2", Rational(1, 3))}, [tanh(x), exp(y) - 1]), ["\\exists!", "\\tanh", "= 0"]),
    ],
)
def test_obligations_are_formulas(obligation: Any, parts: list[str]) -> None:
    latex = obligation_latex(obligation)
    assert [part for part in parts if part not in latex.replace("\\left", "")] == []
    for html in (typeset(latex), typeset(latex, display=True)):
        assert "<math" in html
        assert "<code" not in html
