"""Which levels make training more stable; shown only if there is a verdict."""

from collections.abc import Iterator
from typing import Any

import pandas as pd

from ablation.analysis import Analysis
from ablation.analysis.stability.dispersion import STEADIER
from ablation.analysis.stability.failing import MORE_OFTEN
from ablation.analysis.verdicts.judging import INCONCLUSIVE
from ablation.numbers import p_text, p_value, plain
from ablation.report.document import Block, Folded, Prose, Section, Sentences, Table
from ablation.report.drawing import Drawer
from ablation.report.sections.table_parts import ALL, contrast, one_look, table_of
from ablation.report.sentences import Wording
from ablation.report.subject import ResponseResult, Subject

READING = (
    "The spread is that of the runs of one cell, what a {block} does to all cells alike included; its "
    "logarithm is analysed, and the p must hold for normal runs and by how cells scatter. Failures are the "
    "outcome of a logistic regression on all components (Firth), with runs that look diverged as failures. "
    "Both p are adjusted by Holm's method, each within its table."
)


def stability(study: Subject, answer: ResponseResult, _: Drawer) -> Section | None:
    """Dispersion effects and odds of failing; nothing where neither was shown."""
    if answer.analysis is None:
        return None
    analysis, words = answer.analysis, study.words(answer)
    sentences = [*_spread_sentences(words, analysis), *_failing_sentences(words, analysis)]
    if not sentences:
        return None
    tables: list[Block] = [*_spread(answer, words, analysis), *_failing(answer, words, analysis)]
    folded = Folded(
        "Every component, with intervals",
        [Prose(READING.format(block=words.block or "seed")), *one_look(words), *tables],
    )
    return Section("stability", "What makes training steadier", [Sentences(sentences), folded])


def _shown(table: pd.DataFrame) -> list[dict[Any, Any]]:
    rows: list[dict[Any, Any]] = table[table["verdict"] != INCONCLUSIVE].to_dict("records")
    return rows


def _name(words: Wording, row: dict[Any, Any]) -> str:
    return f"{words.factor(row['factor'])} ({contrast(row)})"


def _spread_sentences(words: Wording, analysis: Analysis) -> Iterator[str]:
    repeats = f"Between {words.blocks}" if words.block else "Between runs of a cell"
    for row in _shown(analysis.dispersion):
        is_steadier = row["verdict"] == STEADIER
        sizes = [row["ratio"], row["ratio_low"], row["ratio_high"]]
        size, low, high = (plain(s) for s in sizes)
        yield (
            f"{_name(words, row)} makes {words.response} {'steadier' if is_steadier else 'less steady'}. "
            f"{repeats} its standard deviation is {size} times as large ({words.level} CI {low} to {high}, "
            f"{p_text(row['p_adjusted'])})."
        )


def _failing_sentences(words: Wording, analysis: Analysis) -> Iterator[str]:
    for row in _shown(analysis.failing):
        often = "more often" if row["verdict"] == MORE_OFTEN else "less often"
        odds, low, high = (plain(row[name]) for name in ("odds_ratio", "odds_low", "odds_high"))
        yield (
            f"With {_name(words, row)} runs fail {often}: {row['failed']} of {row['runs']} instead of "
            f"{row['failed_reference']} of {row['runs_reference']}, {odds} times the odds "
            f"({words.level} CI {low} to {high}, {p_text(row['p_adjusted'])})."
        )


def _spread(answer: ResponseResult, words: Wording, analysis: Analysis) -> Iterator[Table]:
    table = analysis.dispersion
    if not table.empty:
        rows = [
            [words.factor(r["factor"]), contrast(r), r["verdict"], plain(r["ratio"]),
             f"{plain(r['ratio_low'])} to {plain(r['ratio_high'])}", p_value(r["p_adjusted"])]
            for r in table.to_dict("records")
        ]  # fmt: skip
        scale = "of its logarithm" if words.is_log else f"of {words.response}"
        caption = f"Spread of {words.response} within a cell: ratio of standard deviations {scale}"
        heads = ("component", "levels", "verdict", "#ratio", f"#{words.level} interval", "#p (Holm)")
        yield table_of(f"{answer.prefix}dispersion", caption, heads, rows, table, limit=ALL)


def _failing(answer: ResponseResult, words: Wording, analysis: Analysis) -> Iterator[Table]:
    table = analysis.failing
    if not table.empty:
        rows = [
            [words.factor(r["factor"]), contrast(r), r["verdict"], f"{r['failed']} of {r['runs']}",
             f"{r['failed_reference']} of {r['runs_reference']}", plain(r["odds_ratio"]),
             f"{plain(r['odds_low'])} to {plain(r['odds_high'])}", p_value(r["p_adjusted"])]
            for r in table.to_dict("records")
        ]  # fmt: skip
        heads = ["component", "levels", "verdict", "#failed", "#at the reference", "#odds ratio"]
        heads += [f"#{words.level} interval", "#p (Holm)"]
        caption = "Odds that a run fails or diverges (Firth's logistic regression on all components)"
        yield table_of(f"{answer.prefix}failing", caption, heads, rows, table, limit=ALL)
