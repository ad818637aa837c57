"""Ratings: the proportional-odds model (McCullagh 1980, JRSS B 42:109), with errors from its scores.

P(rating <= k) = 1 / (1 + exp(linear part - cut k)), so that a level multiplies the odds of a better rating by
one number, whichever rating counts as better. Estimates and their classical errors are those of maximum
likelihood. At its solution the main effects are also the least-squares fit of a working response, from which
all tables are made; its residuals are scores, whose variance the verdicts' errors take as it is.

By Newton's steps here and not by statsmodels' OrderedModel, whose numerical derivatives leave six digits.
"""

from dataclasses import dataclass, fields, replace

import numpy as np

from ablation.analysis.data.factors import Floats, Ints
from ablation.analysis.data.ratings import Ratings, rating_levels
from ablation.analysis.data.runs import Runs
from ablation.analysis.data.scale import Scale, expit
from ablation.analysis.model.fit import Estimates, Fit, fit_least_squares
from ablation.analysis.model.interaction_order import Order, fit_model
from ablation.analysis.notices import Notice
from ablation.errors import UsageError

MAX_STEPS, ENOUGH, INFINITE = 60, 1e-10, 15.0
"""Newton's steps, the step at which they end, and log-odds beyond which there is no finite estimate."""

MIN_RUNS_PER_BLOCK = 4
"""With fewer an estimate for each block makes effects look larger than they are."""


@dataclass(frozen=True, eq=False)
class OrdinalFit(Fit):
    """The fit of the working response, with the errors of maximum likelihood.

    Attributes:
        columns: of the matrix that carry the rank.
        covariance: of their coefficients, by the observed information.
    """

    columns: Ints
    covariance: Floats

    def estimates(self, L: Floats) -> Estimates:
        """Combinations L (m x p) as `Fit` has them, with classical errors by the likelihood."""
        estimates = super().estimates(L)
        of_columns = L[:, self.columns]
        se = np.sqrt(np.einsum("ij,jk,ik->i", of_columns, self.covariance, of_columns))
        return replace(estimates, se=np.where(np.isnan(estimates.estimate), np.nan, se))


def fit_ordinal(
    runs: Runs, scale: Scale, name: str, interactions: int | str, alpha: float
) -> tuple[Runs, Ratings, Fit, Order, tuple[Notice, ...]]:
    """Fit main effects and the interactions that the runs carry, on the scale of log-odds.

    Args:
        runs: ratings.
        scale: `ordinal`, without cuts.
        name: of the response.
        interactions: see `fit_model`.
        alpha: level of the tests.

    Returns:
        The runs with their working weights, the scale with its cuts, the fit, and what `fit_model` says.

    Raises:
        UsageError: a level or a block has the lowest or the highest rating alone, or blocks have few runs.
    """
    levels = rating_levels(runs.response, name)
    code = np.searchsorted(levels, runs.response)
    _check_blocks(runs)
    plain, order, notices = fit_model(runs, runs.response - runs.response.mean(), interactions, alpha)
    X = _columns(runs, plain)
    _check_size(len(code), X.shape[1] + len(levels) - 1)
    cuts, slopes, covariance = _newton(code, X, len(levels), runs)
    linear = X @ slopes
    ratings = Ratings("ordinal", scale.reason, scale.origin, levels=levels, cuts=cuts)
    weights = _expected_weights(cuts, linear)
    working = linear + _score(cuts, linear, code) / weights - ratings.shift
    fit = fit_least_squares(plain.matrix, working, weights)
    own = slice(X.shape[1] - len(plain.kept), None)
    parts = {field.name: getattr(fit, field.name) for field in fields(Fit)}
    ordinal = OrdinalFit(**parts, columns=plain.kept, covariance=covariance[own, own])
    return replace(runs, weights=weights), ratings, ordinal, order, notices


def _columns(runs: Runs, fit: Fit) -> Floats:
    """Columns of blocks, then those of the model that carry its rank; the cuts stand for the intercept."""
    block = [] if runs.block is None else [runs.block.columns]
    return np.hstack([*block, fit.matrix.X[fit.matrix.cell][:, fit.kept]])


def _bounds(cuts: Floats, linear: Floats) -> Floats:
    """P(rating <= k) of each run for k from none to all, (n x K + 1)."""
    at_most = expit(cuts - linear[:, None])
    n = len(linear)
    return np.hstack([np.zeros((n, 1)), at_most, np.ones((n, 1))])


def _score(cuts: Floats, linear: Floats, code: Ints) -> Floats:
    """Derivative of each run's log-likelihood by its linear part."""
    at_most, i = _bounds(cuts, linear), np.arange(len(code))
    return at_most[i, code] + at_most[i, code + 1] - 1


