"""What a planned design will be able to see, judged by the residual variance of earlier runs."""

import numpy as np
import pandas as pd

from ablation.analysis.analysis import Analysis
from ablation.analysis.analyze import analyze
from ablation.analysis.model.means import contrast_rows
from ablation.analysis.verdicts.conservative import planned_errors
from ablation.analysis.verdicts.power import detectable_by_all
from ablation.analysis.verdicts.rows import contrast_alpha


def detectable_effects(earlier: Analysis, planned: pd.DataFrame, block: str | None = None) -> pd.DataFrame:
    """The smallest effect of each level that the verdicts on the planned runs find with probability 80 %.

    A verdict must pass the classical test and the one that allows unequal spread, so the larger of their
    detectable effects counts. The spread is taken to be equal: it is not known before the runs.

    Args:
        earlier: of finished runs; its residual variance stands for that of the runs to come.
        planned: one row per planned run, with its factors and its block.
        block: that of the planned runs; that of `earlier`, if not given, which is none where it had one seed.

    Returns:
        Columns: factor, level, reference, detectable (analysis scale), detectable_percent; NaN when the
        planned runs leave no residual degrees of freedom, or the earlier ones gave no variance.

    Raises:
        UsageError: the planned runs cannot tell their factors apart.
    """
    asked = earlier.request
    block = block or asked.block
    factors = [name for name in planned if name != block and planned[name].nunique() > 1]
    # Standard errors depend on the design alone, so any response that varies will do.
    noise = np.random.default_rng(0).normal(size=len(planned))
    block = block if block and planned[block].nunique() > 1 else None
    numeric = {name: line for name, line in asked.numeric.items() if name in factors}
    future = analyze(
        planned.assign(**{asked.response: noise}), asked.response, factors, block=block, scale="identity",
        interactions=asked.interactions, alpha=asked.alpha, numeric=numeric, direction=asked.direction,
    )  # fmt: skip
    names, L = contrast_rows(future.fit, future.runs.predictors)
    alpha = contrast_alpha(future.fit, asked.alpha) / len(names)
    errors = planned_errors(future.fit, L, future.runs, earlier.fit.variance)
    names["detectable"] = [detectable_by_all(tests, alpha)[0] for tests in errors]
    return names.assign(detectable_percent=earlier.scaling.percent(names["detectable"].to_numpy()))
