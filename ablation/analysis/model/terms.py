"""The design matrix: sum-coded columns, term by term. Names never become formula text."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from ablation.analysis.data.factors import Bools, Floats, Ints, Predictor
from ablation.analysis.data.runs import Runs
from ablation.analysis.model.grid import Grid

BLOCK, EFFECT = "block", "effect"


@dataclass(frozen=True, eq=False)
class Term:
    """A term of the model: indices of its predictors (() for the block) and of its columns (none of it).

    `above` are the factors that those of the term are nested in.
    """

    name: str
    kind: str
    members: frozenset[int]
    columns: Ints
    above: frozenset[int] = frozenset()

    @property
    def order(self) -> int:
        """1 for a main effect, 2 for an interaction of two factors, 0 for the block."""
        return len(self.members)

    def same_as(self, other: Term) -> bool:
        """Whether two matrices mean the same term (names may be anything, so they do not tell)."""
        return (self.kind, self.members) == (other.kind, other.members)

    def contains(self, other: Term) -> bool:
        """Whether `other` is marginal to this term, as `a` is to `a:b`, or to a factor nested in `a`."""
        if not self.kind == other.kind == EFFECT:
            return False
        return other.members != self.members and other.members <= self.members | self.above


Group = tuple[Term, ...]
"""Terms that are tested together."""

INVOLVED = 1e-7
"""A term takes part in a direction when its share there is larger than this."""


def takes_part(direction: Floats, term: Term) -> bool:
    """Whether the term's columns have a share in a combination of columns (n_columns,)."""
    return bool(np.abs(direction[term.columns]).max(initial=0.0) > INVOLVED)


@dataclass(frozen=True, eq=False)
class Matrix:
    """A design matrix with one row per cell, however many runs there are.

    Attributes:
        X: (n_cells x n_columns), the intercept first. Blocks have no columns: the fit takes out their means.
        names: of the columns.
        terms: after the intercept, the block's first.
        cell: the row of X of each run, (n_runs,).
        block: the block of each run as a number from 0, (n_runs,); all 0 without blocks.
        grid: over what means are averaged.
    """

    X: Floats
    names: tuple[str, ...]
    terms: tuple[Term, ...]
    cell: Ints
    block: Ints
    grid: Grid

    def keep(self, wanted: Iterable[Term]) -> Matrix:
        """The matrix with only the wanted terms (of this or a larger matrix)."""
        meant = {(w.kind, w.members) for w in wanted}
        kept = [t for t in self.terms if (t.kind, t.members) in meant]
        index = columns_of(kept)
        place = {int(old): new for new, old in enumerate(index)}
        moved = [
            replace(t, columns=np.array([place[int(c)] for c in t.columns], dtype=np.intp)) for t in kept
        ]
        block = self.block if any(t.kind == BLOCK for t in kept) else np.zeros_like(self.block)
        names = tuple(self.names[i] for i in index)
        return Matrix(self.X[:, index], names, tuple(moved), self.cell, block, self.grid)

    def rows(self, chosen: Bools) -> Matrix:
        """The matrix of the chosen runs; of their blocks only those that still occur."""
        block = np.unique(self.block[chosen], return_inverse=True)[1]
        return replace(self, cell=self.cell[chosen], block=block)


def columns_of(terms: Iterable[Term]) -> Ints:
    """Column indices of several terms, with the intercept."""
    return np.concatenate([[0], *(t.columns for t in terms)]).astype(np.intp)


def matrix_of(runs: Runs, effects: Sequence[tuple[int, ...]], grid: Grid) -> Matrix:
    """Intercept, block and the given effects.

    Args:
        runs: rows that count.
        effects: the predictors of each, as indices in ascending order: (0,), (1,), (0, 1) …
        grid: over what means are averaged.
    """
    cell, at_cells = runs.cells, runs.one_per_cell
    columns, names = [np.ones((len(at_cells), 1))], ["Intercept"]
    coded = [part.columns_at(at_cells) for part in runs.predictors]
    terms: list[Term] = []
    block = np.zeros_like(cell)
    if runs.block is not None:
        block = runs.block.codes
        terms.append(Term(runs.block.name, BLOCK, frozenset(), np.empty(0, dtype=np.intp)))
    for members in effects:
        parts = [runs.predictors[i] for i in members]
        own, own_names = _products(parts, [coded[i] for i in members])
        at = np.arange(len(names), len(names) + len(own_names))
        above = frozenset().union(*(grid.above(i) for i in members)) - set(members)
        terms.append(Term(":".join(p.name for p in parts), EFFECT, frozenset(members), at, above))
        columns.append(own)
        names += own_names
    return Matrix(np.hstack(columns), tuple(names), tuple(terms), cell, block, grid)


def _products(parts: Sequence[Predictor], coded: Sequence[Floats]) -> tuple[Floats, list[str]]:
    """Products of the columns of the parts, and their names `a[x]:b[y]`."""
    columns, names = coded[0], parts[0].column_names
    for part, own in zip(parts[1:], coded[1:], strict=True):
        columns = (columns[:, :, None] * own[:, None, :]).reshape(len(columns), -1)
        names = [f"{left}:{right}" for left in names for right in part.column_names]
    return columns, names
