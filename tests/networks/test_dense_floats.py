"""Batches of floats: the same numbers as ball arithmetic gives, for one vector or thousands."""

from __future__ import annotations

from itertools import pairwise
from random import Random

import numpy as np
import pytest
from flint import fmpq

from verify.errors import InstanceError
from verify.networks import dense_floats
from verify.networks.activations import NAMES
from verify.networks.dense import Data, Network, evaluate
from verify.networks.dense_floats import FloatBatch, parameters_of, to_float

ODD = {"rational": [["0", "1"], ["1", "0", "1"]]}
FORMS = [*NAMES, {"power": 2}, {"power": 3}, {"polynomial": ["1", "-1/2", "2"]}, ODD]


def draw(activation, *, widths=(2, 3, 2, 2), loss="half-square", biases=True, inner="plain", seed=0):
    random = Random(seed)

    def entry():
        return fmpq(random.randint(1, 9) * random.choice([-1, 1] if inner == "plain" else [1]), random.randint(2, 7))

    layers = [[[entry() for _ in range(a)] for _ in range(b)] for a, b in pairwise(widths)]
    chosen = [
        [entry() for _ in layer] if biases and (k != 0 or inner == "log") else None for k, layer in enumerate(layers)
    ]
    points = [[entry() if inner == "plain" else random.randint(-2, 3) for _ in range(widths[0])] for _ in range(4)]
    targets = [[entry() for _ in range(widths[-1])] for _ in range(4)]
    return Network.of(activation, layers, chosen, inner), Data.of(points, targets, loss)


def floats(rows):
    return np.array([[to_float(x) if isinstance(x, fmpq) else float(x.mid()) for x in row] for row in rows])


def assert_agrees(network, data):
    batch, exact = FloatBatch(network, data), evaluate(network, data)
    one = parameters_of(network)
    close = {"rtol": 1e-10, "atol": 1e-10}
    np.testing.assert_allclose(batch.outputs(one[None])[0], floats(exact.outputs), **close)
    np.testing.assert_allclose(batch.losses(one[None]), floats([[exact.loss]])[0], **close)
    np.testing.assert_allclose(batch.gradients(one[None])[0], floats([exact.gradient])[0], **close)
    np.testing.assert_allclose(batch.jacobian(one), floats(exact.jacobian.tolist()), **close)
    np.testing.assert_allclose(batch.residuals(one), floats(exact.residuals).reshape(-1), **close)
    np.testing.assert_allclose(batch.curvatures(one), floats(exact.curvatures).reshape(-1), **close)


@pytest.mark.parametrize("activation", FORMS, ids=str)
@pytest.mark.parametrize("loss", ["half-square", "square", "quartic"])
def test_floats_agree_with_balls(activation, loss):
    assert_agrees(*draw(activation, loss=loss))
    assert_agrees(*draw(activation, loss=loss, widths=(1, 2, 1), biases=False, seed=1))


@pytest.mark.parametrize("activation", ["tanh", "sigmoid", "exp"])
def test_logarithmic_weights(activation):
    assert_agrees(*draw(activation, widths=(2, 3, 1), inner="log"))
    assert_agrees(*draw(activation, widths=(2, 2, 1), inner="log", biases=False, seed=3))


def test_batches_are_their_members(monkeypatch):
    network, data = draw("tanh")
    parameters = np.random.default_rng(0).normal(size=(23, network.size))
    batch = FloatBatch(network, data)
    whole = batch.losses(parameters), batch.gradients(parameters), batch.outputs(parameters)
    assert [array.shape for array in whole] == [(23,), (23, network.size), (23, 4, 2)]
    monkeypatch.setattr(dense_floats, "CHUNK", 50)  # several chunks give the same
    split = FloatBatch(network, data)
    parts = split.losses(parameters), split.gradients(parameters), split.outputs(parameters)
    for one, other in zip(whole, parts, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-13)
    for k in (0, 22):
        np.testing.assert_allclose(batch.losses(parameters[k : k + 1]), whole[0][k : k + 1], rtol=1e-13)


def test_poles_are_infinite_and_kinks_have_slope_zero():
    pole = Network.of({"rational": [[1], [0, 1]]}, [[[0]], [[1]]])
    assert not np.isfinite(FloatBatch(pole, Data.of([[1]], [[0]])).losses(np.array([[0.0, 1.0]]))).all()
    kink = Network.of("relu", [[[0]], [[1]]])
    assert FloatBatch(kink, Data.of([[1]], [[1]])).gradients(np.array([[0.0, 1.0]])).tolist() == [[0.0, 0.0]]


def test_bad_batches_are_refused():
    network, data = draw("tanh")
    batch = FloatBatch(network, data)
    for bad in (np.zeros(network.size), np.zeros((2, network.size + 1)), [[]]):
        with pytest.raises(InstanceError, match=f"P x {network.size}"):
            batch.losses(bad)
    with pytest.raises(InstanceError, match="not a number"):
        batch.gradients(np.full((1, network.size), np.nan))
    with pytest.raises(InstanceError, match="takes 2 and gives 2"):
        FloatBatch(network, Data.of([[1]], [[1]]))
