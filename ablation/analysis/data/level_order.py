"""The default order of levels; the first is the reference."""

import re
from collections.abc import Sequence

from ablation.analysis.data.spelling import number_of
from ablation.words import OFF

STARTING_POINTS = {"baseline", "vanilla", "default", "control"}
"""Levels, in lower case, that others are compared with."""

Key = tuple[object, ...]


def natural_order(levels: Sequence[str]) -> list[int]:
    """Positions of the levels in their natural order.

    Numbers stand by value, and so do numbers inside of texts (w32 before w128). Among texts, those that mean
    the starting point (`baseline`, `none`, `off`, `vanilla` …) come first.

    >>> natural_order(["128", "64", "1e-3"]), natural_order(["w128", "w32", "baseline"])
    ([2, 1, 0], [2, 1, 0])
    """
    numbers = [number_of(level) for level in levels]
    if all(number is not None for number in numbers):
        return sorted(range(len(levels)), key=lambda i: (numbers[i], levels[i]))
    return sorted(range(len(levels)), key=lambda i: _key(levels[i]))


def is_starting_point(level: str) -> bool:
    """Whether a level's name says that others are compared with it."""
    return level.lower() in OFF | STARTING_POINTS


def _key(level: str) -> Key:
    number = number_of(level)
    if number is not None and not is_starting_point(level):
        return (1, (number, ""), ())
    return (0 if is_starting_point(level) else 2, _parts(level), level)


def _parts(text: str) -> Key:
    """Words and numbers in turn: 'w128' is ('w', 128)."""
    parts = re.split(r"(\d+)", text)
    return tuple((float(part), "") if i % 2 else (0.0, part) for i, part in enumerate(parts))
