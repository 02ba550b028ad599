"""Embeddings that map gradients never lower the numbers of signs (claimed in the abstract of Zhang et al. 2022)."""

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

from sympy import And, Matrix, symbols

from theorems.critical_points import _models as m
from verify import Draw, Identity, Statement, Step, parameter
from verify.networks.dense import evaluate, read_data, read_network
from verify.networks.embedding_deep import compatible_embedding
from verify.networks.splittings import read_splitting, split_matrices, split_network

TANGENT = parameter("T", "tuple", "the derivative of the embedding: rows, one for each wide parameter")
GRADIENT = parameter(
    "M", "tuple", "the matrix that takes narrow gradients to wide ones: rows, one for each wide parameter"
)
FORM = m.property_of(
    "embedding.loss_form_holds", m.NETWORK, m.WIDE, m.DATA, TANGENT, name="same_loss", meaning="T^T H_wide T = H_narrow"
)
MAPPED = m.property_of(
    "embedding.gradient_matrix_holds", m.NETWORK, m.WIDE, m.DATA, TANGENT, GRADIENT, name="mapped_gradient",
    meaning="H_wide T = M H_narrow, and the columns of T are linearly independent",
)  # fmt: skip


def numbers(network: Any, suffix: str, which: str) -> list[Any]:
    """Numbers of positive, negative and zero eigenvalues."""
    return [
        m.of(
            f"dense.{sign}",
            network,
            m.DATA,
            sort="natural",
            name=f"{sign}_{suffix}",
            meaning=f"{words} eigenvalues, {which}",
        )
        for sign, words in (("positive", "positive"), ("negative", "negative"), ("nullity", "zero"))
    ]


NARROW_NUMBERS, WIDE_NUMBERS = numbers(m.NETWORK, "narrow", "narrow"), numbers(m.WIDE, "wide", "wide")

monotone = Statement(
    "ep-inertia-monotone",
    title="Critical embeddings are irreversible: no number of signs falls",
    summary="If R_wide(T theta) = R_narrow(theta) and the wide gradient is a constant matrix M times the narrow one, "
    "the wide Hessian has at least as many positive, negative and zero eigenvalues: saddles stay saddles, flat "
    "directions stay flat.",
    area=m.AREA,
    source=m.HIERARCHY.at("abstract, irreversibility", m.CLAIM_READ),
    declared="reduced",
    quantities=[m.NETWORK, m.WIDE, m.DATA, TANGENT, GRADIENT, FORM, MAPPED, *NARROW_NUMBERS, *WIDE_NUMBERS],
    assume={
        "same-loss": ("R_wide(T theta) = R_narrow(theta), to second order: T^T H_wide T = H_narrow", FORM.symbol),
        "mapped-gradient": (
            "grad R_wide(T theta) = M grad R_narrow(theta), to first order: H_wide T = M H_narrow; T is injective",
            MAPPED.symbol,
        ),
    },
    claim=And(*(wide.symbol >= narrow.symbol for wide, narrow in zip(WIDE_NUMBERS, NARROW_NUMBERS, strict=True))),
)  # fmt: skip


@monotone.argument
def subspaces() -> Iterator[Step]:
    """Spaces on which the narrow Hessian has a sign, and its kernel, are carried over by T."""
    narrow, wide = 2, 3
    t = Matrix(wide, narrow, lambda i, j: symbols(f"T_{i + 1}{j + 1}"))
    h = Matrix(wide, wide, lambda i, j: symbols(f"H_{min(i, j) + 1}{max(i, j) + 1}"))
    v = Matrix(narrow, 1, lambda i, _: symbols(f"v_{i + 1}"))
    image, pulled = t * v, t.T * h * t
    yield Step(
        "Let theta be the point, affine T with R_wide(T theta) = R_narrow(theta) near it: two derivatives give T^T "
        "H_wide T = H_narrow. So the wide form at T v is the narrow form at v. On a space of dimension n_+ on which "
        "the narrow form is positive, T has no kernel (the form would be 0), and the wide form is positive on the "
        "image: n_+ of the wide one is no less. The same for n_-. (Here with 2 and 3 parameters.)",
        [Identity((image.T * h * image)[0, 0], (v.T * pulled * v)[0, 0])],
        cites=["n_+ is the greatest dimension of a space on which a form is positive"],
    )
    yield Step(
        "The derivative of grad R_wide(T theta) = M grad R_narrow(theta), M constant, is H_wide T = M H_narrow. If "
        "H_narrow v = 0, then H_wide T v = 0. As T is injective, the kernel of H_wide has at least the dimension of "
        "that of H_narrow.",
        [Identity((h * image)[0, 0], ((h * t) * v)[0, 0])],
    )
    yield Step(
        "Splittings have such T and M: in the outer weights T has the shares and M ones, in the inner weights T has "
        "ones and M the shares. There T^T M = I as the shares sum to 1, and the second relation implies the first. "
        "The same holds for null neurons, and for compatible embeddings of deep networks (shown here on instances). "
        "Criticality is not used, but gives the signs their meaning.",
        cites=["ep-splitting-critical", "ep-null-embedding"],
    )


def _case(network: m.Raw, wide: m.Raw, data: m.Raw, tangent: Any, gradient: Any) -> m.Raw:
    return {"network": network, "wide": wide, "data": data, "T": m.text(tangent), "M": m.text(gradient)}


def _rows(matrix: Any) -> list[list[str]]:
    return [[str(entry) for entry in row] for row in matrix.tolist()]


def split_case(network: m.Raw, data: m.Raw, splitting: list[m.Raw]) -> m.Raw:
    """A splitting, with its two matrices."""
    narrow, groups = read_network(network), read_splitting(splitting)
    tangent, gradient = split_matrices(narrow, groups)
    return _case(network, split_network(narrow, groups).to_json(), data, _rows(tangent), _rows(gradient))


