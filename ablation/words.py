"""Words that every room needs."""

OFF = {"false", "null", "none", "off", "no", "0"}
"""Levels, in lower case, that mean that something is not there."""

ON = {"true", "on", "yes", "1"}
"""Levels, in lower case, that mean that something is there."""


def counted(n: int, one: str, many: str = "") -> str:
    """A number with its noun.

    >>> counted(1, "run"), counted(3, "run"), counted(2, "process", "processes")
    ('1 run', '3 runs', '2 processes')
    """
    return f"{n} {one if n == 1 else many or f'{one}s'}"
