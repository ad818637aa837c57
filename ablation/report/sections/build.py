"""The whole report in reading order."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import replace

from ablation.report.document import Document, Prose, Section
from ablation.report.drawing import Drawer
from ablation.report.sections.adaptive import adaptive
from ablation.report.sections.anova import anova
from ablation.report.sections.article import article
from ablation.report.sections.attribution import attribution
from ablation.report.sections.cells import best_cells, best_in_short
from ablation.report.sections.costs import costs
from ablation.report.sections.diagnostics import diagnostics
from ablation.report.sections.explore import explore
from ablation.report.sections.header import line, made_how
from ablation.report.sections.images import images
from ablation.report.sections.interactions import interactions
from ablation.report.sections.items import items
from ablation.report.sections.overview import overview
from ablation.report.sections.paper import paper
from ablation.report.sections.robustness import robustness
from ablation.report.sections.seeds import seeds
from ablation.report.sections.sets import sets
from ablation.report.sections.stability import stability
from ablation.report.sections.verdicts import verdicts
from ablation.report.sections.what_next import what_next
from ablation.report.sentences import answer as answer_lines
from ablation.report.subject import ResponseResult, Subject

log = logging.getLogger(__name__)

Builder = Callable[[Subject, ResponseResult, Drawer], "Section | None"]
"""Makes a section of a response, or none where it has nothing to say."""

OF_EACH_RESPONSE: Sequence[Builder] = (
    verdicts,
    overview,
    adaptive,
    best_cells,
    costs,
    sets,
    items,
    interactions,
    attribution,
    seeds,
    stability,
    images,
    paper,
    robustness,
    anova,
    article,
    diagnostics,
)
"""The sections in reading order: here a new one is added, and nowhere else."""

AT_THE_END: Sequence[Builder] = (what_next, made_how)
"""Of the whole study."""


def build(study: Subject, drawer: Drawer) -> Document:
    """Everything that the report says.

    A section that cannot be made says so and leaves the others standing; `drawer.problems` lists these.
    """
    several, main = len(study.answers) > 1, study.main
    sections: list[Section | None] = []
    for answer in study.answers:
        for builder in OF_EACH_RESPONSE:
            section = _made(builder, study, answer, drawer)
            if section is not None:
                chapter = answer.response if several else ""
                sections.append(replace(section, name=f"{answer.prefix}{section.name}", chapter=chapter))
    sections += [_made(builder, study, main, drawer) for builder in AT_THE_END]
    lines = answer_lines(main.analysis, study.words(main)) if main.analysis else []
    best = best_in_short(study, main) if main.analysis else f"Nothing can be concluded yet. {main.obstacle}"
    return Document(study.name, line(study), lines, best, [one for one in sections if one], explore(study))


def _made(builder: Builder, study: Subject, answer: ResponseResult, drawer: Drawer) -> Section | None:
    try:
        return builder(study, answer, drawer)
    except Exception as error:
        log.exception("The section %s could not be made", builder.__name__)
        problem = f"{type(error).__name__}: {error}"
        drawer.problems.append(problem)
        text = f"This section could not be made, which is a mistake in the program: {problem}"
        return Section(builder.__name__, builder.__name__.replace("_", " ").capitalize(), [Prose(text)])
