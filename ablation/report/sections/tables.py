"""What tables of several sections share."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ablation.analysis import Analysis
from ablation.analysis.model.terms import Term
from ablation.analysis.tables.anova import group_name, tested_interactions
from ablation.naming import clipped, is_switch
from ablation.report.document import Cell, Tone
from ablation.report.sentences import verdict_words
from ablation.report.subject import Subject

TONES: Mapping[str, Tone] = {
    "keep": "keep",
    "hurts": "hurts",
    "better": "better",
    "worse": "worse",
    "does nothing": "nothing",
    "inconclusive": "open",
}


def cells(*texts: str) -> list[Cell]:
    """A row of plain entries."""
    return [Cell(text) for text in texts]


def verdict_cell(verdict: str) -> Cell:
    """A verdict with its tone."""
    return Cell(verdict_words(verdict), tone=TONES.get(verdict, ""))


def component(study: Subject, row: Mapping[str, Any]) -> str:
    """'activation', 'activation at attention=none': what a contrast is about, by its short name."""
    label = clipped(study.labels.get(str(row["factor"]), str(row["factor"])))
    within = str(row.get("within") or "")
    if not within:
        return label
    for name, short in study.labels.items():
        if within.startswith(f"{name}="):
            return f"{label} at {short}={clipped(within[len(name) + 1 :])}"
    return f"{label} at {within}"


def contrast(row: Mapping[str, Any]) -> str:
    """'elu − relu'; 'on − off' for a switch."""
    level, reference = str(row["level"]), str(row["reference"])
    return "on − off" if is_switch(reference, level) else f"{clipped(level)} − {clipped(reference)}"


def term_labels(study: Subject, analysis: Analysis) -> dict[str, str]:
    """Name of each term of the model → what to call it."""
    predictors = analysis.runs.predictors

    def label(term: Term) -> str:
        names = [predictors[i].name for i in sorted(term.members)]
        return " × ".join(clipped(study.labels.get(name, name)) for name in names) or term.name

    groups = [*((term,) for term in analysis.fit.matrix.terms), *tested_interactions(analysis.fit)]
    return {group_name(group): " + ".join(map(label, group)) for group in groups}


def interval_name(analysis: Analysis) -> str:
    """'95 % interval'."""
    return f"{100 * (1 - analysis.request.alpha):g} % interval"
