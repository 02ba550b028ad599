"""Random timings: three implementations, one set of integers, and the terminal state that theory gives."""

from __future__ import annotations

import subprocess
import sys
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from verify.networks.timings import POLICIES, Timings, random_timings, random_timings_each, simulate_plain

BACKENDS = ("python", "numpy", "numba")
FIELDS = ("counts", "potentials", "spikes", "deliveries", "finished")


def same(one: Timings, other: Timings) -> bool:
    return one.scale == other.scale and all(np.array_equal(getattr(one, k), getattr(other, k)) for k in FIELDS)


def net(weights: list[list[Any]], **changes: Any) -> dict[str, Any]:
    """A network with threshold 1, potential 1/2 and bounds [0, 2] unless told."""
    n = len(weights)
    base = {"threshold": [1] * n, "potential": ["1/2"] * n, "lower": [0] * n, "upper": [2] * n}
    return {"weights": weights, **base, **changes}


def mlp() -> tuple[dict[str, Any], list[list[Any]]]:
    first, second = [["1/2", "-1/3"], ["2/3", "1/4"], ["-1/2", "1"]], [["1", "-3/4", "1/2"], ["-1/2", "1", "1/3"]]
    step = ["1", "1", "1/2", "1/2", "1/2", "3/4", "3/4"]
    bias = ["0", "0", "1/10", "-1/5", "0", "1/20", "0"]
    weights: list[list[Any]] = [[0] * 7 for _ in range(7)]
    for rows, to, of in ((first, 2, 0), (second, 5, 2)):
        for i, row in enumerate(rows):
            for j, w in enumerate(row):
                weights[to + i][of + j] = str(Fraction(w) * Fraction(step[of + j]))
    potential = [str(Fraction(s) / 2 + Fraction(b)) for s, b in zip(step, bias, strict=True)]
    network = net(weights, threshold=step, potential=potential, upper=[3] * 5 + [7] * 2)
    return network, [[0, "9/5"], [0, "-4/5"], [0, "6/5"], [1, "7/10"], [1, "1/2"], [1, "4/5"]]


def topological(network: dict[str, Any], events: list[list[Any]]) -> tuple[tuple[int, ...], tuple[Fraction, ...]]:
    """The rest state of a network whose edges lead from lower to higher neurons."""
    counts: list[int] = []
    potentials = []
    for i, row in enumerate(network["weights"]):
        charge = Fraction(network["potential"][i]) + sum(Fraction(q) for k, q in events if k == i)
        charge += sum(Fraction(w) * s for w, s in zip(row, counts, strict=False))
        theta, count = Fraction(network["threshold"][i]), charge // Fraction(network["threshold"][i])
        lower, upper = network["lower"][i], network["upper"][i]
        count = count if lower is None else max(lower, count)
        counts.append(count if upper is None else min(upper, count))
        potentials.append(charge - theta * counts[-1])
    return tuple(counts), tuple(potentials)


rationals = st.fractions(min_value=-2, max_value=2, max_denominator=4)


@st.composite
def acyclic(draw: st.DrawFn) -> tuple[dict[str, Any], list[list[Any]]]:
    n = draw(st.integers(1, 5))
    weights = [[str(draw(rationals)) if j < i else 0 for j in range(n)] for i in range(n)]
    network = net(
        weights,
        threshold=[str(draw(st.fractions(min_value="1/2", max_value=2, max_denominator=4))) for _ in range(n)],
        potential=[str(draw(rationals)) for _ in range(n)],
        lower=draw(st.lists(st.sampled_from([None, -2, 0]), min_size=n, max_size=n)),
        upper=draw(st.lists(st.sampled_from([None, 0, 1, 3]), min_size=n, max_size=n)),
    )
    events = draw(st.lists(st.tuples(st.integers(0, n - 1), rationals.map(str)).map(list), max_size=6))
    return network, events


@settings(max_examples=60, deadline=None)
@given(case=acyclic(), seed=st.integers(-5, 2**70), policy=st.sampled_from(POLICIES))
def test_implementations_agree_and_acyclic_networks_end_in_the_formula(
    case: tuple[dict[str, Any], list[list[Any]]], seed: int, policy: Any
) -> None:
    plain = simulate_plain(*case, runs=20, seed=seed, policy=policy)
    for backend in ("numpy", "numba"):
        assert same(plain, random_timings(*case, runs=20, seed=seed, policy=policy, backend=backend, batch=7))
    assert plain.finished.all()
    assert plain.rest_states() == (topological(*case),)
    assert (plain.spikes >= np.abs(plain.counts).sum(axis=1)).all()


