"""Can the model be trusted: one line per check, which passes or warns."""

import math

from ablation.analysis import Analysis
from ablation.analysis.diagnostics.checks import MAX_COOKS_DISTANCE
from ablation.analysis.diagnostics.spread import FEW
from ablation.naming import clipped
from ablation.numbers import p_text, plain
from ablation.report.document import Checks, Folded, Section, Tone
from ablation.report.drawing import Drawer, figures
from ablation.report.sentences import Wording
from ablation.report.subject import ResponseResult, Subject
from ablation.words import counted

Line = tuple[Tone, str, str]


def diagnostics(study: Subject, answer: ResponseResult, drawer: Drawer) -> Section | None:
    """Checks in words, and residual plots."""
    if answer.analysis is None:
        return None
    analysis, words = answer.analysis, study.words(answer)
    lines = check_lines(study, words, analysis)
    plots = drawer.blocks(lambda: figures.residuals(analysis, words), answer.prefix)
    return Section("diagnostics", "Diagnostics", [Folded(_summary(lines), [Checks(lines), *plots])])


def _summary(lines: list[Line]) -> str:
    warned = [title for tone, title, _ in lines if tone == "warn"]
    known = [tone for tone, _, _ in lines if tone != "unknown"]
    if not known:
        return "No check could be made"
    if not warned:
        return f"{counted(len(known), 'check')} passed"
    return f"{len(warned)} of {len(known)} checks warn: {', '.join(warned).lower()}"


def check_lines(study: Subject, words: Wording, analysis: Analysis) -> list[Line]:
    """(pass, warn or unknown; what was checked; what was found)."""
    return [
        _spread(words, analysis),
        _along(words, analysis),
        _outlier(study, words, analysis),
        _influence(analysis),
        _by_seed(words, analysis),
        _fit(words, analysis),
        _scale(analysis),
    ]


def _spread(words: Wording, analysis: Analysis) -> Line:
    table, title = analysis.diagnostics.spread, "Spread between levels"
    table = table[table["p_adjusted"].notna()]
    if table.empty:
        return "unknown", title, _why_unknown(analysis)
    worst = table.loc[table["p"].idxmin()]
    text = (
        f"The levels of {words.factor(worst['factor'])} differ most: the largest standard deviation, at "
        f"{clipped(worst['widest'])}, is {plain(worst['sd_ratio'])} times the smallest (Brown–Forsythe with "
        f"Holm, {p_text(worst['p_adjusted'])})."
    )
    if worst["p_adjusted"] < words.alpha:
        return "warn", title, f"{text} Verdicts allow for it."
    return "pass", title, text


def _by_seed(words: Wording, analysis: Analysis) -> Line:
    table, title = analysis.diagnostics.by_seed, f"Effects by {words.block or 'block'}"
    table = table[table["p_adjusted"].notna()]
    if table.empty:
        return (
            "unknown",
            title,
            "Unknown: every component must vary in at least two blocks, with runs to spare.",
        )
    worst = table.loc[table["p"].idxmin()]
    test = f"F = {plain(worst['F'])} on {worst['df1']} and {worst['df2']} df"
    text = (
        f"The effect of {words.factor(worst['factor'])} differs most between them: by "
        f"{plain(worst['ratio'])} times the noise ({test}, with Holm {p_text(worst['p_adjusted'])})."
    )
    if worst["p_adjusted"] < words.alpha:
        return "warn", title, f"{text} Verdicts allow for it."
    return "pass", title, text


def _along(words: Wording, analysis: Analysis) -> Line:
    row, title = analysis.diagnostics.breusch_pagan.iloc[0], "Spread along the fit"
    if not math.isfinite(row["p"]):
        return "unknown", title, _why_unknown(analysis)
    text = f"Breusch–Pagan LM = {plain(row['LM'])} on {row['df']:.0f} df, {p_text(row['p'])}."
    return "warn" if row["p"] < words.alpha else "pass", title, text


def _why_unknown(analysis: Analysis) -> str:
    if not analysis.fit.variance > 0:
        return "Unknown: there is no error estimate."
    if analysis.fit.df_resid < FEW:
        return "Unknown: there are too few runs."
    if not analysis.runs.factors:
        return "No component has levels to compare."
    return "Unknown: within each block the residuals of the levels mirror each other."


def _outlier(study: Subject, words: Wording, analysis: Analysis) -> Line:
    table, title = analysis.diagnostics.outlier, "Outliers"
    if table.empty or not math.isfinite(table["p_adjusted"].iloc[0]):
        return "unknown", title, _why_unknown(analysis)
    row = table.iloc[0]
    at = int(study.places([row["run"]])[0])
    seed = f", {words.block} {study.table['seed'].iloc[at]}" if words.block else ""
    text = (
        f"The run that fits worst is {study.cell_name(at)}{seed}: studentized residual "
        f"{plain(row['studentized'])}, {p_text(row['p_adjusted'])} for the worst of {analysis.n_runs} runs."
    )
    return "pass" if analysis.diagnostics.outliers.empty else "warn", title, text


def _influence(analysis: Analysis) -> Line:
    largest, title = analysis.diagnostics.influence["cooks_distance"].max(), "Influence"
    if not math.isfinite(largest):
        return "unknown", title, _why_unknown(analysis)
    text = f"The largest Cook's distance is {plain(largest)}; {MAX_COOKS_DISTANCE:g} would be a concern."
    return "warn" if largest > MAX_COOKS_DISTANCE else "pass", title, text


def _fit(words: Wording, analysis: Analysis) -> Line:
    p, title = analysis.lack_of_fit["p"].iloc[0], "Lack of fit"
    if not math.isfinite(p):
        return "unknown", title, "Needs cells with several runs, and fewer parameters than cells."
    return "warn" if p < words.alpha else "pass", title, f"The test has {p_text(p)}."


def _scale(analysis: Analysis) -> Line:
    table, title = analysis.diagnostics.box_cox, "Scale of the response"
    if table.empty:
        return "unknown", title, "Box–Cox needs positive responses and some noise."
    row, power = table.iloc[0], 0.0 if analysis.scale == "log" else 1.0
    text = (
        f"The Box–Cox power is {plain(row['power'])} ({plain(row['ci_low'])} to {plain(row['ci_high'])}); "
        f"that of the {analysis.scale} scale is {power:g}."
    )
    if row["ci_low"] <= power <= row["ci_high"]:
        return "pass", title, text
    return "warn", title, f"{text} Unequal spread distorts this; compare the raw scale under Robustness."
