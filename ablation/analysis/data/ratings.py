"""Ordinal responses, such as ratings from 1 to 5, and the scale of a proportional-odds model."""

from dataclasses import dataclass, field

import numpy as np

from ablation.analysis.data.factors import Floats
from ablation.analysis.data.scale import Scale, expit
from ablation.errors import UsageError

MOST_LEVELS = 20
FARTHEST = 40.0
"""Of log-odds; beyond it all ratings are the lowest or the highest."""


def rating_levels(response: Floats, name: str) -> Floats:
    """The ratings that there are, from the lowest, (K,).

    Raises:
        UsageError: they are all alike, or so many that they are measurements.
    """
    levels = np.unique(response)
    if len(levels) == 1:
        raise UsageError(
            f"Expected ratings that differ in '{name}' for scale='ordinal'. Received: {levels[0]:g} in all "
            f"{len(response)} runs, which tells nothing."
        )
    if len(levels) > min(MOST_LEVELS, max(2, len(response) // 2)):
        raise UsageError(
            f"Expected ratings of few kinds, such as 1 to 5, in '{name}' for scale='ordinal'. Received: "
            f"{len(levels)} different values in {len(response)} runs. Measurements have scale='identity'."
        )
    return levels


@dataclass(frozen=True)
class Ratings(Scale):
    """Differences of log-odds of a better rating, as changes of the mean rating around the mean of all.

    Attributes:
        levels: the ratings, from the lowest, (K,).
        cuts: log-odds of a rating at most as high as each but the last, where the linear part is 0, (K - 1,).
    """

    levels: Floats = field(default_factory=lambda: np.zeros(0))
    cuts: Floats = field(default_factory=lambda: np.zeros(0))

    def back(self, mean: Floats) -> Floats:
        """The mean rating."""
        at_most = expit(
            self.cuts - np.clip(np.asarray(mean, dtype=np.float64), -FARTHEST, FARTHEST)[..., None]
        )
        rating: Floats = self.levels[-1] - at_most @ np.diff(self.levels)
        return np.where(np.isnan(mean), np.nan, rating)

    def link(self, mean: Floats) -> Floats:
        """The linear part that has a mean rating, by bisection."""
        means = np.asarray(mean, dtype=np.float64)
        low, high = np.full(means.shape, -2 * FARTHEST), np.full(means.shape, 2 * FARTHEST)
        for _ in range(80):
            middle = (low + high) / 2
            is_low = self.back(middle) < means
            low, high = np.where(is_low, middle, low), np.where(is_low, high, middle)
        linear: Floats = np.where(np.isnan(means), np.nan, (low + high) / 2)
        return linear

    def log_odds(self, change: float) -> float:
        """The difference of log-odds that `change` of the mean rating makes; infinite where none does."""
        low, high = 0.0, FARTHEST
        if abs(change) >= self.change(high):
            return float(np.copysign(np.inf, change))
        for _ in range(80):
            middle = (low + high) / 2
            low, high = (middle, high) if self.change(middle) < abs(change) else (low, middle)
        return float(np.copysign((low + high) / 2, change))
