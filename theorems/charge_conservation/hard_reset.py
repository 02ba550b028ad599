"""Reset to zero loses charge, and the order of the charges decides (derived)."""

from collections.abc import Iterator
from typing import Any

from sympy import And, Not

from theorems.charge_conservation import _models as m
from verify import Statement, computed

OUTCOMES = m.of_runs("outcomes", "outcomes", "tuple", "the counts that some order leads to", m.ALWAYS)
NUMBER = computed("number", "integer", "sets.size", [OUTCOMES], "how many they are")
CONSERVED = m.of_runs("conserved", "conserved", "boolean", "charge is conserved in every reachable state")

reset = Statement(
    "hard-reset",
    title="Reset to zero makes the count depend on the order of the charges",
    summary="There are charges for which a neuron that resets to zero comes to different counts in different orders; "
    "charge is not conserved.",
    area=m.AREA,
    source=m.SOURCE.at("necessity of the soft reset", m.DERIVED),
    declared="certified",
    quantifier="exists",
    quantities=[m.NETWORK, m.EVENTS, m.SEMANTICS, m.ALWAYS, m.SUBTRACTIVE, OUTCOMES, NUMBER, CONSERVED],
    assume={"hard-reset": ("a spike sets the potential to zero", Not(m.SUBTRACTIVE.symbol))},
    claim=And(NUMBER.symbol >= 2, Not(CONSERVED.symbol)),
)


def _at(kind: str, *amounts: Any) -> m.Raw:
    return {
        "network": m.network(1, potential=0, upper=4, reset=kind),
        "events": m.charges(0, *amounts),
        "semantics": "eager",
    }


@reset.certificate
def two_or_one() -> Iterator[m.Raw]:
    """(6/5, 9/10, 9/10) gives two spikes, (9/10, 6/5, 9/10) one."""
    yield _at("zero", "6/5", "9/10", "9/10")
    yield _at("zero", "3/2", "1/2", "1/2")


@reset.control(drops="hard-reset")
def soft_reset() -> Iterator[m.Raw]:
    """Subtracting the threshold gives three spikes in every order."""
    yield _at("subtract", "6/5", "9/10", "9/10")
