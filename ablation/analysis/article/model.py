"""The article's model, verbatim: OLS of the raw response on one-hot columns without intercept."""

import re
from collections import Counter
from typing import Any

import numpy as np
import pandas as pd

from ablation.analysis.data.factors import Covariate, Factor
from ablation.analysis.data.runs import Runs
from ablation.naming import short_name
from ablation.words import OFF, ON

ARTICLE_FACTORS = frozenset({"flags.batch_norm", "flags.dropout", "flags.attention", "flags.activation"})
"""What the article varied, by the keys of the built-in app."""

CAUTION = (
    "The columns of the factor that has one per level are predicted responses with everything else off, "
    "not effects: their p-values test 'response = 0'. Read the deviations from their mean instead."
)


def camel_case(name: str) -> str:
    """`batch_norm` -> BatchNorm; a name in CamelCase stays."""
    return "".join(part[0].upper() + part[1:] for part in re.split(r"[^0-9A-Za-z]+", name) if part) or name


def labels(names: list[str]) -> dict[str, str]:
    """A label per factor: its short name in CamelCase, or its dotted name if that is ambiguous."""
    short = {name: camel_case(short_name(name)) for name in names}
    ambiguous = {name for name in names if list(short.values()).count(short[name]) > 1}
    long = {name: camel_case(name) if name in ambiguous else short[name] for name in names}
    return {name: name if list(long.values()).count(long[name]) > 1 else long[name] for name in names}


def on_label(factor: Factor, label: str) -> str:
    """Name of the 0/1 column of a two-level factor: `attention` with none, spatial -> SpatialAttention."""
    reference, level = factor.levels
    is_word = re.match(r"[A-Za-z]", level) and level.lower() not in ON | OFF
    return camel_case(level) + label if reference.lower() in OFF and is_word else label


def article_columns(runs: Runs) -> tuple[pd.DataFrame, list[str]]:
    """The article's design matrix, (n_runs x n_columns), and the columns that span the intercept.

    Two-level factors give one 0/1 column, others `Label_level` columns with levels in alphabetical order.
    The first of those keeps all its levels and so spans the intercept; if there is none, a factor with a
    single level does, or else the last factor. Further ones leave out their reference. Numeric factors
    enter as they are.
    """
    label = labels([p.name for p in runs.predictors])
    full = _spanning_factor(runs)
    singles: list[tuple[str, np.ndarray]] = []
    multiples: list[tuple[str, np.ndarray]] = []
    spanning: list[int] = []
    for part in runs.predictors:
        if isinstance(part, Covariate):
            if full is None or np.ptp(part.values) > 0:  # a constant is in the span of the factor's columns
                singles.append((label[part.name], part.values))
        elif part is full:
            spanning = list(range(len(multiples), len(multiples) + len(part.levels)))
            multiples += _level_columns(part, label[part.name], part.levels)
        elif len(part.levels) == 2:
            singles.append((on_label(part, label[part.name]), part.codes == 1))
        elif len(part.levels) > 2:
            multiples += _level_columns(part, label[part.name], part.levels[1:])
    names = _distinct([name for name, _ in singles + multiples])
    columns = {name: values for name, (_, values) in zip(names, singles + multiples, strict=True)}
    return pd.DataFrame(columns, index=runs.labels).astype(float), [names[len(singles) + i] for i in spanning]


def _distinct(names: list[str]) -> list[str]:
    """Number names that occur twice, so that no column is lost."""
    total, seen, distinct = Counter(names), Counter[str](), []
    for name in names:
        seen[name] += 1
        distinct.append(name if total[name] == 1 else f"{name}_{seen[name]}")
    return distinct


def _spanning_factor(runs: Runs) -> Factor | None:
    multi = [f for f in runs.factors if len(f.levels) > 2]
    single = [f for f in runs.factors if len(f.levels) == 1]
    candidates = multi or single or list(runs.factors)[-1:]
    return candidates[0] if candidates else None


def _level_columns(factor: Factor, label: str, chosen: tuple[str, ...]) -> list[tuple[str, np.ndarray]]:
    return [(f"{label}_{level}", factor.codes == factor.levels.index(level)) for level in sorted(chosen)]


def article_fit(runs: Runs, response: str) -> Any:
    """Statsmodels' results of `sm.OLS(y, one_hot).fit()`; `summary()` prints the article's table."""
    from statsmodels.regression.linear_model import OLS  # seconds to import, needed only here

    columns, _ = article_columns(runs)
    with np.errstate(
        divide="ignore", invalid="ignore"
    ):  # as many columns as runs: errors are infinite or NaN
        return OLS(pd.Series(runs.response, index=runs.labels, name=response), columns).fit()


def article_deviations(runs: Runs, response: str, alpha: float) -> pd.DataFrame:
    """Deviations of the spanning columns' coefficients from their mean: these read as effects.

    Returns:
        column, deviation, se, df, ci_low, ci_high, t, p; one row per level of the factor that spans the
        intercept.
    """
    columns, spanning = article_columns(runs)
    if not spanning:  # numbers only: there are no levels to compare
        return pd.DataFrame(columns=["column", "deviation", "se", "df", "ci_low", "ci_high", "t", "p"])
    results = article_fit(runs, response)
    chosen = np.array([[float(name == other) for other in columns] for name in spanning]).reshape(
        len(spanning), -1
    )
    with np.errstate(all="ignore"):
        test = results.t_test(chosen - chosen.mean(axis=0))
    interval = np.asarray(test.conf_int(alpha))
    return pd.DataFrame(
        {
            "column": spanning,
            "deviation": np.atleast_1d(test.effect),
            "se": np.atleast_1d(np.squeeze(test.sd)),
            "df": int(results.df_resid),
            "ci_low": interval[:, 0],
            "ci_high": interval[:, 1],
            "t": np.atleast_1d(np.squeeze(test.tvalue)),
            "p": np.atleast_1d(np.squeeze(test.pvalue)),
        }
    )
