"""Boundaries of group-sequential tests, one-sided, by error spending.

With S a Brownian motion and Z_k = S(t_k) / sqrt(t_k), the boundary b_1, b_2, … solves

    P(Z_1 < b_1, …, Z_(k-1) < b_(k-1), Z_k >= b_k) = error spent between looks k-1 and k

by the recursion of Armitage, McPherson & Rowe (1969, JRSS A 132:235). scipy has no such recursion, and its
multivariate normal tail is an integral by sampling.
"""

from collections.abc import Sequence
from functools import cache

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

Floats = NDArray[np.float64]

RHO = 2.0
"""Exponent of the spending function: between O'Brien–Fleming's (about 3) and Pocock's (about 1)."""

_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(32)
_PANELS = 3
_FAR = 9.0  # standard deviations beyond which no probability is left
_MOST = 1 - 1e-6  # the highest level that a p value is inverted to
_LEAST = 1e-15  # the lowest: no correction brings smaller ones near a threshold


def spend(times: ArrayLike, level: ArrayLike, rho: float = RHO) -> Floats:
    """Error spent up to each look: level · time^rho (Kim & DeMets 1987, Biometrika 74:149).

    Args:
        times: share of the planned information at each look, (n_looks,), at most 1.
        level: one-sided error rates, of any shape.
        rho: exponent.

    Returns:
        (…, n_looks).
    """
    spent: Floats = np.asarray(level, float)[..., None] * np.minimum(np.asarray(times, float), 1.0) ** rho
    return spent


def boundary(times: ArrayLike, spent: ArrayLike) -> Floats:
    """Boundaries on the z scale.

    Args:
        times: information at each look, (n_looks,), rising.
        spent: cumulative one-sided error at each look, (n_levels, n_looks) or (n_looks,).

    Returns:
        Of the shape of `spent`; infinite where a look spends nothing.
    """
    spent = np.asarray(spent, float)
    steps = np.diff(np.atleast_2d(spent), axis=1, prepend=0.0)
    walk = _Walk(np.asarray(times, float), len(steps))
    bounds = np.column_stack([walk.stop(walk.level_of(step)) for step in steps.T])
    return bounds.reshape(spent.shape)


class _Walk:
    """The density of S over the looks, of paths that have not crossed; one row a level."""

    def __init__(self, times: Floats, n_levels: int) -> None:
        self.times, self.look = times, 0
        self.nodes = np.zeros((n_levels, 1))  # before the first look the walk is at 0
        self.mass = np.ones((n_levels, 1))

    @property
    def _time(self) -> float:
        return float(self.times[self.look])

    @property
    def _gap(self) -> float:
        return self._time - (float(self.times[self.look - 1]) if self.look else 0.0)

    def _beyond(self, bounds: Floats) -> Floats:
        """How far each node lies above the bound, in standard deviations of the step, (n_levels, n_nodes)."""
        away: Floats = (self.nodes - bounds[:, None] * np.sqrt(self._time)) / np.sqrt(self._gap)
        return away

    def level_of(self, step: Floats) -> Floats:
        """The bounds that the walk exceeds now with these probabilities, (n_levels,).

        Newton's method on the logarithm of the chance, which is concave; an interval keeps it in bounds.
        """
        target = np.log(step.clip(1e-320))
        low, high = np.full(len(step), -_FAR), np.full(len(step), 40.0)
        bound = -special.ndtri(step.clip(1e-320, 0.5))
        for _ in range(60):
            away = self._beyond(bound)
            chance = np.einsum("ln,ln->l", self.mass, special.ndtr(away)).clip(1e-320)
            error = np.log(chance) - target
            low, high = np.where(error > 0, bound, low), np.where(error > 0, high, bound)
            density = np.einsum("ln,ln->l", self.mass, np.exp(away**2 / -2)) / np.sqrt(2 * np.pi)
            slope = -density * np.sqrt(self._time / self._gap) / chance
            newton = bound - error / np.where(slope < 0, slope, -np.inf)
            is_exact = (np.abs(newton - bound) <= 1e-11) & (slope < 0)
            if is_exact.all():
                break
            inside = (low < newton) & (newton < high) & (slope < 0)
            bound = np.where(is_exact, bound, np.where(inside, newton, (low + high) / 2))
        return np.where(step > 0, bound, np.inf)

    def stop(self, bounds: Floats) -> Floats:
        """Remove the paths above the bounds and go on to the next look."""
        edges = np.linspace(-_FAR, np.minimum(bounds, _FAR), _PANELS + 1) * np.sqrt(self._time)
        half = np.diff(edges, axis=0).T[..., None] / 2  # (n_levels, panels, 1)
        middle = ((edges[1:] + edges[:-1]) / 2).T[..., None]
        nodes = (middle + half * _NODES).reshape(len(bounds), -1)
        weights = (half * _WEIGHTS).reshape(len(bounds), -1)
        gap = self._gap
        kernel = np.exp((nodes[:, :, None] - self.nodes[:, None, :]) ** 2 / (-2 * gap))
        density = np.einsum("lij,lj->li", kernel, self.mass) / np.sqrt(2 * np.pi * gap)
        self.nodes, self.mass = nodes, density * weights
        self.look = min(self.look + 1, len(self.times) - 1)
        return bounds


