"""For the article's own study: its linear model as statsmodels prints it, and how to read it."""

from functools import partial

from ablation.analysis import Analysis
from ablation.analysis.article.model import ARTICLE_FACTORS
from ablation.numbers import decimals, p_value
from ablation.report.document import Folded, Prose, Section, Table, Verbatim
from ablation.report.drawing import Drawer
from ablation.report.sections.table_parts import between, table_of
from ablation.report.sentences import Wording
from ablation.report.subject import ResponseResult, Subject


def is_of_the_article(study: Subject) -> bool:
    """Whether a study has the factors of the article, or some of them, and no others."""
    return bool(study.factors) and ARTICLE_FACTORS.issuperset(study.factors)


def article(study: Subject, answer: ResponseResult, _: Drawer) -> Section | None:
    """OLS of the raw response on the article's columns."""
    if answer.analysis is None or not is_of_the_article(study):
        return None
    words, file = study.words(answer), f"{answer.prefix}ols.txt"
    text = (
        f"This is ordinary least squares of the raw {words.response} on one 0/1 column per component, "
        "without an intercept, as the article has it. It does not treat seeds as blocks."
    )
    summary = Verbatim(answer.analysis.article_summary(), f"OLS summary of {words.response}", file)
    caution = Prose(f"Caution: {answer.analysis.article_caution}")
    tables = _deviations(words, answer.prefix, answer.analysis)
    folded = Folded("As statsmodels prints it, with a caution", [Prose(text), summary, caution, *tables])
    return Section("article", "The article's linear model", [folded])


def _deviations(words: Wording, prefix: str, analysis: Analysis) -> list[Table]:
    """The one-per-level coefficients as deviations from their mean."""
    table = analysis.article_deviations()
    if table.empty:
        return []
    rows = [
        [
            str(r["column"]),
            decimals(r["deviation"], 5),
            between(r["ci_low"], r["ci_high"], partial(decimals, n=5)),
            p_value(r["p"]),
        ]
        for r in table.to_dict("records")
    ]
    heads = ("column", "#deviation from their mean", f"#{words.level} interval", "#p")
    caption = "The columns that have one per level, as deviations from their mean"
    return [table_of(f"{prefix}deviations", caption, heads, rows, table)]
