"""Random timings of a charge-conserving spiking network, many runs at once, in exact integers.

The semantics is `delayed` (docs/certificates.md, section 4): every spike puts one token on each outgoing edge, tokens
and external events are delivered in any order, and a neuron that may fire may also wait. A **run** draws one timing:

1. A run holds a list of the neurons that may fire (`ready`) and a list of what is in flight (`pool`: the external
   events in the order given, tokens appended later).
2. At each step one entry of the two lists is drawn, uniformly (up to a relative bias below 2^-32), by a counter-based
   hash of (seed, run, step). A drawn neuron fires and appends a token for each outgoing edge, by increasing receiver. A
   drawn item is delivered and removed, the last item of the pool taking its place.
3. Only the neuron that fired or received can change whether it may fire; it joins `ready` at the end, or leaves it with
   the last entry taking its place.
4. The run is finished when both lists are empty; it is given up, unfinished, after `max_steps` steps.

Three implementations of this rule give identical integers: plain Python, NumPy over a batch of runs, numba (optional).
Finitely many random runs prove nothing about all timings: what they show is experimental evidence.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from math import lcm
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Policy = Literal["uniform", "newest", "external-last"]
Backend = Literal["auto", "numba", "numpy", "python"]

POLICIES: tuple[Policy, ...] = ("uniform", "newest", "external-last")
"""`uniform`: as described above. `newest`: when an item is drawn, the last one of the pool is delivered.
`external-last`: external events are drawn only when no token is in flight and no neuron may fire."""

_DEFAULTS: dict[str, Any] = {
    "closed": "left", "corrective": True, "reset": "subtract", "leak": False, "loss": False, "noise": 0,
}  # fmt: skip
_REQUIRED = ("weights", "threshold", "potential", "lower", "upper")
_OPTIONAL = ("start", "low", "high", "plastic", *_DEFAULTS)
_LIMIT = 1 << 62
_GAMMA, _MIX1, _MIX2, _MASK = 0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9, 0x94D049BB133111EB, (1 << 64) - 1
_ROOM = 1 << 24
"""Entries that the pools of one NumPy batch may take (128 MiB) before the batch is halved."""
_FEW = 32
"""Below this many runs plain Python is faster than NumPy."""


@dataclass(frozen=True, eq=False)
class Timings:
    """What `runs` random timings of an n-neuron network ended in.

    `counts` (runs, n) are the final counts S. `potentials` (runs, n) are the final potentials as integers, in units of
    `1/scale`. `spikes` and `deliveries` (runs,) count the steps of either kind. `finished` (runs,) tells which runs
    came to rest; the others were stopped after `max_steps` steps and hold their state at that moment. `backend` is the
    implementation that was used.
    """

    counts: Ints
    potentials: Ints
    spikes: Ints
    deliveries: Ints
    finished: NDArray[np.bool_]
    scale: int
    backend: str

    def outcomes(self) -> tuple[tuple[int, ...], ...]:
        """The sorted distinct final counts of the finished runs."""
        return tuple(tuple(int(x) for x in row) for row in np.unique(self.counts[self.finished], axis=0))

    def rest_states(self) -> tuple[tuple[tuple[int, ...], tuple[Fraction, ...]], ...]:
        """The sorted distinct pairs (S, V) of the finished runs, V in the network's own units."""
        n = self.counts.shape[1]
        both = np.unique(np.hstack([self.counts, self.potentials])[self.finished], axis=0)
        return tuple(
            (tuple(int(x) for x in row[:n]), tuple(Fraction(int(x), self.scale) for x in row[n:])) for row in both
        )


@dataclass(frozen=True, eq=False)
class _Scaled:
    """A network and its inputs in integers.

    Items are numbered: 0..n-1 "neuron i fires", then the positive tokens, then (`minus` further on) the negative tokens
    of the edges, then the types of external events; `target` and `charge` (items,) say where an item goes and what it
    carries. `out` (n, d) lists the positive tokens that a spike sends, padded on the right; `degree` (n,) counts them.
    `pools` holds the pending items of each input at the start.
    """

    scale: int
    threshold: Ints
    lower: Ints
    upper: Ints
    potential: Ints
    start: Ints
    target: Ints
    charge: Ints
    out: Ints
    degree: Ints
    minus: int
    pools: tuple[Ints, ...]


