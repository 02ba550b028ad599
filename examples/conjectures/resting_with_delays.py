"""False: delays do not change where a charge-conserving network can come to rest.

An acyclic network ends in the same counts whatever the timing. With feedback timing matters; but which part of it? One may
guess that the order in which neurons fire already leads to every state of rest, and that a spike which is on its way for a
while leads to no other. Only about one in a thousand small networks disagrees. In the one found, a neuron excites itself, and
charges that arrive late let it fire twice; others need no self-loop, and nonnegative weights only.
"""

from sympy import And, Eq, true

from verify import Source, Statement, computed, defined, parameter

NETWORK = parameter("network", "network", "a spiking network")
EVENTS = parameter("events", "events", "external charges, each delivered once at an arbitrary time")
INSTANT = parameter("instant", "choice", "spikes arrive at once")
DELAYED = parameter("delayed", "choice", "spikes arrive after arbitrary delays")
FAIR = defined("fair", "boolean", true, "whatever stays possible is done at last")

RULES = ("subtractive", "leakless", "lossless", "constant_weights", "unit_window", "no_noise", "starts_inside")
PROPERTIES = [computed(rule, "boolean", f"spiking.{rule}", [NETWORK], rule.replace("_", " ")) for rule in RULES]
AT_ONCE = computed("rest_at_once", "tuple", "spiking.outcomes", [NETWORK, EVENTS, INSTANT, FAIR], "counts at rest")
LATE = computed(
    "rest_late", "tuple", "spiking.outcomes", [NETWORK, EVENTS, DELAYED, FAIR], "counts at rest, with delays"
)

guess = Statement(
    "resting-with-delays",
    title="Delays do not change the counts with which a network can come to rest",
    source=Source(
        authors="Jing Yan, Kang You, Zhezhi He, Yaoyu Zhang",
        title="Determinism in the Undetermined: Deterministic Output in Charge-Conserving Continuous-Time Neuromorphic "
        "Systems with Temporal Stochasticity",
        year=2026,
        arxiv="2603.15987",
        where="on recurrent networks in general; this guess is made here",
    ),
    quantities=[NETWORK, EVENTS, INSTANT, DELAYED, FAIR, *PROPERTIES, AT_ONCE, LATE],
    assume={
        "charge-conserving": (
            "reset by subtraction, no leak, no loss, no noise, rest window [0, threshold), start within the bounds",
            And(*(quantity.symbol for quantity in PROPERTIES)),
        ),
    },
    claim=Eq(AT_ONCE.symbol, LATE.symbol),
)


@guess.search(distribution="1 or 2 neurons, cycles allowed, up to 2 events")
def instances(draw):
    network = draw.spiking_network(neurons=(1, 2), spread=1)
    return {NETWORK: network, EVENTS: draw.events(network, count=(1, 2)), INSTANT: "instant", DELAYED: "delayed"}
