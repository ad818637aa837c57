"""Pairs of components of which one is enough, and pairs that help only together.

Of the four combinations of two levels each, one differs and the three others are alike. If the odd one is
better, it takes both levels together; if it is worse, either of the two other levels will do.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import permutations, product

import numpy as np
import pandas as pd

from ablation.analysis.data.factors import Factor, Floats, Predictor
from ablation.analysis.model.fit import Fit
from ablation.analysis.model.means import mean_row
from ablation.analysis.model.terms import Term
from ablation.analysis.probability.distributions import t_lower
from ablation.analysis.probability.multiplicity import holm
from ablation.analysis.verdicts.conservative import Conservative

TOGETHER, EITHER = "only together", "either will do"

ALIKE = 1 / 3
"""The three are alike when they differ by less than this share of what sets the odd one apart."""

CORNERS = ((0, 0), (0, 1), (1, 0), (1, 1))
MAX_NUMBERS = 20_000_000
"""Of more combinations of coefficients times runs, nothing is looked for: their errors take gigabytes."""

COLUMNS = ["factor", "level", "other", "other_level", "kind", "estimate", "ci_low", "ci_high"]
COLUMNS += ["apart", "p_adjusted"]


@dataclass(frozen=True, eq=False)
class Square:
    """Two levels of each of two factors, and which of the four combinations is the odd one.

    Attributes:
        factors: the two.
        points: of each, the reference and another level.
        corner: which combination is odd: a place in `CORNERS`.
        sign: whether its mean is above or below the others'.
        L: combinations of coefficients, (7 x p): the odd one against the mean of the three, and what six
            differences between these have beyond the share that is still alike.
        apart: the largest of these differences.
    """

    factors: tuple[Factor, Factor]
    points: tuple[tuple[int, int], tuple[int, int]]
    corner: int
    sign: float
    L: Floats
    apart: float

    def levels(self, is_odd: bool) -> list[str]:
        """Levels of the odd combination, or the two others."""
        at = [c if is_odd else 1 - c for c in CORNERS[self.corner]]
        return [f.levels[two[i]] for f, two, i in zip(self.factors, self.points, at, strict=True)]


def patterns_table(
    fit: Fit,
    predictors: Sequence[Predictor],
    screened: Sequence[Term],
    errors_of: Callable[[Floats], Conservative],
    lower_is_better: bool,
    margin: float,
    alpha: float,
) -> pd.DataFrame:
    """One row per pair for which this was shown; columns are described at `Analysis.patterns`.

    Each claim is that the odd combination is beyond the margin, and that no two of the others differ by a
    third of that: all its tests must pass (Berger 1982), and Holm corrects over all pairs of changes in the
    model, also those that are not looked at here. Which of the four is odd is not corrected for: where one
    is, the claim of any other fails (simulated in `benchmarks.attribution_errors`).

    Args:
        fit: of the main model.
        predictors: of the model.
        screened: the interactions that are looked at.
        errors_of: estimates and errors of combinations of coefficients.
        lower_is_better: of the response.
        margin: the smallest effect that matters, on the analysis scale; 0 without one.
        alpha: error rate over all claims.
    """
    pairs = [tuple(sorted(t.members)) for t in fit.matrix.terms if t.order == 2]
    n_claims = sum(_n_squares(predictors[i], predictors[j]) for i, j in pairs)
    looked_at = [tuple(sorted(t.members)) for t in screened if t.order == 2]
    n_rows = sum(7 * _n_squares(predictors[i], predictors[j]) for i, j in looked_at)
    if n_rows * fit.n > MAX_NUMBERS:
        return pd.DataFrame(columns=COLUMNS)
    squares = [one for i, j in looked_at for one in _squares(fit, predictors, i, j)]
    if not squares:
        return pd.DataFrame(columns=COLUMNS)
    contrasts = errors_of(np.vstack([one.L for one in squares]))
    estimate, se, df = (v.reshape(-1, 7) for v in (contrasts.estimate, contrasts.se, contrasts.df))
    signs = np.array([one.sign for one in squares])
    odd = 1 - t_lower((signs * estimate[:, 0] - margin) / se[:, 0], df[:, 0])
    p = np.maximum(odd, t_lower(estimate[:, 1:] / se[:, 1:], df[:, 1:]).max(axis=1))
    adjusted = holm(np.append(p, np.ones(n_claims - len(p))))[: len(p)]
    low, high = (bound.reshape(-1, 7)[:, 0] for bound in contrasts.interval(alpha))
    rows = []
    for i in np.flatnonzero(adjusted < alpha).tolist():
        one, better = squares[i], (signs[i] < 0) == lower_is_better
        (a, b), (at, other) = one.factors, one.levels(is_odd=better)
        kind = TOGETHER if better else EITHER
        rows.append(
            (a.name, at, b.name, other, kind, estimate[i, 0], low[i], high[i], one.apart, adjusted[i])
        )
    return pd.DataFrame(rows, columns=COLUMNS)


def _n_squares(a: Predictor, b: Predictor) -> int:
    return (len(a.points) - 1) * (len(b.points) - 1)


def _squares(fit: Fit, predictors: Sequence[Predictor], i: int, j: int) -> list[Square]:
    """The reference and another level of two factors; none where a factor enters as a number."""
    a, b = predictors[i], predictors[j]
    if not (isinstance(a, Factor) and isinstance(b, Factor)):
        return []
    squares = []
    for k, m in product(range(1, len(a.levels)), range(1, len(b.levels))):
        points = (0, k), (0, m)
        at = [{i: points[0][x], j: points[1][y]} for x, y in CORNERS]
        squares.append(
            _square(fit, (a, b), points, np.array([mean_row(fit.matrix, predictors, one) for one in at]))
        )
    return squares


def _square(
    fit: Fit, factors: tuple[Factor, Factor], points: tuple[tuple[int, int], tuple[int, int]], means: Floats
) -> Square:
    corners = fit.estimates(means).estimate
    away = corners - (corners.sum() - corners) / 3
    corner = int(np.argmax(np.abs(away)))
    sign, others = float(np.sign(away[corner])), [i for i in range(4) if i != corner]
    odd = means[corner] - means[others].mean(axis=0)
    each = [means[i] - means[k] - sign * ALIKE * odd for i, k in permutations(others, 2)]
    return Square(factors, points, corner, sign, np.array([odd, *each]), float(np.ptp(corners[others])))
