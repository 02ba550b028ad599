"""Descents: sums of squares to the last digits, kinks, plateaus, needles, walls and holes; the same points for the same seed."""

from __future__ import annotations

import numpy as np
import pytest

from verify.errors import InstanceError
from verify.search.climb import descend

INPUTS = np.linspace(-2, 2, 6)
TARGETS = 0.7 * np.tanh(1.3 * INPUTS) - 1.1 * np.tanh(0.4 * INPUTS)
NEEDLE = np.array([1.234, -0.77, 2.1])


def rosenbrock(x):
    return (100 * (x[:, 1:] - x[:, :-1] ** 2) ** 2 + (1 - x[:, :-1]) ** 2).sum(axis=1)


def fit(x):
    outputs = x[:, :1] * np.tanh(x[:, 1:2] * INPUTS) + x[:, 2:3] * np.tanh(x[:, 3:4] * INPUTS)
    return ((outputs - TARGETS) ** 2).sum(axis=1)


def needle(x):
    """A ball of relative volume 5e-7 at the bottom of a funnel."""
    distance = np.linalg.norm(x - NEEDLE, axis=1)
    return np.where(distance < 0.03, -1.0, distance)


def holes(x):
    return np.log(x[:, 0]) ** 2 + np.sqrt(x[:, 1] - 1) + (x[:, 0] - x[:, 1]) ** 2


def wall(x):
    inside = 1 - (x**2).sum(axis=1)
    return np.where(inside >= 0, x.sum(axis=1), 1e6 - inside)


CASES = {
    "rosenbrock in 2 dimensions": (rosenbrock, 2, 1e-14),
    "rosenbrock in 5 dimensions": (rosenbrock, 5, 1e-14),
    "fit of two tanh neurons": (fit, 4, 1e-14),
    "sum of absolute values": (lambda x: np.abs(x - 1 / 3).sum(axis=1), 6, 1e-12),
    "a narrow ridge": (lambda x: 100 * np.abs(x[:, 0] + x[:, 1]) + np.abs(x[:, 0] - x[:, 1] - 1), 2, 1e-9),
    "the greater of two": (lambda x: np.maximum(np.abs((x**2).sum(axis=1) - 1), np.abs(x[:, 0] - 2 * x[:, 1])), 2, 1e-12),
    "steps": (lambda x: np.floor(4 * np.abs(x - 1.1)).sum(axis=1), 8, 0),
    "a needle in a funnel": (needle, 3, -1),
    "undefined in places": (holes, 2, 1e-9),
    "one variable": (lambda x: (x[:, 0] ** 2 - 2) ** 2, 1, 1e-14),
    "one variable, a kink": (lambda x: np.abs(x[:, 0] ** 2 - 2), 1, 1e-15),
    "twenty variables": (rosenbrock, 20, 1e-8),
    "a wall": (wall, 2, -np.sqrt(2) + 1e-4),
    "ties": (lambda x: np.ptp(x, axis=1) + np.abs(x[:, 0] ** 2 - 0.5), 4, 1e-12),
}  # fmt: skip


def climb(f, size, *, seed=0, starts=12, evaluations=60_000, **options):
    rng = np.random.default_rng(seed)
    points = rng.uniform(-3, 3, (starts, size))
    return descend(f, points, np.full(size, -3.0), np.full(size, 3.0), rng, evaluations=evaluations, **options)


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("seed", [0, 1])
def test_minima_are_reached(name, seed):
    f, size, target = CASES[name]
    points, values = climb(f, size, seed=seed)
    assert values.min() <= target
    assert np.array_equal(values, np.where(np.isnan(f(points)), np.inf, f(points)))
    assert (np.abs(points) <= 3).all()


def test_the_same_seed_gives_the_same_points():
    first, second, other = (climb(fit, 4, seed=seed)[0] for seed in (5, 5, 6))
    assert np.array_equal(first, second)
    assert not np.array_equal(first, other)


