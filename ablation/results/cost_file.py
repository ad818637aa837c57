"""Costs of a study's cells, measured afterwards: a file beside its rows, and columns of its table.

runs/<study>/costs.json    of each cell's id, name of a cost → number
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ablation.files import Disk, refusals, replace_durably

if TYPE_CHECKING:
    import pandas as pd

FILE = "costs.json"
Costs = Mapping[str, Mapping[str, float | None]]


def save_costs(folder: str | os.PathLike[str], cells: Costs, about: Mapping[str, object]) -> Path:
    """Write the costs of cells; earlier measurements are replaced.

    Args:
        folder: of the study.
        cells: id of a cell → name of a cost → number.
        about: where and how it was measured.
    """
    path = Path(folder) / FILE
    text = json.dumps({"schema": 1, **about, "cells": cells}, indent=1)
    with refusals("write", path):
        replace_durably(Disk(), path, text.encode())
    return path


def load_costs(folder: str | os.PathLike[str]) -> dict[str, Any]:
    """Read the costs; empty if there are none, or if the file is damaged."""
    try:
        costs = json.loads((Path(folder) / FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return costs if isinstance(costs, dict) and isinstance(costs.get("cells"), dict) else {}


def with_costs(frame: pd.DataFrame, folder: str | os.PathLike[str]) -> pd.DataFrame:
    """The table of a study with a column for each cost; columns that the runs have themselves are kept."""
    cells = load_costs(folder).get("cells", {})
    names = dict.fromkeys(name for costs in cells.values() for name in costs)
    columns = {
        name: [(cells.get(cell) or {}).get(name) for cell in frame["cell"]]
        for name in names
        if name not in frame
    }
    table = frame.assign(**columns).astype(dict.fromkeys(columns, "float64"))
    table.attrs = frame.attrs
    return table
