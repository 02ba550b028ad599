"""A researcher's conjecture file: its one statement and its one search function.

Whatever is wrong with the file, or with an instance that its function draws, is told with the line to correct and with
what to do there.
"""

from __future__ import annotations

import ast
import difflib
import inspect
import sys
import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, redirect_stdout
from functools import cache
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any

from verify.arithmetic import read_parameter
from verify.errors import ConjectureError, InstanceError, QuantityError, StatementError, VerifyError
from verify.networks import dense_model, spiking
from verify.plain import plain
from verify.quantities import lookup
from verify.recheck.definitions.functions import FUNCTIONS
from verify.search.drawn_networks import DrawnData, DrawnNetwork
from verify.search.draws import Draw
from verify.search.sources import EXAMPLE, compiled, digest, filename, read
from verify.search.tapes import Rejected
from verify.statement import Check, Quantity, Statement

_LOADED: dict[tuple[str, str], tuple[Statement, Check]] = {}
_BESIDE: set[str] = set()
"""Names of the modules that files have imported from beside themselves."""

_ARGUMENTS = {
    "N": "a dense network", "D": "data", "S": "a splitting", "B": "a block", "M": "a matrix", "n": "a spiking network",
    "e": "events", "s": "a semantics", "q": "a quantized network", "m": "a mapping of thresholds", "a": "an arithmetic",
    "t": "a tuple", "c": "a cycle", "v": "a vector", "i": "an integer", "r": "a number", "b": "a truth value",
    "x": "a number or a tuple",
}  # fmt: skip
"""What the rechecker's letter for an argument of a quantity stands for."""

_SORTS = {
    "N": "dense", "D": "data", "S": "splitting", "B": "block", "n": "network", "e": "events", "q": "quantized",
}  # fmt: skip
"""The sort of the arguments that are structures."""

_READERS: dict[str, Callable[[Any], object]] = {
    "N": dense_model.read_network,
    "D": dense_model.read_data,
    "n": spiking.parse_network,
    "e": spiking.parse_events,
}


def load(path: str | Path) -> tuple[Statement, Check]:
    """The statement of a conjecture file and its search, once for each process and content of the file.

    The file is executed: this belongs into a worker process.

    Raises:
        ConjectureError: for whatever is wrong with it, with the line and the remedy.
    """
    path = Path(path)
    key = str(path.resolve()), digest(path)
    if key not in _LOADED:
        tree, code = compiled(path, read(path))
        module = _executed(path, code)
        name, statement = _only_statement(path, tree, module)
        line = _line_of_name(tree, name)
        _demand_quantities(path, tree, line, statement)
        _LOADED[key] = statement, _only_search(path, line, name, statement)
    return _LOADED[key]


# ---- from the text to a module ---------------------------------------------------------------------------------------


def _executed(path: Path, code: CodeType) -> ModuleType:
    module = ModuleType(f"{path.stem} (a conjecture)")  # a name that hides no module, whatever the file is called
    module.__file__ = code.co_filename
    sys.modules[module.__name__] = module  # dataclasses, for one, look their module up there
    try:
        with _folder_on_path(path), redirect_stdout(sys.stderr):
            exec(code, module.__dict__)
    except (Exception, SystemExit) as error:
        del sys.modules[module.__name__]
        raise ConjectureError(_told(error, path, "while the file is loaded")) from error
    return module


@contextmanager
def _folder_on_path(path: Path) -> Iterator[None]:
    """Lets the file import modules beside it; those that an earlier file imported from beside itself are forgotten."""
    folder = str(path.resolve().parent)
    for name in _BESIDE:
        sys.modules.pop(name, None)
    _BESIDE.clear()
    before = set(sys.modules)
    sys.path.insert(0, folder)
    try:
        yield
    finally:
        sys.path.remove(folder)
        if folder not in sys.path:
            sys.path.append(folder)  # for an import inside of the draw function; last, so that it hides nothing
        for name in set(sys.modules) - before:
            file = getattr(sys.modules[name], "__file__", None)
            if file and str(Path(file).parent) == folder:
                _BESIDE.add(name)


# ---- what the module holds ------------------------------------------------------------------------------------------


