"""Adjusted p values. NaN stands for a test that was not made and does not count."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike

from ablation.analysis.data.factors import Floats


def holm(p: ArrayLike) -> Floats:
    """Holm's step-down adjustment, for families without a single error (Holm 1979, Scand. J. Stat. 6:65)."""
    return _adjust(p, lambda s: np.maximum.accumulate(s * np.arange(len(s), 0, -1)))


def benjamini_hochberg(p: ArrayLike) -> Floats:
    """False discovery rate, for a screen (Benjamini & Hochberg 1995, JRSS B 57:289)."""
    return _adjust(p, lambda s: np.minimum.accumulate((s * len(s) / np.arange(1, len(s) + 1))[::-1])[::-1])


def _adjust(p: ArrayLike, step: Callable[[Floats], Floats]) -> Floats:
    values = np.asarray(p, dtype=float)
    adjusted = np.full(values.shape, np.nan)
    tested = np.flatnonzero(~np.isnan(values))
    order = tested[np.argsort(values[tested], kind="stable")]
    adjusted[order] = np.minimum(step(values[order]), 1.0)
    return adjusted
