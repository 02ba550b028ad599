"""``Draw``: what the draw function of a search is handed. It chooses like ``random.Random`` and records every choice.

Addresses: a counter in each scope, "0", "1", ...; inside member 2 of the collection at "3" they are "3.2/0", "3.2/1", ...,
so that the other members' choices keep their addresses when one is deleted.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator, Mapping, MutableSequence, Sequence
from fractions import Fraction
from itertools import accumulate
from random import Random
from typing import Any, NoReturn, TypeVar

from verify.errors import InstanceError
from verify.search.distributions import SMALL
from verify.search.drawn_networks import (
    DrawnData,
    DrawnNetwork,
    DrawnSpikingNetwork,
    Size,
    draw_data,
    draw_events,
    draw_network,
    draw_spiking_network,
)
from verify.search.tapes import (
    Number,
    Recorder,
    Rejected,
    Tape,
    ordered,
    size_range,
)
from verify.statement import Quantity

T = TypeVar("T")
LEAST_PART = 16
"""Numbers that must not be 0 are at least 1/16 in absolute value, or a 16th of the range's end if that is below 1."""


class _Scope:
    """Hands out addresses one after the other."""

    def __init__(self, prefix: str) -> None:
        self.prefix, self.taken = prefix, 0

    def next(self) -> str:
        self.taken += 1
        return f"{self.prefix}{self.taken - 1}"