@pytest.mark.parametrize("evaluations", [0, 5, 12, 100, 1000, 7777])
@pytest.mark.parametrize("size", [1, 4, 30])
def test_the_budget_is_kept_and_no_row_lies_outside(evaluations, size):
    rows = 0

    def counted(x):
        nonlocal rows
        rows += len(x)
        assert (np.abs(x) <= 3).all()
        return ((x - 4) ** 2).sum(axis=1)

    points, values = climb(counted, size, evaluations=evaluations)
    assert rows <= max(12, evaluations)
    assert points.shape == (12, size)
    assert values.shape == (12,)


def test_no_start_gets_worse():
    rng = np.random.default_rng(3)
    starts = rng.uniform(-3, 3, (7, 4))
    points, values = descend(rosenbrock, starts, [-3] * 4, [3] * 4, rng, evaluations=2000)
    assert (values <= rosenbrock(starts)).all()
    assert np.array_equal(rosenbrock(points), values)


def test_it_stops_by_itself_and_rests_at_enough():
    rows = 0

    def counted(x):
        nonlocal rows
        rows += len(x)
        return ((x - 1) ** 2).sum(axis=1) - 1

    _, values = climb(counted, 3, evaluations=10**6)
    assert rows < 10**5
    assert values.min() == -1
    before, rows = rows, 0
    _, values = climb(counted, 3, evaluations=10**6, enough=-0.5)
    assert rows < before / 5
    assert (values <= -0.5).all()


def test_a_minimum_at_the_wall_of_the_box():
    points, values = climb(lambda x: ((x - 4) ** 2).sum(axis=1), 5)
    assert values.min() == 5
    assert (points[values.argmin()] == 3).all()


def test_fixed_coordinates_and_boxes_of_their_own():
    rng = np.random.default_rng(0)
    lower, upper = np.full((4, 3), -3.0), np.full((4, 3), 3.0)
    lower[:, 1] = upper[:, 1] = [0.5, 1.0, 1.5, 2.0]
    lower[2:, 0] = upper[2:, 0] = 0.25
    points, values = descend(rosenbrock, np.zeros((4, 3)), lower, upper, rng, evaluations=20_000)
    assert points[:, 1].tolist() == [0.5, 1.0, 1.5, 2.0]
    assert points[2:, 0].tolist() == [0.25, 0.25]
    assert values[1] < 1e-14
    assert np.abs(points[:, 2] - points[:, 1] ** 2).max() < 1e-6 or (points[3, 2] == 3.0)


def test_everything_fixed_or_nothing_defined():
    rng = np.random.default_rng(0)
    points, values = descend(rosenbrock, [[1, 2]], [1, 2], [1, 2], rng, evaluations=100)
    assert points.tolist() == [[1, 2]]
    assert values.tolist() == [100]
    _, values = climb(lambda x: np.full(len(x), np.nan), 2, evaluations=5000)
    assert (values == np.inf).all()


def test_coordinates_of_very_different_scales():
    lower, upper = np.array([-1e6, -3e-4, -3]), np.array([1e6, 3e-4, 3])
    rng = np.random.default_rng(1)

    def f(x):
        return (x[:, 0] / 1e3 - 1) ** 2 + (x[:, 1] * 1e4 - 1) ** 2 + (x[:, 2] - x[:, 1] * 1e4) ** 2

    _, values = descend(f, rng.uniform(lower, upper, (8, 3)), lower, upper, rng, evaluations=40_000)
    assert values.min() < 1e-14


@pytest.mark.parametrize(
    ("starts", "lower", "upper", "named"),
    [
        ([0.0, 0.0], [0, 0], [1, 1], "starts"),
        ([[0.0, 0.0]], [0, 0, 0], [1, 1, 1], "lower, upper"),
        ([[0.0, 0.0]], [0, 2], [1, 1], "lower, upper"),
        ([[0.0, 0.0]], [0, -np.inf], [1, 1], "lower, upper"),
        ([[0.0, np.nan]], [0, 0], [1, 1], "starts"),
    ],
)
def test_bad_arguments(starts, lower, upper, named):
    with pytest.raises(InstanceError, match=named):
        descend(rosenbrock, starts, lower, upper, np.random.default_rng(0), evaluations=100)
