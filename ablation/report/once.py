"""Compute once what several parts of a report ask of the same object."""

from collections.abc import Callable
from functools import wraps
from typing import TypeVar
from weakref import WeakKeyDictionary

K = TypeVar("K")
V = TypeVar("V")


def once(function: Callable[[K], V]) -> Callable[[K], V]:
    """A function of one object that remembers its values as long as the objects live."""
    values: WeakKeyDictionary[K, V] = WeakKeyDictionary()

    @wraps(function)
    def remembered(of: K) -> V:
        if of not in values:
            values[of] = function(of)
        return values[of]

    return remembered
