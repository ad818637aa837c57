"""How an adaptive study went: its plan, its looks, and why it ended."""

from collections.abc import Iterator, Sequence

from ablation.adaptive.replay import HOPELESS, MAXIMUM, SETTLED, Look
from ablation.numbers import p_value
from ablation.report.document import Prose, Section
from ablation.report.drawing import Drawer, figures
from ablation.report.sections.table_parts import ALL, contrast, table_of
from ablation.report.sentences import Wording, judged
from ablation.report.subject import ResponseResult, Subject
from ablation.words import counted

_ENDED = {
    SETTLED: "It ended when every verdict was settled.",
    MAXIMUM: (
        "It ended at its maximum. What is open stays open under this plan: more seeds would not be valid, "
        "but a study of another name with fresh seeds would."
    ),
    HOPELESS: "It ended because no open verdict was likely to be settled by the maximum.",
    "": "It has not ended yet; the same command goes on. Its verdicts are valid at this look as well.",
}

_NOT_CORRECTED = (
    "Verdicts, their p-values and their intervals allow for all looks. The other tables do not: effects, "
    "ANOVA, interactions, pairs of levels, best cells, lack of fit and robustness are those of the last look "
    "alone. Estimates of studies that stop early lean away from zero, by up to a tenth of a standard error "
    "where several verdicts must be settled and more where there is one; quote a number from fresh seeds."
)


def adaptive(study: Subject, answer: ResponseResult, drawer: Drawer) -> Section | None:
    """The plan in words, a figure of every effect look by look, and the look that decided each verdict."""
    if not answer.looks:
        return None
    words, looks = study.words(answer), answer.looks
    blocks = [
        Prose(f"{_plan(looks, words)} {_cost(study, looks[-1])}"),
        Prose(_NOT_CORRECTED),
        *drawer.blocks(lambda: figures.look_by_look(looks, words.is_log), answer.prefix),
        table_of(
            f"{answer.prefix}looks",
            "When each verdict was settled; p-values are repeated and adjusted for all verdicts",
            ["component", "levels", "verdict", "#seeds", "#effect", "#interval", "#p", "#p (does nothing)"],
            _rows(words, looks[-1]),
            looks[-1].verdicts,
            limit=ALL,
        ),
    ]
    return Section("adaptive", "How the study ended", blocks)


def _plan(looks: Sequence[Look], words: Wording) -> str:
    """What was fixed before the first run, and what came of it."""
    last = looks[-1]
    request = last.analysis.request
    assert request.looks is not None
    seeds = ", ".join(str(look.seeds) for look in looks)
    planned = last.plan.planned
    when = f"after each seed up to {request.looks.maximum}"
    when = f"at {', '.join(map(str, planned))} seeds" if planned else when
    # Of a table that came from elsewhere the plan is what the settings of the report say.
    source = " as the settings of this page say" if planned else ""
    return (
        f"This study was adaptive: the plan, fixed before the first run{source}, was to look at "
        f"{words.response} {when}, with a margin of {words.margin_text} and an error of "
        f"{request.alpha:g} over all looks (error spending, ρ = {request.looks.rho:g}). It was looked at "
        f"{counted(len(looks), 'time')}, at {seeds} seeds. {_ENDED[last.ended]}"
    )


def _cost(study: Subject, last: Look) -> str:
    """Runs that it took, of those that it might have."""
    taken, cells = len(last.analysis.selection.failed), len(study.cell_names)
    return f"It took {taken} of at most {cells * last.plan.maximum} runs."


def _rows(words: Wording, look: Look) -> Iterator[list[str]]:
    for finding, r in zip(look.analysis.findings, look.verdicts.to_dict("records"), strict=True):
        yield [
            judged(words, finding),
            contrast(r),
            r["verdict"],
            str(r["decided_at"]),
            words.change(r["estimate"]),
            words.interval(r["ci_low"], r["ci_high"]),
            p_value(r["p_adjusted"]),
            p_value(r["p_equivalence"]),
        ]
