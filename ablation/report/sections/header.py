"""What was run: the design, how much of it is finished, and with which versions."""

from math import prod

import numpy as np
import pandas as pd

from ablation.analysis.model.interaction_order import Order
from ablation.naming import clipped
from ablation.numbers import duration
from ablation.report.document import Facts, Section, Sentences
from ablation.report.drawing import Drawer
from ablation.report.held import CODE, VERSIONS
from ablation.report.sentences import Wording, as_wide
from ablation.report.subject import ResponseResult, Subject
from ablation.words import counted


def design(study: Subject) -> str:
    """The design and how much of it is there, in a line."""
    if not study.is_swept:
        return _table_design(study)
    record = study.record
    n_seeds, n_runs = len(record.seeds), len(record.keys)
    sizes = "×".join(str(len(levels)) for levels in study.factors.values()) or "1"
    words = record.design.words or f"{sizes} full factorial"
    seeds = "1 seed" if n_seeds == 1 else f"{n_seeds} paired seeds"
    if study.main.looks:
        seeds = f"{study.main.looks[-1].seeds} paired seeds of at most {n_seeds} (adaptive)"
    return f"{words} × {seeds} = {counted(n_runs, 'run')}; {ended(study)}"


def ended(study: Subject) -> str:
    """'95 finite, 1 diverged, 4 missing'."""
    counts = [
        f"{n} {'finite' if status == 'ok' else status}" for status, n in study.endings.value_counts().items()
    ]
    for n, what in (
        (int((~study.counted).sum()), "left out"),
        (len(study.table.attrs.get("missing", [])), "missing"),
    ):
        counts += [f"{n} {what}"] if n else []
    return ", ".join(counts) or "none yet"


def _table_design(study: Subject) -> str:
    """What a table without a record shows of its design."""
    known = study.table[list(study.factors)].notna().all(axis=1)
    n_cells = len(np.unique(study.cells[known.to_numpy()]))
    n_all = prod(max(len(levels), 1) for levels in study.factors.values())
    of_all = "" if _has_nested(study) else f"of {n_all} "  # which nobody could run
    sizes = "×".join(str(len(levels)) for levels in study.factors.values())
    blocks = ""
    if study.block:
        n_blocks = study.table["seed"][study.table["seed"].astype(str) != ""].nunique()
        blocks = f", {counted(n_blocks, 'value')} of {study.block} as blocks"
    rows = counted(len(study.table), "row")
    return f"{rows} of {sizes} levels: {n_cells} {of_all}cells occur{blocks}; {ended(study)}"


def _has_nested(study: Subject) -> bool:
    """Whether a factor has levels only at some levels of another."""
    return bool(study.main.analysis and study.main.analysis.fit.matrix.grid.conditions)


def facts(study: Subject) -> list[tuple[str, str]]:
    """What the head of the page tells, (name, text)."""
    lines = [("Design", design(study))]
    lines.append(("Factors", "; ".join(_factor(study, name) for name in study.factors) or "none"))
    for answer in study.answers:
        lines.append(("Response", _response(answer, study.words(answer))))
    if study.main.analysis is not None:
        lines.append(("Model", model(study.main.analysis.order)))
        lines.append(("Tests", _tests(study.words(study.main))))
    return lines + _provenance(study)


def _response(answer: ResponseResult, words: Wording) -> str:
    """'loss, lower is better; effects in % (log scale: all values of 'loss' are positive …)'."""
    if answer.analysis is None:
        return words.better
    scale = f"{answer.analysis.scale} scale: {answer.analysis.scale_reason}"
    return f"{words.better}; effects {_in_words(words)} ({scale})"


def _in_words(words: Wording) -> str:
    if words.is_log:
        return "in %"
    if words.shares:
        return f"of the {words.share_kind}"
    return f"in {words.unit or 'its units'}"


def model(order: Order) -> str:
    """Which interactions are in the model, and why."""
    wide = as_wide(order.widening)
    why = {
        "single": "one factor",
        "asked": "main effects"
        if order.highest == 1
        else f"interactions up to order {order.highest}, as asked",
        "carried": f"main effects and pairs of factors; {_price(order.widening)}",
        "incomplete": "main effects; the cells show no interaction of them",
        "hidden": "main effects; there are too few cells for more",
        "wide": f"main effects; with all pairs of factors an interval of one would be {wide}",
        "many": "main effects; all pairs of factors would be too many parameters",
    }
    return why[order.why]


