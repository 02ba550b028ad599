"""Inertia, minima, splits of certified points, and points that are critical by design."""

from __future__ import annotations

import numpy as np
import pytest

from verify.errors import InstanceError
from verify.networks.operators import (
    Data,
    Network,
    certify_critical_point,
    critical_targets,
    evaluate,
    inertia,
    is_local_minimum,
    polish,
    split,
    split_inertia,
)

NARROW = Network.of("tanh", [[[2]], [[1]]], inner="log")
DATA = Data.of([[1], [2], [3]], [["-47/75"], ["8/5"], ["94/225"]])
PLAIN = Network.of_floats("tanh", [[[0.31], [1.06]], [[1.52, 1.81]]])
SAMPLE = Data.of(
    [["1/2"], [1], ["3/2"], [2], ["5/2"], [3]], [[1], ["21/10"], ["21/10"], ["27/10"], ["14/5"], ["29/10"]]
)


@pytest.mark.parametrize("shares", [["1/2", "1/2"], [2, -1], [1, 0], ["1/3", "1/3", "1/3"], [3, -1, -1]])
def test_the_inertia_of_a_split_is_that_of_the_wide_network(shares: list[object]) -> None:
    assert split_inertia(NARROW, DATA, 0, shares) == inertia(split(NARROW, 0, shares), DATA)


def test_minima_and_saddles() -> None:
    assert is_local_minimum(NARROW, DATA) is True
    assert is_local_minimum(split(NARROW, 0, ["1/4", "3/4"]), DATA) is True
    assert is_local_minimum(split(NARROW, 0, [2, -1]), DATA) is False
    assert is_local_minimum(split(NARROW, 0, [1, 0]), DATA) is None


def test_a_certified_point_and_its_splits() -> None:
    near = polish(PLAIN, SAMPLE)
    found = certify_critical_point(near, SAMPLE)
    assert (found.unique, found.inertia) == (True, (4, 0, 0))
    assert "exactly one critical point" in found.reason
    assert split_inertia(near, SAMPLE, 1, ["1/2", "1/2"]) == (5, 0, 1)
    assert split_inertia(near, SAMPLE, 1, [2, -1]) == (4, 1, 1)
    off = certify_critical_point(PLAIN, SAMPLE, "1/1000000")
    assert off.unique is False
    assert "no critical point" in off.reason


@pytest.mark.parametrize("outputs", [1, 2])
def test_designed_targets_make_a_network_critical(outputs: int) -> None:
    network = Network.of("tanh", [[[2], [3]], [[1, -1]] * outputs], inner="log")
    data = critical_targets(network, np.arange(1, 8).reshape(-1, 1), seed=3)
    found = evaluate(network, data)
    assert not any(found.gradient)
    assert any(any(row) for row in found.residuals)
    assert critical_targets(network, np.arange(1, 8).reshape(-1, 1), seed=3) == data


def test_refusals() -> None:
    with pytest.raises(InstanceError, match="certify_critical_point gives the inertia"):
        inertia(PLAIN, SAMPLE)
    with pytest.raises(InstanceError, match="must sum to 1"):
        split_inertia(NARROW, DATA, 0, [1, 1])
    with pytest.raises(InstanceError, match="neuron: 1 is none"):
        split_inertia(NARROW, DATA, 1, [1, 0])
    with pytest.raises(InstanceError, match="not critical"):
        split_inertia(NARROW, Data.of([[1], [2], [3]], [[1], [2], [3]]), 0, ["1/2", "1/2"])
    with pytest.raises(InstanceError, match="only a fit is critical"):
        critical_targets(NARROW, [[1], [2]])
    with pytest.raises(InstanceError, match="quartic"):
        is_local_minimum(NARROW, Data.of([[1]], [[2]], "quartic"))
    with pytest.raises(InstanceError, match="of_floats"):
        Network.of("tanh", [[[0.5]], [[1]]])
    assert Network.of("tanh", [np.array([[2]]), np.array([[1]])]).size == 2
