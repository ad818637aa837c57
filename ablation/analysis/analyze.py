"""The one entrance: a table of runs in, an `Analysis` out."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pandas as pd

from ablation.analysis.analysis import Analysis
from ablation.analysis.fit import fit_least_squares
from ablation.analysis.notices import Notice
from ablation.analysis.reading import read_table
from ablation.analysis.request import request
from ablation.analysis.runs import drop_constant, select_rows
from ablation.analysis.scale import choose_scale
from ablation.analysis.separable import leave_out_interactions, refuse_inseparable, unknown_notices
from ablation.analysis.terms import build_matrix


def analyze(
    table: pd.DataFrame | str | Path,
    response: str,
    factors: Iterable[str] | str,
    block: str | None = None,
    scale: str = "auto",
    interactions: int = 2,
    anova_type: int = 2,
    alpha: float = 0.05,
    margin: float | None = None,
    direction: str = "lower",
    numeric: Iterable[str] | str = (),
    weights: str | None = None,
) -> Analysis:
    """Analyse a table of runs: effects, intervals, verdicts, warnings.

    Args:
        table: one row per run: a DataFrame, a `.parquet` or `.csv` file, or a study folder.
        response: the column with what was measured. Values that are not finite numbers are failed runs.
        factors: the columns that the study varied. The reference level is the first category of a categorical
            column, else the first in ascending order (False before True, numbers by value, text by
            character).
        block: the column of paired seeds (or another block); always categorical.
        scale: `log` (effects in %), `identity` (in units of the response), or `auto`: log when all
            responses are positive and lower is better.
        interactions: highest order of interactions in the model: 1 none, 2 pairs.
        anova_type: type of the sums of squares: 1, 2 or 3.
        alpha: error rate of tests; intervals have level 1 - alpha.
        margin: smallest effect that matters, in % on the log scale, else in units of the response.
        direction: which response is better, `lower` or `higher`.
        numeric: factors that enter as numbers, with a slope, instead of levels.
        weights: a column of weights, inverse to the variance of each run.

    Returns:
        The analysis; its tables are computed when first read.

    Raises:
        UsageError: a column is missing, nothing varies, no run finished, or factors cannot be told apart.
    """
    frame = read_table(table)
    asked = request(
        factors, numeric, response=response, block=block, scale=scale, interactions=interactions,
        anova_type=anova_type, alpha=alpha, margin=margin, direction=direction, weights=weights,
    )  # fmt: skip
    asked.check(frame)
    selection = select_rows(frame, asked)
    runs, dropped = drop_constant(selection.used, asked)
    chosen = choose_scale(runs.response, asked)
    y = chosen.forward(runs.response)
    matrix = build_matrix(runs, asked.interactions)
    refuse_inseparable(matrix, y, runs)
    matrix, left_out = leave_out_interactions(matrix)
    fit = fit_least_squares(matrix, y, runs.weights)
    notices = (*selection.notices, *dropped, *left_out, *unknown_notices(fit, runs))
    notices += _error_notices(fit.df_resid, fit.is_perfect, bool(np.ptp(runs.response) == 0), response)
    return Analysis(asked, chosen, selection, runs, fit, notices)


def _error_notices(df_resid: int, perfect: bool, constant: bool, response: str) -> tuple[Notice, ...]:
    if constant:
        return (
            Notice(f"The response '{response}' is constant: no variation, no tests.", "constant-response"),
        )
    if df_resid == 0:
        sentence = (
            "As many parameters as runs: no error estimate, no p-values. Run more seeds, or see `lenth`."
        )
        return (Notice(sentence, "no-error-estimate"),)
    if perfect:
        sentence = (
            f"The factors determine '{response}' exactly: no noise is left, so no tests. "
            "Is the response deterministic, or the seed the same everywhere?"
        )
        return (Notice(sentence, "perfect-fit"),)
    return ()
