"""Shares of counts: a quasi-binomial model with the logit as its link, by repeated weighted least squares.

At its solution it is the least-squares fit of the working response with the working weights (McCullagh and
Nelder 1989, Generalized Linear Models, 2.5), so every table of a linear model can be made of it. The residual
variance of that fit is the dispersion by Pearson's X²: 1 where runs of a cell differ by counting alone.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ablation.analysis.data.runs import Runs
from ablation.analysis.data.scale import Scale, expit, logit
from ablation.analysis.model.fit import Fit, fit_least_squares
from ablation.analysis.model.order import Order, fit_model
from ablation.analysis.notices import Notice
from ablation.errors import UsageError

MAX_STEPS, ENOUGH = 50, 1e-11
"""Newton's steps, and the change of a log-odds at which they end."""

MAX_LOG_ODDS = 18.0
"""Fitted odds beyond exp(18) are those of a share of 0 or 1: there is no estimate."""


def fit_shares(
    runs: Runs, scale: Scale, interactions: int | str, alpha: float
) -> tuple[Runs, Fit, Order, tuple[Notice, ...]]:
    """Fit main effects and the interactions that the runs carry to the log-odds of shares.

    Args:
        runs: shares, and as weights the counts that they are of (1 where nobody noted them).
        scale: the logit.
        interactions: see `fit_model`.
        alpha: level of the tests.

    Returns:
        The runs with their working weights, the fit of the working response, and what `fit_model` says.

    Raises:
        UsageError: some level has shares of 0 or 1 alone.
    """
    n = np.ones(len(runs.response)) if runs.weights is None else runs.weights
    share = runs.response
    log_odds = logit((n * share + 0.5) / (n + 1))
    fit, order, notices = fit_model(runs, log_odds - scale.shift, interactions, alpha)
    for _ in range(MAX_STEPS):
        mean = expit(log_odds)
        weights = n * mean * (1 - mean)
        working = log_odds + (share - mean) / (mean * (1 - mean))
        fit = fit_least_squares(fit.matrix, working - scale.shift, weights)
        before, log_odds = log_odds, working - fit.residuals / fit.root_weights
        if np.abs(log_odds).max() > MAX_LOG_ODDS:
            break
        if np.abs(log_odds - before).max() < ENOUGH:
            return replace(runs, weights=weights), fit, order, notices
    worst = int(np.abs(log_odds).argmax())
    received = f"{'1' if log_odds[worst] > 0 else '0'} at {runs.texts_at(np.array([worst]))[0]}"
    raise UsageError(
        "scale: expected shares that are not 0 or 1 in all runs of a level, whose log-odds are infinite. "
        f"Received: {received}, or at a part of it. Use scale='identity', or leave the level out (where=…)."
    )
