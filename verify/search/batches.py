"""Screening in floats: one shape of an instance, thousands of choices of its numbers at once.

A tape fixes everything discrete about an instance. Its numbers enter the instance as leaves (``tapes.Number``), and that is
how a batch knows where to put others, without running the draw function again. Floats propose only: what they find is
replayed and judged exactly.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from random import Random
from typing import Any

import numpy as np

from verify import expressions
from verify.arithmetic import exact
from verify.errors import InstanceError, VerifyError
from verify.networks.dense import read_data, read_network
from verify.plain import plain
from verify.quantities import Workspace
from verify.search.distributions import sample_numbers
from verify.search.draws import Draw, play
from verify.search.float_networks import Array, FloatData, FloatNetwork
from verify.search.float_quantities import float_definition
from verify.search.margins import Compiled, Float, compiled, compiled_margins, nearest, stacked
from verify.search.tapes import Choice, Number, Rejected, Tape, values_of
from verify.statement import Statement

CHUNK = 1 << 16
"""So many numbers in the largest intermediate array: some of them fit into a cache of the second level."""
ATTEMPTS = 8
"""Pairs of perturbed instances that are tried until two are not rejected."""

Environment = dict[str, Float]
Loader = Callable[[Array], Any]
"""From the numbers of a chunk, (k, P), to a value."""


def why(statement: Statement) -> str | None:
    """Why no instance of a statement can be screened in floats: the quantity that has no float definition; else None."""
    for listed in statement.form["symbols"]:
        if listed["origin"][0] == "computed" and float_definition(listed["origin"][1]) is None:
            return f"{listed['origin'][1]} has no float definition"
    return None


TRANSFORMED = "the draw function computes with its numbers, or decides by them, so that their places in it are unknown"
"""Why ``batch_of`` gives no batch although ``why`` has no reason."""


@cache
def _derived(statement: Statement) -> list[tuple[str, Callable[[Environment, Workspace], Float]]]:
    """What works out the symbols that are not parameters, in order."""
    found: list[tuple[str, Callable[[Environment, Workspace], Float]]] = []
    for listed in statement.form["symbols"]:
        name, origin = listed["name"], listed["origin"]
        if origin[0] == "defined":
            found.append((name, _of_formula(compiled(origin[1]))))
        elif origin[0] == "computed":
            found.append((name, _of_quantity(float_definition(origin[1]), origin[2])))
    return found


def _of_formula(formula: Compiled) -> Callable[[Environment, Workspace], Float]:
    return lambda env, _: formula(env)


def _of_quantity(definition: Any, names: Sequence[str]) -> Callable[[Environment, Workspace], Float]:
    def call(env: Environment, workspace: Workspace) -> Float:
        arguments = [env[name] for name in names]
        if any(isinstance(argument, float) and argument != argument for argument in arguments):
            return np.nan  # undefined as a whole: a network, say, that no split gives
        return definition(workspace, *arguments)

    return call


_margins = cache(compiled_margins)


@dataclass(frozen=True, eq=False)
class Batch:
    """All instances that differ from one tape's only in k numbers, ``slots``, each between ``lower`` and ``upper``.

    The tape has the shape of the one that was given, and numbers of its own.
    """

    statement: Statement
    tape: Tape
    slots: tuple[str, ...]
    lower: Array
    upper: Array
    _loaders: Mapping[str, Loader]
    _raw: Mapping[str, Any]
    _chunk: int

    def sample(self, rng: np.random.Generator, count: int, phase: str) -> Array:
        """``count`` points (count, k), distributed as in fresh draws of that phase."""
        return sample_numbers(rng, self.lower, self.upper, count, phase)

    def margins(self, points: Any) -> tuple[Array, Array]:
        """For points (P, k): the margins of the claim, and of all assumptions together (inf without any).

        Positive means true, negative false, NaN undefined. What rounds to false may be true, and the reverse.

        Raises:
            InstanceError: if the points are not P x k.
        """
        columns = np.asarray(points, dtype=float).T
        if columns.ndim != 2 or len(columns) != len(self.slots):
            raise InstanceError(f"points: give an array of P x {len(self.slots)}; it has the shape {np.shape(points)}")
        count = columns.shape[1]
        claims, assumptions = np.empty(count), np.empty(count)
        claim, assumed = _margins(self.statement)
        with np.errstate(all="ignore"):
            for start in range(0, count, self._chunk):
                part = slice(start, start + self._chunk)
                env = self._environment(columns[:, part])
                claims[part], assumptions[part] = claim(env), assumed(env)
        return claims, assumptions

    def _environment(self, columns: Array) -> Environment:
        if columns.strides[1] != columns.itemsize:
            columns = np.ascontiguousarray(columns)
        env = {name: load(columns) for name, load in self._loaders.items()}
        workspace = Workspace()
        for name, compute in _derived(self.statement):
            env[name] = compute(env, workspace)
        return env

    def values(self, point: Sequence[Any]) -> dict[str, Any]:
        """What ``Draw.replay`` needs: the tape's values with the numbers of one point, floats taken exactly."""
        numbers = {
            slot: entry if isinstance(entry, (int, Fraction)) else Fraction(float(entry))
            for slot, entry in zip(self.slots, point, strict=True)
        }
        return values_of(self.tape) | numbers

    def agrees(self, tape: Tape, raw: Mapping[str, Any]) -> bool:
        """Whether a draw of this shape made the raw instance that its numbers make here: none decided anything else."""
        return bool(_filled(self._raw, tape) == raw)


