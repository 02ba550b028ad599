"""Pictures of critical sets: the dual function and its zeros, the loss near silent neurons, the way down from a saddle."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any

import numpy as np
from flint import fmpq
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from theorems.critical_points import _models as m
from verify import Drawing
from verify.decide.roots import isolate
from verify.networks.dense import evaluate, read_data, read_network
from verify.networks.dense_dual import Dual, dual_numerator, width_one_equation
from verify.networks.splittings import moved_network
from verify.plots import BLUE, GREEN, GREY, ORANGE, PINK, canvas, drawing

Instance = tuple[m.Raw, m.Raw]
Array = Any


def _number(value: Any) -> float:
    """An exact number as a float, for a picture."""
    return float(Fraction(str(value)))


def _dual(instance: Instance) -> Dual:
    network, data = instance
    return Dual(evaluate(read_network(network), read_data(data)))


def _scale(dual: Dual) -> float:
    """c of the weights c log u."""
    return 0.5 if dual.network.activation.form == "tanh" else 1.0


def _activation(dual: Dual) -> Callable[[Array], Array]:
    return np.tanh if dual.network.activation.form == "tanh" else np.exp


def _phi(dual: Dual) -> Callable[..., Array]:
    """phi as a function of (arrays of) the weights."""
    sigma = _activation(dual)
    assert dual.residuals is not None
    terms = [(_number(e), [_number(c) for c in x]) for e, x in zip(dual.residuals, dual.data.inputs, strict=True)]

    def phi(*weights: Array) -> Array:
        return sum(e * sigma(sum(c * w for c, w in zip(x, weights, strict=True))) for e, x in terms)

    return phi


def _middle(root: tuple[fmpq, fmpq, int]) -> float:
    return (_number(root[0]) + _number(root[1])) / 2


def _refined(polynomial: Any) -> list[tuple[float, int]]:
    """The positive zeros of a polynomial, from certified isolating intervals, and their multiplicities."""
    found = []
    for low, high, multiplicity in isolate(polynomial.coeffs(), fmpq(0), None):
        while high - low > fmpq(1, 10**9):  # an odd multiplicity: a zero that is not rational, where the sign changes
            centre = (low + high) / 2
            value = polynomial(centre) * polynomial(low)
            low, high = (centre, high) if value > 0 else (low, centre)
        found.append((_middle((low, high, multiplicity)), multiplicity))
    return found


def dual_function() -> Drawing:
    """phi over the weight, its zeros by multiplicity, and the neurons that may sit there."""
    panels: list[tuple[str, Instance, tuple[float, float]]] = [
        ("tanh, inputs 1, ..., 4", m.instance_b(), (-1.0, 1.0)),
        ("exp, inputs 1, ..., 4", m.X1, (-0.8, 1.68)),
    ]
    with canvas(7.4, 3.5) as figure:
        for ax, (title, instance, (left, right)) in zip(figure.subplots(1, 2), panels, strict=True):
            dual = _dual(instance)
            w = np.linspace(left, right, 600)
            ax.axhline(0, color=GREY, linewidth=0.8)
            ax.plot(w, _phi(dual)(w), color=BLUE)
            ax.axvline(
                _scale(dual) * np.log(_number(dual.network.neurons[0].inner[0])), color=GREY, linestyle=":", linewidth=1
            )
            numerator = dual_numerator(dual)
            assert numerator is not None
            for u, multiplicity in _refined(numerator):
                colour = GREEN if multiplicity > 1 else ORANGE
                ax.plot(_scale(dual) * np.log(u), 0, "o", color=colour, markersize=7, zorder=3)
                ax.annotate(
                    f"u = {Fraction(u).limit_denominator(100)}", (_scale(dual) * np.log(u), 0), xytext=(0, 9),
                    textcoords="offset points", ha="center", fontsize=7.5,
                )  # fmt: skip
            ax.set_title(title, loc="left", fontsize=9)
            ax.set_xlabel("weight w of an added neuron")
            ax.set_ylabel("dual function phi(w)")
        handles = [
            Line2D([], [], marker="o", color=GREEN, linestyle="", label="double zero: any neurons that cancel"),
            Line2D([], [], marker="o", color=ORANGE, linestyle="", label="simple zero: silent neurons only"),
            Line2D([], [], color=GREY, linestyle=":", label="the neuron of the reduction"),
        ]
        figure.legend(handles=handles, loc="outside lower center", ncols=3, frameon=False, fontsize=8)
    caption = (
        "The neurons of all critical networks with one output function sit on the zeros of phi, here isolated exactly: at "
        "double zeros their outer weights only have to cancel (or to sum to that of the reduction's neuron), at simple "
        "zeros each has to be 0."
    )
    return drawing(figure, "The dual function and the neurons that it allows", caption)


def zero_sets() -> Drawing:
    """The signs of phi, Z and Z' in the plane of the weights."""
    panels: list[tuple[str, Instance, list[tuple[str, str]]]] = [
        ("exp: two lines in (u, v)", m.X2_NODE, [("2", "3")]),
        ("exp: an isolated point", m.X2_DEFINITE, [("2", "3")]),
        ("exp: a double line", m.X2_LINE, [("2", "3")]),
        ("tanh: two curves", m.T2, [("2", "2"), ("1/2", "1/2")]),
    ]
    with canvas(7.4, 6.4) as figure:
        for ax, (title, instance, singular) in zip(figure.subplots(2, 2).flat, panels, strict=True):
            dual = _dual(instance)
            reach = 1.6 if dual.network.activation.form == "tanh" else 0.0
            low, high = (-reach, reach) if reach else (-0.7, 2.0)
            x, y = np.meshgrid(np.linspace(low, high, 260), np.linspace(low, high, 260))
            values = _phi(dual)(x, y)
            ax.contourf(x, y, np.sign(values), levels=[-2, 0, 2], colors=["#fbe3d3", "#dcebf6"])
            if values.min() < 0 < values.max():
                ax.contour(x, y, values, levels=[0.0], colors=[ORANGE], linewidths=1.4)
            if instance is m.X2_LINE:
                ax.axvline(np.log(2), color=GREEN, linewidth=2)
            for u in singular:
                ax.plot(*(_scale(dual) * np.log(_number(c)) for c in u), "o", color=GREEN, markersize=7)
            ax.set_title(title, loc="left", fontsize=9)
            ax.set_xlabel("w_1")
            ax.set_ylabel("w_2")
            ax.set_aspect("equal")
        handles = [
            Line2D([], [], color=ORANGE, label="Z: phi = 0, silent neurons"),
            Line2D([], [], marker="o", color=GREEN, label="Z': grad phi = 0 too, neurons that cancel"),
            Patch(color="#dcebf6", label="phi > 0"),
            Patch(color="#fbe3d3", label="phi < 0"),
        ]
        figure.legend(handles=handles, loc="outside lower center", ncols=4, frameon=False, fontsize=8)
    caption = (
        "Two inputs: the places of neurons that may be added to a critical network. Where phi changes its sign Z is a curve; it "
        "may also be one point, or a line on which grad phi vanishes as well."
    )
    return drawing(figure, "The zeros of phi in the plane", caption)


