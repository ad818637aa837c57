"""The whole report in reading order."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence

from ablation.report.document import Document, Prose, Section
from ablation.report.drawing import Drawer
from ablation.report.sections.anova import anova
from ablation.report.sections.article import article
from ablation.report.sections.cells import best_cells
from ablation.report.sections.diagnostics import diagnostics
from ablation.report.sections.ending import ending
from ablation.report.sections.header import facts, notes
from ablation.report.sections.images import images
from ablation.report.sections.interactions import interactions
from ablation.report.sections.overview import overview
from ablation.report.sections.paper import paper
from ablation.report.sections.robustness import robustness
from ablation.report.sections.seeds import seeds
from ablation.report.sections.verdicts import verdicts
from ablation.report.subject import ResponseResult, Subject

log = logging.getLogger(__name__)

Builder = Callable[[Subject, ResponseResult, Drawer], "Section | None"]

MAIN: Sequence[Builder] = (
    verdicts,
    best_cells,
    article,
    anova,
    interactions,
    paper,
    seeds,
    images,
    robustness,
    diagnostics,
)
FURTHER: Sequence[Builder] = (
    verdicts,
    best_cells,
    article,
    anova,
    interactions,
    seeds,
    robustness,
    diagnostics,
)


def build(study: Subject, drawer: Drawer) -> Document:
    """Everything that the report says.

    A section that cannot be made says so and leaves the others standing; `drawer.problems` lists these.
    """
    sections = []
    if len(study.answers) > 1:
        sections.append(overview(study))
    for i, answer in enumerate(study.answers):
        for builder in MAIN if i == 0 else FURTHER:
            section = _made(builder, study, answer, drawer)
            if section is not None:
                sections.append(section)
    sections.append(ending(study))
    return Document(
        title=study.name, facts=facts(study), notes=notes(study, drawer.wanted), sections=sections
    )


def _made(builder: Builder, study: Subject, answer: ResponseResult, drawer: Drawer) -> Section | None:
    chapter = answer.response if len(study.answers) > 1 else ""
    try:
        section = builder(study, answer, drawer)
    except Exception as error:
        log.exception("The section %s could not be made", builder.__name__)
        problem = f"{type(error).__name__}: {error}"
        drawer.problems.append(problem)
        text = f"This section could not be made, which is a mistake in the program: {problem}"
        section = Section(builder.__name__, builder.__name__.replace("_", " ").capitalize(), [Prose(text)])
    if section is None:
        return None
    return Section(f"{answer.prefix}{section.name}", section.title, section.blocks, chapter)
