"""The table on top of a report of several responses: what each component does to each."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import pandas as pd

from ablation.numbers import percent, units
from ablation.report.document import Cell, Column, Prose, Section, Table
from ablation.report.sections.tables import TONES, component, contrast
from ablation.report.sentences import verdict_words, with_words
from ablation.report.subject import ResponseResult, Subject


def overview(study: Subject) -> Section:
    """One row per contrast, one column per response; a sentence for each response without analysis."""
    rows_of = {a.response: _by_contrast(a) for a in study.answers}
    contrasts = list(dict.fromkeys(key for found in rows_of.values() for key in found))
    rows = []
    for key in contrasts:
        row = dict(zip(("factor", "level", "reference"), key, strict=True))
        entries = [_entry(a, rows_of[a.response].get(key, [])) for a in study.answers]
        rows.append([Cell(component(study, row)), Cell(contrast(row)), *entries])
    columns = [Column("component"), Column("level − reference"), *(Column(a.response) for a in study.answers)]
    caption = "What each component does to each response; p-values are adjusted within each response"
    blocks = [Prose(f"{a.response}: {a.obstacle}") for a in study.answers if a.analysis is None]
    frames = [
        with_words(a.analysis, study.words(a.analysis)).assign(response=a.response)
        for a in study.answers
        if a.analysis
    ]
    data = pd.concat(frames, ignore_index=True) if frames else None
    table = [Table("overview", caption, columns, rows, data, copies=True, limit=200)] if rows else []
    return Section("overview", "All responses at a glance", [*blocks, *table])


def _by_contrast(answer: ResponseResult) -> dict[tuple[str, str, str], list[Mapping[Any, Any]]]:
    """Verdicts of each main contrast: one, or one per level of another component."""
    found: dict[tuple[str, str, str], list[Mapping[Any, Any]]] = {}
    if answer.analysis is not None:
        for row in answer.analysis.verdicts.to_dict("records"):
            found.setdefault((row["factor"], row["level"], row["reference"]), []).append(row)
    return found


def _entry(answer: ResponseResult, rows: list[Mapping[Any, Any]]) -> Cell:
    if not rows or answer.analysis is None:
        return Cell("unknown")
    if len(rows) > 1:
        return Cell(f"depends on {str(rows[0]['within']).partition('=')[0]}", tone="open")
    row = rows[0]
    change = percent(row["percent"]) if answer.analysis.scale == "log" else units(row["estimate"])
    known = math.isfinite(row["estimate"])
    return Cell(
        f"{change}, {verdict_words(row['verdict'])}" if known else "unknown",
        tone=TONES.get(row["verdict"], ""),
    )
