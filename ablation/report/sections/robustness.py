"""The same effects by other methods."""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from ablation.analysis import Analysis
from ablation.analysis.diagnostics.robustness import MIN_BLOCKS_FOR_FLIPS, MIN_BLOCKS_FOR_T
from ablation.naming import clipped
from ablation.numbers import chance, p_value, units, value
from ablation.report.document import Block, Cell, Folded, Prose, Section, Sentences
from ablation.report.drawing import Drawer
from ablation.report.sections.table_parts import ALL, contrast, table_of
from ablation.report.sentences import Wording
from ablation.report.subject import ResponseResult, Subject
from ablation.words import counted, listed

MANY_SEEDS = 10
"""From so many on, a bootstrap's intervals are at least 0.95 times as wide as they should be."""


def robustness(study: Subject, answer: ResponseResult, _: Drawer) -> Section | None:
    """Classical, robust to unequal spread, one effect per block, sign flips, and the response as it is."""
    if answer.analysis is None:
        return None
    effects, words = answer.analysis.robustness, study.words(answer)
    if not effects["p"].notna().any():
        text = "No effect can be tested, so there are no tests that could agree or not."
        return Section("robustness", "Robustness", [Prose(text)])
    each = f"per {words.block or 'block'}"
    heads = ["component", "levels", "methods", "#effect", "#p (classical)", "#p (HC3)", f"#{each}"]
    heads += [f"#p ({each})", "#p (sign flips)", "#raw", "#p (raw)"]
    caption = f"Effects on {words.response} by other methods; p-values are not adjusted"
    rows = _rows(words, answer.analysis)
    table = table_of(f"{answer.prefix}robustness", caption, heads, rows, effects, limit=ALL)
    sentences = [_sentence(words, answer.analysis), *_few_blocks(words, answer.analysis)]
    return Section("robustness", "Robustness", [*map(Prose, sentences), table, *_summaries(words, answer)])


def _summaries(words: Wording, answer: ResponseResult) -> list[Block]:
    """What benchmarks of reinforcement learning report, with what few runs make of it."""
    assert answer.analysis is not None
    middle, better = answer.analysis.iqm, answer.analysis.improvement
    if middle.empty or better.empty:
        return []
    rows = [
        [
            words.factor(r["factor"]), clipped(r["level"]), value(r["iqm"]),
            f"{value(r['ci_low'])} to {value(r['ci_high'])}", f"{r['left_out']} of {r['runs']}",
            f"{r['whole']} of {r['strata']}",
        ]
        for r in middle.to_dict("records")
    ]  # fmt: skip
    heads = ["component", "level", "#IQM", f"#{words.level} bootstrap", "#runs left out", "#strata left out"]
    caption = f"Interquartile means of {words.response}"
    shown = table_of(f"{answer.prefix}iqm", caption, heads, rows, middle, limit=ALL)
    rows = [
        [
            words.factor(r["factor"]), contrast(r), chance(r["probability"]),
            f"{chance(r['ci_low'])} to {chance(r['ci_high'])}", str(r["strata"]),
        ]
        for r in better.to_dict("records")
    ]  # fmt: skip
    heads = ["component", "levels", "#probability of improvement", f"#{words.level} bootstrap", "#strata"]
    caption = f"How probably a run of a level has a better {words.response} than one of the reference"
    ranked = table_of(f"{answer.prefix}improvement", caption, heads, rows, better, limit=ALL)
    traps = Sentences(_traps(middle))
    return [
        Folded("Interquartile means, and the probability of improvement (as rliable)", [traps, shown, ranked])
    ]


def _traps(middle: pd.DataFrame) -> list[str]:
    """What a robust summary does not do with these runs."""
    sentences = [
        "A stratum is a cell of the other components, on a data set where there are several: a task, as "
        "rliable has it. Runs are drawn within strata, so intervals are about other runs of these alone."
    ]
    if (middle["left_out"] == 0).any():
        sentences.append("An IQM of fewer than four runs leaves out none: it is their mean, and not robust.")
    if middle["whole"].any():
        sentences.append(
            "Where strata differ more than their runs do, what an IQM leaves out are whole strata, the best "
            f"and the worst (here up to {middle['whole'].max()}), and no outliers."
        )
    n = float((middle["runs"] / middle["strata"]).min())
    if 1 < n < MANY_SEEDS:
        sentences.append(
            f"Percentiles of a bootstrap of {n:.2g} runs make intervals {np.sqrt(1 - 1 / n):.2f} times "
            "as wide as they should be. Verdicts do not rest on them."
        )
    elif n <= 1:
        sentences.append(
            "With one run in a stratum the bootstrap has nothing to draw: its intervals are no wider than 0."
        )
    return sentences


def _few_blocks(words: Wording, analysis: Analysis) -> list[str]:
    """What the tests over blocks cannot show with so few of them."""
    n = int(analysis.robustness["n_blocks"].max())
    if not 1 < n < MIN_BLOCKS_FOR_FLIPS:
        return []
    text = f"With {n} {words.blocks} the p of sign flips cannot be below {2 / 2**n:.2g}"
    if n < MIN_BLOCKS_FOR_T:
        text += f", and a t test over them has {counted(n - 1, 'degree')} of freedom"
    which = "neither counts" if n < MIN_BLOCKS_FOR_T else "it does not count"
    return [f"{text}: {which} as a disagreement. The effect of each is a dot beside its verdict."]


def _sentence(words: Wording, analysis: Analysis) -> str:
    table = analysis.robustness
    apart = table[~table["agree"].astype(bool)].to_dict("records")
    if not apart:
        n = len(table)
        which = "the main effect" if n == 1 else f"all {n} main effects"
        return f"Every method agrees on {which}: the same side of α, unadjusted, and the same sign."
    names = listed([f"{words.factor(r['factor'])} ({contrast(r)})" for r in apart], 6, "; ")
    text = f"Methods disagree on {counted(len(apart), 'effect')} of {len(table)}"
    return f"{text}: {names}. Trust {'this one' if len(apart) == 1 else 'these'} less."


def _rows(words: Wording, analysis: Analysis) -> Iterator[list[str | Cell]]:
    for r in analysis.robustness.to_dict("records"):
        agrees = Cell("agree", tone="pass") if r["agree"] else Cell("disagree", tone="warn")
        numbers = [words.change(r["estimate"]), p_value(r["p"]), p_value(r["p_hc3"])]
        numbers += [words.change(r["block_mean"]), p_value(r["p_block"]), p_value(r["p_sign_flip"])]
        numbers += [units(r["estimate_raw"]), p_value(r["p_raw"])]
        yield [words.factor(r["factor"]), contrast(r), agrees, *numbers]
