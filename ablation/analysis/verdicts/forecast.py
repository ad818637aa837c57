"""How many more seeds would settle a verdict, and how it would end, by simulation from the fitted model."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import pandas as pd

from ablation.analysis.data.factors import Floats, Predictor
from ablation.analysis.model.fit import Fit
from ablation.analysis.verdicts.conservative import Errors
from ablation.analysis.verdicts.drawn import DrawnVerdicts, Outcome
from ablation.analysis.verdicts.future import Future
from ablation.analysis.verdicts.judging import INCONCLUSIVE, Rules
from ablation.analysis.verdicts.power import GOAL, MAX_SEEDS, Growth
from ablation.analysis.verdicts.rows import Row, row_names
from ablation.analysis.verdicts.seed_spread import SeedSpread

N_DRAWS = 1000
"""Draws of each larger study: a chance near the goal is right to 1.3 per cent."""

TRIED = (
    *range(1, 7), 8, 10, 13, 16, 20, 25, 32, 40, 50, 63, 80, 100, 125, 160, 200, 250, 320, 400, 500, 630, 800,
    MAX_SEEDS,
)  # fmt: skip
"""Numbers of more seeds that are tried."""


@dataclass(frozen=True)
class Forecast:
    """What more seeds would do for an inconclusive verdict, if the fitted model is the truth.

    Attributes:
        seeds: the fewest more seeds that settle it with probability `GOAL`; None: more than `MAX_SEEDS`.
        chance: that they settle it (of `MAX_SEEDS`, where even these do not reach the goal).
        endings: verdict -> its probability, the likeliest first, where it remains one verdict.
        partner: the factor for each level of which the verdict will likelier be given than not; or None.
        at: level of the partner -> its likeliest verdict and the probability of that, if it is so given.
    """

    seeds: int | None
    chance: float
    endings: dict[str, float]
    partner: str | None = None
    at: dict[str, tuple[str, float]] = field(default_factory=dict)


def forecasts(
    fit: Fit,
    predictors: Sequence[Predictor],
    rows: Sequence[Row],
    verdicts: Sequence[str],
    growth: Growth,
    n_blocks: int,
    spread: SeedSpread | None,
    errors_of: Callable[[Floats], tuple[Errors, Floats]],
    rules: Rules,
) -> list[Forecast | None]:
    """A forecast for each row whose verdict is inconclusive and has an error estimate, else None.

    All tests behind verdicts are made in every draw: the screen of interactions, the split into levels, and
    the corrections over all rows.

    Args:
        fit: the main model.
        predictors: its predictors.
        rows: what is judged now.
        verdicts: of these.
        growth: what one more seed brings.
        n_blocks: blocks of the fit, 0 without.
        spread: how much effects seem to differ from seed to seed.
        errors_of: combinations (m x p) -> `conservative.growing_errors`.
        rules: of the verdicts.
    """
    each: list[Forecast | None] = [None] * len(rows)
    if not fit.variance > 0:
        return each
    drawn = DrawnVerdicts(Future(fit, growth, n_blocks, spread, N_DRAWS), predictors, errors_of, rules)
    waiting = [i for i, row in enumerate(rows) if verdicts[i] == INCONCLUSIVE and drawn.can_judge(row)]
    for more in TRIED if waiting else ():
        outcome = drawn.at(more)
        for i in list(waiting):
            is_enough = outcome.settled(rows[i]) >= GOAL
            if is_enough or more == MAX_SEEDS:
                each[i] = _forecast(outcome, rows[i], more if is_enough else None)
                waiting.remove(i)
        if not waiting:
            break
    return each


def _forecast(outcome: Outcome, row: Row, seeds: int | None) -> Forecast:
    endings = {verdict: share for verdict, share in outcome.endings(row).items() if verdict != INCONCLUSIVE}
    at = outcome.at_levels(row)
    partner = at[0][0].within[0] if at and at[0][0].within else None
    likeliest = {one.within[1]: next(iter(shares.items())) for one, shares in at if one.within}
    return Forecast(seeds, outcome.settled(row), endings, partner, likeliest)


def forecasts_table(rows: Sequence[Row], each: Sequence[Forecast | None]) -> pd.DataFrame:
    """One row per way in which an inconclusive verdict may end; columns at `Analysis.forecasts`."""
    columns = ["factor", "level", "reference", "within", "seeds_needed", "chance", "at", "ending", "share"]
    ends = []
    for name, forecast in zip(row_names(rows).itertuples(index=False), each, strict=True):
        if forecast is not None:
            ways = [("", verdict, share) for verdict, share in forecast.endings.items()]
            ways += [(f"{forecast.partner}={level}", *likeliest) for level, likeliest in forecast.at.items()]
            ways.append(("", INCONCLUSIVE, 1 - forecast.chance))
            ends += [(*name, forecast.seeds, forecast.chance, *way) for way in ways]
    table = pd.DataFrame(ends, columns=columns)
    return table.assign(seeds_needed=table["seeds_needed"].astype("Int64"))
