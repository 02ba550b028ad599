"""Pictures of embeddings: what the Hessian does along a line of splits."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

import numpy
from matplotlib.patches import Patch

from theorems.critical_points import _models as m
from verify import Drawing
from verify.decide.inertia import of_exact
from verify.networks.dense import evaluate, read_data, read_network
from verify.networks.splittings import read_splitting, split_network
from verify.plots import BLUE, GREEN, GREY, ORANGE, canvas, drawing

COLOURS = {0: GREEN, 1: ORANGE}
POINTS = 121
BOX = {"boxstyle": "round,pad=0.2", "facecolor": "white", "edgecolor": GREY, "linewidth": 0.5}
BORDERS = [Fraction(-1), Fraction(0), Fraction(1), Fraction(2)]


def _hessian(case: tuple[m.Raw, m.Raw], share: Fraction) -> tuple[numpy.ndarray, tuple[int, int, int]]:
    """At the shares (share, 1 - share): in floats, and its exact inertia."""
    network, data = read_network(case[0]), read_data(case[1])
    wide = split_network(network, read_splitting([m.split(0, share, 1 - share)]))
    matrix = evaluate(wide, data).hessian
    assert matrix is not None
    floats = [[int(entry.p) / int(entry.q) for entry in row] for row in matrix.tolist()]
    return numpy.array(floats), of_exact(matrix)


def splitting_line() -> Drawing:
    """The eigenvalues as one neuron of tanh is split into (delta, 1 - delta), for B > 0 and for B < 0."""
    cases = (("B = 64/125", m.A), ("B = -32/625", m.instance_a("-1/10")))
    grid = [Fraction(-1) + Fraction(3 * k, POINTS - 1) for k in range(POINTS)]
    with canvas(7.6, 3.2) as figure:
        for ax, (title, case) in zip(figure.subplots(1, 2, sharex=True), cases, strict=True):
            values = numpy.array([numpy.linalg.eigvalsh(_hessian(case, share)[0]) for share in grid])
            for lo, hi in pairwise(BORDERS):
                _, (positive, negative, zero) = _hessian(case, (lo + hi) / 2)
                ax.axvspan(float(lo), float(hi), color=COLOURS[negative], alpha=0.18, linewidth=0)
                place, text = (float((lo + hi) / 2), 0.97), f"({positive}, {negative}, {zero})"
                ax.annotate(text, place, xycoords=("data", "axes fraction"), ha="center", va="top", fontsize=8)
            for share in BORDERS[1:3]:
                ax.axvline(float(share), color=GREY, linewidth=0.8, linestyle="--")
                place, text = (float(share), 0.08), f"{_hessian(case, share)[1]}"
                ax.annotate(text, place, xycoords=("data", "axes fraction"), ha="center", fontsize=8, bbox=BOX)
            ax.plot([float(share) for share in grid], values, color=BLUE, linewidth=1.2)
            ax.set_yscale("symlog", linthresh=0.1)
            ax.set_ylim(-1, 150)
            ax.axhline(0, color=GREY, linewidth=0.6)
            ax.set_title(title, fontsize=9)
            ax.set_xlabel("share delta of the first copy")
        figure.axes[0].set_ylabel("eigenvalues of the Hessian")
        handles = [
            Patch(color=GREEN, alpha=0.3, label="no negative eigenvalue: minimum"),
            Patch(color=ORANGE, alpha=0.3, label="one: strict saddle"),
        ]
        figure.legend(handles=handles, loc="outside lower center", ncols=2, frameon=False, fontsize=8)
    caption = (
        "One tanh neuron split into shares (delta, 1 - delta): the loss is constant, the eigenvalues move. The "
        "inertia (n_+, n_-, n_0) is exact, and changes only at delta = 0 and 1, where a second eigenvalue passes "
        "through 0: with B > 0 positive shares are minima, with B < 0 those with one positive share; at a share 0 the "
        "point is a saddle."
    )
    return drawing(figure, "A splitting line: where minima become saddles", caption)
