"""What a set of cells can and cannot show, by linear algebra on the cells alone."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ablation.design.aliasing import Namer, find_aliases
from ablation.design.coding import NOWHERE, Codes, Inside, Matrix, Term, effect_columns, n_parameters
from ablation.design.design import Alias
from ablation.design.wordlengths import resolution, word_lengths
from ablation.naming import level_text, short_names

MAX_PARAMETERS = 800
"""Of a two-factor model that is examined; beyond, only main effects are."""

NULL = 1e-8
"""Eigenvalues of X'X/n below this count as zero."""


@dataclass(frozen=True)
class Rank:
    """The rank of a linear model in a design.

    Args:
        parameters: of the model.
        rank: of its matrix: so many parameters can be estimated at once.
        estimable: effects that can be estimated wholly, whatever the others are.
        tied: groups of effects that cannot all be separated.
    """

    parameters: int
    rank: int
    estimable: tuple[str, ...]
    tied: tuple[tuple[str, ...], ...]

    @property
    def full(self) -> bool:
        """Whether every parameter can be estimated."""
        return self.rank == self.parameters


@dataclass(frozen=True)
class Properties:
    """The verified properties of a design.

    Args:
        balanced: every level of a factor comes equally often.
        orthogonal: main effects do not disturb each other (levels of any two factors meet in proportion).
        lost: levels that no cell has, as `factor=level`.
        word_lengths: generalized wordlength pattern A_1, A_2, …; empty where it was not counted.
        resolution: length of the shortest word; none if there is no word, or no orthogonality.
        d_efficiency: of main effects, relative to a balanced orthogonal design; 0 if they are not estimable,
            NaN with nested factors, for which there is no such design.
        main_effects: the model with mean and main effects.
        interactions: the model with two-factor interactions as well; none where it is too large to examine.
        aliases: among main effects and two-factor interactions that cannot be separated.
    """

    balanced: bool
    orthogonal: bool
    lost: tuple[str, ...]
    word_lengths: tuple[float, ...]
    resolution: int | None
    d_efficiency: float
    main_effects: Rank
    interactions: Rank | None
    aliases: tuple[Alias, ...]


def examine(codes: Codes, factors: Mapping[str, tuple[Any, ...]], nested: Inside = NOWHERE) -> Properties:
    """Examine different cells given as positions of levels (n_cells × n_factors).

    Main effects of nested factors are those among cells that have a level of them.
    """
    names = short_names(factors)
    n_levels = tuple(len(levels) for levels in factors.values())
    if len(codes) == prod(n_levels):
        return _complete(n_levels, names)
    lost = _lost(codes, factors, names)
    nested = {i: at for i, at in nested.items() if len(set(codes[:, i] == n_levels[i] - 1)) == 2}
    codes, n_levels = _present(codes)
    large = n_parameters(n_levels, 2) > MAX_PARAMETERS
    columns = effect_columns(codes, n_levels, 1 if large else 2, nested)
    namer = Namer(names)
    mains = {t: x for t, x in columns.items() if len(t) < 2}
    pattern = () if nested else word_lengths(codes, n_levels)
    main_effects = _rank(mains, namer)
    interactions = None if large else _rank(columns, namer)
    tied = {effect for group in (interactions or main_effects).tied for effect in group}
    return Properties(
        balanced=all(len(set(np.bincount(c))) == 1 for c in codes.T),
        orthogonal=_apart(mains) if nested else _proportional(codes, n_levels),
        lost=lost,
        word_lengths=pattern,
        resolution=resolution(pattern),
        d_efficiency=math.nan if nested else d_efficiency(np.hstack(list(mains.values()))),
        main_effects=main_effects,
        interactions=interactions,
        aliases=find_aliases(columns, tied, namer),
    )


def _complete(n_levels: tuple[int, ...], names: list[str]) -> Properties:
    """Of a full factorial, everything is known without a matrix."""
    namer = Namer(names)
    active = [i for i, size in enumerate(n_levels) if size > 1]
    mains: list[Term] = [(i,) for i in active]
    pairs: list[Term] = list(combinations(active, 2))
    first, second = n_parameters(n_levels, 1), n_parameters(n_levels, 2)
    effects = tuple(map(namer.effect, mains))
    return Properties(
        balanced=True,
        orthogonal=True,
        lost=(),
        word_lengths=(0.0,) * len(n_levels),
        resolution=None,
        d_efficiency=1.0,
        main_effects=Rank(first, first, effects, ()),
        interactions=Rank(second, second, effects + tuple(map(namer.effect, pairs)), ()),
        aliases=(),
    )


