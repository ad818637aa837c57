"""Effects on each data set and what to expect on a new one; the critical-difference diagram."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from ablation.analysis import Analysis
from ablation.analysis.sets.ranks import Ranks
from ablation.numbers import plain
from ablation.report.figures.plot import Marks, Plot
from ablation.report.figures.short_text import IN_ALT, contrast_name, short, stem, told_apart
from ablation.report.figures.ticks import around, named, of_changes
from ablation.report.sentences import Wording

MAX_SETS, MAX_PLOTS, MAX_CELLS = 40, 6, 40


def set_effects(analysis: Analysis, words: Wording) -> list[Plot]:
    """A figure for each of the first contrasts: a row a data set, the mean, and the band of predictions."""
    table, over_sets, sets = analysis.set_effects, analysis.heterogeneity, analysis.runs.sets
    if table is None or over_sets is None or sets is None or len(sets.levels) > MAX_SETS:
        return []
    each = table.groupby(["factor", "level", "reference"], sort=False)
    contrasts = list(zip(each, over_sets.to_dict("records"), strict=True))[:MAX_PLOTS]
    return [_of_contrast(here.to_dict("records"), row, words) for (_, here), row in contrasts]


def _of_contrast(rows: list[Any], all_: Any, words: Wording) -> Plot:
    label = contrast_name(words.factor(all_["factor"]), all_["level"], all_["reference"], 2, 34)
    names = [*(short(r["set"], 30) for r in rows), "mean of such data sets", "another data set"]
    ends = [(r["ci_low"], r["estimate"], r["ci_high"]) for r in rows]
    ends += [(all_["ci_low"], all_["estimate"], all_["ci_high"])]
    ends += [(all_["prediction_low"], all_["estimate"], all_["prediction_high"])]
    low, middle, high = np.array(ends, dtype=np.float64).T
    known = np.concatenate([low, middle, high, [0.0]])
    known = known[np.isfinite(known)]
    pad = 0.06 * float(np.ptp(known)) or 1.0
    axis = of_changes(float(known.min()) - pad, float(known.max()) + pad, words)
    y = np.arange(len(names), dtype=np.float64)
    shown, whole = np.isfinite(low), np.isfinite(middle)
    marks = [
        Marks("down", x=[0.0], look="mute thin"),
        Marks("spans", low[shown], y[shown], "ink", high=high[shown]),
    ]
    each = whole & (y < len(rows))
    marks += [
        Marks("points", middle[each], y[each], "ink", size=4),
        Marks("points", middle[-2:-1], y[-2:-1], "ink", "D", size=5),
    ]
    title = f"{label} on each data set, with {words.level} intervals"
    alt = f"Effect of {label} on {short(words.response, IN_ALT)}: " + ", ".join(
        f"{name} {words.change(float(e))}" for name, e in zip(names[:-1], middle[:-1], strict=True)
    )
    further = words.interval(float(low[-1]), float(high[-1]))
    file = f"set_effects_{stem(all_['factor'])}_{stem(all_['level'])}"
    return Plot(
        file, title, f"{alt}; another data set {further}.",
        axis, named(names), marks, width=560, height=22 * len(names), is_down=True,
    )  # fmt: skip


def critical_difference(tests: Ranks, cells: Sequence[str], words: Wording) -> Plot | None:
    """Mean ranks with bars of half the critical difference: cells whose bars overlap are not separated."""
    if len(cells) > MAX_CELLS:
        return None
    ranks, half = tests.table["mean_rank"].to_numpy(dtype=np.float64), tests.critical / 2
    y = np.arange(len(cells), dtype=np.float64)
    marks = [
        Marks("band", x=[ranks[0] - half], high=[ranks[0] + half], label="not separated from the best"),
        Marks("spans", ranks - half, y, "ink", high=ranks + half),
        Marks("points", ranks, y, "ink", size=4.5),
    ]
    x = around(np.concatenate([ranks - half, ranks + half]), "mean rank (1 is best)", False)
    title = f"Critical difference {plain(tests.critical)} of mean ranks over {tests.sets} data sets (Nemenyi)"
    said = ", ".join(f"{short(cell, 40)} {plain(rank)}" for cell, rank in zip(cells, ranks, strict=True))
    alt = (
        f"Mean ranks by {short(words.response, IN_ALT)}: {said}. Cells whose bars overlap are not separated."
    )
    names = named(told_apart(cells, 40))
    return Plot(
        "critical_difference", title, alt, x, names, marks, width=700, height=22 * len(cells), is_down=True
    )
