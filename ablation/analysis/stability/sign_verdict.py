"""Verdicts from the sign of an effect, where there is no margin."""

import numpy as np

from ablation.analysis.data.factors import Floats
from ablation.analysis.verdicts.judging import INCONCLUSIVE


def verdicts(estimate: Floats, p: Floats, alpha: float, below: str, above: str) -> list[str]:
    """The verdict on each estimate.

    Args:
        estimate: (m,), against zero.
        p: adjusted, (m,).
        alpha: error rate.
        below: what one below zero is called.
        above: what one above zero is called.
    """
    sure = np.nan_to_num(p, nan=1.0) < alpha
    signs = np.where(estimate < 0, below, above)
    words: list[str] = np.where(sure, signs, INCONCLUSIVE).tolist()
    return words
