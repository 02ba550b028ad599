"""Quantities of dense networks: on random small instances the fast and the naive definitions agree."""

from __future__ import annotations

import itertools
from collections import Counter
from contextlib import suppress
from fractions import Fraction
from random import Random

import pytest

from verify.arithmetic import exact, precision, read_tuple, to_json
from verify.errors import InstanceError
from verify.quantities import Workspace, lookup
from verify.recheck import linear
from verify.recheck.common import Undefined
from verify.recheck.definitions.dense import Data, Dense, outputs, parse_data, parse_dense
from verify.recheck.definitions.functions import FUNCTIONS, SORTS, Library
from verify.recheck.definitions.jets import exactly
from verify.recheck.load import NotReplayed, Rejected
from verify.recheck.replay import agrees

HOMES = ("dense.", "dual.", "embedding.", "lifting.", "boxes.", "designed.", "branches.member")
NAMES = [name for name in FUNCTIONS if name.startswith(HOMES)]
TRIALS = 40

LOG = ["tanh", "sigmoid", "exp"]
RATIONAL = [
    {"rational": [["0", "1"], ["1", "0", "1"]]}, {"rational": [["1"], ["1", "0", "1"]]}, {"power": 2}, {"power": 3},
    {"rational": [["1", "1"], ["1", "0", "1"]]}, {"rational": [["0", "0", "1"], ["1", "0", "1"]]}, "relu",
    {"rational": [["1", "1", "1"], ["1", "0", "1"]]}, {"rational": [["1"], ["1", "1"]]},
    {"polynomial": ["0", "0", "1"]}, {"polynomial": ["1", "-1", "0", "1/2"]},
]  # fmt: skip
PLAIN = ["tanh", "sigmoid", "softplus", "exp", "sin", "x-tanh", "gelu", "swish"]
NUMBERS = ["0", "1", "-1", "1/2", "-3/2", "2", "1/3", "3", "-2"]
COORDINATES = ["1", "2", "1/2", "3", "1/3", "4", "3/2"]
COEFFICIENTS = [["1/2", "1/2"], ["2", "-1"], ["1", "0"], ["1/3"] * 3, ["3", "-1", "-1"], ["1"], ["1", "1"], ["0", "0"]]

SCALAR = {"outputs": 1, "depth": 1, "biased": False}
ONE_INPUT, NARROW = {"inputs": 1, **SCALAR}, {"width": 1, **SCALAR}
SHAPES = {  # what functions need to be defined more often than not
    ("dual.width_one_listed", "dual.width_one_count"): {"kind": "log", "width": 1, **ONE_INPUT},
    ("dual.zero_multiplicities", "dual.zero_count"): {"kind": "log", **ONE_INPUT},
    ("designed.dual_slope", "designed.curvature"): {"kind": "rational", "width": 1, **ONE_INPUT},
    ("designed.residual", "designed.loss", "designed.dual", "designed.inertia"): NARROW,
    ("boxes.curvature_inertia", "boxes.split_law"): {"kind": "rational", **NARROW},
    (
        "dual.local_dimension", "embedding.local_minimum", "embedding.escape", "embedding.climb", "embedding.moved",
        "embedding.zero_block_law", "embedding.reduce", "lifting.in_span", "lifting.separating_data",
        "lifting.tangents_independent", "embedding.distance",
    ): {"kind": "log", **SCALAR},
}  # fmt: skip


