"""The interactions for which a design has all combinations of levels."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from ablation.analysis.data.factors import Factor
from ablation.analysis.data.runs import Runs
from ablation.analysis.model.decompose import independent
from ablation.analysis.model.grid import Grid
from ablation.analysis.model.terms import matrix_of


@dataclass(frozen=True)
class Candidate:
    """An interaction that may enter the model.

    Attributes:
        members: indices of its predictors.
        names: of these.
        n_columns: of the design matrix.
        is_complete: whether every combination of levels was run (and enough values of numbers).
        lacks: a combination of levels that no run has, factor -> level; empty if there is none.
    """

    members: tuple[int, ...]
    names: tuple[str, ...]
    n_columns: int
    is_complete: bool
    lacks: dict[str, str]


def candidates(runs: Runs, grid: Grid, highest: int) -> tuple[list[Candidate], list[Candidate]]:
    """The interactions up to an order that may enter, and those that lack a combination of levels.

    A factor does not interact with the one that says where it has a value, and what interacts with the former
    interacts with the latter: that one's own interactions are left out where the finer ones are there.
    """
    tied = [{c.factor, c.on} for c in grid.conditions]
    each = [
        _candidate(runs, members)
        for order in range(2, highest + 1)
        for members in combinations(range(len(runs.predictors)), order)
        if not any(pair <= set(members) for pair in tied)
    ]
    whole = {c.members for c in each if c.is_complete}
    finer = {c.on: c.factor for c in grid.conditions}
    may_enter = [c for c in each if c.is_complete and not _is_coarser(c.members, finer, whole)]
    return may_enter, [c for c in each if not c.is_complete]


def _is_coarser(
    members: tuple[int, ...], finer: Mapping[int, int], whole: Collection[tuple[int, ...]]
) -> bool:
    """Whether the interaction is there with a factor that has values at some levels of a member."""
    return any(tuple(sorted({*members, finer[i]} - {i})) in whole for i in members if i in finer)


def _candidate(runs: Runs, members: tuple[int, ...]) -> Candidate:
    parts = [runs.predictors[i] for i in members]
    n_columns = int(np.prod([len(part.coding[0]) for part in parts]))
    lacks = _empty(runs, [part for part in parts if isinstance(part, Factor)])
    is_complete = not lacks and _has_values(runs, members)
    return Candidate(members, tuple(part.name for part in parts), n_columns, is_complete, lacks)


def _empty(runs: Runs, factors: Sequence[Factor]) -> dict[str, str]:
    """A combination of levels that no run has."""
    cells = runs.one_per_cell
    sizes = [len(factor.levels) for factor in factors]
    number = np.zeros(len(cells), dtype=np.intp)
    for factor, size in zip(factors, sizes, strict=True):
        number = number * size + factor.codes[cells]
    counts = np.bincount(number, minlength=int(np.prod(sizes)))
    if counts.all():
        return {}
    levels = np.unravel_index(int(counts.argmin()), sizes)
    return {f.name: f.levels[int(i)] for f, i in zip(factors, levels, strict=True)}


def _has_values(runs: Runs, members: tuple[int, ...]) -> bool:
    """Whether enough values of the numbers among the members were run to see them interact."""
    if all(isinstance(runs.predictors[i], Factor) for i in members):
        return True
    family = [m for order in range(1, len(members) + 1) for m in combinations(members, order)]
    X = matrix_of(runs, family, Grid()).X
    kept, _, _ = independent(X / np.linalg.norm(X, axis=0).clip(np.finfo(float).tiny))
    return bool(len(kept) == X.shape[1])
