"""Which level of a factor with several is best, and which are not separated from it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from ablation.analysis.data.factors import Factor, Floats, Predictor
from ablation.analysis.data.scale import Scale
from ablation.analysis.model.fit import Fit
from ablation.analysis.model.means import mean_row
from ablation.analysis.probability import studentized_range
from ablation.analysis.probability.distributions import t_two_sided
from ablation.analysis.sequential.looks import Looks
from ablation.analysis.tables.pairs import multi_level
from ablation.analysis.verdicts.conservative import Errors, StandardError
from ablation.analysis.verdicts.judging import BETTER, HURTS, KEEP, NOTHING, WORSE
from ablation.analysis.verdicts.rows import Row


@dataclass(frozen=True)
class Ranking:
    """The levels of a factor, best first.

    Attributes:
        factor: with three levels or more.
        within: the other factor and its level at which it holds; None for an average.
        levels: those that can be compared.
        means: of these, on the scale of the response.
        behind: how far each is from the best, on the analysis scale.
        p: of 'it is as good as the best', adjusted for all pairs of levels and all rankings of the study.
        worse: levels that are separated from the best, by this p or by a verdict.
        alike: those of them that a verdict shows to be worse by less than the margin.
    """

    factor: str
    within: tuple[str, str] | None
    levels: tuple[str, ...]
    means: tuple[float, ...]
    behind: tuple[float, ...]
    p: tuple[float, ...]
    worse: tuple[str, ...]
    alike: tuple[str, ...] = ()

    @property
    def best(self) -> str:
        """The level with the best mean."""
        return self.levels[0]

    @property
    def ties(self) -> tuple[str, ...]:
        """The levels that are not separated from it."""
        return tuple(level for level in self.levels[1:] if level not in self.worse)

    def knowing(self, rows: Sequence[Row], verdicts: Sequence[str]) -> Ranking:
        """The ranking in which levels that a verdict calls worse than the best no longer tie with it.

        Verdicts compare with the reference alone and so find what Tukey's test for all pairs does not. They
        also know the margin.
        """
        each = zip(rows, verdicts, strict=True)
        here = [(r, v) for r, v in each if r.factor == self.factor and r.within in (None, self.within)]
        shown = {r.level for r, v in here if r.reference == self.best and v in (HURTS, WORSE)}
        shown |= {r.reference for r, v in here if r.level == self.best and v in (KEEP, BETTER)}
        worse = tuple(x for x in self.levels[1:] if x in shown or x in self.worse)
        inside = [{r.level, r.reference} for r, v in here if v == NOTHING]
        return replace(self, worse=worse, alike=tuple(x for x in worse if {x, self.best} in inside))


def rankings(
    fit: Fit,
    predictors: Sequence[Predictor],
    rows: Sequence[Row],
    errors_of: Callable[[Floats], Errors],
    scale: Scale,
    alpha: float,
    lower_is_better: bool,
    looks: Looks | None = None,
) -> list[Ranking]:
    """Rank the levels of each factor with three or more, within the levels of another if verdicts are split.

    The best level is chosen by the data, so it is compared as if all pairs were (Tukey), with the errors that
    verdicts must pass. All rankings of a study together err with probability at most alpha.

    Args:
        fit: the main model.
        predictors: its predictors.
        rows: what is judged: where verdicts are split.
        errors_of: combinations (m x p) -> the errors that a verdict on each must pass.
        scale: to come back to the response.
        alpha: error rate of all rankings together.
        lower_is_better: which level is the best.
        looks: of a study that grows.
    """
    if not fit.variance > 0:
        return []
    several = [i for i, part in multi_level(predictors) if len(fit.matrix.grid.values(i, part)) > 2]
    held = [place for i in several for place in _places(predictors, rows, i)]
    ranked = [
        _ranked(fit, predictors, i, at, errors_of, scale, lower_is_better, alpha, len(held), looks)
        for i, at in held
    ]
    return [ranking for ranking in ranked if ranking is not None]


def _places(
    predictors: Sequence[Predictor], rows: Sequence[Row], index: int
) -> list[tuple[int, tuple[int, int] | None]]:
    """Where a factor is ranked: on average, or at each point of the first factor that splits its verdicts."""
    name = predictors[index].name
    partners = [row.within[0] for row in rows if row.factor == name and row.within]
    if not partners:
        return [(index, None)]
    other = next(i for i, part in enumerate(predictors) if part.name == partners[0])
    return [(index, (other, point)) for point in range(len(predictors[other].points))]


def _ranked(
    fit: Fit,
    predictors: Sequence[Predictor],
    index: int,
    at: tuple[int, int] | None,
    errors_of: Callable[[Floats], Errors],
    scale: Scale,
    lower_is_better: bool,
    alpha: float,
    n_rankings: int,
    looks: Looks | None,
) -> Ranking | None:
    """None where fewer than three levels can be compared."""
    factor = predictors[index]
    assert isinstance(factor, Factor)
    fixed = {} if at is None else {at[0]: at[1]}
    ranked = fit.matrix.grid.values(index, factor)
    L = np.array([mean_row(fit.matrix, predictors, {index: i, **fixed}) for i in ranked])
    means = fit.estimates(L).estimate
    order = np.argsort(means if lower_is_better else -means, kind="stable")
    order = order[: int(np.isfinite(means).sum())]
    n = len(order)
    if n < 3:
        return None
    differences = L[order[1:]] - L[order[0]]
    behind = means[order] - means[order[0]]
    tests = zip(behind[1:], errors_of(differences), strict=True)
    p = [1.0, *(min(1.0, n_rankings * _p(e, errors, n, looks)) for e, errors in tests)]
    names = [factor.levels[ranked[i]] for i in order]
    is_worse = np.array(p) < alpha
    return Ranking(
        factor=factor.name,
        within=None if at is None else (predictors[at[0]].name, predictors[at[0]].points[at[1]]),
        levels=tuple(names),
        means=tuple(float(m) for m in scale.back(means[order] + scale.shift)),
        behind=tuple(float(b) for b in behind),
        p=tuple(p),
        worse=tuple(name for name, worse in zip(names[1:], is_worse[1:], strict=True) if worse),
    )


def _p(difference: float, errors: Sequence[StandardError], n_levels: int, looks: Looks | None) -> float:
    """P value for all pairs of levels, by the error that gives the larger; 1 without an error."""
    ps = []
    for se, df in errors:
        t = abs(float(difference)) / se
        if looks is None:
            ps.append(float(studentized_range.upper_tail(t * np.sqrt(2), n_levels, df)))
        else:
            n_pairs = n_levels * (n_levels - 1) / 2
            claims = np.array([[float(t_two_sided(t, df))], [np.nan], [np.nan]])
            ps.append(min(1.0, n_pairs * float(looks.repeated(claims, with_margin=False)[0, 0])))
    return max((1.0 if np.isnan(p) else p for p in ps), default=1.0)


def rankings_table(ranked: Sequence[Ranking]) -> pd.DataFrame:
    """One row per ranked level; columns are described at `Analysis.rankings`."""
    columns = ["factor", "within", "rank", "level", "mean", "behind", "p_adjusted", "tied"]
    rows = []
    for one in ranked:
        at = "=".join(one.within or ())
        for i, level in enumerate(one.levels):
            tied = level not in one.worse
            rows.append((one.factor, at, i + 1, level, one.means[i], one.behind[i], one.p[i], tied))
    return pd.DataFrame(rows, columns=columns)