def _exact(value: object, where: str) -> Fraction:
    if isinstance(value, int | str | Fraction) and not isinstance(value, bool):
        with suppress(ValueError, ZeroDivisionError):
            return Fraction(value)
    raise ValueError(f"{where}: {value!r} is not an exact number; write an integer or a string such as '3/4'")


def _vector(network: Mapping[str, Any], key: str, n: int) -> list[Fraction]:
    value = network[key]
    if not isinstance(value, list | tuple) or len(value) != n:
        raise ValueError(f"network[{key!r}] must be an array of {n} numbers, one for each neuron")
    return [_exact(x, f"network[{key!r}]") for x in value]


def _integers(network: Mapping[str, Any], key: str, n: int, none: int | None = None) -> list[int]:
    """An array of n integers; `none` stands in for null, which is refused if `none` is None."""
    value = network[key]
    if not isinstance(value, list | tuple) or len(value) != n:
        raise ValueError(f"network[{key!r}] must be an array of {n} integers, one for each neuron")
    out = [none if x is None and none is not None else _exact(x, f"network[{key!r}]") for x in value]
    if any(Fraction(x).denominator != 1 for x in out):
        raise ValueError(f"network[{key!r}] must hold integers")
    return [int(x) for x in out]


def _check_options(network: Mapping[str, Any], n: int) -> None:
    """Raise ValueError for a key that is unknown, missing, or set to something else than its default."""
    for key in network:
        if key not in _REQUIRED and key not in _OPTIONAL:
            raise ValueError(f"network has the unknown key {key!r}; known are {', '.join((*_REQUIRED, *_OPTIONAL))}")
    advice = "random timings take the default only; explore the network instead"
    for key, default in _DEFAULTS.items():
        if key in network and network[key] != default:
            raise ValueError(f"network[{key!r}] = {network[key]!r}: {advice}")
    if "plastic" in network and [_exact(x, "network['plastic']") for x in network["plastic"]] != [1]:
        raise ValueError(f"network['plastic'] = {network['plastic']!r}: {advice}")
    if "low" in network and any(_vector(network, "low", n)):
        raise ValueError(f"network['low'] = {network['low']!r}: {advice} (0 for each neuron)")
    threshold = _vector(network, "threshold", n)
    if any(x <= 0 for x in threshold):
        raise ValueError("network['threshold'] must be positive for each neuron: the window [0, threshold) is empty")
    if "high" in network and _vector(network, "high", n) != threshold:
        raise ValueError(f"network['high'] = {network['high']!r}: {advice} (the threshold)")