class Draw:
    """One draw of an instance: fresh, ``Draw(random.Random(seed), SMALL)``, or a replay of given values."""

    def __init__(self, rng: Random, phase: str = SMALL) -> None:
        self._recorder = Recorder(rng, phase, {})
        self._scope = _Scope("")

    @classmethod
    def replay(cls, values: Mapping[str, Any]) -> Draw:
        """A draw whose choices are given by address.

        A value outside its range is moved into it; a choice without a value, or with one of a wrong kind, is the simplest.
        """
        made = cls.__new__(cls)
        made._recorder = Recorder(None, SMALL, values)
        made._scope = _Scope("")
        return made

    @property
    def tape(self) -> Tape:
        """The choices so far."""
        return self._recorder.tape

    # -- as random.Random has them --

    def random(self) -> float:
        """A float of [0, 1)."""
        return self._recorder.unit(self._scope.next())

    def uniform(self, a: float, b: float) -> float:
        """A float between a and b."""
        return a + (b - a) * self.random()

    def randint(self, a: int, b: int) -> int:
        """An integer of [a, b]."""
        lo, hi = operator.index(a), operator.index(b)
        if lo > hi:
            raise InstanceError(f"draw: no integer from {lo} to {hi}; give the lower end first")
        return self._recorder.index(self._scope.next(), lo, hi)

    def randrange(self, start: int, stop: int | None = None, step: int = 1) -> int:
        """A member of ``range(start, stop, step)``."""
        members = range(start) if stop is None else range(start, stop, step)
        if not members:
            raise InstanceError(f"draw.randrange: {members} is empty; widen it")
        return self.randint(members[0], members[-1]) if step == 1 else self.choice(members)

    def choice(self, options: Sequence[T]) -> T:
        """One of the options; the first counts as the simplest."""
        if len(options) == 0:
            raise InstanceError("draw.choice: there is no option; give at least one")
        return options[self.randint(0, len(options) - 1)]

    def choices(
        self,
        options: Sequence[T],
        weights: Sequence[float] | None = None,
        *,
        cum_weights: Sequence[float] | None = None,
        k: int = 1,
    ) -> list[T]:
        """k of the options, with replacement; fresh ones as likely as their weights say."""
        if len(options) == 0:
            raise InstanceError("draw.choices: there is no option; give at least one")
        bounds = list(accumulate(weights)) if weights is not None else cum_weights
        places = range(len(options))

        def one(rng: Random) -> int:
            return rng.choices(places, cum_weights=bounds)[0]

        return [options[self._recorder.index(self._scope.next(), 0, len(options) - 1, one)] for _ in range(k)]

    def sample(self, options: Sequence[T], k: int) -> list[T]:
        """k different members; the simplest sample is the first k in order."""
        left = list(options)
        if not 0 <= k <= len(left):
            raise InstanceError(f"draw.sample: {k} members of {len(left)}; ask for at most as many as there are")
        return [left.pop(self.randint(0, len(left) - 1)) for _ in range(k)]

    def shuffle(self, members: MutableSequence[Any]) -> None:
        """Bring the members into another order; the simplest is the one that they have."""
        members[:] = self.sample(members, len(members))

    # -- numbers --

    def integer(self, lo: int, hi: int) -> int:
        """An integer of [lo, hi]."""
        return self.randint(lo, hi)

    def boolean(self) -> bool:
        """False or true."""
        return bool(self.randint(0, 1))

    def rational(self, lo: Any = -3, hi: Any = 3, *, positive: bool = False, nonzero: bool = False) -> Number:
        """A rational number of [lo, hi]; ``positive`` and ``nonzero`` keep it at least 1/16 away from 0.

        Raises:
            InstanceError: if the range is empty, or has no such number.
        """
        ends = ordered("draw.rational", lo, hi)
        if positive and ends[0] <= 0:
            ends = (_least_part(ends[1]), ends[1])
        elif nonzero and ends[0] <= 0 <= ends[1]:
            # the sign is a choice of its own: then the number's range has no hole
            if ends[0] == 0 or (ends[1] > 0 and not self.boolean()):
                ends = (_least_part(ends[1]), ends[1])
            else:
                ends = (ends[0], -_least_part(-ends[0]))
        return self._recorder.number(self._scope.next(), *ends, mirrored=nonzero)

    def vector(self, length: Size, lo: Any = -3, hi: Any = 3) -> list[Number]:
        """A list of rational numbers; if the length is a pair (least, greatest), the shrinker may delete entries."""
        at, ends = self._scope.next(), ordered("draw.vector", lo, hi)
        return [self._recorder.number(f"{at}.{key}", *ends) for key in self._keys(at, "draw.vector: length", length)]

    def rows(self, count: Size, length: Size, lo: Any = -3, hi: Any = 3) -> list[list[Number]]:
        """A list of rows of one length; where a size is a pair, the shrinker may delete rows, or columns."""
        at, ends = self._scope.next(), ordered("draw.rows", lo, hi)
        rows = self._keys(f"{at}/rows", "draw.rows: count", count)
        columns = self._keys(f"{at}/columns", "draw.rows: length", length)
        return [[self._recorder.number(f"{at}.{i}.{j}", *ends) for j in columns] for i in rows]

    def _keys(self, at: str, name: str, size: Size) -> tuple[int, ...]:
        return self._recorder.items(at, *size_range(name, size))

    # -- collections --

    def many(self, lo: int, hi: int) -> Iterator[int]:
        """From lo to hi members: ``for key in draw.many(1, 4): ...``, where what is drawn inside belongs to the member.

        The shrinker may delete any member; the others keep what was drawn for them (in a loop over
        ``range(draw.integer(1, 4))`` they would not).
        """
        at = self._scope.next()
        return self._members(at, self._keys(at, "draw.many", (lo, hi)))

    def _members(self, at: str, keys: tuple[int, ...]) -> Iterator[int]:
        outer = self._scope
        try:
            for key in keys:
                self._scope = _Scope(f"{at}.{key}/")
                yield key
        finally:
            self._scope = outer

    # -- networks --

    def network(
        self,
        *,
        inputs: Size = (1, 2),
        width: Size = (1, 3),
        depth: Size = 1,
        outputs: Size = 1,
        activation: Any = "tanh",
        bias: bool | str = False,
        inner: str = "plain",
        lo: Any = -3,
        hi: Any = 3,
    ) -> DrawnNetwork:
        """A dense network as JSON (``docs/certificates.md``, section 8), a dict with rational numbers; ``read()`` reads it.

        Args:
            inputs, width, depth, outputs: each an integer or (least, greatest); what a pair leaves open, the shrinker may
                delete: inputs, neurons, hidden layers, outputs. ``width`` holds for each hidden layer.
            activation: a name, an object, or a list to choose from, the simplest first.
            bias: True, False, or "hidden" (none at the output).
            inner: "log" for weights c log u; then the numbers u are from [1/hi, hi], or from [lo, hi] if lo > 0.
            lo, hi: the range of the weights.
        """
        return draw_network(
            self._recorder, self._scope.next(), inputs=inputs, width=width, depth=depth, outputs=outputs,
            activation=activation, bias=bias, inner=inner, lo=lo, hi=hi,
        )  # fmt: skip

    def data(
        self,
        network: Any,
        *,
        samples: Size = (1, 6),
        loss: Any = "half-square",
        lo: Any = -3,
        hi: Any = 3,
        integer_inputs: bool | None = None,
    ) -> DrawnData:
        """Inputs and targets that fit a network (drawn, JSON or ``Network``), equal inputs among them; ``read()`` reads it.

        Args:
            samples: how many, an integer or (least, greatest).
            loss: a name, or a list to choose from.
            integer_inputs: by default true for networks with logarithmic weights, which are defined there only.
        """
        return draw_data(
            self._recorder, self._scope.next(), network, samples=samples, loss=loss, lo=lo, hi=hi,
            integer_inputs=integer_inputs,
        )  # fmt: skip

    def spiking_network(
        self,
        *,
        neurons: Size = (1, 3),
        acyclic: bool = False,
        density: float = 0.5,
        weights: Sequence[Any] = ("1", "-1", "1/2", "-1/2", "3/4", "-5/4"),
        thresholds: Sequence[Any] = ("1",),
        potentials: Sequence[Any] = ("0", "1/2", "1/4", "3/4"),
        lower: Sequence[int] = (0, -1),
        spread: Size = (1, 2),
        **options: Any,
    ) -> DrawnSpikingNetwork:
        """A spiking network as JSON (``docs/certificates.md``, section 4); the shrinker may delete neurons and edges.

        Args:
            acyclic: edges from earlier to later neurons only.
            density: how likely an edge is.
            weights, thresholds, potentials, lower: what is chosen from, the simplest first.
            spread: upper bound less lower bound.
            options: further keys of the network, as they are (``leak=True``, say).
        """
        return draw_spiking_network(
            self._recorder, self._scope.next(), neurons=neurons, acyclic=acyclic, density=density, weights=weights,
            thresholds=thresholds, potentials=potentials, lower=lower, spread=spread, options=options,
        )  # fmt: skip

    def events(
        self,
        network: Any,
        *,
        count: Size = (0, 3),
        charges: Sequence[Any] = ("1", "-1", "1/2", "-1/2", "5/4"),
        forever: bool = False,
    ) -> list[list[Any]]:
        """Events on the neurons of a spiking network; ``forever`` allows some that can be delivered again and again."""
        return draw_events(self._recorder, self._scope.next(), network, count=count, charges=charges, forever=forever)

    # -- giving up --

    def reject(self, reason: str = "") -> NoReturn:
        """Give this draw up; the search counts it as rejected."""
        raise Rejected(reason)

    def assume(self, condition: object, reason: str = "") -> None:
        """Give this draw up unless the condition holds."""
        if not condition:
            raise Rejected(reason)

    def attempt(self, function: Callable[..., T | None], /, *arguments: Any, **options: Any) -> T:
        """``function(*arguments, **options)``; this draw is given up if that raises InstanceError, or is None.

        For operators that do not succeed everywhere: ``draw.attempt(polish, network, data)``.
        """
        try:
            value = function(*arguments, **options)
        except InstanceError as error:
            raise Rejected(str(error)) from error
        if value is None:
            raise Rejected(f"{getattr(function, '__name__', function)} gave None")
        return value


def _least_part(end: Fraction) -> Fraction:
    if end <= 0:
        raise InstanceError("draw.rational: the range has no number of this sign besides 0; widen it")
    return min(end, Fraction(1)) / LEAST_PART


def play(function: Callable[[Any], Any], draw: Draw) -> dict[str, Any]:
    """What a draw function gives for a draw: a raw instance by names of parameters, its leaves as they are.

    Raises:
        Rejected: if the function gives the draw up.
        InstanceError: if it returns no mapping from quantities (or their names) to values.
    """
    drawn = function(draw)
    if not isinstance(drawn, Mapping):
        raise InstanceError(f"draw function: it returned {drawn!r:.60}; return a dict {{QUANTITY: value, ...}}")
    named: dict[str, Any] = {}
    for key, value in drawn.items():
        if not isinstance(key, (str, Quantity)):
            raise InstanceError(
                f"draw function: the key {key!r:.60} is neither a quantity nor its name; use the quantity"
            )
        named[key if isinstance(key, str) else key.name] = value
    return named
