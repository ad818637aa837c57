"""Tail areas, quantiles, roots and minima (scipy.stats and scipy.optimize would take a second to import)."""

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from ablation.analysis.data.factors import Floats


def t_two_sided(t: ArrayLike, df: ArrayLike) -> Floats:
    """P(|T| >= |t|); NaN where t is NaN or df is 0."""
    df = np.where(np.asarray(df) > 0, df, np.nan)
    p: Floats = np.minimum(2 * special.stdtr(df, -np.abs(np.asarray(t, dtype=float))), 1.0)
    return p


def t_lower(t: ArrayLike, df: ArrayLike) -> Floats:
    """P(T <= t)."""
    p: Floats = special.stdtr(np.where(np.asarray(df) > 0, df, np.nan), t)
    return p


def t_quantile(p: ArrayLike, df: ArrayLike) -> Floats:
    """Quantile of Student's t; NaN where df is 0."""
    q: Floats = special.stdtrit(np.where(np.asarray(df) > 0, df, np.nan), p)
    return q


def f_upper(F: ArrayLike, df1: ArrayLike, df2: ArrayLike) -> Floats:
    """P(F' >= F); NaN where F is NaN or a df is 0."""
    df1, df2 = (np.where(np.asarray(df) > 0, df, np.nan) for df in (df1, df2))
    p: Floats = special.fdtrc(df1, df2, F)
    return p


def f_quantile(p: ArrayLike, df1: ArrayLike, df2: ArrayLike) -> Floats:
    """Quantile of F; NaN where a df is 0."""
    df1, df2 = (np.where(np.asarray(df) > 0, df, np.nan) for df in (df1, df2))
    q: Floats = special.fdtri(df1, df2, p)
    return q


def root(function: Callable[[float], float], low: float, high: float) -> float:
    """Where a function that changes sign between low and high is zero, by halving to about the last digit."""
    rising = function(high) > 0
    narrow = 1e-15 * (high - low)
    while high - low > max(narrow, 2e-16 * abs(high)):
        middle = (low + high) / 2
        if (function(middle) > 0) == rising:
            high = middle
        else:
            low = middle
    return (low + high) / 2


def minimum(function: Callable[[float], float], low: float, high: float, within: float) -> float:
    """Where a function with one valley between low and high is lowest, by golden section.

    `scipy.optimize` has it too, but takes longer to import than everything here together.
    """
    share = (math.sqrt(5) - 1) / 2
    left, right = high - share * (high - low), low + share * (high - low)
    at_left, at_right = function(left), function(right)
    while high - low > within:
        if at_left < at_right:
            high, right, at_right = right, left, at_left
            left = high - share * (high - low)
            at_left = function(left)
        else:
            low, left, at_left = left, right, at_right
            right = low + share * (high - low)
            at_right = function(right)
    return (low + high) / 2
