"""Does the effect of a component differ between seeds: its interaction with the block."""

import numpy as np
import pandas as pd

from ablation.analysis.data.runs import Runs
from ablation.analysis.model.fit import Fit
from ablation.analysis.model.slopes import Slopes, Spectrum
from ablation.analysis.probability.distributions import f_upper
from ablation.analysis.probability.multiplicity import holm

COLUMNS = ["factor", "F", "df1", "df2", "p", "p_adjusted", "ratio"]


def by_seed_table(fit: Fit, runs: Runs, slopes: Slopes | None) -> pd.DataFrame:
    """One row per component; columns are described at `Diagnostics.by_seed`. No rows without blocks."""
    if slopes is None:
        return pd.DataFrame(columns=COLUMNS)
    rows = [(part.name, *_test(fit, slopes.each[i])) for i, part in enumerate(runs.predictors)]
    table = pd.DataFrame(rows, columns=["factor", "F", "df1", "df2", "ratio"])
    table["p"] = f_upper(table["F"], table["df1"], table["df2"])
    return table.assign(p_adjusted=holm(table["p"]))[COLUMNS]


def _test(fit: Fit, slopes: Spectrum) -> tuple[float, int, int, float]:
    """F of the nested models, its degrees of freedom, and the spread of a contrast over that of the runs."""
    gains, squares = slopes
    df, rest = len(gains), fit.df_resid - len(gains)
    if df == 0 or rest <= 0:
        return float("nan"), df, rest, float("nan")
    variance = (fit.rss - squares.sum()) / rest
    excess = max(squares.sum() / variance - df, 0.0)
    return float(squares.mean() / variance), df, rest, float(np.sqrt(2 * excess / gains.sum()))
