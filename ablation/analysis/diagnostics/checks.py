"""Warnings that need the tables: what a reader must know beside the verdicts."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from ablation.analysis.data.runs import Runs
from ablation.analysis.diagnostics.diagnostics import Diagnostics
from ablation.analysis.model.fit import Fit
from ablation.analysis.notices import Notice
from ablation.analysis.tables.cells import CellMeans
from ablation.numbers import p_text
from ablation.words import counted

MAX_COOKS_DISTANCE = 1.0
"""A run that moves the fit by more than this deserves a look (Cook & Weisberg 1982)."""

MIN_BLOCKS = 3


def residual_notices(diagnostics: Diagnostics, alpha: float) -> list[Notice]:
    """Unequal spread, outliers, influential runs."""
    notices = []
    block = diagnostics.runs.block.name if diagnostics.runs.block else ""
    for r in diagnostics.spread[diagnostics.spread["p_adjusted"] < alpha].to_dict("records"):
        times = f"{r['sd_ratio']:.1f} times, " if np.isfinite(r["sd_ratio"]) else ""
        sentence = (
            f"The spread differs between levels of '{r['factor']}' ({times}widest at {r['widest']}): "
            "trust p (HC3) for its contrasts; verdicts already allow for it."
        )
        notices.append(Notice(sentence, "unequal-spread"))
    for r in diagnostics.outlier[diagnostics.outlier["p_adjusted"] < alpha].to_dict("records"):
        which = f"{_which(r, block)} is an outlier"
        sentence = f"{which}: studentized residual {r['studentized']:.1f}. Look at its log."
        notices.append(Notice(sentence, "outlier"))
    influence = diagnostics.influence
    for r in influence[influence["cooks_distance"] > MAX_COOKS_DISTANCE].head(3).to_dict("records"):
        sentence = f"{_which(r, block)} moves the fit much: Cook's distance {r['cooks_distance']:.2f}."
        notices.append(Notice(sentence, "influence"))
    return notices


def _which(run: Mapping[Hashable, Any], block: str) -> str:
    """'Run 5 (depth=3, seed=1)': its label in the table, its cell and its block."""
    seed = f", {block}={run['block']}" if block else ""
    return f"Run {run['run']} ({run['cell']}{seed})"


def model_notices(
    interactions: pd.DataFrame, lack_of_fit: pd.DataFrame, split: set[str], alpha: float
) -> list[Notice]:
    """Factors that change each other's effect, and cells that the model does not describe.

    Args:
        interactions: the screen.
        lack_of_fit: the test.
        split: interactions (`a:b`) along which there are verdicts per level.
        alpha: of the tests.
    """
    notices = []
    for r in interactions[interactions["p_adjusted"] < alpha].to_dict("records"):
        told = "the effect of one depends on the other: see the verdicts per level"
        if r["aliased"]:
            told = "at least one of these is there, and the runs cannot tell which"
        elif r["term"] not in split:
            told = "the effect of one may depend on the other: see the means of their cells"
        sentence = f"Interaction '{r['term']}' ({p_text(r['p_adjusted'])}): {told}."
        notices.append(Notice(sentence, "interaction"))
    p_lack = float(lack_of_fit["p"].iloc[0])
    if p_lack < alpha:
        sentence = (
            f"Cells differ by more than the model says (lack of fit, {p_text(p_lack)}): "
            f"{lack_of_fit['may_be'].iloc[0]}."
        )
        notices.append(Notice(sentence, "lack-of-fit"))
    return notices


def design_notices(runs: Runs, fit: Fit, cells: CellMeans) -> list[Notice]:
    """Cells without repetition or comparison, rows that share cell and seed, and too few seeds."""
    notices = []
    if fit.df_resid > 0 and cells.df == 0:
        sentence = (
            "No cell was run twice: the error is judged by interactions that are taken to be zero "
            f"({counted(fit.df_resid, 'degree')} of freedom). Where they are not, verdicts err. "
            "Run more seeds."
        )
        notices.append(Notice(sentence, "unreplicated"))
    if runs.block is None:
        return notices
    if (alone := int(np.isnan(cells.means).sum())) > 0:
        sentence = (
            f"{counted(alone, 'cell')} cannot be compared with the others, because no value of "
            f"'{runs.block.name}' was run in both. Run every cell with the same values."
        )
        notices.append(Notice(sentence, "incomparable-cells"))
    shared = pd.DataFrame({"cell": runs.cells, "block": runs.block.codes}).duplicated(keep=False)
    if shared.any():
        sentence = (
            f"{counted(int(shared.sum()), 'row')} share cell and {runs.block.name} with another row. Epochs "
            "or batches of one run are no replicates: keep one row per run. If something else varied, "
            "name it among the factors."
        )
        notices.append(Notice(sentence, "repeated-rows"))
    n = len(runs.block.levels)
    if n < MIN_BLOCKS:
        sentence = f"Only {n} values of '{runs.block.name}': tests lean on the model more than on repetition."
        notices.append(Notice(sentence, "few-blocks"))
    return notices
