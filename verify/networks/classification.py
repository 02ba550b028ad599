"""Which branches over a critical point contain critical points, which of these are saddles, and how to leave one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flint import fmpq

from verify.errors import InstanceError
from verify.networks.branch_types import Type, series_count
from verify.networks.branches import Branch, branches, irreducible_form
from verify.networks.dense import LOG, Data, Evaluation, Network
from verify.networks.dense_dual import Dual
from verify.networks.embedding_laws import curvature, inertia_of
from verify.networks.saddles import critical_evaluation, descent, dual_zeros, escape
from verify.networks.splittings import ONE, ZERO, number

LARGEST_LIST = 20_000


@dataclass(frozen=True)
class BranchReport:
    """What is known of a branch over a critical point, for given data.

    Attributes:
        branch: the branch.
        critical: "all" (every point is critical), "own" (some that lie on no coarser branch), "coarser" (only such as
            lie on a coarser branch too), or None: the zeros of phi are not all known.
        all_saddles: whether all critical points of the branch that lie on no coarser one are saddles (None: undecided).
        reason: why.
        saddle: a rational critical point of the branch that is a saddle, if one was found.
        lower: a network with strictly lower loss, made from it.
    """

    branch: Branch
    critical: str | None
    all_saddles: bool | None
    reason: str
    saddle: Network | None = None
    lower: Network | None = None


def classify(
    network: Network, data: Data, width: int, candidates: Sequence[Sequence[Any]] = ()
) -> tuple[BranchReport, ...]:
    """For each branch of the given width: does it contain critical points, are they saddles, and how to leave one.

    The network is reduced first. For one input all zeros of phi are found; for more, give vectors that are zeros.

    Args:
        candidates: vectors that may be zeros of phi; those that are none are left out.

    Raises:
        InstanceError: if the reduced network is not critical (then no point with its output function is), if a decision
            would need more than rational numbers, or as ``branches``.
    """
    narrow = irreducible_form(network)
    activation = narrow.activation
    number = series_count(narrow.width, width, signed=activation.signed, null=activation.zero_at_zero)
    if number > LARGEST_LIST:
        raise InstanceError(
            f"width {width}: there are {number} branches, more than {LARGEST_LIST}; choose a smaller width"
        )
    known = _Known(narrow, critical_evaluation(narrow, data), candidates)
    return tuple(known.report(branch) for branch in branches(narrow, width))


class _Known:
    """What the reports on all branches share."""

    def __init__(self, narrow: Network, evaluation: Evaluation, candidates: Sequence[Sequence[Any]]) -> None:
        self.narrow, self.data, self.dual = narrow, evaluation.data, Dual(evaluation)
        self.flat_everywhere = self.dual.vanishes
        self.own = inertia_of(evaluation.hessian)
        matrices = [curvature(evaluation, j) for j in range(narrow.width)]
        self.curvatures = [inertia_of(matrix) for matrix in matrices]
        slope = self.dual.gradient((ONE if narrow.inner == LOG else ZERO,) * narrow.dimension)
        self.null_is_free = slope is not None and not any(slope)
        self.zeros, self.many = self._new_zeros(candidates)

    def _new_zeros(self, candidates: Sequence[Sequence[Any]]) -> tuple[list[tuple[fmpq, ...] | None], bool | None]:
        """Zeros of phi, one of each class, at which the narrow network has no neuron (None for one that is not rational);
        whether there are infinitely many (None: there may be more than these).
        """
        if self.flat_everywhere:
            return [], True
        used = {self.narrow.class_key(neuron.inner)[0] for neuron in self.narrow.neurons}
        listed: list[tuple[fmpq, ...]] = [tuple(map(number, vector)) for vector in candidates]
        irrational, many = 0, None
        if self.narrow.dimension == 1 and self.flat_everywhere is False:
            found = dual_zeros(self.narrow, self.data)
            listed = [(zero.value,) for zero in found if zero.value is not None]
            irrational = sum(zero.value is None for zero in found)
            # zeros come in pairs of opposite ones, none of them its own opposite (0 is rational)
            irrational //= 2 if self.narrow.activation.signed else 1
            many = False
        new: dict[Any, tuple[fmpq, ...]] = {}
        for vector in listed:
            if self.dual.value(vector) == 0 and not (
                self.narrow.activation.zero_at_zero and self.narrow.is_null(vector)
            ):
                key = self.narrow.class_key(vector)[0]
                if key not in used:
                    new.setdefault(key, vector)
        if self.narrow.dimension > 1:
            steep = any(any(self.dual.gradient(vector) or ()) for vector in new.values())
            mixed = any(own is not None and own[0] and own[1] for own in self.curvatures)
            many = True if steep or mixed else None
        return [*new.values(), *[None] * irrational], many

    def report(self, branch: Branch) -> BranchReport:
        kind = branch.kind
        if self.flat_everywhere:
            return BranchReport(branch, "all", False, "phi is identically 0: every point is a global minimum")
        if not kind.blocks:
            critical: str | None = "all" if not kind.nulls or self.null_is_free else "own"
        else:
            enough = len(self.zeros) >= len(kind.blocks) or bool(self.many)
            critical = "own" if enough else "coarser" if self.many is False else None
        truth, reason = self._saddles(kind)
        saddle = self._saddle(branch)
        lower = None if saddle is None else _lower(saddle, self.data)
        return BranchReport(branch, critical, truth, reason, saddle, lower)

    def _saddles(self, kind: Type) -> tuple[bool | None, str]:
        if self.own is not None and self.own[1]:
            return True, "the narrow network is a strict saddle, and embeddings keep negative eigenvalues"
        if self.flat_everywhere is None:
            return None, "it is not decided whether phi is identically 0"
        if kind.blocks:
            return True, "a block cancels: moving it keeps the output and makes its outer weights descend"
        if kind.nulls and not self.null_is_free:
            return True, "its critical points have null neurons with outer weight 0, which cancel"
        split_groups = [self.curvatures[k] for k, group in enumerate(kind.groups) if len(group) > 1]
        if any(own is not None and own[0] and own[1] for own in split_groups):
            return True, "a split neuron has a curvature B with eigenvalues of both signs"
        if kind.nulls:
            return None, "null neurons move freely: look at the inertia of a point"
        if self.own is None or self.own[2] or any(own is None or own[2] for own in split_groups):
            return None, "an eigenvalue of the narrow Hessian or of a curvature B is 0"
        if not split_groups:
            return False, "the Hessian is positive definite: a strict local minimum"
        return False, "the curvatures B of split neurons are definite: coefficients of the right signs give minima"

    def _saddle(self, branch: Branch) -> Network | None:
        """A rational critical point on no coarser branch, if possible, at which something cancels or curves downward."""
        kind = branch.kind
        rational = [vector for vector in self.zeros if vector is not None]
        if len(rational) < len(kind.blocks) or self.flat_everywhere is None:
            return None
        zero = {members[-1][0]: 0 for members in kind.groups if len(members) > 1}
        silent = {j: 0 for part in kind.blocks for j, _ in part} | dict.fromkeys(kind.nulls, 0)
        if not zero and not silent and not (self.own is not None and self.own[1]):
            return None
        return branch.point({**zero, **silent}, rational[: len(kind.blocks)])


def _lower(saddle: Network, data: Data) -> Network | None:
    try:
        return escape(saddle, data).network
    except InstanceError:
        pass
    try:
        return descent(saddle, data).network
    except InstanceError:
        return None
