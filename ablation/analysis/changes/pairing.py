"""The runs that two studies share: those of the same cell and the same block, such as a seed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from ablation.analysis.analysis import Analysis
from ablation.analysis.analyze import analyze
from ablation.analysis.changes.matched import Names, same_names
from ablation.analysis.data.factors import Factor, Floats, Ints, Predictor
from ablation.analysis.data.spelling import Value, meaning
from ablation.analysis.verdicts.rows import places_of
from ablation.errors import UsageError
from ablation.naming import short_name

Fixed = Mapping[str, object]
"""Factor → the level at which a study held it, of factors that it did not vary."""

MIN_SHARE = 0.5
"""Of the runs of the smaller study so many must have a partner: else too much would be left out."""


NO_LEVEL: Value = ("none", "")
"""Of a nested factor, where the one that it is nested in needs none."""


@dataclass(frozen=True)
class _Nested:
    """A factor that one study nests: its place, and the levels of another at which it has one."""

    study: int
    factor: int
    on: int
    levels: frozenset[Value]


@dataclass(frozen=True, eq=False)
class Common:
    """What the runs of two studies have in common.

    Attributes:
        names: of every factor, in each study.
        unknown: factors that one study varied and whose level in the other nobody knows.
        cells: the cell of each run, alike for equal cells of both studies, (n_runs,) each; -1 where the other
            study does not have it.
        first, second: the partners, as positions among the runs of each study, (n_pairs,).
        why: why there are none: `unknown` levels, no common `cells`, no `block` in one, `names` of blocks
            that differ, no common `blocks`, `weights`, or several runs of one cell and block (`repeated`);
            or why they are not used: they lack some of the `levels`, or the `scale` has no differences of
            single runs.
    """

    names: Sequence[Names]
    unknown: Sequence[str]
    cells: tuple[Ints, Ints]
    first: Ints
    second: Ints
    why: str = ""


def common(first: Analysis, second: Analysis, fixed: tuple[Fixed, Fixed]) -> Common:
    """Find the cells that both studies have, and their runs that share a block."""
    both = (first, second)
    names = same_names(*([part.name for part in one.selection.used.predictors] for one in both))
    nested = _nested(both, names)
    columns = [_columns(one, i, names, fixed[i], nested) for i, one in enumerate(both)]
    unknown = [
        str(name or other)
        for (name, other), values in zip(names, zip(*columns, strict=True), strict=True)
        if any(None in each for each in values)
    ]
    none = np.empty(0, dtype=np.intp)
    if unknown:
        nowhere = (np.full(one.n_runs, -1) for one in both)
        return Common(names, unknown, (next(nowhere), next(nowhere)), none, none, "unknown")
    keys = [list(zip(*each, strict=True)) for each in columns]
    there = set(keys[1])
    number = {key: i for i, key in enumerate(key for key in dict.fromkeys(keys[0]) if key in there)}
    cells = [np.array([number.get(key, -1) for key in each], dtype=np.intp) for each in keys]
    overlap = Common(names, (), (cells[0], cells[1]), none, none)
    why = "cells" if not number else _why_unpaired(first, second)
    return replace(overlap, why=why) if why else _paired(overlap, first, second)


def _nested(both: Sequence[Analysis], names: Sequence[Names]) -> list[_Nested]:
    """What is nested in what, in either study."""
    nested = []
    for i, one in enumerate(both):
        place = {pair[i]: k for k, pair in enumerate(names)}
        for factor, (on, levels) in places_of(one.fit, one.runs.predictors).items():
            nested.append(_Nested(i, place[factor], place[on], frozenset(map(meaning, levels))))
    return nested


def _columns(
    analysis: Analysis, study: int, names: Sequence[Names], fixed: Fixed, nested: Sequence[_Nested]
) -> list[list[Value | None]]:
    """Per factor the level of each run, as what it means; None where nobody knows it.

    A nested factor that a study held, or that is nested in it, has no level where that one needs none.
    """
    parts = {part.name: part for part in analysis.selection.used.predictors}
    levels: list[list[Value | None]] = []
    for pair in names:
        name = pair[study] or pair[1 - study]
        held = meaning(str(fixed[str(name)])) if name in fixed else None
        levels.append([*_meanings(parts[name])] if name in parts else [held] * analysis.n_runs)
    for one in nested:
        if study == one.study or names[one.factor][study] is None:
            on = levels[one.on]
            levels[one.factor] = [
                value if on[i] is None or on[i] in one.levels else NO_LEVEL
                for i, value in enumerate(levels[one.factor])
            ]
    return levels


def _meanings(part: Predictor) -> list[Value]:
    if isinstance(part, Factor):
        known = [*map(meaning, part.levels), meaning("?")]
        return [known[code] for code in part.codes]
    return [meaning(f"{value:.12g}") for value in part.values]


def _why_unpaired(first: Analysis, second: Analysis) -> str:
    blocks = first.runs.block, second.runs.block
    if blocks[0] is None or blocks[1] is None:
        return "block"
    if short_name(blocks[0].name) != short_name(blocks[1].name):
        return "names"
    if first.scaling.is_glm or second.scaling.is_glm:
        return ""
    return "weights" if first.runs.weights is not None or second.runs.weights is not None else ""


def _paired(overlap: Common, first: Analysis, second: Analysis) -> Common:
    """The runs of common cells that share a block."""
    places: list[dict[tuple[int, Value], int]] = []
    for one, cells in zip((first, second), overlap.cells, strict=True):
        block = one.runs.block
        blocks = _meanings(block) if block else []
        rows = [i for i, cell in enumerate(cells) if cell >= 0]
        places.append({(int(cells[i]), blocks[i]): i for i in rows})
        if len(places[-1]) < len(rows):
            return replace(overlap, why="repeated")
    shared = [key for key in places[0] if key in places[1]]
    if len({block for _, block in shared}) < 2:
        return replace(overlap, why="blocks")
    at = (np.array([place[key] for key in shared], dtype=np.intp) for place in places)
    return replace(overlap, first=next(at), second=next(at))


def has_enough(overlap: Common, first: Analysis, second: Analysis) -> bool:
    """Whether the pairs are at least half of the smaller study."""
    return len(overlap.first) >= MIN_SHARE * min(first.n_runs, second.n_runs)


def differences(first: Analysis, second: Analysis, overlap: Common, is_log: bool) -> Floats:
    """Second minus first within each pair, of logarithms or of responses, (n_pairs,)."""
    here, there = first.runs.response[overlap.first], second.runs.response[overlap.second]
    return np.log(there / here) if is_log else there - here


@dataclass(frozen=True, eq=False)
class OnPairs:
    """Both studies on the runs that they have in common, and the differences of these runs.

    Contrasts of the differences are the changes of contrasts, and what runs with one seed have in common
    drops out of them. All three have the same model.

    Attributes:
        first, second: of the responses.
        change: of the differences, second - first.
        columns: factor, as the first study calls it → its column in all three.
    """

    first: Analysis
    second: Analysis
    change: Analysis
    columns: Mapping[str, str]


def on_pairs(
    first: Analysis, second: Analysis, overlap: Common, factors: Sequence[str], is_log: bool, alpha: float
) -> OnPairs | None:
    """Analyse the runs that two studies have in common; None if they determine no effect.

    Args:
        first: the former study.
        second: the later one.
        overlap: the pairs.
        factors: the factors that both studies compare, as the first calls them.
        is_log: whether differences are of logarithms.
        alpha: error rate of tests.
    """
    columns = {name: f"f{i}" for i, name in enumerate(factors)}
    frame, numeric = _frame(first, overlap.first, columns)
    order = min(first.order.highest, second.order.highest)
    scale = "log" if is_log else "identity"
    settings: dict[str, Any] = {
        "block": "block", "interactions": order, "alpha": alpha, "numeric": numeric, "direction": "lower",
    }  # fmt: skip
    responses = (
        (first.runs.response[overlap.first], scale),
        (second.runs.response[overlap.second], scale),
        (differences(first, second, overlap, is_log), "identity"),
    )
    try:
        each = [
            analyze(frame.assign(y=y), "y", list(columns.values()), scale=on, **settings)
            for y, on in responses
        ]
    except UsageError:
        return None
    return OnPairs(each[0], each[1], each[2], columns)


def _frame(analysis: Analysis, rows: Ints, names: Mapping[str, str]) -> tuple[pd.DataFrame, dict[str, str]]:
    """Some runs as a table, with factors as categories; and which factors are numbers."""
    columns: dict[str, Any] = {}
    numeric = {}
    for part in analysis.runs.predictors:
        if part.name not in names:
            continue
        if isinstance(part, Factor):
            codes = part.codes[rows]
            columns[names[part.name]] = pd.Categorical.from_codes(codes, categories=list(part.levels))
        else:
            columns[names[part.name]] = part.values[rows]
            numeric[names[part.name]] = "log" if part.is_log else "linear"
    block = analysis.runs.block
    columns["block"] = [] if block is None else block.texts(rows)
    return pd.DataFrame(columns), numeric
