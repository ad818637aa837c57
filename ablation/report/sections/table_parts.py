"""What tables of several sections share."""

import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import pandas as pd

from ablation.analysis import Analysis
from ablation.analysis.model.terms import Term
from ablation.analysis.tables.anova import group_name, tested_interactions
from ablation.analysis.verdicts.judging import BETTER, HURTS, INCONCLUSIVE, KEEP, NOTHING, WORSE
from ablation.naming import clipped, is_switch
from ablation.numbers import UNKNOWN, value
from ablation.report.document import Cell, Column, Prose, Table, Tone
from ablation.report.sentences import Wording, verdict_words

TONES: Mapping[str, Tone] = {
    KEEP: "keep",
    HURTS: "hurts",
    BETTER: "better",
    WORSE: "worse",
    NOTHING: "nothing",
    INCONCLUSIVE: "open",
}

ALL = 200
"""Rows of a table that is shown as a whole."""

MEANINGS = {
    "± SD": "standard deviation",
    "df": "degrees of freedom",
    "HC3": "a test that allows for unequal spread",
    "IQM": "interquartile mean",
    "ω²": "share of variance, corrected for chance",
    "η²": "share of variance in these runs",
}
"""Abbreviations of our tables, which each table that uses one explains: it may be read alone."""


def table_of(
    name: str,
    caption: str,
    heads: Sequence[str | Column],
    rows: Iterable[Sequence[str | Cell]],
    data: pd.DataFrame | None = None,
    **settings: Any,
) -> Table:
    """A table from texts.

    Args:
        name: stem of its files.
        caption: what it shows.
        heads: of columns; one that starts with `#` is of numbers.
        rows: texts, or entries that are more than text.
        data: the numbers in full.
        settings: `limit`, or what a table of cells has besides.
    """
    columns = [
        head if isinstance(head, Column) else Column(head.removeprefix("#"), head.startswith("#"))
        for head in heads
    ]
    entries = [[Cell(entry) if isinstance(entry, str) else entry for entry in row] for row in rows]
    note = _meanings([caption, *(column.title for column in columns)])
    return Table(name, caption, columns, entries, data, note=note, **settings)


def _meanings(texts: Sequence[str]) -> str:
    """'df: degrees of freedom; …' of what texts abbreviate."""
    used = [short for short in MEANINGS if re.search(rf"(?<!\w){short}(?!\w)", "|".join(texts))]
    return "; ".join(f"{short.removeprefix('± ')}: {MEANINGS[short]}" for short in used)


def one_look(words: Wording) -> list[Prose]:
    """What must be said of tests that know nothing of a study's earlier looks."""
    text = f"Intervals and p here are of one look: they do not allow for the looks that added {words.blocks}."
    return [Prose(text)] if words.is_adaptive else []


def verdict_cell(verdict: str) -> Cell:
    """A verdict with its tone."""
    return Cell(verdict_words(verdict), tone=TONES.get(verdict, ""))


def between(low: float, high: float, text: Callable[[float], str] = value) -> str:
    """'0.2437 to 0.2450', or that the bounds are not known."""
    return f"{text(low)} to {text(high)}" if math.isfinite(low) else UNKNOWN


def contrast(row: Mapping[str, Any]) -> str:
    """'elu − relu'; 'on − off' for a switch."""
    level, reference = str(row["level"]), str(row["reference"])
    is_said = is_switch(reference, level) and not level.isdigit()  # depth 1 − 0 is no switch
    return "on − off" if is_said else f"{clipped(level)} − {clipped(reference)}"


def term_labels(words: Wording, analysis: Analysis) -> dict[str, str]:
    """Name of each term of the model → what to call it."""
    predictors = analysis.runs.predictors

    def label(term: Term) -> str:
        return words.term([predictors[i].name for i in sorted(term.members)]) or term.name

    groups = [*((term,) for term in analysis.fit.matrix.terms), *tested_interactions(analysis.fit)]
    return {group_name(group): " + ".join(map(label, group)) for group in groups}
