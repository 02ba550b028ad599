"""Critical points that are found in floats and polished in balls: candidates, for ``certify_critical_point`` to judge."""

from __future__ import annotations

import time

import numpy as np
from flint import arb, arb_mat, fmpq

from verify.arithmetic import precision
from verify.errors import InstanceError
from verify.networks.dense_evaluation import Evaluation
from verify.networks.dense_floats import FloatBatch, parameters_of
from verify.networks.dense_model import PLAIN, Data, Network

GOOD, ENOUGH = 1e-9, 1e-5
"""Bounds for a candidate's gradient, relative to 1 + the loss: the method ends at the first; where rounding stops it, the
second will do (``polish`` does the rest)."""
BITS_OF_FLOATS = 40
NEWTON_STEPS = 40


def find_critical_point(
    network: Network,
    data: Data,
    *,
    attempts: int = 20,
    steps: int = 2000,
    spread: float = 1.0,
    seed: int = 0,
    seconds: float = 60.0,
) -> Network | None:
    """An approximate local minimum of the loss, by Levenberg and Marquardt's method in floats.

    Begins at the network's own parameters, then at random ones (normal, with deviation ``spread``), and stops after about
    ``seconds`` of processor time. A minimum at infinity (weights that grow for ever) may look like a point here; ``polish``
    refuses it.

    Returns:
        The network with parameters rounded to multiples of 2^-40, or None if no attempt converged. Nothing is certified.

    Raises:
        InstanceError: for logarithmic weights, or data that do not fit.
    """
    _demand_plain(network)
    batch, generator = FloatBatch(network, data), np.random.default_rng(seed)
    start = parameters_of(network)
    deadline = time.process_time() + seconds
    for _ in range(attempts):
        found = _levenberg(batch, start, steps, deadline)
        if found is not None:
            scale = 2**BITS_OF_FLOATS
            return network.with_parameters([fmpq(round(float(value) * scale), scale) for value in found])
        start = generator.normal(0, spread, network.size)
    return None


def _levenberg(batch: FloatBatch, start: np.ndarray, steps: int, deadline: float) -> np.ndarray | None:
    """Gauss-Newton steps, damped as long as they do not lower the loss; None unless the gradient becomes small."""
    here, damping, error = start, 1e-2, np.inf
    with np.errstate(over="ignore", invalid="ignore"):
        loss = float(batch.losses(here[None])[0])
        for _ in range(steps):
            if time.process_time() > deadline:
                return None
            jacobian, residuals = batch.jacobian(here), batch.residuals(here)
            gradient = jacobian.T @ residuals
            error = np.abs(gradient).max() / (1 + loss)
            if error <= GOOD:
                return here
            matrix = jacobian.T @ (batch.curvatures(here)[:, None] * jacobian)
            scales = np.diag(np.diag(matrix) + 1e-12)
            while damping < 1e15:
                moved = here - np.linalg.lstsq(matrix + damping * scales, gradient, rcond=None)[0]
                lower = float(batch.losses(moved[None])[0]) if np.isfinite(moved).all() else np.inf
                if lower < loss:
                    here, loss, damping = moved, lower, max(damping / 5, 1e-12)
                    break
                damping *= 4
            else:
                break
    return here if error <= ENOUGH else None


def polish(network: Network, data: Data, digits: int = 40) -> Network:
    """Newton's method on the gradient in ball arithmetic (midpoints), from an approximate critical point of any kind.

    Returns:
        The network with parameters rounded to multiples of 10^-digits. Nothing is certified.

    Raises:
        InstanceError: for logarithmic weights, where derivatives do not exist, or if Newton's method does not converge
            (the start is too far off, or the Hessian is singular there: wide networks have whole families of critical
            points, which no refinement isolates).
    """
    _demand_plain(network)
    scale = 10**digits
    with precision(int(digits * 3.33) + 64):
        point = [arb(value) for value in network.parameters]
        tolerance = arb(1) / (4 * scale)
        for _ in range(NEWTON_STEPS):
            step = _newton_step(network, data, point)
            point = [(value - change).mid() for value, change in zip(point, step, strict=True)]
            if all(abs(change) < tolerance for change in step):
                return network.with_parameters([_rounded(value, scale) for value in point])
    raise InstanceError(
        f"polish: Newton's method did not settle in {NEWTON_STEPS} steps; begin nearer to an isolated critical point"
    )


def _newton_step(network: Network, data: Data, point: list[arb]) -> list[arb]:
    found = Evaluation(network, data, point)
    if found.gradient is None or found.hessian is None:
        raise InstanceError(
            f"polish: {network.activation.form} has no second derivative, or a pole, near this point; begin elsewhere"
        )
    try:
        inverse = found.hessian.mid().inv().mid()
    except ZeroDivisionError:
        raise InstanceError(
            "polish: the Hessian is singular; the critical point is not isolated (reduce the network, or take more data)"
        ) from None
    gradient = arb_mat(len(point), 1, [entry.mid() for entry in found.gradient])
    return [entry.mid() for entry in (inverse * gradient).entries()]


def _rounded(value: arb, scale: int) -> fmpq:
    mantissa, exponent = (int(part) for part in value.man_exp())
    exact = fmpq(mantissa) * fmpq(2) ** exponent * scale + fmpq(1, 2)
    return fmpq(int(exact.p) // int(exact.q), scale)


def _demand_plain(network: Network) -> None:
    if network.inner != PLAIN:
        raise InstanceError("network: logarithmic weights cannot be moved by small steps here; write inner 'plain'")