def _scaled(network: Mapping[str, Any], inputs: Sequence[Sequence[Sequence[Any]]], max_steps: int) -> _Scaled:
    """Read a network and several inputs for it, and multiply all charges by the lcm of their denominators."""
    for key in _REQUIRED:
        if key not in network:
            raise ValueError(f"network lacks the key {key!r}")
    if not isinstance(network["weights"], list | tuple) or not network["weights"]:
        raise ValueError("network['weights'] must be an n x n array with n >= 1")
    n = len(network["weights"])
    if any(not isinstance(row, list | tuple) or len(row) != n for row in network["weights"]):
        raise ValueError(f"network['weights'] must be an n x n array; it has {n} rows, so each needs {n} entries")
    _check_options(network, n)
    weights = [[_exact(x, "network['weights']") for x in row] for row in network["weights"]]
    threshold, potential = _vector(network, "threshold", n), _vector(network, "potential", n)
    lower, upper = _integers(network, "lower", n, -_LIMIT), _integers(network, "upper", n, _LIMIT)
    start = _integers({"start": [0] * n, **network}, "start", n)

    types: dict[tuple[int, Fraction], int] = {}
    written: dict[tuple[int, str], int] = {}
    pools: list[list[int]] = []
    for events in inputs:
        pools.append([])
        for event in events:
            neuron, charge = _event(event, n)
            if not isinstance(charge, str):
                kind = types.setdefault((neuron, _exact(charge, f"event {event!r}")), len(types))
            elif (neuron, charge) in written:  # most events repeat; reading a fraction is slow
                kind = written[neuron, charge]
            else:
                kind = types.setdefault((neuron, _exact(charge, f"event {event!r}")), len(types))
                written[neuron, charge] = kind
            pools[-1].append(kind)

    charges = [q for _, q in types]
    flat = [*threshold, *potential, *charges, *(w for row in weights for w in row)]
    scale = lcm(*(x.denominator for x in flat))
    # No neuron ever holds more than its potential, all the charge sent to it, and one threshold or weight a step.
    largest = max(abs(x) for x in [*threshold, *(w for row in weights for w in row)])
    sent = max((sum(abs(charges[k]) for k in pool) for pool in pools), default=Fraction(0))
    held = (max(abs(x) for x in potential) + sent + max_steps * largest) * scale
    counted = max_steps + max(abs(x) for x in start)
    if held >= _LIMIT:
        raise OverflowError(
            f"a potential could reach {int(held).bit_length()} bits within {max_steps} steps at the common denominator "
            f"{scale}; 62 bits are available: lower max_steps or use coarser charges"
        )
    if counted >= _LIMIT or any(abs(x) > _LIMIT for x in [*lower, *upper]):
        raise OverflowError("start, lower and upper must stay below 2^62; write null for no bound")

    edges = [[i for i in range(n) if weights[i][j]] for j in range(n)]
    token = n
    out = np.zeros((n, max(map(len, edges))), dtype=np.int64)
    target, carried = list(range(n)), [Fraction(0)] * n
    for j, receivers in enumerate(edges):
        for k, i in enumerate(receivers):
            out[j, k] = token
            token += 1
            target.append(i)
            carried.append(weights[i][j])
    minus = token - n
    target += target[n:]
    carried += [-x for x in carried[n:]]
    first = len(target)
    target += [i for i, _ in types]
    carried += charges

    def ints(values: Sequence[Fraction]) -> Ints:
        return np.array([int(x * scale) for x in values], dtype=np.int64)

    return _Scaled(
        scale=scale, threshold=ints(threshold), lower=np.array(lower), upper=np.array(upper), potential=ints(potential),
        start=np.array(start), target=np.array(target), charge=ints(carried), out=out,
        degree=np.array([len(x) for x in edges]), minus=minus,
        pools=tuple(np.array(pool, dtype=np.int64) + first for pool in pools),
    )  # fmt: skip


def _event(event: Sequence[Any], n: int) -> tuple[int, Any]:
    if len(event) == 3 and event[2] == "forever":
        raise ValueError(f"event {event!r}: 'forever' events have no random timing; list each delivery")
    if len(event) != 2 or type(event[0]) is not int or not 0 <= event[0] < n:
        raise ValueError(f"event {event!r} must be [neuron, charge] with a neuron from 0 to {n - 1}")
    return event[0], event[1]


def _keys(seed: int, first_run: int, runs: int) -> NDArray[np.uint64]:
    """The hash's starting point for each run; step t of a run uses splitmix64's finalizer on key + t * gamma."""
    base = np.uint64(_mix((seed + 1) * _GAMMA & _MASK))
    run = np.arange(first_run + 1, first_run + runs + 1).astype(np.uint64)
    return _mix_array(base + run * np.uint64(_GAMMA))


def _mix(z: int) -> int:
    z = (z ^ (z >> 30)) * _MIX1 & _MASK
    z = (z ^ (z >> 27)) * _MIX2 & _MASK
    return z ^ (z >> 31)


def _mix_array(z: NDArray[np.uint64]) -> NDArray[np.uint64]:
    x = z >> np.uint64(30)
    x ^= z
    x *= np.uint64(_MIX1)
    y = x >> np.uint64(27)
    y ^= x
    y *= np.uint64(_MIX2)
    np.right_shift(y, np.uint64(31), out=x)
    x ^= y
    return x


@dataclass(eq=False)
class _Result:
    """Arrays to fill, a row for each lane; `which` (lanes,) names a lane's input, `keys` (lanes,) starts its hash."""

    which: Ints
    keys: NDArray[np.uint64]
    counts: Ints
    potentials: Ints
    spikes: Ints
    steps: Ints
    finished: NDArray[np.bool_]


# --------------------------------------------------------------------------------------------------- plain Python


