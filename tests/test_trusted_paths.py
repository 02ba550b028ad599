"""What decides must not lean on what is not trusted: a look at the names that occur in the source."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import verify

ROOT = Path(verify.__file__).parent
KERNEL = sorted((ROOT / "decide").glob("*.py"))
CHECKER = sorted((ROOT / "recheck").rglob("*.py"))
DEFINITIONS = [
    *sorted((ROOT / "networks").glob("*.py")),
    *(ROOT / f"{name}.py" for name in ("arithmetic", "expressions", "quantities")),
]
METHODS = {
    "simplify", "nsimplify", "equals", "is_zero", "is_positive", "is_negative", "is_nonzero", "rank", "rref",
    "nullspace",
    "eigenvals", "eigenvects", "is_positive_definite", "is_positive_semidefinite", "limit", "series", "solve",
    "solveset", "nsolve", "evalf", "lambdify", "parse_expr",
}  # fmt: skip
"""What sympy offers and may get wrong: it may stand nowhere in the trusted source, called on anything or imported."""

BUILTINS = {"eval", "exec", "compile", "__import__"}
MODULES = {"sympy.series", "sympy.solvers", "sympy.simplify", "mpmath", "pickle", "marshal", "random", "numpy"}
_NAMES = ("timings", "floats", "dense_floats", "critical_search", "training")
FLOATS = {ROOT / "networks" / f"{name}.py" for name in _NAMES}
"""Modules whose subject is floating point, or that only produce evidence of the level `observed`."""


FLINTS = {ROOT / "decide" / "rank.py": {"rank", "rref"}}
"""Methods of FLINT's exact matrices that have the name of one of sympy's."""


def names(path):
    """Kind, name and line of every variable, attribute and import of a source file.

    What the package itself defines is left out: it is looked at where it stands, and shares a name with sympy's at most.
    """
    tree = ast.parse(path.read_text(encoding="utf-8"))
    inner = [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and (node.level or (node.module or "").partition(".")[0] == "verify")
    ]
    own = {alias.asname or alias.name for node in inner for alias in node.names}
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            yield "variable", node.id, node.lineno
        elif isinstance(node, ast.Attribute):
            if not (isinstance(node.value, ast.Name) and node.value.id in own):
                yield "attribute", node.attr, node.lineno
        elif isinstance(node, ast.Import):
            yield from (("import", alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield "import", node.module or "", node.lineno
            if node not in inner:
                yield from (("import", alias.name, node.lineno) for alias in node.names)


def occurrences(path, forbidden, kinds=("variable", "attribute", "import")):
    return [f"{path.name}:{line}: {name}" for kind, name, line in names(path) if kind in kinds and name in forbidden]


@pytest.mark.parametrize("path", [*KERNEL, *CHECKER, *DEFINITIONS], ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_untrusted_names_do_not_occur(path):
    assert occurrences(path, METHODS - FLINTS.get(path, set()), ("attribute", "import")) == []
    assert occurrences(path, BUILTINS, ("variable", "import")) == []
    assert path in FLOATS or occurrences(path, MODULES) == []


@pytest.mark.parametrize("path", KERNEL, ids=lambda path: path.stem)
def test_the_kernel_has_no_floats(path):
    assert occurrences(path, {"float", "math", "cmath"}) == []
    tree = ast.parse(path.read_text(encoding="utf-8"))
    assert not [node.lineno for node in ast.walk(tree) if isinstance(node, ast.Constant) and type(node.value) is float]


@pytest.mark.parametrize("path", CHECKER, ids=lambda path: path.stem)
def test_the_checker_imports_neither_sympy_nor_the_kernel(path):
    assert occurrences(path, {"sympify", "sympy", "flint", "numpy", "theorems"}) == []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.level == 0:
            assert (node.module or "").partition(".")[0] not in ("verify", "theorems")
        elif isinstance(node, ast.ImportFrom):
            assert node.level <= len(path.relative_to(ROOT / "recheck").parts), "a relative import leaves the checker"


@pytest.mark.parametrize("path", KERNEL, ids=lambda path: path.stem)
def test_sympy_is_a_language_in_the_kernel(path):
    """It may be imported to walk through an expression, and is asked nothing else."""
    attributes = {
        node.attr
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "sympy"
    }
    assert attributes <= {"Add", "Mul", "Pow", "Symbol", "Expr"}


def test_there_is_something_to_look_at():
    assert len(KERNEL) >= 8
    assert len(CHECKER) >= 5
    assert occurrences(Path(__file__), {"occurrences"})