def _decreases(instance: Instance, start: Fraction, factors: Sequence[Fraction]) -> tuple[Array, Array]:
    """|h| and the exact decrease of the loss when a silent neuron moves from u by a factor, then takes its best weight."""
    network, data = m.extended(instance[0], (0, start)), instance[1]
    dual, before = _dual((network, data)), evaluate(read_network(network), read_data(data)).loss
    lengths, decreases = [], []
    for factor in factors:
        place = fmpq(start.numerator, start.denominator) * fmpq(factor.numerator, factor.denominator)
        phi, kappa = dual.value((place,)), dual.kappa((place,))
        assert phi is not None
        assert kappa is not None
        assert before is not None
        shift = fmpq(factor.numerator, factor.denominator)
        moved = moved_network(dual.network, [dual.network.width - 1], (shift,), -phi / kappa)
        assert moved is not None
        after = evaluate(moved, read_data(data)).loss
        assert after is not None
        lengths.append(_scale(dual) * abs(float(np.log(float(factor)))))
        decreases.append(_number(before - after))
    return np.array(lengths), np.array(decreases)


def escape_paths() -> Drawing:
    """Exact decreases over the displacement, with the leading terms of phi^2/(2 kappa)."""
    factors = [1 + Fraction(1, 10) * Fraction(2, 3) ** k for k in range(0, 15)]
    cases: list[tuple[str, Instance, int, int, str]] = [
        ("simple zero, u = 4 (four inputs)", m.instance_b(), 4, 1, BLUE),
        ("double zero, u = 2 (three inputs)", m.A, 2, 2, GREEN),
        ("triple zero, u = 2 (four inputs, another sample)", m.instance_d(), 2, 3, PINK),
    ]
    with canvas(6.6, 4.2) as figure:
        ax = figure.subplots()
        for label, instance, start, order, colour in cases:
            lengths, decreases = _decreases(instance, Fraction(start), factors)
            leading = decreases[-1] * (lengths / lengths[-1]) ** (2 * order)
            ax.loglog(lengths, leading, color=colour, linewidth=1.2)
            ax.loglog(lengths, decreases, "o", color=colour, markersize=4.5, label=f"{label}: slope {2 * order}")
        ax.set_xlabel("displacement |h| of the silent neuron")
        ax.set_ylabel("decrease of the loss")
        ax.legend(frameon=False, fontsize=8)
    caption = (
        "A silent neuron leaves a zero of phi of order k and takes the best outer weight: the loss falls by exactly "
        "phi^2/(2 kappa). Points: exact decreases of the loss of the moved networks; lines: powers |h|^(2k) through the last "
        "point. Only at a simple zero does the Hessian see the way down."
    )
    return drawing(figure, "The way down from a saddle", caption)


