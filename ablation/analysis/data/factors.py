"""Factors as integer codes over named levels, and covariates as numbers."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ablation.analysis.data.level_order import natural_order
from ablation.analysis.data.spelling import find_level, one_spelling, refused_level
from ablation.errors import UsageError

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]
Bools = NDArray[np.bool_]


def sum_codes(n_levels: int) -> Floats:
    """Sum coding, size (n_levels x n_levels - 1): level i has a 1 in column i, the last level -1 in all.

    With it every main effect is a deviation from the mean over levels, so type III tests mean what they say
    (https://stats.oarc.ucla.edu/r/library/r-library-contrast-coding-systems-for-categorical-variables/).
    """
    return np.vstack([np.eye(n_levels - 1), -np.ones((1, n_levels - 1))])


@dataclass(frozen=True, eq=False)
class Factor:
    """A factor or block: `codes` (n_rows,) index `levels`, -1 is missing; the first is the reference."""

    name: str
    levels: tuple[str, ...]
    codes: Ints

    def texts(self, at: Ints) -> list[str]:
        """The levels of some rows, as text."""
        return [self.levels[code] if code >= 0 else "?" for code in self.codes[at]]

    def rows(self, chosen: Bools) -> Factor:
        """Keep the chosen rows and the levels that still occur in them, in their order."""
        codes = self.codes[chosen]
        present = np.unique(codes[codes >= 0])
        renumber = np.full(len(self.levels) + 1, -1)
        renumber[present] = np.arange(len(present))
        return Factor(self.name, tuple(self.levels[i] for i in present), renumber[codes])

    def in_order(self, order: Sequence[int]) -> Factor:
        """The same factor with its levels in another order, given as their present positions."""
        rank = np.full(len(self.levels) + 1, -1)
        rank[list(order)] = np.arange(len(self.levels))
        return Factor(self.name, tuple(self.levels[i] for i in order), rank[self.codes])

    def with_reference(self, reference: object) -> Factor:
        """The same factor with one level first, the others in their order.

        Raises:
            UsageError: no level is called so.
        """
        first = find_level(reference, self.levels)
        if first is None:
            raise UsageError(refused_level("reference", self.name, reference, self.levels))
        return self.in_order([first, *(i for i in range(len(self.levels)) if i != first)])

    @cached_property
    def coding(self) -> Floats:
        """Sum codes of the levels, size (n_levels x n_columns)."""
        return sum_codes(len(self.levels))

    @property
    def points(self) -> tuple[str, ...]:
        """The points that effects compare: the levels, the reference first."""
        return self.levels

    @property
    def columns(self) -> Floats:
        """Columns of the design matrix, size (n_rows x n_columns)."""
        return self.columns_at(slice(None))

    def columns_at(self, rows: Ints | slice) -> Floats:
        """Columns of the design matrix at some rows."""
        columns: Floats = self.coding[self.codes[rows]]
        return columns

    @property
    def column_names(self) -> list[str]:
        """Names of the columns: the level that has the +1."""
        return [f"{self.name}[{level}]" for level in self.levels[:-1]]


@dataclass(frozen=True, eq=False)
class Covariate:
    """A factor used as a number: one column, centred, so that the other factors are compared at its mean.

    Attributes:
        values: of the runs, (n_rows,).
        is_log: whether the column is their logarithm to base 10.
    """

    name: str
    values: Floats
    is_log: bool = False

    def texts(self, at: Ints) -> list[str]:
        """The values of some rows, as text."""
        return [f"{value:g}" for value in self.values[at]]

    def rows(self, chosen: Bools) -> Covariate:
        """Keep the chosen rows."""
        return replace(self, values=self.values[chosen])

    @property
    def points(self) -> tuple[str, ...]:
        """The points that effects compare: the lowest value, then the highest."""
        return tuple(f"{value:.12g}" for value in self._range)

    @property
    def coding(self) -> Floats:
        """The column at `points`, size (2 x 1)."""
        return self.code(self._range)

    def code(self, values: Floats) -> Floats:
        """The column at some values (m,), size (m x 1)."""
        code: Floats = self._place(values) - self._middle
        return code[:, None]

    @cached_property
    def _middle(self) -> float:
        return float(self._place(self.values).mean())

    def _place(self, values: Floats) -> Floats:
        return np.log10(values) if self.is_log else values

    @property
    def _range(self) -> Floats:
        return np.array([self.values.min(), self.values.max()])

    @property
    def columns(self) -> Floats:
        """The column of the design matrix, size (n_rows x 1)."""
        return self.columns_at(slice(None))

    def columns_at(self, rows: Ints | slice) -> Floats:
        """The column of the design matrix at some rows."""
        return self.code(self.values[rows])

    @property
    def column_names(self) -> list[str]:
        """The column bears the covariate's name."""
        return [self.name]


MANY_COMBINATIONS = 2**62

Predictor = Factor | Covariate


def read_factor(column: pd.Series, name: str) -> Factor:
    """Turn a column into a factor.

    The reference is the first category of a categorical column; otherwise the first in natural order (False
    before True, numbers by value, `w32` before `w128`, and among texts first what means the starting point,
    such as `none` or `baseline`). Outside of categories, one number in two spellings is one level.
    """
    codes, labels = _read_labels(column)
    level_of = {label: label for label in labels} if _has_categories(column) else one_spelling(labels)
    levels = tuple(dict.fromkeys(level_of.values()))
    place = {level: i for i, level in enumerate(levels)}
    codes = np.array([*(place[level_of[label]] for label in labels), -1], dtype=np.intp)[codes]
    codes = np.where(np.isin(codes, [i for i, level in enumerate(levels) if level == ""]), -1, codes)
    order = range(len(levels)) if _has_categories(column) else natural_order(levels)
    return Factor(name, levels, codes).in_order(order).rows(np.ones(len(codes), dtype=bool))


def read_spellings(column: pd.Series) -> dict[str, str]:
    """Each spelling of a column's levels -> the level; nothing for categories."""
    return {} if _has_categories(column) else one_spelling(_read_labels(column)[1])


def _has_categories(column: pd.Series) -> bool:
    return isinstance(column.dtype, pd.CategoricalDtype)


def _read_labels(column: pd.Series) -> tuple[Ints, tuple[str, ...]]:
    """Codes (n_rows,), -1 for missing, and the text of each; two codes may have the same text."""
    if _has_categories(column):
        return column.cat.codes.to_numpy().astype(np.intp), _category_labels(column.cat)
    try:
        codes, values = pd.factorize(column)
    except TypeError:  # unhashable values such as lists: their text is the level
        codes, values = pd.factorize(column.map(str, na_action="ignore"))
    return codes, _labels(pd.Index(values))


def _category_labels(categorical: Any) -> tuple[str, ...]:
    """Texts of categories; of a study's levels, which are in order, distinct ones and none that is blank.

    >>> _category_labels(pd.Series(pd.Categorical([], ["a", "a "], ordered=True)).cat)
    ('"a"', '"a "')
    """
    labels = tuple(str(v).strip() for v in categorical.categories)
    if not categorical.ordered or (all(labels) and len(set(labels)) == len(labels)):
        return labels
    return tuple(
        json.dumps(v, ensure_ascii=False) if isinstance(v, str) else str(v) for v in categorical.categories
    )


def _labels(values: pd.Index) -> tuple[str, ...]:
    """Texts of plain values; whole floats are integers beside a missing one."""
    whole = pd.api.types.is_float_dtype(values.dtype) and all(float(v).is_integer() for v in values)
    return tuple(str(int(v)) if whole else str(v).strip() for v in values)


def read_covariate(column: pd.Series, name: str, is_log: bool = False) -> Covariate:
    """Turn a column into numbers; what is not a number becomes NaN.

    Raises:
        UsageError: no value is a finite number, or one without a logarithm is asked for its logarithm.
    """
    values = pd.to_numeric(column, errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan)
    values = np.where(np.isfinite(values), values, np.nan)
    if np.isnan(values).all():
        raise UsageError(
            f"Expected numbers in '{name}'. Received: {list(column[:3])}. Do not call it numeric."
        )
    if is_log and np.nanmin(values) <= 0:
        raise UsageError(
            f"numeric: expected values above 0 for the logarithm of '{name}'. Received: "
            f"{np.nanmin(values):g}. Use {{{name}: linear}}."
        )
    return Covariate(name, values, is_log)


def codes_of(part: Predictor) -> Ints:
    """Codes of a factor's levels or of a covariate's distinct values, (n_rows,)."""
    if isinstance(part, Factor):
        return part.codes
    return np.asarray(pd.factorize(part.values, use_na_sentinel=False)[0], dtype=np.intp)


def group(codes: list[Ints]) -> Ints:
    """One number per distinct combination, (n_rows,)."""
    group, size = np.zeros(len(codes[0]), dtype=np.intp), 1
    for code in codes:
        n = int(code.max(initial=-1)) + 2
        if size * n >= MANY_COMBINATIONS:  # numbers that are not taken go, so that the others fit
            group, size = _numbered(group)
        group, size = group * n + code + 1, size * n
    return _numbered(group)[0]


def _numbered(group: Ints) -> tuple[Ints, int]:
    """The same groups in the same order, as numbers from 0, and how many there are."""
    number, values = pd.factorize(group, sort=True)  # by hash: faster than sorting all
    return number.astype(np.intp, copy=False), len(values)
