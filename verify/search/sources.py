"""The text of a conjecture file, read and compiled. Nothing heavy is imported: a wrong path or syntax is told at once."""

from __future__ import annotations

import ast
import hashlib
import warnings
from pathlib import Path
from types import CodeType

from verify.errors import ConjectureError

EXAMPLE = "`python -m verify new conjecture NAME` writes a file that works"


def digest(path: str | Path) -> str:
    """SHA-256 of the file as it is on the disk (of modules that it imports nothing is said).

    Raises:
        ConjectureError: if it cannot be read.
    """
    return hashlib.sha256(read(path)).hexdigest()


def read(path: str | Path) -> bytes:
    """The content of the file.

    Raises:
        ConjectureError: if there is none, or it cannot be read.
    """
    path = Path(path)
    if path.is_dir():
        raise ConjectureError(f"{path}: this is a folder; give the file in it that holds the conjecture")
    if not path.exists():
        other = path.with_name(f"{path.name}.py")
        hint = f"did you mean {other}?" if other.is_file() else f"check the name ({EXAMPLE})"
        raise ConjectureError(f"{path}: there is no such file; {hint}")
    if path.suffix != ".py" or not path.is_file():
        raise ConjectureError(f"{path}: this is no Python file; give one whose name ends in .py ({EXAMPLE})")
    try:
        return path.read_bytes()
    except OSError as error:
        raise ConjectureError(f"{path}: it cannot be read ({error.strerror}); check its permissions") from None


def compiled(path: str | Path, content: bytes) -> tuple[ast.Module, CodeType]:
    """The syntax tree and the code of the file's content; nothing is executed.

    Raises:
        ConjectureError: for wrong syntax, or another encoding than UTF-8.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise ConjectureError(
            f"{path}:{line}: the byte {content[error.start]:#04x} is not UTF-8; save the file in the encoding UTF-8"
        ) from None
    try:
        with warnings.catch_warnings(action="ignore"):  # an author's r"\d" without the r is nobody's concern here
            tree = ast.parse(text, filename(path))
            return tree, compile(tree, filename(path), "exec", dont_inherit=True)
    except SyntaxError as error:
        shown = f": {error.text.strip()}" if error.text and error.text.strip() else ""
        raise ConjectureError(
            f"{path}:{error.lineno or 1}: {error.msg} (column {error.offset or 1}){shown}; correct the Python syntax"
        ) from None
    except (ValueError, RecursionError, MemoryError) as error:
        raise ConjectureError(f"{path}:1: Python cannot compile it ({error}); simplify the file") from None


def filename(path: str | Path) -> str:
    """The name that the file's code and frames carry."""
    return str(Path(path).resolve())
