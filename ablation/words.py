"""Words that every room needs."""


def counted(n: int, one: str, many: str = "") -> str:
    """A number with its noun.

    >>> counted(1, "run"), counted(3, "run"), counted(2, "process", "processes")
    ('1 run', '3 runs', '2 processes')
    """
    return f"{n} {one if n == 1 else many or f'{one}s'}"
