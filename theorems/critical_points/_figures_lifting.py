"""Pictures of the example of one tanh neuron: the curve of critical weights, and the splits of the three panels."""

from __future__ import annotations

from typing import Any

import numpy

from verify import Drawing
from verify.plots import BLUE, GREEN, GREY, ORANGE, canvas, drawing

WEIGHT = 1.0258
INPUTS = numpy.array([0.25, 1.0, 4.0, 16.0])
PRINTED = (numpy.array([1.0, -0.5835, 0.3, -0.1]), numpy.array([-6.0689, 3.5621, -0.3, -0.9]))
"""Residuals at t = 0 and their slope in t, as printed."""


def _recomputed() -> tuple[numpy.ndarray, numpy.ndarray]:
    """The same with the first two entries such that the network is critical for all t."""
    rows = numpy.array([numpy.tanh(WEIGHT * INPUTS), INPUTS / numpy.cosh(WEIGHT * INPUTS) ** 2])

    def completed(rest: numpy.ndarray) -> numpy.ndarray:
        return numpy.concatenate([numpy.linalg.solve(rows[:, :2], -rows[:, 2:] @ rest), rest])

    return completed(PRINTED[0][2:]), completed(PRINTED[1][2:])


def _places(curve: tuple[Any, Any], weights: numpy.ndarray) -> numpy.ndarray:
    """For each weight the t at which the dual function vanishes there."""
    values = numpy.tanh(numpy.outer(weights, INPUTS))
    return -(values @ curve[0]) / (values @ curve[1])


def _eigenvalues(residuals: numpy.ndarray, share: float) -> numpy.ndarray:
    """Of the Hessian (squared residuals, not halved) at the split into (share, 1 - share)."""
    value, slope = numpy.tanh(WEIGHT * INPUTS), 1 / numpy.cosh(WEIGHT * INPUTS) ** 2
    shares = numpy.array([share, 1 - share])
    jacobian = numpy.column_stack([value, value, *(a * INPUTS * slope for a in shares)])
    matrix = jacobian.T @ jacobian
    for k, a in enumerate(shares):  # the slope of the dual function is 0 at the neuron
        matrix[2 + k, 2 + k] += a * numpy.sum(residuals * (-2 * value * slope) * INPUTS**2)
    return numpy.linalg.eigvalsh(2 * matrix)


def printed_and_recomputed() -> Drawing:
    """Left: at which t a silent neuron of weight w is critical. Right: the smallest eigenvalues along the split line."""
    recomputed = _recomputed()
    weights = numpy.linspace(0.005, 0.8, 160)
    shares = numpy.linspace(0.1, 0.9, 81)
    with canvas(7.6, 3.2) as figure:
        left, right = figure.subplots(1, 2)
        for curve, colour, style, label in (
            (PRINTED, ORANGE, "--", "printed residual curve"),
            (recomputed, BLUE, "-", "recomputed"),
        ):
            places = _places(curve, weights)
            left.plot(places, weights, color=colour, linestyle=style, label=label)
            left.plot(places, -weights, color=colour, linestyle=style)
        left.axhline(0, color=GREY, linewidth=0.6)
        left.set_xlabel("place t on the curve of residuals")
        left.set_ylabel("weight w of the silent neuron")
        left.legend(frameon=False, fontsize=8, loc="center right")
        for t, colour in ((-4, GREEN), (0, BLUE), (3, ORANGE)):
            residuals = recomputed[0] + t * recomputed[1]
            values = numpy.array([_eigenvalues(residuals, share)[:2] for share in shares])
            right.plot(shares, values[:, 0], color=colour, label=f"t = {t}")
            right.plot(shares, values[:, 1], color=colour, linestyle=":")
        right.axhline(0, color=GREY, linewidth=0.6)
        right.set_xlabel("share delta of the first copy")
        right.set_ylabel("two smallest eigenvalues (the second dotted)")
        right.legend(frameon=False, fontsize=8)
    caption = (
        "Left: the pairs (t, w) for which (1, 1.0258; 0, w) is critical. The printed slope 3.5621 of the second residual makes "
        "the curve reach t = 0.283 at abs(w) = 0.8; it ends at 0.158. Right: the two smallest eigenvalues of the Hessian along "
        "the splits (delta, 1 - delta) of the three panels (one is always 0): no negative one for t = -4 and t = 0, minima where "
        "the captions say saddles; two negative ones for t = 3. Drawn in floats; the figures themselves are certified."
    )
    return drawing(figure, "One tanh neuron, four inputs: printed and recomputed", caption)
