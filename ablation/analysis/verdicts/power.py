"""What a design can detect: power of a contrast, smallest detectable effect, seeds needed."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy import special

from ablation.analysis.data.factors import Floats
from ablation.analysis.data.runs import Runs
from ablation.analysis.data.scale import Scale
from ablation.analysis.model.fit import Fit
from ablation.analysis.probability.distributions import root, t_quantile
from ablation.analysis.verdicts.conservative import Conservative, StandardError

GOAL = 0.8
"""The power that is asked for."""

MAX_SEEDS = 1000
"""More seeds than this are reported as out of reach."""


def contrast_power(effect: ArrayLike, se: ArrayLike, df: ArrayLike, alpha: float) -> Floats:
    """Power of the two-sided t test of a contrast, by the noncentral t (Cohen 1988, ch. 2)."""
    df = np.where(np.asarray(df, dtype=float) > 0, df, np.nan)
    shift = np.abs(np.asarray(effect, dtype=float)) / np.asarray(se, dtype=float)
    critical = t_quantile(1 - alpha / 2, df)
    above = 1 - special.nctdtr(df, shift, critical)
    below = special.nctdtr(df, shift, -critical)
    # scipy gives up on large shifts: there the other tail is empty, and the normal curve is as good
    above = np.where(np.isnan(above), special.ndtr(shift - critical), above)
    power: Floats = np.clip(above + np.nan_to_num(below), 0.0, 1.0)
    return power


def detectable(se: float, df: float, alpha: float, goal: float = GOAL) -> float:
    """The effect that the test finds with probability `goal`; NaN without a standard error."""
    if not (df > 0 and se > 0):
        return float("nan")
    top = float(t_quantile(1 - alpha / 2, df)) + 10.0
    return root(lambda shift: float(contrast_power(shift, 1.0, df, alpha)) - goal, 0.0, 4 * top) * se


def power_by_all(effect: float, errors: Sequence[StandardError], alpha: float) -> float:
    """Power of a verdict that must pass the test with each of these errors: the smallest of the powers.

    The tests share their estimate and most of their error, so what the weakest finds the others find.
    """
    return min(float(contrast_power(effect, *error, alpha)) for error in errors)


def detectable_by_all(errors: Sequence[StandardError], alpha: float) -> tuple[float, StandardError]:
    """The effect that such a verdict finds with probability `GOAL`, and the error that limits it."""
    return max((detectable(*error, alpha), error) for error in errors)


@dataclass(frozen=True)
class Growth:
    """How standard error and degrees of freedom change when a study gets more seeds.

    Attributes:
        seeds: seeds now (blocks, or runs per cell without blocks).
        runs_per_seed: runs that one seed brings.
        df_resid: residual degrees of freedom now.
        df_per_seed: residual degrees of freedom that one seed brings.
    """

    seeds: float
    runs_per_seed: float
    df_resid: int
    df_per_seed: float

    def at(self, seeds: float, error: StandardError) -> StandardError:
        """Standard error and degrees of freedom of a contrast with this many seeds."""
        grown = max(self.df_resid + (seeds - self.seeds) * self.df_per_seed, 1.0)
        return StandardError(error.se * np.sqrt(self.seeds / seeds), error.df * grown / self.df_resid)

    def seeds_for(self, effect: float, errors: Sequence[StandardError], alpha: float) -> float:
        """Smallest total of seeds that finds an effect with probability `GOAL`; NaN above `MAX_SEEDS`.

        All errors that the verdict must pass are followed to the larger study: the one that is wider now
        need not be the wider one there.
        """

        def enough(seeds: int) -> bool:
            return power_by_all(effect, [self.at(seeds, error) for error in errors], alpha) >= GOAL

        return _fewest(enough) if effect != 0 and _known(errors) else float("nan")


def growth_of(fit: Fit, runs: Runs, attempted: Runs) -> Growth:
    """What one more seed adds to this study: all its cells once, with the present rate of failures.

    Args:
        fit: the main model.
        runs: those that it is fitted on.
        attempted: these and the failed ones: cells and seeds of which no run finished count as well.
    """
    n, n_blocks = len(attempted.response), len(runs.block.levels) if runs.block else 0
    if n_blocks and attempted.block:
        seeds = float(len(attempted.block.levels))
    else:
        seeds = n / (int(attempted.cells.max()) + 1)
    return Growth(seeds, n / seeds, fit.df_resid, (fit.n - n_blocks) / seeds)


def _known(errors: Sequence[StandardError]) -> bool:
    return all(error.df > 0 and error.se > 0 for error in errors)


def _fewest(enough: Callable[[int], bool]) -> float:
    """The smallest number of seeds up to MAX_SEEDS that is enough, by bisection; NaN if none is."""
    low, high = 0, MAX_SEEDS
    if not enough(high):
        return float("nan")
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if enough(middle) else (middle, high)
    return float(high)


def power_table(names: pd.DataFrame, contrasts: Conservative, scale: Scale, alpha: float) -> pd.DataFrame:
    """One row per verdict; columns are described at `Analysis.power`."""
    sizes, deciding = zip(*(detectable_by_all(errors, alpha) for errors in contrasts.errors), strict=True)
    table = names.assign(se=[e.se for e in deciding], df=[e.df for e in deciding], alpha=alpha)
    table["detectable"] = sizes
    table["detectable_percent"] = scale.percent(table["detectable"].to_numpy())
    return table


def needs_table(
    names: pd.DataFrame,
    contrasts: Conservative,
    effects: Sequence[float],
    scale: Scale,
    alpha: float,
    growth: Growth,
) -> pd.DataFrame:
    """One row per verdict and given effect; columns are described at `Analysis.power_for`."""
    rows = []
    for i, name in enumerate(names.itertuples(index=False)):
        for effect in effects:
            size = scale.margin(effect)[1]
            seeds = growth.seeds_for(size, contrasts.errors[i], alpha)
            now = power_by_all(size, contrasts.errors[i], alpha)
            rows.append((*name, effect, now, seeds, seeds * growth.runs_per_seed))
    table = pd.DataFrame(rows, columns=[*names.columns, "effect", "power_now", "seeds_needed", "runs_needed"])
    for column in ("seeds_needed", "runs_needed"):
        table[column] = table[column].round().astype("Int64")
    return table
