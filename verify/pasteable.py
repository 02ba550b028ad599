"""Instances as Python code that can be pasted into a module, a test or a notebook."""

from __future__ import annotations

from collections.abc import Mapping
from pprint import pformat
from typing import Any


def as_code(raw: Mapping[str, Any], name: str = "raw") -> str:
    """``name = {...}``: an assignment of a raw instance, which is plain JSON, as Python code."""
    return f"{name} = {pformat(dict(raw), width=100, compact=True, sort_dicts=False)}"