class Draw:
    """Random instances, many of them critical, with equal and opposite neurons."""

    def __init__(self, name: str) -> None:
        self.rng = Random(name)
        self.signature = FUNCTIONS[name][0].strip("*#")
        self.shape = next((shape for names, shape in SHAPES.items() if name in names), {})

    def number(self, log: bool = False) -> str:
        return self.rng.choice(COORDINATES if log else NUMBERS)

    def network(self, **shape) -> dict:
        rng = self.rng
        kind = shape.get("kind") or rng.choice(["log", "rational", "rational", "plain"])
        depth = 1 if kind == "log" else shape.get("depth") or rng.choice([1, 1, 1, 2])
        widths = [shape.get("inputs") or rng.choice([1, 1, 2]), shape.get("width") or rng.choice([1, 2, 2, 3])]
        widths += [rng.choice([1, 2])] * (depth - 1) + [shape.get("outputs") or rng.choice([1, 1, 1, 2])]
        first = [kind == "log"] + [False] * depth
        layers = [
            [[self.number(log) for _ in range(a)] for _ in range(b)]
            for log, (a, b) in zip(first, itertools.pairwise(widths), strict=True)
        ]
        for j in range(1, len(layers[0])):
            opposite = [str(1 / Fraction(u)) if kind == "log" else str(-Fraction(u)) for u in layers[0][0]]
            null = ["1" if kind == "log" else "0"] * widths[0]
            layers[0][j] = rng.choice([list(layers[0][0]), opposite, null, *[layers[0][j]] * 4])
        found = {"activation": rng.choice({"log": LOG, "rational": RATIONAL, "plain": PLAIN}[kind]), "layers": layers}
        if kind == "log":
            found["inner"] = "log"
        if shape.get("biased", rng.random() < 0.15):
            found["biases"] = [
                rng.choice([None, [self.number(log) for _ in w]]) for log, w in zip(first, layers, strict=True)
            ]
        return found

    def data(self, network: dict) -> dict:
        rng, n, size = self.rng, parse_dense(network), self.rng.choice([1, 2, 3, 4, 5, 6])
        small = ["-2", "-1", "0", "1", "2", "3"]
        inputs = [[rng.choice(small if n.log else NUMBERS) for _ in range(n.inputs)] for _ in range(size)]
        targets = [[self.number() for _ in range(n.outputs)] for _ in range(size)]
        raw = {"inputs": inputs, "targets": targets, "loss": rng.choice(["half-square"] * 3 + ["square", "quartic"])}
        if n.exact and raw["loss"] != "quartic" and rng.random() < 0.7:
            with suppress(Undefined, ZeroDivisionError):
                raw["targets"] = self.critical(n, parse_data(raw))
        return raw

    def critical(self, n: Dense, d: Data) -> list:
        """Targets for which a network is critical."""
        jets = [p for row in outputs(n, d, 0) for p in row]
        tangents = exactly([[p.slope.get(k, 0) for p in jets] for k in range(n.size)])
        factors = [(self.rng.choice([0, 1, -1, 2, -3]), e) for e in linear.kernel(tangents)]
        residuals = [sum(c * e[i] for c, e in factors) for i in range(len(jets))]
        scale = 1 if d.loss == "half-square" else Fraction(1, 2)
        flat = [str(Fraction(p.value - e * scale)) for p, e in zip(jets, residuals, strict=True)]
        return [flat[i : i + n.outputs] for i in range(0, len(flat), n.outputs)]

    def splitting(self, network: dict) -> list:
        rng, log = self.rng, "inner" in network
        inputs, width = len(network["layers"][0][0]), len(network["layers"][0])
        groups = []
        for j in rng.sample(range(width), rng.randint(1, width)):
            coefficients = rng.choice(COEFFICIENTS)
            group = {"neuron": rng.choice([j] * 20 + [width]), "coefficients": coefficients}
            if rng.random() < 0.25:
                group["signs"] = [rng.choice([1, -1]) for _ in coefficients]
            if rng.random() < 0.15:
                group["shifts"] = [[self.number(log) for _ in range(inputs)] for _ in coefficients]
            groups.append(group)
        return groups

    def block(self, network: dict) -> dict:
        rng, log, size = self.rng, "inner" in network, self.rng.randint(1, 3)
        inner = [[self.number(log) for _ in network["layers"][0][0]] for _ in range(size)]
        inner = rng.choice([inner, inner[:1] * size, [rng.choice(network["layers"][0])] * size])
        outer = rng.choice([["0"] * size, [self.number() for _ in inner], ["1", "-1", "0"][:size]])
        more = len(network["layers"][-1]) - 1
        return {"outer": [[a, *(self.number() for _ in range(more))] for a in outer] if more else outer, "inner": inner}

    def related(self, network: dict) -> dict:
        """Another network, which often has to do with this one."""
        n, wide = parse_dense(network), None
        name, part, read = self.rng.choice(
            [("split", self.splitting, "splitting"), ("append", self.block, "block"), ("", None, "")]
        )
        with suppress(Rejected):
            wide = name and Library().call(f"embedding.{name}", [n, SORTS[read](part(network))])
        if not wide:
            shape = {"kind": "log" if n.log else "rational", "inputs": n.inputs, "outputs": n.outputs, "depth": n.depth}
            return {**self.network(**shape, biased=False), "activation": network["activation"]}
        layers = [[[str(x) for x in row] for row in layer] for layer in wide.layers]
        return {"activation": network["activation"], "layers": layers, "inner": wide.inner}

    def arguments(self) -> list[tuple[str, object]]:
        """A sort and a raw value for each argument."""
        rng, network, found = self.rng, self.network(**self.shape), list[tuple[str, object]]()
        n, log = parse_dense(network), "inner" in network
        for place, letter in enumerate(self.signature):
            if letter == "N":
                found.append(("dense", self.related(network) if found else network))
            elif letter == "D":
                found.append(("data", self.data(network)))
            elif letter == "S":
                found.append(("splitting", self.splitting(network)))
            elif letter == "B":
                found.append(("block", self.block(network)))
            elif letter == "i":
                found.append(("integer", str(rng.choice([0, 0, 0, 1, 1, 2, -1]))))
            elif letter == "c":
                found.append(("tuple", [str(j) for j in rng.sample(range(n.width), rng.randint(1, n.width))]))
            elif letter == "r":
                found.append(("positive", rng.choice(["1/2", "1/100", "1/10000", "1/1000000"])))
            elif letter == "M" and place == 1:
                self.rows = n.size + rng.randint(0, 3)
                found.append(("tuple", [[self.number() for _ in range(n.inputs)] for _ in range(self.rows)]))
            elif letter == "M":
                wide = parse_dense(found[1][1]) if found[1][0] == "dense" else n
                found.append(("tuple", [[self.number() for _ in range(n.size)] for _ in range(wide.size)]))
            elif "M" in self.signature and self.signature.index("v") == place:
                found.append(("tuple", [self.number() for _ in range(self.rows - n.size)]))
            else:
                vector = [self.number(log) for _ in range(n.inputs)]
                found.append(("tuple", rng.choice([vector, vector, network["layers"][0][0]])))
        return found


