"""The one entrance: a table of runs in, an `Analysis` out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from ablation.analysis.analysis import Analysis
from ablation.analysis.data.prepare import prepare
from ablation.analysis.data.reading import read_table
from ablation.analysis.data.runs import Runs
from ablation.analysis.data.scale import Scale, choose_scale
from ablation.analysis.data.select import drop_constant, select_rows
from ablation.analysis.model.fit import Fit, fit_least_squares
from ablation.analysis.model.separable import fit_estimable, refuse_inseparable, unknown_notices
from ablation.analysis.model.terms import build_matrix
from ablation.analysis.notices import Notice
from ablation.analysis.request import AnalysisRequest, request
from ablation.analysis.sequential.looks import Looks


def analyze(
    table: pd.DataFrame | str | Path,
    response: str,
    factors: Iterable[str] | str,
    block: Iterable[str] | str | None = None,
    scale: str = "auto",
    interactions: int = 2,
    anova_type: int = 2,
    alpha: float = 0.05,
    margin: float | None = None,
    direction: str | float | None = None,
    numeric: Iterable[str] | str = (),
    weights: str | None = None,
    looks: Looks | None = None,
    reference: Mapping[str, object] | None = None,
    where: str | None = None,
) -> Analysis:
    """Analyse a table of runs: effects, intervals, verdicts, warnings.

    Args:
        table: one row per run: a DataFrame, a file (`analysis.data.reading.READERS`), or a study folder. Of a
            log with rows per epoch the last row of each run counts.
        response: the column with what was measured. Values that are not finite numbers are failed runs, and
            so are runs whose column `status` or `state` says so in a word of a known tool.
        factors: the columns that the study varied. The reference level is the first category of a categorical
            column, else the first in natural order (False before True, numbers by value, `w32` before `w128`,
            but a level that means the starting point, such as `none` or `baseline`, before other texts).
        block: the column of paired seeds (or another block); always categorical. Of several columns, such as
            data set and seed, each combination is a block.
        scale: `log` (effects in %), `identity` (in units of the response), or `auto`: log when all
            responses are positive and lower is better.
        interactions: highest order of interactions in the model: 1 none, 2 pairs.
        anova_type: type of the sums of squares: 1, 2 or 3.
        alpha: error rate of tests; intervals have level 1 - alpha.
        margin: smallest effect that matters, in % on the log scale, else in units of the response. Not
            applied where `auto` would take the log but for some values (a zero among losses).
        direction: which response is better: `lower`, `higher`, `zero`, or the number that is best; the
            response is then the distance from it, on the identity scale by `auto`. Without one it is `lower`
            where the response's name says so (loss, error, time …), or says nothing, with a notice.
        numeric: factors that enter as numbers, with a slope, instead of levels.
        weights: a column of weights, inverse to the variance of each run.
        looks: of an adaptive study, at which the verdicts' p values and intervals are repeated ones.
        reference: factor -> the level that the others are compared with, where it is not the first.
        where: which rows are looked at: `State=finished and lr<=1e-2 and model in [a, b]`
            (`analysis.data.where`).

    Returns:
        The analysis; its tables are computed when first read.

    Raises:
        UsageError: a column is missing, nothing varies, no run finished, factors cannot be told apart, or the
            response's name sounds as if higher were better and no direction is given.
    """
    frame = read_table(table)
    asked = request(
        factors, numeric, response=response, block=block, scale=scale, interactions=interactions,
        anova_type=anova_type, alpha=alpha, margin=margin, direction=direction, weights=weights,
        looks=looks, reference=reference, where=where,
    )  # fmt: skip
    frame, asked, read = prepare(frame, asked)
    selection = select_rows(frame, asked)
    runs, dropped = drop_constant(selection.used, asked)
    chosen = choose_scale(runs.response, asked)
    asked, unit = _with_margin_in_its_unit(asked, chosen)
    y = chosen.forward(runs.response)
    matrix = build_matrix(runs, asked.interactions)
    main = fit_least_squares(matrix.keep([t for t in matrix.terms if t.order <= 1]), y, runs.weights)
    refuse_inseparable(main, runs)
    fit, left_out = fit_estimable(matrix, main, runs)
    notices = (*read, *selection.notices, *dropped, *unit, *left_out, *unknown_notices(fit, runs))
    notices += (*_model_notices(fit, runs, asked.anova_type), *_error_notices(fit, runs))
    return Analysis(asked, chosen, selection, runs, fit, notices)


def _with_margin_in_its_unit(
    asked: AnalysisRequest, scale: Scale
) -> tuple[AnalysisRequest, tuple[Notice, ...]]:
    """Leave out a margin in % where values of a loss forbid percentages: it would become one in units."""
    if asked.margin is None or not scale.by_chance:
        return asked, ()
    return replace(asked, margin=None), (
        Notice("margin-unit", {"margin": asked.margin, "reason": scale.reason}),
    )


def _model_notices(fit: Fit, runs: Runs, anova_type: int) -> tuple[Notice, ...]:
    """What the reader of the tables must know about the model's shape."""
    notices = []
    if anova_type == 3 and fit.null_space.shape[1]:
        notices.append(Notice("type-three"))
    if fit.df_resid == 0 and any(len(f.levels) > 2 for f in runs.factors):
        notices.append(Notice("arbitrary-contrasts"))
    return tuple(notices)


def _error_notices(fit: Fit, runs: Runs) -> tuple[Notice, ...]:
    """Why there are no tests, if there are none."""
    if np.ptp(runs.response) == 0:
        return (Notice("constant-response"),)
    if fit.df_resid == 0:
        return (Notice("no-error-estimate"),)
    return (Notice("perfect-fit"),) if fit.is_perfect else ()
