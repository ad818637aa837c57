"""The half-normal plot: which contrasts stand out when no runs are left to estimate the error."""

import numpy as np

from ablation.analysis import Analysis
from ablation.numbers import plain
from ablation.report.figures.plot import Marks, Note, Plot
from ablation.report.figures.short_text import IN_ALT, short
from ablation.report.figures.ticks import Axis, from_zero, nice_steps, tick
from ablation.words import listed

MAX_NAMED, MIN_CONTRASTS = 8, 3


def half_normal(analysis: Analysis) -> Plot | None:
    """The contrasts of an unreplicated design against half-normal quantiles (Daniel 1959; Lenth 1989).

    Hollow contrasts are within Lenth's margin of error. None where there is an error estimate, too few
    contrasts to tell large from small, or all are zero.
    """
    table = analysis.lenth
    if table is None or len(table) < MIN_CONTRASTS:
        return None
    sizes = table["estimate"].abs().to_numpy(dtype=np.float64)
    if not sizes.max() > 0:
        return None
    beyond, at = table["beyond_ME"].to_numpy(dtype=bool), table["half_normal"].to_numpy(np.float64)
    largest = [i for i in range(len(sizes)) if beyond[i] or i < MIN_CONTRASTS][:MAX_NAMED]
    me, sme = float(table["ME"].iloc[0]), float(table["SME"].iloc[0])
    top = 1.12 * max(sizes.max(), min(sme, 2.5 * sizes.max()))
    marks = [Marks("points", at[beyond], sizes[beyond], size=4, label="beyond the margin of error")]
    marks.append(Marks("points", at[~beyond], sizes[~beyond], "ink hollow", size=4, label="within it"))
    names = [short(table["contrast"].iloc[i], 24) for i in largest]
    notes = [
        Note(float(at[i]), float(sizes[i]), name, "end", -9) for i, name in zip(largest, names, strict=True)
    ]
    for y, words in ((me, "margin of error, each"), (sme, "margin of error, all at once")):
        if 0 < y < top:
            marks.append(Marks("across", y=[y], look="mute dash"))
            notes.append(Note(0, y, words, dx=4, dy=-4, look="q"))
    said = [f"{short(table['contrast'].iloc[i], IN_ALT)} {plain(float(sizes[i]))}" for i in largest]
    alt = (
        f"Half-normal plot of {len(sizes)} contrasts; {int(beyond.sum())} beyond Lenth's margin of error "
        f"{plain(me)}, {int(table['beyond_SME'].sum())} beyond the simultaneous one {plain(sme)}. "
        f"Largest: {listed(said, between='; ')}."
    )
    scale = analysis.scaling
    unit = "logs" if scale.is_log else "log-odds" if scale.is_logit else ""
    label = "size of contrast" + (f" (difference of {unit})" if unit else "")
    x = from_zero(float(at.max()), "half-normal quantile")
    y_axis = Axis(0.0, top, label, False, [(t, tick(t)) for t in nice_steps(0.0, top)])
    title = "Which contrasts stand out from noise (half-normal plot)"
    return Plot("half_normal", title, alt, x, y_axis, marks, notes, height=260, width=460)