def around_silent_neurons() -> Drawing:
    """R - R_0 over (w', a') of a silent neuron at a simple and at a double zero of phi."""
    dual = _dual(m.A)
    phi, centre = _phi(dual), float(np.log(2)) / 2
    inputs = [_number(x) for (x,) in dual.data.inputs]
    panels = [("at w' = 0, a simple zero: strict saddle", 0.0, 0.3), ("at w' = w*, a double zero", centre, 0.3)]
    with canvas(7.4, 3.6) as figure:
        for ax, (title, place, reach) in zip(figure.subplots(1, 2), panels, strict=True):
            w, a = np.meshgrid(np.linspace(place - reach, place + reach, 241), np.linspace(-0.02, 0.02, 241))
            kappa = sum(np.tanh(w * x) ** 2 for x in inputs)
            difference = a * phi(w) + a**2 * kappa / 2
            top = np.abs(difference).max()
            levels = np.concatenate([-np.geomspace(top, top * 1e-5, 9), [0], np.geomspace(top * 1e-5, top, 9)])
            ax.contourf(w, a, difference, levels=[-top, 0, top], colors=["#fbe3d3", "#dcebf6"])
            ax.contour(w, a, difference, levels=levels, colors=GREY, linewidths=0.5, linestyles="solid")
            ax.contour(w, a, difference, levels=[0.0], colors=[BLUE], linewidths=1.2)
            ax.plot(place, 0, "o", color=ORANGE, markersize=6)
            ax.set_title(title, loc="left", fontsize=9)
            ax.set_xlabel("inner weight w'")
            ax.set_ylabel("outer weight a'")
        handles = [
            Patch(color="#dcebf6", label="higher loss"),
            Patch(color="#fbe3d3", label="lower loss"),
            Line2D([], [], marker="o", color=ORANGE, linestyle="", label="the silent neuron"),
        ]
        figure.legend(handles=handles, loc="outside lower center", ncols=3, frameon=False, fontsize=8)
    caption = (
        "tanh at 1, 2, 3: the loss over the weights of a silent neuron beside a critical one, R_0 + a' phi(w') + "
        "a'^2 kappa(w')/2. Lower losses touch the silent neuron at both zeros; at the double one no second derivative shows it."
    )
    return drawing(figure, "Lower and higher losses around a silent neuron", caption)


def best_loss() -> Drawing:
    """min over a of the loss of a exp(w x), with all critical points."""
    panels = [("targets 22, -20, 17, 15", m.X1), ("targets -18, 28, -1, 17", m.X1_REVERSED)]
    with canvas(7.4, 3.4) as figure:
        for ax, (title, instance) in zip(figure.subplots(1, 2), panels, strict=True):
            network, data = read_network(instance[0]), read_data(instance[1])
            inputs = [_number(x) for (x,) in data.inputs]
            targets = [_number(y) for (y,) in data.targets]

            def best(w: Array, inputs: list[float] = inputs, targets: list[float] = targets) -> Array:
                y_t = sum(y * np.exp(w * x) for x, y in zip(inputs, targets, strict=True))
                t_t = sum(np.exp(2 * w * x) for x in inputs)
                return sum(y**2 for y in targets) / 2 - y_t**2 / t_t / 2

            equation = width_one_equation(network, data)
            assert equation is not None
            zeros = [u for u, _ in _refined(equation[0])]
            w = np.linspace(np.log(min(zeros)) - 1.2, np.log(max(zeros)) + 1.2, 500)
            ax.plot(w, best(w), color=BLUE)
            for u in zeros:
                at = np.log(u)
                least = best(at) < min(best(at - 1e-2), best(at + 1e-2))
                ax.plot(at, best(at), "o", color=GREEN if least else ORANGE, markersize=7)
                ax.annotate(
                    f"u = {u:.6g}", (at, best(at)), xytext=(0, -12 if least else 8), textcoords="offset points", ha="center",
                    fontsize=7.5,
                )  # fmt: skip
            ax.margins(y=0.15)
            ax.set_title(title, loc="left", fontsize=9)
            ax.set_xlabel("w = log u")
            ax.set_ylabel("loss with the best outer weight")
        handles = [
            Line2D([], [], marker="o", color=GREEN, linestyle="", label="minimum"),
            Line2D([], [], marker="o", color=ORANGE, linestyle="", label="saddle"),
        ]
        figure.legend(handles=handles, loc="outside lower center", ncols=2, frameon=False, fontsize=8)
    caption = (
        "One exponential neuron at the inputs 1, 2, 3, 4: with the best outer weight the loss is a function of u alone. Root "
        "isolation shows that there are exactly two critical points in each case."
    )
    return drawing(figure, "All critical points of width one", caption)
