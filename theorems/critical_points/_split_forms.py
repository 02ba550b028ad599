"""The second variation of the loss at a split neuron, in coordinates that take it apart: obligations with symbols."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

from sympy import Expr, Integer, Symbol, symbols

from verify import Identity

Vector = list[Expr]
ZERO: Expr = Integer(0)


def vector(name: str, length: int) -> Vector:
    """Symbols name_1, ..., name_length."""
    return [Symbol(f"{name}_{k}") for k in range(1, length + 1)]


def total(terms: list[Expr] | Iterator[Expr]) -> Expr:
    """Their sum."""
    return sum(terms, ZERO)


def shares(copies: int) -> Vector:
    """delta_1, ..., delta_s with sum 1: the first is 1 minus the others."""
    rest = [Symbol(f"delta_{k}") for k in range(2, copies + 1)]
    return [1 - total(rest), *rest]


def bilinear(name: str, left: Vector, right: Vector) -> Expr:
    """left^T B right with a symmetric matrix of symbols name_{pq}."""
    return total(
        Symbol(f"{name}_{min(p, q) + 1}{max(p, q) + 1}") * x * y
        for p, x in enumerate(left)
        for q, y in enumerate(right)
    )


def copies_of(v: Vector, turns: list[Vector], delta: Vector) -> list[Vector]:
    """The variations v + omega_j - sum_l delta_l omega_l of the copies' inner weights (omega_1 = 0)."""
    mean = [total(d * turn[p] for d, turn in zip(delta, turns, strict=True)) for p in range(len(v))]
    return [[x + turn[p] - mean[p] for p, x in enumerate(v)] for turn in turns]


def turns_of(dimension: int, copies: int) -> list[Vector]:
    """omega_1 = 0 and symbols omega_2, ..., omega_s."""
    return [[ZERO] * dimension, *(vector(f"omega_{j}", dimension) for j in range(2, copies + 1))]


def kronecker_form(delta: Vector, turns: list[Vector], name: str = "B") -> Expr:
    """The form of G (x) B at (omega_2, ..., omega_s), G = diag(delta_2, ...) - (delta_i delta_j)."""
    pairs = product(range(1, len(delta)), repeat=2)
    return total(
        ((delta[i] if i == j else ZERO) - delta[i] * delta[j]) * bilinear(name, turns[i], turns[j]) for i, j in pairs
    )


def split_identity(outputs: int, dimension: int, copies: int, *, crossed: bool = True) -> Identity:
    """At one sample, the second variation of the loss of a network of which one neuron (a, w) is split.

    Symbols: y = sigma'(w.x) x, s = sigma(w.x), the curvature L_c of the loss, the first variation r_c o of output c by
    another parameter, its own second variation h o^2, C = sum e x^T sigma' (with ``crossed``), B. In the coordinates
    alpha, beta_2, ..., v, omega_2, ... it is the narrow one in (o, alpha, v) plus that of [[0, I (x) C], [., G (x) B]].
    """
    delta, turns, slope = shares(copies), turns_of(dimension, copies), vector("y", dimension)
    a, alpha, rest, curvature = (vector(name, outputs) for name in ("a", "alpha", "r", "L"))
    free = [[ZERO] * outputs, *(vector(f"beta_{j}", outputs) for j in range(2, copies + 1))]
    v, (o, s, h) = vector("v", dimension), symbols("o s h")
    inner = copies_of(v, turns, delta)
    outer = [[d * x + b for x, b in zip(alpha, free[j], strict=True)] for j, d in enumerate(delta)]
    outer[0] = [delta[0] * x - total(row[c] for row in free) for c, x in enumerate(alpha)]

    def cross(left: Vector, right: Vector) -> Expr:
        if not crossed:
            return ZERO
        return total(Symbol(f"C_{c + 1}{p + 1}") * x * y for c, x in enumerate(left) for p, y in enumerate(right))

    def first(c: int, da: list[Vector], dw: list[Vector], parts: Vector) -> Expr:
        changes = (
            row[c] * s + d * a[c] * total(x * y for x, y in zip(turn, slope, strict=True))
            for row, turn, d in zip(da, dw, parts, strict=True)
        )
        return rest[c] * o + total(changes)

    def second(da: list[Vector], dw: list[Vector], parts: Vector) -> Expr:
        squares = total(curvature[c] * first(c, da, dw, parts) ** 2 for c in range(outputs))
        mixed = total(2 * cross(x, y) for x, y in zip(da, dw, strict=True))
        return squares + h * o**2 + mixed + total(d * bilinear("B", y, y) for d, y in zip(parts, dw, strict=True))

    added = total(2 * cross(x, y) for x, y in zip(free[1:], turns[1:], strict=True)) + kronecker_form(delta, turns)
    return Identity(second(outer, inner, delta), second([alpha], [v], [Integer(1)]) + added)


def coordinate_identities(copies: int) -> list[Identity]:
    """alpha, v, beta_j from the variations of the copies, for all shares (omega_j is the difference of two of them)."""
    delta, turns = shares(copies), turns_of(1, copies)
    (alpha,), (v,) = vector("alpha", 1), vector("v", 1)
    free = [ZERO, *(Symbol(f"beta_{j}") for j in range(2, copies + 1))]
    outer = [delta[0] * alpha - total(free), *(d * alpha + b for d, b in zip(delta[1:], free[1:], strict=True))]
    inner = [turn for (turn,) in copies_of([v], turns, delta)]
    return [
        Identity(total(outer), alpha),
        Identity(total(d * x for d, x in zip(delta, inner, strict=True)), v),
        *(Identity(outer[j] - delta[j] * total(outer), free[j]) for j in range(1, copies)),
    ]


def share_identity(dimension: int, copies: int) -> Identity:
    """sum_j delta_j B(t_j, t_j) = B(tau, tau) + (G (x) B)(omega), t_j = tau + omega_j - sum_l delta_l omega_l."""
    delta, turns, tau = shares(copies), turns_of(dimension, copies), vector("tau", dimension)
    inner = copies_of(tau, turns, delta)
    left = total(d * bilinear("B", t, t) for d, t in zip(delta, inner, strict=True))
    return Identity(left, bilinear("B", tau, tau) + kronecker_form(delta, turns))
