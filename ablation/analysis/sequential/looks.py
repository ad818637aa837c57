"""The looks at a growing study, and what they make of its p values and intervals."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from ablation.analysis.data.factors import Floats
from ablation.analysis.sequential.boundary import RHO, nominal, repeated_p


@dataclass(frozen=True)
class Looks:
    """Looks taken so far, of a study that ends with `maximum` seeds.

    Args:
        taken: number of seeds at each look, rising; the last is the present one.
        maximum: number of seeds of the last look that may come.
        rho: exponent of the spending function.
    """

    taken: tuple[int, ...]
    maximum: int
    rho: float = RHO

    @property
    def times(self) -> Floats:
        """Share of the planned information at each look, (n_looks,)."""
        return np.asarray(self.taken, float) / self.maximum

    def two_sided(self, p: ArrayLike) -> Floats:
        """Repeated p values of two-sided tests, of the shape of `p`: twice those of the smaller side."""
        found: Floats = np.minimum(1.0, 2 * repeated_p(np.asarray(p, float) / 2, self.times, self.rho))
        return found

    def one_sided(self, p: ArrayLike) -> Floats:
        """Repeated p values of one-sided tests, of the shape of `p`."""
        return repeated_p(p, self.times, self.rho)

    def tail(self, alpha: float) -> float:
        """Error of both sides that an interval of the present look may have, so that all looks hold alpha."""
        return 2 * float(nominal(self.times, alpha / 2, self.rho))

    def screen(self, alpha: float) -> float:
        """What a screen without a known joint distribution may spend at the present look."""
        earlier = float(self.times[-2]) if len(self.taken) > 1 else 0.0
        return float(alpha * (self.times[-1] ** self.rho - earlier**self.rho))
