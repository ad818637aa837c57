"""How runs ended: with a response, or without one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from ablation.analysis.factors import Floats


def measured(table: pd.DataFrame, response: str, factors: Sequence[str] = ()) -> Floats:
    """The response of each run, NaN for those that failed (not finite, or a status other than `ok`)."""
    numbers = pd.to_numeric(table[response], errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan)
    finite = np.isfinite(numbers)
    status = statuses(table, (response, *factors))
    values: Floats = np.where(finite & (status == "ok") if status is not None else finite, numbers, np.nan)
    return values


def statuses(table: pd.DataFrame, asked: Sequence[str]) -> np.ndarray[Any, np.dtype[np.object_]] | None:
    """How each run ended, (n_runs,); None without a column that says so: `status` with an `ok` among others.

    Args:
        table: one row per run.
        asked: its columns that are factors or responses, whatever they are called.
    """
    if "status" not in table or "status" in asked:
        return None
    found = table["status"].astype(str).to_numpy(dtype=object)
    return found if (found == "ok").any() else None
