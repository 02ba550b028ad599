"""Every quantity has a fast definition and a naive one: on random instances, and at odd arguments, both agree."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st
from sympy import Symbol

from verify import Source, Statement, computed, parameter, recheck
from verify.decide.instances import certificates, judge

OF_RUNS = {
    "rest_states": "tuple", "livelock": "boolean", "always_finite": "boolean", "can_always_rest": "boolean",
    "min_spikes": "integer", "max_spikes": "integer", "conserved": "boolean",
}  # fmt: skip
OF_BOTH = {
    "formula": "tuple", "formula_state": "tuple", "fixed_points": "tuple", "resting_counts": "tuple",
    "least_fixed_point": "tuple",
}  # fmt: skip
OF_NETWORK = {
    **dict.fromkeys(
        [
            "acyclic", "positive_cycle", "negative_cycle", "subtractive", "leakless", "lossless", "constant_weights",
            "unit_window", "starts_inside", "starts_at_zero", "finite_bounds", "finite_noise", "no_noise",
            "no_self_loops", "nonnegative_weights", "starts_charged", "corrective", "positive_thresholds",
        ],
        "boolean",
    ),
    "size": "integer",
    "start": "tuple",
}  # fmt: skip
OF_EVENTS = {
    "finite_events": "boolean", "nonnegative_events": "boolean", "total_charge": "real", "positive_charge": "real",
    "largest_charge": "real",
}  # fmt: skip
OF_CYCLE = {"is_cycle": "boolean", "chordless": "boolean", "sign_of_cycle": "integer"}
WITNESSES = ("lock_network", "signed_network")


def one_statement():
    """A statement in which all of these quantities occur."""
    run, both, neuron = ["network", "events", "semantics"], ["network", "events"], ["network", "i"]
    listed = [
        *((name, sort, run) for name, sort in OF_RUNS.items()),
        ("outcomes", "tuple", [*run, "fair"]),
        *((name, sort, both) for name, sort in OF_BOTH.items()),
        *((name, sort, ["network"]) for name, sort in OF_NETWORK.items()),
        *((name, sort, ["events"]) for name, sort in OF_EVENTS.items()),
        *((name, sort, ["network", "cycle"]) for name, sort in OF_CYCLE.items()),
        *((name, "network", ["network", "cycle"]) for name in WITNESSES),
        ("lock_events", "events", ["network", "cycle"]),
        ("signed_events", "events", ["network", "cycle"]),
        ("threshold", "real", neuron),
        ("potential", "real", neuron),
        ("weight", "real", [*neuron, "i"]),
        ("is_instant", "boolean", ["semantics"]),
    ]
    sorts = {
        "network": "network", "events": "events", "semantics": "choice", "fair": "boolean", "cycle": "tuple", "i": "integer",
    }  # fmt: skip
    return Statement(
        "all-quantities",
        title="All quantities",
        summary="Nothing.",
        area="tests",
        source=Source("Nobody", "Nothing", 2026),
        declared="certified",
        quantities=[
            *(parameter(name, sort, name) for name, sort in sorts.items()),
            *(computed(f"q_{name}", sort, f"spiking.{name}", arguments, name) for name, sort, arguments in listed),
        ],
        assume={},
        claim=Symbol("q_size") > 0,
    )


STATEMENT = one_statement()
SMALL = st.sampled_from(["0", "1", "-1", "1/2", "-3/2", "2/3"])
PLAIN = {"weights": [["0"]], "threshold": ["1"], "potential": ["0"], "lower": [0], "upper": [1]}


def lists(entries, n):
    return st.lists(entries, min_size=n, max_size=n)


TAME = {"start", "corrective", "leak", "loss"}
"""With these options, positive thresholds and no cycles, the states are finite in number whatever the bounds."""


@st.composite
def instances(draw):
    n = draw(st.integers(1, 2))
    tame = draw(st.booleans())
    semantics = draw(st.sampled_from(["instant", "delayed", "eager"] if tame else ["instant", "eager"]))
    weights = draw(lists(lists(SMALL, n), n))
    bound = [None] if tame else [0]
    net = {
        "weights": [[w if i > j or not tame else "0" for j, w in enumerate(row)] for i, row in enumerate(weights)],
        "threshold": draw(lists(st.sampled_from(["1", "1/2", "2"] if tame else ["1", "1", "-1", "3/2"]), n)),
        "potential": draw(lists(SMALL, n)),
        "lower": draw(lists(st.sampled_from([0, 0, -1, *bound]), n)),
        "upper": draw(lists(st.sampled_from([1, 1, 2, *bound]), n)),
    }
    optional = {
        "start": lists(st.sampled_from([0, 0, 1, -1]), n), "low": lists(SMALL, n), "high": lists(SMALL, n),
        "closed": st.sampled_from(["left", "right", "both", "neither"]), "corrective": st.booleans(),
        "reset": st.sampled_from(["subtract", "zero"]), "leak": st.booleans(), "loss": st.booleans(),
        "plastic": st.sampled_from([["1"], ["1", "1/2"], ["2"], ["2", "1"]]), "noise": st.sampled_from([0, 1]),
    }  # fmt: skip
    names = sorted(TAME if tame else optional)
    for key in draw(st.lists(st.sampled_from(names), max_size=3, unique=True)):
        net[key] = draw(optional[key])
    entry = st.tuples(st.integers(0, n - 1), SMALL).map(list)
    return {
        "network": net,
        "events": draw(st.lists(entry, max_size=2)),
        "semantics": semantics,
        "fair": draw(st.booleans()),
        "cycle": draw(st.lists(st.integers(-1, n), max_size=2)),
        "i": draw(st.integers(-1, n)),
    }


def finding(statement, raw):
    judgement = judge(statement, raw)
    return [recheck.replay(c, statement.form) for c in certificates(statement, judgement, "case")]


@given(instances())
@settings(derandomize=True, deadline=None, max_examples=150, database=None)
def test_on_random_instances(raw):
    for found in finding(STATEMENT, raw):
        assert found.status == "accepted", (found.reason, raw)


def quantized_statement():
    """The quantities of quantized networks, of rounding, and of sets."""
    sorts = {"q": "quantized", "m": "mapping", "charges": "tuple", "threshold": "positive", "arithmetic": "choice"}
    listed = [
        ("codes", "tuple", "quantized.codes", ["q"]),
        ("net", "network", "quantized.network", ["q", "m"]),
        ("events", "events", "quantized.events", ["q", "m"]),
        ("half_up", "boolean", "quantized.half_up", ["q"]),
        ("same", "boolean", "quantized.same_bounds", ["m"]),
        ("once", "boolean", "quantized.bias_once", ["m"]),
        ("counts", "tuple", "floats.spike_counts", ["charges", "threshold", "arithmetic"]),
        ("binary", "boolean", "floats.is_binary64", ["arithmetic"]),
        ("size", "integer", "sets.size", ["charges"]),
        ("singleton", "tuple", "sets.singleton", ["codes"]),
        ("subset", "boolean", "sets.subset", ["charges", "codes"]),
        ("distance", "real", "sets.distance", ["charges", "codes"]),
        ("range", "tuple", "sets.range", ["size", "size"]),
    ]
    return Statement(
        "more-quantities",
        title="More quantities",
        summary="Nothing.",
        area="tests",
        source=Source("Nobody", "Nothing", 2026),
        declared="certified",
        quantities=[
            *(parameter(name, sort, name) for name, sort in sorts.items()),
            *(computed(name, sort, function, arguments, name) for name, sort, function, arguments in listed),
        ],
        assume={},
        claim=Symbol("size") >= 0,
    )


MORE = quantized_statement()


@st.composite
def quantized_instances(draw):
    sizes = draw(st.lists(st.integers(1, 2), min_size=2, max_size=3))
    layers = []
    for before, here in pairwise(sizes):
        lower = draw(st.integers(-2, 0))
        layers.append(
            {
                "weights": draw(lists(lists(SMALL, before), here)), "bias": draw(lists(SMALL, here)),
                "step": draw(st.sampled_from(["1", "1/2", "3/4"])), "lower": lower, "upper": lower + draw(st.integers(0, 3)),
            }
        )  # fmt: skip
    tie = draw(st.sampled_from(["half-up", "half-even"]))
    low = draw(st.integers(-1, 1))
    bounds = [low, draw(st.integers(low, 1))]
    return {
        "q": {"layers": layers, "input": draw(lists(SMALL, sizes[0])), "tie": tie},
        "m": {"bounds": bounds, "bias_times": draw(st.integers(0, 2)), "pieces": draw(st.integers(1, 2))},
        "charges": draw(st.lists(st.sampled_from(["1/10", "1/5", "7/10", "-1/3", "2"]), max_size=4)),
        "threshold": draw(st.sampled_from(["1", "1/10", "3/10"])),
        "arithmetic": draw(st.sampled_from(["exact", "binary64"])),
    }


@given(quantized_instances())
@settings(derandomize=True, deadline=None, max_examples=150, database=None)
def test_on_random_quantized_networks(raw):
    for found in finding(MORE, raw):
        assert found.status == "accepted", (found.reason, raw)


def condensation_statement():
    """The quantities of initial condensation."""
    sorts = {"x": "tuple", "y": "tuple", "p": "integer", "u": "tuple", "lines": "tuple"}
    at = ["x", "y", "p", "u"]
    listed = [
        ("form", "real", "condensation.form", at),
        ("condensed", "boolean", "condensation.is_condensed", at),
        ("stable", "boolean", "condensation.is_stable", at),
        ("count", "natural", "condensation.stable_lines", ["x", "y", "p", "lines"]),
        ("size", "integer", "sets.size", ["lines"]),
    ]
    return Statement(
        "condensation-quantities",
        title="Condensation",
        summary="Nothing.",
        area="tests",
        source=Source("Nobody", "Nothing", 2026),
        declared="certified",
        quantities=[
            *(parameter(name, sort, name) for name, sort in sorts.items()),
            *(computed(name, sort, function, arguments, name) for name, sort, function, arguments in listed),
        ],
        assume={},
        claim=Symbol("size") >= 0,
    )


CONDENSATION = condensation_statement()
ENTRY = st.sampled_from(["0", "1", "-1", "1", "-1", "2", "1/2"])


@st.composite
def condensations(draw):
    """Mostly rows of one length, p from 1 to 5; lines with multiples, opposites, zeros, and equilibria of sums of powers."""
    size, n = draw(st.integers(1, 3)), draw(st.integers(1, 4))
    axes = [[str(int(i == j)) for j in range(size)] for i in range(size)]
    x = draw(st.sampled_from([draw(lists(lists(ENTRY, size), n)), axes]))
    row = lists(ENTRY, size)
    odd = draw(st.integers(0, 9)) == 0
    return {
        "x": [*x, draw(lists(ENTRY, 2))] if odd and draw(st.booleans()) else x,
        "y": draw(lists(ENTRY, len(x) + odd)),
        "p": draw(st.integers(0 if odd else 1, 5)),
        "u": draw(st.sampled_from([draw(row), draw(st.sampled_from(axes))])),
        "lines": [*draw(st.lists(row, max_size=4)), *axes, *([["1"]] if odd else [])],
    }


@given(condensations())
@settings(derandomize=True, deadline=None, max_examples=400, database=None)
def test_on_random_forms(raw):
    for found in finding(CONDENSATION, raw):
        assert found.status == "accepted", (found.reason, raw)