def _run_python(net: _Scaled, result: _Result, policy: Policy, max_steps: int) -> None:
    threshold, lower, upper = net.threshold.tolist(), net.lower.tolist(), net.upper.tolist()
    n = len(threshold)
    items: list[tuple[int, int]] = list(zip(net.target.tolist(), net.charge.tolist(), strict=True))
    positive = [[items[k] for k in row[:d]] for row, d in zip(net.out.tolist(), net.degree.tolist(), strict=True)]
    negative = [[(i, -q) for i, q in row] for row in positive]
    pools = [[items[k] for k in pool.tolist()] for pool in net.pools]
    newest, external_last = policy == "newest", policy == "external-last"

    for lane, (which, z) in enumerate(zip(result.which.tolist(), result.keys.tolist(), strict=True)):
        V, S = net.potential.tolist(), net.start.tolist()
        pool = pools[which].copy()
        external = len(pool) if external_last else 0
        ready: list[int] = []
        place = [-1] * n
        for i in range(n):
            if (V[i] >= threshold[i] and S[i] < upper[i]) or (V[i] < 0 and S[i] > lower[i]):
                place[i] = len(ready)
                ready.append(i)
        steps = spikes = 0
        while steps < max_steps:
            may_fire = len(ready)
            pending = len(pool)
            skip = 0
            if external and may_fire + pending > external:
                skip = external
            choices = may_fire + pending - skip
            if not choices:
                break
            steps += 1
            z = (z + _GAMMA) & _MASK
            h = (z ^ (z >> 30)) * _MIX1 & _MASK
            h = (h ^ (h >> 27)) * _MIX2 & _MASK
            pick = ((h ^ (h >> 31)) >> 32) * choices >> 32
            if pick < may_fire:
                i = ready[pick]
                spikes += 1
                if V[i] >= 0:
                    V[i] -= threshold[i]
                    S[i] += 1
                    pool += positive[i]
                else:
                    V[i] += threshold[i]
                    S[i] -= 1
                    pool += negative[i]
            else:
                last = pool.pop()
                k = pending - 1 if newest else pick - may_fire + skip
                if k < external:
                    external -= 1
                if k < pending - 1:
                    i, q = pool[k]
                    pool[k] = last
                else:
                    i, q = last
                V[i] += q
            v = V[i]
            allowed = S[i] < upper[i] if v >= threshold[i] else v < 0 and S[i] > lower[i]
            at = place[i]
            if allowed:
                if at < 0:
                    place[i] = len(ready)
                    ready.append(i)
            elif at >= 0:
                moved = ready.pop()
                if moved != i:
                    ready[at] = moved
                    place[moved] = at
                place[i] = -1
        result.counts[lane] = S
        result.potentials[lane] = V
        result.spikes[lane] = spikes
        result.steps[lane] = steps
        result.finished[lane] = not ready and not pool


# --------------------------------------------------------------------------------------------------------- NumPy


