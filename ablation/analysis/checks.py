"""Warnings that need the tables: what a reader must know beside the verdicts."""

from __future__ import annotations

import pandas as pd

from ablation.analysis.diagnostics import Diagnostics
from ablation.analysis.notices import Notice
from ablation.analysis.runs import Runs
from ablation.analysis.sentences import p_text
from ablation.words import counted

MAX_COOKS_DISTANCE = 1.0
"""A run that moves the fit by more than this deserves a look (Cook & Weisberg 1982)."""

MIN_BLOCKS = 3


def residual_notices(diagnostics: Diagnostics, alpha: float) -> list[Notice]:
    """Unequal spread, outliers, influential runs."""
    notices = []
    for r in diagnostics.spread[diagnostics.spread["p_adjusted"] < alpha].to_dict("records"):
        sentence = (
            f"The spread differs between levels of '{r['factor']}' ({r['sd_ratio']:.1f} times, widest "
            f"at {r['widest']}): trust se_hc3 and p_hc3 for its contrasts; verdicts already allow for it."
        )
        notices.append(Notice(sentence, "unequal-spread"))
    for r in diagnostics.outlier[diagnostics.outlier["p_adjusted"] < alpha].to_dict("records"):
        which = f"Run {r['run']} ({r['cell']}) is an outlier"
        sentence = f"{which}: studentized residual {r['studentized']:.1f}. Look at its log."
        notices.append(Notice(sentence, "outlier"))
    influence = diagnostics.influence
    for r in influence[influence["cooks_distance"] > MAX_COOKS_DISTANCE].head(3).to_dict("records"):
        sentence = (
            f"Run {r['run']} ({r['cell']}) moves the fit much: Cook's distance {r['cooks_distance']:.2f}."
        )
        notices.append(Notice(sentence, "influence"))
    return notices


def model_notices(interactions: pd.DataFrame, lack_of_fit: pd.DataFrame, alpha: float) -> list[Notice]:
    """Factors that change each other's effect, and cells that the model does not describe."""
    notices = []
    for r in interactions[interactions["p_adjusted"] < alpha].to_dict("records"):
        p = p_text(r["p_adjusted"])
        sentence = (
            f"Interaction '{r['term']}' (p {p}): the effect of one depends on the other, read it per level."
        )
        notices.append(Notice(sentence, "interaction"))
    p_lack = float(lack_of_fit["p"].iloc[0])
    if p_lack < alpha:
        sentence = (
            f"Cells differ by more than the model says (lack of fit, p {p_text(p_lack)}): "
            "interactions of higher order may matter."
        )
        notices.append(Notice(sentence, "lack-of-fit"))
    return notices


def design_notices(runs: Runs) -> list[Notice]:
    """Rows that share cell and seed, and too few seeds."""
    if runs.block is None:
        return []
    notices = []
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
