"""Reset to zero loses charge, and the order of the charges decides (derived)."""

from collections.abc import Iterator
from typing import Any

from sympy import And, Not

from theorems.charge_conservation._models import (
    ALWAYS,
    AREA,
    DERIVED,
    EVENTS,
    NETWORK,
    SEMANTICS,
    SOURCE,
    SUBTRACTIVE,
    Raw,
    charges,
    network,
    of_runs,
)  # fmt: skip
from verify import Statement, computed

OUTCOMES = of_runs("outcomes", "outcomes", "tuple", "the counts that some order leads to", ALWAYS)
NUMBER = computed("number", "integer", "sets.size", [OUTCOMES], "how many they are")
CONSERVED = of_runs("conserved", "conserved", "boolean", "charge is conserved in every reachable state")

reset = Statement(
    "hard-reset",
    title="Reset to zero makes the count depend on the order of the charges",
    summary="There are charges for which a neuron that resets to zero comes to different counts in different orders; "
    "charge is not conserved.",
    area=AREA,
    source=SOURCE.at("necessity of the soft reset", DERIVED),
    declared="certified",
    quantifier="exists",
    quantities=[NETWORK, EVENTS, SEMANTICS, ALWAYS, SUBTRACTIVE, OUTCOMES, NUMBER, CONSERVED],
    assume={"hard-reset": ("a spike sets the potential to zero", Not(SUBTRACTIVE.symbol))},
    claim=And(NUMBER.symbol >= 2, Not(CONSERVED.symbol)),
)


def _at(kind: str, *amounts: Any) -> Raw:
    return {
        "network": network(1, potential=0, upper=4, reset=kind),
        "events": charges(0, *amounts),
        "semantics": "eager",
    }


@reset.certificate
def two_or_one() -> Iterator[Raw]:
    """(6/5, 9/10, 9/10) gives two spikes, (9/10, 6/5, 9/10) one."""
    yield _at("zero", "6/5", "9/10", "9/10")
    yield _at("zero", "3/2", "1/2", "1/2")


@reset.control(drops="hard-reset")
def soft_reset() -> Iterator[Raw]:
    """Subtracting the threshold gives three spikes in every order."""
    yield _at("subtract", "6/5", "9/10", "9/10")
