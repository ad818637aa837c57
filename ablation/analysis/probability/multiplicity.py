"""Adjusted p values. NaN stands for a test that was not made, and does not count."""

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike

from ablation.analysis.data.factors import Floats


def holm(p: ArrayLike) -> Floats:
    """Holm's step-down adjustment, for families without a single error (Holm 1979, Scand. J. Stat. 6:65)."""
    return _adjust(p, lambda s: np.maximum.accumulate(s * np.arange(len(s), 0, -1)))


def nested_holm(first: ArrayLike, then: ArrayLike) -> tuple[Floats, Floats]:
    """Holm's adjustment of pairs of tests of which the second claims more than the first, each (m,).

    The largest number of true hypotheses that a step can meet is that of the pairs whose second test has not
    been passed: where the first hypothesis of a pair is true the second is true as well, and the smaller p
    cannot be the second's (Shaffer 1986, JASA 81:826). Without second tests (NaN) it is Holm's.
    """
    one, two = np.asarray(first, dtype=float), np.asarray(then, dtype=float)
    two = np.fmax(one, two)
    adjusted = np.full((2, len(one)), np.nan)
    left, highest = int((~np.isnan(one)).sum()), 0.0
    tests = [(value, which, i) for which, values in enumerate((one, two)) for i, value in enumerate(values)]
    for value, which, i in sorted(test for test in tests if not np.isnan(test[0])):
        highest = max(highest, min(value * left, 1.0))
        adjusted[which, i] = highest
        left -= which
    return adjusted[0], np.where(np.isnan(np.asarray(then, dtype=float)), np.nan, adjusted[1])


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
