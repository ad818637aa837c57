"""Every run as a point, outliers by name, and learning curves."""

import numpy as np

from ablation.analysis import Analysis
from ablation.analysis.data.factors import read_factor
from ablation.numbers import p_text, plain
from ablation.report.document import Block, Prose, Section
from ablation.report.drawing import Drawer, figures
from ablation.report.sections.table_parts import table_of
from ablation.report.sentences import Wording
from ablation.report.subject import ResponseResult, Subject


def seeds(study: Subject, answer: ResponseResult, drawer: Drawer) -> Section | None:
    """Runs and learning curves."""
    if not np.isfinite(study.values(answer.response)).any():
        return None
    words = study.words(answer)
    far = _outliers(study, answer)
    seed = read_factor(study.table["seed"], words.block)
    blocks = drawer.blocks(
        lambda: figures.seeds_strip(study.ranking(answer), seed, far, words), answer.prefix
    )
    if answer.analysis is not None:
        blocks += _named(study, answer, answer.analysis, words, far)
    curves = _curves(study, words, drawer) if answer is study.main else []
    return Section("seeds", "Every run" + (", and learning curves" if curves else ""), [*blocks, *curves])


def _outliers(study: Subject, answer: ResponseResult) -> list[int]:
    """Rows of the table that the diagnostics call outliers, worst first."""
    if answer.analysis is None:
        return []
    return list(map(int, study.places(answer.analysis.diagnostics.outliers["run"])))


def _named(
    study: Subject, answer: ResponseResult, analysis: Analysis, words: Wording, far: list[int]
) -> list[Block]:
    """The outliers in a table, or that there are none."""
    worst = analysis.diagnostics.outlier
    if worst.empty:
        why = "from so few runs" if analysis.fit.variance > 0 else "without an error estimate"
        return [Prose(f"Whether a run stands out cannot be told {why}.")]
    if not far:
        size, p = plain(abs(worst["studentized"].iloc[0])), p_text(worst["p_adjusted"].iloc[0])
        return [Prose(f"No run is an outlier: the largest studentized residual is {size} ({p}).")]
    outliers = analysis.diagnostics.outliers
    values, seed = study.values(answer.response), study.table["seed"]
    rows = [
        [
            study.cell_name(at),
            str(seed.iloc[at]),
            plain(values[at]),
            plain(r.studentized),
            p_text(r.p_adjusted),
        ]
        for at, r in zip(far, outliers.itertuples(), strict=True)
    ]
    heads = ("cell", f"#{words.block or 'seed'}", f"#{words.response}", "#studentized residual", "#test")
    caption = "Runs that do not fit the others; each is compared with the runs that are not listed above it"
    return [table_of(f"{answer.prefix}outliers", caption, heads, rows, outliers)]


def _curves(study: Subject, words: Wording, drawer: Drawer) -> list[Block]:
    """Learning curves by the levels of each factor; nothing where runs left none."""
    histories = {key: h for key, h in study.histories.items() if h}
    if not histories:
        return []
    return drawer.blocks(
        lambda: [
            picture
            for factor in study.factors
            if (picture := figures.learning_curves(histories, study.table, factor, words))
        ]
    )
