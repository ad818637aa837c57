"""The one entrance: a table of runs in, an `Analysis` out."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from ablation.analysis.analysis import Analysis
from ablation.analysis.analysis_request import ORDINAL, AnalysisRequest, request
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
"""A straight line over numbers of which the largest is so many times the smallest is said to be one."""


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
        table: one row per run: a DataFrame, a file (`analysis.data.reading.READERS`), or a study folder. Of a
            log with rows per epoch the last row of each run counts.
        response: the column with what was measured. Values that are not finite numbers are failed runs, and
            so are runs whose column `status` or `state` says so in a word of a known tool.
        factors: the columns that the study varied. The reference level is the first category of a categorical
            column, else the first in natural order (False before True, numbers by value, `w32` before `w128`,
            but a level that means the starting point, such as `none` or `baseline`, before other texts).
        block: the column of paired seeds (or another block); always categorical. Of several columns, such as
            data set and seed, each combination is a block.
        scale: `log` (effects in %), `identity` (in units of the response), `logit` (of shares), `count` (%,
            by a quasi-Poisson model: zeros are no obstacle), `ordinal` (of ratings, by a proportional-odds
            model; told as changes of the mean rating, and so is the margin), or `auto`: log when all
            responses are positive and lower is better, logit where there are `trials`.
        interactions: highest order of interactions in the model: 1 none, 2 pairs; `auto` for pairs as far as
            the runs carry them (see `Analysis.order`).
        anova_type: type of the sums of squares: 1, 2 or 3.
        alpha: error rate of tests; intervals have level 1 - alpha.
        margin: smallest effect that matters, in % on the log scale, else in units of the response. Not
            applied where `auto` would take the log but for some values (a zero among losses).
        direction: which response is better: `lower`, `higher`, `zero`, or the number that is best; the
            response is then the distance from it, on the identity scale by `auto`. Without one it is `lower`
            where the response's name says so (loss, error, time …), or says nothing, with a notice.
        numeric: factors that enter as numbers, with a slope, instead of levels: names, or name -> `linear` or
            `log` (a slope in the logarithm).
        weights: a column of weights, inverse to the variance of each run.
        looks: of an adaptive study, at which the verdicts' p values and intervals are repeated ones.
        reference: factor -> the level that the others are compared with, where it is not the first.
        trials: a column of counts that the response is a share or a part of, such as the number of test
            images: the model is then quasi-binomial, on the logit scale.
        where: which rows are looked at: `State=finished and lr<=1e-2 and model in [a, b]`
            (`analysis.data.where`).
        item: the column of test items, where a row is one of a run: runs are averages over items, shares
            where items are right (1) or wrong (0); `Analysis.item_effects` says what holds for other items.
        nested: factor -> {another: its levels at which the first has levels}, or `dropout=true`; whatever a
            row has elsewhere says nothing. Found by itself where it is blank, or `none`, exactly there.

    Returns:
        The analysis; its tables are computed when first read.

    Raises:
        UsageError: a column is missing, nothing varies, no run finished, no factor can be told from the
            others, or the name of the response sounds as if higher were better and no direction is given.
    """
    frame = read_table(table)
    asked = request(
        factors, numeric, response=response, block=block, scale=scale, interactions=interactions,
        anova_type=anova_type, alpha=alpha, margin=margin, direction=direction, weights=weights,
        looks=looks, reference=reference, where=where, trials=trials, item=item, nested=nested,
    )  # fmt: skip
    frame, asked, read, items = prepare(frame, asked)
    found = replace(_analysed(frame, asked, read), items=items)
    far = diverged_runs(found.runs, asked.direction)
    if not far.any():
        return found
    diverged = np.zeros(len(frame), dtype=bool)
    diverged[found.selection.positions[far]] = True
    try:
        without = _analysed(frame, asked, read, diverged)
    except UsageError:  # too little is left
        without = None
    return replace(found, diverged=far, without_diverged=without)


def _analysed(
    frame: pd.DataFrame, asked: AnalysisRequest, read: tuple[Notice, ...], diverged: Bools | None = None
) -> Analysis:
    """The analysis of a prepared table; rows that diverged count as failed."""
    selection = select_rows(frame, asked, diverged)
    runs, dropped = drop_constant(selection.used, asked)
    runs = with_its_reference_first(runs, dict(asked.reference))
    chosen = choose_scale(runs.response, asked, runs.weights)
    asked, unit = _with_margin_in_its_unit(asked, chosen)
    if chosen.name == ORDINAL:
        runs, chosen, fit, order, left_out = fit_ordinal(
            runs, chosen, asked.response, asked.interactions, asked.alpha
        )
    elif chosen.is_glm:
        runs, fit, order, left_out = fit_glm(runs, chosen, asked.interactions, asked.alpha)
    else:
        y = chosen.forward(runs.response)
        unit += _margin_notices(asked, chosen, y)
        fit, order, left_out = fit_model(runs, y, asked.interactions, asked.alpha)
    notices = (*_still_true(read, runs), *selection.notices, *dropped, *unit, *left_out)
    notices += (*_number_notices(runs), *_error_notices(fit, runs))
    return Analysis(asked, chosen, selection, runs, fit, order, notices)


def _with_margin_in_its_unit(
    asked: AnalysisRequest, scale: Scale
) -> tuple[AnalysisRequest, tuple[Notice, ...]]:
    """Leave out a margin in % where values of a loss forbid percentages: it would become one in units."""
    if asked.margin is None or not scale.by_chance:
        return asked, ()
    return replace(asked, margin=None), (
        Notice("margin-unit", {"margin": asked.margin, "reason": scale.reason}),
    )


def _margin_notices(asked: AnalysisRequest, scale: Scale, y: Floats) -> tuple[Notice, ...]:
    """A margin that no two runs differ by, mostly one in another unit: it calls everything too small."""
    apart = float(np.ptp(y))
    if asked.margin is None or not 0 < apart < scale.margin(asked.margin)[1]:
        return ()
    return (Notice("wide-margin", {"apart": apart}),)


def _still_true(read: Sequence[Notice], runs: Runs) -> list[Notice]:
    """Leave out that a level was taken as the reference where another one is: that of the reference cell."""
    first = {part.name: part.points[0] for part in runs.predictors}
    kept = []
    for notice in read:
        levels = notice.facts.get("levels") if notice.code == "reference" else None
        same = [(name, level) for name, level in levels or () if first.get(name, level) == level]
        if levels is None or len(same) == len(levels):
            kept.append(notice)
        elif same:
            kept.append(Notice("reference", {"levels": same}))
    return kept


def _number_notices(runs: Runs) -> tuple[Notice, ...]:
    """Numbers whose few largest values decide a straight line over decades."""
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
