"""Failed runs by level: a level that breaks training is a finding, not missing data."""

import numpy as np
import pandas as pd
from scipy import special

from ablation.analysis.data.factors import Bools, Floats
from ablation.analysis.data.runs import Runs

COLUMNS = ["factor", "level", "runs", "failed", "rate", "ci_low", "ci_high", "fisher_p"]


def failures_table(attempted: Runs, failed: Bools, alpha: float) -> pd.DataFrame:
    """One row per level of each factor; columns are described at `Analysis.failures`."""
    rows = []
    for factor in attempted.factors:
        for i, level in enumerate(factor.levels):
            here = factor.codes == i
            n, k = int(here.sum()), int((here & failed).sum())
            low, high = wilson_interval(k, n, alpha)
            p = fisher_exact(k, n, int(failed.sum()), len(failed)) if n < len(failed) else float("nan")
            rows.append((factor.name, level, n, k, k / n, low, high, p))
    return pd.DataFrame(rows, columns=COLUMNS)


def failing_levels(
    failures: pd.DataFrame, failed: Bools, alpha: float
) -> dict[tuple[str, str], tuple[int, int]]:
    """Levels at which runs fail more often than elsewhere, (factor, level) -> failed runs, runs."""
    often = failures[(failures["fisher_p"] < alpha) & (failures["rate"] > failed.mean())]
    return {(r["factor"], r["level"]): (r["failed"], r["runs"]) for r in often.to_dict("records")}


def wilson_interval(k: int, n: int, alpha: float) -> tuple[float, float]:
    """Score interval of a proportion k of n (Wilson 1927, JASA 22:209)."""
    z = float(special.ndtri(1 - alpha / 2))
    middle = (k + z**2 / 2) / (n + z**2)
    half = z / (n + z**2) * np.sqrt(k * (n - k) / n + z**2 / 4)
    return (float(middle - half) if k else 0.0), (float(middle + half) if k < n else 1.0)


def fisher_exact(k: int, n: int, failed: int, total: int) -> float:
    """Fisher's exact test, two-sided: k failures in n runs of a level, `failed` in `total` runs.

    Adds up all tables that are no more likely than the one seen, as R's `fisher.test` does.
    """
    ks = np.arange(max(0, n - (total - failed)), min(n, failed) + 1)
    log_p = _log_choose(failed, ks) + _log_choose(total - failed, n - ks) - _log_choose(total, np.array(n))
    probability = np.exp(log_p)
    seen = probability[k - ks[0]]
    return min(1.0, float(probability[probability <= seen * (1 + 1e-7)].sum()))


def _log_choose(n: int, k: np.ndarray) -> Floats:
    result: Floats = special.gammaln(n + 1) - special.gammaln(k + 1) - special.gammaln(n - k + 1)
    return result
