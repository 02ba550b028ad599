"""One integrate-and-fire neuron in binary64 arithmetic, as an object of study (its floats decide nothing else)."""

from __future__ import annotations

from itertools import permutations
from typing import Any

from flint import fmpq

from verify.arithmetic import Value
from verify.errors import InstanceError
from verify.quantities import Workspace, quantity


def _binary64(number: fmpq) -> float:
    return int(number.p) / int(number.q)  # CPython rounds the quotient of two integers correctly


@quantity("floats.spike_counts")
def spike_counts(_: Workspace, charges: Value, threshold: Value, arithmetic: str) -> Value:
    """The numbers of spikes that the orders of the charges lead to; after each charge V falls below the threshold.

    Undefined where rounding makes a spike subtract nothing.
    """
    if arithmetic not in ("exact", "binary64"):
        raise InstanceError("arithmetic is exact or binary64")
    convert: Any = _binary64 if arithmetic == "binary64" else fmpq
    if fmpq(threshold) <= 0:
        raise InstanceError("the threshold must be positive: the neuron would fire for ever")
    theta = convert(fmpq(threshold))
    found = set()
    for order in set(permutations(range(len(charges)))):
        potential, spikes = convert(fmpq(0)), 0
        for k in order:
            potential = potential + convert(fmpq(charges[k]))
            while potential >= theta:
                below = potential - theta
                if below >= potential:
                    return None  # lost in rounding: it would fire for ever
                potential, spikes = below, spikes + 1
        found.add(spikes)
    return tuple(sorted(found))


@quantity("floats.is_binary64")
def is_binary64(_: Workspace, arithmetic: str) -> Value:
    """Whether numbers are rounded to binary64."""
    return bool(arithmetic == "binary64")
