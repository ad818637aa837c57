"""How designs are put into words."""

from collections.abc import Sequence
from itertools import groupby

MAX_NAMES = 12
"""Effects that a sentence names; of more it gives the number."""

_ROMAN = ((10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I"))


def roman(number: int) -> str:
    """Resolutions are written in Roman numerals.

    >>> roman(3), roman(4), roman(8)
    ('III', 'IV', 'VIII')
    """
    text = ""
    for value, numeral in _ROMAN:
        while number >= value:
            text, number = text + numeral, number - value
    return text


def shape(n_levels: Sequence[int]) -> str:
    """Such as `2×2×2×4`; runs of more than four alike as a power, `2^7×4`."""
    parts = [(size, len(list(run))) for size, run in groupby(n_levels)]
    return "×".join(f"{s}^{n}" if n > 4 else "×".join([str(s)] * n) for s, n in parts) or "1"


def listed(names: Sequence[str]) -> str:
    """Such as `a, b and c`; the first twelve of many."""
    if len(names) > MAX_NAMES:
        return f"{', '.join(names[:MAX_NAMES])} and {len(names) - MAX_NAMES} more"
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)
