"""Training in floats: the optimisers against their definitions by hand, and what is refused."""

from __future__ import annotations

import doctest
import math
from fractions import Fraction

import pytest
from flint import fmpq

from verify.errors import InstanceError
from verify.networks import training
from verify.networks.operators import Data, Network, evaluate, find_critical_point, train

LINEAR = {"polynomial": ["0", "1"]}
NARROW, ONE = Network.of(LINEAR, [[[1]], [[1]]]), Data.of([[1]], [[2]])
"""R = (a w - 2)^2/2, from w = a = 1."""
TANH = Network.of("tanh", [[["1/2"], ["-1/3"]], [["1/4", "1"]]], [["0", "1/5"], None])
SAMPLE = Data.of([[-1], [0], [1], [2]], [["-1"], ["1/2"], [1], ["3/2"]])
DEEP = Network.of("tanh", [[["1/2"], [1]], [["1/4", -1], [1, "1/3"]], [[1, "-1/2"]]])


def values(network: Network) -> list[float]:
    return [int(p.p) / int(p.q) for p in network.parameters]


def slope(point: tuple[float, float]) -> tuple[float, float]:
    w, a = point
    return ((a * w - 2) * a, (a * w - 2) * w)


def test_gradient_descent_by_hand() -> None:
    """Binary numbers throughout: exact."""
    point = (Fraction(1), Fraction(1))
    for steps in range(4):
        assert train(NARROW, ONE, steps=steps, rate="1/4").parameters == tuple(map(of_flint, point))
        w, a = point
        e = a * w - 2
        point = (w - e * a / 4, a - e * w / 4)


def of_flint(value: Fraction) -> fmpq:
    return fmpq(value.numerator, value.denominator)


def test_momentum_by_hand() -> None:
    point, velocity = (Fraction(1), Fraction(1)), (Fraction(0), Fraction(0))
    for steps in range(4):
        trained = train(NARROW, ONE, optimizer="momentum", steps=steps, rate="1/8", beta1="1/2")
        assert trained.parameters == tuple(map(of_flint, point))
        velocity = tuple(v / 2 + g for v, g in zip(velocity, slope(point), strict=True))
        point = tuple(p - v / 8 for p, v in zip(point, velocity, strict=True))


def test_momentum_without_memory_is_gradient_descent() -> None:
    options = {"steps": 20, "rate": 0.05}
    assert train(TANH, SAMPLE, optimizer="momentum", beta1=0, **options) == train(TANH, SAMPLE, **options)


def test_adam_by_hand() -> None:
    rate, beta1, beta2, epsilon = 0.1, 0.8, 0.9, 1e-3
    point, first, second = [1.0, 0.5], [0.0, 0.0], [0.0, 0.0]
    network = Network.of(LINEAR, [[[1]], [["1/2"]]])
    for step in range(1, 6):
        for k, g in enumerate(slope(tuple(point))):
            first[k] = beta1 * first[k] + (1 - beta1) * g
            second[k] = beta2 * second[k] + (1 - beta2) * g * g
        for k in range(2):
            corrected = math.sqrt(second[k] / (1 - beta2**step))
            point[k] -= rate * first[k] / (1 - beta1**step) / (corrected + epsilon)
        options = {"rate": rate, "beta1": beta1, "beta2": beta2, "epsilon": epsilon}
        assert values(train(network, ONE, optimizer="adam", steps=step, **options)) == pytest.approx(point, rel=1e-12)


@pytest.mark.parametrize("network", [TANH, DEEP])
def test_the_first_step_of_adam_is_the_rate_times_the_sign(network: Network) -> None:
    after = train(network, SAMPLE, optimizer="adam", steps=1, rate=0.01, epsilon=0)
    for before, now, g in zip(values(network), values(after), evaluate(network, SAMPLE).gradient, strict=True):
        assert now - before == pytest.approx(-0.01 if g > 0 else 0.01, rel=1e-9)


