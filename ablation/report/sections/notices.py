"""What to know before believing the verdicts: the two most important notices, then all."""

from ablation.analysis import Analysis
from ablation.report.document import Block, Cautions, Folded, Warned
from ablation.report.sentences import Wording, cautions, notice_sentence
from ablation.report.subject import Subject
from ablation.words import counted

SHOWN = 2
"""Cautions on the first screen; all are below."""

OF_THE_STUDY = ("next",)
"""Sections that a page has once, whatever the number of responses."""


def missing(study: Subject) -> list[Warned]:
    """That runs of the design have not ended."""
    if not (study.missing and len(study.table)):
        return []
    text = (
        f"{len(study.missing)} of {counted(len(study.record.keys), 'run')} "
        f"{'is' if len(study.missing) == 1 else 'are'} missing: this page is about the others. The same "
        "sweep command goes on where it stopped."
    )
    return [Warned([text])]


def warned(study: Subject, words: Wording, analysis: Analysis, prefix: str) -> list[Block]:
    """Cautions with links, and every note; nothing where nothing triggered one."""
    sentences = [notice_sentence(notice, words) for notice in analysis.warnings]
    gaps = [item for block in missing(study) for item in block.items]
    if not (sentences or gaps):
        return []
    first = [(gap, "next") for gap in gaps]
    for i, section in cautions(analysis):
        first.append((sentences[i], section if section in OF_THE_STUDY else f"{prefix}{section}"))
    every = [*gaps, *sentences]
    notes = Folded(f"{counted(len(every), 'note')} on these runs", [Warned(every)], f"{prefix}notes")
    return [Cautions(first[:SHOWN]), notes] if first else [notes]
