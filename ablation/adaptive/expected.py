"""The expected cost of an adaptive study, from simulated studies that consist of their estimates alone.

In a balanced design the estimate after s seeds is the mean of s independent vectors N(effects, noise² V), and
the residual sum of squares is a sum of independent chi-squares. So no runs are simulated, and thousands of
studies take a second.
"""

from dataclasses import dataclass, field

import numpy as np
from scipy import special

from ablation.analysis.data.factors import Bools, Floats, Ints
from ablation.analysis.sequential.boundary import RHO, boundary, spend
from ablation.analysis.verdicts.seed_spread import SeedSpread, more_uncertain

NO_DF = 1e-9
"""Fewer degrees of freedom than this are rounding."""


@dataclass(frozen=True, eq=False)
class Course:
    """A planned study, look by look.

    Args:
        seeds: number of seeds at each look, (n_looks,); the last is the maximum.
        covariance: of the estimates of one seed, in units of the noise variance, (n_rows, n_rows).
        df: degrees of freedom of the classical error at each look, (n_looks,).
        robust_df: likewise of the verdicts' error, (n_looks, n_rows).
        widening: that error over the classical one, (n_looks, n_rows).
        alpha: error of the equivalence tests, and of the tests of effects where `contrast_alpha` is not less.
        contrast_alpha: error of the tests of effects.
        margin: smallest effect that matters, in units of the noise; 0 where there is none.
        spread: what the seeds of the first look tell of effects that differ between them.
        added: what such differences add to the variance of each estimate, (n_rows, n_predictors).
    """

    seeds: Ints
    covariance: Floats
    df: Floats
    robust_df: Floats
    widening: Floats
    alpha: float
    contrast_alpha: float
    margin: float
    spread: SeedSpread | None = None
    added: Floats = field(default_factory=lambda: np.empty((0, 0)))


@dataclass(frozen=True, eq=False)
class Courses:
    """How simulated studies went: seeds at the stop (n,), and whether all was settled then (n,)."""

    seeds: Ints
    settled: Bools


def adaptive(course: Course, effects: Floats, n: int, rng: np.random.Generator) -> Courses:
    """Simulate adaptive studies: they stop when every verdict is settled, or at the maximum.

    Args:
        course: the plan.
        effects: true effects in units of the noise, (n_rows,) or (n, n_rows).
        n: number of studies.
        rng: source of randomness.
    """
    return _run(course, effects, _nominal_levels(course), n, rng)


def fixed(course: Course, effects: Floats, n: int, rng: np.random.Generator) -> Floats:
    """Share of studies that settle everything when judged once, by the number of seeds, (n_looks,)."""
    rows = np.arange(1, len(course.covariance) + 1)
    once = (course.contrast_alpha / 2 / rows, course.alpha / rows)
    studies = _Studies(course, effects, n, rng)
    return np.array([studies.look(k, *once).all(axis=1).mean() for k in range(len(course.seeds))])


def _nominal_levels(course: Course) -> list[tuple[Floats, Floats]]:
    """P values that settle an effect or an equivalence at each look, by the rows still open, (n_rows,)."""
    times, rows = course.seeds / course.seeds[-1], np.arange(1, len(course.covariance) + 1)
    both = np.concatenate([course.contrast_alpha / 2 / rows, course.alpha / rows])
    levels = special.ndtr(-boundary(times, spend(times, both, RHO))).T
    return [(one[: len(rows)], one[len(rows) :]) for one in levels]


def _run(
    course: Course, effects: Floats, levels: list[tuple[Floats, Floats]], n: int, rng: np.random.Generator
) -> Courses:
    studies = _Studies(course, effects, n, rng)
    seeds, settled = np.full(n, course.seeds[-1]), np.zeros(n, bool)
    open_ = np.ones(n, bool)
    for k, level in enumerate(levels):
        now = open_ & studies.look(k, *level).all(axis=1)
        seeds[now], settled[now] = course.seeds[k], True
        open_ &= ~now
    return Courses(seeds, settled)


class _Studies:
    """Estimates and errors of many studies that grow together."""

    def __init__(self, course: Course, effects: Floats, n: int, rng: np.random.Generator) -> None:
        self.course, self.effects, self.rng = course, effects, rng
        m = len(course.covariance)
        self.root = np.linalg.cholesky(course.covariance + 1e-12 * np.eye(m))
        self.total, self.squares = np.zeros((n, m)), np.zeros(n)
        self.along = np.zeros((n, 0 if course.spread is None else len(course.spread.n)))

    def look(self, k: int, effect_level: Floats, equivalence_level: Floats) -> Bools:
        """Which verdicts are settled at look k, (n, n_rows); looks are taken in order.

        Args:
            k: the look.
            effect_level: one-sided p that settles an effect while 1, 2, … rows are open, (n_rows,).
            equivalence_level: likewise for 'too small to matter'.
        """
        course, (n, m) = self.course, self.total.shape
        more = course.seeds[k] - (course.seeds[k - 1] if k else 0)
        self.total += more * self.effects + self.rng.normal(size=(n, m)) @ self.root.T * np.sqrt(more)
        estimate = self.total / course.seeds[k]
        widening, df = self._error(k)
        noise = np.sqrt(self.squares / course.df[k])[:, None]
        se = noise * np.sqrt(np.diag(course.covariance) / course.seeds[k]) * widening
        effect = special.stdtr(df, -np.abs(estimate) / se)
        beyond = special.stdtr(df, np.minimum(course.margin - np.abs(estimate), 0.0) / se)
        equal = special.stdtr(df, (np.abs(estimate) - course.margin) / se)
        return _nested(effect, beyond, effect_level) | _nested(equal, equal, equivalence_level)

    def _error(self, k: int) -> tuple[Floats, Floats]:
        """The verdicts' error over the classical one, and its degrees of freedom; draws residuals."""
        course, n = self.course, len(self.squares)
        first = k == 0
        more = course.df[k] - (0 if first else course.df[k - 1])
        df = np.fmin(course.df[k], course.robust_df[k])
        if course.spread is None:
            self.squares += self.rng.chisquare(more, size=n)
            return course.widening[k], df
        times = (course.seeds - 1) / (course.seeds[0] - 1)
        directions = course.spread.n * (times[k] - (0 if first else times[k - 1]))
        some = directions > NO_DF
        along = self.rng.chisquare(np.where(some, directions, 1.0), size=self.along.shape) * some
        self.along += along
        rest = more - directions.sum()  # none in designs that change one factor at a time
        others = self.rng.chisquare(rest, size=n) if rest > NO_DF else 0.0
        self.squares += along.sum(axis=1) + others
        spread = course.spread.unseen().grown(times[k], self.along, self.squares / course.df[k])
        wider = np.sqrt(1 + spread.ratios() @ course.added.T)
        return course.widening[k] * wider, more_uncertain(df, spread.df, course.df[k])


def _nested(p: Floats, beyond: Floats, level: Floats) -> Bools:
    """Which rows Holm's steps settle, (n, n_rows); a row counts until its larger claim is made.

    Args:
        p: of the claims that settle rows, one-sided (n, n_rows).
        beyond: of the larger claims on them, likewise (as `multiplicity.nested_holm`).
        level: at which claims are made while 1, 2, … rows count, (n_rows,).
    """
    left = np.full(len(p), p.shape[1])
    while True:
        made = (beyond <= level[left - 1, None]).sum(axis=1)
        then = np.maximum(p.shape[1] - made, 1)
        if (then == left).all():
            settled: Bools = p <= level[left - 1, None]
            return settled
        left = then
