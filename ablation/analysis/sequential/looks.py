"""The looks at a growing study, and the repeated p values and intervals that they give."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache

import numpy as np

from ablation.analysis.sequential.boundary import RHO, Floats, nominal, repeated_p

RowName = tuple[str, str, str]
"""Factor, level and `within` ('' for an average) of a verdict."""


@dataclass(frozen=True)
class FrozenRow:
    """A verdict that gets no more runs, with the result of the look that settled it.

    Attributes:
        seeds: of that look.
        estimate, se, df, low, high: on the scale of the analysis.
        inside: bounds of the interval of 'inside the margin', which has twice the error.
        claims: repeated p values of its sign, of 'beyond the margin' and of 'inside it', before correction.
    """

    seeds: int
    estimate: float
    se: float
    df: float
    low: float
    high: float
    inside: tuple[float, float]
    claims: tuple[float, float, float]


@dataclass(frozen=True)
class Looks:
    """The looks taken so far in a study of at most `maximum` seeds.

    Args:
        taken: number of seeds at each look, rising; the last is the present one.
        maximum: number of seeds of the last look that may come.
        rho: exponent of the spending function.
        flagged: interactions that stood out at an earlier look; a flag stays.
        frozen: verdicts whose runs ended at an earlier look.
    """

    taken: tuple[int, ...]
    maximum: int
    rho: float = RHO
    flagged: tuple[str, ...] = ()
    frozen: Mapping[RowName, FrozenRow] = field(default_factory=dict)

    @property
    def times(self) -> Floats:
        """Share of the planned information at each look, (n_looks,)."""
        return np.asarray(self.taken, float) / self.maximum

    def repeated(self, claims: Floats, with_margin: bool) -> Floats:
        """Repeated p values of the claims of verdicts, (3, m).

        Args:
            claims: p values of the sign (two-sided), of 'beyond the margin' (two-sided) and of 'inside it'.
            with_margin: whether there is one; else the last two stay unknown.
        """
        sides = np.array([[2.0], [2.0], [1.0]])
        known = claims if with_margin else claims[:1]
        one_sided = np.nan_to_num(known, nan=1.0) / sides[: len(known)]  # unknown effects stay in the family
        repeated = repeated_p(one_sided, self.times, self.rho) * sides[: len(known)]
        return np.vstack([np.minimum(repeated, 1.0), claims[len(known) :]])

    def tail(self, alpha: float) -> float:
        """Two-sided error rate of an interval at the present look that keeps alpha over all looks."""
        return _tail(self.taken, self.maximum, alpha, self.rho)

    def screen(self, alpha: float) -> float:
        """The error that a screen without a known joint distribution may spend at the present look."""
        earlier = float(self.times[-2]) if len(self.taken) > 1 else 0.0
        return float(alpha * (self.times[-1] ** self.rho - earlier**self.rho))


@cache
def _tail(taken: tuple[int, ...], maximum: int, alpha: float, rho: float) -> float:
    return 2 * float(nominal(np.asarray(taken) / maximum, alpha / 2, rho))
