"""The sentence for each notice of the analysis."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ablation.analysis import Notice
from ablation.naming import clipped
from ablation.numbers import p_text, plain
from ablation.report.sentences.diverged import SENTENCES as DIVERGED
from ablation.report.sentences.reading import SENTENCES as READING
from ablation.report.sentences.reading import status_words
from ablation.report.sentences.wording import Wording, as_wide
from ablation.words import counted, listed

SHOWN = 4
"""Groups, cells or pairs that a sentence spells out; the rest is counted, and the tables have it."""


def notice_sentence(notice: Notice, words: Wording) -> str:
    """What the reader must know, in one or two sentences."""
    return SENTENCES[notice.code](words, **notice.facts)


def _failed_runs(
    wording: Wording, failed: int, attempted: int, words: Sequence[str], cells: Sequence[Mapping[str, str]]
) -> str:
    where, why = listed([wording.cell(cell) for cell in cells], 3, "; "), status_words(words)
    return f"{failed} of {counted(attempted, 'run')} failed{why}: {where}. Averages leave failed runs out."


def _failed_level(words: Wording, factor: str, level: str, runs: int, reference: str) -> str:
    every = "its only run failed" if runs == 1 else f"all {runs} runs failed"
    text = f"{words.at(factor, level)}: {every}, so nothing can be said about it."
    return f"{text} {words.at(factor, reference)} is the reference instead." if reference else text


def _missing_level(_: Wording, rows: int, column: str) -> str:
    return (
        f"{counted(rows, 'row')} left out: no value in the column '{column}'. "
        "If None is a level, write it as the text 'None'."
    )


def _missing_weight(_: Wording, rows: int, column: str) -> str:
    return f"{counted(rows, 'row')} left out: no positive weight in the column '{column}'."


def _duplicate_rows(_: Wording, rows: int) -> str:
    return f"{counted(rows, 'row')} left out: duplicates of earlier rows."


def _repeated_rows(_: Wording, rows: int, block: str) -> str:
    return (
        f"{rows} rows share their cell and {block} with another row. Epochs or batches of one run are no "
        "replicates: keep one row per run. If something else varied, name it among the factors."
    )


def _silent_sets(words: Wording, empty: Sequence[str], mute: Sequence[tuple[str, str]]) -> str:
    sentences = []
    if empty:
        sentences.append(f"No run of the data set {listed(empty, SHOWN)} counts: nothing here is about it.")
    sentences += [
        f"On the data set {name} the effect of {words.factor(factor)} is unknown: no seed has both levels."
        for name, factor in mute[:SHOWN]
    ]
    return " ".join(sentences)


def _single_level(words: Wording, factor: str, level: str) -> str:
    return f"All runs that count have {words.at(factor, level)}, so the effect of this factor is unknown."


def _single_block(_: Wording, block: str) -> str:
    return f"The block '{block}' has a single value, so runs are not paired."


def _constant_response(words: Wording) -> str:
    return f"{words.response} is the same in every run, so nothing can be tested."


def _perfect_fit(words: Wording) -> str:
    known = f"The factors and {words.block} determine" if words.block else "The factors determine"
    return (
        f"{known} {words.response} exactly. No noise is left, so nothing can be tested. "
        f"Is the response deterministic, or the {words.block or 'seed'} the same everywhere?"
    )


def _no_error_estimate(_: Wording) -> str:
    return (
        "The model has as many parameters as there are runs, so there is no error estimate and no p-value. "
        "Repeat every cell."
    )


def _arbitrary_contrasts(_: Wording) -> str:
    return "In Lenth's method, the contrasts of a factor with more than two levels are one choice of many."


def _margin_unit(words: Wording, margin: float, reason: str) -> str:
    return (
        f"The margin of {margin:g} is not applied. For a loss it is in %, but {reason}, so effects are in "
        f"units of {words.response}. Ask for scale=identity, and declare the margin in these units."
    )


def _wide_margin(words: Wording, apart: float) -> str:
    return (
        f"The margin of {words.margin_text} is larger than the distance between the largest and the smallest "
        f"{words.response} of all runs, {words.size(apart)}: no difference can matter. Is it in another unit?"
    )


def _left_out_interaction(
    words: Wording, terms: Sequence[Sequence[str]], block: str, empty: Sequence[Mapping[str, str]]
) -> str:
    if empty:
        cells = listed([" with ".join(words.at(*part) for part in cell.items()) for cell in empty], 2, "; ")
        are = "is" if len(terms) == 1 else "are"
        return f"{_terms(words, terms)} {are} unknown and taken to be zero: no run has {cells}."
    lower = f"main effects and {block}" if block else "main effects"
    return f"The runs cannot separate {_terms(words, terms)} from {lower}: taken to be zero."


def _only_main_effects(words: Wording, terms: Sequence[Sequence[str]]) -> str:
    return (
        "There are too few cells to separate main effects from interactions. Only main effects are "
        f"estimated; {_terms(words, terms)} are taken to be zero."
    )


def _wide_interactions(_: Wording, widening: float, df: int, df_main: int) -> str:
    wide = as_wide(widening)
    return (
        "Only main effects are estimated: with all pairs of factors an interval of a main effect would be "
        f"{wide} ({df} residual degrees of freedom instead of {df_main}). Ask for interactions=2 to "
        "have them."
    )


def _many_interactions(_: Wording, columns: int) -> str:
    return (
        f"Only main effects are estimated: all pairs of factors would be {columns} parameters. Ask for "
        "interactions=2 to have them."
    )


def _conditional_factor(words: Wording, factor: str, inactive: str, on: str, levels: Sequence[str]) -> str:
    where = listed([words.at(on, level) for level in levels], SHOWN)
    return (
        f"{words.factor(factor)} is taken to have a value only at {where}, and to be {clipped(inactive)} "
        f"elsewhere. Its values are compared with each other, and the effect of "
        f"{words.factor(on)} is averaged over them."
    )


def _nearly_nested(words: Wording, factor: str, on: str, levels: Sequence[str], rows: int) -> str:
    where = listed([words.at(on, level) for level in levels], SHOWN)
    setting = f"nested={{{factor}: {on}={'|'.join(map(str, levels))}}}"
    return (
        f"But for {counted(rows, 'row')}, {words.factor(factor)} has a value at {where} and is blank "
        f"elsewhere. If it has levels there alone, correct the table, or say {setting}: then runs elsewhere "
        "count, whatever stands there."
    )


def _parent_effects(words: Wording, effects: Sequence[tuple[str, str, str, str, float, float, float]]) -> str:
    sentences = []
    for factor in dict.fromkeys((name, level, other) for name, level, other, *_ in effects):
        name, level, other = factor
        each = [
            f"{words.change(estimate)} ({words.interval(low, high)}) at {words.at(*value.rsplit('=', 1))}"
            for n, _, _, value, estimate, low, high in effects
            if n == name
        ]
        start = f"With {words.at(name, level)} instead of {clipped(other)}, {words.response} changes by"
        sentences.append(f"{start} {listed(each, SHOWN)}; each with its own {words.level} interval.")
    return " ".join(sentences)


def _aliased_interaction(words: Wording, groups: Sequence[Sequence[Sequence[str]]]) -> str:
    named = [" with ".join(map(words.term, group)) for group in groups]
    return (
        f"Some interactions always move together, so they cannot be separated: {listed(named, SHOWN, '; ')}."
    )


def _wide_number(words: Wording, numbers: Sequence[tuple[str, float]]) -> str:
    named = [f"{words.factor(factor)} ({decades:.1f} decades)" for factor, decades in numbers]
    line = ", ".join(f"{factor}: log" for factor, _ in numbers[:SHOWN])
    return (
        f"A straight line is fitted to {listed(named, SHOWN)}, so the few largest values decide its slope. "
        f"numeric={{{line}}} fits a line in the logarithm."
    )


def _not_estimable(
    words: Wording,
    contrasts: Sequence[tuple[str, str, str]],
    groups: Sequence[tuple[Sequence[str], float | None]],
    block: str,
    in_block: Sequence[str],
) -> str:
    named = [f"{words.at(factor, level)} instead of {clipped(other)}" for factor, level, other in contrasts]
    sentences = [f"The effect of {listed(named, SHOWN)} is unknown."]
    if in_block:
        names = listed(list(map(words.factor, in_block)), SHOWN)
        sentences.append(
            f"Levels of {names} were run with different values of {block}: run them with the same ones, or "
            "name no block."
        )
    for factors, joint in groups[:SHOWN]:
        names = listed(list(map(words.factor, factors)))
        how = "always move together" if len(factors) == 2 else "determine one another"
        effect = "" if joint is None else f" (joint effect {plain(joint)} on the scale of the analysis)"
        sentences.append(f"There {names} {how}{effect}: run cells in which they differ, or leave one out.")
    if groups:
        sentences.append('If one is a setting of another, call its level "none" where it has no value.')
    return " ".join(sentences)


def _few_blocks(_: Wording, blocks: int, block: str) -> str:
    n = counted(blocks, "seed") if block == "seed" else f"{counted(blocks, 'value')} of {block}"
    return f"There are only {n}, so the tests rely on the model more than on repetition."


def _unreplicated(words: Wording, df: int) -> str:
    return (
        "No cell was run twice. The error is judged by interactions that are taken to be zero "
        f"({counted(df, 'degree')} of freedom); where they are not, verdicts are wrong. "
        f"Add {words.blocks}."
    )


def _incomparable_cells(_: Wording, cells: int, block: str) -> str:
    return (
        f"{counted(cells, 'cell')} cannot be compared with the others, because they share no value of "
        f"{block}. Run every cell with the same values."
    )


_KINDS = {
    "split": "the effect of one depends on the other, so there are verdicts per level",
    "screened": "the effect of one may depend on the other: see the means of their cells",
    "aliased": "at least one of those joined by + is there, and the runs cannot tell which",
}


def _interaction(words: Wording, kind: str, tests: Sequence[tuple[Sequence[Sequence[str]], float]]) -> str:
    named = [f"{' + '.join(map(words.term, terms))} ({p_text(p)})" for terms, p in tests]
    head = "Interaction" if len(named) == 1 else "Interactions"
    return f"{head} {listed(named, SHOWN)}: {_KINDS[kind]}."


def _lack_of_fit(_: Wording, p: float, may_be: str) -> str:
    return f"Cells differ by more than the model says (lack of fit, {p_text(p)}): {may_be}."


def _unequal_spread(words: Wording, factors: Sequence[tuple[str, float, str]]) -> str:
    named = [
        f"{words.factor(factor)} ({f'{ratio:.1f} times, ' if ratio < float('inf') else ''}"
        f"widest at {clipped(widest)})"
        for factor, ratio, widest in factors
    ]
    return (
        f"The spread differs between the levels of {listed(named, SHOWN)}. The verdicts allow for it; of the "
        "other tests trust those with HC3."
    )


def _differs_by_seed(words: Wording, effects: Sequence[tuple[str, float, float]], block: str) -> str:
    named = [f"{words.factor(f)} ({ratio:.2g} times the noise, {p_text(p)})" for f, ratio, p in effects]
    return (
        f"The effect of {listed(named, SHOWN)} differs from one {block} to the next. The verdicts allow for "
        f"it; only more {words.blocks} make them more certain."
    )


def _no_own_error(words: Wording, runs: int, effects: Sequence[tuple[str, str, str]]) -> str:
    which = "One run is" if runs == 1 else f"{runs} runs are"
    text = f"{which} alone in a group that the model gives a parameter of its own, such as a level or a block"
    if not effects:
        return f"{text}: nothing can be learned from {'it' if runs == 1 else 'them'}."
    named = [f"{words.at(f, level)} against {clipped(reference)}" for f, level, reference in effects]
    return (
        f"{text}. How noisy it is cannot be known: for "
        f"{listed(named, SHOWN)} the noise of other runs is taken. Repeat such runs."
    )


def _outlier(words: Wording, runs: Sequence[Mapping[str, Any]], block: str) -> str:
    named = _sized(words, runs, block)
    if len(runs) == 1:
        return f"One run is an outlier by its studentized residual: {named}. Look at its log."
    return f"{len(runs)} runs are outliers by their studentized residuals: {named}. Look at their logs."


def _influence(words: Wording, runs: Sequence[Mapping[str, Any]], block: str) -> str:
    named = _sized(words, runs, block)
    what = "This run moves" if len(runs) == 1 else "These runs move"
    return f"{what} the fit a lot (Cook's distance): {named}."


def _sized(words: Wording, runs: Sequence[Mapping[str, Any]], block: str) -> str:
    """Every run with the size of what is odd about it."""
    return listed([f"{words.run(run, block)}, {plain(run['size'])}" for run in runs], len(runs), "; ")


def _terms(words: Wording, terms: Sequence[Sequence[str]]) -> str:
    return listed([words.term(term) for term in terms], SHOWN)


SENTENCES: Mapping[str, Callable[..., str]] = {
    **READING,
    **DIVERGED,
    "failed-runs": _failed_runs,
    "failed-level": _failed_level,
    "missing-level": _missing_level,
    "nearly-nested": _nearly_nested,
    "missing-weight": _missing_weight,
    "duplicate-rows": _duplicate_rows,
    "repeated-rows": _repeated_rows,
    "single-level": _single_level,
    "single-block": _single_block,
    "constant-response": _constant_response,
    "perfect-fit": _perfect_fit,
    "no-error-estimate": _no_error_estimate,
    "arbitrary-contrasts": _arbitrary_contrasts,
    "margin-unit": _margin_unit,
    "wide-margin": _wide_margin,
    "left-out-interaction": _left_out_interaction,
    "only-main-effects": _only_main_effects,
    "wide-interactions": _wide_interactions,
    "many-interactions": _many_interactions,
    "conditional-factor": _conditional_factor,
    "parent-effects": _parent_effects,
    "wide-number": _wide_number,
    "aliased-interaction": _aliased_interaction,
    "not-estimable": _not_estimable,
    "few-blocks": _few_blocks,
    "unreplicated": _unreplicated,
    "incomparable-cells": _incomparable_cells,
    "interaction": _interaction,
    "lack-of-fit": _lack_of_fit,
    "unequal-spread": _unequal_spread,
    "differs-by-seed": _differs_by_seed,
    "no-own-error": _no_own_error,
    "silent-sets": _silent_sets,
    "outlier": _outlier,
    "influence": _influence,
}
