"""Words that every room needs."""

import re
from collections.abc import Iterable, Sequence

OFF = {"false", "null", "none", "off", "no", "0"}
"""Levels, in lower case, that mean that something is not there."""

ON = {"true", "on", "yes", "1"}
"""Levels, in lower case, that mean that something is there."""


def counted(n: int, noun: str, plural: str = "") -> str:
    """A number with its noun.

    >>> counted(1, "run"), counted(3, "run"), counted(2, "process", "processes")
    ('1 run', '3 runs', '2 processes')
    """
    return f"{n} {noun if n == 1 else plural or f'{noun}s'}"


def listed(items: Sequence[str], limit: int = 12, between: str = ", ") -> str:
    """Items as a sentence lists them; after `limit` of them the rest is only counted.

    >>> listed(["a", "b", "c"]), listed(["a, b", "c"], between="; "), listed(["a", "b", "c"], 2)
    ('a, b and c', 'a, b; c', 'a, b and 1 more')
    """
    shown, left = list(items[:limit]), len(items) - limit
    if between != ", ":
        return between.join([*shown, *([f"and {left} more"] if left > 0 else [])])
    shown += [f"{left} more"] if left > 0 else []
    return " and ".join([", ".join(shown[:-1]), shown[-1]] if len(shown) > 1 else shown)


def quoted(names: Iterable[str]) -> list[str]:
    """Names that a user typed, told apart from the words around them.

    >>> quoted(["a", "b"])
    ["'a'", "'b'"]
    """
    return [f"'{name}'" for name in names]


def shown(place: str) -> str:
    """A place as it may be printed: without a password.

    >>> shown("postgresql://me:secret@host/runs"), shown("postgresql://host/runs?password=secret")
    ('postgresql://me:***@host/runs', 'postgresql://host/runs?password=***')
    """
    return re.sub(r"(://[^/@:]*):[^@]*@|(?<=password=)[^&]*", _masked, place)


def _masked(match: re.Match[str]) -> str:
    return f"{match[1]}:***@" if match[1] else "***"
