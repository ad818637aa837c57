"""The design matrix: sum-coded columns, term by term. Names never become formula text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from ablation.analysis.data.factors import Floats, Ints, Predictor
from ablation.analysis.data.runs import Runs

BLOCK, EFFECT = "block", "effect"


@dataclass(frozen=True, eq=False)
class Term:
    """A term of the model: indices of its predictors (() for intercept and block) and of its columns."""

    name: str
    kind: str
    members: frozenset[int]
    columns: Ints

    @property
    def order(self) -> int:
        """1 for a main effect, 2 for an interaction of two factors, 0 for intercept and block."""
        return len(self.members)

    def same_as(self, other: Term) -> bool:
        """Whether two matrices mean the same term (names may be anything, so they do not tell)."""
        return (self.kind, self.members) == (other.kind, other.members)

    def contains(self, other: Term) -> bool:
        """Whether `other` is marginal to this term, as `a` is to `a:b`."""
        return self.kind == other.kind == EFFECT and other.members < self.members


Group = tuple[Term, ...]
"""Terms that are tested together."""

INVOLVED = 1e-7
"""A term takes part in a direction when its share there is larger than this."""


def takes_part(direction: Floats, term: Term) -> bool:
    """Whether the term's columns have a share in a combination of columns (n_columns,)."""
    return bool(np.abs(direction[term.columns]).max() > INVOLVED)


@dataclass(frozen=True, eq=False)
class Matrix:
    """Columns X (n_rows x n_columns), their names, and the terms after the intercept, which is column 0."""

    X: Floats
    names: tuple[str, ...]
    terms: tuple[Term, ...]

    def keep(self, wanted: Sequence[Term]) -> Matrix:
        """The matrix with only the wanted terms (of this or a larger matrix)."""
        kept = [t for t in self.terms if any(t.same_as(w) for w in wanted)]
        index = np.concatenate([[0], *(t.columns for t in kept)]).astype(np.intp)
        place = {int(old): new for new, old in enumerate(index)}
        moved = [
            Term(t.name, t.kind, t.members, np.array([place[int(c)] for c in t.columns], dtype=np.intp))
            for t in kept
        ]
        return Matrix(self.X[:, index], tuple(self.names[i] for i in index), tuple(moved))


def build_matrix(runs: Runs, interactions: int) -> Matrix:
    """Intercept, block, main effects, then interactions up to the given order.

    Args:
        runs: rows that count.
        interactions: 1 for main effects only, 2 for all pairs of factors, and so on.
    """
    columns, names = [np.ones((len(runs.response), 1))], ["Intercept"]
    terms: list[Term] = []

    def add(name: str, kind: str, members: tuple[int, ...], block: Floats, block_names: list[str]) -> None:
        start = len(names)
        columns.append(block)
        names.extend(block_names)
        terms.append(Term(name, kind, frozenset(members), np.arange(start, len(names))))

    if runs.block is not None:
        add(runs.block.name, BLOCK, (), runs.block.columns, runs.block.column_names)
    for order in range(1, min(interactions, len(runs.predictors)) + 1):
        for members in combinations(range(len(runs.predictors)), order):
            parts = [runs.predictors[i] for i in members]
            add(":".join(p.name for p in parts), EFFECT, members, *_products(parts))
    return Matrix(np.hstack(columns), tuple(names), tuple(terms))


def _products(parts: list[Predictor]) -> tuple[Floats, list[str]]:
    """Products of the columns of the parts, and their names `a[x]:b[y]`."""
    block, names = parts[0].columns, parts[0].column_names
    for part in parts[1:]:
        block = (block[:, :, None] * part.columns[:, None, :]).reshape(len(block), -1)
        names = [f"{left}:{right}" for left in names for right in part.column_names]
    return block, names