@settings(max_examples=40, deadline=None)
@given(data=st.data(), policy=st.sampled_from(POLICIES))
def test_implementations_agree_with_cycles(data: st.DataObject, policy: Any) -> None:
    n = data.draw(st.integers(1, 4))
    few = st.sampled_from([-2, -1, 0, 0, 1, "1/2", 2])
    weights = data.draw(st.lists(st.lists(few, min_size=n, max_size=n), min_size=n, max_size=n))
    upper = data.draw(st.lists(st.sampled_from([None, 2]), min_size=n, max_size=n))
    network = net(weights, lower=[None] * n, upper=upper)
    network["start"] = data.draw(st.lists(st.integers(-1, 1), min_size=n, max_size=n))
    events = [[i % n, q] for i, q in enumerate(data.draw(st.lists(few, max_size=5)))]
    plain = simulate_plain(network, events, runs=12, seed=3, policy=policy, max_steps=200)
    for backend in ("numpy", "numba"):
        assert same(plain, random_timings(network, events, 12, 3, policy, backend, max_steps=200))
    # Charge is conserved: at rest V = potential + threshold start + events + W (S - start) - threshold S.
    W = np.array([[int(Fraction(w) * plain.scale) for w in row] for row in weights])
    sent = np.zeros(n, dtype=np.int64)
    for i, q in events:
        sent[i] += int(Fraction(q) * plain.scale)
    start = np.array(network["start"])
    rest = plain.finished
    held = plain.scale // 2 + sent + (plain.counts - start) @ W.T - plain.scale * (plain.counts - start)
    assert np.array_equal(held[rest], plain.potentials[rest])


@pytest.mark.parametrize("backend", BACKENDS)
def test_reference_classifier(backend: Any) -> None:
    timings = random_timings(*mlp(), runs=3000, seed=1, backend=backend)
    potentials = ("7/10", "1/2", "11/60", "23/60", "1/4", "3/10", "11/24")
    assert timings.finished.all()
    assert timings.rest_states() == (((2, 2, 1, 3, 2, 0, 2), tuple(Fraction(v) for v in potentials)),)
    assert timings.spikes.min() == 12
    assert timings.spikes.max() <= 32
    assert 15 < timings.spikes.mean() < 16.5
    assert timings.backend == backend


@pytest.mark.parametrize("policy", POLICIES)
@pytest.mark.parametrize("backend", BACKENDS)
def test_four_neurons_under_every_policy(backend: Any, policy: Any) -> None:
    network = net([[0, 0, 0, 0], [1, 0, 0, 0], [1, -1, 0, 0], ["1/2", 0, "3/2", 0]])
    timings = random_timings(network, [[0, 1], [0, 1], [0, -1]], 2000, 5, policy, backend)
    half = Fraction(1, 2)
    assert timings.rest_states() == (((1, 1, 0, 1), (half, half, half, Fraction(0))),)
    assert timings.spikes.min() >= 3
    assert timings.spikes.max() <= 27  # the greatest number over all timings
    assert timings.spikes.max() > timings.spikes.min()


@pytest.mark.parametrize("backend", BACKENDS)
def test_self_loop_that_never_stops_is_reported(backend: Any) -> None:
    network = net([[1]], potential=[0], lower=[None], upper=[None])
    timings = random_timings(network, [[0, 1]], 40, 1, backend=backend, max_steps=1000)
    assert not timings.finished.any()
    assert timings.outcomes() == ()
    assert (timings.spikes + timings.deliveries == 1000).all()
    assert (timings.counts == 500).all()


@pytest.mark.parametrize("backend", BACKENDS)
def test_self_loop_with_two_outcomes(backend: Any) -> None:
    network = net([[1]], potential=[0], upper=[1])
    timings = random_timings(network, [[0, 1], [0, -1]], 200, 1, backend=backend)
    assert timings.finished.all()
    assert timings.outcomes() == ((0,), (1,))
    last = random_timings(network, [[0, 1], [0, -1]], 200, 1, "external-last", backend)
    assert last.outcomes() == ((0,), (1,))


def test_runaway_network_in_halved_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    network = net([[2, 2], [2, 2]], lower=[None] * 2, upper=[None] * 2)
    plain = simulate_plain(network, [[0, 1]], 30, 1, max_steps=500)
    monkeypatch.setattr("verify.networks.timings._ROOM", 1500)
    assert same(plain, random_timings(network, [[0, 1]], 30, 1, backend="numpy", max_steps=500))
    assert not plain.finished.any()


@pytest.mark.parametrize("backend", BACKENDS)
def test_same_seed_same_result_however_the_runs_are_split(backend: Any) -> None:
    case = mlp()
    whole = random_timings(*case, runs=100, seed=9, backend=backend)
    assert same(whole, random_timings(*case, runs=100, seed=9, backend=backend, batch=13))
    spans = ((0, 1), (1, 42), (43, 57))
    parts = [random_timings(*case, runs=r, seed=9, backend=backend, first_run=a) for a, r in spans]
    for field in FIELDS:
        assert np.array_equal(np.concatenate([getattr(p, field) for p in parts]), getattr(whole, field))
    assert not same(whole, random_timings(*case, runs=100, seed=10, backend=backend))


