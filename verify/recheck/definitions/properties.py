"""Properties of networks, splittings and blocks that statements assume: more of the functions `dense.*`, `embedding.*`."""

from collections.abc import Callable

from ..common import defined, every
from ..formula import Truth, Value
from ..load import Number
from .dense import Data, Dense, inertia, rank
from .dual import dual, zero
from .embedding import Block, Group, append, cross, curvature
from .jets import exactly

Splitting = tuple[Group, ...]


def _nulls_silent(n: Dense) -> bool:
    columns = zip(*defined(n, n.depth == 1).layers[1], strict=True)
    return not any(n.is_null(w) and any(a) for w, a in zip(n.layers[0], columns, strict=True))


def _last_layer(n: Dense) -> Dense:
    return Dense(defined(n, not n.log).activation, n.layers[-2:], n.biases[-2:])


def _null_inner(n: Dense, b: Block) -> bool:
    return all(n.is_null(v) for v in b.inner if defined(v, len(v) == n.inputs))


def _outer_nonzero(n: Dense, s: Splitting) -> bool:
    defined(n, n.depth == 1 and all(group.neuron < n.width for group in s))
    return all(any(row[group.neuron] for row in n.layers[1]) for group in s)


def _regular(bits: int, n: Dense, d: Data, s: Splitting) -> bool:
    split = [group.neuron for group in s if len(group.coefficients) > 1]
    inertias = [inertia(curvature(bits, n, d, j)) for j in split]  # undefined if one is
    return not any(found[2] for found in inertias)


def _cross_total(bits: int, n: Dense, d: Data, s: Splitting) -> int:
    return sum((len(g.coefficients) - 1) * rank(exactly(cross(bits, n, d, g.neuron))) for g in s)


def _zero_block_case(bits: int, n: Dense, d: Data, b: Block) -> int:
    defined(append(n, b), n.outputs == 1 and n.exact)
    phi, shares = dual(n, d, bits), [row[0] for row in b.outer]
    flat: list[Truth] = [zero(phi.slope(v)) for v in b.inner]
    defined(flat, None not in flat)
    if not any(shares):
        return 1 if not any(flat) else 2 if len(shares) == 1 else 0
    together = len({*b.inner}) == 1 and every(flat) and sum(shares) == 0
    return 3 if together and inertia(phi.bend(b.inner[0]))[2] == 0 else 0


def _largest_share(s: Splitting) -> Number:
    shares: list[Number] = [c if c > 0 else -c for group in s for c in group.coefficients]
    return max(shares, default=0)


FUNCTIONS: dict[str, tuple[str, Callable[..., Value]]] = {
    "dense.signed": ("N", lambda n: n.signed),
    "dense.is_tanh": ("N", lambda n: n.activation == ("tanh",)),
    "dense.layer_is_zero": (
        "Ni",
        lambda n, j: not any(map(any, defined(n, not n.log and 0 <= j <= n.depth).layers[j])),
    ),
    "dense.nulls_silent": ("N", _nulls_silent),
    "dense.last_layer": ("N", _last_layer),
    "embedding.null_inner": ("NB", _null_inner),
    "embedding.outer_nonzero": ("NS", _outer_nonzero),
    "embedding.regular": ("#NDS", _regular),
    "embedding.largest_share": ("S", _largest_share),
    "embedding.cross_total": ("#NDS", _cross_total),
    "embedding.zero_block_case": ("#NDB", _zero_block_case),
}