READERS = {"tuple": read_tuple, "integer": int, "positive": exact}


def fast(name, arguments):
    """What a certificate would say; an empty list where the instance is refused."""
    values = [READERS[sort](raw) if sort in READERS else raw for sort, raw in arguments]
    try:
        with precision(128):
            return to_json(lookup(name)(Workspace(), *values))
    except InstanceError:
        return []


def naive(name, arguments):
    try:
        return Library().call(name, [SORTS[sort](raw) for sort, raw in arguments])
    except Rejected:
        return None


def same(name, arguments, value, stated):
    """Whether the two definitions agree."""
    if (value is None) != (stated is None):
        # Enclosures may be sharper on one side, and only one may see that something is exactly 0.
        exact_networks = all(parse_dense(raw).exact for sort, raw in arguments if sort == "dense")
        return stated == [] or name.startswith("boxes.") or (not exact_networks and True in (value, stated))
    if name == "boxes.certain_signs":
        return value is None or len(stated) == len(value) == 2
    return agrees(value, stated)


@pytest.mark.parametrize("name", NAMES)
def test_both_definitions_agree(name):
    draw, seen = Draw(name), Counter()
    for _ in range(TRIALS):
        arguments = draw.arguments()
        try:
            value = naive(name, arguments)
        except NotReplayed:
            continue
        stated = fast(name, arguments)
        assert same(name, arguments, value, stated), (name, [raw for _, raw in arguments], value, stated)
        seen[value is not None] += 1
    assert seen[True], f"{name} was undefined nearly always"


COUNTS = {
    "count": (2, 4), "series": (2, 4), "closed_form": (0, 6), "surjections": (0, 6), "covers": (0, 4),
    "covers_formula": (0, 4), "minimal": (0, 4), "longest_chain": (0, 4), "transitive_reduction": (0, 4),
    "meeting_pairs": (0, 3), "connected": (0, 3), "diameter": (0, 3), "dimensions_match": (2, 3),
    "none_contained": (2, 3),
}  # fmt: skip


@pytest.mark.parametrize("name", COUNTS)
def test_branches_agree(name):
    flags, most = COUNTS[name]
    dimensions = FUNCTIONS[f"branches.{name}"][0].count("i") - 2
    for r, m, *given in itertools.product(
        range(most + 1), range(most + 1), *[(1, 2)] * dimensions, *[(False, True)] * flags
    ):
        d, truths = given[:dimensions], given[dimensions:]
        arguments = [*(("boolean", b) for b in truths), *(("integer", str(k)) for k in (r, m, *d))]
        value, stated = naive(f"branches.{name}", arguments), fast_of_counts(f"branches.{name}", arguments)
        assert agrees(value, stated), (name, arguments, value, stated)


def fast_of_counts(name, arguments):
    return to_json(lookup(name)(Workspace(), *(raw if sort == "boolean" else int(raw) for sort, raw in arguments)))


@pytest.mark.parametrize("name", ["components", "components_formula"])
def test_components_agree(name):
    for p, r, m, signed in itertools.product(range(1, 6), range(3), range(5), (False, True)):
        arguments = [*(("integer", str(k)) for k in (p, r, m)), ("boolean", signed)]
        value, stated = naive(f"branches.{name}", arguments), fast_of_counts(f"branches.{name}", arguments)
        assert agrees(value, stated), (name, arguments, value, stated)
