"""Training in floats: gradient descent, momentum and Adam on a dense network; the end is a guess, nothing is certified."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np

from verify.errors import InstanceError
from verify.networks.dense_floats import Array, FloatBatch, parameters_of
from verify.networks.dense_model import PLAIN, Data, Network

Rule = Callable[[Array], Array]
"""From the gradient of the loss to the change of the parameters; it remembers what it has to."""


def train(
    network: Network,
    data: Data,
    *,
    optimizer: str = "gd",
    steps: int,
    rate: Any,
    beta1: Any = 0.9,
    beta2: Any = 0.999,
    epsilon: Any = 1e-8,
) -> Network:
    """Full-batch training in binary64, from the network's own parameters; the same call gives the same network.

    With g the gradient of the loss R (a sum over the samples, not a mean), t = 1, ..., ``steps``:
    ``"gd"``: theta <- theta - rate g. ``"momentum"``: v <- beta1 v + g, theta <- theta - rate v, v = 0 at first.
    ``"adam"`` (Kingma, Ba, arXiv 1412.6980): m <- beta1 m + (1 - beta1) g, v <- beta2 v + (1 - beta2) g^2,
    theta <- theta - rate (m / (1 - beta1^t)) / (sqrt(v / (1 - beta2^t)) + epsilon); a parameter whose gradients were
    all 0 stays.

    Args:
        network: of any depth and activation, plain weights (at 0, relu has the slope 0 here).
        rate: positive; a number or a string such as "1/10", as the other options.
        beta1, beta2: from 0 to less than 1.
        epsilon: 0 or more.

    Returns:
        The network at the end, each parameter at its exact binary value. Nothing is certified: ``polish`` and
        ``certify_critical_point`` begin from it.

    >>> net, one = Network.of({"polynomial": [0, 1]}, [[[1]], [[1]]]), Data.of([[1]], [[2]])
    >>> train(net, one, steps=1, rate="1/4").layers
    (((5/4,),), ((5/4,),))

    Raises:
        InstanceError: for logarithmic weights, data that do not fit, an option that is unknown or out of its range, or if
            the parameters stop being finite (the message names the step).
    """
    if network.inner != PLAIN:
        raise InstanceError("network: logarithmic weights cannot be trained here; write inner 'plain'")
    if isinstance(steps, bool) or not isinstance(steps, int) or steps < 0:
        raise InstanceError(f"steps: {steps!r:.40} is no whole number from 0 on; say how many updates to make")
    if optimizer not in _RULES:
        raise InstanceError(f"optimizer: {optimizer!r:.40} is unknown; give one of {', '.join(_RULES)}")
    options = {
        "rate": _number("rate", rate, lambda x: x > 0, "more than 0"),
        "beta1": _number("beta1", beta1, lambda x: 0 <= x < 1, "from 0 to less than 1"),
        "beta2": _number("beta2", beta2, lambda x: 0 <= x < 1, "from 0 to less than 1"),
        "epsilon": _number("epsilon", epsilon, lambda x: x >= 0, "0 or more"),
    }
    try:
        batch, theta = FloatBatch(network, data), parameters_of(network)
    except OverflowError:
        raise InstanceError("network: a number is too large for a float; scale it down, or scale the data") from None
    change = _RULES[optimizer](**options)
    with np.errstate(over="ignore", invalid="ignore"):
        for step in range(1, steps + 1):
            theta = theta + change(batch.gradients(theta[None])[0])
            if not np.isfinite(theta).all():
                raise InstanceError(
                    f"rate: with {rate} the parameters stop being finite at step {step} of {steps}; take a smaller rate"
                )
    return network.with_parameters([Fraction(float(value)) for value in theta])


def _number(name: str, given: Any, allowed: Callable[[float], bool], rule: str) -> float:
    try:
        value = float(Fraction(given))
    except (TypeError, ValueError, OverflowError, ZeroDivisionError):
        raise InstanceError(f"{name}: {given!r:.40} is no finite number; give one that is {rule}") from None
    if not allowed(value):
        raise InstanceError(f"{name}: {given!r:.40} is out of range; give a number that is {rule}")
    return value


def _descent(*, rate: float, **_: float) -> Rule:
    return lambda gradient: -rate * gradient


def _momentum(*, rate: float, beta1: float, **_: float) -> Rule:
    velocity: Any = 0.0

    def change(gradient: Array) -> Array:
        nonlocal velocity
        velocity = beta1 * velocity + gradient
        return -rate * velocity

    return change


def _adam(*, rate: float, beta1: float, beta2: float, epsilon: float) -> Rule:
    first: Any = 0.0
    second: Any = 0.0
    power1, power2 = 1.0, 1.0  # beta1^t and beta2^t

    def change(gradient: Array) -> Array:
        nonlocal first, second, power1, power2
        first = beta1 * first + (1 - beta1) * gradient
        second = beta2 * second + (1 - beta2) * gradient**2
        power1, power2 = power1 * beta1, power2 * beta2
        size = np.sqrt(second / (1 - power2)) + epsilon
        return -rate * np.divide(first / (1 - power1), size, out=np.zeros_like(gradient), where=size != 0)

    return change


_RULES: dict[str, Callable[..., Rule]] = {"gd": _descent, "momentum": _momentum, "adam": _adam}
