"""Notices that need the tables of the analysis."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from ablation.analysis.data.runs import Runs
from ablation.analysis.diagnostics.diagnostics import Diagnostics
from ablation.analysis.model.fit import ALONE, Fit
from ablation.analysis.model.means import contrast_rows
from ablation.analysis.model.separable import factors_of
from ablation.analysis.model.terms import Group
from ablation.analysis.notices import Notice
from ablation.analysis.tables.cells import CellMeans

MAX_COOKS_DISTANCE = 1.0
"""A run that moves the fit by more than this deserves a look (Cook & Weisberg 1982)."""

MAX_NAMED = 3
"""Influential runs that are named."""

MIN_BLOCKS = 3


def residual_notices(diagnostics: Diagnostics, alpha: float) -> list[Notice]:
    """Unequal spread, effects that differ from seed to seed, outliers, influential runs."""
    notices = []
    spread = diagnostics.spread[diagnostics.spread["p_adjusted"] < alpha]
    if len(spread):
        factors = [(r["factor"], r["sd_ratio"], r["widest"]) for r in spread.to_dict("records")]
        notices.append(Notice("unequal-spread", {"factors": factors}))
    apart = diagnostics.by_seed[diagnostics.by_seed["p_adjusted"] < alpha]
    if len(apart) and diagnostics.runs.block:
        effects = [(r["factor"], r["ratio"], r["p_adjusted"]) for r in apart.to_dict("records")]
        notices.append(Notice("differs-by-seed", {"effects": effects, "block": diagnostics.runs.block.name}))
    far, influence = diagnostics.outliers["studentized"], diagnostics.influence["cooks_distance"]
    heavy = influence[influence > MAX_COOKS_DISTANCE].head(MAX_NAMED)
    for code, sizes in (("outlier", far), ("influence", heavy)):
        if len(sizes):
            notices.append(Notice(code, _which(diagnostics.runs, sizes)))
    return notices


def _which(runs: Runs, sizes: pd.Series) -> dict[str, object]:
    """Runs by their place, with something that was measured on them."""
    seeds = runs.block.texts(sizes.index.to_numpy()) if runs.block else [""] * len(sizes)
    named = [
        {"run": runs.labels[i], "cell": runs.levels(i), "at": seed, "size": float(size)}
        for (i, size), seed in zip(sizes.items(), seeds, strict=True)
    ]
    return {"runs": named, "block": runs.block.name if runs.block else ""}


def model_notices(
    lack_of_fit: pd.DataFrame, screened: Mapping[Group, float], split: set[str], runs: Runs, alpha: float
) -> list[Notice]:
    """Factors that change each other's effect, and cells that the model does not describe.

    Args:
        lack_of_fit: the test.
        screened: interactions that passed the screen, and their p values.
        split: interactions (`a:b`) along which there are verdicts per level.
        runs: those that count.
        alpha: of the tests.
    """
    kinds: dict[str, list[tuple[list[tuple[str, ...]], float]]] = {}
    for group, p in sorted(screened.items(), key=lambda item: item[1]):
        kind = "aliased" if len(group) > 1 else "split" if group[0].name in split else "screened"
        kinds.setdefault(kind, []).append(([factors_of(term, runs) for term in group], p))
    notices = [Notice("interaction", {"kind": kind, "tests": tests}) for kind, tests in kinds.items()]
    p_lack = float(lack_of_fit["p"].iloc[0])
    if p_lack < alpha:
        notices.append(Notice("lack-of-fit", {"p": p_lack, "may_be": lack_of_fit["may_be"].iloc[0]}))
    return notices


def design_notices(runs: Runs, fit: Fit, cells: CellMeans) -> list[Notice]:
    """Runs, cells without repetition or comparison, rows that share cell and seed, and too few seeds."""
    notices = _alone(runs, fit)
    if fit.df_resid > 0 and cells.df == 0:
        notices.append(Notice("unreplicated", {"df": fit.df_resid}))
    if runs.block is None:
        return notices
    block = runs.block.name
    if (alone := int(np.isnan(cells.means).sum())) > 0:
        notices.append(Notice("incomparable-cells", {"cells": alone, "block": block}))
    shared = pd.DataFrame({"cell": runs.cells, "block": runs.block.codes}).duplicated(keep=False)
    if shared.any():
        notices.append(Notice("repeated-rows", {"rows": int(shared.sum()), "block": block}))
    if (n := len(runs.block.levels)) < MIN_BLOCKS:
        notices.append(Notice("few-blocks", {"blocks": n, "block": block}))
    return notices


def _alone(runs: Runs, fit: Fit) -> list[Notice]:
    """Runs that the fit meets in any case: what rests on them has no error of its own."""
    alone = np.flatnonzero(fit.alone)
    if np.isnan(fit.variance) or not len(alone):
        return []
    names, L = contrast_rows(fit, runs.predictors)
    shares = fit.loadings(fit.coordinates(L))[fit.alike.number[alone]]
    resting = names[(np.abs(shares) > ALONE).any(axis=0) & fit.estimable(L)]
    effects = [(r["factor"], r["level"], r["reference"]) for r in resting.to_dict("records")]
    return [Notice("no-own-error", {"runs": len(alone), "effects": effects})]
