"""Cells as mappings, and their properties."""

from itertools import product

import numpy as np

from ablation.design.verify import examine


def full_factorial(factors):
    """Every cell once; the last factor changes fastest."""
    return [dict(zip(factors, levels, strict=True)) for levels in product(*factors.values())]


def verify(cells, factors):
    """The properties of cells, factor → level each, wherever they come from."""
    places = {f: [repr(level) for level in levels] for f, levels in factors.items()}
    codes = [[known.index(repr(cell[f])) for f, known in places.items()] for cell in cells]
    return examine(
        np.array(codes).reshape(len(cells), len(factors)), {f: tuple(v) for f, v in factors.items()}
    )
