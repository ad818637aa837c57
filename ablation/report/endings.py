"""How runs ended: with a response, or without one."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from ablation.analysis.factors import Floats
from ablation.analysis.runs import statuses


def measured(table: pd.DataFrame, response: str, factors: Sequence[str] = ()) -> Floats:
    """The response of each run, NaN for those that failed (not finite, or a status other than `ok`)."""
    numbers = pd.to_numeric(table[response], errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan)
    finite = np.isfinite(numbers)
    status = statuses(table, (response, *factors))
    values: Floats = np.where(finite & (status == "ok") if status is not None else finite, numbers, np.nan)
    return values
