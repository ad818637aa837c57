"""What `make plan` adds to the plan: aliases, and the smallest effects that the study can detect."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ablation.errors import UsageError
from ablation.naming import level_text
from ablation.results import Snapshot, StudyRecord
from ablation.sweep.plan import Plan

if TYPE_CHECKING:
    import pandas as pd

    from ablation.analysis import Analysis

_UNKNOWN = "Smallest detectable effect: unknown"
NOTHING_TRAINED = "Nothing was trained (hydra.sweeper.plan_only)."


def preview(snapshot: Snapshot, plan: Plan, n_done: int) -> list[str]:
    """Sentences about what the planned runs can show."""
    aliases = [f"  {line}" for line in snapshot.record.design.aliases]
    lines = ["Aliases (effects that this design cannot tell apart):", *aliases] if aliases else []
    if n_done:
        lines += _detectable_lines(detectable(snapshot, plan), snapshot.record.response)
    else:
        lines.append(
            "No run is finished yet, so time and detectable effects are unknown. A sweep of one level"
        )
        lines.append("of each factor, and of one seed, tells the time; its runs count.")
    return [*lines, NOTHING_TRAINED]


def analysis_of_earlier(
    record: StudyRecord, table: "pd.DataFrame", with_block: bool = True
) -> "Analysis | None":
    """The analysis of the rows that are there, under the settings of a record.

    Returns:
        None where the rows are of one cell.

    Raises:
        UsageError: the rows allow no analysis.
    """
    from ablation.analysis import analyze
    from ablation.report.load import analysis_settings

    varied = [name for name in record.factors if name in table and table[name].nunique() > 1]
    if not varied:
        return None
    block = "seed" if with_block and table["seed"].nunique() > 1 else None
    settings = analysis_settings(record, varied)
    return analyze(table, record.response, varied, block=block, direction=record.direction, **settings)


@dataclass(frozen=True)
class Detectable:
    """The smallest effects that a plan can find.

    Args:
        n_runs: finished ones, by which this is judged.
        unit: ` %` where effects are ratios, else empty.
        effects: factor, level, reference, and the smallest effect; NaN where it is unknown.
        obstacle: why nothing is known.
    """

    n_runs: int
    unit: str = ""
    effects: Sequence[tuple[str, str, str, float]] = ()
    obstacle: str = ""


def detectable(snapshot: Snapshot, plan: Plan) -> Detectable:
    """The smallest detectable effects by level, given the noise of earlier rows."""
    import pandas as pd

    from ablation.analysis import detectable_effects
    from ablation.results.columns import factor_column
    from ablation.results.table import table as table_of

    record, table = snapshot.record, table_of(snapshot)
    runs = [(cell.levels, seed) for cell in plan.cells for seed in plan.seeds]
    planned = pd.DataFrame({"seed": [seed for _, seed in runs]})
    for name, levels in plan.factors.items():
        planned[name] = factor_column([chosen[name] for chosen, _ in runs], levels)
        for frame in (planned, table):
            column = pd.Series(frame[name])
            texts = [*map(level_text, column.cat.categories)]
            if len(set(texts)) == len(texts):
                frame[name] = column.cat.rename_categories(texts)
    try:
        earlier = analysis_of_earlier(record, table, with_block=len(plan.seeds) > 1)
        if earlier is None:
            return Detectable(len(table), obstacle=": it takes finished runs of more than one cell.")
        effects = detectable_effects(earlier, planned, "seed")
    except UsageError as error:
        return Detectable(len(table), obstacle=f". {error}")
    percent = earlier.scale == "log"
    sizes = effects["detectable_percent" if percent else "detectable"]
    if sizes.isna().all():
        return Detectable(len(table), obstacle=": the finished runs leave no error estimate.")
    rows = zip(effects["factor"], effects["level"], effects["reference"], map(float, sizes), strict=True)
    return Detectable(len(table), " %" if percent else "", list(rows))


def _detectable_lines(smallest: Detectable, response: str) -> list[str]:
    if smallest.obstacle:
        return [f"{_UNKNOWN}{smallest.obstacle}"]
    return [
        f"Smallest effect on the {response} found with probability 80 %, judged by {smallest.n_runs} "
        "finished runs:",
        *(
            f"  {factor}: {level} − {reference}: {_size(size, smallest.unit)}"
            for factor, level, reference, size in smallest.effects
        ),
    ]


def _size(size: float, unit: str) -> str:
    """The size of an effect in words; it is NaN where no run tells the effect apart from others."""
    return "unknown, whatever its size" if math.isnan(size) else f"{size:.2g}{unit}"