def _expected_weights(cuts: Floats, linear: Floats) -> Floats:
    """Variance of each run's score."""
    at_most = _bounds(cuts, linear)
    scores = at_most[:, 1:] + at_most[:, :-1] - 1
    variances: Floats = np.sum(np.diff(at_most, axis=1) * scores**2, axis=1)
    return variances


def _newton(code: Ints, X: Floats, K: int, runs: Runs) -> tuple[Floats, Floats, Floats]:
    """Cuts, slopes, and the slopes' covariance.

    Raises:
        UsageError: there is no finite estimate.
    """
    share = np.cumsum(np.bincount(code, minlength=K))[:-1] / len(code)
    at = np.concatenate([np.log(share / (1 - share)), np.zeros(X.shape[1])])
    size = float("-inf")
    for _ in range(MAX_STEPS):
        gradient, information = _derivatives(at, code, X, K)
        step = np.linalg.lstsq(information, gradient, rcond=None)[0]
        size = _likelihood(at, code, X, K)
        while not _likelihood(at + step, code, X, K) >= size - 1e-12 * abs(size):
            step = step / 2
        at = at + step
        linear = X @ at[K - 1 :]
        if np.abs(linear).max() > INFINITE or np.abs(at[: K - 1]).max() > 2 * INFINITE:
            break
        if np.abs(step).max() < ENOUGH:
            inverse: Floats = np.asarray(np.linalg.pinv(_derivatives(at, code, X, K)[1]), dtype=np.float64)
            return at[: K - 1], at[K - 1 :], inverse[K - 1 :, K - 1 :]
    worst = runs.texts_at(np.array([int(np.abs(X @ at[K - 1 :]).argmax())]))[0]
    raise UsageError(
        "scale: expected ratings that are not the lowest or the highest alone in all runs of a level or of a "
        f"block, whose odds are infinite. Received: such runs at {worst} or at a part of it. "
        "Leave the block out, use scale='identity', or leave the level out (where=…)."
    )


def _likelihood(at: Floats, code: Ints, X: Floats, K: int) -> float:
    """Logarithm of the likelihood; minus infinity where cuts are out of order."""
    cuts = at[: K - 1]
    if (np.diff(cuts) <= 0).any():
        return float("-inf")
    at_most, i = _bounds(cuts, X @ at[K - 1 :]), np.arange(len(code))
    with np.errstate(divide="ignore"):
        return float(np.log(at_most[i, code + 1] - at_most[i, code]).sum())


def _derivatives(at: Floats, code: Ints, X: Floats, K: int) -> tuple[Floats, Floats]:
    """Gradient of the log-likelihood and the observed information, of cuts and slopes."""
    cuts, n, i = at[: K - 1], len(code), np.arange(len(code))
    at_most = _bounds(cuts, X @ at[K - 1 :])
    high, low = at_most[i, code + 1], at_most[i, code]
    slopes_high, slopes_low, mass = high * (1 - high), low * (1 - low), high - low
    above, below = np.zeros((n, K + 1)), np.zeros((n, K + 1))
    above[i, code + 1], below[i, code] = 1.0, 1.0
    above, below = np.hstack([above[:, 1:K], -X]), np.hstack([below[:, 1:K], -X])
    ahead, behind = slopes_high / mass, slopes_low / mass
    each = ahead[:, None] * above - behind[:, None] * below
    second = (ahead * (1 - 2 * high))[:, None] * above, (behind * (1 - 2 * low))[:, None] * below
    information = each.T @ each - above.T @ second[0] + below.T @ second[1]
    return each.sum(axis=0), information


def _check_blocks(runs: Runs) -> None:
    """Refuse blocks that the model cannot carry.

    Raises:
        UsageError: they have few runs each.
    """
    if runs.block is None:
        return
    n, blocks = len(runs.response), len(runs.block.levels)
    if n < MIN_RUNS_PER_BLOCK * blocks:
        raise UsageError(
            f"block: expected at least {MIN_RUNS_PER_BLOCK} ratings of each '{runs.block.name}' for "
            f"scale='ordinal': with fewer, effects look larger than they are. Received: {n} runs of "
            f"{blocks}. Leave the block out."
        )


def _check_size(n: int, parameters: int) -> None:
    """Refuse a model of as many numbers as ratings.

    Raises:
        UsageError: there are too few runs.
    """
    if n < parameters + 2:
        raise UsageError(
            f"scale: expected more ratings than the model has numbers, {parameters}, by 2 at least. "
            f"Received: {n} runs. Run more seeds, set interactions=1, or use scale='identity'."
        )
