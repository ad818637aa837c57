"""Estimated marginal means and their contrasts."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from ablation.analysis.data.factors import Factor, Floats, Predictor
from ablation.analysis.data.scale import Scale
from ablation.analysis.model.fit import Fit
from ablation.analysis.model.grid import Condition
from ablation.analysis.model.terms import Matrix
from ablation.analysis.probability.distributions import t_quantile, t_two_sided
from ablation.analysis.probability.multiplicity import holm

MEANS_COLUMNS = ["estimate", "se", "df", "ci_low", "ci_high", "response", "response_low", "response_high"]


def mean_row(matrix: Matrix, predictors: Sequence[Predictor], at: dict[int, int]) -> Floats:
    """Combination of coefficients (p,) for the mean response with some predictors held at a point.

    Over what it averages where nothing is held, `grid.Grid` says; covariates are at their mean.

    Args:
        matrix: of the model whose coefficients are combined.
        predictors: the model's predictors, in the order of the terms' members.
        at: index of a predictor -> index of one of its `points`.
    """
    row = np.zeros(matrix.X.shape[1])
    row[0] = 1.0
    codes = matrix.grid.codes(predictors, at)
    for term in matrix.terms:
        if term.members and term.members <= codes.keys():
            row[term.columns] = _product([codes[i] for i in sorted(term.members)])
    return row


def _product(codes: Sequence[Floats]) -> Floats:
    product = np.ones(1)
    for code in codes:
        product = np.outer(product, code).ravel()
    return product


def contrast_rows(fit: Fit, predictors: Sequence[Predictor]) -> tuple[pd.DataFrame, Floats]:
    """The family of main contrasts: names (factor, level, reference) and combinations (m x p)."""
    pairs = comparisons(fit, predictors)
    names = [
        (predictors[i].name, predictors[i].points[point], predictors[i].points[reference])
        for i, point, reference in pairs
    ]
    table = pd.DataFrame(names, columns=["factor", "level", "reference"])
    return table, contrast_matrix(fit.matrix, predictors, pairs)


def contrast_matrix(
    matrix: Matrix, predictors: Sequence[Predictor], pairs: Sequence[tuple[int, int, int]]
) -> Floats:
    """Combinations of coefficients (m x p) for comparisons: (predictor, point, reference)."""
    means = {(i, at): mean_row(matrix, predictors, {i: at}) for i, *both in pairs for at in both}
    rows = [means[i, point] - means[i, reference] for i, point, reference in pairs]
    return np.array(rows).reshape(len(rows), matrix.X.shape[1])


def comparisons(fit: Fit, predictors: Sequence[Predictor]) -> list[tuple[int, int, int]]:
    """Which point of which predictor is compared with which: (predictor, point, reference).

    Of a covariate, its highest value with its lowest: one unit more may be much or nothing. A level that the
    runs cannot compare with the reference is compared with the first level with which they can.
    """
    compared = []
    for i, part in enumerate(predictors):
        means = [mean_row(fit.matrix, predictors, {i: point}) for point in range(len(part.points))]
        compared += [(i, *both) for both in _comparisons(fit, means, fit.matrix.grid.condition(i))]
    return compared


def _comparisons(fit: Fit, means: Sequence[Floats], condition: Condition | None) -> list[tuple[int, int]]:
    """Which point of a predictor is compared with which: (point, reference).

    Where a factor has values on a condition, these are compared with each other: having any of them is the
    effect of the factor that asks for it.
    """
    points = list(range(len(means))) if condition is None else np.flatnonzero(condition.values).tolist()
    first, *others = points
    if fit.has_full_rank:
        return [(point, first) for point in others]
    known = fit.estimable(np.array([means[point] - means[first] for point in others]))
    pairs: list[tuple[int, int]] = []
    apart: list[int] = []
    for point, is_known in zip(others, known, strict=True):
        near = [h for h in apart if fit.estimable((means[point] - means[h])[None])[0]] if not is_known else []
        pairs.append((point, near[0] if near else first))
        apart += [] if is_known or near else [point]
    return pairs


def effects_table(fit: Fit, predictors: Sequence[Predictor], scale: Scale, alpha: float) -> pd.DataFrame:
    """One row per main contrast; columns are described at `Analysis.effects`."""
    return _judged(fit, *contrast_rows(fit, predictors), scale, alpha)


def parent_effects_table(
    fit: Fit, predictors: Sequence[Predictor], scale: Scale, alpha: float
) -> pd.DataFrame:
    """One row per value of each nested factor; columns are described at `Analysis.parent_effects`."""
    names, rows = [], []
    for c in fit.matrix.grid.conditions:
        factor, on = predictors[c.factor], predictors[c.on]
        sides = ["|".join(np.array(on.points)[side]) for side in (c.active, ~c.active)]
        off = mean_row(fit.matrix, predictors, {c.factor: int(np.argmin(c.values))})
        for value in np.flatnonzero(c.values).tolist():
            names.append((on.name, *sides, f"{factor.name}={factor.points[value]}"))
            rows.append(mean_row(fit.matrix, predictors, {c.factor: value}) - off)
    table = pd.DataFrame(names, columns=["factor", "level", "reference", "within"])
    return _judged(fit, table, np.array(rows).reshape(len(rows), fit.matrix.X.shape[1]), scale, alpha)


def _judged(fit: Fit, names: pd.DataFrame, L: Floats, scale: Scale, alpha: float) -> pd.DataFrame:
    """Contrasts with their classical tests."""
    effects, df = fit.estimates(L), fit.df_resid
    half_width = t_quantile(1 - alpha / 2, df) * effects.se
    low, high, t = effects.estimate - half_width, effects.estimate + half_width, effects.estimate / effects.se
    p = t_two_sided(t, df)
    return names.assign(
        estimate=effects.estimate,
        se=effects.se,
        df=df,
        ci_low=low,
        ci_high=high,
        t=t,
        p=p,
        p_adjusted=holm(p),
        percent=scale.percent(effects.estimate),
        percent_low=scale.percent(low),
        percent_high=scale.percent(high),
        se_hc3=effects.se_hc3,
        p_hc3=t_two_sided(effects.estimate / effects.se_hc3, df),
    )


def means_at(fit: Fit, L: Floats, scale: Scale, alpha: float) -> tuple[Floats, Floats, Floats]:
    """Estimated means with their intervals, on the scale of the response.

    Args:
        fit: the model.
        L: combinations of its parameters, (m, p).
        scale: to come back to the response.
        alpha: intervals have level 1 − alpha.

    Returns:
        Means and both ends, (m,) each.
    """
    means = fit.estimates(L)
    middle, half_width = means.estimate + scale.shift, t_quantile(1 - alpha / 2, fit.df_resid) * means.se
    return scale.back(middle), scale.back(middle - half_width), scale.back(middle + half_width)


def marginal_means_table(
    fit: Fit, predictors: Sequence[Predictor], scale: Scale, alpha: float
) -> pd.DataFrame:
    """One row per level of each factor; columns are described at `Analysis.marginal_means`."""
    held: list[tuple[int, int]] = []
    names: list[tuple[str, str]] = []
    for i, part in enumerate(predictors):
        if isinstance(part, Factor):
            held += [(i, level) for level in range(len(part.levels))]
            names += [(part.name, level) for level in part.levels]
    table = pd.DataFrame(names, columns=["factor", "level"])
    if not held:
        return table.reindex(columns=[*table.columns, *MEANS_COLUMNS])
    means = fit.estimates(np.array([mean_row(fit.matrix, predictors, {i: level}) for i, level in held]))
    half_width = t_quantile(1 - alpha / 2, fit.df_resid) * means.se
    table["estimate"] = means.estimate + scale.shift
    table["se"], table["df"] = means.se, fit.df_resid
    table["ci_low"], table["ci_high"] = table["estimate"] - half_width, table["estimate"] + half_width
    for name, column in (("response", "estimate"), ("response_low", "ci_low"), ("response_high", "ci_high")):
        table[name] = scale.back(table[column].to_numpy())
    return table
