"""Checks theorems of deep-learning theory by machine."""

__version__ = "0.1.0"