@pytest.mark.parametrize("backend", BACKENDS)
def test_several_inputs_at_once(backend: Any) -> None:
    network, events = mlp()
    inputs = [events, events[:2], []]
    together = random_timings_each(network, inputs, 25, seed=4, backend=backend)
    for k, one in enumerate(inputs):
        alone = random_timings(network, one, 25, seed=4 + k, backend=backend)
        assert together[k].rest_states() == alone.rest_states() == (topological(network, one),)
        assert np.array_equal(together[k].spikes, alone.spikes)
    assert random_timings_each(network, [], 25, seed=4, backend=backend) == ()


@pytest.mark.parametrize("backend", BACKENDS)
def test_nothing_to_do(backend: Any) -> None:
    none = random_timings(*mlp(), runs=0, seed=1, backend=backend)
    assert none.counts.shape == (0, 7)
    assert none.outcomes() == ()
    still = random_timings(net([[0]]), [], 3, 1, backend=backend)
    assert still.finished.all()
    assert still.outcomes() == ((0,),)
    assert not still.spikes.any()


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_scale_near_the_limit_is_exact(backend: Any) -> None:
    fine = f"1/{2**50}"
    network, events = net([[0]], potential=[0]), [[0, 1], [0, fine], [0, f"-{fine}"]]
    timings = random_timings(network, events, 50, 1, backend=backend, max_steps=1000)
    assert timings.rest_states() == (((1,), (Fraction(0),)),)


def test_too_many_bits() -> None:
    with pytest.raises(OverflowError, match="62 bits are available"):
        random_timings(net([[0]]), [[0, f"1/{2**60}"]], 1, 1)
    with pytest.raises(OverflowError, match="62 bits are available"):
        random_timings(net([[0]]), [[0, 2**61], [0, 2**61]], 1, 1)
    with pytest.raises(OverflowError, match="null for no bound"):
        random_timings(net([[0]], upper=[2**63]), [], 1, 1)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("reset", "zero"), ("leak", True), ("loss", True), ("closed", "right"), ("corrective", False), ("noise", 1),
        ("noise", "unlimited"), ("plastic", ["1", "1/2"]), ("low", ["1/4"]), ("high", [2]), ("threshold", [0]),
        ("threshold", ["-1"]), ("colour", 1), ("potential", [0.5]), ("potential", ["1/0"]), ("potential", [True]),
        ("potential", []), ("lower", ["1/2"]), ("upper", 3), ("start", [None]), ("weights", [[0, 1]]), ("weights", []),
    ],
)  # fmt: skip
def test_a_bad_network_is_refused_by_key(key: str, value: object) -> None:
    with pytest.raises(ValueError, match=key):
        random_timings({**net([[0]]), key: value}, [], 1, 1)


def test_options_written_out_at_their_defaults_are_fine() -> None:
    written = {"low": ["0"], "high": ["1"], "closed": "left", "plastic": ["1"], "noise": 0, "start": [0]}
    assert same(random_timings(net([[0]], **written), [[0, 1]], 5, 1), random_timings(net([[0]]), [[0, 1]], 5, 1))
    lacking = net([[0]])
    del lacking["upper"]
    with pytest.raises(ValueError, match="upper"):
        random_timings(lacking, [], 1, 1)


@pytest.mark.parametrize("event", [[0, 1, "forever"], [1, 1], [-1, 1], [True, 1], [0], [0, 0.5], [0, "x"], ["0", 1]])
def test_a_bad_event_is_refused(event: list[Any]) -> None:
    with pytest.raises(ValueError, match="event"):
        random_timings(net([[0]]), [[0, 1], event], 1, 1)


@pytest.mark.parametrize(
    "bad",
    [{"runs": -1}, {"max_steps": 0}, {"first_run": -1}, {"batch": 0}, {"policy": "oldest"}, {"backend": "fortran"}],
)
def test_a_bad_argument_is_refused(bad: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=next(iter(bad))):
        random_timings(net([[0]]), [], **{"runs": 1, "seed": 1, **bad})


def test_without_numba(monkeypatch: pytest.MonkeyPatch) -> None:
    with_numba = random_timings(*mlp(), runs=50, seed=1)
    assert with_numba.backend == "numba"
    monkeypatch.setitem(sys.modules, "numba", None)
    without = random_timings(*mlp(), runs=50, seed=1)
    assert without.backend == "numpy"
    assert same(with_numba, without)
    assert random_timings(*mlp(), runs=5, seed=1).backend == "python"
    with pytest.raises(ImportError, match="fast"):
        random_timings(*mlp(), runs=5, seed=1, backend="numba")


def test_importing_the_module_does_not_import_numba() -> None:
    code = "import sys, verify.networks.timings; sys.exit('numba' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