def _only_statement(path: Path, tree: ast.Module, module: ModuleType) -> tuple[str, Statement]:
    """The one statement among the module's names that is not another module's as well."""
    elsewhere = {
        id(value)
        for other in list(sys.modules.values())
        if isinstance(other, ModuleType) and other is not module
        for value in list(vars(other).values())
        if isinstance(value, Statement)
    }
    named = {
        id(value): (name, value)
        for name, value in vars(module).items()
        if isinstance(value, Statement) and id(value) not in elsewhere
    }
    found = list(named.values())
    if not found:
        raise ConjectureError(
            f"{path}:1: the file makes no Statement (imported ones do not count); write guess = Statement(...) at its top "
            f"level ({EXAMPLE})"
        )
    if len(found) > 1:
        lines = sorted(_line_of_name(tree, name) for name, _ in found)
        raise ConjectureError(
            f"{path}:{lines[1]}: the file makes {len(found)} statements, on the lines {_listed(lines)}; keep one in each file"
        )
    return found[0]


def _only_search(path: Path, line: int, name: str, statement: Statement) -> Check:
    if statement.quantifier != "for-all":
        raise ConjectureError(
            f"{path}:{line}: {statement.id!r} says that something exists, which no instance refutes; state its negation for "
            "all instances (a counterexample to that is what exists)"
        )
    found = [check for check in statement.checks if check.kind == "search"]
    if not found:
        keys = ", ".join(f"{quantity.name!r}: ..." for quantity in statement.parameters)
        raise ConjectureError(
            f"{path}:{line}: no function draws instances of {statement.id!r}; write @{name}.search and below it "
            f"def instances(draw): return {{{keys}}}"
        )
    lines = [_line_of_function(check, path) for check in found]
    if len(found) > 1:
        raise ConjectureError(
            f"{path}:{lines[1]}: {len(found)} functions draw instances of {statement.id!r}, on the lines {_listed(lines)}; "
            "keep one (it may choose between several ways to draw: draw.choice)"
        )
    (check,) = found
    try:
        inspect.signature(check.function).bind(None)
    except TypeError:
        raise ConjectureError(
            f"{path}:{lines[0]}: {check.name} must take one argument, the draw; write def {check.name}(draw):"
        ) from None
    except ValueError:  # a callable that does not show its signature
        pass
    if inspect.isgeneratorfunction(check.function) or inspect.iscoroutinefunction(check.function):
        raise ConjectureError(f"{path}:{lines[0]}: {check.name} yields or awaits; write return with one instance")
    return check


def _demand_quantities(path: Path, tree: ast.Module, line: int, statement: Statement) -> None:
    """Every computed quantity names a function that exists, with as many arguments as it takes."""
    for quantity in statement.quantities:
        if quantity.origin[0] != "computed":
            continue
        _, name, arguments = quantity.origin
        where = f"{path}:{_line_of_text(tree, name) or line}"
        try:
            function = lookup(name)
        except QuantityError:
            near = difflib.get_close_matches(name, FUNCTIONS, n=3, cutoff=0.5)
            hint = f"did you mean {' or '.join(near)}? " if near else ""
            raise ConjectureError(
                f"{where}: no quantity is called {name!r}; {hint}docs/certificates.md, sections 4 and 8, lists them"
            ) from None
        kinds = _letters(name)
        if kinds is None:
            taken, fits = "others", _binds(function, len(arguments))
        elif kinds.endswith("+"):
            taken, fits = "at least one argument", len(arguments) > 0
        else:
            listed = ", ".join(_ARGUMENTS[letter] for letter in kinds)
            taken = f"{len(kinds)} argument{'s' * (len(kinds) != 1)} ({listed})"
            fits = len(arguments) == len(kinds)
        sorts = {other.name: other.sort for other in statement.quantities}
        for letter, argument in zip(kinds or "", arguments, strict=False):
            wanted = _SORTS.get(letter, sorts[argument])
            if fits and sorts[argument] != wanted:
                raise ConjectureError(
                    f"{where}: {name} takes {_ARGUMENTS[letter]}, and {argument!r} is of the sort {sorts[argument]!r}: "
                    f"declare it as {wanted!r}"
                )
        if not fits:
            given = ", ".join(arguments) or "nothing"
            raise ConjectureError(
                f"{where}: {name} takes {taken}; it is given {len(arguments)} ({given}): correct the list"
            )


