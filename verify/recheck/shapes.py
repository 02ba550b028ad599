"""Readers of JSON of a given shape. A reader takes plain data, and gives what they write or raises `Rejected`."""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from .load import Rejected, require

Reader = Callable[[Any], Any]
T = TypeVar("T")


def anything(data: Any) -> Any:
    """The data as they stand."""
    return data


def of_type(kind: type[T]) -> Callable[[Any], T]:
    """A reader of data of exactly this type."""

    def read(data: Any) -> T:
        if type(data) is not kind:
            raise Rejected(f"the type {kind.__name__} was expected, not {type(data).__name__}")
        return data

    return read


text, truth = of_type(str), of_type(bool)


def one_of(*choices: str) -> Callable[[Any], str]:
    """A reader of one of some strings."""
    return such_that(text, lambda data: data in choices, f"one of {', '.join(choices)} was expected")


def such_that(read: Callable[[Any], T], holds: Callable[[T], object], message: str) -> Callable[[Any], T]:
    """A reader of what meets a condition."""

    def read_checked(data: Any) -> T:
        value = read(data)
        require(holds(value), message)
        return value

    return read_checked


def optional(read: Reader) -> Reader:
    """A reader that leaves null as None."""
    return lambda data: None if data is None else read(data)


def many(read: Reader, length: int | None = None) -> Callable[[Any], tuple[Any, ...]]:
    """A reader of an array, of the given length if there is one, to a tuple."""

    def read_all(data: Any) -> tuple[Any, ...]:
        items = of_type(list)(data)
        require(length is None or len(items) == length, f"{length} entries were expected, not {len(items)}")
        return tuple(map(read, items))

    return read_all


def record(options: Mapping[str, Reader] | None = None, /, **readers: Reader) -> Reader:
    """A reader of an object that has exactly these keys and maybe some options; an error below a key names the key."""
    known = {**readers, **(options or {})}

    def read(data: Any) -> dict[str, Any]:
        given = of_type(dict)(data).keys()
        for key in (*sorted(readers.keys() - given), *sorted(given - known.keys())):
            raise Rejected(f"the key {key!r:.60} is {'missing' if key in readers else 'unknown'}")
        found = {}
        for key, reader in known.items():
            try:
                found.update({key: reader(data[key])} if key in given else {})
            except Rejected as error:
                raise Rejected(f"{key:.60}: {error}") from None
        return found

    return read
