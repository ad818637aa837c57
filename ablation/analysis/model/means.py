"""Estimated marginal means and their contrasts: equally weighted averages over the other factors' levels."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from ablation.analysis.data.factors import Factor, Floats, Predictor
from ablation.analysis.data.scale import Scale
from ablation.analysis.model.fit import Fit
from ablation.analysis.probability.distributions import t_quantile, t_two_sided
from ablation.analysis.probability.multiplicity import holm

MEANS_COLUMNS = ["estimate", "se", "df", "ci_low", "ci_high", "response", "response_low", "response_high"]


def mean_row(fit: Fit, predictors: Sequence[Predictor], at: dict[int, int]) -> Floats:
    """Combination of coefficients (p,) for the mean response with some predictors held at a point.

    Sum codes average to zero over levels, so columns of everything not held vanish (Searle, Speed &
    Milliken 1980, The American Statistician 34:216). Covariates that are not held are at their mean.

    Args:
        fit: the fit whose coefficients are combined.
        predictors: the model's predictors, in the order of the terms' members.
        at: index of a predictor -> index of one of its `points`.
    """
    row = np.zeros(fit.matrix.X.shape[1])
    row[0] = 1.0
    for term in fit.matrix.terms:
        if term.members and term.members <= at.keys():
            row[term.columns] = _code(predictors, sorted(term.members), at)
    return row


def _code(predictors: Sequence[Predictor], members: list[int], at: dict[int, int]) -> Floats:
    code = np.ones(1)
    for i in members:
        code = np.outer(code, predictors[i].coding[at[i]]).ravel()
    return code


def contrast_rows(fit: Fit, predictors: Sequence[Predictor]) -> tuple[pd.DataFrame, Floats]:
    """The family of main contrasts: names (factor, level, reference) and combinations (m x p).

    Of a covariate, its highest value against its lowest: one unit more may be much or nothing.
    """
    names, rows = [], []
    for i, part in enumerate(predictors):
        reference = mean_row(fit, predictors, {i: 0})
        for point in range(1, len(part.points)):
            names.append((part.name, part.points[point], part.points[0]))
            rows.append(mean_row(fit, predictors, {i: point}) - reference)
    return pd.DataFrame(names, columns=["factor", "level", "reference"]), np.array(rows)


def effects_table(fit: Fit, predictors: Sequence[Predictor], scale: Scale, alpha: float) -> pd.DataFrame:
    """One row per main contrast; columns are described at `Analysis.effects`."""
    names, L = contrast_rows(fit, predictors)
    found, df = fit.estimates(L), fit.df_resid
    half_width = t_quantile(1 - alpha / 2, df) * found.se
    low, high, t = found.estimate - half_width, found.estimate + half_width, found.estimate / found.se
    p = t_two_sided(t, df)
    return names.assign(
        estimate=found.estimate,
        se=found.se,
        df=df,
        ci_low=low,
        ci_high=high,
        t=t,
        p=p,
        p_adjusted=holm(p),
        percent=scale.percent(found.estimate),
        percent_low=scale.percent(low),
        percent_high=scale.percent(high),
        se_hc3=found.se_hc3,
        p_hc3=t_two_sided(found.estimate / found.se_hc3, df),
    )


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
    found = fit.estimates(np.array([mean_row(fit, predictors, {i: level}) for i, level in held]))
    half_width = t_quantile(1 - alpha / 2, fit.df_resid) * found.se
    table["estimate"] = found.estimate + scale.shift
    table["se"], table["df"] = found.se, fit.df_resid
    table["ci_low"], table["ci_high"] = table["estimate"] - half_width, table["estimate"] + half_width
    for name, column in (("response", "estimate"), ("response_low", "ci_low"), ("response_high", "ci_high")):
        table[name] = scale.back(table[column].to_numpy())
    return table
