"""The library without importing it: which packages hold theorems, which modules, and their generated index.

Nothing here may import numpy, sympy or anything slow: ``verify list`` has to answer at once.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
from collections.abc import Iterable
from typing import Any, NamedTuple

from verify.errors import UsageError

GROUP = "verify.theorems"
BUILT_IN = "theorems"
INDEX, DETAILS = "index.json", "index_details.json"
INDEX_VERSION = 1


class Module(NamedTuple):  # importing dataclasses would take longer than listing the library
    """A theorem module: its dotted name, its file, and the package (an entry point) that brings it."""

    name: str
    path: str
    package: str


def packages() -> list[str]:
    """The built-in package and those that installed distributions announce in the entry-point group."""
    found = [BUILT_IN]
    for folder in dict.fromkeys(sys.path):
        try:
            entries = [e.path for e in os.scandir(folder or ".") if e.name.endswith((".dist-info", ".egg-info"))]
        except OSError:
            continue
        for path in sorted(entries):
            found += _announced(os.path.join(path, "entry_points.txt"))
    return list(dict.fromkeys(found))


def _announced(path: str) -> list[str]:
    """The values of the group in an ``entry_points.txt`` (importlib.metadata would take longer than all the rest)."""
    try:
        with open(path, encoding="utf-8") as file:
            text = file.read()
    except (OSError, UnicodeDecodeError):
        return []
    names, inside = [], False
    for line in text.splitlines():
        line = line.strip()
        if line.startswith("["):
            inside = line == f"[{GROUP}]"
        elif inside and "=" in line and not line.startswith(("#", ";")):
            names.append(line.partition("=")[2].partition("[")[0].strip())
    return names


def locate(package: str) -> str | None:
    """The folder of a package, or the file of a module, found along ``sys.path`` without importing anything."""
    from importlib.machinery import PathFinder

    path: list[str] | None = None
    spec = None
    for depth in range(package.count(".") + 1):
        spec = PathFinder.find_spec(".".join(package.split(".")[: depth + 1]), path)
        if spec is None:
            spec = _from_other_finders(package) if depth == 0 else None
        if spec is None:
            return None
        path = list(spec.submodule_search_locations or [])
    assert spec is not None
    return path[0] if path else spec.origin


def _from_other_finders(package: str) -> Any:
    """Editable installs may bring a finder of their own."""
    for finder in sys.meta_path:
        find = getattr(finder, "find_spec", None)
        spec = find(package.partition(".")[0], None) if find else None
        if spec is not None:
            return spec
    return None


def modules(package: str) -> list[Module]:
    """The theorem modules of a package: every module below it whose name, and whose folders', begin with no underscore.

    A package that is announced and cannot be found is one module, so that importing it says what is wrong.
    """
    place = locate(package)
    if place is None or os.path.isfile(place):
        return [Module(package, place or "", package)]
    found = []
    for folder, folders, files in os.walk(place):
        folders[:] = sorted(name for name in folders if not name.startswith(("_", ".")))
        inner = os.path.relpath(folder, place)
        prefix = package if inner == "." else f"{package}.{inner.replace(os.sep, '.')}"
        for name in sorted(files):
            if name.endswith(".py") and not name.startswith("_"):
                found.append(Module(f"{prefix}.{name[:-3]}", os.path.join(folder, name), package))
    return found


def fingerprint(module: Module) -> str:
    """The hash of a module's source, and of the private modules beside it, from which it may import."""
    folder = os.path.dirname(module.path)
    beside = sorted(name for name in os.listdir(folder) if name.startswith("_") and name.endswith(".py"))
    digest = hashlib.sha256()
    for path in (module.path, *(os.path.join(folder, name) for name in beside)):
        with open(path, "rb") as file:
            digest.update(hashlib.sha256(file.read()).digest())
    return digest.hexdigest()


def matching(statements: list[dict[str, Any]], patterns: Iterable[str]) -> list[dict[str, Any]]:
    """The statements whose id matches one of the patterns (shell globs), in the library's order.

    Raises:
        UsageError: for a pattern that matches nothing, with ids that look like it.
    """
    from fnmatch import fnmatchcase

    chosen: set[str] = set()
    for pattern in patterns:
        found = [statement["id"] for statement in statements if fnmatchcase(statement["id"], pattern)]
        if not found:
            from difflib import get_close_matches

            close = get_close_matches(pattern, [statement["id"] for statement in statements], n=3, cutoff=0.5)
            meant = f" (did you mean {', '.join(close)}?)" if close else ""
            raise UsageError(f"no statement is called {pattern!r}{meant}; `verify list` names all")
        chosen.update(found)
    return [statement for statement in statements if statement["id"] in chosen]


def _read(package: str, name: str) -> dict[str, Any]:
    place = locate(package)
    if place is None or not os.path.isdir(place):
        return {}
    try:
        with open(os.path.join(place, name), encoding="utf-8") as file:
            index = json.load(file)
    except (OSError, ValueError):
        return {}
    fits = isinstance(index, dict) and index.get("version") == INDEX_VERSION and isinstance(index.get("modules"), dict)
    return index["modules"] if fits else {}


def indexed(name: str = INDEX) -> tuple[list[dict[str, Any]], list[Module]]:
    """The statements that the generated indices describe, and the modules that no index describes as they are now.

    Args:
        name: ``INDEX`` for the short rows of ``list``, ``DETAILS`` for everything.

    Returns:
        Statements (each with the key ``module``), and modules that have to be imported to be known.
    """
    statements: list[dict[str, Any]] = []
    unknown: list[Module] = []
    seen: set[str] = set()
    for package in packages():
        known = _read(package, name)
        for module in modules(package):
            if module.name in seen:  # announced by itself and with its package
                continue
            seen.add(module.name)
            entry = known.get(module.name)
            if isinstance(entry, dict) and module.path and entry.get("sha256") == fingerprint(module):
                statements += [{**statement, "module": module.name} for statement in entry["statements"]]
            else:
                unknown.append(module)
    return statements, unknown


def write_index(package: str, described: dict[str, list[dict[str, Any]]], rows: dict[str, list[dict[str, Any]]]) -> str:
    """Write both index files of a package; ``described`` and ``rows`` map module names to their statements.

    Returns:
        The folder that was written to.
    """
    place = locate(package)
    assert place is not None, package
    fingerprints = {module.name: fingerprint(module) for module in modules(package)}
    for name, content in ((INDEX, rows), (DETAILS, described)):
        entries = {
            m: {"sha256": fingerprints[m], "statements": content[m]} for m in sorted(fingerprints) if m in content
        }
        with open(os.path.join(place, name), "w", encoding="utf-8") as file:
            json.dump({"version": INDEX_VERSION, "modules": entries}, file, indent=1, ensure_ascii=False)
            file.write("\n")
    return place
