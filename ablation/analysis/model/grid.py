"""The grid of cells over which marginal means are averaged.

Equally over the levels of every factor (Searle, Speed & Milliken 1980, The American Statistician 34:216), but
for two kinds of designs, in which such an average would be over cells that nobody can run or has run:

- A factor that has a value only where another one asks for it (the rate of a dropout) is averaged over its
  values there, and is "none" elsewhere (nested factors, as in R's emmeans).
- Where every cell differs from one reference cell in one factor at most, the others stay as in that cell.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ablation.analysis.data.factors import Bools, Factor, Floats, Ints, Predictor
from ablation.analysis.data.runs import Runs
from ablation.analysis.model.one_factor import reference_run

INACTIVE = {"none", "null", "off", "na", "n/a", "nan", "inactive"}
"""Levels, in lower case, of a factor that has no value. A zero is a value."""


@dataclass(frozen=True, eq=False)
class Condition:
    """A factor that has a value only at some levels of another.

    Attributes:
        factor: index of the factor.
        on: index of the other.
        active: the levels of the other at which it has a value, (n_levels of the other,).
        values: which levels of the factor are values, all but one, (n_levels,).
    """

    factor: int
    on: int
    active: Bools
    values: Bools

    def where(self, on: Predictor) -> tuple[str, ...]:
        """The levels of the other at which it has a value, as text."""
        return tuple(level for level, active in zip(on.points, self.active, strict=True) if active)

    def share_of_factor(self, active: float) -> Floats:
        """Shares of its levels where it has a value in a share of the cells, all values alike."""
        shares: Floats = np.where(self.values, active / self.values.sum(), 1 - active)
        return shares

    def share_of_other(self, active: float) -> Floats:
        """Shares of the other's levels there."""
        n = self.active.sum()
        shares: Floats = np.where(self.active, active / n, (1 - active) / (len(self.active) - n))
        return shares

    @property
    def average(self) -> float:
        """The share of the cells with a value when each pair of levels that can be run counts the same."""
        n = int(self.active.sum() * self.values.sum())
        return n / (n + int((~self.active).sum()))


@dataclass(frozen=True, eq=False)
class Grid:
    """Where predictors are that nobody holds.

    Attributes:
        reference: code of each predictor in the reference cell of a one-factor design; empty for others.
        conditions: at most one per factor, factors without any before those that depend on them.
    """

    reference: tuple[Floats, ...] = ()
    conditions: tuple[Condition, ...] = ()

    def codes(self, predictors: Sequence[Predictor], at: Mapping[int, int]) -> dict[int, Floats]:
        """Codes of all predictors but those that are all zero, as averages over all levels are.

        Args:
            predictors: of the model.
            at: index of a predictor -> index of one of its `points`, at which it is held.
        """
        codes = {i: code for i, code in enumerate(self.reference) if code.any()}
        for i, share in self._shares(predictors, at).items():
            codes[i] = share @ predictors[i].coding
        return {**codes, **{i: predictors[i].coding[point] for i, point in at.items()}}

    def condition(self, index: int) -> Condition | None:
        """The condition on which a factor has a value, if there is one."""
        return next((c for c in self.conditions if c.factor == index), None)

    def values(self, index: int, factor: Factor) -> list[int]:
        """The levels of a factor at which it has a value: all, but where another asks for it."""
        condition = self.condition(index)
        known = range(len(factor.levels)) if condition is None else np.flatnonzero(condition.values).tolist()
        return list(known)

    def above(self, index: int) -> frozenset[int]:
        """The factors that one is nested in: that on which it depends, what this depends on, and so on."""
        return frozenset(_above(index, {condition.factor: condition for condition in self.conditions}))

    def _shares(self, predictors: Sequence[Predictor], at: Mapping[int, int]) -> dict[int, Floats]:
        """Shares of the levels of factors with conditions, and of those that these depend on."""
        if not self.conditions:
            return {}
        shares = {i: np.eye(len(predictors[i].points))[point] for i, point in at.items()}
        for condition in reversed(self.conditions):  # what a factor is held at says where the other is
            if condition.factor in shares and condition.on not in shares:
                active = float(shares[condition.factor] @ condition.values)
                shares[condition.on] = condition.share_of_other(active)
        for condition in self.conditions:  # and where the other is says which levels the factor has
            if condition.on not in shares:
                several = sum(c.on == condition.on for c in self.conditions) > 1
                active = float(condition.active.mean()) if several else condition.average
                shares[condition.on] = condition.share_of_other(active)
            if condition.factor not in shares:
                active = float(shares[condition.on] @ condition.active)
                shares[condition.factor] = condition.share_of_factor(active)
        return {i: share for i, share in shares.items() if i not in at}


def grid_of(runs: Runs) -> Grid:
    """The grid of a design, from the cells that were run."""
    row = reference_run(runs)
    if row is not None:
        return Grid(reference=tuple(part.columns_at(np.array([row]))[0] for part in runs.predictors))
    return Grid(conditions=_conditions(runs))


def _conditions(runs: Runs) -> tuple[Condition, ...]:
    cells = runs.one_per_cell
    factors = {i: p for i, p in enumerate(runs.predictors) if isinstance(p, Factor)}
    conditions: dict[int, Condition] = {}
    for index, factor in factors.items():
        unset = [k for k, level in enumerate(factor.levels) if level.lower() in INACTIVE]
        condition = next((c for k in unset if (c := _condition(index, k, factors, cells, conditions))), None)
        if condition and len(factor.levels) > 2:
            conditions[index] = condition
    return tuple(sorted(conditions.values(), key=lambda c: len(_above(c.factor, conditions))))


def _condition(
    index: int, unset: int, factors: Mapping[int, Factor], cells: Ints, conditions: Mapping[int, Condition]
) -> Condition | None:
    """On which other factor one depends, if its level `unset` says that it has none; None if on none."""
    factor = factors[index]
    off = factor.codes[cells] == unset
    for other, partner in factors.items():
        if index in (other, *_above(other, conditions)):
            continue
        active = _levels_at(partner, cells[~off])
        if not (active & _levels_at(partner, cells[off])).any():
            return Condition(index, other, active, np.arange(len(factor.levels)) != unset)
    return None


def _above(index: int, conditions: Mapping[int, Condition]) -> list[int]:
    """The factors on which one depends: the one that asks for it, the one that asks for that, and so on."""
    above = []
    while index in conditions:
        index = conditions[index].on
        above.append(index)
    return above


def _levels_at(factor: Factor, rows: Ints) -> Bools:
    """The levels that occur in some rows, (n_levels,)."""
    present: Bools = np.bincount(factor.codes[rows], minlength=len(factor.levels)) > 0
    return present
