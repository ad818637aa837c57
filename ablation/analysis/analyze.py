"""The entrance to the analysis: a table of runs in, an `Analysis` out."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from ablation.analysis.analysis import Analysis
from ablation.analysis.analysis_request import ORDINAL, AnalysisRequest, read_request
from ablation.analysis.data.diverged import diverged_runs
from ablation.analysis.data.factors import Bools, Covariate, Floats
from ablation.analysis.data.prepare import prepare
from ablation.analysis.data.reading import read_table
from ablation.analysis.data.runs import Runs
from ablation.analysis.data.scale import Scale, choose_scale
from ablation.analysis.data.select import drop_constant, select_rows
from ablation.analysis.model.fit import Fit
from ablation.analysis.model.glm import fit_glm
from ablation.analysis.model.interaction_order import fit_model
from ablation.analysis.model.one_factor import with_its_reference_first
from ablation.analysis.model.ordinal import fit_ordinal
from ablation.analysis.notices import Notice
from ablation.analysis.sequential.looks import Looks
from ablation.errors import UsageError
from ablation.results.model_settings import AUTO

WIDE = 10.0
"""Ratio of the largest to the smallest number from which on a straight line gets a notice."""


def analyze(
    table: pd.DataFrame | str | Path,
    response: str,
    factors: Iterable[str] | str,
    block: Iterable[str] | str | None = None,
    scale: str = "auto",
    interactions: int | str = AUTO,
    anova_type: int = 2,
    alpha: float = 0.05,
    margin: float | None = None,
    direction: str | float | None = None,
    numeric: Mapping[str, str] | Iterable[str] | str = (),
    weights: str | None = None,
    looks: Looks | None = None,
    reference: Mapping[str, object] | None = None,
    where: str | None = None,
    trials: str | None = None,
    item: str | None = None,
    nested: Mapping[str, Mapping[str, object] | str] | None = None,
) -> Analysis:
    """Analyse a table of runs: effects, intervals, verdicts, warnings.

    Args:
        table: one row per run: a DataFrame, a file (`analysis.data.reading.READERS`), or a study's folder. Of
            a log with a row per epoch, the last row of each run counts.
        response: the column of the measured value. A run has failed if its value is not a finite number, or
            if its column `status` or `state` says so in the words of a known tool.
        factors: the columns that the study varied. The reference level is the first category of a categorical
            column. Otherwise it is the first in natural order: False before True, numbers by value, `w32`
            before `w128`, and texts that mean a starting point, such as `none` or `baseline`, first.
        block: the column of paired seeds (or of another block); always categorical. With several columns,
            such as data set and seed, each combination is a block.
        scale: `log` (effects in %), `identity` (in units of the response), `logit` (for shares), `count` (in
            %, by a quasi-Poisson model, which allows zeros), `ordinal` (for ratings, by a proportional-odds
            model; effects and margin are changes of the mean rating), or `auto`: log if all responses are
            positive and lower is better, logit if there are `trials`.
        interactions: highest order of interactions in the model: 1 none, 2 pairs; `auto` for pairs as far as
            the runs carry them (see `Analysis.order`).
        anova_type: type of the sums of squares: 1, 2 or 3.
        alpha: error rate of tests; intervals have level 1 - alpha.
        margin: smallest effect that matters, in % on the log scale, else in units of the response. It is not
            applied where only a few values, such as a zero among losses, keep `auto` from the log scale.
        direction: which values are better: `lower`, `higher`, `zero`, or the best number. For the last two,
            the response is the distance from that number, and `auto` takes the identity scale. By default it
            is `lower` if the response's name says so (loss, error, time …); if the name says nothing it is
            `lower` too, with a notice.
        numeric: factors that enter as numbers, with a slope, instead of levels: names, or name -> `linear` or
            `log` (a slope in the logarithm).
        weights: a column of weights, inverse to the variance of each run.
        looks: of an adaptive study: p values and intervals of verdicts are then repeated ones.
        reference: factor -> the level that the others are compared with, if it is not the first.
        trials: a column of counts of which the response is a share or a part, such as the number of test
            images. The model is then quasi-binomial, on the logit scale.
        where: which rows are used: `State=finished and lr<=1e-2 and model in [a, b]`
            (`analysis.data.where`).
        item: the column of test items, if each row is one item of a run. A run is then the average over its
            items, or the share of right ones (1) among right and wrong (0). `Analysis.item_effects` says what
            holds for new items.
        nested: factor -> {another factor: the levels of that one at which the first has levels}, or text such
            as `dropout=true`. The column's values in other rows are ignored. Without this argument, nesting
            is found where the column is blank, or `none`, in exactly these other rows.

    Returns:
        The analysis; its tables are computed when first read.

    Raises:
        UsageError: a column is missing, nothing varies, no run finished, no factor can be separated from the
            others, or no direction is given and the name of the response suggests that higher is better.
    """
    frame = read_table(table)
    request = read_request(
        factors, numeric, response=response, block=block, scale=scale, interactions=interactions,
        anova_type=anova_type, alpha=alpha, margin=margin, direction=direction, weights=weights,
        looks=looks, reference=reference, where=where, trials=trials, item=item, nested=nested,
    )  # fmt: skip
    frame, request, read, items = prepare(frame, request)
    analysis = replace(_analysed(frame, request, read), items=items)
    far = diverged_runs(analysis.runs, request.direction)
    if not far.any():
        return analysis
    diverged = np.zeros(len(frame), dtype=bool)
    diverged[analysis.selection.positions[far]] = True
    try:
        without = _analysed(frame, request, read, diverged)
    except UsageError:  # too little is left
        without = None
    return replace(analysis, diverged=far, without_diverged=without)


def _analysed(
    frame: pd.DataFrame, request: AnalysisRequest, read: tuple[Notice, ...], diverged: Bools | None = None
) -> Analysis:
    """The analysis of a prepared table; rows that diverged count as failed."""
    selection = select_rows(frame, request, diverged)
    runs, dropped = drop_constant(selection.used, request)
    runs = with_its_reference_first(runs, dict(request.reference))
    chosen = choose_scale(runs.response, request, runs.weights)
    request, unit = _with_margin_in_its_unit(request, chosen)
    if chosen.name == ORDINAL:
        runs, chosen, fit, order, left_out = fit_ordinal(
            runs, chosen, request.response, request.interactions, request.alpha
        )
    elif chosen.is_glm:
        runs, fit, order, left_out = fit_glm(runs, chosen, request.interactions, request.alpha)
    else:
        y = chosen.forward(runs.response)
        unit += _margin_notices(request, chosen, y)
        fit, order, left_out = fit_model(runs, y, request.interactions, request.alpha)
    notices = (*_still_true(read, runs), *selection.notices, *dropped, *unit, *left_out)
    notices += (*_number_notices(runs), *_error_notices(fit, runs))
    return Analysis(request, chosen, selection, runs, fit, order, notices)


def _with_margin_in_its_unit(
    request: AnalysisRequest, scale: Scale
) -> tuple[AnalysisRequest, tuple[Notice, ...]]:
    """Drop a margin in % if values of a loss rule out percentages: it would be read as one in units."""
    if request.margin is None or not scale.by_chance:
        return request, ()
    return replace(request, margin=None), (
        Notice("margin-unit", {"margin": request.margin, "reason": scale.reason}),
    )


def _margin_notices(request: AnalysisRequest, scale: Scale, y: Floats) -> tuple[Notice, ...]:
    """Report a margin larger than any difference between runs: it is mostly in another unit."""
    apart = float(np.ptp(y))
    if request.margin is None or not 0 < apart < scale.margin(request.margin)[1]:
        return ()
    return (Notice("wide-margin", {"apart": apart}),)


def _still_true(read: Sequence[Notice], runs: Runs) -> list[Notice]:
    """Drop notices of an assumed reference level where the reference cell has another one."""
    first = {part.name: part.points[0] for part in runs.predictors}
    still_true = []
    for notice in read:
        levels = notice.facts.get("levels") if notice.code == "reference" else None
        same = [(name, level) for name, level in levels or () if first.get(name, level) == level]
        if levels is None or len(same) == len(levels):
            still_true.append(notice)
        elif same:
            still_true.append(Notice("reference", {"levels": same}))
    return still_true


def _number_notices(runs: Runs) -> tuple[Notice, ...]:
    """Report numbers over decades, where the few largest values decide a straight line."""
    lines = [part for part in runs.predictors if isinstance(part, Covariate) and not part.is_log]
    wide = [part for part in lines if 0 < part.values.min() < part.values.max() / WIDE]
    facts = [(part.name, float(np.log10(part.values.max() / part.values.min()))) for part in wide]
    return (Notice("wide-number", {"numbers": facts}),) if facts else ()


def _error_notices(fit: Fit, runs: Runs) -> tuple[Notice, ...]:
    """Why there are no tests, if there are none."""
    if np.ptp(runs.response) == 0:
        return (Notice("constant-response"),)
    if fit.df_resid == 0:
        several = any(len(f.levels) > 2 for f in runs.factors)
        return (*([Notice("arbitrary-contrasts")] if several else []), Notice("no-error-estimate"))
    return (Notice("perfect-fit"),) if fit.is_perfect else ()
