"""The full factorial: every combination of levels."""

from collections.abc import Mapping, Sequence
from itertools import product
from typing import TypeVar

from ablation.errors import UsageError

Level = TypeVar("Level")


def check_factors(factors: Mapping[str, Sequence[object]]) -> None:
    """Refuse factors without levels and levels listed twice.

    Args:
        factors: factor → its levels, the reference first.

    Raises:
        UsageError: naming the factor.
    """
    for factor, levels in factors.items():
        if not levels:
            raise UsageError(f"{factor}: expected at least one level, such as {factor}=a,b. Received: none")
        seen = [repr(level) for level in levels]
        for level in seen:
            if seen.count(level) > 1:
                raise UsageError(
                    f"{factor}: expected each level once. Received {level} {seen.count(level)} times"
                )


def full_factorial(factors: Mapping[str, Sequence[Level]]) -> list[dict[str, Level]]:
    """Every cell once; the last factor changes fastest, and the first cell has all reference levels.

    Args:
        factors: factor → its levels, the reference first.

    Returns:
        One mapping factor → level for each cell; a single empty cell without factors.

    >>> full_factorial({"a": [0, 1], "b": ["x", "y"]})
    [{'a': 0, 'b': 'x'}, {'a': 0, 'b': 'y'}, {'a': 1, 'b': 'x'}, {'a': 1, 'b': 'y'}]
    """
    return [dict(zip(factors, levels, strict=True)) for levels in product(*factors.values())]