def _lost(codes: Codes, factors: Mapping[str, tuple[Any, ...]], names: list[str]) -> tuple[str, ...]:
    """Levels that no cell has."""
    seen = [set(column.tolist()) for column in codes.T]
    each = zip(names, factors.values(), seen, strict=True)
    return tuple(
        f"{n}={level_text(v)}" for n, levels, has in each for i, v in enumerate(levels) if i not in has
    )


def _present(codes: Codes) -> tuple[Codes, tuple[int, ...]]:
    """The cells recoded to the levels that occur, and how many those are."""
    columns = [np.unique(column, return_inverse=True) for column in codes.T]
    recoded = np.column_stack([inverse for _, inverse in columns]) if columns else codes
    return recoded.astype(np.int64), tuple(len(levels) for levels, _ in columns)


def _proportional(codes: Codes, n_levels: tuple[int, ...]) -> bool:
    """Whether n(a, b) · n = n(a) · n(b) for the levels of any two factors."""
    if not n_levels:
        return True
    marks = np.hstack([np.eye(size)[codes[:, i]] for i, size in enumerate(n_levels)])
    owner = np.repeat(np.arange(len(n_levels)), n_levels)
    excess = marks.T @ marks * len(codes) - np.outer(marks.sum(0), marks.sum(0))
    return not np.any(excess[owner[:, None] != owner])


def _apart(mains: Mapping[Term, Matrix]) -> bool:
    """Whether the columns of main effects, less their means, have no products with those of others."""
    columns = [x - x.mean(0) for term, x in mains.items() if term]
    return all(np.abs(a.T @ b).max(initial=0) < NULL for a, b in combinations(columns, 2))


def d_efficiency(X: Matrix) -> float:
    """|X'X/n|^(1/p): 1 in a balanced orthogonal design, less in any other of as many cells."""
    sign, log = np.linalg.slogdet(X.T @ X / len(X))
    return float(np.exp(log / X.shape[1])) if sign > 0 and np.isfinite(log) and log > -60 else 0.0


def _rank(columns: dict[Term, Matrix], namer: Namer) -> Rank:
    """Rank of the model matrix; effects are tied where its null space reaches both."""
    X = np.hstack(list(columns.values()))
    row_space = _row_space(X)
    free = np.eye(X.shape[1]) - row_space @ row_space.T  # projects on what no cell tells of
    terms = list(columns)
    owner = np.repeat(np.arange(len(terms)), [x.shape[1] for x in columns.values()])
    reach = np.zeros((len(terms), len(terms)))
    np.add.at(reach, (owner[:, None], owner[None, :]), free**2)
    linked = reach > NULL**2
    loose = [i for i, t in enumerate(terms) if t and columns[t].shape[1] and not linked[i].any()]
    groups = tuple(tuple(namer.effect(terms[i]) for i in group) for group in _groups(linked, terms))
    return Rank(X.shape[1], row_space.shape[1], tuple(namer.effect(terms[i]) for i in loose), groups)


def _row_space(X: Matrix) -> Matrix:
    """Orthonormal columns (n_parameters × rank) that span the rows, from the smaller of X'X and XX'."""
    if len(X) >= X.shape[1]:
        values, vectors = np.linalg.eigh(X.T @ X / len(X))
        return np.asarray(vectors[:, values >= NULL])
    values, vectors = np.linalg.eigh(X @ X.T / len(X))
    positive = values >= NULL
    return np.asarray(X.T @ (vectors[:, positive] / np.sqrt(values[positive] * len(X))))


def _groups(linked: NDArray[np.bool_], terms: list[Term]) -> list[list[int]]:
    """Connected effects, in the order of the model; the mean is not named."""
    groups, left = [], [i for i in range(len(terms)) if linked[i].any()]
    while left:
        group, edge = {left[0]}, {left[0]}
        while edge := {int(j) for i in edge for j in np.flatnonzero(linked[i])} - group:
            group |= edge
        groups.append(sorted(i for i in group if terms[i]))
        left = [i for i in left if i not in group]
    return groups
