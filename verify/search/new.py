"""A file to start from: a conjecture that runs, commented, for its author to edit."""

from __future__ import annotations

import importlib.util
import re
from importlib.resources import files
from pathlib import Path
from string import Template

from verify.errors import UsageError

_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_-]*")


def write_conjecture(name: str, folder: str | Path = ".") -> Path:
    """Write NAME.py, a conjecture to edit; a file that exists is left as it is.

    Returns:
        The path of the file.

    Raises:
        UsageError: for a name that does not do, and where the file cannot be written.
    """
    stem = name.removesuffix(".py")
    identity = "-".join(re.findall("[a-z0-9]+", stem.lower()))
    if not _NAME.fullmatch(stem) or not identity:
        raise UsageError(
            f"{name!r} is no name for a conjecture: give letters (a to z), digits, _ and -, such as my_guess; the file "
            "is written into the current folder"
        )
    path = Path(folder) / f"{stem}.py"
    text = Template(files("verify.search").joinpath("templates/conjecture.py.txt").read_text(encoding="utf-8"))
    try:
        if not path.exists() and _hides_a_module(stem):
            raise UsageError(
                f"{path} would hide the Python module {stem!r} from everything run there; choose another name"
            )
        with path.open("x", encoding="utf-8", newline="\n") as file:
            file.write(text.substitute(file=path.name, id=identity))
    except FileExistsError:
        raise UsageError(f"{path} exists, and is left as it is; choose another name, or remove it first") from None
    except OSError as error:
        raise UsageError(f"{path} cannot be written ({error.strerror}); choose another folder or name") from None
    return path


def _hides_a_module(stem: str) -> bool:
    try:
        spec = importlib.util.find_spec(stem)
    except ValueError:  # __main__ has none
        return True
    return spec is not None and spec.origin is not None
