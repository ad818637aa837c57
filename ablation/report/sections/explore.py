"""What the page's script needs: levels, cells and runs, as plain lists."""

import math
from typing import Any

from ablation.naming import clipped
from ablation.report.figures.short_text import told_apart
from ablation.report.subject import Subject

NO_RUNS: dict[str, Any] = {"factors": [], "cells": [], "runs": [], "block": "", "responses": []}
"""What it knows of a page without runs."""

DIGITS = 6
"""Significant digits of a response in the page; the CSV has all."""


def explore(study: Subject) -> dict[str, Any]:
    """Factors with levels, cells by number with the places of their levels, and runs in the table's order."""
    places = {f: {level: i for i, level in enumerate(levels)} for f, levels in study.factors.items()}
    cells = []
    for name, row in zip(study.cell_names, study.one_per_cell, strict=True):
        levels = study.levels_of(int(row))
        cells.append([name, [places[f].get(level, -1) for f, level in levels.items()]])
    values = [[_number(v) for v in study.values(answer.response).tolist()] for answer in study.answers]
    table, n = study.table, len(study.table)
    status = list(map(str, table["status"].tolist())) if "status" in table else ["ok"] * n
    keys = table["key"].tolist() if "key" in table and study.logs else [""] * n
    logs = [clipped(study.logs[str(key)], 120) if str(key) in study.logs else "" for key in keys]
    each = zip(study.cells.tolist(), map(str, table["seed"].tolist()), status, logs, *values, strict=True)
    runs = [[c, seed, "" if s == "ok" else s, log, *numbers] for c, seed, s, log, *numbers in each]
    return {
        "factors": [
            [study.labels[f], told_apart(known, 40)] for f, known in study.factors.items()
        ],
        "cells": cells,
        "runs": runs,
        "block": study.block or "",
        "responses": [
            [a.response, a.unit, study.words(a).is_log, a.direction == "lower"] for a in study.answers
        ],
    }  # fmt: skip


def _number(value: float) -> float | None:
    return float(f"{value:.{DIGITS}g}") if math.isfinite(value) else None
