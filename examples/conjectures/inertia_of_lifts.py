"""False: a lift of a critical point to a wider network never loses positive, negative or zero eigenvalues of the Hessian.

"Irreversible": when a critical point of a narrow network is embedded in a wider one, saddles stay saddles and flat directions
stay flat. That is a theorem for embeddings which are critical for every sample (splitting a neuron, say). Is it enough that
the wide point has the same output function and is critical for the sample at hand? Positive and negative eigenvalues survive.
A flat direction need not: a neuron with w = 0 and outer weight a' is critical where sum_i e_i x_i = 0, and its Gauss-Newton
part can bend two flat directions while it brings one.

The activation z/(1 + z^2) is rational, so the critical points are exact: the draw solves linear equations for the residuals.
"""

from flint import fmpq, fmpq_mat
from sympy import And

from verify import Source, Statement, computed, parameter

ODD = {"rational": [["0", "1"], ["1", "0", "1"]]}

NETWORK = parameter("network", "dense", "the narrow network")
WIDE = parameter("wide", "dense", "the wide network")
DATA = parameter("data", "data", "inputs and targets")
SAME = computed("same", "boolean", "dense.same_function", [NETWORK, WIDE], "they have the same output function")
CRITICAL = [
    computed("critical_narrow", "boolean", "dense.critical", [NETWORK, DATA], "the narrow gradient is 0"),
    computed("critical_wide", "boolean", "dense.critical", [WIDE, DATA], "the wide gradient is 0"),
]
SIGNS = {"positive": "positive", "negative": "negative", "nullity": "zero"}
NARROW_COUNTS = [
    computed(f"{sign}_narrow", "natural", f"dense.{sign}", [NETWORK, DATA], f"{word} eigenvalues of the narrow Hessian")
    for sign, word in SIGNS.items()
]
WIDE_COUNTS = [
    computed(f"{sign}_wide", "natural", f"dense.{sign}", [WIDE, DATA], f"{word} eigenvalues of the wide Hessian")
    for sign, word in SIGNS.items()
]

guess = Statement(
    "inertia-of-lifts",
    title="A lift that keeps the function and is critical loses no positive, negative or zero eigenvalue",
    source=Source(
        authors="Yaoyu Zhang, Yuqing Li, Zhongwang Zhang, Tao Luo, Zhi-Qin John Xu",
        title="Embedding Principle: a Hierarchical Structure of Loss Landscape of Deep Neural Networks",
        year=2022,
        arxiv="2111.15527",
        where="abstract, irreversibility of critical embeddings; extended here to any lift",
    ),
    quantities=[NETWORK, WIDE, DATA, SAME, *CRITICAL, *NARROW_COUNTS, *WIDE_COUNTS],
    assume={
        "same-function": ("the output function is kept", SAME.symbol),
        "critical": ("both points are critical for the data", And(*(quantity.symbol for quantity in CRITICAL))),
    },
    claim=And(*(wide.symbol >= narrow.symbol for wide, narrow in zip(WIDE_COUNTS, NARROW_COUNTS, strict=True))),
)


def jet(z):
    """sigma, sigma', sigma'' of z/(1 + z^2)."""
    r = 1 + z * z
    return z / r, (1 - z * z) / r**2, 2 * z * (z * z - 3) / r**3


def equations(a, w, inputs, *, centred, flat):
    """Rows and right sides of the equations for e: (a, w) critical; sum e_i x_i = 0; no curvature but of the outer weight."""
    size = len(w)
    jets = [jet(sum((p * q for p, q in zip(w, x, strict=True)), fmpq(0))) for x in inputs]
    rows = [[s for s, _, _ in jets]]
    rows += [[slope * x[p] for (_, slope, _), x in zip(jets, inputs, strict=True)] for p in range(size)]
    rows += [[fmpq(x[p]) for x in inputs] for p in range(size) if centred]
    right = [fmpq(0)] * len(rows)
    if flat:  # a sum e_i sigma'' x x^T cancels what is left of the Gauss-Newton matrix beside the outer weight
        bent = [[a * slope * x[p] for (_, slope, _), x in zip(jets, inputs, strict=True)] for p in range(size)]

        def dot(u, v):
            return sum((p * q for p, q in zip(u, v, strict=True)), fmpq(0))

        for p in range(size):
            for q in range(p + 1):
                rows.append([a * third * x[p] * x[q] for (_, _, third), x in zip(jets, inputs, strict=True)])
                rest = dot(bent[p], bent[q]) - dot(bent[p], rows[0]) * dot(bent[q], rows[0]) / dot(rows[0], rows[0])
                right.append(-rest)
    return rows, right


@guess.search(
    distribution="one neuron z/(1 + z^2), 1 or 2 inputs; split, or with a neuron w = 0; flat or not; data by design"
)
def instances(draw):
    size, centred, flat = draw.integer(1, 2), draw.boolean(), draw.boolean()
    a = draw.rational(-2, 2, nonzero=True)
    w = [draw.rational(-2, 2) for _ in range(size)]
    other = draw.rational(-2, 2, nonzero=True)  # a share, or the outer weight of the neuron w = 0
    draw.assume(any(w))
    exact_a, exact_w = fmpq(*a.as_integer_ratio()), [fmpq(*p.as_integer_ratio()) for p in w]
    pool = [(1, 0), (0, 1), (1, 1), (1, -1), (2, 1), (1, 2), (2, -1), (1, -2), (3, 1), (1, 3), (3, -1), (1, -3)]
    inputs = draw.sample(
        pool if size == 2 else [(x,) for x in range(1, 7)], 1 + size * (1 + centred) + flat * size * (size + 1) // 2
    )
    rows, right = equations(exact_a, exact_w, inputs, centred=centred, flat=flat)
    try:
        e = fmpq_mat(rows).solve(fmpq_mat([[value] for value in right])).entries()
    except ZeroDivisionError:
        draw.reject("the equations for the residuals are singular")
    targets = [exact_a * s - r for s, r in zip(rows[0], e, strict=True)]
    added = ([[a, other]], [w, [0] * size]) if centred else ([[a * other, a * (1 - other)]], [w, w])
    return {
        NETWORK: {"activation": ODD, "layers": [[w], [[a]]]},
        WIDE: {"activation": ODD, "layers": [added[1], added[0]]},
        DATA: {"inputs": inputs, "targets": [[str(y)] for y in targets]},
    }
