"""The effect of each component on each data set, and on data sets like these.

On a data set the effect is the mean of its seeds' effects; these spread alike on all data sets, as few
seeds tell no spread of their own. Mean, spread and prediction are then those of a mixed model with data sets
at random.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from ablation.analysis.data.factors import Floats, Ints
from ablation.analysis.probability.distributions import f_upper, t_quantile
from ablation.analysis.probability.multiplicity import holm
from ablation.analysis.sets.random_effects import random_effects

NOTHING = float("nan")


@dataclass(frozen=True, eq=False)
class OnSets:
    """One contrast on every data set.

    Attributes:
        n: seeds of each set whose runs tell the effect, (n_sets,).
        effects: mean over these, NaN without any, (n_sets,).
        variance: of a seed's effect within a data set; NaN where no set has two seeds.
        df: its degrees of freedom.
    """

    n: Ints
    effects: Floats
    variance: float
    df: int

    @property
    def seen(self) -> np.ndarray:
        """Which data sets determine the effect."""
        return self.n > 0


def on_sets(each: Floats, sets: Ints, n_sets: int) -> OnSets:
    """The effect within each block (n_blocks,), NaN if undetermined, by the data set of the block."""
    known = np.isfinite(each)
    values, codes = each[known], sets[known]
    n = np.bincount(codes, minlength=n_sets)
    with np.errstate(invalid="ignore"):
        means = np.bincount(codes, values, n_sets) / np.where(n > 0, n, np.nan)
    df = int((n[n > 0] - 1).sum())
    variance = float(((values - means[codes]) ** 2).sum() / df) if df else NOTHING
    return OnSets(n, means, variance, df)


def effects_on_sets(
    names: pd.DataFrame, contrasts: list[OnSets], sets: tuple[str, ...], alpha: float
) -> pd.DataFrame:
    """One row per contrast and data set; columns are described at `Analysis.set_effects`."""
    parts = []
    for contrast, one in zip(names.to_dict("records"), contrasts, strict=True):
        se = np.sqrt(one.variance / np.where(one.seen, one.n, np.nan))
        reach = t_quantile(1 - alpha / 2, one.df) * se
        table = pd.DataFrame({"set": sets, "seeds": one.n, "estimate": one.effects, "se": se})
        table = table.assign(df=one.df, ci_low=one.effects - reach, ci_high=one.effects + reach)
        parts.append(table.assign(**contrast)[[*contrast, *table.columns]])
    return pd.concat(parts, ignore_index=True)


def heterogeneity_table(names: pd.DataFrame, contrasts: list[OnSets], alpha: float) -> pd.DataFrame:
    """One row per contrast; columns are described at `Analysis.heterogeneity`."""
    rows = []
    for one in contrasts:
        here = one.seen
        y, n = one.effects[here], one.n[here]
        v = np.zeros(len(y)) if np.isnan(one.variance) else one.variance / n
        mean = random_effects(y, v, alpha)
        F, p_differ = _differ(y, n, one)
        rows.append(
            {
                "sets": len(y), "estimate": mean.estimate, "se": mean.se, "df": mean.df, "ci_low": mean.low,
                "ci_high": mean.high, "p": mean.p, "tau": mean.tau, "prediction_low": mean.prediction_low,
                "prediction_high": mean.prediction_high, "seed_sd": np.sqrt(one.variance), "F": F,
                "df_seeds": one.df, "p_differ": p_differ,
            }
        )  # fmt: skip
    table = pd.concat([names.reset_index(drop=True), pd.DataFrame(rows)], axis=1)
    table.insert(table.columns.get_loc("tau"), "p_adjusted", holm(table["p"].to_numpy()))
    return table


def _differ(y: Floats, n: Ints, one: OnSets) -> tuple[float, float]:
    """F test that the effect is the same on all data sets, against the spread between seeds."""
    if len(y) < 2 or not one.variance > 0:
        return NOTHING, NOTHING
    mean = n @ y / n.sum()
    F = float(n @ (y - mean) ** 2 / (len(y) - 1) / one.variance)
    return F, float(f_upper(F, len(y) - 1, one.df))