# ---- from a tape to a batch -----------------------------------------------------------------------------------------


def batch_of(statement: Statement, function: Callable[[Draw], Any], tape: Tape) -> Batch | None:
    """The batch of a tape's shape, or None if it cannot be screened.

    That is so if a quantity has no float definition (``why``); if a number enters the instance otherwise than as it was
    drawn, or decides about something else in it; or if none enters it at all. What the draw function rejects because of
    its numbers is screened all the same.

    Args:
        function: the draw function; the leaves of what it returns must be the numbers that it drew, not copies.

    Raises:
        InstanceError: if a network or data are malformed.
    """
    if why(statement) is not None or (placed := _placed(function, tape)) is None:
        return None
    tape, raw = placed
    slots = tuple(dict.fromkeys(leaf.slot for _, leaf in _leaves(raw) if isinstance(leaf, Number)))
    if not slots:
        return None
    rows = {slot: row for row, slot in enumerate(slots)}
    lower = np.array([float(tape[slot].lo) for slot in slots])
    upper = np.array([float(tape[slot].hi) for slot in slots])
    loaders = {q.name: _loader(q.sort, raw[q.name], rows) for q in statement.parameters if q.name in raw}
    if len(loaders) < len(statement.parameters):
        return None
    return Batch(statement, tape, slots, lower, upper, loaders, raw, _chunk_of(raw, len(slots)))


def _replayed(function: Callable[[Draw], Any], values: Mapping[str, Any], tape: Tape) -> dict[str, Any] | None:
    """The instance with these values; None if other choices are made than on the tape.

    Raises:
        Rejected: if the draw function gives it up.
    """
    draw = Draw.replay(values)
    raw = play(function, draw)
    made, known = ([(a, c.kind, c.lo, c.hi) for a, c in one.items()] for one in (draw.tape, tape))
    return raw if made == known else None


def _placed(function: Callable[[Draw], Any], tape: Tape) -> tuple[Tape, dict[str, Any]] | None:
    """A tape of this shape and its instance, plain but for the drawn numbers; None unless numbers change nothing else.

    The numbers of the given tape do not matter, so that all tapes of a shape have the same. Others are tried, in pairs that
    mirror each other in the ranges, so that a sign or an order that decides something shows.
    """
    rng = Random(0)
    found: list[tuple[Tape, dict[str, Any]]] = []
    for _ in range(ATTEMPTS):
        parts = {a: Fraction(rng.randrange(1, 1 << 20), 1 << 20) for a, c in tape.items() if c.kind == "number"}
        for mirrored in (False, True):
            other = dict(tape)
            for address, part in parts.items():
                lo, hi = tape[address].lo, tape[address].hi
                other[address] = Choice("number", lo + (hi - lo) * (1 - part if mirrored else part), lo, hi)
            try:
                replayed = _replayed(function, values_of(other), tape)
            except Rejected:
                continue
            if replayed is None:
                return None
            raw = _template(replayed)
            if found and _bare(raw) != _bare(found[0][1]):
                return None
            found.append((other, raw))
        if len(found) >= 2:
            return found[0]
    return None


def _template(raw: Any) -> Any:
    """A copy of a raw instance, plain but for the drawn numbers."""
    if isinstance(raw, Mapping):
        return {str(key): _template(entry) for key, entry in raw.items()}
    if isinstance(raw, (list, tuple)):
        return [_template(entry) for entry in raw]
    return raw if isinstance(raw, Number) else plain(raw)


def _filled(template: Any, tape: Tape) -> Any:
    """The plain instance with a tape's numbers."""
    if isinstance(template, Mapping):
        return {key: _filled(entry, tape) for key, entry in template.items()}
    if isinstance(template, list):
        return [_filled(entry, tape) for entry in template]
    return plain(tape[template.slot].value) if isinstance(template, Number) else template


def _bare(raw: Any) -> list[Any]:
    """All leaves with their paths, slots in place of the numbers."""
    return [(path, ("slot", leaf.slot) if isinstance(leaf, Number) else leaf) for path, leaf in _leaves(raw)]


def _leaves(raw: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], Any]]:
    """All leaves of nested objects and arrays, with their paths."""
    entries = raw.items() if isinstance(raw, Mapping) else enumerate(raw) if isinstance(raw, (list, tuple)) else None
    if entries is None:
        yield path, raw
        return
    for key, entry in entries:
        yield from _leaves(entry, (*path, key))
    yield path, type(raw).__name__  # so that an empty one counts


