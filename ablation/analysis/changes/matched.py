"""Which factors and levels two studies have in common, and their contrasts in each."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ablation.analysis.analysis import Analysis
from ablation.analysis.data.factors import Covariate, Factor, Floats, Predictor
from ablation.analysis.data.spelling import find_level
from ablation.analysis.model.means import mean_row
from ablation.naming import short_name

Names = tuple[str | None, str | None]
"""What the first and the second study call a factor; None where a study does not know it."""


@dataclass(frozen=True)
class Contrast:
    """A contrast, level - reference, that both studies can make.

    Attributes:
        names: of the factor in each study.
        level, reference: as the first study writes them; of a number, the ends of the range that both cover.
    """

    names: tuple[str, str]
    level: str
    reference: str

    def within(self, analysis: Analysis, name: str) -> Floats:
        """The combination of coefficients in a model in which the factor has this name, (p,)."""
        parts, matrix = analysis.runs.predictors, analysis.fit.matrix
        i = next(i for i, part in enumerate(parts) if part.name == name)
        part = parts[i]
        if isinstance(part, Covariate):
            own = part.code(np.array([float(self.reference), float(self.level)]))[:, 0]
            share = float((own[1] - own[0]) / (part.coding[1, 0] - part.coding[0, 0]))
            return share * (mean_row(matrix, parts, {i: 1}) - mean_row(matrix, parts, {i: 0}))
        at = [find_level(level, part.levels) or 0 for level in (self.level, self.reference)]
        return mean_row(matrix, parts, {i: at[0]}) - mean_row(matrix, parts, {i: at[1]})


def same_names(first: Sequence[str], second: Sequence[str]) -> list[Names]:
    """Pairs of factors of two studies: by name, or by a short name that is unique in each.

    >>> same_names(["flags.norm", "depth", "a"], ["norm", "depth", "b"])
    [('flags.norm', 'norm'), ('depth', 'depth'), ('a', None), (None, 'b')]
    """
    left = [name for name in second if name not in first]
    shorts = [short_name(name) for name in left], [short_name(name) for name in first]
    pairs: list[Names] = []
    for name in first:
        short = short_name(name)
        alike = [other for other in left if short_name(other) == short]
        is_alone = all(names.count(short) == 1 for names in shorts)
        pairs.append((name, name if name in second else alike[0] if alike and is_alone else None))
    taken = {name for _, name in pairs}
    return [*pairs, *((None, name) for name in second if name not in taken)]


def contrasts(first: Analysis, second: Analysis) -> list[Contrast]:
    """The contrasts that both studies can make, in the order of the first; references are the first's."""
    mine, others = ({part.name: part for part in one.runs.predictors} for one in (first, second))
    both = []
    for name, other in same_names(list(mine), list(others)):
        if name is None or other is None:
            continue
        levels = _levels(first, mine[name], second, others[other])
        both += [Contrast((name, other), level, levels[0]) for level in levels[1:]]
    return both


def _levels(first: Analysis, mine: Predictor, second: Analysis, other: Predictor) -> list[str]:
    """The levels that both have, the reference first; of numbers, the ends of the range that both cover."""
    if isinstance(mine, Factor) and isinstance(other, Factor):
        here, there = _values(first, mine), _values(second, other)
        return [level for level in here if find_level(level, there) is not None]
    if isinstance(mine, Covariate) and isinstance(other, Covariate) and mine.is_log == other.is_log:
        ends = [[float(point) for point in part.points] for part in (mine, other)]
        low, high = max(e[0] for e in ends), min(e[1] for e in ends)
        return [f"{low:.12g}", f"{high:.12g}"] if low < high else []
    return []


def _values(analysis: Analysis, part: Factor) -> list[str]:
    """Levels that are compared: of a factor that has values on a condition, these alone."""
    i = next(i for i, one in enumerate(analysis.runs.predictors) if one.name == part.name)
    return [part.levels[j] for j in analysis.fit.matrix.grid.values(i, part)]
