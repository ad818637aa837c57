"""How the effects of two studies differ, each difference with its own error."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import zip_longest

import numpy as np
import pandas as pd

from ablation.analysis.analysis import Analysis
from ablation.analysis.changes.matched import Contrast
from ablation.analysis.changes.pairing import OnPairs
from ablation.analysis.data.factors import Floats
from ablation.analysis.data.scale import Scale
from ablation.analysis.model.fit import Fit
from ablation.analysis.model.slopes import slopes_of
from ablation.analysis.probability.multiplicity import holm
from ablation.analysis.verdicts.conservative import Conservative, StandardError, conservative, of_errors

BETTER, WORSE, SAME, OPEN = "better", "worse", "same", "open"
"""What a component does to the response is now better, or worse; it differs by less than the margin; or none
of these is shown."""


def effects_table(
    contrasts: Sequence[Contrast],
    first: Analysis,
    second: Analysis,
    pairs: OnPairs | None,
    scale: Scale,
    alpha: float,
    margin: float | None,
) -> pd.DataFrame:
    """One row per contrast, as described at `Comparison.effects`.

    Args:
        contrasts: what both studies compare.
        first: the former study.
        second: the later one.
        pairs: their runs in common, where effects are compared on these alone.
        scale: on which they are compared.
        alpha: error rate of tests.
        margin: the smallest change that matters, on that scale.
    """
    if pairs is None:
        before = _judged(first, [one.within(first, one.names[0]) for one in contrasts], scale, alpha)
        after = _judged(second, [one.within(second, one.names[1]) for one in contrasts], scale, alpha)
        change = welch(before, after, alpha)
    else:
        three = (pairs.first, pairs.second, pairs.change)
        rows = [[one.within(of, pairs.columns[one.names[0]]) for one in contrasts] for of in three]
        before, after, change = (_judged(of, L, of.scaling, alpha) for of, L in zip(three, rows, strict=True))
    table = pd.DataFrame(
        [(one.names[0], one.level, one.reference) for one in contrasts],
        columns=["factor", "level", "reference"],
    )
    for name, effects in (("first", before), ("second", after)):
        low, high = effects.interval(alpha)
        table[name], table[f"{name}_low"], table[f"{name}_high"] = effects.estimate, low, high
    changes = changes_table(change, scale, alpha, margin, first.request.direction)
    return pd.concat([table, changes], axis=1)


def changes_table(
    change: Conservative, scale: Scale, alpha: float, margin: float | None, direction: str
) -> pd.DataFrame:
    """Changes (m,) with intervals, tests (Holm over all) and the conclusion."""
    low, high = change.interval(alpha)
    p, inside = holm(change.p), np.full(len(change.p), np.nan)
    if margin is not None:
        inside = holm(change.equivalence_p(-margin, margin))
    is_better = (change.estimate < 0) == (direction == "lower")
    verdicts = np.where(inside < alpha, SAME, np.where(p < alpha, np.where(is_better, BETTER, WORSE), OPEN))
    return pd.DataFrame(
        {
            "estimate": change.estimate, "se": change.se, "df": change.df, "ci_low": low, "ci_high": high,
            "p": change.p, "p_adjusted": p, "p_equivalence": inside,
            "percent": scale.percent(change.estimate), "percent_low": scale.percent(low),
            "percent_high": scale.percent(high), "change": verdicts.astype(object),
        }
    )  # fmt: skip


def _judged(analysis: Analysis, rows: Sequence[Floats], scale: Scale, alpha: float) -> Conservative:
    fit = on_scale(analysis, scale)
    return conservative(fit, np.array(rows), analysis.runs, slopes_of(fit, analysis.runs), alpha)


def on_scale(analysis: Analysis, scale: Scale) -> Fit:
    """The fit of an analysis on this scale; the columns are the same."""
    if analysis.scaling.is_log == scale.is_log:
        return analysis.fit
    return replace(analysis.fit, y=scale.forward(analysis.runs.response))


def welch(before: Conservative, after: Conservative, alpha: float) -> Conservative:
    """Second minus first estimates from different runs, with each kind of error that both have.

    Variances add, and degrees of freedom are Satterthwaite's (Welch 1947, Biometrika 34:28).
    """
    unknown = StandardError(float("nan"), float("nan"))
    errors = tuple(
        tuple(_added(a, b) for a, b in zip_longest(mine, other, fillvalue=unknown))
        for mine, other in zip(before.errors, after.errors, strict=True)
    )
    return of_errors(after.estimate - before.estimate, errors, alpha)


def _added(a: StandardError, b: StandardError) -> StandardError:
    se, df = added_errors(np.array([a.se, b.se]), np.array([a.df, b.df]))
    return StandardError(float(se), float(df))


def added_errors(se: Floats, df: Floats) -> tuple[Floats, Floats]:
    """Standard error of a difference of independent estimates, and its degrees of freedom.

    Args:
        se: of both, (2, …).
        df: of both, (2, …).
    """
    variances = np.asarray(se) ** 2
    total = variances.sum(axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.sqrt(total), total**2 / (variances**2 / df).sum(axis=0)
