"""What has changed between two studies, in sentences."""

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ablation.analysis.changes.effect_changes import BETTER, OPEN, SAME, WORSE
from ablation.analysis.compare import Comparison
from ablation.naming import clipped
from ablation.numbers import p_text
from ablation.report.sentences.answer import Claim, first_few
from ablation.report.sentences.verdicts import compared
from ablation.report.sentences.wording import Wording
from ablation.words import counted, listed

KINDS = {
    BETTER: "Better now",
    WORSE: "Worse now",
    SAME: "No change that matters",
    OPEN: "Open",
}

Row = Mapping[Any, Any]


def change_words(code: str) -> str:
    """'better now'."""
    return {SAME: "unchanged", OPEN: "inconclusive"}.get(code, KINDS[code].lower())


def component_of(row: Row, words: Wording) -> str:
    """What a row compares: 'dropout', 'activation=relu instead of elu'."""
    n_levels = len(words.levels.get(row["factor"], ()))
    return compared(words, row["factor"], row["level"], row["reference"], n_levels)


def then_and_now(row: Row, words: Wording) -> str:
    """'−0.91 % → −3.10 %'."""
    return f"{words.change(row['first'])} → {words.change(row['second'])}"


def change_answer(comparison: Comparison, words: Wording) -> list[list[Claim]]:
    """At most two lines of claims: what is better or worse now, and what is not shown to be."""
    rows = comparison.effects.to_dict("records")
    if comparison.is_identical:
        return [[Claim("Nothing has changed", _named(rows, words))]]
    lines = []
    for kinds in ((BETTER, WORSE), (SAME, OPEN)):
        each = {kind: [row for row in rows if row["change"] == kind] for kind in kinds}
        lines.append([Claim(KINDS[kind], _named(each[kind], words)) for kind in kinds if each[kind]])
    return [line for line in lines if line]


def _named(rows: Sequence[Row], words: Wording) -> str:
    return first_few([f"{component_of(row, words)} ({then_and_now(row, words)})" for row in rows])


def change_sentence(row: Row, words: Wording) -> str:
    """'dropout: +12 % then, +3 % now; the change is −9.1 % (95 % CI −10 to −8 %), p = 0.001: better now'."""
    text = f"{component_of(row, words)}: {words.change(row['first'])} then, {words.change(row['second'])} now"
    change = f"the change is {words.change(row['estimate'])}"
    if math.isfinite(row["ci_low"]):
        change += f" ({words.level} CI {words.interval(row['ci_low'], row['ci_high'])})"
    return f"{text}; {change}, {p_text(row['p_adjusted'])}: {change_words(row['change'])}."


def average_sentence(comparison: Comparison, words: Wording) -> str:
    """What became of the response in cells that both have; empty where there are none."""
    average = comparison.average
    if average is None:
        return ""
    text = f"On average over the {counted(len(comparison.cells), 'cell')} that both have, {words.response}"
    if comparison.is_identical:
        return f"{text} has the same values."
    text += f" changed by {words.change(average.estimate)}"
    if not math.isfinite(average.low):
        return f"{text}; there are too few runs to judge it."
    return f"{text} ({words.level} CI {words.interval(average.low, average.high)}, {p_text(average.p)})."


def how_compared(comparison: Comparison, words: Wording) -> Iterator[str]:
    """What a reader must know of the comparison."""
    n, block = len(comparison.common.first), words.block
    if comparison.is_identical:
        yield f"All {n} runs of both studies have the same values: nothing has changed."
    if comparison.is_paired:
        yield (
            f"Compared in pairs: {n} runs of both studies have the same cell and the same {block}, and each "
            "change is the effect on the differences of these pairs."
        )
        yield from _left_out(comparison, n)
    else:
        yield (
            f"Not compared in pairs: {_why(comparison, words)}. The error of a change is that of both "
            "studies together."
        )
    if comparison.first.scaling.is_log != comparison.second.scaling.is_log:
        yield "Only one study is analysed on the log scale, so effects are compared in units."
    margins = [one.request.margin for one in (comparison.first, comparison.second)]
    if margins[0] != margins[1]:
        yield "The studies declare different margins, so none is applied to changes."
    if any(one.request.looks for one in (comparison.first, comparison.second)):
        yield (
            "A study that adds seeds until its verdicts are settled ends where effects look clear: the "
            "intervals of changes do not allow for it."
        )


def _left_out(comparison: Comparison, n: int) -> Iterator[str]:
    left = [one.n_runs - n for one in (comparison.first, comparison.second)]
    if any(left):
        text = " and ".join(
            f"{count} of the {which}" for count, which in zip(left, ("former", "later"), strict=True)
        )
        yield f"Runs without a partner are left out of effects and cells here: {text}."


def _why(comparison: Comparison, words: Wording) -> str:
    if comparison.common.why == "unknown":
        names = listed(list(map(words.factor, comparison.common.unknown)))
        return f"one study varied {names}, and at which level the other one held it is not known"
    if not comparison.common.why:
        n = len(comparison.common.first)
        return f"only {counted(n, 'run')} of one have a partner in the other" if n else "no run has a partner"
    return {
        "cells": "no cell is in both studies",
        "block": "a study has no column of seeds or blocks, or a single value of it",
        "names": "the columns of seeds or blocks have different names",
        "blocks": f"the studies have fewer than two {words.blocks} in common",
        "weights": "runs have weights",
        "scale": "of shares and counts a single run may be 0, which has no log",
        "levels": "the runs that both have do not determine every effect",
        "repeated": f"some cells have several runs of one {words.block}",
    }[comparison.common.why]


def best_then_and_now(comparison: Comparison, words: Wording) -> str:
    """'then norm · relu; now norm · elu. The former best ties with it.'."""
    before, after = (clipped(words.cell(best.levels), 90) for best in comparison.best)
    text = f"then {before}; now {after}."
    if before == after or comparison.keeps_best is None:
        return text
    return f"{text} The former best {'ties with it' if comparison.keeps_best else 'is clearly worse now'}."
