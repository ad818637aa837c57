"""The expected cost of an adaptive study, from its design and the noise of earlier runs."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from ablation.adaptive.adaptive_plan import AdaptivePlan
from ablation.adaptive.expected import Course, adaptive, fixed
from ablation.analysis.analyze import analyze
from ablation.analysis.data.factors import Floats
from ablation.analysis.model.means import contrast_rows
from ablation.analysis.model.slopes import slopes_of
from ablation.analysis.verdicts.conservative import robust_errors
from ablation.analysis.verdicts.rows import contrast_alpha
from ablation.analysis.verdicts.seed_spread import SeedSpread, added_by_slopes, seed_spread

N_STUDIES = 1000


@dataclass(frozen=True)
class Promise:
    """The expected cost of studies whose components all have the same effect.

    Attributes:
        margins: the effect, in margins.
        seeds: expected number at the end.
        most: number by which 9 of 10 such studies have ended.
        settled: share of them that settle every verdict.
        fixed_seeds: of a fixed plan that settles as many; None if the maximum does not do.
    """

    margins: float
    seeds: float
    most: int
    settled: float
    fixed_seeds: int | None


def promise(course: Course, margins: float) -> Promise:
    """Simulate studies of this course; about half a second.

    Args:
        course: as `course_of` gives it.
        margins: the effect of every component, in margins.
    """
    rng = np.random.default_rng(0)
    effects = np.full(len(course.covariance), margins * course.margin)
    simulated = adaptive(course, effects, N_STUDIES, rng)
    share = float(simulated.settled.mean())
    enough = np.flatnonzero(fixed(course, effects, N_STUDIES, rng) >= share)
    return Promise(
        margins,
        float(simulated.seeds.mean()),
        int(np.quantile(simulated.seeds, 0.9)),
        share,
        int(course.seeds[enough[0]]) if len(enough) else None,
    )


def course_of(plan: AdaptivePlan, cells: pd.DataFrame, margin: float) -> Course:
    """The planned study as the process of its estimates.

    Args:
        plan: of the study.
        cells: the levels of each cell, (n_cells, n_factors), categorical, the reference first.
        margin: in standard deviations of the noise.
    """
    seeds = np.array(plan.looks)
    few = np.unique(seeds[np.linspace(0, len(seeds) - 1, min(4, len(seeds))).astype(int)])
    parts = [_at(plan, cells, int(n)) for n in few]
    df = np.interp(seeds, few, [part.df for part in parts])
    robust_df, widening = (
        np.column_stack([np.interp(seeds, few, row) for row in np.transpose(values)])
        for values in ([part.robust_df for part in parts], [part.widening for part in parts])
    )
    first = parts[0]
    return Course(
        seeds, first.covariance, df, robust_df, widening, plan.alpha, first.contrast_alpha, margin,
        first.spread, first.added,
    )  # fmt: skip


@dataclass(frozen=True, eq=False)
class _Part:
    """The analysis to come at one look; its covariance is that of one seed."""

    covariance: Floats
    df: float
    robust_df: Floats
    widening: Floats
    contrast_alpha: float
    spread: SeedSpread | None
    added: Floats


def _at(plan: AdaptivePlan, cells: pd.DataFrame, n_seeds: int) -> _Part:
    table = pd.concat([cells.assign(seed=seed) for seed in range(n_seeds)], ignore_index=True)
    # Errors depend on the design alone, so any response that varies will do.
    noise = np.random.default_rng(0).normal(size=len(table))
    future = analyze(
        table.assign(**{plan.response: noise}), plan.response, list(plan.factors), block="seed",
        scale="identity", interactions=plan.interactions, alpha=plan.alpha, direction=plan.direction,
        numeric=plan.numeric, nested=plan.nested,
    )  # fmt: skip
    _, L = contrast_rows(future.fit, future.runs.predictors)
    coordinates = future.fit.coordinates(L)
    errors = robust_errors(future.fit, L, future.runs, 1 - future.fit.leverage, 1.0)
    slopes = slopes_of(future.fit, future.runs)
    return _Part(
        n_seeds * coordinates @ coordinates.T,
        float(future.fit.df_resid),
        np.min([df for _, df in errors], axis=0),
        np.max([se for se, _ in errors], axis=0) / np.linalg.norm(coordinates, axis=1),
        contrast_alpha(future.fit, plan.alpha),
        seed_spread(future.fit, slopes),
        added_by_slopes(future.fit, L, slopes),
    )