def _letters(name: str) -> str | None:
    """The kinds of a quantity's arguments, a letter each, as the rechecker writes them."""
    return str(FUNCTIONS[name][0]).strip("*#") if name in FUNCTIONS else None


def _binds(function: Callable[..., Any], count: int) -> bool:
    try:
        inspect.signature(function).bind(*range(count + 1))  # its first argument is the workspace
    except TypeError:
        return False
    except ValueError:
        return True
    return True


# ---- lines ----------------------------------------------------------------------------------------------------------


def _line_of_name(tree: ast.Module, name: str) -> int:
    """Where a name is assigned last."""
    stores = [
        node.lineno
        for node in ast.walk(tree)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store) and node.id == name
    ]
    return max(stores, default=1)


def _line_of_text(tree: ast.Module, text: str) -> int | None:
    return next((n.lineno for n in ast.walk(tree) if isinstance(n, ast.Constant) and n.value == text), None)


def _line_of_function(check: Check, path: str | Path) -> int:
    code = getattr(inspect.unwrap(check.function), "__code__", None)
    return code.co_firstlineno if isinstance(code, CodeType) and code.co_filename == filename(path) else 1


def _listed(lines: list[int]) -> str:
    return f"{', '.join(map(str, lines[:-1]))} and {lines[-1]}"


def locate(error: BaseException, path: str | Path) -> str:
    """``FILE:LINE`` of the deepest frame of an exception's traceback that lies in the file; ``FILE:1`` if none does."""
    file = filename(path)
    lines = [n for frame, n in traceback.walk_tb(error.__traceback__) if frame.f_code.co_filename == file]
    return f"{path}:{lines[-1] if lines else 1}"


def _told(error: BaseException, path: str | Path, when: str) -> str:
    """What to say of an exception that the file's own code let out."""
    where = locate(error, path)
    if isinstance(error, SystemExit):
        return f"{where}: it calls sys.exit {when}; remove the call"
    text = " ".join(_text_of(error).split())
    if isinstance(error, StatementError):
        return f"{where}: {text}; correct this call"
    shown = f"{type(error).__name__}: {text}" if text else type(error).__name__
    return f"{where}: {shown:.400}{_helper(error, path)}, {when}; {_remedy(error, text)}"


def _remedy(error: BaseException, text: str) -> str:
    if Quantity.__name__ in text:
        return "write X.symbol, not X, in formulas"
    if isinstance(error, AttributeError) and any(drawn.__name__ in text for drawn in (DrawnNetwork, DrawnData)):
        return "operators take network.read() and data.read()"
    if isinstance(error, InstanceError) and not _raised_by_draw(error):
        return (
            "correct this line, or write draw.attempt(FUNCTION, ...) to give up the draws in which the function fails"
        )
    return "correct this line"


def _raised_by_draw(error: BaseException) -> bool:
    """Whether a method of ``Draw`` was called with wrong arguments."""
    (*_, (frame, _)) = traceback.walk_tb(error.__traceback__)
    return Path(frame.f_code.co_filename).parent == Path(__file__).parent


def _helper(error: BaseException, path: str | Path) -> str:
    """Where the exception was raised, if that was in a module beside the file."""
    (*_, (frame, line)) = traceback.walk_tb(error.__traceback__)
    raised, file = Path(frame.f_code.co_filename), Path(filename(path))
    return f" (raised at {raised.name}:{line})" if raised != file and raised.parent == file.parent else ""


def _text_of(error: BaseException) -> str:
    try:
        return str(error)
    except Exception:
        return ""


# ---- instances ------------------------------------------------------------------------------------------------------


def play_checked(statement: Statement, check: Check, draw: Draw, path: str | Path) -> dict[str, Any]:
    """The raw instance that the file's function makes of a draw: plain JSON, names as keys, one value for each parameter.

    Raises:
        Rejected: if the function rejects the draw.
        ConjectureError: if it raises anything else, or returns what is no instance of the statement.
    """
    try:
        with redirect_stdout(sys.stderr):
            proposal = check.function(draw)
    except (Rejected, MemoryError):
        raise
    except (Exception, SystemExit) as error:
        raise ConjectureError(_told(error, path, f"in a draw of {check.name}")) from error
    try:
        return _instance(statement, proposal)
    except InstanceError as error:
        place = f"{path}:{_line_of_function(check, path)}"
        raise ConjectureError(f"{place}: what {check.name} returned is no instance: {error}") from None


