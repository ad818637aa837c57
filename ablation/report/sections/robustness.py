"""Section 9: the same effects by other methods."""

from __future__ import annotations

from collections.abc import Iterator

from ablation.analysis import Analysis
from ablation.analysis.diagnostics.robustness import MIN_BLOCKS_FOR_FLIPS, MIN_BLOCKS_FOR_T
from ablation.numbers import p_value, units
from ablation.report.document import Cell, Prose, Section
from ablation.report.drawing import Drawer
from ablation.report.sections.tables import ALL, contrast, made
from ablation.report.sentences import Wording
from ablation.report.subject import ResponseResult, Subject
from ablation.words import counted, listed


def robustness(study: Subject, answer: ResponseResult, _: Drawer) -> Section | None:
    """Classical, robust to unequal spread, one effect per block, sign flips, and the response as it is."""
    if answer.analysis is None:
        return None
    found, words = answer.analysis.robustness, study.words(answer)
    if not found["p"].notna().any():
        text = "No effect can be tested, so there are no tests that could agree or not."
        return Section("robustness", "Robustness", [Prose(text)])
    each = f"per {words.block or 'block'}"
    heads = ["component", "levels", "methods", "#effect", "#p (classical)", "#p (HC3)", f"#{each}"]
    heads += [f"#p ({each})", "#p (sign flips)", "#raw", "#p (raw)"]
    caption = f"Effects on {words.response} by other methods; p-values are not adjusted"
    rows = _rows(words, answer.analysis)
    table = made(f"{answer.prefix}robustness", caption, heads, rows, found, limit=ALL)
    sentences = [_sentence(words, answer.analysis), *_few_blocks(words, answer.analysis)]
    return Section("robustness", "Robustness", [*map(Prose, sentences), table])


def _few_blocks(words: Wording, analysis: Analysis) -> list[str]:
    """What the tests over blocks cannot show with so few of them."""
    n = int(analysis.robustness["n_blocks"].max())
    if not 1 < n < MIN_BLOCKS_FOR_FLIPS:
        return []
    told = f"With {n} {words.blocks} the p of sign flips cannot be below {2 / 2**n:.2g}"
    if n < MIN_BLOCKS_FOR_T:
        told += f", and a t test over them has {counted(n - 1, 'degree')} of freedom"
    which = "neither counts" if n < MIN_BLOCKS_FOR_T else "it does not count"
    return [f"{told}: {which} as a disagreement. The effect of each is a dot beside its verdict."]


def _sentence(words: Wording, analysis: Analysis) -> str:
    table = analysis.robustness
    apart = table[~table["agree"].astype(bool)].to_dict("records")
    if not apart:
        n = len(table)
        which = "the main effect" if n == 1 else f"all {n} main effects"
        return f"Every method agrees on {which}: the same side of α, unadjusted, and the same sign."
    names = listed([f"{words.factor(r['factor'])} ({contrast(r)})" for r in apart], 6, "; ")
    told = f"Methods disagree on {counted(len(apart), 'effect')} of {len(table)}"
    return f"{told}: {names}. Trust {'this one' if len(apart) == 1 else 'these'} less."


def _rows(words: Wording, analysis: Analysis) -> Iterator[list[str | Cell]]:
    for r in analysis.robustness.to_dict("records"):
        agrees = Cell("agree", tone="pass") if r["agree"] else Cell("disagree", tone="warn")
        numbers = [words.change(r["estimate"]), p_value(r["p"]), p_value(r["p_hc3"])]
        numbers += [words.change(r["block_mean"]), p_value(r["p_block"]), p_value(r["p_sign_flip"])]
        numbers += [units(r["estimate_raw"]), p_value(r["p_raw"])]
        yield [words.factor(r["factor"]), contrast(r), agrees, *numbers]
