"""Sentences about several data sets, and about which population a result holds for."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

from ablation.analysis import Analysis
from ablation.analysis.sets.ranks import Ranks
from ablation.numbers import p_text
from ablation.report.sentences.verdicts import difference
from ablation.report.sentences.wording import Wording
from ablation.words import counted, listed

FEW = 5
"""With fewer data sets, another one can hardly be foretold."""


def sets_sentence(analysis: Analysis) -> str:
    """Which population verdicts are about, and which this section."""
    names = analysis.runs.sets.levels if analysis.runs.sets is not None else ()
    n, repeats = len(names), repeats_of(analysis)
    text = (
        f"These runs are on {counted(n, 'data set')}. Verdicts are about these {n}, with other {repeats}. "
        "What follows is about data sets of which these could be a random sample, which no test can show."
    )
    if n < FEW:
        text += f" With {n} of them little is known about another one: prediction intervals are wide."
    return text


def repeats_of(analysis: Analysis) -> str:
    """What repeats a cell on a data set: 'seeds', 'folds'."""
    sets = analysis.runs.sets
    return next(f"{name}s" for name in analysis.request.blocks if sets is None or name != sets.name)


def population_sentence(row: Mapping[Any, Any], words: Wording) -> str:
    """Average, spread and prediction of one effect."""
    name = difference(row, words)
    if not math.isfinite(row["ci_low"]):
        return f"{name}: its effect is known on fewer than two data sets."
    mean, share = words.change(row["estimate"]), words.level
    interval = words.interval(row["ci_low"], row["ci_high"])
    further = words.interval(row["prediction_low"], row["prediction_high"])
    text = f"{name}: {mean} {words.response} on average over such data sets ({share} CI {interval})"
    text += f"; on another one, expect {further}" + _sides(row)
    if not math.isfinite(row["p_differ"]):
        return f"{text}. With one run of each cell, noise and data sets cannot be told apart."
    differ = "differs" if row["p_differ"] < words.alpha else "is not shown to differ"
    return f"{text}. It {differ} between data sets ({p_text(row['p_differ'])})."


def _sides(row: Mapping[Any, Any]) -> str:
    """What the prediction leaves open beside the mean."""
    if row["prediction_low"] < 0 < row["prediction_high"] and not row["ci_low"] < 0 < row["ci_high"]:
        return ", so it may go the other way there"
    return ""


def ranks_sentence(ranks: Ranks, cells: Sequence[str], alpha: float, p: str) -> str:
    """The best by ranks, what is not separated from it, and how little ranks say."""
    tied = ranks.tied
    text = f"Ranks over {ranks.sets} data sets (each by the mean of its runs): "
    if ranks.p >= alpha:
        text += f"Friedman's test separates no cells ({p})."
    else:
        text += f"cells differ by Friedman's test ({p}); {cells[0]} ranks best"
        text += f", and {counted(tied, 'other')} within the critical difference." if tied else "."
    if ranks.left_out:
        text += f" Left out, as they lack cells: {listed(ranks.left_out, 4)}."
    return f"{text} Ranks leave out by how much, and depend on which other cells take part."
