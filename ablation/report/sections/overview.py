"""The first table of a report with several responses: the effect of each component on each."""

import math
from collections.abc import Mapping

import pandas as pd

from ablation.analysis.verdicts.finding import Finding
from ablation.report.document import Cell, Column, Prose, Section
from ablation.report.drawing import Drawer
from ablation.report.sections.table_parts import ALL, TONES, contrast, table_of
from ablation.report.sentences import Wording, verdict_words, with_words
from ablation.report.subject import ResponseResult, Subject

Contrast = tuple[str, str, str]


def overview(study: Subject, main: ResponseResult, _: Drawer) -> Section | None:
    """One row per contrast, one column per response; a sentence for each response without analysis."""
    if len(study.answers) == 1 or main is not study.main:
        return None
    answers = {a.response: _by_contrast(a) for a in study.answers}
    contrasts = list(dict.fromkeys(key for by_contrast in answers.values() for key in by_contrast))
    words = {a.response: study.words(a) for a in study.answers}
    rows: list[list[str | Cell]] = []
    for factor, level, reference in contrasts:
        names = [words[main.response].factor(factor), contrast({"level": level, "reference": reference})]
        each = [_entry(words[name], of.get((factor, level, reference), [])) for name, of in answers.items()]
        rows.append([*names, *each])
    heads: list[str | Column] = ["component", "level − reference", *map(Column, answers)]
    caption = "What each component does to each response; p-values are adjusted within each response"
    blocks = [Prose(f"{a.response}: {a.obstacle}") for a in study.answers if a.analysis is None]
    frames = [
        with_words(a.analysis, words[a.response]).assign(response=a.response)
        for a in study.answers
        if a.analysis
    ]
    data = pd.concat(frames, ignore_index=True) if frames else None
    table = [table_of("overview", caption, heads, rows, data, limit=ALL)] if rows else []
    return Section("overview", "All responses at a glance", [*blocks, *table])


def _by_contrast(answer: ResponseResult) -> Mapping[Contrast, list[Finding]]:
    """Findings on each main contrast: one, or one per level of another component."""
    by_contrast: dict[Contrast, list[Finding]] = {}
    for one in answer.analysis.findings if answer.analysis else ():
        by_contrast.setdefault((one.factor, one.level, one.reference), []).append(one)
    return by_contrast


def _entry(words: Wording, findings: list[Finding]) -> Cell:
    if not findings:
        return Cell("unknown")
    one = findings[0]
    if one.within and len(findings) > 1:
        return Cell(f"depends on {words.factor(one.within[0])}", tone="open")
    tone = TONES.get(one.verdict, "")
    if not math.isfinite(one.estimate):
        return Cell("unknown", tone=tone)
    return Cell(f"{words.change(one.estimate)}, {verdict_words(one.verdict)}", tone=tone)
