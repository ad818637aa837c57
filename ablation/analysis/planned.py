"""What a planned design can detect, given the residual variance of earlier runs."""

import numpy as np
import pandas as pd

from ablation.analysis.analysis import Analysis
from ablation.analysis.analyze import analyze
from ablation.analysis.model.means import contrast_rows
from ablation.analysis.verdicts.conservative import planned_errors
from ablation.analysis.verdicts.power import detectable_by_all
from ablation.analysis.verdicts.rows import contrast_alpha


def detectable_effects(earlier: Analysis, planned: pd.DataFrame, block: str | None = None) -> pd.DataFrame:
    """The smallest effect of each level that verdicts on the planned runs find with probability 80 %.

    A verdict must pass the classical test and the test that allows for unequal spread, so the larger of the
    two detectable effects counts. The spread is assumed to be equal, as it is not known before the runs.

    Args:
        earlier: the analysis of finished runs; its residual variance stands for that of the planned runs.
        planned: one row per planned run, with its factors and its block.
        block: the column of the block in `planned`; by default the block of `earlier`, if it had one.

    Returns:
        Columns: factor, level, reference, detectable (analysis scale), detectable_percent; NaN if the planned
        runs leave no residual degrees of freedom, or the earlier runs give no variance.

    Raises:
        UsageError: the planned runs cannot separate their factors.
    """
    request = earlier.request
    block = block or request.block
    factors = [name for name in planned if name != block and planned[name].nunique() > 1]
    # Standard errors depend on the design alone, so any response that varies will do.
    noise = np.random.default_rng(0).normal(size=len(planned))
    block = block if block and planned[block].nunique() > 1 else None
    numeric = {name: line for name, line in request.numeric.items() if name in factors}
    future = analyze(
        planned.assign(**{request.response: noise}), request.response, factors, block=block, scale="identity",
        interactions=request.interactions, alpha=request.alpha, numeric=numeric, direction=request.direction,
    )  # fmt: skip
    names, L = contrast_rows(future.fit, future.runs.predictors)
    alpha = contrast_alpha(future.fit, request.alpha) / len(names)
    errors = planned_errors(future.fit, L, future.runs, earlier.fit.variance)
    names["detectable"] = [detectable_by_all(tests, alpha)[0] for tests in errors]
    return names.assign(detectable_percent=earlier.scaling.percent(names["detectable"].to_numpy()))
