"""Every effect of an adaptive study with its interval, look by look, against the margin."""

from collections.abc import Sequence

import numpy as np

from ablation.adaptive.replay import Look
from ablation.analysis.verdicts.judging import INCONCLUSIVE
from ablation.naming import factor_labels
from ablation.report.figures.plot import Marks, Plot
from ablation.report.figures.short_text import short
from ablation.report.figures.ticks import Axis, around
from ablation.words import counted

MAX_ROWS = 12


def look_by_look(looks: Sequence[Look], is_log: bool) -> list[Plot]:
    """A figure for each verdict of the last look; filled points are settled.

    Args:
        looks: of the study, in order.
        is_log: whether effects are differences of logarithms, drawn in %.
    """
    last = looks[-1].verdicts
    names = [(r.factor, r.level, r.within) for r in last.itertuples(index=False)][:MAX_ROWS]
    labels = factor_labels(factor for factor, _, _ in names)
    return [_drawn(looks, name, labels[name[0]], is_log) for name in names]


def _drawn(looks: Sequence[Look], name: tuple[str, str, str], label: str, is_log: bool) -> Plot:
    rows = []
    for look in looks:
        table = look.verdicts
        here = table[
            (table["factor"] == name[0]) & (table["level"] == name[1]) & (table["within"] == name[2])
        ]
        rows += [
            (look.seeds, r.estimate, r.ci_low, r.ci_high, r.verdict) for r in here.itertuples(index=False)
        ]
    seeds, middle, low, high = (np.array([row[i] for row in rows], np.float64) for i in range(4))
    is_open = np.array([row[4] == INCONCLUSIVE for row in rows], dtype=bool)
    margin = np.array(looks[-1].analysis.scaling.margin(looks[-1].analysis.request.margin or 0.0))
    if is_log:
        middle, low, high, margin = (100 * np.expm1(values) for values in (middle, low, high, margin))
    marks = [Marks("band", y=margin[:1], high=margin[1:]), Marks("across", y=[0.0], look="mute thin")]
    marks.append(Marks("bars", seeds, low, "mute", high=high))
    for here, filling in ((~is_open, "ink"), (is_open, "ink hollow")):
        marks.append(Marks("points", seeds[here], middle[here], filling))
    where = f" at {name[2]}" if name[2] else ""
    title = short(f"{label} {name[1]}{where}", 44)
    verdict = rows[-1][4] if rows else "not known"
    alt = f"The effect of {title} with repeated intervals at {counted(len(rows), 'look')}; now {verdict}."
    ticks = [(float(look.seeds), str(look.seeds)) for look in looks]
    x = Axis(looks[0].seeds - 0.5, looks[-1].seeds + 0.5, "seeds", False, ticks)
    y = around(np.concatenate([low, high, margin]), "change in %" if is_log else "change", False)
    return Plot("look_by_look", title, alt, x, y, marks, height=130)
