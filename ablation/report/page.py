"""report.md: what was swept, what each component does, and the article's table."""

from ablation.analysis import Analysis
from ablation.report.study import Study
from ablation.report.tables import article_summary, deviations, effects, markdown

_PROVENANCE = ("device", "commit", "python", "tensorflow", "tensorflow-cpu", "keras")


def page(study: Study) -> str:
    """The whole report in Markdown."""
    parts = [f"# Study {study.record['study']}", design(study)]
    if study.analysis is None:
        parts.append(f"Nothing can be concluded yet. {study.obstacle}")
    else:
        parts += _effects(study, study.analysis) + _article(study.analysis)
    return "\n\n".join([*parts, _provenance(study)]) + "\n"


def design(study: Study) -> str:
    """The design and how much of it is there, in a line or two."""
    sizes = "×".join(str(len(levels)) for levels in study.factors.values()) or "1"
    n_seeds, n_runs = len(study.record["seeds"]), len(study.record["keys"])
    statuses = study.table["status"].value_counts()
    counts = ", ".join(f"{n} {status}" for status, n in statuses.items()) or "none yet"
    missing = len(study.table.attrs.get("missing", []))
    ended = f"{counts}{f', {missing} missing' if missing else ''}"
    seeds = "1 seed" if n_seeds == 1 else f"{n_seeds} paired seeds"
    return (
        f"Design: {sizes} full factorial × {seeds} = {n_runs} runs ({ended}).\n"
        f"Response: {study.response}, {study.direction} is better."
    )


def _effects(study: Study, analysis: Analysis) -> list[str]:
    blocks = "seeds as blocks" if study.table["seed"].nunique() > 1 else "one seed, no blocks"
    unit = f"change of {study.response} in %" if analysis.scale == "log" else f"change of {study.response}"
    notes = "\n".join(f"- {notice}" for notice in analysis.warnings)
    return [
        "## What each component does",
        f"Level − reference, averaged equally over the levels of the other components: {unit}, {blocks} "
        f"({analysis.scale} scale).",
        markdown(effects(analysis)),
        *([f"Note:\n\n{notes}"] if notes else []),
    ]


def _article(analysis: Analysis) -> list[str]:
    return [
        "## The article's linear model",
        f"```text\n{article_summary(analysis)}\n```",
        f"Caution: {analysis.article_caution}",
        markdown(deviations(analysis)),
    ]


def _provenance(study: Study) -> str:
    """Under what the runs were made; several values where runs differ."""
    told = [
        f"{name} {' / '.join(sorted(set(study.table[name].dropna())))}"
        for name in _PROVENANCE
        if name in study.table
    ]
    return "---\n\nRuns made with " + ", ".join(told) + "." if told else "---"