def test_a_parameter_without_a_gradient_stays() -> None:
    silent = Network.of("tanh", [[[1], [0]], [[1, 0]]])
    after = train(silent, SAMPLE, optimizer="adam", steps=5, rate=0.01, epsilon=0)
    assert (after.layers[0][1], after.layers[1][0][1]) == ((0,), 0)
    assert after.layers[0][0] != (1,)


@pytest.mark.parametrize("optimizer", ["gd", "momentum", "adam"])
@pytest.mark.parametrize("network", [TANH, DEEP])
def test_training_is_deterministic_lowers_the_loss_and_keeps_the_shape(optimizer: str, network: Network) -> None:
    runs = [train(network, SAMPLE, optimizer=optimizer, steps=200, rate=0.01) for _ in range(2)]
    assert runs[0] == runs[1] != network
    assert evaluate(runs[0], SAMPLE).loss < evaluate(network, SAMPLE).loss
    assert (runs[0].activation, runs[0].size) == (network.activation, network.size)
    assert [bias is None for bias in runs[0].biases] == [bias is None for bias in network.biases]
    assert all(p.q & (p.q - 1) == 0 for p in runs[0].parameters)  # binary values


def test_a_fit_stays_where_it_is() -> None:
    fitted = Network.of(LINEAR, [[[1]], [[2]]])
    for optimizer in ("gd", "momentum", "adam"):
        assert train(fitted, ONE, optimizer=optimizer, steps=10, rate=1, epsilon=0) == fitted


def test_the_end_is_a_start_for_a_critical_point() -> None:
    trained = train(TANH, SAMPLE, optimizer="adam", steps=500, rate=0.02)
    assert find_critical_point(trained, SAMPLE, attempts=1) is not None


@pytest.mark.parametrize(
    ("options", "named"),
    [
        ({"optimizer": "sgd"}, "optimizer"), ({"steps": -1}, "steps"), ({"steps": 1.5}, "steps"), ({"steps": True}, "steps"),
        ({"rate": 0}, "rate"), ({"rate": -1}, "rate"), ({"rate": float("nan")}, "rate"), ({"rate": float("inf")}, "rate"),
        ({"rate": "fast"}, "rate"), ({"rate": None}, "rate"), ({"beta1": 1}, "beta1"), ({"beta1": -0.1}, "beta1"),
        ({"beta2": "1"}, "beta2"), ({"beta2": "1/0"}, "beta2"), ({"epsilon": -1e-9}, "epsilon"),
    ],
)  # fmt: skip
def test_bad_options(options: dict[str, object], named: str) -> None:
    with pytest.raises(InstanceError, match=f"^{named}: "):
        train(TANH, SAMPLE, **{"steps": 1, "rate": 0.1, **options})


def test_bad_networks_and_data() -> None:
    with pytest.raises(InstanceError, match="logarithmic"):
        train(Network.of("tanh", [[[2]], [[1]]], inner="log"), ONE, steps=1, rate=0.1)
    with pytest.raises(InstanceError, match="data"):
        train(NARROW, Data.of([[1, 2]], [[1]]), steps=1, rate=0.1)
    with pytest.raises(InstanceError, match="too large for a float"):
        train(Network.of(LINEAR, [[[10**400]], [[1]]]), ONE, steps=1, rate=0.1)


@pytest.mark.parametrize("optimizer", ["gd", "momentum"])
def test_divergence_is_said(optimizer: str) -> None:
    with pytest.raises(InstanceError, match="stop being finite at step"):
        train(NARROW, ONE, optimizer=optimizer, steps=100, rate=50)


def test_a_pole_is_said() -> None:
    pole = Network.of({"rational": [["1"], ["1", "1"]]}, [[[-1]], [[1]]])
    with pytest.raises(InstanceError, match="stop being finite at step 1"):
        train(pole, ONE, steps=1, rate=0.1)


def test_the_example_in_the_docstring_runs() -> None:
    assert doctest.testmod(training) == (0, 2)
