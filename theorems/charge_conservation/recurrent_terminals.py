"""Recurrence can make the outcome depend on timing: smallest examples (the claim is in the abstract of Yan et al.)."""

from collections.abc import Iterator

from sympy import And, Not, Or

from theorems.charge_conservation import _models as m
from verify import Drawing, Statement, computed

OUTCOMES = m.of_runs("outcomes", "outcomes", "tuple", "the counts in which runs can end", m.ALWAYS)
NUMBER = computed("number", "integer", "sets.size", [OUTCOMES], "how many outcomes there are")
LIVELOCK = m.of_runs("livelock", "livelock", "boolean", "some fair run never rests")

recurrent = Statement(
    "recurrent-terminals",
    title="With feedback, timing alone can decide what a network comes to, or whether it comes to rest",
    summary="There are recurrent charge-conserving networks, from one neuron with a self-loop on, in which the same "
    "events lead to different "
    "rest states or to a fair run without end, depending on timing only.",
    area=m.AREA,
    source=m.SOURCE.at("abstract, recurrent connections can introduce temporal sensitivity", m.CLAIM_READ),
    declared="certified",
    quantifier="exists",
    quantities=[
        m.NETWORK,
        m.EVENTS,
        m.SEMANTICS,
        m.ALWAYS,
        *m.CONSERVING,
        m.UNIT_WINDOW,
        m.NO_NOISE,
        m.STARTS_INSIDE,
        m.FINITE_EVENTS,
        m.ACYCLIC,
        OUTCOMES,
        NUMBER,
        LIVELOCK,
    ],
    assume={
        "charge-conserving": (
            "conservation, the rest rule, counts that start within the bounds, finitely many events",
            And(*(q.symbol for q in (*m.CONSERVING, m.UNIT_WINDOW, m.NO_NOISE, m.STARTS_INSIDE, m.FINITE_EVENTS))),
        ),
        "recurrent": ("the graph has a cycle", Not(m.ACYCLIC.symbol)),
    },
    claim=Or(NUMBER.symbol >= 2, LIVELOCK.symbol),
)

BINARY = {"potential": 0, "upper": 1}
SELF_EXCITATION = m.network(1, [(0, 0, 1)], **BINARY)
MUTUAL_INHIBITION = m.network(2, [(0, 1, -1), (1, 0, -1)], potential=1, upper=1)


def ring(n: int, weights: list[int]) -> list:
    """A ring 0 -> 1 -> ... -> 0."""
    return [(j, (j + 1) % n, weights[j]) for j in range(n)]


def both(net: m.Raw, events: list) -> list[m.Raw]:
    """With instant delivery, and with arbitrary delays."""
    return [{"network": net, "events": events, "semantics": semantics} for semantics in ("instant", "delayed")]


@recurrent.certificate
def different_rest_states() -> Iterator[m.Raw]:
    """Self-excitation, mutual inhibition, a relay latch, rings: two outcomes at least."""
    yield from both(SELF_EXCITATION, m.charges(0, 1, -1))
    yield from both(m.network(1, [(0, 0, "1/2")], potential="3/4", upper=1), m.charges(0, "1/4", "-1/4"))
    yield from both(MUTUAL_INHIBITION, [])
    yield from both(m.network(3, [(0, 1, 1), (0, 2, 1), (1, 2, -1), (2, 2, 1)], **BINARY), m.charges(0, 1))
    latch = m.network(4, [(0, 1, 1), (0, 2, 1), (1, 2, -1), (2, 3, 1), (3, 3, 1)], **BINARY)
    yield {"network": latch, "events": m.charges(0, 1), "semantics": "delayed"}
    for n in (2, 3, 4):
        yield {
            "network": m.network(n, ring(n, [1] * n), **BINARY),
            "events": m.charges(0, 1, -1),
            "semantics": "instant",
        }
    for n in (2, 3, 4):
        signs = [-1] + [1] * (n - 2) + [-1]
        yield {"network": m.network(n, ring(n, signs), **BINARY), "events": [[0, 1], [1, 1]], "semantics": "instant"}


@recurrent.certificate
def runs_without_end() -> Iterator[m.Raw]:
    """An inhibitory self-loop and an excitatory-inhibitory pair that never rest; one that rests in one place or never."""
    yield from both(m.network(1, [(0, 0, -1)], potential=1, upper=1), [])
    yield from both(m.network(1, [(0, 0, "-1/2")], potential=1, upper=1), [])
    yield {"network": m.network(1, [(0, 0, -1)], potential=2, upper=2), "events": [], "semantics": "delayed"}
    yield from both(m.network(2, [(0, 1, 1), (1, 0, -1)], potential=[1, 0], upper=1), [])


@recurrent.control(drops="recurrent")
def no_cycle() -> Iterator[m.Raw]:
    """Without a cycle neither happens."""
    yield from both(m.RELAY, m.charges(0, 1, 1, -1))


@recurrent.control(drops="recurrent")
def the_latch_without_its_loop() -> Iterator[m.Raw]:
    yield from both(m.network(3, [(0, 1, 1), (0, 2, 1), (1, 2, -1)], **BINARY), m.charges(0, 1))


@recurrent.figure
def state_graph() -> Drawing:
    """All interleavings of self-excitation with a cancelling pair of events."""
    from theorems.charge_conservation import _figures  # matplotlib is slow to import, and only pictures need it

    return _figures.state_graph(
        SELF_EXCITATION,
        m.charges(0, 1, -1),
        "delayed",
        "One neuron that excites itself, events +1 and -1, arbitrary delay of the loop: two states at rest, and a "
        "cycle of fair runs without end",
    )