def appended_case(network: m.Raw, data: m.Raw, outer: Any, inner: list[Any]) -> m.Raw:
    """A neuron with fixed weights is added: T and M are the identity on the old weights, 0 on the new ones."""
    (weights, (row,)) = network["layers"]
    wide = {**network, "layers": [[*weights, m.text(inner)], [[*row, str(Fraction(outer))]]]}
    width, dimension = len(weights), len(inner)
    unit = [[int(i == j) for j in range(width * (dimension + 1))] for i in range(width * (dimension + 1))]
    nothing = [0] * len(unit)
    matrix = [*unit[: width * dimension], *([nothing] * dimension), *unit[width * dimension :], nothing]
    return _case(network, wide, data, matrix, matrix)


def deep_case(network: m.Raw, data: m.Raw, *arguments: Any) -> m.Raw:
    """A compatible embedding of a deep network."""
    made = compatible_embedding(read_network(network), *arguments)
    return _case(network, made.wide.to_json(), data, *map(_rows, made.matrices))


@monotone.certificate
def splits_and_null_neurons() -> Iterator[m.Raw]:
    """One hidden layer: critical points that are minima, saddles, degenerate; and points off criticality."""
    for network, data in (m.A, m.instance_a(-1), m.instance_d(), m.X2_NODE, m.two_outputs()):
        for shares in (("1/2", "1/2"), (2, -1), (1, 0), ("1/3", "1/3", "1/3")):
            yield split_case(network, data, [m.split(0, *shares)])
    network, data = m.A
    yield split_case(network, data, [m.split(0, 2, -1, signs=[1, -1])])
    yield appended_case(network, data, 0, [1])
    network = m.two_layer(m.FLAT, (1, 1))
    for outer in (1, 0, -1):
        yield appended_case(network, m.designed(network, [1, 2, 3], ["2/5", -1, "2/3"]), outer, [0])
    network = m.two_layer(m.GENERIC, (2, [1, 1]), ("1/2", [-1, 2]))
    data = m.sample([[1, 0], [1, 1], [2, -1]], [1, 2, "1/3"], "quartic")
    yield split_case(network, data, [m.split(1, "5/2", "-3/2")])


@monotone.certificate
def deep_networks() -> Iterator[m.Raw]:
    """Two hidden layers, with and without shares beside the copies' own, and biases."""
    network: m.Raw = {"activation": m.ODD, "layers": [[["1"]], [["1"]], [["1"]]]}
    data = m.sample([1, 2, 3, 4], [0, 1, "1/2", -1])
    shares = [[["1/4", "3/4"], ["5/4", "-1/4"]]]
    yield deep_case(network, data, [[0, 0], [0, 0]])
    yield deep_case(network, data, [[0, 0], [0, 0]], [["3/4", "1/4"], ["3/4", "1/4"]], [[["1", "0"], ["0", "1"]]])
    yield deep_case(network, data, [[0, 0], [0, 0]], [["3/4", "1/4"], ["1/2", "1/2"]], shares)
    network = {
        "activation": m.ODD,
        "layers": [[["1"]], [["1"], ["-2"]], [["1", "1"]]],
        "biases": [["1/2"], None, ["1"]],
    }
    yield deep_case(network, data, [[0, 0], [0, 1, 1]])


LIFTED = m.two_layer(m.ODD, (1, [1, 2]))
_FREE = ["0", "0"]
LIFTED_RESIDUALS = [
    "94643817808497819/65101847899156250", "-1796044830800026827/205201024578140500",
    "68949781471323567649/923404610601632250", "905372161053346887/754415531537281250",
    "-212299043375724222977/3017662126149125000", "188550550482475577/5837534836656250",
    "492440205114508253593/461702305300816125000", "786211427638725808/27158959135342125", *_FREE,
]  # fmt: skip
LIFTED_DATA = m.designed(
    LIFTED, [[1, 0], [0, 1], [1, 1], [1, -1], [2, 1], [1, 2], [2, -1], [1, -2], [3, 1], [1, 3]], LIFTED_RESIDUALS
)
"""z/(1 + z^2), d = 2: critical, inertia (1, 0, 2); M e = 0, sum e_i x_i = 0, a Hess phi(w) as the kernel needs it."""


@monotone.control(drops="mapped-gradient")
def a_lift_that_depends_on_the_sample() -> Iterator[m.Raw]:
    """A neuron (1, 0) is critical for this sample only: (1,0,2) becomes (3,2,1), one zero eigenvalue less."""
    yield appended_case(LIFTED, LIFTED_DATA, 1, [0, 0])


@monotone.control(drops="same-loss")
def another_loss() -> Iterator[m.Raw]:
    """Not an embedding: from u = 2, definite, to u = 3, indefinite. As the first is invertible, M exists."""
    network, data = m.A
    elsewhere = m.lattice("tanh", (1, 3))
    narrow, wide = (evaluate(read_network(n), read_data(data)).hessian for n in (network, elsewhere))
    assert narrow is not None
    assert wide is not None
    yield _case(network, elsewhere, data, [[1, 0], [0, 1]], _rows(wide * narrow.inv()))


@monotone.search(
    trials=60, distribution="small networks of one hidden layer, 1 or 2 outputs, d <= 2, any targets; splits"
)
def random_splits(rng: Draw) -> m.Raw:
    while (found := m.random_critical(rng, width=rng.randint(1, 2), dimension=rng.randint(1, 2))) is None:
        pass
    network, data = found
    if rng.random() < 0.3:
        data = {**data, "targets": [[str(rng.randint(-3, 3))] for _ in data["targets"]]}
    return split_case(network, data, [m.random_split(rng, 0)])