def _run_numpy(net: _Scaled, result: _Result, policy: Policy, max_steps: int, batch: int) -> None:
    waiting = [(a, min(a + batch, len(result.keys))) for a in range(0, len(result.keys), batch)]
    while waiting:
        a, b = waiting.pop()
        if not _numpy_batch(net, result, a, b, policy, max_steps):
            waiting += [(a, (a + b) // 2), ((a + b) // 2, b)]


def _numpy_batch(net: _Scaled, result: _Result, a: int, b: int, policy: Policy, max_steps: int) -> bool:
    """Run the lanes a..b-1. False, with nothing done, if their pools need more than `_ROOM` and b - a > 1.

    A row of `bag` holds a lane's ready neurons in columns 0..n-1 and its pool from column n on. Vectors indexed by
    living lane are compressed whenever lanes end; `bag`, V, S and `place` stay where they are.
    """
    lanes, n = b - a, len(net.threshold)
    target, charge, threshold, degree = net.target, net.charge, net.threshold, net.degree
    upper, lower = net.upper, net.lower
    fan = net.out.shape[1]
    fans = np.arange(fan)
    sizes = np.array([len(pool) for pool in net.pools])
    width = n + int(sizes.max(initial=0)) + 16 * fan
    if lanes * width > _ROOM and lanes > 1:
        return False
    which = result.which[a:b]
    bag = np.zeros((lanes, width), dtype=np.int64)
    for k in np.unique(which).tolist():
        bag[which == k, n : n + sizes[k]] = net.pools[k]
    V, S = np.tile(net.potential, lanes), np.tile(net.start, lanes)
    allowed = ((net.potential >= threshold) & (net.start < upper)) | ((net.potential < 0) & (net.start > lower))
    place = np.tile(np.where(allowed, np.cumsum(allowed) - 1, -1), lanes)
    bag[:, : allowed.sum()] = np.flatnonzero(allowed)
    bag = bag.ravel()

    row = np.arange(lanes)
    base, home = row * width, row * n
    z = result.keys[a:b].copy()
    may_fire = np.full(lanes, allowed.sum())
    pending = sizes[which] if lanes else may_fire
    external = pending.copy() if policy == "external-last" else None
    steps, spikes = 0, np.zeros(lanes, dtype=np.int64)
    fullest = n + int(pending.max(initial=0))

    while len(row):
        choices = may_fire + pending
        if external is not None:
            skip = np.where(choices > external, external, 0)
            choices -= skip
        if steps == max_steps or not choices.all():
            ended = (choices == 0) | (steps == max_steps)
            done = a + row[ended]
            result.spikes[done] = spikes[ended]
            result.steps[done] = steps
            result.finished[done] = choices[ended] == 0
            alive = ~ended
            row, base, home, z = row[alive], base[alive], home[alive], z[alive]
            may_fire, pending, spikes, choices = may_fire[alive], pending[alive], spikes[alive], choices[alive]
            if external is not None:
                external, skip = external[alive], skip[alive]
            if not len(row):
                break
        steps += 1
        z += np.uint64(_GAMMA)
        h = _mix_array(z)
        h >>= np.uint64(32)
        h *= choices.view(np.uint64)
        h >>= np.uint64(32)
        pick = h.view(np.int64)

        fires = pick < may_fire
        delivers = ~fires
        if policy == "newest":
            column = np.where(fires, pick, pending + (n - 1))
        else:
            column = np.where(fires, pick, pick - may_fire + n)
            if external is not None:
                column += skip * delivers
                external -= delivers & (column < n + external)
        cell = base + column
        item = bag.take(cell)
        i = target.take(item)
        own = home + i
        v = V.take(own)
        v += charge.take(item)
        s = S.take(own)

        # Deliveries: the last item takes the place of the one delivered.
        some = np.flatnonzero(delivers)
        bag[cell.take(some)] = bag.take((base + pending).take(some) + (n - 1))
        pending -= delivers
        # Spikes: reset by subtraction, count, and append the tokens.
        some = np.flatnonzero(fires)
        if len(some):
            if fullest + fan > width:
                fullest = n + int(pending.max())
                if fullest + fan > width:
                    if 2 * width * lanes > _ROOM and lanes > 1:
                        return False
                    bag = np.pad(bag.reshape(lanes, width), ((0, 0), (0, width + fan))).ravel()
                    width = 2 * width + fan
                    base = row * width
            fullest += fan
            who = i.take(some)
            down = v.take(some) < 0
            sign = 1 - 2 * down
            v[some] -= sign * threshold.take(who)
            s[some] += sign
            if fan:
                tokens = net.out.take(who, axis=0)
                tokens += (down * net.minus)[:, None]
                bag[((base + pending).take(some) + n)[:, None] + fans] = tokens
            pending[some] += degree.take(who)
            S[own] = s
            spikes += fires
        V[own] = v

        # Only the neuron i of each lane can have begun or ceased to be allowed to fire.
        ready = (v >= threshold.take(i)) & (s < upper.take(i))
        ready |= (v < 0) & (s > lower.take(i))
        at = place.take(own)
        changed = ready != (at >= 0)
        joins = np.flatnonzero(changed & ready)
        if len(joins):
            end = may_fire.take(joins)
            place[own.take(joins)] = end
            bag[base.take(joins) + end] = i.take(joins)
        leaves = np.flatnonzero(changed & ~ready)
        if len(leaves):
            begin = base.take(leaves)
            moved = bag.take(begin + may_fire.take(leaves) - 1)
            hole = at.take(leaves)
            bag[begin + hole] = moved
            place[home.take(leaves) + moved] = hole
            place[own.take(leaves)] = -1
        may_fire[joins] += 1
        may_fire[leaves] -= 1

    result.counts[a:b] = S.reshape(lanes, n)
    result.potentials[a:b] = V.reshape(lanes, n)
    return True


# --------------------------------------------------------------------------------------------------------- numba


def _lanes(  # type: ignore[no-untyped-def]
    threshold, lower, upper, potential, start, target, charge, out, degree, minus, pools, offset,
    which, keys, counts, potentials, spikes, steps, finished, newest, external_last, max_steps,
):  # fmt: skip
    """The rule, lane by lane, for numba to compile: arrays as in `_Scaled` and `_Result`, `pools` laid end to end."""
    gamma, mix1, mix2 = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)
    s27, s30, s31, s32 = np.uint64(27), np.uint64(30), np.uint64(31), np.uint64(32)
    n, fan = out.shape
    V, S = np.empty(n, np.int64), np.empty(n, np.int64)
    ready, place = np.empty(n, np.int64), np.empty(n, np.int64)
    pool = np.empty(64, np.int64)
    for lane in range(len(keys)):
        z = keys[lane]
        begin, end = offset[which[lane]], offset[which[lane] + 1]
        pending = end - begin
        while len(pool) < pending:
            pool = np.empty(2 * len(pool), np.int64)
        pool[:pending] = pools[begin:end]
        external = pending if external_last else 0
        may_fire = 0
        for i in range(n):
            V[i], S[i], place[i] = potential[i], start[i], -1
            if (V[i] >= threshold[i] and S[i] < upper[i]) or (V[i] < 0 and S[i] > lower[i]):
                place[i] = may_fire
                ready[may_fire] = i
                may_fire += 1
        step = 0
        fired = 0
        while step < max_steps:
            skip = 0
            if external > 0 and may_fire + pending > external:
                skip = external
            choices = may_fire + pending - skip
            if choices == 0:
                break
            step += 1
            z = z + gamma
            h = (z ^ (z >> s30)) * mix1
            h = (h ^ (h >> s27)) * mix2
            h = ((h ^ (h >> s31)) >> s32) * np.uint64(choices)
            pick = np.int64(h >> s32)
            if pick < may_fire:
                i = ready[pick]
                fired += 1
                down = V[i] < 0
                V[i] += threshold[i] if down else -threshold[i]
                S[i] += -1 if down else 1
                shift = minus if down else 0
                if pending + fan > len(pool):
                    wider = np.empty(2 * len(pool) + fan, np.int64)
                    wider[:pending] = pool[:pending]
                    pool = wider
                for k in range(fan):
                    pool[pending + k] = out[i, k] + shift
                pending += int(degree[i])
            else:
                chosen = pending - 1 if newest else pick - may_fire + skip
                if chosen < external:
                    external -= 1
                item = pool[chosen]
                pending -= 1
                pool[chosen] = pool[pending]
                i = target[item]
                V[i] += charge[item]
            v, s = V[i], S[i]
            allowed = ((v >= threshold[i]) & (s < upper[i])) | ((v < 0) & (s > lower[i]))
            at = place[i]
            if allowed != (at >= 0):
                if allowed:
                    place[i] = may_fire
                    ready[may_fire] = i
                    may_fire += 1
                else:
                    may_fire -= 1
                    moved = ready[may_fire]
                    ready[at] = moved
                    place[moved] = at
                    place[i] = -1
        for i in range(n):
            counts[lane, i], potentials[lane, i] = S[i], V[i]
        spikes[lane], steps[lane] = fired, step
        finished[lane] = may_fire + pending == 0


@cache
def _compiled() -> Callable[..., None]:
    import numba

    try:
        return numba.njit(cache=True)(_lanes)
    except RuntimeError:  # there is nowhere to keep the compiled code
        return numba.njit(_lanes)


def _run_numba(net: _Scaled, result: _Result, policy: Policy, max_steps: int) -> None:
    offset = np.cumsum([0, *(len(pool) for pool in net.pools)])
    pools = np.concatenate([np.zeros(0, np.int64), *net.pools])
    _compiled()(
        net.threshold, net.lower, net.upper, net.potential, net.start, net.target, net.charge, net.out, net.degree,
        net.minus, pools, offset, result.which, result.keys, result.counts, result.potentials, result.spikes,
        result.steps, result.finished, policy == "newest", policy == "external-last", max_steps,
    )  # fmt: skip


# -------------------------------------------------------------------------------------------------------- public


def random_timings(
    network: Mapping[str, Any],
    events: Sequence[Sequence[Any]],
    runs: int,
    seed: int,
    policy: Policy = "uniform",
    backend: Backend = "auto",
    max_steps: int = 100_000,
    first_run: int = 0,
    batch: int = 8192,
) -> Timings:
    """Draw `runs` random timings of a network in `delayed` semantics; see the module's text for the rule.

    `network` and `events` have the JSON form of docs/certificates.md, section 4, all options at their defaults. Run r
    is determined by (network, events, seed, policy, max_steps, first_run + r) alone: neither the backend nor `batch`
    (the number of runs that NumPy takes at once) changes a digit. `auto` takes numba if it is installed, else NumPy
    (plain Python for a few runs).

    >>> network = {"weights": [[0, 0], ["1/2", 0]], "threshold": [1, 1], "potential": ["1/2", "1/2"],
    ...            "lower": [0, 0], "upper": [2, 2]}
    >>> timings = random_timings(network, [[0, 1], [0, 1], [0, -1]], runs=100, seed=1, backend="numpy")
    >>> timings.outcomes()
    ((1, 1),)

    Raises:
        ValueError: for a malformed network or event, an option that is not at its default, or a bad argument.
        OverflowError: if the scaled integers could need more than 62 bits within `max_steps` steps.
        ImportError: if `backend` is "numba" and numba is not installed.
    """
    return random_timings_each(network, [events], runs, seed, policy, backend, max_steps, first_run, batch)[0]


def random_timings_each(
    network: Mapping[str, Any],
    inputs: Sequence[Sequence[Sequence[Any]]],
    runs: int,
    seed: int,
    policy: Policy = "uniform",
    backend: Backend = "auto",
    max_steps: int = 100_000,
    first_run: int = 0,
    batch: int = 8192,
) -> tuple[Timings, ...]:
    """Draw `runs` random timings for each of several inputs at once.

    Entry k equals `random_timings(network, inputs[k], runs, seed + k, ...)`, except that its `scale` is that of all
    inputs together. Raises what `random_timings` raises.
    """
    if policy not in POLICIES:
        raise ValueError(f"policy {policy!r} is unknown; choose from {', '.join(POLICIES)}")
    least = {"runs": 0, "max_steps": 1, "first_run": 0, "batch": 1}
    for name, value in {"runs": runs, "max_steps": max_steps, "first_run": first_run, "batch": batch}.items():
        if value < least[name]:
            raise ValueError(f"{name} = {value}: it must be at least {least[name]}")
    net = _scaled(network, inputs, max_steps)
    lanes, n = runs * len(inputs), len(net.threshold)
    keys = [_keys(seed + k, first_run, runs) for k in range(len(inputs))]
    result = _Result(
        which=np.repeat(np.arange(len(inputs)), runs),
        keys=np.concatenate([np.zeros(0, np.uint64), *keys]),
        counts=np.zeros((lanes, n), np.int64),
        potentials=np.zeros((lanes, n), np.int64),
        spikes=np.zeros(lanes, np.int64),
        steps=np.zeros(lanes, np.int64),
        finished=np.zeros(lanes, np.bool_),
    )
    used = _choose(backend, lanes)
    if used == "python":
        _run_python(net, result, policy, max_steps)
    elif used == "numpy":
        _run_numpy(net, result, policy, max_steps, batch)
    else:
        _run_numba(net, result, policy, max_steps)
    spans = [slice(k * runs, (k + 1) * runs) for k in range(len(inputs))]
    return tuple(
        Timings(
            counts=result.counts[span],
            potentials=result.potentials[span],
            spikes=result.spikes[span],
            deliveries=result.steps[span] - result.spikes[span],
            finished=result.finished[span],
            scale=net.scale,
            backend=used,
        )
        for span in spans
    )


def simulate_plain(
    network: Mapping[str, Any],
    events: Sequence[Sequence[Any]],
    runs: int,
    seed: int,
    policy: Policy = "uniform",
    max_steps: int = 100_000,
    first_run: int = 0,
) -> Timings:
    """The reference: `random_timings` in plain Python, one run after the other. Raises the same errors."""
    return random_timings(network, events, runs, seed, policy, "python", max_steps, first_run)


def _choose(backend: str, lanes: int) -> str:
    if backend == "auto":
        if importlib.util.find_spec("numba") is not None:
            return "numba"
        return "numpy" if lanes >= _FEW else "python"
    if backend not in ("numba", "numpy", "python"):
        raise ValueError(f"backend {backend!r} is unknown; choose from auto, numba, numpy, python")
    if backend == "numba" and importlib.util.find_spec("numba") is None:
        raise ImportError("backend 'numba' needs numba: install the extra `fast`, or choose 'auto' or 'numpy'")
    return backend