def unfit(error: Exception, check: Check, path: str | Path) -> ConjectureError:
    """What to raise when an instance of the file could not be evaluated: its parts do not fit together."""
    text = _text_of(error) if isinstance(error, VerifyError) else f"{type(error).__name__}: {_text_of(error)}"
    place = f"{path}:{_line_of_function(check, path)}"
    return ConjectureError(
        f"{place}: an instance of {check.name} cannot be evaluated: {text}; return parts that fit together"
    )


def _instance(statement: Statement, proposal: Any) -> dict[str, Any]:
    names = [quantity.name for quantity in statement.parameters]
    wanted = f"return a value for each of {', '.join(names)}"
    if not isinstance(proposal, Mapping):
        raise InstanceError(f"it is a {type(proposal).__name__}; {wanted}, in a dictionary")
    raw: dict[str, Any] = {}
    for key, value in proposal.items():
        name = str(getattr(key, "name", key))
        if name in raw:
            raise InstanceError(f"{name!r} occurs twice, as a name and as a quantity; {wanted} once")
        if name not in names:
            raise InstanceError(f"{name!r} is none of the statement's parameters; {wanted} and nothing else")
        raw[name] = _plain(name, value)
    if missing := [name for name in names if name not in raw]:
        raise InstanceError(f"it lacks {', '.join(map(repr, missing))}; {wanted}")
    for quantity in statement.parameters:
        read_parameter(quantity.name, quantity.sort, raw[quantity.name])
    for name, function, reader in _readings(statement):
        try:
            reader(raw[name])
        except (InstanceError, TypeError, AttributeError, LookupError) as error:
            raise InstanceError(f"the parameter {name!r}, as {function} takes it: {error}") from None
    return raw


@cache
def _readings(statement: Statement) -> list[tuple[str, str, Callable[[Any], object]]]:
    """Each structured parameter that a quantity takes: its name, the quantity, and how its value is read."""
    names = {quantity.name for quantity in statement.parameters}
    found: dict[tuple[str, str], str] = {}
    for quantity in statement.quantities:
        if quantity.origin[0] == "computed":
            _, function, arguments = quantity.origin
            for name, letter in zip(arguments, _letters(function) or "", strict=False):
                if name in names and letter in _READERS:
                    found.setdefault((name, letter), function)
    return [(name, function, _READERS[letter]) for (name, letter), function in found.items()]


def _plain(name: str, value: Any) -> Any:
    try:
        return plain(value)
    except VerifyError:
        path, leaf = next(_leaves_that_are_not_plain(name, value))
        raise InstanceError(f"{path} {_complaint(leaf)}") from None


def _leaves_that_are_not_plain(path: str, value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, Mapping):
        for key, entry in value.items():
            yield from _leaves_that_are_not_plain(f"{path}.{key}", entry)
    elif isinstance(value, (list, tuple)):
        for index, entry in enumerate(value):
            yield from _leaves_that_are_not_plain(f"{path}[{index}]", entry)
    else:
        try:
            plain(value)
        except VerifyError:
            yield path, value


def _complaint(leaf: Any) -> str:
    if isinstance(leaf, int):
        return f"is an integer of {leaf.bit_length()} bits; take smaller ones"
    kind = type(leaf).__name__
    if kind == "ndarray":
        return "is a NumPy array; make lists of exact numbers of it (Fraction(x) is the exact value of a float x)"
    if "float" not in kind:
        return f"is a {kind}; use integers, Fractions, strings such as '3/4', lists and dictionaries"
    remedy = "draw numbers with draw.rational(...), or write Fraction(1, 10) or '1/10'"
    if leaf != leaf:
        return f"is NaN (not a number): an operation on floats before it had no value; {remedy}"
    if leaf in (float("inf"), float("-inf")):
        return f"is infinite: an operation on floats before it overflowed; {remedy}"
    return f"is the float {leaf!r}, and instances are exact; {remedy}"
