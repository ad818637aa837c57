"""The summary at the end of a sweep and of a report."""

import sys
from collections.abc import Callable
from io import StringIO

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from ablation.naming import clipped
from ablation.report.changed import Changed, ChangedResponse
from ablation.report.document import Table as ReportTable
from ablation.report.sections.article import is_of_the_article
from ablation.report.sections.cells import best_sentence
from ablation.report.sections.changes import effects_table
from ablation.report.sections.header import design
from ablation.report.sections.verdicts import brief_verdict_table
from ablation.report.sentences import answer as answer_lines
from ablation.report.sentences import lead_sentences, notice_sentence
from ablation.report.sentences.changes import average_sentence, best_then_and_now, change_answer, how_compared
from ablation.report.subject import ResponseResult, Subject
from ablation.words import counted

LEVELS = 40
"""Characters of a name in the table of verdicts."""

WIDTH = 100
"""Columns where there is no terminal."""

NOTES = 4
"""Warnings that are printed; the page has all."""


def print_summary(study: Subject, page: str) -> None:
    """The article's OLS with its caution, verdicts as table and sentences, the best cell, and the page."""
    console = _terminal()
    _print_answers(console, study)
    console.print(f"Report: {page}")


def print_changes(both: Changed, page: str) -> None:
    """What has changed in each response, how it was compared, and the page."""
    console = _terminal()
    _print_changes(console, both)
    console.print(f"Report: {page}")


def changes_summary(both: Changed) -> str:
    """The same as text, without a page."""
    return _as_text(lambda console: _print_changes(console, both))


def change_sentences(one: ChangedResponse) -> list[str]:
    """How a response was compared, and what has changed, in sentences."""
    both, words = one.comparison, one.words
    sentences = [*how_compared(both, words), average_sentence(both, words)]
    for line in change_answer(both, words):
        sentences.append(" ".join(f"{claim.kind}: {claim.text}." for claim in line))
    return [sentence for sentence in (*sentences, f"Best cell {best_then_and_now(both, words)}") if sentence]


def _print_changes(console: Console, both: Changed) -> None:
    for one in both.responses:
        console.print(_printed(effects_table(one, is_brief=True)))
        for sentence in change_sentences(one):
            console.print(sentence)
    for note in both.notes:
        console.print(note)
    names = ", ".join(both.settings["setting"].head(6)) or "none that is known"
    console.print(f"Settings that differ: {names}")


def summary(study: Subject) -> str:
    """The same as text, without a page."""
    return _as_text(lambda console: _print_answers(console, study))


def _terminal() -> Console:
    return Console(
        markup=False, highlight=False, soft_wrap=True, width=None if sys.stdout.isatty() else WIDTH
    )


def _as_text(show: Callable[[Console], None]) -> str:
    console = Console(file=StringIO(), markup=False, highlight=False, soft_wrap=True, width=WIDTH)
    with console.capture() as captured:
        show(console)
    return captured.get().rstrip()


def _print_answers(console: Console, study: Subject) -> None:
    for answer in study.answers:
        _print_answer(console, study, answer)
    console.print(f"Design: {design(study)}")


def _print_answer(console: Console, study: Subject, answer: ResponseResult) -> None:
    analysis = answer.analysis
    if analysis is None:
        text = f"{answer.response}: nothing can be concluded yet. {answer.obstacle}"
        console.print(text[0].upper() + text[1:])
        return
    words = study.words(answer)
    if answer is study.main and is_of_the_article(study):
        console.print(analysis.article_summary())
        console.print(f"Caution: {analysis.article_caution}\n")
    console.print(_printed(brief_verdict_table(words, analysis)))
    for sentence in lead_sentences(analysis, words):
        console.print(sentence)
    notes = [f"Note: {notice_sentence(notice, words)}" for notice in analysis.warnings]
    for note in notes[:NOTES]:
        console.print(note)
    if len(notes) > NOTES:
        console.print(f"{counted(len(notes) - NOTES, 'more note')} in the report.")
    for line in answer_lines(analysis, words):
        console.print(" ".join(f"{claim.kind}: {claim.text}." for claim in line))
    console.print(best_sentence(study, answer))


def _printed(shown: ReportTable) -> Table:
    table = Table(
        title=Text(clipped(shown.caption, 100)),
        title_justify="left",
        box=box.SIMPLE_HEAD,
        padding=(0, 1, 0, 0),
        pad_edge=False,
    )
    rows = [[clipped(cell.text, LEVELS) for cell in row] for row in shown.rows]
    for column, texts in zip(shown.columns, zip(*rows, strict=True), strict=True):
        title, width = Text(column.title), max(len(text) for text in (column.title, *texts))
        if column.is_number:
            table.add_column(title, justify="right", min_width=width, no_wrap=True, overflow="fold")
        else:  # wraps where the terminal is narrow; numbers never do
            table.add_column(title, min_width=8, overflow="fold")
    for row in rows:
        table.add_row(*map(Text, row))
    return table
