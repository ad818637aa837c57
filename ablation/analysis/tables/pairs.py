"""All pairs of levels of a factor, with Tukey's adjustment and the model's standard error."""

from collections.abc import Sequence
from itertools import combinations

import numpy as np
import pandas as pd

from ablation.analysis.data.factors import Factor, Predictor
from ablation.analysis.model.fit import Fit
from ablation.analysis.model.means import mean_row
from ablation.analysis.probability import studentized_range

COLUMNS = ["factor", "level", "reference", "estimate", "se", "df", "ci_low", "ci_high", "t", "p_adjusted"]


def pairs_table(fit: Fit, predictors: Sequence[Predictor], alpha: float) -> pd.DataFrame:
    """One row per pair of levels of each factor with three or more; columns at `Analysis.pairs`.

    Tukey-Kramer: |t| sqrt(2) against the studentized range, with the standard error of the model, so other
    factors, blocks and unequal counts are accounted for (Kramer 1956, Biometrics 12:307).
    """
    parts = [_factor_pairs(fit, predictors, i, alpha) for i, _ in multi_level(predictors)]
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=COLUMNS)


def multi_level(predictors: Sequence[Predictor]) -> list[tuple[int, Factor]]:
    """Factors with three or more levels, with their place among the predictors."""
    return [(i, p) for i, p in enumerate(predictors) if isinstance(p, Factor) and len(p.levels) > 2]


def _factor_pairs(fit: Fit, predictors: Sequence[Predictor], index: int, alpha: float) -> pd.DataFrame:
    factor = predictors[index]
    assert isinstance(factor, Factor)
    rows = np.array([mean_row(fit.matrix, predictors, {index: level}) for level in range(len(factor.levels))])
    both = list(combinations(range(len(factor.levels)), 2))
    pairs = fit.estimates(np.array([rows[b] - rows[a] for a, b in both]))
    n_levels, df = len(factor.levels), fit.df_resid
    t = pairs.estimate / pairs.se
    half_width = studentized_range.critical_value(alpha, n_levels, df) / np.sqrt(2) * pairs.se
    values = {
        "factor": factor.name,
        "level": [factor.levels[b] for _, b in both],
        "reference": [factor.levels[a] for a, _ in both],
        "estimate": pairs.estimate,
        "se": pairs.se,
        "df": df,
        "ci_low": pairs.estimate - half_width,
        "ci_high": pairs.estimate + half_width,
        "t": t,
        "p_adjusted": studentized_range.upper_tail(np.abs(t) * np.sqrt(2), n_levels, df),
    }
    return pd.DataFrame(values)


def letters_table(pairs: pd.DataFrame, means: pd.DataFrame, alpha: float) -> pd.DataFrame:
    """Levels that share a letter are not separated: factor, level, estimate, letters; lowest mean first.

    Levels of which a pair was not tested are left out.
    """
    parts = []
    for factor in dict.fromkeys(pairs["factor"]):
        levels = means[means["factor"] == factor].sort_values("estimate", kind="stable")
        chosen = pairs[pairs["factor"] == factor]
        tested = chosen[chosen["p_adjusted"].notna()]
        levels = levels[levels["level"].isin([*tested["level"], *tested["reference"]])]
        apart = {
            frozenset(pair)
            for *pair, p in zip(chosen["level"], chosen["reference"], chosen["p_adjusted"], strict=True)
            if p < alpha
        }
        letters = letter_display(list(levels["level"]), apart)
        parts.append(levels[["factor", "level", "estimate"]].assign(letters=letters))
    columns = ["factor", "level", "estimate", "letters"]
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=columns)


def letter_display(levels: list[str], apart: set[frozenset[str]]) -> list[str]:
    """Compact letter display by insert and absorb (Piepho 2004, J. Comp. Graph. Stat. 13:456).

    Args:
        levels: in the order in which letters are given out.
        apart: pairs of levels that differ; these share no letter, all other pairs share one.
    """
    groups: list[frozenset[str]] = [frozenset(levels)]
    for pair in sorted(apart, key=sorted):
        split: list[frozenset[str]] = []
        for group in groups:
            split += [group - {level} for level in pair] if pair <= group else [group]
        unique = list(dict.fromkeys(split))
        groups = [g for g in unique if not any(g < other for other in unique)]
    groups.sort(key=lambda g: sorted(levels.index(level) for level in g))
    names = [_letter(i) for i in range(len(groups))]
    return ["".join(name for name, g in zip(names, groups, strict=True) if level in g) for level in levels]


def _letter(index: int) -> str:
    """A, b, ... z, then a1, b1, ..."""
    return chr(ord("a") + index % 26) + (str(index // 26) if index >= 26 else "")
