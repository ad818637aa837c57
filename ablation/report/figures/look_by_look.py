"""Every effect of an adaptive study with its interval, look by look, against the margin."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes

from ablation.adaptive.replay import Look
from ablation.analysis.data.factors import Floats
from ablation.analysis.verdicts.judging import INCONCLUSIVE
from ablation.naming import factor_labels
from ablation.report.figures.picture import Picture
from ablation.report.figures.short_text import short
from ablation.report.figures.style import BAND, INK, MUTED, NEUTRAL, drawing, filling, new_figure
from ablation.words import listed

MAX_ROWS = 12


@drawing()
def look_by_look(looks: Sequence[Look], is_log: bool) -> Picture | None:
    """Draw a panel for each verdict of the last look; filled points are settled.

    Args:
        looks: of the study, in order.
        is_log: whether effects are differences of logarithms, drawn in %.
    """
    last = looks[-1].verdicts
    names = [(r.factor, r.level, r.within) for r in last.itertuples(index=False)][:MAX_ROWS]
    labels = factor_labels(factor for factor, _, _ in names)
    n_columns = min(3, len(names))
    n_rows = -(-len(names) // n_columns)
    figure = new_figure(0.6 + 1.6 * n_rows)
    margin = looks[-1].analysis.scaling.margin(looks[-1].analysis.request.margin or 0.0)
    for i, name in enumerate(names):
        axes = figure.add_subplot(n_rows, n_columns, i + 1)
        axes.axhspan(*_shown(np.array(margin), is_log), color=BAND, zorder=0)
        axes.axhline(0, color=MUTED, lw=0.8)
        for look in looks:
            _draw(axes, look, name, is_log)
        where = f" at {name[2]}" if name[2] else ""
        axes.set_title(short(f"{labels[name[0]]} {name[1]}{where}", 24))
        axes.set_xlim(looks[0].seeds - 0.5, looks[-1].seeds + 0.5)
        if i % n_columns == 0:
            axes.set_ylabel("change, %" if is_log else "change")
        if i >= len(names) - n_columns:
            axes.set_xlabel("seeds")
    settled = [str(look.seeds) for look in looks]
    alt = (
        f"{len(names)} effects with repeated intervals at {listed(settled)} seeds, against the margin; at "
        "the last look "
        f"{len(last) - looks[-1].open} of {len(last)} verdicts are settled."
    )
    title = "Effects and repeated intervals look by look; the band is the margin"
    return Picture("look_by_look", title, alt, figure)


def _draw(axes: Axes, look: Look, name: tuple[str, str, str], is_log: bool) -> None:
    table = look.verdicts
    found = table[(table["factor"] == name[0]) & (table["level"] == name[1]) & (table["within"] == name[2])]
    for r in found.itertuples(index=False):
        is_open = r.verdict == INCONCLUSIVE
        low, middle, high = _shown(np.array([r.ci_low, r.estimate, r.ci_high]), is_log)
        colour = NEUTRAL if is_open else INK
        axes.plot([look.seeds] * 2, [low, high], color=colour, lw=1.4)
        axes.plot(look.seeds, middle, "o", ms=5, mew=1.2, **filling(colour, not is_open))


def _shown(effect: Floats, is_log: bool) -> Floats:
    shown: Floats = 100 * np.expm1(effect) if is_log else effect
    return shown
