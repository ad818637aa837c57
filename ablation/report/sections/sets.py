"""Several data sets: effects on each, what to expect on a new one, and ranks of cells."""

from typing import Any

from ablation.analysis import Analysis
from ablation.naming import clipped
from ablation.numbers import p_text, p_value, plain
from ablation.report.document import Block, Folded, Prose, Section, Sentences
from ablation.report.drawing import Drawer, figures
from ablation.report.sections.table_parts import ALL, contrast, table_of
from ablation.report.sentences import Wording
from ablation.report.sentences.sets import population_sentence, ranks_sentence, repeats_of, sets_sentence
from ablation.report.subject import ResponseResult, Subject


def sets(study: Subject, answer: ResponseResult, drawer: Drawer) -> Section | None:
    """Where blocks are data sets with seeds; nothing otherwise."""
    analysis = answer.analysis
    if analysis is None or analysis.heterogeneity is None:
        return None
    words = study.words(answer)
    rows = analysis.heterogeneity.to_dict("records")
    blocks: list[Block] = [
        Prose(sets_sentence(analysis)),
        Sentences([population_sentence(row, words) for row in rows]),
        _population(rows, analysis, words, answer.prefix),
        *drawer.blocks(lambda: figures.set_effects(analysis, words), answer.prefix),
        Folded("Effects on each data set", [_each(analysis, words, answer.prefix)]),
        *_ranks(analysis, words, drawer, answer.prefix),
    ]
    return Section("sets", "Data sets", blocks)


def _population(rows: list[Any], analysis: Analysis, words: Wording, prefix: str) -> Block:
    repeats = repeats_of(analysis)
    heads = [
        "component",
        "levels",
        "#mean effect",
        f"#{words.level} interval",
        "#p",
        f"#on another one, {words.level}",
    ]
    heads += ["#between (τ)", f"#between {repeats}", "#p (data sets differ)"]
    entries = [
        [
            words.factor(r["factor"]), contrast(r), words.change(r["estimate"]),
            words.bounds(r["ci_low"], r["ci_high"]), p_value(r["p_adjusted"]),
            words.bounds(r["prediction_low"], r["prediction_high"]), plain(r["tau"]), plain(r["seed_sd"]),
            p_value(r["p_differ"]),
        ]
        for r in rows
    ]  # fmt: skip
    scale = analysis.scaling
    unit = "differences of logarithms" if scale.is_log else "log-odds" if scale.is_logit else "units"
    caption = (
        f"Effects on {words.response} over data sets like these; p by Holm's method; τ and the spread "
        f"between {repeats} are standard deviations of the effect, in {unit}"
    )
    return table_of(f"{prefix}sets", caption, heads, entries, analysis.heterogeneity, limit=ALL)


def _each(analysis: Analysis, words: Wording, prefix: str) -> Block:
    table = analysis.set_effects
    assert table is not None
    heads = [
        "component",
        "levels",
        "data set",
        "#effect",
        f"#{words.level} interval",
        f"#{repeats_of(analysis)}",
    ]
    rows = [
        [
            words.factor(r["factor"]), contrast(r), clipped(r["set"]), words.change(r["estimate"]),
            words.bounds(r["ci_low"], r["ci_high"]), str(r["seeds"]),
        ]
        for r in table.to_dict("records")
    ]  # fmt: skip
    spread = f"the spread between {repeats_of(analysis)} on all"
    caption = f"Effects on {words.response} on each data set; intervals by {spread}"
    return table_of(f"{prefix}set_effects", caption, heads, rows, table, limit=ALL)


def _ranks(analysis: Analysis, words: Wording, drawer: Drawer, prefix: str) -> list[Block]:
    ranks = analysis.set_ranks
    if ranks is None:
        return []
    cells = [words.cell(levels) for levels in ranks.levels()]
    rows = [[cell, plain(rank)] for cell, rank in zip(cells, ranks.table["mean_rank"], strict=True)]
    caption = f"Mean ranks of the cells by {words.response} over {ranks.sets} data sets, 1 is best"
    return [
        Prose(ranks_sentence(ranks, cells, words.alpha, p_text(ranks.p))),
        *drawer.blocks(lambda: figures.critical_difference(ranks, cells, words), prefix),
        table_of(f"{prefix}set_ranks", caption, ["cell", "#mean rank"], rows, ranks.table),
    ]
