"""A reference cell and cells that differ from it in one factor: the ablation table of most papers."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ablation.design.coding import Codes
from ablation.naming import level_text
from ablation.words import OFF


def one_factor_cells(reference: Sequence[int], n_levels: Sequence[int]) -> Codes:
    """The reference cell, then each factor at each of its other levels.

    Returns:
        Positions of levels (1 + Σ(n_levels − 1) × n_factors).
    """
    rows = [list(reference)]
    for i, size in enumerate(n_levels):
        rows += [
            [*reference[:i], level, *reference[i + 1 :]] for level in range(size) if level != reference[i]
        ]
    return np.array(rows, dtype=np.int64).reshape(len(rows), len(n_levels))


def everything_on(factors: Mapping[str, tuple[Any, ...]]) -> tuple[int, ...]:
    """Position of the level of each factor that means `on`.

    Of two levels the one that is not off (`false`, `none`, `null`, `off`, `no`, 0), in whatever order they
    are listed; where that does not tell, the last. Of more levels the first that is not off: they are
    alternatives, and the reference is listed first.
    """
    return tuple(_on(levels) for levels in factors.values())


def _on(levels: tuple[Any, ...]) -> int:
    on = [i for i, level in enumerate(levels) if level_text(level).lower() not in OFF]
    if len(levels) == 2:
        return on[0] if len(on) == 1 else 1
    return on[0] if on else 0
