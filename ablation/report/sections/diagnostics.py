"""Section 10: is the model to be believed; each check a plain line that passes or warns."""

from __future__ import annotations

import math

from ablation.analysis import Analysis
from ablation.analysis.diagnostics.checks import MAX_COOKS_DISTANCE
from ablation.analysis.diagnostics.spread import FEW
from ablation.naming import clipped
from ablation.numbers import minus, p_value, plain
from ablation.report.document import Block, Checks, Folded, Section, Tone
from ablation.report.drawing import Drawer
from ablation.report.subject import ResponseResult, Subject
from ablation.words import counted

Line = tuple[Tone, str, str]


def diagnostics(study: Subject, answer: ResponseResult, drawer: Drawer) -> Section | None:
    """Checks in words, and residual plots."""
    if answer.analysis is None:
        return None
    lines = check_lines(study, answer.analysis)
    blocks: list[Block] = [Checks(lines)]
    blocks += drawer.grid("residuals", answer.analysis, prefix=answer.prefix)
    return Section("diagnostics", "Diagnostics", [Folded(_summary(lines), blocks)])


def _summary(lines: list[Line]) -> str:
    warned = [title for tone, title, _ in lines if tone == "warn"]
    known = [tone for tone, _, _ in lines if tone != "unknown"]
    if not known:
        return "No check could be made"
    if not warned:
        return f"{counted(len(known), 'check')} passed"
    return f"{len(warned)} of {len(known)} checks warn: {', '.join(warned).lower()}"


def check_lines(study: Subject, analysis: Analysis) -> list[Line]:
    """(pass, warn or unknown; what was checked; what was found)."""
    lines = [_spread(study, analysis), _along(analysis), _outlier(study, analysis), _influence(analysis)]
    lines += [_fit(analysis), _scale(analysis)]
    return [(tone, title, minus(text)) for tone, title, text in lines]


def _spread(study: Subject, analysis: Analysis) -> Line:
    table, title = analysis.diagnostics.spread, "Spread between levels"
    table = table[table["p_adjusted"].notna()]
    if table.empty:
        return "unknown", title, _why_unknown(analysis)
    worst = table.loc[table["p_adjusted"].idxmin()]
    label = study.labels.get(worst["factor"], worst["factor"])
    found = (
        f"largest difference by {label}: standard deviations differ {plain(worst['sd_ratio'])}-fold, "
        f"widest at {clipped(worst['widest'])} (Brown–Forsythe, Holm p {_equals(worst['p_adjusted'])})."
    )
    warns = worst["p_adjusted"] < analysis.request.alpha
    return "warn" if warns else "pass", title, f"{found} Verdicts allow for it." if warns else found


def _along(analysis: Analysis) -> Line:
    row, title = analysis.diagnostics.breusch_pagan.iloc[0], "Spread along the fit"
    if not math.isfinite(row["p"]):
        return "unknown", title, _why_unknown(analysis)
    found = f"Breusch–Pagan LM = {plain(row['LM'])} on {row['df']:.0f} df, p {_equals(row['p'])}."
    return "warn" if row["p"] < analysis.request.alpha else "pass", title, found


def _why_unknown(analysis: Analysis) -> str:
    if not analysis.fit.variance > 0:
        return "Cannot be told without an error estimate."
    if analysis.fit.df_resid < FEW:
        return "Cannot be told from so few runs."
    if not analysis.runs.factors:
        return "No component has levels to compare."
    return "Cannot be told: the residuals of the levels mirror each other within each block."


def _outlier(study: Subject, analysis: Analysis) -> Line:
    table, title = analysis.diagnostics.outlier, "Outliers"
    if table.empty or not math.isfinite(table["p_adjusted"].iloc[0]):
        return "unknown", title, _why_unknown(analysis)
    row = table.iloc[0]
    at = int(study.table.index.get_loc(row["run"]))
    which = f"{study.label(study.levels_of(at))}, seed {study.table['seed'].iloc[at]}"
    found = (
        f"furthest run: {which}, studentized residual {plain(row['studentized'])} "
        f"(p {_equals(row['p_adjusted'])} after allowing for {analysis.n_runs} runs)."
    )
    return "warn" if row["p_adjusted"] < analysis.request.alpha else "pass", title, found


def _influence(analysis: Analysis) -> Line:
    distances, title = analysis.diagnostics.influence["cooks_distance"], "Influence"
    if not distances.notna().any():
        return "unknown", title, _why_unknown(analysis)
    found = f"largest Cook's distance {plain(distances.max())}; {MAX_COOKS_DISTANCE:g} would be a concern."
    return "warn" if distances.max() > MAX_COOKS_DISTANCE else "pass", title, found


def _fit(analysis: Analysis) -> Line:
    row, title = analysis.lack_of_fit.iloc[0], "Lack of fit"
    if not math.isfinite(row["p"]):
        return "unknown", title, "Needs cells with several runs, and fewer parameters than cells."
    found = f"lack of fit p {_equals(row['p'])}."
    return "warn" if row["p"] < analysis.request.alpha else "pass", title, found


def _scale(analysis: Analysis) -> Line:
    table, title = analysis.diagnostics.box_cox, "Scale of the response"
    if table.empty:
        return "unknown", title, "Box–Cox needs positive responses and some noise."
    row, power = table.iloc[0], 0.0 if analysis.scale == "log" else 1.0
    found = (
        f"Box–Cox power {plain(row['power'])} ({plain(row['ci_low'])} to {plain(row['ci_high'])}); "
        f"the {analysis.scale} scale is {power:g}."
    )
    if row["ci_low"] <= power <= row["ci_high"]:
        return "pass", title, found
    return "warn", title, f"{found} Unequal spread distorts this; compare the raw scale under Robustness."


def _equals(p: float) -> str:
    return p_value(p) if p < 1e-4 else f"= {p_value(p)}"