def _chunk_of(raw: Mapping[str, Any], count: int) -> int:
    """How many points are worked on at once."""
    rows = [len(layer) for value in raw.values() if _is_network(value) for layer in value["layers"]]
    samples = [len(value["inputs"]) for value in raw.values() if _is_data(value)]
    widest = max(rows, default=1) * max(samples, default=1)
    return max(64, CHUNK // max(widest, count) // 64 * 64)


# ---- placing numbers ------------------------------------------------------------------------------------------------


def _loader(sort: str, raw: Any, rows: Mapping[str, int]) -> Loader:
    """What makes a parameter's value from a chunk's numbers; ``rows`` says where each slot is in it."""
    if expressions.kind_of_sort(sort) == expressions.TRUTH:
        return _constantly(1.0 if raw else -1.0)
    if expressions.kind_of_sort(sort) == expressions.NUMBER:
        return _number(raw, rows)
    return _tuple(raw, rows) if sort == expressions.TUPLE else _structure(raw, rows)


def _constantly(value: Any) -> Loader:
    return lambda _: value


def _as_float(leaf: Any) -> float:
    return nearest(exact(plain(leaf)))


def _number(leaf: Any, rows: Mapping[str, int]) -> Loader:
    if not isinstance(leaf, Number):
        return _constantly(np.float64(_as_float(leaf)))
    row = rows[leaf.slot]
    return lambda columns: columns[row]


def _tuple(raw: Any, rows: Mapping[str, int]) -> Loader:
    """Of a nested array; one of ragged rows becomes a tuple of arrays."""
    if not isinstance(raw, (list, tuple)):
        return _number(raw, rows)
    if _shape(raw) is not None:
        return _array(raw, rows)
    parts = [_tuple(entry, rows) for entry in raw]
    return lambda columns: stacked([part(columns) for part in parts])


def _shape(raw: Any) -> tuple[int, ...] | None:
    """The shape of a nested array, None if it is ragged."""
    if not isinstance(raw, (list, tuple)):
        return ()
    shapes = {_shape(entry) for entry in raw}
    if len(shapes) > 1 or None in shapes:
        return None
    return (len(raw), *(next(iter(shapes)) or ())) if shapes else (0,)


def _array(raw: Any, rows: Mapping[str, int]) -> Loader:
    """An array of the shape of ``raw`` and the batch axis; a view of the chunk where the slots follow one another."""
    shape = _shape(raw)
    assert shape is not None  # whoever asks has checked it
    flat = [leaf for path, leaf in _leaves(raw) if len(path) == len(shape)] if 0 not in shape else []
    places = np.array([rows[leaf.slot] if isinstance(leaf, Number) else -1 for leaf in flat], dtype=int)
    if not (places >= 0).any():
        return _constantly(np.array([_as_float(leaf) for leaf in flat]).reshape(*shape, 1))
    first, size = int(places[0]), len(flat)
    if first >= 0 and (places == np.arange(first, first + size)).all():
        return lambda columns: columns[first : first + size].reshape(*shape, -1)
    fixed = places < 0
    constants = np.array([[_as_float(leaf)] for leaf, is_fixed in zip(flat, fixed, strict=True) if is_fixed])

    def load(columns: Array) -> Array:
        values = columns[places]
        if len(constants):
            values[fixed] = constants
        return values.reshape(*shape, -1)

    return load


def _is_network(raw: Any) -> bool:
    return isinstance(raw, Mapping) and {"activation", "layers"} <= set(raw)


def _is_data(raw: Any) -> bool:
    return isinstance(raw, Mapping) and {"inputs", "targets"} <= set(raw)


def _structure(raw: Any, rows: Mapping[str, int]) -> Loader:
    """A network, data, or whatever else an instance holds: objects and lists of arrays, text as it is."""
    if _is_network(raw):
        read = read_network(plain(raw))
        activation, inner = read.activation, read.inner
        layers = [_array(layer, rows) for layer in raw["layers"]]
        biases = [None if b is None else _array(b, rows) for b in raw.get("biases") or [None] * len(layers)]
        return lambda columns: FloatNetwork(
            activation,
            tuple(layer(columns) for layer in layers),
            tuple(None if bias is None else bias(columns) for bias in biases),
            inner,
        )
    if _is_data(raw):
        loss = read_data(plain(raw)).loss
        inputs, targets = _array(raw["inputs"], rows), _array(raw["targets"], rows)
        return lambda columns: FloatData(inputs(columns), targets(columns), loss)
    if isinstance(raw, Mapping):
        parts = {key: _structure(entry, rows) for key, entry in raw.items()}
        return lambda columns: {key: part(columns) for key, part in parts.items()}
    if isinstance(raw, (list, tuple)):
        if all(not isinstance(leaf, Mapping) for leaf in raw) and _is_numeric(raw):
            return _tuple(raw, rows)
        listed = [_structure(entry, rows) for entry in raw]
        return lambda columns: [part(columns) for part in listed]
    return _number(raw, rows) if _is_numeric(raw) else _constantly(raw)


def _is_numeric(raw: Any) -> bool:
    """Whether all leaves of nested arrays are exact numbers."""
    if isinstance(raw, (list, tuple)):
        return all(map(_is_numeric, raw))
    try:
        exact(plain(raw))
    except VerifyError:
        return False
    return True
