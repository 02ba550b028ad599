"""Checks theorems of deep-learning theory by machine.

The public face for theorem modules and notebooks. Nothing is imported until it is asked for: the command line has to
answer at once.

    >>> from verify import Statement, Source, parameter, defined, computed
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

_HOMES = {
    "verify.statement": ("Assumption", "Check", "Quantity", "Source", "Statement", "computed", "defined", "parameter"),
    "verify.evidence": (
        "Claim", "Decision", "Draw", "Drawing", "Family", "Grid", "Identity", "Inertia", "Observation", "Rank", "Roots", "Step",
        "UniqueZero", "Valid", "axis",
    ),
    "verify.errors": ("InstanceError", "VerifyError"),
    "verify.quantities": ("Evaluation", "evaluate"),
    "verify.search.draws": ("Draw",),
    "verify.search.engine": ("falsify",),
    "verify.networks.spiking": ("Exploration", "explore_network"),
    "verify.networks.timings": ("random_timings",),
}  # fmt: skip
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}

__all__ = [
    "Assumption", "Check", "Claim", "Decision", "Draw", "Drawing", "Evaluation", "Exploration", "Family", "Grid",
    "Identity", "Inertia", "InstanceError", "Observation", "Quantity", "Rank", "Roots", "Source", "Statement", "Step",
    "UniqueZero", "Valid", "VerifyError", "__version__", "axis", "computed", "defined", "evaluate", "explore_network", "falsify",
    "parameter", "random_timings",
]  # fmt: skip

if TYPE_CHECKING:
    from verify.errors import InstanceError, VerifyError
    from verify.evidence import (
        Claim,
        Decision,
        Drawing,
        Family,
        Grid,
        Identity,
        Inertia,
        Observation,
        Rank,
        Roots,
        Step,
        UniqueZero,
        Valid,
        axis,
    )
    from verify.networks.spiking import Exploration, explore_network
    from verify.networks.timings import random_timings
    from verify.quantities import Evaluation, evaluate
    from verify.search.draws import Draw
    from verify.search.engine import falsify
    from verify.statement import Assumption, Check, Quantity, Source, Statement, computed, defined, parameter


def __getattr__(name: str) -> Any:
    home = _HOME_OF.get(name)
    if home is None:
        raise AttributeError(f"module 'verify' has no attribute {name!r}")
    return getattr(import_module(home), name)


def __dir__() -> list[str]:
    return sorted(__all__)