def _price(widening: float) -> str:
    """What pairs cost the intervals of main effects."""
    if widening < 1.005:
        return "the pairs make no interval of a main effect wider"
    return f"the pairs make the intervals of main effects up to {100 * (widening - 1):.0f} % wider"


def _tests(words: Wording) -> str:
    if words.margin is None:
        return f"α = {words.alpha:g}; no margin declared"
    unit = "" if words.is_log or words.unit else f" in {words.response}"
    return f"α = {words.alpha:g}; smallest effect that matters: {words.margin_text}{unit}"


def _factor(study: Subject, name: str) -> str:
    levels = [clipped(level) for level in study.factors[name]]
    shown = levels[:12] + ([f"… {len(levels) - 12} more"] if len(levels) > 12 else [])
    return f"{clipped(study.labels[name])} ({', '.join(shown)})"


def _provenance(study: Subject) -> list[tuple[str, str]]:
    """Versions and conditions of the runs; several values where runs differ."""
    if not study.is_swept:
        return [("Table", study.source)]
    versions = [f"{name} {text}" for name in VERSIONS if (text := _values(study, name))]
    commit = _values(study, "commit")
    text = ", ".join([*versions, *([f"commit {commit}"] if commit else [])])
    trained = [("Trained", _when(study))] if len(study.table) else []
    return [*trained, *([("Versions", text)] if text else [])]


def _values(study: Subject, column: str) -> str:
    if column not in study.table or column in study.factors:
        return ""
    return " / ".join(sorted({clipped(str(v)) for v in study.table[column].dropna().unique()}))


def _when(study: Subject) -> str:
    first, last = study.table["started"].min(), study.table["finished"].max()
    each = f"{duration(study.seconds_per_run)} per run"
    if device := _values(study, "device"):
        each += f", on {device}"
    if pd.isna(first) or pd.isna(last):
        return each
    same = first.date() == last.date()
    return f"{first:%Y-%m-%d %H:%M} to {last.strftime('%H:%M' if same else '%Y-%m-%d %H:%M')} UTC, {each}"


def line(study: Subject) -> str:
    """What was run, in a line: runs, cells × seeds, failed, the response."""
    runs = study.table[study.counted]
    n_cells, n_blocks = len(set(study.cells[study.counted])), runs["seed"].nunique()
    main = study.words(study.main)
    each = f" × {n_blocks} {main.blocks}" if study.block and n_blocks > 1 else ""
    parts = [counted(len(runs), "run"), f"{counted(n_cells, 'cell')}{each}"]
    parts += [f"{study.n_failed} failed"] if study.n_failed else ["none failed"]
    parts += [f"{len(study.missing)} missing"] if study.missing else []
    margin = f"margin {main.margin_text}" if main.margin is not None else "no margin"
    return " · ".join([*parts, main.better, *([margin] if study.concludes else [])])


def made_how(study: Subject, _: ResponseResult, drawer: Drawer) -> Section:
    """The last section: design, model, tests, versions, and sentences on them."""
    texts = notes(study, drawer.with_figures)
    return Section(
        "design", "Design and provenance", [Facts(facts(study)), *([Sentences(texts)] if texts else [])]
    )


def notes(study: Subject, figures: bool = True) -> list[str]:
    """Sentences on the design, and on what differs between runs."""
    texts = list(study.record.design.notes)
    for column in CODE if study.is_swept else ():
        if " / " in (values := _values(study, column)):
            texts.append(f"Runs differ in {column}: {values}. Versions can change results as seeds do.")
    excluded = study.table.attrs.get("excluded") or []
    if excluded:
        n = counted(len(excluded), "file")
        texts.append(f"{n} could not be read and count nowhere: {', '.join(p for p, _ in excluded[:3])}.")
    if len(study.answers) > 1:
        better = "; ".join(study.words(answer).better for answer in study.answers)
        texts.append(
            f"Several responses: {better}. p-values are adjusted within each response, not across them, and "
            "the margin is the first response's alone."
        )
    if not figures:
        texts.append("Written without figures (figures=false).")
    return texts
