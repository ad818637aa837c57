"""Factors with levels only at some levels of another: as declared, or as blanks in their column show."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from ablation.analysis.data.factors import Bools, Factor, read_factor
from ablation.analysis.data.spelling import find_level, refused_level
from ablation.analysis.nested import Nested
from ablation.errors import UsageError
from ablation.naming import ELSEWHERE, parents_first


def found_nested(read: Mapping[str, Factor], known: Sequence[Nested]) -> list[Nested]:
    """Factors (by name) that are blank exactly at some levels of another, and have a value elsewhere."""
    named = {each.factor for each in known}
    blank = [name for name, factor in read.items() if name not in named and _is_blank(factor)]
    nested = []
    for name in blank:
        missing = read[name].codes < 0
        for other in (read[f] for f in read if f not in (name, *blank)):
            at = _levels_where(other, ~missing)
            if (other.codes >= 0).all() and not (at & _levels_where(other, missing)).any():
                levels = tuple(level for level, is_in in zip(other.levels, at, strict=True) if is_in)
                nested.append(Nested(name, other.name, levels))
                break
    return nested


def nearly_nested(read: Mapping[str, Factor], known: Sequence[Nested]) -> list[tuple[Nested, int]]:
    """Factors that would be nested but for a few cells of the table (one in twenty at most), and how many.

    Args:
        read: factor -> its column, before `with_elsewhere`.
        known: factors that are nested.
    """
    named = {each.factor for each in known}
    close = []
    for name in (name for name, factor in read.items() if name not in named and _is_blank(factor)):
        missing = read[name].codes < 0
        near: list[tuple[int, Nested]] = []
        for other in (part for f, part in read.items() if f != name and (part.codes >= 0).all()):
            blank, every = (
                np.bincount(codes, minlength=len(other.levels))
                for codes in (other.codes[missing], other.codes)
            )
            at = 2 * blank < every
            levels = tuple(level for level, is_in in zip(other.levels, at, strict=True) if is_in)
            if 0 < len(levels) < len(other.levels):
                near.append((int(np.where(at, blank, every - blank).sum()), Nested(name, other.name, levels)))
        n_odd, nested = min(near, key=lambda each: each[0], default=(len(missing), None))
        if nested and n_odd <= max(1, len(missing) // 20):
            close.append((nested, n_odd))
    return close


def _is_blank(factor: Factor) -> bool:
    return bool((factor.codes < 0).any()) and len(factor.levels) > 0


def _levels_where(factor: Factor, rows: Bools) -> Bools:
    present: Bools = np.bincount(factor.codes[rows & (factor.codes >= 0)], minlength=len(factor.levels)) > 0
    return present


def with_elsewhere(frame: pd.DataFrame, nested: Sequence[Nested]) -> pd.DataFrame:
    """The table in which nested factors are `none` where they have no level, whatever stands there.

    Raises:
        UsageError: the other factor has no such level, or all of them.
    """
    conditions = {each.factor: each for each in nested}
    for name in parents_first({each.factor: each.on for each in nested}, "nested"):
        each = conditions[name]
        other = read_factor(frame[each.on], each.on)
        at = [find_level(level, other.levels) for level in each.levels]
        if None in at:
            unknown = each.levels[at.index(None)]
            raise UsageError(refused_level("nested", each.on, unknown, other.levels))
        off = (other.codes >= 0) & ~np.isin(other.codes, [i for i in at if i is not None])
        frame = frame.assign(**{each.factor: _with_level(read_factor(frame[each.factor], each.factor), off)})
    return frame


def _with_level(factor: Factor, off: Bools) -> pd.Categorical:
    """A factor as a column, with one more level in some rows."""
    levels = list(factor.levels)
    at = levels.index(ELSEWHERE) if ELSEWHERE in levels else len(levels)
    codes = np.where(off, at, factor.codes)
    occurring = [i for i in range(len(levels)) if i != at and (codes == i).any()]
    renumber = np.full(len(levels) + 2, -1)  # the last is of missing levels
    renumber[[*occurring, at]] = np.arange(len(occurring) + 1)
    categories = pd.Index([*(levels[i] for i in occurring), ELSEWHERE])
    return pd.Categorical.from_codes(renumber[codes], categories=categories, ordered=True)