def nominal(times: Sequence[float] | Floats, level: ArrayLike, rho: float = RHO) -> Floats:
    """The p value that a look must reach, one-sided: the boundary's tail.

    Args:
        times: of the looks so far, the last being the present one, (n_looks,).
        level: one-sided error rates, of any shape.
        rho: exponent of the spending function.

    Returns:
        For the last look, of the shape of `level`.
    """
    levels = np.asarray(level, float)
    bounds = boundary(times, spend(times, levels.ravel(), rho))[:, -1]
    tails: Floats = special.ndtr(-bounds).reshape(levels.shape)
    return tails


def repeated_p(p: ArrayLike, times: Sequence[float] | Floats, rho: float = RHO) -> Floats:
    """Repeated p values: the smallest level at which the present look would cross its boundary.

    Valid at every look, also at one that is chosen by what was seen (Jennison & Turnbull 1989, JRSS B
    51:305): P(r <= g) <= g under no effect.

    Args:
        p: one-sided p values of the present look, of any shape; NaN stays.
        times: as for `nominal`.
        rho: as for `nominal`.

    Returns:
        Of the shape of `p`, at most 1; those below `_LEAST` are upper bounds.
    """
    values, looks = np.asarray(p, float), tuple(map(float, times))
    repeated = np.where(np.isnan(values), np.nan, 1.0)
    curve = _curve(looks, rho)
    inside = (values < curve.highest) & (values > curve.lowest)
    repeated[inside] = curve.levels(values[inside])
    # A look tests at no less than what it spends, so p over the share that it may spend is a bound.
    below = values <= curve.lowest
    share = min(looks[-1], 1.0) ** rho - (min(looks[-2], 1.0) ** rho if len(looks) > 1 else 0.0)
    bounds = np.minimum(values.clip(1e-300) / max(share, 1e-300), _LEAST)
    repeated[below] = bounds[below]
    return repeated


class _Curve:
    """The nominal p of a look as a function of the level: a polynomial, as one recursion per p is slow.

    In u = sqrt(-log level), about the z scale, log p is smooth: 64 points give levels to nine digits.
    """

    def __init__(self, times: Floats, rho: float) -> None:
        """Take the points."""
        self.ends = np.sqrt(-np.log([_MOST, _LEAST]))
        self.log_p = np.polynomial.Chebyshev.interpolate(
            lambda u: np.log(nominal(times, np.exp(-(u**2)), rho)), 63, self.ends
        )
        self.slope = self.log_p.deriv()
        self.highest, self.lowest = np.exp(self.log_p(self.ends))

    def levels(self, p: Floats) -> Floats:
        """Levels whose nominal p is p, by Newton's method, (n,)."""
        target = np.log(p)
        u = np.sqrt(-target).clip(*self.ends)
        for _ in range(50):
            step = (self.log_p(u) - target) / self.slope(u)
            u = (u - step).clip(*self.ends)
            if np.abs(step).max(initial=0.0) < 1e-12:
                break
        levels: Floats = np.exp(-(u**2))
        return levels


@cache
def _curve(times: tuple[float, ...], rho: float) -> _Curve:
    return _Curve(np.array(times), rho)
