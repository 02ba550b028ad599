"""Narrow networks that are critical by design: inputs and residuals are chosen, the targets follow."""

from __future__ import annotations

from typing import Any

from flint import fmpq

from verify.arithmetic import exact
from verify.networks.dense import Data, Network, evaluate
from verify.quantities import Workspace, lookup

Point = tuple[Network, Data]
ODD = {"rational": [[0, 1], [1, 0, 1]]}
EVEN = {"rational": [[1], [1, 0, 1]]}
FLAT = {"rational": [[0, 0, 1], [1, 0, 1]]}
GENERIC = {"rational": [[1, 1], [1, 0, 1]]}


def ask(name: str, *arguments: Any) -> Any:
    """A quantity's value; networks and data are passed as JSON."""
    return lookup(name)(Workspace(), *(a.to_json() if isinstance(a, (Network, Data)) else a for a in arguments))


def network(activation: Any, outer: list[Any], inner: list[Any], coordinates: str = "plain") -> Network:
    """One hidden layer, one output; inner weights may be numbers for one input."""
    rows = [list(w) if isinstance(w, (list, tuple)) else [w] for w in inner]
    return Network.of(activation, [rows, [outer]], inner=coordinates)


def lattice(activation: str, outer: list[Any], inner: list[Any]) -> Network:
    return network(activation, outer, inner, "log")


def designed(net: Network, inputs: list[Any], residuals: list[Any], scale: Any = 1) -> Data:
    """Data with these residuals (times the scale) for the half-square loss."""
    points = [list(x) if isinstance(x, (list, tuple)) else [x] for x in inputs]
    outputs = evaluate(net, Data.of(points, [[0] * net.outputs] * len(points))).outputs
    errors = [e if isinstance(e, (list, tuple)) else [e] for e in residuals]
    return Data.of(
        points,
        [
            [p - exact(scale) * exact(e) for p, e in zip(*pair, strict=True)]
            for pair in zip(outputs, errors, strict=True)
        ],
    )


def tanh_a(tau: Any = 1) -> Point:
    """One neuron at u = 2; phi has zeros 1/2 and 2 (double) and 1."""
    net = lattice("tanh", [1], [2])
    return net, designed(net, [1, 2, 3], ["24/25", -1, "9/25"], tau)


def tanh_b(sign: int = 1) -> Point:
    """The same with the further zeros 1/4 and 4."""
    net = lattice("tanh", [1], [2])
    return net, designed(net, [1, 2, 3, 4], [-103140, 200600, -194805, 74273], fmpq(sign, 200600))


def tanh_c(sign: int = 1) -> Point:
    """The same with a second double zero at 3."""
    net = lattice("tanh", [1], [2])
    errors = [1017908364, -2638152500, 4271239791, -3864124786, 1416908427]
    return net, designed(net, [1, 2, 3, 4, 5], errors, fmpq(sign, 4271239791))


def tanh_d() -> Point:
    """A triple zero at 2: the curvature B is 0."""
    net = lattice("tanh", [1], [2])
    return net, designed(net, [1, 2, 3, 4], [-14004, 20750, -15579, 4913], fmpq(1, 20750))


def exp_1(sign: int = 1) -> Point:
    """phi = u (u - 2)^2 (u - 5)."""
    net = lattice("exp", [1], [2])
    return net, designed(net, [1, 2, 3, 4], [-20, 24, -9, 1], sign)


def exp_3(second: int, sign: int = 1) -> Point:
    """phi = u (u - 2)^2 (u - 3)^2, two neurons with outer weights 1 and ``second``."""
    net = lattice("exp", [1, second], [2, 3])
    return net, designed(net, [1, 2, 3, 4, 5], [36, -60, 37, -10, 1], sign)


def exp_node() -> Point:
    """Two inputs; the zeros of phi are two lines that cross at the neuron."""
    net = lattice("exp", [1], [(2, 3)])
    return net, designed(net, [(3, 1), (2, 1), (1, 1), (1, 3), (1, 2)], [1, -4, -5, -1, 6])


def exp_definite() -> Point:
    """Two inputs; the neuron is the only zero of phi."""
    net = lattice("exp", [1], [(2, 3)])
    return net, designed(net, [(3, 1), (2, 1), (1, 1), (1, 3), (1, 2)], [1, -4, 13, 1, -6])


def exp_line() -> Point:
    """Two inputs; phi has a line of double zeros."""
    net = lattice("exp", [1], [(2, 3)])
    return net, designed(net, [(2, 1), (1, 1), (3, 1), (1, 2)], [-4, 4, 1, 0])


def exp_4() -> Point:
    """Three inputs."""
    net = lattice("exp", [1], [(2, 3, 5)])
    inputs = [(3, 1, 1), (2, 1, 1), (1, 1, 1), (1, 2, 2), (1, 2, 1), (1, 1, 2)]
    return net, designed(net, inputs, [1, -4, 19, 1, -5, -3])


def tanh_2() -> Point:
    """Two inputs, tanh; an indefinite curvature."""
    net = lattice("tanh", [1], [(2, 2)])
    return net, designed(net, [(1, 0), (0, 1), (1, 1), (2, 1)], ["2/5", "14/25", -1, "9/25"])
