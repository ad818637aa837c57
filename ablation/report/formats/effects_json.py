"""effects.json: every number of a report for programs; its schema is in docs/report.md."""

import json
import math
import numbers
from typing import Any

import pandas as pd

from ablation.analysis import Analysis
from ablation.report.sections.costs import costs_of
from ablation.report.sections.header import design
from ablation.report.sentences import Wording, answer, notice_sentence, with_words
from ablation.report.subject import ResponseResult, Subject

SCHEMA = 2
"""Grows when a name changes its meaning or goes; new names may come without."""

TABLES = (
    "effects",
    "verdicts",
    "forecasts",
    "rankings",
    "marginal_means",
    "pairs",
    "anova",
    "lack_of_fit",
    "interactions",
    "attribution",
    "patterns",
    "best_cells",
    "robustness",
    "power",
    "failures",
    "iqm",
    "improvement",
    "failing",
    "dispersion",
)
"""Tables of `ablation.analysis.Analysis` that it holds, as lists of rows."""

OF_SETS = ("heterogeneity", "set_effects", "item_effects")
"""Those that have rows where blocks are data sets with seeds, or rows were of runs and test items."""


def effects_json(study: Subject) -> str:
    """The whole as strict JSON; numbers that are not known are null."""
    content = {
        "schema": SCHEMA,
        "study": study.name,
        "source": study.source,
        "design": {
            "words": design(study),
            "factors": study.factors,
            "reference": study.reference,
            "block": study.block,
            "runs": len(study.table),
            "failed": study.n_failed,
            "missing": len(study.missing),
        },
        "responses": [_answer(study, answer) for answer in study.answers],
    }
    return strict(content)


def strict(content: dict[str, Any]) -> str:
    """Strict JSON; numbers that are not known are null."""
    return json.dumps(_plain(content), indent=1, allow_nan=False, ensure_ascii=False) + "\n"


def _answer(study: Subject, answer: ResponseResult) -> dict[str, Any]:
    named = {"response": answer.response, "direction": answer.direction}
    if answer.analysis is None:
        return {**named, "obstacle": answer.obstacle}
    costs = {
        cost.name: {"frontier": _rows(cost.frontier), "prices": _rows(cost.prices)}
        for cost in costs_of(study, answer)
    }
    return {**named, "obstacle": None, **_analysis(answer.analysis, study.words(answer)), "costs": costs}


def _analysis(analysis: Analysis, words: Wording) -> dict[str, Any]:
    request = analysis.request
    return {
        "scale": analysis.scale,
        "alpha": request.alpha,
        "margin": request.margin,
        "block": analysis.runs.block.name if analysis.runs.block else None,
        "runs": analysis.n_runs,
        "answer": [{"kind": c.kind, "text": c.text} for line in answer(analysis, words) for c in line],
        "warnings": [{"code": n.code, "sentence": notice_sentence(n, words)} for n in analysis.warnings],
        **{name: getattr(analysis, name).to_dict("records") for name in TABLES},
        **{name: _rows(getattr(analysis, name)) for name in OF_SETS},
        "verdicts": with_words(analysis, words).to_dict("records"),
    }


def _rows(table: pd.DataFrame | None) -> list[Any]:
    return [] if table is None else table.to_dict("records")


def _plain(value: Any) -> Any:
    """JSON's types alone; NaN, infinities and missing values become null."""
    if isinstance(value, dict):
        return {str(name): _plain(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    if value is None or isinstance(value, str | bool):
        return value
    if value is pd.NA:
        return None
    if isinstance(value, numbers.Integral):
        return int(value)
    if isinstance(value, numbers.Real):
        return float(value) if math.isfinite(value) else None
    return value.item() if hasattr(value, "item") else str(value)
