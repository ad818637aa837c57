"""Shares and counts: quasi-binomial and quasi-Poisson models, by iteratively reweighted least squares.

At its solution a model is the least-squares fit of the working response with the working weights (McCullagh
and Nelder 1989, Generalized Linear Models, 2.5): all tables of a linear model can be made of it. The residual
variance of that fit is the dispersion by Pearson's X²: 1 where runs of a cell differ by counting alone.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from ablation.analysis.data.factors import Floats, Ints
from ablation.analysis.data.runs import Runs
from ablation.analysis.data.scale import Scale
from ablation.analysis.model.fit import Fit, fit_least_squares
from ablation.analysis.model.interaction_order import Order, fit_model
from ablation.analysis.notices import Notice
from ablation.errors import UsageError

MAX_STEPS, ENOUGH = 50, 1e-11
"""Newton's steps, and the change on the scale of the model at which they end."""


@dataclass(frozen=True)
class _Family:
    """How responses vary: with the link that is natural to them, slope and variance are one function.

    Attributes:
        start: of the means, from the response and its number of tries.
        variance: of the response of one try, by its mean.
        limit: a fitted value this far from that of the mean response is infinite.
        words: what is expected of the runs of a level, and what is received otherwise.
    """

    start: Callable[[Floats, Floats], Floats]
    variance: Callable[[Floats], Floats]
    limit: float
    words: tuple[str, str]


_FAMILIES = {
    "logit": _Family(
        lambda y, n: (n * y + 0.5) / (n + 1),
        lambda mean: mean * (1 - mean),
        18.0,
        (
            "shares that are not 0 or 1 in all runs of a level, whose log-odds are infinite",
            "only 0, or only 1,",
        ),
    ),
    "count": _Family(
        lambda y, _: y + 0.1 * max(float(y.mean()), 1e-9),
        lambda mean: mean,
        25.0,
        ("counts that are not 0 in all runs of a level, whose logarithm is infinite", "only 0"),
    ),
}


def working_cells(scale: Scale, y: Floats, n: Floats, cell: Ints) -> tuple[Floats, Floats]:
    """Working responses and weights (n,) each of a model with one mean per cell.

    Args:
        scale: `logit` or `count`.
        y: shares or counts.
        n: numbers of tries.
        cell: of each run, from 0.
    """
    mean = (np.bincount(cell, n * y) / np.bincount(cell, n))[cell]
    variance = _FAMILIES[scale.name].variance(mean)
    safe = np.where(variance > 0, mean, 0.5)
    return scale.link(safe) + (y - safe) / np.where(variance > 0, variance, 0.25), n * variance


def fit_glm(
    runs: Runs, scale: Scale, interactions: int | str, alpha: float
) -> tuple[Runs, Fit, Order, tuple[Notice, ...]]:
    """Fit main effects and the interactions that the runs carry, on the scale of the model.

    Args:
        runs: shares or counts, and as weights the counts that shares are of (1 where nobody noted them).
        scale: `logit` or `count`.
        interactions: see `fit_model`.
        alpha: level of the tests.

    Returns:
        The runs with their working weights, the fit of the working response, and what `fit_model` says.

    Raises:
        UsageError: some level has shares of 0 or 1 alone, or counts of 0.
    """
    family, y = _FAMILIES[scale.name], runs.response
    n = np.ones(len(y)) if runs.weights is None else runs.weights
    linear = scale.link(family.start(y, n)) - scale.shift
    fit, order, notices = fit_model(runs, linear, interactions, alpha)
    for _ in range(MAX_STEPS):
        mean = scale.back(linear + scale.shift)
        variance = family.variance(mean)
        working = linear + (y - mean) / variance
        fit = fit_least_squares(fit.matrix, working, n * variance)
        before, linear = linear, working - fit.residuals / fit.root_weights
        if np.abs(linear).max() > family.limit:
            break
        if np.abs(linear - before).max() < ENOUGH:
            return replace(runs, weights=n * variance), fit, order, notices
    expected, received = family.words
    at = runs.texts_at(np.array([int(np.abs(linear).argmax())]))[0]
    raise UsageError(
        f"scale: expected {expected}. Received: {received} at {at} or at a part of it. "
        "Use scale='identity', or leave the level out (where=…)."
    )
