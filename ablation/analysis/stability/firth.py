"""Logistic regression with Firth's penalty: finite where a level never fails, and with little bias.

Firth 1993, Biometrika 80:27; intervals and tests by the profile of the penalised likelihood: Heinze &
Schemper 2002, Statistics in Medicine 21:2409.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy import special

from ablation.analysis.data.factors import Floats

MAX_STEPS, MAX_STEP = 200, 5.0
CLOSE = 1e-9
"""A score smaller than this is zero."""

FARTHEST = 40.0
"""Bounds of log odds ratios beyond this are none."""

EXACT = 1e-7
"""Of the square root of what a likelihood loses."""

ROUNDING = 1e-11
"""Of a likelihood."""


@dataclass(frozen=True, eq=False)
class Point:
    """Coefficients (p,), their penalised log likelihood, and Fisher's information (p x p)."""

    beta: Floats
    value: float
    information: Floats


@dataclass(frozen=True, eq=False)
class Firth:
    """The penalised likelihood of grouped binary outcomes.

    Attributes:
        X: columns of full rank, (n_groups x p).
        events: of each group, (n_groups,).
        trials: of each group, (n_groups,).
    """

    X: Floats
    events: Floats
    trials: Floats

    @cached_property
    def best(self) -> Point:
        """The point where it is highest."""
        return self._maximise(np.zeros(self.X.shape[1]), np.ones(self.X.shape[1], dtype=bool))

    def p(self, index: int) -> float:
        """P value of 'this coefficient is zero', by the ratio of penalised likelihoods."""
        return float(special.chdtrc(1, self._drop(index, 0.0)))

    def interval(self, index: int, alpha: float) -> tuple[float, float]:
        """Profile interval of a coefficient at level 1 - alpha; infinite where the likelihood stays high."""
        return self._bound(index, alpha, -1.0), self._bound(index, alpha, 1.0)

    def _bound(self, index: int, alpha: float, side: float) -> float:
        limit, middle = float(special.chdtri(1, alpha)), float(self.best.beta[index])
        step = float(np.sqrt(np.linalg.inv(self.best.information)[index, index]))
        while self._drop(index, middle + side * step) < limit:
            step *= 2
            if step > FARTHEST:
                return side * np.inf

        def gap(away: float) -> float:
            return float(np.sqrt(self._drop(index, middle + side * away)) - np.sqrt(limit))

        return middle + side * _nearly_linear_root(gap, step)

    def _drop(self, index: int, value: float) -> float:
        """Twice what the highest penalised log likelihood loses when a coefficient is held."""
        start = self.best.beta.copy()
        start[index] = value
        free = np.arange(len(start)) != index
        return max(2 * (self.best.value - self._maximise(start, free).value), 0.0)

    def _maximise(self, beta: Floats, free: Floats) -> Point:
        """Maximise by Newton's steps on the free coefficients, halved until each goes up."""
        here = self._at(beta)
        for _ in range(MAX_STEPS):
            score = self._score(here)[free]
            if not len(score) or np.abs(score).max() < CLOSE:
                break
            step = np.zeros(len(beta))
            step[free] = np.linalg.solve(here.information[np.ix_(free, free)], score)
            step *= min(1.0, MAX_STEP / np.abs(step).max())
            there = self._at(here.beta + step)
            while there.value < here.value - ROUNDING and np.abs(step).max() > CLOSE:
                step /= 2
                there = self._at(here.beta + step)
            here = there
        return here

    def _at(self, beta: Floats) -> Point:
        eta = self.X @ beta
        likelihood = self.events @ eta - self.trials @ np.logaddexp(0, eta)
        information = self.X.T @ (self._weights(eta)[:, None] * self.X)
        return Point(beta, float(likelihood + np.linalg.slogdet(information)[1] / 2), information)

    def _weights(self, eta: Floats) -> Floats:
        weights: Floats = self.trials * special.expit(eta) * special.expit(-eta)
        return weights

    def _score(self, at: Point) -> Floats:
        """Slope of the penalised log likelihood, (p,)."""
        eta = self.X @ at.beta
        share = special.expit(eta)
        solved = np.linalg.solve(at.information, self.X.T).T
        leverage = self._weights(eta) * np.einsum("ij,ij->i", self.X, solved)
        slope: Floats = self.X.T @ (self.events - self.trials * share + leverage * (0.5 - share))
        return slope


def _nearly_linear_root(function: Callable[[float], float], high: float) -> float:
    """Where an almost straight function, below 0 at 0 and above at `high`, is 0: the Illinois method."""
    low, at_low, at_high = 0.0, function(0.0), function(high)
    for _ in range(MAX_STEPS):
        middle = (low * at_high - high * at_low) / (at_high - at_low)
        value = function(middle)
        if abs(value) < EXACT or high - low < EXACT:
            break
        if value < 0:
            low, at_low, at_high = middle, value, at_high / 2
        else:
            high, at_high, at_low = middle, value, at_low / 2
    return middle
