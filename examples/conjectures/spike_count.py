"""False: an acyclic charge-conserving network emits exactly as many spikes as its final counts say, whatever the timing.

The final counts S* of an acyclic network do not depend on when charges and spikes arrive (source). It is tempting to conclude
the same of the work done: sum_i |S*_i - S_i(0)| spikes. That is only the least number over all timings. If a positive charge
comes before a negative one, a neuron fires and takes the spike back.

The numbers are exact: the functions explore every timing.
"""

from sympy import And, Eq

from verify import Source, Statement, computed, parameter

NETWORK = parameter("network", "network", "a spiking network")
EVENTS = parameter("events", "events", "external charges, each delivered once at an arbitrary time")
SEMANTICS = parameter("semantics", "choice", "spikes arrive at once (instant), or after arbitrary delays")

RULES = (
    "acyclic",
    "subtractive",
    "leakless",
    "lossless",
    "constant_weights",
    "unit_window",
    "no_noise",
    "starts_inside",
)
PROPERTIES = [computed(rule, "boolean", f"spiking.{rule}", [NETWORK], rule.replace("_", " ")) for rule in RULES]
FINITE = computed("finite_events", "boolean", "spiking.finite_events", [EVENTS], "finitely many events")

RUN = [NETWORK, EVENTS, SEMANTICS]
LEAST = computed("least", "integer", "spiking.min_spikes", RUN, "least number of spikes of a run to rest")
MOST = computed("most", "integer", "spiking.max_spikes", RUN, "greatest number of spikes of a run to rest")
FINAL = computed("final", "tuple", "spiking.formula", [NETWORK, EVENTS], "the final counts S*")
START = computed("start", "tuple", "spiking.start", [NETWORK], "the initial counts")
COUNT = computed("count", "integer", "sets.distance", [FINAL, START], "sum of |S*_i - S_i(0)|")

guess = Statement(
    "spike-count",
    title="An acyclic network emits sum |S*_i - S_i(0)| spikes under every timing",
    source=Source(
        authors="Jing Yan, Kang You, Zhezhi He, Yaoyu Zhang",
        title="Determinism in the Undetermined: Deterministic Output in Charge-Conserving Continuous-Time Neuromorphic "
        "Systems with Temporal Stochasticity",
        year=2026,
        arxiv="2603.15987",
        where="has the same of the final counts; the number of spikes is a guess made here",
    ),
    quantities=[*RUN, *PROPERTIES, FINITE, LEAST, MOST, FINAL, START, COUNT],
    assume={
        "charge-conserving": (
            "acyclic, reset by subtraction, no leak, no loss, no noise, rest window [0, threshold), start within the bounds",
            And(*(quantity.symbol for quantity in PROPERTIES)),
        ),
        "finite-events": ("finitely many events", FINITE.symbol),
    },
    claim=And(Eq(LEAST.symbol, COUNT.symbol), Eq(MOST.symbol, COUNT.symbol)),
)


@guess.search(distribution="1 to 3 neurons without cycles, up to 3 events, either semantics")
def instances(draw):
    network = draw.spiking_network(neurons=(1, 3), acyclic=True)
    return {
        NETWORK: network,
        EVENTS: draw.events(network, count=(1, 3)),
        SEMANTICS: draw.choice(["instant", "delayed"]),
    }
