"""The looks at a table of runs, when the user states the plan under which it was made."""

from collections.abc import Sequence
from itertools import pairwise

import pandas as pd

from ablation.adaptive.adaptive_plan import AdaptivePlan
from ablation.adaptive.replay import Look, Replay
from ablation.analysis.analysis_request import AnalysisRequest
from ablation.analysis.data.factors import read_factor
from ablation.analysis.data.select import factor_of
from ablation.errors import UsageError
from ablation.results.model_settings import AUTO, PAIRS


def looks_at(
    table: pd.DataFrame, request: AnalysisRequest, looks: Sequence[int], maximum: int
) -> Sequence[Look]:
    """Take the looks that a plan had; seeds come in the natural order of the block.

    Args:
        table: as `prepare` gives it.
        request: the checked request for it.
        looks: seeds at each look taken.
        maximum: seeds at which the plan would have ended.

    Raises:
        UsageError: what is said is no plan, or the table has fewer seeds.
    """
    margin = _check(request, looks, maximum)
    seeds = read_factor(table[request.block], str(request.block))
    if len(seeds.levels) < looks[-1]:
        raise UsageError(
            f"looks: expected no more than the {len(seeds.levels)} seeds of the table. Received: {looks[-1]}"
        )
    levels = {
        name: factor_of(table, name, request) for name in request.factors if name not in request.numeric
    }
    columns = {
        name: pd.Categorical.from_codes(part.codes, list(part.levels)) for name, part in levels.items()
    }
    plan = AdaptivePlan(
        request.response,
        request.direction,
        margin,
        {name: list(levels[name].levels) if name in levels else [] for name in request.factors},
        scale=request.scale,
        alpha=request.alpha,
        interactions=PAIRS if request.interactions == AUTO else int(request.interactions),
        numeric=request.numeric,
        first=looks[0],
        maximum=maximum,
        dropping=False,
        planned=tuple(sorted({*looks, maximum})),
        nested={each.factor: {each.on: each.levels} for each in request.nested},
    )
    replay = Replay(plan, range(len(seeds.levels)), str(request.block))
    whole = table.assign(**columns, **{str(request.block): seeds.codes})
    for _ in looks:
        if replay.next is not None:
            replay.take(whole)
    return replay.looks


def _check(request: AnalysisRequest, looks: Sequence[int], maximum: int) -> float:
    """Refuse what is no plan; its margin."""
    rising = all(now < later for now, later in pairwise(looks))
    if not (rising and looks[0] >= 2 and looks[-1] <= maximum):
        raise UsageError(
            "looks: expected rising numbers of seeds from 2, and max_replicates, the seeds at which the plan "
            f"would have ended. Received: looks={list(looks)} max_replicates={maximum or 'none'}"
        )
    if request.block is None or request.margin is None or request.weights is not None:
        raise UsageError(
            "looks: expected block, the column of seeds, and margin, the smallest effect that matters, as "
            f"the plan had them, and no weights. Received: block={request.block} margin={request.margin} "
            f"weights={request.weights}"
        )
    return request.margin
